// Package coverage is the projection that says, for the four kinds of component
// and the three concerns, what is failing, what is as it should be, what cannot be
// told, and where nobody is looking. It is computed from verdicts, never typed in.
package coverage

import (
	"context"

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

// Compute reads the site's assets and verdicts and returns the matrix.
func Compute(ctx context.Context, r wardround.Reader, s wardround.Scope, checks []*check.Check) (*Matrix, error) {
	byID := map[string]*check.Check{}
	for _, c := range checks {
		byID[c.ID] = c
	}
	type said struct {
		state wardround.State
		sev   wardround.Severity
	}
	verdicts := map[wardround.AssetID]map[string]said{}
	for v, err := range r.Verdicts(ctx, s, wardround.VerdictFilter{}) {
		if err != nil {
			return nil, err
		}
		if v.Subject.Kind != wardround.SubjectAsset || byID[v.Check] == nil {
			continue
		}
		id := wardround.AssetID(v.Subject.ID)
		if verdicts[id] == nil {
			verdicts[id] = map[string]said{}
		}
		x, ok := verdicts[id][v.Check]
		if !ok {
			x.state = v.State
		}
		x.state = x.state.Worse(v.State)
		if v.State == wardround.Fail {
			x.sev = max(x.sev, v.Severity)
		}
		verdicts[id][v.Check] = x
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
		mine := verdicts[a.ID]
		for _, alias := range a.Aliases { // history keeps its original subject
			for id, x := range verdicts[alias] {
				if mine == nil {
					mine = map[string]said{}
				}
				if y, ok := mine[id]; ok {
					x = said{x.state.Worse(y.state), max(x.sev, y.sev)}
				}
				mine[id] = x
			}
		}
		for _, t := range tallies[row.Kind] {
			applicable, fresh, unknown, failing := 0, 0, 0, 0
			for _, c := range checks {
				if c.Concern != t.cell.Concern {
					continue
				}
				x, judged := mine[c.ID]
				if !judged && !c.AppliesTo(a) {
					continue
				}
				applicable++
				t.apply[c.ID] = true
				switch {
				case judged && x.state == wardround.Fail:
					failing++
					fresh++
					t.fresh[c.ID] = true
					t.cell.Worst = max(t.cell.Worst, x.sev)
				case judged && x.state == wardround.Pass:
					fresh++
					t.fresh[c.ID] = true
				case judged:
					unknown++
				}
			}
			switch {
			case failing > 0:
				t.cell.Failing++
			case fresh == 0 && unknown == 0:
				t.cell.Unwatched++
			case unknown > 0 || fresh < applicable:
				t.cell.Unknown++
			default:
				t.cell.Passing++
			}
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
