package board

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/coverage"
)

// Coverage returns the matrix: what [coverage.Compute] says of the store, out of
// what was counted per asset already. It must not be changed.
func (b *Board) Coverage(v Visible) *coverage.Matrix {
	if v.All() {
		return b.coverage.of(b.version(), func() *coverage.Matrix { return b.matrix(v) })
	}
	return b.matrix(v)
}

func (b *Board) matrix(v Visible) *coverage.Matrix {
	rows, _, _ := b.assetRows()
	type tally struct {
		assets       int
		cells        []coverage.Cell
		fresh, apply bits
	}
	kinds := append(append([]wardround.AssetKind(nil), wardround.AssetKinds...), 0)
	tallies := map[wardround.AssetKind]*tally{}
	for _, k := range kinds {
		t := &tally{fresh: b.noBits(), apply: b.noBits()}
		for _, c := range wardround.Concerns {
			t.cells = append(t.cells, coverage.Cell{Concern: c})
		}
		tallies[k] = t
	}
	for r := range rows {
		if r.raw.Remote || r.raw.MergedInto != "" || !v.sees(r.who) {
			continue
		}
		t := tallies[r.raw.Kind]
		if t == nil {
			t = tallies[0]
		}
		t.assets++
		t.fresh.join(r.fresh)
		t.apply.join(r.apply)
		for i := range t.cells {
			c, s := &t.cells[i], &r.status[i]
			c.Worst = max(c.Worst, s.Worst)
			switch s.State {
			case Failing:
				c.Failing++
			case Passing:
				c.Passing++
			case Unknown:
				c.Unknown++
			default:
				c.Unwatched++
			}
		}
	}
	m := &coverage.Matrix{Unclassified: tallies[0].assets}
	for _, k := range kinds {
		t := tallies[k]
		if k == 0 && t.assets == 0 {
			continue
		}
		for i, c := range b.opt.Checks {
			for j := range t.cells {
				if t.cells[j].Concern != c.Concern {
					continue
				}
				if t.apply.has(i) {
					t.cells[j].Applicable++
				}
				if t.fresh.has(i) {
					t.cells[j].Fresh++
				}
			}
		}
		m.Rows = append(m.Rows, coverage.Row{Kind: k, Assets: t.assets, Cells: t.cells})
	}
	return m
}

// Counts returns how many findings ask for attention, by severity: every severity
// from critical to info is there. It must not be changed.
func (b *Board) Counts(v Visible) map[string]int {
	if v.everything() {
		return b.counts.of(b.version(), func() map[string]int { return b.count(v) })
	}
	return b.count(v)
}

func (b *Board) count(v Visible) map[string]int {
	b.mu.RLock()
	live := b.live
	b.mu.RUnlock()
	var n [wardround.Critical + 1]int
	for r := range live.all() {
		if r.asks && v.finding(r) {
			n[r.severity]++
		}
	}
	m := map[string]int{}
	for s := wardround.Info; s <= wardround.Critical; s++ {
		m[s.String()] = n[s]
	}
	return m
}
