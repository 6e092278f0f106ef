package check

import (
	"iter"

	"github.com/wardround/wardround"
)

// Coverage counts the checks of one concern for one asset.
type Coverage struct {
	Applicable int // checks that should judge it
	Fresh      int // of these, with a fresh pass or fail of some item
	Unknown    int // of these, with nothing worse than an item that is unknown or stale
	Failing    int
	Worst      wardround.Severity // of the failing
}

// Answers are what the checks said of one asset and of its links, by check: the
// worst of what each said.
type Answers map[string]Answer

// Answer is what one check said.
type Answer struct {
	State    wardround.State
	Severity wardround.Severity // the worst of what fails
	Fresh    bool               // some item passes or fails
}

// Add adds one verdict.
func (m Answers) Add(check string, state wardround.State, severity wardround.Severity) {
	x, ok := m[check]
	if !ok {
		x.State = state
	}
	x.State = x.State.Worse(state)
	x.Fresh = x.Fresh || state != wardround.Unknown
	if state == wardround.Fail {
		x.Severity = max(x.Severity, severity)
	}
	m[check] = x
}

// Join adds what was said of the same asset under another id, or of a link.
func (m Answers) Join(other Answers) {
	for id, x := range other {
		before := m[id].Fresh
		m.Add(id, x.State, x.Severity)
		y := m[id]
		y.Fresh = before || x.Fresh
		m[id] = y
	}
}

// Coverage counts the checks of one concern that should judge the asset, or did.
// each, which may be nil, is told of every check that counts, and whether it has a
// fresh answer.
func (m Answers) Coverage(a *wardround.Asset, links iter.Seq[*wardround.Link], concern wardround.Concern, checks []*Check, each func(c *Check, fresh bool)) Coverage {
	var cov Coverage
	for _, c := range checks {
		if c.Concern != concern {
			continue
		}
		x, judged := m[c.ID]
		switch {
		case c.Uncounted && x.State != wardround.Fail, !judged && !c.AppliesTo(a, links):
			continue
		case x.State == wardround.Fail:
			cov.Failing++
			cov.Worst = max(cov.Worst, x.Severity)
		case judged && x.State == wardround.Unknown:
			cov.Unknown++
		}
		cov.Applicable++
		if x.Fresh {
			cov.Fresh++
		}
		if each != nil {
			each(c, x.Fresh)
		}
	}
	return cov
}
