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
	Doc: "Of the messages on this interface, one in ten or more was refused in the last hour, or the last three in a row. Refused results, alarms or admissions do not reach the record unless the sender repeats them or a person works through its error queue, so a chart can be incomplete without looking so. " +
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
	Group:        check.BySubject,
	StateVersion: 1,
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
	nakBuckets = 12              // of the window
	nakBucket  = 5 * time.Minute // length of one
	nakMinimum = 10              // answers that tell a rate; setting "minimum"
	nakRatio   = 0.1             // of refusals; setting "rate"
	nakRow     = 3               // refusals in a row; setting "row"
)

// answers counts the answers on one interface over the last hour.
type answers struct {
	Start    int64             `json:"start"` // of the newest bucket, in buckets since 1970
	Answered [nakBuckets]int64 `json:"answered"`
	Refused  [nakBuckets]int64 `json:"refused"`
	Row      int64             `json:"row"` // refusals since the last yes
	Failing  bool              `json:"failing,omitempty"`
	Code     string            `json:"code,omitempty"`
	Error    string            `json:"error,omitempty"`
}

// add counts n answers at a time. Late ones count in the newest bucket.
func (a *answers) add(at time.Time, accepted bool, n int64) {
	bucket := at.UnixNano() / int64(nakBucket)
	for i := 0; a.Start < bucket; i++ {
		if i == nakBuckets {
			a.Start = bucket
			break
		}
		a.Start++
		a.Answered[a.Start%nakBuckets], a.Refused[a.Start%nakBuckets] = 0, 0
	}
	a.Answered[a.Start%nakBuckets] += n
	if accepted {
		a.Row = 0
		return
	}
	a.Refused[a.Start%nakBuckets] += n
	a.Row += n
}

func (a *answers) sum() (answered, refused int64) {
	for i := range a.Answered {
		answered += a.Answered[i]
		refused += a.Refused[i]
	}
	return answered, refused
}

// nakRate counts answers for each interface and judges after every one.
func nakRate(_ context.Context, p *check.Pass) error {
	minimum, ratio, row := int64(p.Setting("minimum", nakMinimum)), p.Setting("rate", nakRatio), int64(p.Setting("row", nakRow))
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
		sender, receiver, item := o.Src, o.Dst, "to the server"
		if fromServer {
			sender, receiver, item = receiver, sender, "to the client"
		}
		a := check.State[answers](p, string(o.Link)+" "+item)
		a.add(o.At, accepted, int64(o.Times()))
		if !accepted {
			a.Code, a.Error = code, failure
			if a.Error == "" {
				a.Error = "not given"
			}
		}
		answered, refused := a.sum()
		subject := wardround.LinkSubject(o.Link)
		facts := wardround.Facts{"sender": name(p, sender), "receiver": name(p, receiver), "answered": answered, "refused": refused}
		enough, share := answered >= minimum, float64(refused)/float64(answered)
		// Once it fails, it takes half the rate to be well again.
		well := refused == 0 || enough && a.Row < row && share < ratio/2
		a.Failing = a.Row >= row || enough && share >= ratio || a.Failing && !well
		switch {
		case a.Failing:
			facts["code"], facts["error"] = a.Code, a.Error
			p.Fail(subject, item, facts)
		case refused == 0 || enough:
			p.Pass(subject, item, facts)
		default:
			p.Unknown(subject, item, "too few answers in the last hour to tell", facts)
		}
	}
	return nil
}
