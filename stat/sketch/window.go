package sketch

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Version is that of what [Window.Encode] writes.
const Version = 1

// Window is all that is kept of a model's work at one service from From to before To:
// no row of it.
type Window struct {
	Version                 int // 0 is [Version]
	Model, Release, Service string
	From, To                time.Time // UTC; zero where a file tells no time
	Rows                    int64     // records folded in
	Refused                 int64     // records that were not, with a reason told elsewhere
	// Units counts patients or studies: nil where no unit is told. RowsPerUnit is over
	// the units of each part that was merged, so a unit in two parts counts in both.
	Units       *HLL
	RowsPerUnit Moments
	Columns     []*Column  // by name, group
	Outcomes    []*Outcome // by score, group
	Schema      string     // digest of names, types, roles and units: see [Window.Digest]
}

// Column returns the column of a name and group, or nil.
func (w *Window) Column(name, group string) *Column {
	for _, c := range w.Columns {
		if c.Name == name && c.Group == group {
			return c
		}
	}
	return nil
}

// Outcome returns the table of a score and group, or nil.
func (w *Window) Outcome(score, group string) *Outcome {
	for _, o := range w.Outcomes {
		if o.Score == score && o.Group == group {
			return o
		}
	}
	return nil
}

// Digest is that of the names, types, roles and units of the columns of all rows:
// groups come and go with the rows, the schema does not. Schema should hold it.
func (w *Window) Digest() string {
	h := sha256.New()
	cs := slices.Clone(w.Columns)
	slices.SortStableFunc(cs, byColumn)
	for _, c := range cs {
		if c.Group == "" {
			fmt.Fprintf(h, "%q %q %q %q\n", c.Name, c.Type, c.Role, c.Unit)
		}
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// EffectiveUnits is the number of independent units: patients or studies where they
// are told, rows otherwise.
func (w *Window) EffectiveUnits() int64 {
	if w.Units == nil {
		return w.Rows
	}
	return min(w.Units.Estimate(), w.Rows)
}

// Merge adds what o holds: a shard, another hour, another site. Model and schema must
// be equal; a release or service that differs is left out of the result, a group that
// only one has is taken. On an error w is unchanged, and the error says what differs.
func (w *Window) Merge(o *Window) error {
	if err := w.fits(o); err != nil {
		return fmt.Errorf("windows do not merge: %w", err)
	}
	if w.Release != o.Release {
		w.Release = ""
	}
	if w.Service != o.Service {
		w.Service = ""
	}
	if w.From.IsZero() || o.From.IsZero() {
		w.From = time.Time{}
	} else if o.From.Before(w.From) {
		w.From = o.From
	}
	if w.To.IsZero() || o.To.IsZero() {
		w.To = time.Time{}
	} else if o.To.After(w.To) {
		w.To = o.To
	}
	w.Rows += o.Rows
	w.Refused += o.Refused
	w.RowsPerUnit.Merge(o.RowsPerUnit)
	if w.Units != nil {
		w.Units.Merge(o.Units)
	}
	for _, c := range o.Columns {
		if mine := w.Column(c.Name, c.Group); mine != nil {
			if err := mine.Merge(c); err != nil {
				return err // cannot be: looked at before
			}
		} else {
			w.Columns = append(w.Columns, c.Clone())
		}
	}
	for _, t := range o.Outcomes {
		if mine := w.Outcome(t.Score, t.Group); mine != nil {
			if err := mine.Merge(t); err != nil {
				return err
			}
		} else {
			w.Outcomes = append(w.Outcomes, t.Clone())
		}
	}
	w.sort()
	return nil
}

// fits reports why o cannot be merged into w.
func (w *Window) fits(o *Window) error {
	a, b := cmp.Or(w.Version, Version), cmp.Or(o.Version, Version)
	switch {
	case a != b:
		return fmt.Errorf("one is of version %d, one of %d", a, b)
	case w.Model != o.Model:
		return fmt.Errorf("one is of model %q, one of %q", w.Model, o.Model)
	case (w.Units == nil) != (o.Units == nil):
		return errors.New("units are told on one side only")
	}
	var errs []error
	for _, c := range o.Columns {
		mine := w.Column(c.Name, c.Group)
		switch {
		case mine != nil:
			if err := mine.fits(c); err != nil {
				errs = append(errs, fmt.Errorf("column %s %w", named(c.Name, c.Group), err))
			}
		case c.Group == "":
			errs = append(errs, fmt.Errorf("column %s is on one side only", c.Name))
		}
	}
	for _, c := range w.Columns {
		if c.Group == "" && o.Column(c.Name, "") == nil {
			errs = append(errs, fmt.Errorf("column %s is on one side only", c.Name))
		}
	}
	for _, t := range o.Outcomes {
		if mine := w.Outcome(t.Score, t.Group); mine != nil {
			if mine.Bins != t.Bins || mine.Low != t.Low || mine.High != t.High {
				errs = append(errs, fmt.Errorf("outcome table %s has %d bins here and %d there, or other bounds", named(t.Score, t.Group), mine.Bins, t.Bins))
			}
		}
	}
	if len(errs) > 5 {
		errs = append(errs[:5], fmt.Errorf("and %d more", len(errs)-5))
	}
	return errors.Join(errs...)
}

func (w *Window) sort() {
	slices.SortStableFunc(w.Columns, byColumn)
	slices.SortStableFunc(w.Outcomes, byOutcome)
}

func byOutcome(a, b *Outcome) int {
	return cmp.Or(cmp.Compare(a.Score, b.Score), cmp.Compare(a.Group, b.Group))
}

func byColumn(a, b *Column) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Group, b.Group))
}

// RowsTogether is the size of the unit that the average row lies in: more than the mean
// of units where some give many rows and most give few, and what the rows of a column
// are to be divided by where those of a unit are alike (the design effect of sampling by
// clusters of different sizes, Kish 1965). At least 1; 1 where no unit is told.
func (w *Window) RowsTogether() float64 {
	m := w.RowsPerUnit.Mean
	if w.Units != nil && w.Rows > 0 { // a unit of several parts counts in each of them there
		m = max(m, float64(w.Rows)/float64(max(w.Units.Estimate(), 1)))
	}
	if r := w.RowsPerUnit; r.N > 0 && r.Mean > 0 {
		m *= 1 + r.M2/float64(r.N)/r.Mean/r.Mean
	}
	return max(m, 1)
}
