package picture

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
)

// Version names what is known of one version of a model, by digest; "" is not there.
type Version struct {
	Name      string
	Card      string
	Plan      string
	Reference string
	Diff      string // of the weights against the version before
	Key       string // of the model that answers in it, for what was measured here
}

// Comparison is what differs between two versions.
type Comparison struct {
	Changes  []Change         `json:"changes"`
	Verdict  string           `json:"verdict" enum:"inside,outside,unknown" doc:"Against the changes that were agreed in the plan of the first (PCCP)."`
	Planned  bool             `json:"planned" doc:"The first has a plan that agrees to changes."`
	Unseen   []string         `json:"unseen" doc:"Of what nothing is known in either version."`
	Rollback string           `json:"rollback,omitempty"`
	Columns  []ColumnDistance `json:"columns" doc:"The references, column by column, the farthest apart first."`
	// ColumnsKnown: both versions have a reference that can be read.
	ColumnsKnown bool     `json:"columns_known"`
	Weights      *Weights `json:"weights,omitempty" doc:"Tensor by tensor, where a comparison came with the second."`
	// CardsKnown: both versions have a card that can be read; Cards is where they differ.
	CardsKnown bool         `json:"cards_known"`
	Cards      []CardChange `json:"cards"`
	Metrics    []MetricRow  `json:"metrics" doc:"Figures of performance side by side."`
	Problems   []string     `json:"problems" doc:"Documents that could not be read."`
}

// Change is one difference, held against the changes that were agreed.
type Change struct {
	What    string   `json:"what"`
	Item    string   `json:"item,omitempty"`
	From    string   `json:"from,omitempty"`
	To      string   `json:"to,omitempty"`
	Verdict string   `json:"verdict" enum:"inside,outside,unknown"`
	Clause  string   `json:"clause,omitempty"`
	Why     string   `json:"why"`
	English []string `json:"english,omitempty" doc:"Names of the texts that stay English, because nobody translated them."`
}

// ColumnDistance is how far apart a column of two references is.
type ColumnDistance struct {
	Column   string    `json:"column"`
	Group    string    `json:"group,omitempty"`
	Unit     string    `json:"unit,omitempty"`
	Type     string    `json:"type"`
	A        int64     `json:"a" doc:"Rows in the first; 0: the column is not there."`
	B        int64     `json:"b"`
	Distance *Distance `json:"distance,omitempty"`
}

// Compare holds two versions beside each other. What cannot be read is told, and
// counts as not known. Errors: those of the blobs.
func (m *Models) Compare(a, b Version) (*Comparison, error) {
	out := &Comparison{Changes: []Change{}, Unseen: []string{}, Columns: []ColumnDistance{}, Cards: []CardChange{}, Metrics: []MetricRow{}, Problems: []string{}}
	old, plan, err := m.facts(a, out)
	if err != nil {
		return nil, err
	}
	latest, _, err := m.facts(b, out)
	if err != nil {
		return nil, err
	}
	diff, err := m.weights(b.Diff, out)
	if err != nil {
		return nil, err
	}
	c := model.Compare(old, latest, diff, plan)
	out.Planned = plan != nil && plan.PCCP != nil
	out.Verdict, out.Rollback = string(c.Verdict), c.Rollback
	for _, x := range c.Changes[:min(len(c.Changes), maxListed)] {
		out.Changes = append(out.Changes, Change{string(x.What), x.Item, x.From, x.To, string(x.Verdict), x.Clause, x.Why, nil})
	}
	for _, k := range c.Unseen {
		out.Unseen = append(out.Unseen, string(k))
	}
	if err := m.sides(a, b, plan, out); err != nil {
		return nil, err
	}
	if err := m.references(a.Reference, b.Reference, out); err != nil {
		return nil, err
	}
	slices.Sort(out.Problems)
	out.Problems = slices.Compact(out.Problems)
	return out, nil
}

// told reports whether an error is of a document and was told, rather than of the disk.
func (c *Comparison) told(err error) bool {
	switch wardround.ErrorCode(err) {
	case wardround.EInvalid, wardround.ENotFound, wardround.EIntegrity:
		c.Problems = append(c.Problems, err.Error())
		return true
	}
	return false
}

func (m *Models) facts(v Version, out *Comparison) (*model.Facts, *model.Plan, error) {
	f := &model.Facts{Release: v.Name}
	var plan *model.Plan
	for _, d := range []struct {
		digest string
		read   func([]byte) error
	}{
		{v.Plan, func(b []byte) error {
			p, err := model.ReadPlan(bytes.NewReader(b))
			if err == nil {
				plan = p
				f.OfPlan(p)
			}
			return err
		}},
		{v.Card, func(b []byte) error {
			d, err := modelcard.Read(bytes.NewReader(b), modelcard.Limits{})
			if err == nil {
				for _, c := range d.Cards {
					f.OfCard(c)
				}
			}
			return err
		}},
	} {
		if d.digest == "" {
			continue
		}
		b, err := m.text(d.digest)
		if err == nil {
			if e := d.read(b); e != nil {
				err = wardround.Errorf(wardround.EInvalid, "picture.compare", "%s: %w", v.Name, e)
			}
		}
		if err != nil && !out.told(err) {
			return nil, nil, err
		}
	}
	return f, plan, nil
}

// references compares two references column by column.
func (m *Models) references(a, b string, out *Comparison) error {
	var side [2]*sketch.Window
	for i, digest := range []string{a, b} {
		if digest == "" {
			return nil
		}
		w, err := m.window(digest)
		if err != nil {
			if out.told(err) {
				return nil
			}
			return err
		}
		side[i] = w
	}
	out.ColumnsKnown = true
	type name struct{ column, group string }
	seen := map[name]bool{}
	for i, w := range side {
		for _, c := range w.Columns {
			if n := (name{c.Name, c.Group}); seen[n] || len(out.Columns) >= maxListed {
				continue
			} else {
				seen[n] = true
			}
			x := ColumnDistance{Column: c.Name, Group: c.Group, Unit: c.Unit, Type: string(c.Type)}
			other := side[1-i].Column(c.Name, c.Group)
			p, q := c, other
			if i == 1 {
				p, q = other, c
			}
			if p != nil {
				x.A = p.N
			}
			if q != nil {
				x.B = q.N
			}
			x.Distance = distance(p, q)
			out.Columns = append(out.Columns, x)
		}
	}
	far := func(x ColumnDistance) float64 {
		if x.Distance == nil {
			return 2 // there in one only, or of another type
		}
		return x.Distance.Value
	}
	slices.SortStableFunc(out.Columns, func(a, b ColumnDistance) int {
		return cmp.Or(cmp.Compare(far(b), far(a)), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Group, b.Group))
	})
	return nil
}
