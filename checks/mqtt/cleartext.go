package mqtt

import (
	"context"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "mqtt.cleartext",
	Version: 1,
	Title:   "MQTT messages cross the network readable",
	Doc: "Clients of this broker connect without encryption. Whoever can listen on the way reads measurements, alarms and passwords, and whoever can send on the way can change a value or a command; neither the broker nor a device can tell. " +
		"Let the broker listen with TLS (port 8883 is assigned to it), move the clients there one by one, and close the readable port when none is left; the makers of the clients say which of them can. " +
		"It is wrong where the connection leaves the host only inside a tunnel and the sensor looks at the inside. It passes again when the same port speaks TLS and nothing readable was seen for an hour; what is inside cannot be seen then.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"mqtt"},
	Side:         check.AsServer,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"transmission-confidentiality", "transmission-integrity"},
	Watch:        []kind.Name{kind.MQTTSession, kind.MQTTPublish, kind.Flow},
	Fresh:        7 * 24 * time.Hour,
	Group:        check.BySite,
	StateVersion: 2,
	Say: check.Say{
		Bedside:     "No change in anyone's care is known. What devices send through {broker} can be read on the way, and values or commands could be changed without anyone noticing; whether someone did is unknown.",
		Ward:        "Nothing to do. If a value on a screen doesn't fit the patient, look at the device itself.",
		Engineering: "Ask the makers of {client} and {broker} how to switch them to TLS, and plan it client by client: one that was not moved in time stops sending.",
		Security:    "See who can listen between {client} and {broker}. Until TLS is on, let only the known clients reach {item} of {broker}, and give no password that opens anything else.",
		Dont:        "Don't close the port because of this: what devices send would no longer arrive.",
		Why:         "What {client} and {broker} exchanged on {item} could be read: {what}.",
		Wrong:       "the sensor looks inside a tunnel that is encrypted on the network.",
	},
	Run: cleartext,
})

// cleartext fails a listener for readable connections, and passes it when TLS is
// spoken there instead.
func cleartext(_ context.Context, p *check.Pass) error {
	p.Cleartext(func(o *check.Seen) check.Crossing {
		if s, ok := o.Fields.(*kind.MQTTSessionV1); ok && s.Result != kind.MQTTAccepted {
			return check.CrossesNothing
		}
		return check.CrossesClear
	}, func(o *check.Seen, how check.Crossing) wardround.Facts {
		if how == check.CrossesCovered {
			return wardround.Facts{"broker": p.Name(o.Dst)}
		}
		what := "an accepted CONNECT"
		if m, ok := o.Fields.(*kind.MQTTPublishV1); ok {
			what = "messages on " + m.Topic
		}
		return wardround.Facts{"broker": p.Name(o.Dst), "client": p.Name(o.Src), "what": what}
	})
	return nil
}
