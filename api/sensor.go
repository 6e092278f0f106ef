package api

import (
	"context"
	"net/http"
	"strings"
	"unicode"

	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/kind"
)

// Interfaces are the network interfaces that could be watched.
type Interfaces struct {
	Items      []Interface `json:"items"`
	MayCapture bool        `json:"may_capture" doc:"Whether the program has the right to capture."`
	Hint       string      `json:"hint,omitempty" doc:"What to do if it has not."`
}

// Interface is one of them.
type Interface struct {
	Name      string   `json:"name"`
	Up        bool     `json:"up"`
	Addresses []string `json:"addresses"`
}

// NewSensor asks to watch an interface.
type NewSensor struct {
	Interface string `json:"interface" minLength:"1" maxLength:"64"`
	Filter    string `json:"filter,omitempty" maxLength:"1000" doc:"What to capture, in tcpdump's words."`
	Name      string `json:"name,omitempty" maxLength:"64"`
}

// Captured says what a capture file had.
type Captured struct {
	Input        string `json:"input"`
	Packets      int64  `json:"packets"`
	Observations int64  `json:"observations"`
}

var sensorRoutes = []Route{
	{Method: GET, Path: "/api/v1/sensors", ID: "list-sensors", Tag: "sensors", Summary: "Who watches, and whether they see",
		Needs: account.View, register: list((*Server).listSensors)},
	{Method: POST, Path: "/api/v1/sensors", ID: "add-sensor", Tag: "sensors", Summary: "Watch an interface",
		Needs: account.Settings, Whole: true, Status: http.StatusCreated, Errors: []int{409, 501}, register: handle((*Server).addSensor)},
	{Method: DELETE, Path: "/api/v1/sensors/{id}", ID: "remove-sensor", Tag: "sensors", Summary: "Stop watching",
		Needs: account.Settings, Whole: true, Errors: []int{404, 501}, register: handle((*Server).removeSensor)},
	{Method: GET, Path: "/api/v1/interfaces", ID: "get-interfaces", Tag: "sensors", Summary: "What could be watched",
		Needs: account.Settings, Whole: true, Errors: []int{501}, register: handle((*Server).getInterfaces)},
	{Method: GET, Path: "/api/v1/grants", ID: "list-grants", Tag: "sensors", Summary: "What sensors may send, and to whom",
		Doc: "Nothing active exists yet: the list is empty.", Needs: account.View, register: list((*Server).listGrants)},
	{Method: POST, Path: "/api/v1/captures", ID: "read-capture", Tag: "sensors", Summary: "Read a capture file",
		Doc: "pcap or pcapng, plain or gzip, read as it comes.", Needs: account.Settings, Whole: true, MaxBody: 4 << 30, Stream: true,
		Upload: []string{"application/vnd.tcpdump.pcap", "application/octet-stream", "application/gzip", "application/x-pcapng"},
		Errors: []int{422, 501}, register: handle((*Server).readCapture)},
	{Method: POST, Path: "/api/v1/simulation", ID: "start-simulation", Tag: "sensors", Summary: "Start the simulated ward",
		Doc: "As a process of its own, with a data directory of its own.", Needs: account.Settings, Whole: true, Errors: []int{409, 501}, register: handle((*Server).startSimulation)},
}

type sensorsInput struct{ ListQuery }

func (s *Server) listSensors(_ context.Context, _ *sensorsInput) (RowsFunc[board.Sensor], error) {
	if s.opt.Board == nil {
		return nil, missing("the list of sensors")
	}
	return short(s, s.sensors()), nil
}

// sensors are all that watch or should.
func (s *Server) sensors() []board.Sensor {
	list := s.opt.Board.Sensors()
	if s.opt.Control.Sensors != nil {
		list = s.opt.Control.Sensors(list)
	}
	return list
}

type addSensorInput struct{ Body NewSensor }

type sensorOutput struct{ Body board.Sensor }

func (s *Server) addSensor(ctx context.Context, in *addSensorInput) (*sensorOutput, error) {
	if s.opt.Control.AddSensor == nil {
		return nil, missing("adding a sensor")
	}
	if err := s.acted(ctx, "sensor-added", in.Body.Interface); err != nil {
		return nil, err
	}
	x, err := s.opt.Control.AddSensor(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	return &sensorOutput{x}, nil
}

func (s *Server) removeSensor(ctx context.Context, in *ByID) (*struct{}, error) {
	if s.opt.Control.RemoveSensor == nil {
		return nil, missing("removing a sensor")
	}
	if err := s.acted(ctx, "sensor-removed", in.ID); err != nil {
		return nil, err
	}
	return nil, s.opt.Control.RemoveSensor(ctx, in.ID)
}

type interfacesOutput struct{ Body Interfaces }

func (s *Server) getInterfaces(ctx context.Context, _ *struct{}) (*interfacesOutput, error) {
	if s.opt.Control.Interfaces == nil {
		return nil, missing("the list of interfaces")
	}
	x, err := s.opt.Control.Interfaces(ctx)
	if err != nil {
		return nil, err
	}
	if x.Items == nil {
		x.Items = []Interface{}
	}
	return &interfacesOutput{x}, nil
}

// ActiveGrant would allow a sensor to send something; there is none yet.
type ActiveGrant struct {
	ID string `json:"id"`
}

func (s *Server) listGrants(context.Context, *sensorsInput) (RowsFunc[ActiveGrant], error) {
	return short(s, []ActiveGrant{}), nil
}

type captureInput struct {
	Name string `query:"name" maxLength:"255" doc:"The file's name, for the record."`
}

type captureOutput struct{ Body Captured }

func (s *Server) readCapture(ctx context.Context, in *captureInput) (*captureOutput, error) {
	if s.opt.Control.Capture == nil {
		return nil, missing("reading captures")
	}
	name := fileName(in.Name)
	if err := s.acted(ctx, "capture-read", name); err != nil {
		return nil, err
	}
	x, err := s.opt.Control.Capture(ctx, name, upload(ctx))
	if err != nil {
		return nil, err
	}
	return &captureOutput{x}, nil
}

// fileName is the last part of a name that somebody sent, printable and short. It
// is a label: nothing is opened or written by it.
func fileName(s string) string {
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if s = strings.TrimSpace(s); s == "" || s == "." || s == ".." {
		return "capture"
	}
	return s
}

type simulationOutput struct {
	Body struct {
		URL string `json:"url"`
	}
}

func (s *Server) startSimulation(ctx context.Context, _ *struct{}) (*simulationOutput, error) {
	if s.opt.Control.Simulate == nil {
		return nil, missing("the simulated ward")
	}
	if err := s.acted(ctx, "simulation-started", ""); err != nil {
		return nil, err
	}
	u, err := s.opt.Control.Simulate(ctx)
	if err != nil {
		return nil, err
	}
	var out simulationOutput
	out.Body.URL = u
	return &out, nil
}

// acted puts an act of a person on the record; it is done only if this is.
func (s *Server) acted(ctx context.Context, act, detail string) error {
	return s.say(ctx, &kind.OperatorActedV1{Act: act, By: kind.PersonalText(principal(ctx).Name()), Detail: kind.PersonalText(detail)})
}
