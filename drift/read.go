package drift

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"github.com/wardround/wardround/format/table"
)

// data is one side, read.
type data struct {
	side    Side
	columns []*column
	index   map[string]int
	groups  map[string]*data // "sex=F"; columns only
	order   []string         // of groups
	dropped map[string]int64 // rows of group columns with too many values
	sample  *sample
}

func (d *data) column(name string) *column {
	if i, ok := d.index[name]; ok {
		return d.columns[i]
	}
	return nil
}

// kinds that a configuration, or the other side, gives to columns.
func kinds(c Config, like []table.Column) map[string]table.Kind {
	out := make(map[string]table.Kind)
	for _, col := range like {
		out[col.Name] = col.Kind
	}
	for name, col := range c.Columns {
		switch col.Type {
		case "number":
			out[name] = table.Number
		case "category":
			out[name] = table.Text
		case "bool":
			out[name] = table.Bool
		}
	}
	for _, name := range append(slices.Clone(c.Groups), c.Source, c.Unit) {
		if name != "" {
			out[name] = table.Text
		}
	}
	return out
}

const maxUnits = 20_000_000

// reader folds a table into columns.
type reader struct {
	cfg   Config
	file  *table.File
	data  *data
	bound int
	units map[string]uint32
	by    []string // group columns
	rnd   *rand.Rand

	values []table.Values // of each worker
}

func load(ctx context.Context, f *table.File, name string, cfg Config) (*data, error) {
	cols := f.Columns()
	if len(cols) == 0 {
		return nil, invalid("%s: has no columns", name)
	}
	if len(cols) > cfg.Limits.Columns {
		return nil, invalid("%s: has %d columns, more than %d; raise limits.columns or leave some out", name, len(cols), cfg.Limits.Columns)
	}
	r := &reader{cfg: cfg, file: f, rnd: rand.New(rand.NewPCG(cfg.Seed, seedOf("rows"))), values: make([]table.Values, runtime.GOMAXPROCS(0))}
	for _, g := range append(slices.Clone(cfg.Groups), cfg.Source) {
		if g != "" && f.Index(g) >= 0 && !slices.Contains(r.by, g) {
			r.by = append(r.by, g)
		}
	}
	r.bound = min(5_000_000, max(1000, cfg.Limits.Values/(2*len(cols)*(1+len(r.by)))))
	if cfg.Unit != "" {
		if f.Index(cfg.Unit) < 0 {
			return nil, invalid("%s: has no column %q, which the configuration names as unit", name, cfg.Unit)
		}
		r.units = make(map[string]uint32)
	}
	r.data = r.empty()
	r.data.side.File = filepath.Base(name)
	r.data.groups = make(map[string]*data)
	r.data.dropped = make(map[string]int64)
	r.data.sample = newSample(cols, cfg.Multivariate.Rows)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		b, err := f.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = r.batch(b)
		}
		if err != nil {
			return nil, named(name, err)
		}
	}
	d := r.data
	d.side.Units = int64(len(r.units))
	var why []error
	d.side.Refused, why = f.Refused()
	if d.side.Rows == 0 {
		if len(why) > 0 {
			return nil, invalid("%s: no row could be read: %w", name, why[0])
		}
		return nil, invalid("%s: has no rows", name)
	}
	return d, nil
}

func (r *reader) empty() *data {
	d := &data{index: make(map[string]int)}
	for i, c := range r.file.Columns() {
		d.columns = append(d.columns, newColumn(c, r.bound, r.cfg.Limits.Categories, r.cfg.Unit != ""))
		d.index[c.Name] = i
	}
	return d
}

func (r *reader) batch(b *table.Batch) error {
	var v table.Values
	units, err := r.unitsOf(b, &v)
	if err != nil {
		return err
	}
	members := make([][]*data, len(r.by))
	for g, name := range r.by {
		if members[g], err = r.members(b, &v, name); err != nil {
			return err
		}
	}
	slots := r.data.sample.draw(r.rnd, r.data.side.Rows, b.Rows)
	errs := make([]error, len(r.values))
	var wg sync.WaitGroup
	for k := range r.values { // columns side by side; none of them shares anything
		wg.Go(func() {
			for c := k; c < len(r.data.columns) && errs[k] == nil; c += len(r.values) {
				errs[k] = r.column(b, c, &r.values[k], units, members, slots)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	r.data.sample.putUnits(units, slots)
	r.data.side.Rows += int64(b.Rows)
	for _, of := range members {
		for _, d := range of {
			if d != nil {
				d.side.Rows++
			}
		}
	}
	return nil
}

// column takes in a column of a batch.
func (r *reader) column(b *table.Batch, c int, v *table.Values, units []uint32, members [][]*data, slots []slot) error {
	if err := b.Read(c, v); err != nil {
		return err
	}
	r.data.columns[c].addAll(v, units)
	for _, of := range members {
		for i := range b.Rows {
			if of[i] == nil {
				continue
			}
			var u uint32
			if units != nil {
				u = units[i]
			}
			of[i].columns[c].add(v, i, u)
		}
	}
	r.data.sample.put(c, v, slots)
	return nil
}

func (r *reader) unitsOf(b *table.Batch, v *table.Values) ([]uint32, error) {
	if r.units == nil {
		return nil, nil
	}
	if err := b.Read(r.file.Index(r.cfg.Unit), v); err != nil {
		return nil, err
	}
	out := make([]uint32, b.Rows)
	for i := range out {
		key := label(v, i)
		if key == "" { // of no known unit: a unit of its own
			key = "\x00" + strconv.FormatInt(b.First+int64(i), 10)
		}
		u, ok := r.units[key]
		if !ok {
			if len(r.units) == maxUnits {
				return nil, fmt.Errorf("more than %d units in column %q", maxUnits, r.cfg.Unit)
			}
			u = uint32(len(r.units))
			r.units[key] = u
		}
		out[i] = u
	}
	return out, nil
}

// members gives for each row the group it belongs to by one column; nil where it has no value or there are too many groups.
func (r *reader) members(b *table.Batch, v *table.Values, name string) ([]*data, error) {
	if err := b.Read(r.file.Index(name), v); err != nil {
		return nil, err
	}
	out := make([]*data, b.Rows)
	for i := range out {
		l := label(v, i)
		if l == "" {
			continue
		}
		key := name + "=" + l
		d, ok := r.data.groups[key]
		if !ok {
			if len(r.data.groups) >= r.cfg.Limits.Groups*len(r.by) {
				r.data.dropped[name]++
				continue
			}
			d = r.empty()
			r.data.groups[key] = d
			r.data.order = append(r.data.order, key)
		}
		out[i] = d
	}
	return out, nil
}

func label(v *table.Values, i int) string {
	if !v.Ok(i) {
		return ""
	}
	if v.Kind == table.Text {
		return v.Dict[v.Codes[i]]
	}
	return strconv.FormatFloat(v.Numbers[i], 'g', -1, 64)
}

// sample is a reservoir of whole rows (Vitter's algorithm R), for tests that need them.
type sample struct {
	cols    []table.Column
	size    int
	rows    int
	numbers [][]float64
	texts   [][]string
	units   []uint32
}

func newSample(cols []table.Column, size int) *sample {
	s := &sample{cols: cols, size: size, numbers: make([][]float64, len(cols)), texts: make([][]string, len(cols))}
	if len(cols) > maxSampled {
		s.size = max(50, size*maxSampled/len(cols))
	}
	for c, col := range cols {
		if col.Kind == table.Text {
			s.texts[c] = make([]string, s.size)
		} else {
			s.numbers[c] = make([]float64, s.size)
		}
	}
	s.units = make([]uint32, s.size)
	return s
}

const maxSampled = 500 // columns at the full number of rows

type slot struct{ row, at int }

// draw says which rows of the next batch go where.
func (s *sample) draw(r *rand.Rand, seen int64, n int) []slot {
	var out []slot
	for i := range n {
		switch k := seen + int64(i); {
		case k < int64(s.size):
			out = append(out, slot{i, int(k)})
			s.rows = int(k) + 1
		default:
			if j := r.Int64N(k + 1); j < int64(s.size) {
				out = append(out, slot{i, int(j)})
			}
		}
	}
	return out
}

func (s *sample) put(c int, v *table.Values, slots []slot) {
	for _, t := range slots {
		switch {
		case s.texts[c] != nil:
			s.texts[c][t.at] = ""
			if v.Ok(t.row) {
				s.texts[c][t.at] = v.Dict[v.Codes[t.row]]
			}
		case v.Ok(t.row):
			s.numbers[c][t.at] = v.Numbers[t.row]
		default:
			s.numbers[c][t.at] = math.NaN()
		}
	}
}

func (s *sample) putUnits(units []uint32, slots []slot) {
	if units == nil {
		return
	}
	for _, t := range slots {
		s.units[t.at] = units[t.row]
	}
}
