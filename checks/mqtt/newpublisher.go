package mqtt

import (
	"context"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "mqtt.new-publisher",
	Version: 1,
	Title:   "A new publisher sends MQTT messages",
	Doc: "A system published messages to a broker to which it never published while the site was learned, or under a client id that until now another system used. Subscribers take its values, alarms or commands for those of a device: a broker passes on what it gets. " +
		"Find out who put the system there. If it is planned, accept the finding and say so. If it uses another system's client id and nobody planned that, treat it as impersonation: a broker throws out the first holder of a client id when a second connects. " +
		"It is wrong after a planned exchange of a device or gateway, and where a device got a new address that the inventory did not yet recognise.",
	Concern:      wardround.Security,
	StateVersion: 2,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"mqtt"},
	Side:         check.AsClient,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"device-authentication", "network-monitoring"},
	Watch:        []kind.Name{kind.MQTTPublish},
	Fresh:        30 * 24 * time.Hour,
	Group:        check.BySubject,
	Novelty:      true,
	Say: check.Say{
		Bedside:     "What screens and records show of devices behind {broker} may come from a source nobody here knows. Whether a wrong value was shown, or a command reached a device, is unknown.",
		Ward:        "If a shown value or alarm doesn't fit the patient, or a device changes its settings by itself, follow local procedure. Trust the patient and the device at the bedside, and call clinical engineering.",
		Engineering: "Say whether {asset} was put there by plan. If so, accept this and say why. If not, compare what {broker} passed on since with the devices themselves.",
		Security:    "Find {whom} and who runs it. It published on {topic}; {impersonation}.",
		Dont:        "Don't block the known publishers of {broker}, and don't restart it because of this.",
		Why:         "{whom} published on {topic} to {broker}; {impersonation}. While the site was learned it did not.",
		Wrong:       "the device or gateway was added or exchanged by plan.",
	},
	Run: newPublisher,
})

// newPublisher learns who publishes to a broker, and under which client ids, and
// fails for those that came later.
func newPublisher(_ context.Context, p *check.Pass) error {
	type talk struct {
		from, to wardround.AssetID
		client   string
	}
	said := map[talk]bool{}
	for o := range p.Seen() {
		m := o.Fields.(*kind.MQTTPublishV1)
		if t := (talk{o.Src, o.Dst, m.Client}); m.Delivered || o.Src == "" || o.Dst == "" || said[t] {
			continue
		} else {
			said[t] = true
		}
		judgePublisher(p, o, m)
	}
	return nil
}

func judgePublisher(p *check.Pass, o *check.Seen, m *kind.MQTTPublishV1) {
	broker := p.Name(o.Dst)
	p.Speaks(check.Speaker{From: o.Src, To: o.Dst, Name: m.Client}, wardround.Facts{"broker": broker}, func(taken bool) wardround.Facts {
		how := "no other system was seen to use its client id"
		switch {
		case m.Client == "":
			how = "its client id is not told here, so whether another system used that is unknown"
		case taken:
			how = "until now another system used its client id " + m.Client
			if others := p.Others(o.Src, kind.IDMQTTClient, m.Client); len(others) > 0 {
				how += ": " + strings.Join(others, ", ")
			}
		}
		return wardround.Facts{"broker": broker, "topic": m.Topic, "impersonation": how}
	})
}
