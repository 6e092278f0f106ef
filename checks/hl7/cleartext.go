package hl7

import (
	"context"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "hl7.cleartext",
	Version: 1,
	Title:   "HL7 messages cross the network readable",
	Doc: "HL7 messages were sent to this listener without encryption. Whoever can listen on the way reads which patient is where and with what results, and whoever can send on the way can change orders and results or invent them; the receiver cannot tell. " +
		"Let both ends use MLLP over TLS with certificates of their own, or carry the connection through an encrypted tunnel between the two hosts; the makers of both systems say which they support. " +
		"It is wrong where the connection leaves the host only inside a tunnel and the sensor looks at the inside. It passes again when the same listener speaks TLS and nothing readable was seen for an hour; what is inside cannot be seen then.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"hl7"},
	Side:         check.AsServer,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"transmission-confidentiality", "transmission-integrity"},
	Watch:        []kind.Name{kind.HL7Message, kind.Flow},
	Fresh:        7 * 24 * time.Hour,
	Group:        check.BySite,
	StateVersion: 2,
	Say: check.Say{
		Bedside:     "No change in anyone's care is known. Patient data sent to {receiver} can be read on the way, and results or orders could be changed without anyone noticing; whether someone did is unknown.",
		Ward:        "Nothing to do. If a result doesn't fit the patient, ask the laboratory or look at the device itself.",
		Engineering: "Ask the makers of {sender} and {receiver} how to switch the interface to TLS, and plan it with both; the interface is down while only one side has changed.",
		Security:    "See who can listen between {sender} and {receiver}. Until TLS is on, let only the known senders reach {item} of {receiver}.",
		Dont:        "Don't close the port because of this: results and admissions would stop arriving.",
		Why:         "{message} was read in clear on its way from {sender} to {item} of {receiver}.",
		Wrong:       "the sensor looks inside a tunnel that is encrypted on the network.",
	},
	Run: cleartext,
})

// cleartext fails a listener for readable messages, and passes it when TLS is
// spoken there instead.
func cleartext(_ context.Context, p *check.Pass) error {
	p.Cleartext(func(*check.Seen) check.Crossing { return check.CrossesClear }, func(o *check.Seen, how check.Crossing) wardround.Facts {
		if how == check.CrossesCovered {
			return wardround.Facts{"receiver": p.Name(o.Dst)}
		}
		return wardround.Facts{
			"receiver": p.Name(o.Dst), "sender": p.Name(o.Src), "message": o.Fields.(*kind.HL7MessageV1).Event(),
		}
	})
	return nil
}
