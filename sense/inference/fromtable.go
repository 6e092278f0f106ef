package inference

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/table"
	"github.com/wardround/wardround/sense"
	"github.com/wardround/wardround/stat/sketch"
)

// TableOptions say how a whole table becomes one window, such as a reference.
type TableOptions struct {
	Mapping    *Mapping          // nil: every column is a feature of the kind it looks like
	Pseudonyms *sense.Pseudonyms // for units; needed if the mapping has them
	Seed       uint64            // of the sketches; tables that will be merged want different ones
	K          int               // of quantile sketches, if the mapping does not say
	At         time.Time         // when ages are taken of birth dates; needed for those alone
	Workers    int               // default: as many as there are processors
	NoDisplay  bool
}

// Sketched is a window of a table and what was not put into it.
type Sketched struct {
	Window   *sketch.Window
	Withheld []string // columns whose texts look like identifiers: counted, not held
	Left     []string // columns that were left out, by name of a personal field or by the mapping
}

// Sketch folds a table into one window, columns side by side. The same table, options
// and seed give the same bytes, with any number of workers.
func Sketch(ctx context.Context, t *table.File, opt TableOptions) (*Sketched, error) {
	s, err := newTableSketch(t, opt)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "inference.sketch", err)
	}
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		b, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = s.batch(b)
		}
		if err != nil {
			return nil, wardround.Wrap(wardround.EInvalid, "inference.sketch", err)
		}
	}
	s.w.window.Refused, _ = t.Refused()
	out := &Sketched{Window: s.w.window, Left: s.left}
	out.Withheld = s.w.seal()
	s.w.window.From, s.w.window.To = s.from, s.to
	// What seal has put in place of a column is only in the window.
	return out, nil
}

// tableColumn is a column of the table that becomes one of the window.
type tableColumn struct {
	at    int
	field string
	f     Field
}

type tableSketch struct {
	t        *table.File
	m        *Mapping
	ps       *sense.Pseudonyms
	workers  int
	w        *open
	columns  []tableColumn
	scores   []tableColumn
	groups   []tableColumn // and the source
	unit     int
	label    int
	labelled Field
	time     int
	at       time.Time
	from, to time.Time
	left     []string
	pool     []*tableWorker
}

// tableWorker is what one goroutine reads into.
type tableWorker struct {
	v     table.Values
	parts [][]float64 // numbers by group
	valid [][]bool
}

func newTableSketch(t *table.File, opt TableOptions) (*tableSketch, error) {
	s := &tableSketch{t: t, m: opt.Mapping, ps: opt.Pseudonyms, workers: opt.Workers, at: opt.At, unit: -1, label: -1, time: -1}
	if s.workers <= 0 {
		s.workers = runtime.GOMAXPROCS(0)
	}
	if s.m == nil {
		s.m = &Mapping{Format: 1, Model: "table", K: opt.K, Fields: map[string]Field{}}
		for _, c := range t.Columns() {
			if personal(c.Name) || c.Kind == table.Time {
				s.left = append(s.left, c.Name)
				continue
			}
			typ := map[table.Kind]sketch.Type{table.Number: sketch.Number, table.Text: sketch.Category, table.Bool: sketch.Bool}[c.Kind]
			s.m.Fields[c.Name] = Field{As: AsFeature, Name: strings.ReplaceAll(c.Name, "=", ":"), Type: string(typ)}
		}
	} else if s.m.K == 0 {
		s.m.K = opt.K
	}
	if err := s.m.Check(); err != nil {
		return nil, err
	}
	for i, c := range t.Columns() {
		f, ok := s.m.Fields[c.Name]
		if !ok {
			if opt.Mapping != nil {
				s.left = append(s.left, c.Name)
			}
			continue
		}
		tc := tableColumn{i, c.Name, f}
		switch f.As {
		case AsFeature, AsOutput, AsScore, AsGroup:
			s.columns = append(s.columns, tc)
			if f.As == AsScore {
				s.scores = append(s.scores, tc)
			}
			if f.As == AsGroup {
				s.groups = append(s.groups, tc)
			}
		case AsSource:
			s.groups = append(s.groups, tc)
		case AsUnit:
			s.unit = i
		case AsLabel:
			s.label, s.labelled = i, f
		case AsTime:
			s.time = i
		default:
			s.left = append(s.left, c.Name)
		}
	}
	for _, n := range s.m.names {
		if t.Index(n) < 0 && s.m.Fields[n].As != AsIgnored {
			return nil, fmt.Errorf("the mapping names the column %q, which the table does not have", n)
		}
	}
	if len(s.columns) == 0 {
		return nil, errors.New("no column is a feature, an output, a score or a group")
	}
	if s.unit >= 0 && s.ps == nil {
		return nil, errors.New("a column holds units, and there is no key to make pseudonyms with")
	}
	s.w = s.m.open(span{model: model{s.m.Model, s.m.Version, s.m.Service}, From: int64(opt.Seed >> 1)}, 0)
	s.w.window.From, s.w.window.To = time.Time{}, time.Time{}
	if opt.NoDisplay {
		for _, c := range s.w.window.Columns {
			c.Display = nil
		}
	}
	for range s.workers {
		s.pool = append(s.pool, &tableWorker{})
	}
	return s, nil
}

// membership says to which value of a group field each row belongs.
type membership struct {
	groups []string
	row    []int32 // -1 none
}

func (s *tableSketch) batch(b *table.Batch) error {
	s.w.window.Rows += int64(b.Rows)
	members := make([]membership, len(s.groups))
	v := &s.pool[0].v
	for i, g := range s.groups {
		if err := b.Read(g.at, v); err != nil {
			return err
		}
		members[i] = s.member(g, v)
	}
	if s.unit >= 0 {
		if err := s.units(b, v); err != nil {
			return err
		}
	}
	if s.time >= 0 {
		if err := s.times(b, v); err != nil {
			return err
		}
	}
	if s.label >= 0 && len(s.scores) > 0 {
		if err := s.outcomes(b, members); err != nil {
			return err
		}
	}
	for _, m := range members { // columns of groups are made by one goroutine, then filled by all
		for _, g := range m.groups {
			for _, c := range s.columns {
				s.w.column(s.m, c.field, g)
			}
		}
	}
	errs := make([]error, s.workers)
	var wg sync.WaitGroup
	for k := range s.workers {
		wg.Go(func() {
			for i := k; i < len(s.columns) && errs[k] == nil; i += s.workers {
				errs[k] = s.column(b, s.columns[i], members, s.pool[k])
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// cell returns the value of a row as a record would have it.
func cell(v *table.Values, i int) any {
	switch {
	case !v.Ok(i):
		return nil
	case v.Kind == table.Text:
		return v.Dict[v.Codes[i]]
	case math.IsNaN(v.Numbers[i]):
		return wrong{}
	case v.Kind == table.Bool:
		return v.Numbers[i] == 1
	case v.Kind == table.Time:
		return instant(v.Numbers[i])
	}
	return v.Numbers[i]
}

// instant is seconds since 1970 as a text that [moment] and [birth] read.
func instant(s float64) string {
	if math.Abs(s) > 1e11 {
		return ""
	}
	return time.UnixMicro(int64(math.Round(s * 1e6))).UTC().Format(time.RFC3339Nano)
}

func (s *tableSketch) member(g tableColumn, v *table.Values) membership {
	m := membership{row: make([]int32, v.Rows())}
	at := map[string]int32{}
	for i := range m.row {
		m.row[i] = -1
		x := cell(v, i)
		var name string
		if g.f.As == AsSource {
			n, ok := text(x)
			if !ok || n == "" || len(n) > maxName {
				n = notTold
			}
			name = s.w.source(n)
		} else if value, ok := grouped(g.f, x, s.at); ok {
			name = s.w.group(g.f.Name, value)
		} else {
			continue
		}
		k, ok := at[name]
		if !ok {
			k = int32(len(m.groups))
			at[name] = k
			m.groups = append(m.groups, name)
		}
		m.row[i] = k
	}
	return m
}

func (s *tableSketch) units(b *table.Batch, v *table.Values) error {
	if err := b.Read(s.unit, v); err != nil {
		return err
	}
	for i := range b.Rows {
		if id, ok := text(cell(v, i)); ok && id != "" {
			s.w.unit(string(s.ps.Of("unit", []byte(id))))
		}
	}
	return nil
}

func (s *tableSketch) times(b *table.Batch, v *table.Values) error {
	if err := b.Read(s.time, v); err != nil {
		return err
	}
	for i := range b.Rows {
		at, ok := moment(cell(v, i))
		if !ok {
			continue
		}
		if s.from.IsZero() || at.Before(s.from) {
			s.from = at
		}
		if end := at.Add(time.Millisecond); end.After(s.to) {
			s.to = end
		}
	}
	return nil
}

// outcomes holds scores against labels.
func (s *tableSketch) outcomes(b *table.Batch, members []membership) error {
	var y, score table.Values
	if err := b.Read(s.label, &y); err != nil {
		return err
	}
	one := &Folder{mapping: &Mapping{Fields: map[string]Field{"label": s.labelled}}, one: map[As]string{AsLabel: "label"}}
	for _, c := range s.scores {
		if err := b.Read(c.at, &score); err != nil {
			return err
		}
		for i := range b.Rows {
			x, isNumber := number(cell(&score, i))
			label, ok := one.label(Record{"label": cell(&y, i)})
			if !ok || !isNumber {
				continue
			}
			for g := -1; g < len(members); g++ {
				group := ""
				if g >= 0 {
					if members[g].row[i] < 0 {
						continue
					}
					group = members[g].groups[members[g].row[i]]
				}
				if o := s.w.outcome(s.m, c.field, group); o != nil {
					o.Add(x, label)
				}
			}
		}
	}
	return nil
}
