package inventory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "coverage.unwatched",
	Version: 1,
	Title:   "Components that nobody looks at",
	Doc: "No check has a fresh answer about these components in one of the three concerns: their traffic passes no sensor, is encrypted, or is in a protocol we don't read. That nothing is found on them says nothing. " +
		"Mirror their segment to a sensor, import what is known of them, or accept that they are not looked at and say until when. It passes when at least one check of the concern has a fresh answer for each component of the zone. " +
		"It is wrong for components that are switched off and will stay so: mark them as retired.",
	Concern:  wardround.Security,
	Stage:    wardround.Operate,
	Severity: wardround.Low,
	Controls: []string{"monitoring-completeness"},
	Watch:    []kind.Name{kind.SensorStatus},
	Fresh:    3 * time.Hour,
	Group:    check.BySite,
	Say: check.Say{
		Bedside:     "No change on a device is known, because nobody looks: {unwatched} of {assets} components in zone {zone} have no fresh answer about {concern}.",
		Engineering: "Say which of them are in use, and what they do for a patient.",
		Security:    "See whether a sensor sees their segment: {names}. Where what they speak cannot be read, write down what else protects them.",
		Dont:        "Don't read the absence of findings in this zone as a sign that all is well.",
		Why:         "For an hour or longer no check has had a fresh answer about {concern} of {names}.",
		Wrong:       "they are switched off for good.",
	},
	Run: unwatched,
})

// sweepEvery is how often the whole inventory is looked at; grace is how long a
// new component has before it must have been looked at.
const (
	sweepEvery = time.Hour
	grace      = time.Hour
	// maxNames bounds the names listed in a verdict.
	maxNames = 20
)

const sweepKey = "sweep"

type sweeping struct {
	On bool `json:"on"`
}

// unwatched looks at every asset in every concern once an hour, and gives one
// verdict per zone and concern.
func unwatched(_ context.Context, p *check.Pass) error {
	for range p.Seen() {
		if s := check.State[sweeping](p, sweepKey); !s.On {
			s.On = true
			p.WakeAt(sweepKey, p.Now().Add(sweepEvery))
		}
	}
	for range p.Wakes() {
		sweep(p)
		p.WakeAt(sweepKey, p.Now().Add(sweepEvery))
	}
	return nil
}

type tally struct {
	assets int
	blind  [3]int // by place in wardround.Concerns
	names  [3][]string
}

// spokenFor reports whether an asset has no traffic of its own: it is looked at
// where its gateway is.
func spokenFor(a *wardround.Asset) bool { return a.Gateway != "" && len(a.Speaks) == 0 }

func sweep(p *check.Pass) {
	zones := map[wardround.ZoneID]*tally{}
	var order []wardround.ZoneID
	for a := range p.Inventory().Assets() {
		if a.Remote || a.Kind == 0 && len(a.Speaks) == 0 || p.Now().Sub(a.First) < grace || spokenFor(a) {
			continue
		}
		t := zones[a.Zone]
		if t == nil {
			t = &tally{}
			zones[a.Zone] = t
			order = append(order, a.Zone)
		}
		t.assets++
		for i, c := range wardround.Concerns {
			if p.Coverage(a.ID, c).Fresh > 0 {
				continue
			}
			t.blind[i]++
			if len(t.names[i]) < maxNames {
				t.names[i] = append(t.names[i], a.Name())
			}
		}
	}
	slices.Sort(order)
	for _, zone := range order {
		t := zones[zone]
		for i, c := range wardround.Concerns {
			item := fmt.Sprintf("%s: %s", zone, c)
			f := wardround.Facts{"zone": string(zone), "concern": string(c), "assets": t.assets}
			if t.blind[i] == 0 {
				p.Pass(wardround.SiteSubject(p.Scope().Site), item, f)
				continue
			}
			slices.Sort(t.names[i])
			if more := t.blind[i] - len(t.names[i]); more > 0 {
				t.names[i] = append(t.names[i], fmt.Sprintf("and %d more", more))
			}
			f["unwatched"], f["names"] = t.blind[i], t.names[i]
			p.Fail(wardround.SiteSubject(p.Scope().Site), item, f)
		}
	}
}
