// Package coverage is the projection that says, for the four kinds of component
// and the three concerns, what is failing, what is as it should be, what cannot be
// told, and where nobody is looking. It is computed from verdicts, never typed in.
package coverage

import (
	"context"
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// Matrix is the coverage of a site: one row per kind, one cell per concern.
type Matrix struct {
	Rows []Row `json:"rows"`
	// Unclassified counts the assets whose kind is not known; they are judged by
	// every check and shown in a row of their own.
	Unclassified int `json:"unclassified"`
}

// Row is one kind of component.
type Row struct {
	Kind   wardround.AssetKind `json:"kind"` // 0: not known
	Assets int                 `json:"assets"`
	Cells  []Cell              `json:"cells"` // in the order of wardround.Concerns
}

// Cell counts the assets of one kind in one concern. An asset is counted once: in
// Failing, else Unknown, else Passing; or in Unwatched when no check has a fresh
// answer for it.
type Cell struct {
	Concern   wardround.Concern  `json:"concern"`
	Worst     wardround.Severity `json:"worst"` // of the failing verdicts
	Failing   int                `json:"failing"`
	Passing   int                `json:"passing"`
	Unknown   int                `json:"unknown"`
	Unwatched int                `json:"unwatched"`
	// Fresh of Applicable checks have a current pass or fail for some asset of the
	// row.
	Fresh      int `json:"checks_fresh"`
	Applicable int `json:"checks_applicable"`
}

type tally struct {
	cell  Cell
	fresh map[string]bool
	apply map[string]bool
}

// see notes which checks count for the row.
func (t *tally) see(c *check.Check, fresh bool) {
	t.apply[c.ID] = true
	if fresh {
		t.fresh[c.ID] = true
	}
}

// count puts one asset into its place in the cell.
func (t *tally) count(c check.Coverage) {
	t.cell.Worst = max(t.cell.Worst, c.Worst)
	switch {
	case c.Failing > 0:
		t.cell.Failing++
	case c.Fresh == 0 && c.Unknown == 0:
		t.cell.Unwatched++
	case c.Unknown > 0 || c.Fresh < c.Applicable:
		t.cell.Unknown++
	default:
		t.cell.Passing++
	}
}

// Compute reads the site's assets and verdicts and returns the matrix.
func Compute(ctx context.Context, r wardround.Reader, s wardround.Scope, checks []*check.Check) (*Matrix, error) {
	known := map[string]bool{}
	for _, c := range checks {
		known[c.ID] = true
	}
	said := map[wardround.Subject]check.Answers{}
	for v, err := range r.Verdicts(ctx, s, wardround.VerdictFilter{}) {
		if err != nil {
			return nil, err
		}
		if !known[v.Check] {
			continue
		}
		if said[v.Subject] == nil {
			said[v.Subject] = check.Answers{}
		}
		said[v.Subject].Add(v.Check, v.State, v.Severity)
	}
	links := map[wardround.AssetID][]*wardround.Link{}
	for l, err := range r.Links(ctx, s) {
		if err != nil {
			return nil, err
		}
		links[l.Client] = append(links[l.Client], l)
		links[l.Server] = append(links[l.Server], l)
	}
	kinds := append(append([]wardround.AssetKind(nil), wardround.AssetKinds...), 0)
	rows := map[wardround.AssetKind]*Row{}
	tallies := map[wardround.AssetKind][]*tally{}
	for _, k := range kinds {
		rows[k] = &Row{Kind: k}
		for _, c := range wardround.Concerns {
			tallies[k] = append(tallies[k], &tally{cell: Cell{Concern: c}, fresh: map[string]bool{}, apply: map[string]bool{}})
		}
	}
	for a, err := range r.Assets(ctx, s) {
		if err != nil {
			return nil, err
		}
		if a.Remote || a.MergedInto != "" {
			continue
		}
		row := rows[a.Kind]
		if row == nil {
			row = rows[0]
		}
		row.Assets++
		// History keeps its original subject; a link is part of both its ends.
		mine, flows := check.Answers{}, []*wardround.Link(nil)
		for _, id := range append([]wardround.AssetID{a.ID}, a.Aliases...) {
			mine.Join(said[wardround.AssetSubject(id)])
			flows = append(flows, links[id]...)
		}
		for _, l := range flows {
			mine.Join(said[wardround.LinkSubject(l.ID)])
		}
		for _, t := range tallies[row.Kind] {
			t.count(mine.Coverage(a, slices.Values(flows), t.cell.Concern, checks, t.see))
		}
	}
	m := &Matrix{Unclassified: rows[0].Assets}
	for _, k := range kinds {
		row := rows[k]
		if k == 0 && row.Assets == 0 {
			continue
		}
		for _, t := range tallies[k] {
			t.cell.Fresh, t.cell.Applicable = len(t.fresh), len(t.apply)
			row.Cells = append(row.Cells, t.cell)
		}
		m.Rows = append(m.Rows, *row)
	}
	return m, nil
}
