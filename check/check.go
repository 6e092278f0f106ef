package check

import (
	"context"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// Check is a value: what it looks at, what it says, and how it judges.
type Check struct {
	// ID is "area.name"; fixed for ever, scripts read it.
	ID string
	// Version grows when the same observations can get other verdicts.
	Version int
	// Title is the finding's first line without the asset.
	Title string
	// Doc is one paragraph: what it means for a patient, how to fix it, when it is
	// wrong.
	Doc     string
	Concern wardround.Concern
	// Applies is the set of kinds of asset it can judge; an asset of unknown kind is
	// always judged. 0 means it does not judge assets (but sensors, sites).
	Applies wardround.AssetKind
	// Speaks limits it to assets that were seen to speak one of these protocols;
	// empty means all. Coverage uses it to say where the check should have run.
	Speaks []string
	// Side limits Speaks to those that speak as a server or as a client: a check of
	// listeners has nothing to say of who only calls.
	Side Side
	// Uncounted marks a check whose pass does not say that anybody looked at the
	// asset: coverage counts it only while it fails.
	Uncounted bool
	Stage     wardround.Stage
	// Controls names the controls it gives evidence for.
	Controls []string
	// Watch names the kinds of observations it is run for.
	Watch []kind.Name
	// Portfolio marks a check that is run also whenever the portfolio's answers were
	// touched: see [Portfolio].
	Portfolio bool
	// Models marks a check that is run also whenever judgements of models were touched:
	// see [Models] and [JudgeModels].
	Models bool
	// Items is how many items of one subject are kept apart; 0 means 2,000. What is
	// beyond is judged as one, see pipeline.More.
	Items int
	// Fresh is how long a verdict holds after the fact it rests on; 0 means for
	// ever (an event that happened stays true).
	Fresh time.Duration
	// Thresholds are the settings that a site can change, by name, and what they are
	// if it does not: what [Pass.Setting] is asked for. None is negative.
	Thresholds map[string]float64
	// Severity is the base from which [wardround.Weigh] starts.
	Severity wardround.Severity
	// Group says which findings fold into one case.
	Group Group
	// Novelty marks a check that learns what is normal first; see [Pass.Learn].
	Novelty bool
	// StateVersion is that of the check's State; a saved state of another version
	// is discarded.
	StateVersion int
	// Say is the finding's text.
	Say Say
	// Run judges one batch. An error is a failure of the check: its output of the
	// batch is discarded and it is paused.
	Run func(ctx context.Context, p *Pass) error
}

// Side is the end of a data flow that a check judges.
type Side uint8

// The sides. AnySide is the zero value.
const (
	AnySide Side = iota
	AsServer
	AsClient
)

// Group says which findings of a check form one case.
type Group uint8

// The groups. ByZone is the zero value: all instances of a release, or all
// assets of a zone.
const (
	ByZone    Group = iota
	BySite          // a practice of the whole site, such as cleartext
	BySubject       // each subject is a case of its own
	ByServer        // all links of one server: what is wrong is mostly there
	ByItem          // the same item in all subjects: one vulnerability in twelve releases
)

var (
	regMu  sync.Mutex
	checks = map[string]*Check{}
	frozen bool
)

var idPattern = regexp.MustCompile(`^[a-z][a-z0-9]*\.[a-z][a-z0-9-]*$`)

// Register adds a check. It panics on a bad or taken id, a missing Run, or after
// the registry was frozen: faults of the program, found by the first test.
func Register(c Check) *Check {
	regMu.Lock()
	defer regMu.Unlock()
	switch {
	case frozen:
		panic("check: registry is frozen; " + c.ID + " came too late")
	case !idPattern.MatchString(c.ID):
		panic(fmt.Sprintf("check: id %q is not area.name", c.ID))
	case checks[c.ID] != nil:
		panic(fmt.Sprintf("check: %q is registered twice", c.ID))
	case c.Run == nil || c.Version < 1 || len(c.Watch) == 0:
		panic(fmt.Sprintf("check: %q needs Run, a version and something to watch", c.ID))
	}
	checks[c.ID] = &c
	return &c
}

// All freezes the registry and returns the checks ordered by id.
func All() []*Check {
	regMu.Lock()
	defer regMu.Unlock()
	frozen = true
	out := make([]*Check, 0, len(checks))
	for _, c := range checks {
		out = append(out, c)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// Lookup returns the check with an id, or nil.
func Lookup(id string) *Check {
	regMu.Lock()
	defer regMu.Unlock()
	return checks[id]
}

// AppliesTo reports whether the check should judge the asset: its kind fits (or is
// unknown), and it speaks what the check looks at on the check's side. links are
// the asset's; when none is of a protocol the side is not known, and counts.
func (c *Check) AppliesTo(a *wardround.Asset, links iter.Seq[*wardround.Link]) bool {
	if c.Applies == 0 || c.Uncounted || a.Remote || a.Kind != 0 && a.Kind&c.Applies == 0 {
		return false
	}
	if len(c.Speaks) == 0 {
		return true
	}
	if !a.SpeaksAny(c.Speaks) {
		return false
	}
	if c.Side == AnySide || links == nil {
		return true
	}
	known := false
	for l := range links {
		if !slices.Contains(c.Speaks, l.Protocol) {
			continue
		}
		if server := l.Server == a.ID || slices.Contains(a.Aliases, l.Server); server == (c.Side == AsServer) {
			return true
		}
		known = true
	}
	return !known
}
