package hl7

import (
	"context"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "hl7.nak-rate",
	Version: 1,
	Title:   "An HL7 receiver refuses messages",
	Doc: "Of the messages on this interface, one in ten or more was refused in the last hour and at least three of them, or the last three in a row. Refused results, alarms or admissions do not reach the record unless the sender repeats them or a person works through its error queue, so a chart can be incomplete without looking so. " +
		"Look at the sender's error queue and at the error code, mend the mapping or the master data, and send again what was refused. " +
		"It is wrong where a test system sends faulty messages on purpose, and where the receiver answers repeated copies of an accepted message with an error.",
	Concern:      wardround.Interoperability,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"hl7"},
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"interface-reliability"},
	Watch:        []kind.Name{kind.HL7Message, kind.HL7Ack},
	Fresh:        24 * time.Hour,
	Thresholds:   map[string]float64{"minimum": nakMinimum, "rate": nakRatio, "row": nakRow},
	Group:        check.ByServer,
	StateVersion: 2,
	Say: check.Say{
		Bedside:     "Some of what {sender} sends does not arrive in {receiver}: a chart there can be incomplete. Which patients are concerned is not recorded here.",
		Ward:        "Don't rely on {receiver} alone: look at the device or ask the sending department for results that should be there.",
		Engineering: "Look at the error queue of {sender}, mend the cause (last answer {code}, error {error}), and send again what was refused.",
		Security:    "Nothing, unless the refusals begin together with a new source of messages.",
		Dont:        "Don't empty the error queue before its messages were sent again.",
		Why:         "{receiver} refused {refused} of {answered} messages in the last hour; the last refusal was {code}, error {error}.",
		Wrong:       "a test system sends faulty messages on purpose.",
	},
	Run: nakRate,
})

const (
	nakMinimum = 10  // answers that tell a rate; setting "minimum"
	nakRatio   = 0.1 // of refusals; setting "rate"
	nakLeast   = 3   // refusals that make a rate
	nakRow     = 3   // refusals in a row; setting "row"
)

// answers counts the answers on one interface.
type answers struct {
	Rate  check.Rate `json:"rate"`
	Code  string     `json:"code,omitempty"` // of the last refusal
	Error string     `json:"error,omitempty"`
}

// nakRate counts answers for each interface and judges after every one.
func nakRate(_ context.Context, p *check.Pass) error {
	limits := check.Limits{
		Minimum: int64(p.Setting("minimum", nakMinimum)), Share: p.Setting("rate", nakRatio), Least: nakLeast, Row: int64(p.Setting("row", nakRow)),
	}
	for o := range p.Seen() {
		var code, failure string
		var accepted, fromServer bool
		switch f := o.Fields.(type) {
		case *kind.HL7MessageV1:
			if f.Answer != kind.HL7Answered {
				continue
			}
			code, failure, accepted, fromServer = f.Ack, f.AckError, f.Accepted(), f.FromServer
		case *kind.HL7AckV1:
			// It goes the other way than its message.
			code, failure, accepted, fromServer = f.Ack, f.AckError, f.Accepted(), !f.FromServer
		}
		if o.Link == "" {
			continue
		}
		sender, receiver := o.Ends(fromServer)
		item := direction(fromServer)
		a := check.State[answers](p, string(o.Link)+" "+item)
		a.Rate.Add(o.At, !accepted, int64(o.Times()))
		if !accepted {
			a.Code, a.Error = code, given(failure)
		}
		subject := wardround.LinkSubject(o.Link)
		facts := wardround.Facts{
			"sender": p.Name(sender), "receiver": p.Name(receiver), "answered": a.Rate.All.Sum(), "refused": a.Rate.Bad.Sum(),
		}
		switch failing, told := a.Rate.Judge(limits); {
		case failing:
			facts["code"], facts["error"] = a.Code, a.Error
			p.Fail(subject, item, facts)
		case told:
			p.Pass(subject, item, facts)
		default:
			p.Unknown(subject, item, "too few answers in the last hour to tell", facts)
		}
	}
	return nil
}

// direction is the item of one direction of an interface.
func direction(fromServer bool) string {
	if fromServer {
		return "to the client"
	}
	return "to the server"
}

func given(s string) string {
	if s == "" {
		return "not given"
	}
	return s
}
