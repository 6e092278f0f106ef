package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/format/pcap"
	"github.com/wardround/wardround/sim"
)

// simCmd is the simulated ward.
type simCmd struct {
	List    simListCmd    `cmd:"" help:"List the scenarios."`
	Capture simCaptureCmd `cmd:"" help:"Write a capture of the simulated ward."`
}

type simListCmd struct{}

func (c *simListCmd) Run(a *app) error {
	var rows [][]string
	for _, s := range sim.Scenarios() {
		if a.Format == "json" {
			if err := a.object("scenario", map[string]string{"name": s.Name, "doc": s.Doc}); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{s.Name, s.Doc})
	}
	return a.grid([]string{"scenario", "what happens"}, rows)
}

type simCaptureCmd struct {
	File     string   `arg:"" help:"Where the capture is written; - for standard output."`
	Seed     uint64   `default:"1" help:"The same seed gives the same bytes."`
	Hours    float64  `default:"1" help:"Simulated time in hours."`
	Scenario []string `sep:"," placeholder:"NAME" help:"Scenario to switch on; may be given several times; see sim list."`
	Beds     int      `default:"6" help:"Beds of the intensive care unit, each with a monitor, a ventilator and two pumps."`
	Heavy    int      `default:"1" help:"Multiplies messages and images, for load."`
}

// length checks hours and scenarios and returns the simulated time.
func simulated(hours float64, scenarios []string) (time.Duration, error) {
	if hours <= 0 || hours > 24*366 {
		return 0, wardround.Errorf(wardround.EInvalid, "sim", "--hours %g: want more than 0 and at most a year", hours)
	}
	for _, s := range scenarios {
		if !slices.ContainsFunc(sim.Scenarios(), func(x sim.Scenario) bool { return x.Name == s }) {
			return 0, wardround.Errorf(wardround.EInvalid, "sim", "no scenario %q; see: wardround sim list", s)
		}
	}
	return time.Duration(hours * float64(time.Hour)), nil
}

func (c *simCaptureCmd) Run(a *app) error {
	length, err := simulated(c.Hours, c.Scenario)
	if err != nil {
		return err
	}
	if c.Beds < 1 || c.Beds > 2000 || c.Heavy < 1 || c.Heavy > 1000 {
		return wardround.Errorf(wardround.EInvalid, "sim", "--beds must be 1 to 2000, --heavy 1 to 1000")
	}
	var w io.Writer = a.stdout
	var f *os.File
	if c.File != "-" {
		if f, err = os.Create(c.File); err != nil {
			return wardround.Wrap(wardround.EInvalid, "sim capture", err)
		}
		defer f.Close()
		w = f
	}
	done := a.busy("simulating")
	defer done()
	pw := pcap.NewWriter(w, pcap.Header{Link: packet.Ethernet})
	packets, bytes := int64(0), int64(0)
	ward := sim.New(sim.Options{Seed: c.Seed, Length: length, Scenarios: c.Scenario, Beds: c.Beds, Heavy: c.Heavy})
	err = ward.Run(func(at int64, frame []byte) error {
		if packets&1023 == 0 && a.ctx.Err() != nil {
			return a.ctx.Err()
		}
		packets++
		bytes += int64(len(frame))
		return pw.Write(at, frame, len(frame))
	})
	if err != nil {
		return err
	}
	if err := pw.Flush(); err != nil {
		return err
	}
	if f != nil {
		if err := f.Close(); err != nil {
			return err
		}
	}
	a.note("%d packets, %s; SIMULATED, seed %d", packets, size(bytes), c.Seed)
	return nil
}

// simZones is the ward's segments as content.
func simZones() string {
	s := "["
	for i, z := range sim.Zones {
		if i > 0 {
			s += ","
		}
		s += fmt.Sprintf(`{"id":%q,"name":%q,"prefixes":[%q]}`, z.ID, z.Name, z.Prefix)
	}
	return s + "]"
}
