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
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"transmission-confidentiality", "transmission-integrity"},
	Watch:        []kind.Name{kind.MQTTSession, kind.MQTTPublish, kind.Flow},
	Fresh:        7 * 24 * time.Hour,
	Group:        check.BySite,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "No change in anyone's care is known. What devices send through {broker} can be read on the way, and values or commands could be changed without anyone noticing; whether someone did is unknown.",
		Ward:        "Nothing to do. If a value on a screen doesn't fit the patient, look at the device itself.",
		Engineering: "Ask the makers of {client} and {broker} how to switch them to TLS, and plan it client by client: one that was not moved in time stops sending.",
		Security:    "See who can listen between {client} and {broker}. Until TLS is on, let only the known clients reach {item}, and give no password that opens anything else.",
		Dont:        "Don't close the port because of this: what devices send would no longer arrive.",
		Why:         "{client} exchanged {what} with {item} of {broker}, readable.",
		Wrong:       "the sensor looks inside a tunnel that is encrypted on the network.",
	},
	Run: cleartext,
})

// listeners are the ports of one broker that were seen to speak MQTT in clear,
// and when they last did, in seconds since 1970.
type listeners struct {
	Clear map[string]int64 `json:"clear"`
}

// clearFor is how long nothing readable must be seen before TLS on the same port
// counts as the answer: while clients are moved, both are used.
const clearFor = time.Hour

// cleartext fails a listener for readable connections, and passes it when TLS is
// spoken there instead.
func cleartext(_ context.Context, p *check.Pass) error {
	said := map[wardround.Key]bool{}
	for o := range p.Seen() {
		if o.Flow == nil || o.Dst == "" {
			continue
		}
		subject, item := wardround.AssetSubject(o.Dst), listener(o.Flow)
		what := ""
		switch f := o.Fields.(type) {
		case *kind.FlowV1:
			if f.Protocol == "tls" && f.Established {
				ports := check.State[listeners](p, string(o.Dst))
				if last, ok := ports.Clear[item]; ok && o.At.Sub(time.Unix(last, 0)) > clearFor {
					p.Pass(subject, item, wardround.Facts{"broker": name(p, o.Dst)})
					delete(ports.Clear, item)
				}
			}
			continue
		case *kind.MQTTSessionV1:
			if f.Result != kind.MQTTAccepted {
				continue // nothing was exchanged
			}
			what = "an accepted CONNECT"
		case *kind.MQTTPublishV1:
			what = "messages on " + f.Topic
		}
		ports := check.State[listeners](p, string(o.Dst))
		if _, ok := ports.Clear[item]; ok || len(ports.Clear) < maxListeners {
			if ports.Clear == nil {
				ports.Clear = map[string]int64{}
			}
			ports.Clear[item] = max(ports.Clear[item], o.At.Unix())
		}
		if key := (wardround.Key{Subject: subject, Item: item}); !said[key] { // one of a batch is enough
			said[key] = true
			p.Fail(subject, item, wardround.Facts{"broker": name(p, o.Dst), "client": name(p, o.Src), "what": what},
				check.Exposed(exposure(p, o.Src, o.Dst)))
		}
	}
	return nil
}
