package drift

import (
	"bufio"
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/table"
	"github.com/wardround/wardround/stat/sketch"
)

// Sketches compares two windows of sketches, as "model sketch" makes them: what may be kept of data that may not be kept. Ranks,
// counts and quality are compared as those of files are; rows as a whole are not, for a sketch holds none. Groups are those of
// the configuration that both windows have. Errors: EInvalid.
func Sketches(ctx context.Context, reference, current *sketch.Window, cfg Config) (*Report, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	a, err := fromWindow(reference, "reference", cfg)
	if err != nil {
		return nil, err
	}
	b, err := fromWindow(current, "current", cfg)
	if err != nil {
		return nil, err
	}
	return compare(ctx, a, b, cfg)
}

// window reads a file as a sketch; nil if it is none.
func window(name string) (*sketch.Window, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, named(name, err)
	}
	defer f.Close()
	r := bufio.NewReader(f)
	if head, _ := r.Peek(64); !sketch.IsSketch(head) {
		return nil, nil
	}
	w, err := sketch.Decode(r, sketch.Limits{})
	if err != nil {
		return nil, named(name, err)
	}
	return w, nil
}

// open reads one side: a sketch, or a table that is read as what the other side is.
func open(ctx context.Context, name string, like []table.Column, cfg Config) (d *data, cols []table.Column, notes []string, err error) {
	w, err := window(name)
	if err != nil {
		return nil, nil, nil, err
	}
	if w != nil {
		if d, err = fromWindow(w, name, cfg); err != nil {
			return nil, nil, nil, err
		}
		for _, c := range d.columns {
			cols = append(cols, table.Column{Name: c.name, Kind: c.kind})
		}
		return d, cols, nil, nil
	}
	f, err := table.Open(name, table.Options{Kinds: kinds(cfg, like)})
	if err != nil {
		return nil, nil, nil, named(name, err)
	}
	defer f.Close()
	if d, err = load(ctx, f, name, cfg); err != nil {
		return nil, nil, nil, err
	}
	return d, f.Columns(), f.Notes(), nil
}

// fromWindow makes a side of a window.
func fromWindow(w *sketch.Window, name string, cfg Config) (*data, error) {
	if w.Rows == 0 {
		return nil, invalid("%s: has no rows", name)
	}
	if len(w.Columns) == 0 {
		return nil, invalid("%s: has no columns", name)
	}
	d := &data{index: map[string]int{}, groups: map[string]*data{}, dropped: map[string]int64{}}
	d.side = Side{File: filepath.Base(name), Rows: w.Rows, Refused: w.Refused}
	if w.Units != nil {
		d.side.Units = max(1, w.Units.Estimate())
	}
	for _, c := range w.Columns {
		of := d
		if c.Group != "" {
			if by, _, _ := strings.Cut(c.Group, "="); !inGroup(cfg, by) {
				continue
			}
			if of = d.groups[c.Group]; of == nil {
				of = &data{index: map[string]int{}, side: Side{Rows: c.Rows()}}
				d.groups[c.Group] = of
				d.order = append(d.order, c.Group)
			}
		} else if len(d.columns) >= cfg.Limits.Columns {
			return nil, invalid("%s: has more than %d columns; raise limits.columns or leave some out", name, cfg.Limits.Columns)
		}
		if _, ok := of.index[c.Name]; ok {
			continue // Decode refuses this already
		}
		of.index[c.Name] = len(of.columns)
		of.columns = append(of.columns, fromSketch(c, w, cfg))
	}
	slices.Sort(d.order)
	return d, nil
}

// fromSketch makes a column of one of a window. While a sketch still holds every value, they are written out: tests are exact.
func fromSketch(c *sketch.Column, w *sketch.Window, cfg Config) *column {
	out := &column{name: c.Name, n: c.N, missing: c.Missing, invalid: c.Invalid, infinite: c.PosInf + c.NegInf, most: cfg.Limits.Categories}
	if w.Units != nil {
		out.worth = worth(c.N, w, cfg.ICC)
	}
	switch c.Type {
	case sketch.Category, sketch.Bool:
		out.kind, out.distinct = table.Text, c.Distinct
		if out.tooMany = !c.Top.Exact(); out.tooMany {
			break
		}
		out.counts = map[string]int64{}
		for _, item := range c.Top.Top(-1) {
			out.counts[item.Text] = item.Mid
		}
		if c.Type == sketch.Bool { // a table has them as the numbers 0 and 1
			out.kind, out.distinct = table.Bool, nil
			out.counts = map[string]int64{"0": out.counts["false"], "1": out.counts["true"]}
		}
	default:
		out.kind = table.Number
		if c.Type == sketch.Time {
			out.kind = table.Time
		}
		const few = 20_000 // of equal values even a sketch may hold many
		if c.Ranks.Exact() && c.N <= few {
			values, shares, _ := c.Ranks.Steps()
			for i, x := range values {
				for upto := int(math.Round(shares[i] * float64(c.N))); len(out.values) < upto; {
					out.values = append(out.values, x)
				}
			}
		} else {
			out.ranks = c.Ranks
		}
	}
	return out
}

// worth is how many independent values n rows of a window are: over 1 + (m − 1)·icc, m being the size of the unit that the
// average row lies in. Where nobody said how alike rows of a unit are, they are taken as the same.
func worth(n int64, w *sketch.Window, icc *float64) float64 {
	alike := 1.0
	if icc != nil {
		alike = *icc
	}
	return math.Max(1, float64(n)/(1+(w.RowsTogether()-1)*alike))
}
