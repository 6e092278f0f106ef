package trial

import (
	"context"
	"fmt"
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/performance"
	"github.com/wardround/wardround/stat/poison"
)

// TrainingOptions say how a training set is looked through.
type TrainingOptions struct {
	Label   string
	Ignore  []string // columns that are no features: ids
	Trusted string   // a set of the same kind that is trusted: what is usual
	Flips   float64  // share of labels that all neighbours contradict: 0.05, or twice the trusted set's
	Seed    uint64
}

// categories bounds the values of a text that become features of their own.
const categories = 32

// Training looks through a training set for marks of data that somebody put there.
// Errors: EInvalid, with file, row and column.
func Training(ctx context.Context, file string, o TrainingOptions) (*Report, error) {
	const op = "trial.training"
	set, names, notes, err := features(file, o, op)
	if err != nil {
		return nil, err
	}
	r := &Report{Probe: "poisoning", Rows: int64(len(set.Rows)), Notes: notes}
	again, err := poison.Duplicates(set)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	rows := float64(len(set.Rows))
	repeated, contrary := 0, 0
	for _, g := range again {
		repeated += len(g.Rows) - 1
		if g.Contrary {
			contrary += len(g.Rows)
			r.row(g.Rows[0], "the same values stand %d times, with labels that differ", len(g.Rows))
		} else if len(g.Rows) >= 10 && float64(len(g.Rows)) > rows/100 {
			r.row(g.Rows[0], "the same values stand %d times", len(g.Rows))
		}
	}
	r.most("rows that stand there again", performance.Wilson(float64(repeated), rows, level), .2)
	r.most("same rows with labels that differ", performance.Wilson(float64(contrary), rows, level), .02)

	opt := poison.Options{Seed: o.Seed}
	flips, err := poison.Neighbours(ctx, set, opt)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	limit := o.Flips
	if limit == 0 {
		limit = .05
	}
	if o.Trusted != "" {
		trusted, _, _, err := features(o.Trusted, o, op)
		if err != nil {
			return nil, err
		}
		usual, err := poison.Neighbours(ctx, trusted, opt)
		if err != nil {
			return nil, wardround.Wrap(wardround.EInvalid, op, err)
		}
		limit = max(.01, 2*usual.Share())
		r.Notes = append(r.Notes, fmt.Sprintf("of the trusted set %s of labels are contradicted; twice that, and at least 1 %%, is the limit", percent(usual.Share())))
	}
	for _, f := range flips.Found {
		r.row(f.Row, "labelled %s, %s of its neighbours %s", names[f.Label], percent(f.Share), names[f.Others])
	}
	r.most("labels that neighbours contradict", performance.Wilson(float64(len(flips.Found)), float64(flips.Looked), level), limit)

	directions, err := poison.Spectral(ctx, set, opt)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	for _, d := range directions {
		m := kind.ModelResult{Name: "direction of its own: " + names[d.Label], Value: float64(len(d.Found)) / float64(d.Rows), N: int64(d.Rows), State: Pass}
		if len(d.Found) > 0 {
			m.State, m.Why = Fail, fmt.Sprintf("%d rows lie apart along the strongest direction (tail %.1f, 3 is ordinary)", len(d.Found), d.Tail)
		}
		r.add(m)
		for _, x := range d.Found {
			r.row(x.Row, "labelled %s, %.1f spreads out along the strongest direction of its class", names[d.Label], x.Score)
		}
	}
	if len(directions) == 0 {
		r.add(kind.ModelResult{Name: "direction of its own", State: Unknown, Why: "no class has 50 rows", N: r.Rows})
	}
	r.Notes = append(r.Notes, "none of it proves an attack: rare diseases look so, too")
	return r.decide(), nil
}

// features makes a set of a table: numbers as they are, short categories as one feature
// each; other texts are left out, and that is said.
func features(file string, o TrainingOptions, op string) (poison.Set, []string, []string, error) {
	var set poison.Set
	c, err := readTable(file, op)
	if err != nil {
		return set, nil, nil, err
	}
	labels, names, err := c.labels(file, o.Label, op)
	if err != nil {
		return set, nil, nil, err
	}
	set.Labels = labels
	var cols [][]float64
	var notes []string
	for _, n := range c.names {
		if n == o.Label || slices.Contains(o.Ignore, n) {
			continue
		}
		if x, ok := c.nums[n]; ok {
			cols = append(cols, x)
			continue
		}
		values := map[string]int{}
		for _, s := range c.texts[n] {
			if _, ok := values[s]; !ok && len(values) <= categories {
				values[s] = len(values)
			}
		}
		if len(values) > categories {
			notes = append(notes, fmt.Sprintf("column %s is left out: more than %d texts", n, categories))
			continue
		}
		first := len(cols)
		for range values {
			cols = append(cols, make([]float64, c.rows))
		}
		for i, s := range c.texts[n] {
			cols[first+values[s]][i] = 1
		}
	}
	if len(cols) == 0 {
		return set, nil, nil, wardround.Errorf(wardround.EInvalid, op, "%s has no column that can be looked at beside %s", file, o.Label)
	}
	if c.rows*len(cols) > maxTableCells {
		return set, nil, nil, wardround.Errorf(wardround.EInvalid, op, "%s: more than %d values; give a sample of it", file, maxTableCells)
	}
	flat := make([]float64, c.rows*len(cols))
	for i := range c.rows {
		row := flat[i*len(cols) : (i+1)*len(cols)]
		for j := range cols {
			row[j] = cols[j][i]
		}
		set.Rows = append(set.Rows, row)
	}
	return set, names, notes, nil
}
