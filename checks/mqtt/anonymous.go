package mqtt

import (
	"context"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "mqtt.anonymous",
	Version: 1,
	Title:   "A message broker accepts connections without a password",
	Doc: "The broker took in a client that showed no password and no other proof of who it is. A stranger on the same network could do so too, read what devices report, and, unless the broker's topic permissions forbid it, publish values and commands in a device's place. " +
		"Give each client its own user name and password or certificate, have the broker demand it, and let each client publish on its own topics only. Clients without credentials drop at that moment, so plan it with the maker and the wards. " +
		"It is wrong where the broker's permissions let anonymous clients neither read nor publish anything, which is not visible on the network. It passes when the same listener refuses a client that shows nothing, and took in none for an hour.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"mqtt"},
	Side:         check.AsServer,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"device-authentication", "access-control"},
	Watch:        []kind.Name{kind.MQTTSession},
	Fresh:        7 * 24 * time.Hour,
	Group:        check.ByZone,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "No change on a device is known. A stranger on this network could connect to {broker}; whether readings could be forged or settings reached that way is unknown.",
		Ward:        "If a device shows settings nobody entered, or a screen shows values that don't fit the patient, care for the patient by local procedure. Look at the device itself, set it aside and call clinical engineering.",
		Engineering: "Plan authentication with the maker of {broker} and the wards it serves; clients without credentials will drop, so prepare manual charting and a way back.",
		Security:    "List who connects to {item} of {broker}, and compare with what should. Ask for the broker's topic permissions.",
		Dont:        "Don't block or restart {broker} or its clients because of this. What the devices do without it isn't confirmed.",
		Why:         "CONNECT without a password from {client} was answered CONNACK 0 by {item} of {broker}, {times} times since {since}.",
		Wrong:       "topic permissions forbid anonymous clients to read and publish.",
	},
	Run: anonymous,
})

// doors are the listeners of one broker that took in anonymous clients.
type doors struct {
	Open map[string]door `json:"open"`
}

// door counts how often one listener did.
type door struct {
	Times int   `json:"times"`
	Since int64 `json:"since"` // seconds since 1970, as the next
	Last  int64 `json:"last"`
}

const (
	// maxListeners bounds the ports remembered for one broker.
	maxListeners = 64
	// shutFor is how long no anonymous client must have been taken in before a
	// refusal counts as the answer: a broker may tell clients apart by other means.
	shutFor = time.Hour
)

// anonymous fails a listener that accepts a client that shows nothing, and passes
// one that refuses such a client for that.
func anonymous(_ context.Context, p *check.Pass) error {
	for o := range p.Seen() {
		s := o.Fields.(*kind.MQTTSessionV1)
		if o.Flow == nil || o.Dst == "" || !s.Anonymous() {
			continue // one that showed a password proves nothing of others
		}
		subject, item := wardround.AssetSubject(o.Dst), check.Listener(o.Flow)
		d := check.StateOf[doors](p, "", o.Dst)
		switch {
		case s.Result == kind.MQTTAccepted:
			seen := d.Open[item]
			if seen.Times == 0 {
				seen.Since = o.At.Unix()
			}
			seen.Times += max(o.Count, 1)
			seen.Last = max(seen.Last, o.At.Unix())
			if d.Open == nil {
				d.Open = map[string]door{}
			}
			if _, ok := d.Open[item]; ok || len(d.Open) < maxListeners {
				d.Open[item] = seen
			}
			p.Fail(subject, item, wardround.Facts{
				"broker": p.Name(o.Dst), "client": p.Whom(o.Src), "times": seen.Times,
				"since": time.Unix(seen.Since, 0).UTC().Format(time.RFC3339),
			}, check.Exposed(p.Exposure(o.Src, o.Dst)))
		case s.Result == kind.MQTTRefused && s.Denied:
			if seen, ok := d.Open[item]; ok && o.At.Sub(time.Unix(seen.Last, 0)) <= shutFor {
				continue
			}
			delete(d.Open, item)
			p.Pass(subject, item, wardround.Facts{"broker": p.Name(o.Dst), "reason": s.Reason})
		}
	}
	return nil
}
