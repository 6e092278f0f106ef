package inference

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/sketch"
)

// Bounds of what is told of laboratory results in one window.
const (
	// ResultCodes is how many codes have columns of their own, the most frequent ones;
	// what is of others is counted in the mix.
	ResultCodes = 40
	resultPairs = 4096 // codes, units and devices of an open window
	resultUnits = 4    // of one code and device
)

// Names of the columns of all results. Those of one code are [ResultUnit] and
// [ResultNumber].
const (
	resultMix      = "code"
	resultUnitMix  = "unit"
	resultType     = "value type"
	resultStatus   = "status"
	resultFlag     = "flag"
	resultRange    = "reference range"
	resultReason   = "absent reason"
	resultAge      = "age band"
	resultSex      = "sex"
	resultOrder    = "order"
	resultProtocol = "protocol"
)

// ResultUnit is the column of the units that results of a code come in:
// "loinc:2345-7 unit".
func ResultUnit(code string) string { return code + " unit" }

// ResultNumber is the column of the values of a code in a unit: "loinc:2345-7 [mg/dL]".
func ResultNumber(code, unit string) string { return code + " [" + unit + "]" }

// fedResults is what one host was told of results in one window.
type fedResults struct {
	host    string
	name    string // what it is called, where that is told
	to      int64
	sources map[string]*resultSource
	pairs   map[resultPair]*resultSum
	lost    int64
}

type resultSource struct {
	typ     kind.IDType
	rows    int64
	texts   map[[2]string]int64 // column and text
	missing map[string]int64    // column
}

type resultPair struct{ source, code, unit string }

type resultSum struct {
	rows, missing int64
	values        map[float64]int64
}

// resultsOf says who told whom of results.
func resultsOf(o *wardround.Observation, x *kind.ResultsWindowV1) (host, to, source string, typ kind.IDType) {
	var from, fed wardround.Endpoint
	if o.Flow != nil {
		from, fed = o.Flow.Src, o.Flow.Dst
	}
	if x.FromServer {
		from, fed = fed, from
	}
	if fed.Addr.IsValid() {
		host = fed.Addr.String()
	}
	switch x.Protocol {
	case "hl7":
		to, source, typ = told(x.ReceivingApp), kind.HL7Application(x.SendingApp, x.SendingFacility), kind.IDHL7App
	default:
		if x.FromServer {
			source = x.Host
		} else {
			to = x.Host
		}
	}
	if source == "" && from.Addr.IsValid() {
		source, typ = from.Addr.String(), kind.IDIP
	}
	return host, cmp.Or(to, host), cmp.Or(source, notTold), typ
}

// result adds what was told of results in a span.
func (i *Inputs) result(o *wardround.Observation, x *kind.ResultsWindowV1) {
	host, to, source, typ := resultsOf(o, x)
	if to == "" || i.wanted != nil && !i.wanted(host, to) && !i.wanted("", source) {
		return
	}
	at := x.From
	if at.IsZero() {
		at = o.At
	}
	s := span{model{Service: host}, from(at, i.every)}
	w := i.results[s]
	if w == nil {
		if len(i.results) >= maxOpen || time.Unix(s.From, 0).Add(i.every+i.grace).Before(i.now) {
			i.lost += int64(x.Results)
			return
		}
		w = &fedResults{host: host, to: s.From + int64(i.every/time.Second), sources: map[string]*resultSource{}, pairs: map[resultPair]*resultSum{}}
		if i.results == nil {
			i.results = map[span]*fedResults{}
		}
		i.results[s] = w
	}
	if to != host && (w.name == "" || to < w.name) {
		w.name = to
	}
	w.add(source, typ, x)
}

func (w *fedResults) add(name string, typ kind.IDType, x *kind.ResultsWindowV1) {
	src := w.sources[name]
	if src == nil {
		if len(w.sources) >= maxSources {
			name, typ = other, ""
			src = w.sources[name]
		}
		if src == nil {
			src = &resultSource{typ: typ, texts: map[[2]string]int64{}, missing: map[string]int64{}}
			w.sources[name] = src
		}
	}
	src.rows += int64(x.Results)
	src.text(resultProtocol, x.Protocol, int64(x.Results))
	if x.Messages > 0 {
		src.text(kind.InputSoftware, told(x.Software), int64(x.Messages))
	}
	src.text(resultMix, other, int64(x.CodesOther))
	for _, l := range []struct {
		column string
		list   []kind.ResultCountV1
	}{{resultOrder, x.Orders}, {resultAge, x.Ages}, {resultSex, x.Sexes}} {
		for _, c := range l.list {
			src.text(l.column, cmp.Or(c.Text, notTold), int64(c.Count))
		}
	}
	for i := range x.Codes {
		w.code(name, src, &x.Codes[i])
	}
}

func (w *fedResults) code(name string, src *resultSource, c *kind.ResultCodeV1) {
	n := int64(c.Results)
	code := cmp.Or(c.Code, notTold)
	src.text(resultMix, code, n)
	src.text(resultUnitMix, cmp.Or(c.Unit, notTold), n)
	src.text(resultRange, "yes", int64(c.Ranged))
	src.text(resultRange, "no", n-int64(c.Ranged))
	src.text(resultType, "(no value)", int64(c.Missing))
	for _, l := range []struct {
		column string
		list   []kind.ResultCountV1
	}{{resultType, c.Types}, {resultStatus, c.Statuses}, {resultFlag, c.Flags}, {resultReason, c.Reasons}} {
		for _, t := range l.list {
			src.text(l.column, cmp.Or(t.Text, notTold), int64(t.Count))
		}
	}
	p := resultPair{name, code, c.Unit}
	sum := w.pairs[p]
	if sum == nil {
		if len(w.pairs) >= resultPairs {
			w.lost += n // of the mix they are
			return
		}
		sum = &resultSum{}
		w.pairs[p] = sum
	}
	sum.rows += n
	sum.missing += int64(c.Missing)
	for k, v := range c.Values {
		if k >= len(c.ValueCounts) || c.ValueCounts[k] <= 0 {
			continue
		}
		if sum.values == nil {
			sum.values = map[float64]int64{}
		}
		if _, ok := sum.values[v]; ok || len(sum.values) < 2000 {
			sum.values[v] += int64(c.ValueCounts[k])
		}
	}
}

func (s *resultSource) text(column, text string, n int64) {
	switch {
	case n <= 0:
	case text == "":
		s.missing[column] += n
	default:
		k := [2]string{column, text}
		if _, ok := s.texts[k]; !ok && len(s.texts) >= resultPairs {
			k[1] = other
		}
		s.texts[k] += n
	}
}

// overResults emits the windows of results that end before a time.
func (i *Inputs) overResults(before time.Time) error {
	for _, s := range sorted(i.results) {
		w := i.results[s]
		if time.Unix(w.to, 0).After(before) {
			continue
		}
		f, win := w.window(s, i.every)
		f.Lost, i.lost = i.lost+w.lost, 0
		if err := i.emit(f, win); err != nil {
			return err
		}
		delete(i.results, s)
	}
	return nil
}

// window makes sketches of what was counted. The columns of all rows are always the
// same ones, so that windows merge; those of codes are of one device each.
func (w *fedResults) window(s span, size time.Duration) (*kind.InferenceWindowV1, *sketch.Window) {
	o := (&Mapping{Window: size}).open(s, 0)
	o.window.Model, o.window.Service = kind.Inputs, cmp.Or(w.name, w.host)
	columns := []string{resultMix, resultUnitMix, resultType, resultStatus, resultFlag, resultRange, resultReason, resultAge, resultSex, resultOrder, resultProtocol, kind.InputSoftware}
	for _, c := range columns {
		o.attribute(Attribute{Name: c}, "")
	}
	for _, name := range slices.Sorted(maps.Keys(w.sources)) {
		src := w.sources[name]
		o.window.Rows += src.rows
		o.sources[name] += src.rows
		for _, k := range slices.SortedFunc(maps.Keys(src.texts), func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }) {
			for _, g := range []string{"", "source=" + name} {
				Attribute{Name: k[0], Text: k[1], N: src.texts[k]}.put(o, g)
			}
		}
		for _, k := range slices.Sorted(maps.Keys(src.missing)) {
			for _, g := range []string{"", "source=" + name} {
				Attribute{Name: k, Missing: true, N: src.missing[k]}.put(o, g)
			}
		}
	}
	w.codes(o)
	slices.SortFunc(o.window.Columns, func(a, b *sketch.Column) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Group, b.Group))
	})
	o.window.Schema = o.window.Digest()
	f := o.fact(&Mapping{})
	f.Part, f.Host, f.Model, f.Service = kind.Results, w.host, kind.Inputs, o.window.Service
	for k := range f.Sources {
		f.Sources[k].Type = w.sources[f.Sources[k].Name].typ
	}
	return f, o.window
}

func (a Attribute) put(o *open, group string) {
	if c := o.attribute(a, group); c != nil {
		a.into(c)
	}
}

// codes adds the columns of the most frequent codes.
func (w *fedResults) codes(o *open) {
	of := map[string]int64{}
	for p, sum := range w.pairs {
		of[p.code] += sum.rows
	}
	top := slices.SortedFunc(maps.Keys(of), func(a, b string) int { return cmp.Or(cmp.Compare(of[b], of[a]), cmp.Compare(a, b)) })
	top = slices.DeleteFunc(top, func(c string) bool { return c == notTold })
	top = top[:min(len(top), ResultCodes)]
	pairs := slices.SortedFunc(maps.Keys(w.pairs), func(a, b resultPair) int {
		return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.code, b.code), cmp.Compare(w.pairs[b].rows, w.pairs[a].rows), cmp.Compare(a.unit, b.unit))
	})
	units := map[[2]string]int{}
	for _, p := range pairs {
		if !slices.Contains(top, p.code) {
			continue
		}
		sum, g := w.pairs[p], "source="+p.source
		Attribute{Name: ResultUnit(p.code), Text: cmp.Or(p.unit, notTold), N: sum.rows}.put(o, g)
		k := [2]string{p.source, p.code}
		if units[k]++; units[k] > resultUnits || len(sum.values) == 0 && sum.missing == 0 {
			continue
		}
		c := o.attribute(Attribute{Name: ResultNumber(p.code, p.unit), Unit: p.unit, IsNumber: true}, g)
		if c == nil {
			continue
		}
		c.AddMissing(sum.missing)
		for _, v := range slices.Sorted(maps.Keys(sum.values)) {
			for range min(sum.values[v], 100_000) {
				c.AddNumber(v)
			}
		}
	}
}

// ResultColumn takes the name of a column of one code apart: the code, and whether it
// is that of units; else unit is the one that its values are in.
func ResultColumn(name string) (code, unit string, units, ok bool) {
	if c, found := strings.CutSuffix(name, " unit"); found && strings.ContainsRune(c, ':') {
		return c, "", true, true
	}
	c, u, found := strings.Cut(name, " [")
	u, shut := strings.CutSuffix(u, "]")
	if !found || !shut || !strings.ContainsRune(c, ':') {
		return "", "", false, false
	}
	return c, u, false, true
}
