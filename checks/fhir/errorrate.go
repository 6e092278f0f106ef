package fhir

import (
	"context"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "fhir.error-rate",
	Version: 1,
	Title:   "Requests between two record systems fail",
	Doc: "Of the requests that one system sent to another in the last hour, one in ten or more failed and at least two of them, or the last five in a row. The server could not do it, did not understand it, refused its content, or did not answer. What could not be written is missing in the record unless somebody sends it again; what could not be read is missing on somebody's screen, often without a word. " +
		"Look at the client's queue and at the server's log for the status and the code told here, mend the cause, and send again what was not taken. " +
		"Not counted are answers that are no fault: not found, not authorised, unchanged. Settings: minimum (10 requests that tell a rate), rate (0.1), row (5). " +
		"It is wrong where a test system sends faulty requests on purpose.",
	Concern:      wardround.Interoperability,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"fhir"},
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"interface-reliability"},
	Watch:        []kind.Name{kind.FHIRInteraction},
	Fresh:        24 * time.Hour,
	Thresholds:   map[string]float64{"minimum": minimum, "rate": failRatio, "row": failsInRow},
	Group:        check.ByServer,
	StateVersion: 2,
	Say: check.Say{
		Bedside:     "Some of what {client} exchanges with {server} does not get through: a record can be incomplete without looking so. Which patients are concerned is not recorded here.",
		Ward:        "Don't rely on {server} or {client} alone: look at the device, or ask the department for results that should be there.",
		Engineering: "Look at the queue of {client} and the log of {server}: {item} fail, the last with {status}, code {issue}. Mend the cause and send again what was not taken.",
		Security:    "Nothing, unless the failures begin together with a new client or a change nobody planned.",
		Dont:        "Don't empty the client's queue before its requests were sent again.",
		Why:         "{errors} of {requests} {item} from {client} to {server} failed in the last hour, {row} in a row at the end; the last with {status}, code {issue}.",
		Wrong:       "a test system sends faulty requests on purpose.",
	},
	Run: errorRate,
})

const (
	minimum    = 10  // requests that tell a rate; setting "minimum"
	failRatio  = 0.1 // setting "rate"
	leastFails = 2   // that make a rate
	failsInRow = 5   // setting "row"
)

// outcomes counts the requests of one sort between two systems.
type outcomes struct {
	Rate   check.Rate `json:"rate"`
	Status int        `json:"status,omitempty"` // of the last error
	Issue  string     `json:"issue,omitempty"`
}

// errorRate counts reading and writing requests of each link apart, and judges
// after every one.
func errorRate(_ context.Context, p *check.Pass) error {
	limits := check.Limits{
		Minimum: int64(p.Setting("minimum", minimum)), Share: p.Setting("rate", failRatio), Least: leastFails, Row: int64(p.Setting("row", failsInRow)),
	}
	for o := range p.Seen() {
		f := o.Fields.(*kind.FHIRInteractionV1)
		failed, counts := failure(f)
		if !counts || o.Link == "" {
			continue
		}
		subject, item := wardround.LinkSubject(o.Link), sort(f)
		c := check.State[outcomes](p, string(o.Link)+" "+item)
		c.Rate.Add(o.At, failed, int64(o.Times()))
		if failed {
			c.Status, c.Issue = f.Status, f.Issue
		}
		facts := wardround.Facts{
			"client": p.Name(o.Src), "server": p.Name(o.Dst), "requests": c.Rate.All.Sum(), "errors": c.Rate.Bad.Sum(),
		}
		switch failing, told := c.Rate.Judge(limits); {
		case failing:
			facts["row"], facts["status"], facts["issue"] = c.Rate.Row, said(c.Status), given(c.Issue)
			p.Fail(subject, item, facts)
		case told:
			p.Pass(subject, item, facts)
		default:
			p.Unknown(subject, item, "too few requests in the last hour to tell", facts)
		}
	}
	return nil
}

// failure reports whether an interaction failed, and whether it says anything of
// the interface at all.
func failure(f *kind.FHIRInteractionV1) (failed, counts bool) {
	switch s := f.Status; {
	case f.HTTP.Outcome == kind.HTTPUnseen || f.Interaction == "":
		return false, false
	case s == 0 || f.HTTP.Outcome == kind.HTTPCut:
		return true, true
	case s < 400:
		return f.Severity == "fatal", true
	case s == 401, s == 403, s == 404, s == 410:
		return false, false
	}
	return true, true
}

// sort tells reading from writing requests.
func sort(f *kind.FHIRInteractionV1) string {
	if f.Writes() {
		return "writing requests"
	}
	return "reading requests"
}

func said(status int) any {
	if status == 0 {
		return "no answer"
	}
	return status
}

func given(issue string) string {
	if issue == "" {
		return "not given"
	}
	return issue
}
