package inference

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/extraction"
	"github.com/wardround/wardround/stat/sketch"
)

// Bounds of an open window.
const (
	maxGroups   = 64      // values of one group field; more are "(other)"
	maxSources  = 256     // devices
	maxUnits    = 1 << 16 // whose rows are counted one by one; more are sampled
	maxColumns  = 50_000  // of all groups
	maxAll      = 100_000 // columns in all windows, from which no window is opened
	maxTold     = 16      // sources and clients in a fact
	other       = "(other)"
	notTold     = "(not told)"
	identifying = 0.5 // share of rows with a text of their own from which a column looks like one of identifiers
)

// model names an instance as it called itself.
type model struct{ Model, Version, Service string }

// span is the window of a model.
type span struct {
	model
	From int64 // Unix seconds
}

// open is a window that is being filled.
type open struct {
	span
	To       int64
	window   *sketch.Window
	index    map[string]*sketch.Column // by group and name
	outcomes map[string]*sketch.Outcome
	groups   map[string]int // values of a group field
	sources  map[string]int64
	units    map[uint64]int64 // rows of a unit, of those sampled
	sampling uint             // units whose key ends with so many zero bits are counted
	clients  *clients
	shown    oversight
	decide   *sketch.Column // milliseconds to decide; among the window's columns
	labels   int64
	errors   int64
	fallback int64
	lost     int64
	marks    marks
	lens     *extraction.Lens // nil: no reference yet
	part     int              // how often the window was handed over before
}

type oversight struct{ Shown, Accepted, Overridden, Ignored, Wrong, WrongAccepted int64 }

func (o *oversight) add(p oversight) {
	o.Shown += p.Shown
	o.Accepted += p.Accepted
	o.Overridden += p.Overridden
	o.Ignored += p.Ignored
	o.Wrong += p.Wrong
	o.WrongAccepted += p.WrongAccepted
}

func (m *Mapping) open(s span, part int) *open {
	w := &open{
		span: s, To: s.From + int64(m.Window/time.Second), part: part,
		window: &sketch.Window{Model: s.Model, Release: s.Version, Service: s.Service, From: time.Unix(s.From, 0).UTC()},
		index:  map[string]*sketch.Column{}, outcomes: map[string]*sketch.Outcome{},
		groups: map[string]int{}, sources: map[string]int64{}, units: map[uint64]int64{},
		clients: newClients(),
	}
	w.window.To = time.Unix(w.To, 0).UTC()
	if m.field(AsUnit) != "" {
		w.window.Units = sketch.NewHLL()
	}
	for _, n := range m.names { // columns of all rows are there also when no row has a value
		if f := m.Fields[n]; column(f.As) {
			w.column(m, n, "")
		}
	}
	if m.field(AsDecision) != "" {
		w.decide = extra(w.window, "decision time", "ms", sketch.Oversight, s)
		w.index["\x00decision time"] = w.decide
	}
	return w
}

// extra adds a column of numbers that no field is mapped to.
func extra(w *sketch.Window, name, unit string, role sketch.Role, s span) *sketch.Column {
	c, err := sketch.NewColumn(name, sketch.Number, role, "", sketch.Options{Seed: uint64(s.From)})
	if err != nil {
		panic(err) // a number needs nothing that can be wrong
	}
	c.Unit = unit
	w.Columns = append(w.Columns, c)
	return c
}

// column reports whether a field becomes a column of its own.
func column(as As) bool { return as == AsFeature || as == AsOutput || as == AsScore || as == AsGroup }

// column returns a column, made if it is new; nil if there are too many.
func (w *open) column(m *Mapping, field, group string) *sketch.Column {
	f := m.Fields[field]
	at := group + "\x00" + f.Name
	if c := w.index[at]; c != nil {
		return c
	}
	if len(w.index) >= maxColumns {
		return nil
	}
	typ, role := sketch.Type(f.Type), sketch.Feature
	switch f.As {
	case AsOutput, AsScore:
		role = sketch.Output
	case AsGroup:
		typ = sketch.Category
	}
	seed := uint64(w.From)<<16 ^ uint64(w.part) ^ key(w.Model+"\x00"+w.Version+"\x00"+w.Service)
	c, err := sketch.NewColumn(f.Name, typ, role, group, sketch.Options{K: m.K, Seed: seed, Edges: f.Edges})
	if err != nil {
		return nil // the mapping was checked; edges that are none are the only cause
	}
	c.Unit = f.Unit
	w.index[at] = c
	w.window.Columns = append(w.window.Columns, c)
	return c
}

// outcome returns the table of a score and group, made if it is new.
func (w *open) outcome(m *Mapping, field, group string) *sketch.Outcome {
	f := m.Fields[field]
	at := group + "\x00" + f.Name
	if o := w.outcomes[at]; o != nil {
		return o
	}
	if len(w.outcomes) >= maxColumns {
		return nil
	}
	o, err := sketch.NewOutcome(f.Name, group, m.Bins, f.Low, f.High)
	if err != nil {
		return nil
	}
	w.outcomes[at] = o
	w.window.Outcomes = append(w.window.Outcomes, o)
	return o
}

// group is "NAME=VALUE", with values beyond the bound as other.
func (w *open) group(name, value string) string {
	g := name + "=" + value
	if len(value) > maxName {
		return name + "=" + other
	}
	if _, ok := w.groups[g]; !ok {
		if w.groups[name] >= maxGroups && value != other {
			return name + "=" + other
		}
		w.groups[g] = 0
		w.groups[name]++
	}
	return g
}

// unit counts a row of a unit.
func (w *open) unit(pseudonym string) {
	w.window.Units.Add(pseudonym)
	k := key(pseudonym)
	if k&(1<<w.sampling-1) != 0 {
		return
	}
	w.units[k]++
	for len(w.units) > maxUnits {
		w.sampling++
		for u := range w.units {
			if u&(1<<w.sampling-1) != 0 {
				delete(w.units, u)
			}
		}
	}
}

// source counts a row of a device and returns its group.
func (w *open) source(name string) string {
	if _, ok := w.sources[name]; !ok && len(w.sources) >= maxSources {
		name = other
	}
	w.sources[name]++
	return "source=" + name
}

// seal makes the window ready to be written: rows per unit, the digest of its schema,
// and without texts that look like identifiers. It returns what was withheld.
func (w *open) seal() (withheld []string) {
	keys := make([]uint64, 0, len(w.units))
	for u := range w.units {
		keys = append(keys, u)
	}
	slices.Sort(keys) // sums of floating point depend on the order
	w.window.RowsPerUnit = sketch.Moments{}
	for _, u := range keys {
		w.window.RowsPerUnit.Add(float64(w.units[u]))
	}
	for i, c := range w.window.Columns {
		if c.Top == nil || c.N < 20 || float64(c.Distinct.Estimate()) < identifying*float64(c.N) {
			continue
		}
		blank := sketch.NewHeavy(0)
		blank.AddN("(withheld)", c.N)
		clean := *c
		clean.Top = blank
		w.window.Columns[i] = &clean
		if c.Group == "" {
			withheld = append(withheld, c.Name)
		}
	}
	w.window.Schema = w.window.Digest()
	return withheld
}

// fact is what the log is told of a window.
func (w *open) fact(m *Mapping) *kind.InferenceWindowV1 {
	f := &kind.InferenceWindowV1{
		Model: w.Model, Service: w.Service, Version: w.Version, Maker: m.Maker, Product: m.Product, Host: m.Host,
		From: w.window.From, To: w.window.To, Rows: w.window.Rows, Refused: w.window.Refused, Lost: w.lost,
		Schema: w.window.Schema, Labels: w.labels, Errors: w.errors, Fallback: w.fallback,
	}
	if w.window.Units != nil {
		f.Units = min(w.window.Units.Estimate(), w.window.Rows)
	}
	for _, c := range w.window.Columns {
		if c.Group == "" {
			f.Columns++
		}
	}
	for name, rows := range w.sources {
		f.Sources = append(f.Sources, kind.InferenceSource{Name: name, Rows: rows})
	}
	slices.SortFunc(f.Sources, func(a, b kind.InferenceSource) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Name, b.Name))
	})
	w.marks.tell(f)
	f.SourcesOf = len(f.Sources)
	f.Sources = f.Sources[:min(len(f.Sources), maxTold)]
	f.Clients, f.ClientsOf = w.clients.top(maxTold), w.clients.n()
	if w.shown.Shown > 0 {
		o := kind.InferenceOversight{Shown: w.shown.Shown, Accepted: w.shown.Accepted, Overridden: w.shown.Overridden, Ignored: w.shown.Ignored, Wrong: w.shown.Wrong, WrongAccepted: w.shown.WrongAccepted}
		for q, to := range map[float64]*int64{.1: &o.Decide10, .5: &o.Decide50, .9: &o.Decide90} {
			if w.decide == nil {
				break
			}
			if _, ms, _ := w.decide.Ranks.Quantile(q); !math.IsNaN(ms) {
				*to = int64(math.Round(ms))
			}
		}
		f.Oversight = &o
	}
	return f
}
