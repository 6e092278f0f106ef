package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// comparison collects what differs.
type comparison struct {
	old, latest *Facts
	diff        *WeightDiff
	plan        *Plan
	out         []Change
	none        []Kind
}

// maxChanges is how many differences are listed; more are counted in one row that is
// never inside.
const maxChanges = 2000

func (c *comparison) add(what Kind, item, from, to string) *Change {
	if len(c.out) >= maxChanges {
		c.out[maxChanges-1] = Change{What: what, Item: "(more)", opaque: "too many differences to list"}
		return &c.out[maxChanges-1]
	}
	c.out = append(c.out, Change{What: what, Item: item, From: from, To: to})
	return &c.out[len(c.out)-1]
}

// unseen says that something is known of one version, or of none. It reports whether
// it is known of both.
func (c *comparison) unseen(what Kind, old, latest bool, name string) bool {
	switch {
	case old && latest:
		return true
	case old:
		c.add(what, "", "known", "").opaque = "of the new version " + name + " are not known"
	case latest:
		c.add(what, "", "", "known").opaque = "of the old version " + name + " are not known"
	default:
		c.none = append(c.none, what)
	}
	return false
}

func (c *comparison) intendedUse() {
	a, b := c.old.IntendedUse, c.latest.IntendedUse
	if !c.unseen(IntendedUseChange, a != nil, b != nil, "intended use and users") {
		return
	}
	for _, x := range []struct{ item, from, to string }{
		{"purpose", a.Purpose, b.Purpose}, {"population", a.Population, b.Population}, {"setting", a.Setting, b.Setting},
		{"users", list(a.Users), list(b.Users)}, {"not for", list(a.NotFor), list(b.NotFor)}, {"autonomy", a.Autonomy, b.Autonomy},
	} {
		if words(x.from) != words(x.to) {
			c.add(IntendedUseChange, x.item, x.from, x.to)
		}
	}
}

// words is a text without what does not change its sense: spacing and case.
func words(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

func list(s []string) string {
	s = slices.Clone(s)
	slices.Sort(s)
	return strings.Join(s, "; ")
}

// form compares what the artefact is: its format, architecture and operators.
func (c *comparison) form() {
	a, b := c.old, c.latest
	if c.unseen(FormatChange, a.Format != "", b.Format != "", "format and files") && a.Format != b.Format {
		c.add(FormatChange, "format", a.Format, b.Format)
	}
	if c.unseen(ArchitectureChange, a.Architecture != "", b.Architecture != "", "architecture and layers") && words(a.Architecture) != words(b.Architecture) {
		c.add(ArchitectureChange, "architecture", a.Architecture, b.Architecture)
	}
	if !c.unseen(OperatorChange, a.Operators != nil, b.Operators != nil, "operators") {
		return
	}
	for _, op := range union(a.Operators, b.Operators) {
		if m, n := a.Operators[op], b.Operators[op]; m != n {
			c.add(OperatorChange, op, times(m), times(n))
		}
	}
}

func times(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprintf("%d times", n)
}

func union[V any](a, b map[string]V) []string {
	out := sortedKeys(a)
	for _, k := range sortedKeys(b) {
		if _, ok := a[k]; !ok {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

// port is an input or output without what is said of it in words.
type port struct {
	name, typ, unit string
	rng             []float64
	categories      []string
	shape           []int64
	optional        bool
}

func (c *comparison) inputs() {
	a, b := c.old.Inputs, c.latest.Inputs
	if !c.unseen(InputChange, a != nil, b != nil, "inputs") {
		return
	}
	of := func(in []Input) []port {
		var out []port
		for _, x := range in {
			out = append(out, port{x.Name, x.Type, x.Unit, x.Range, x.Categories, x.Shape, x.Optional})
		}
		return out
	}
	c.ports(InputChange, of(a), of(b))
}

func (c *comparison) outputs() {
	a, b := c.old.Outputs, c.latest.Outputs
	if !c.unseen(OutputChange, a != nil, b != nil, "outputs") {
		return
	}
	of := func(in []Output) []port {
		var out []port
		for _, x := range in {
			out = append(out, port{x.Name, x.Type, x.Unit, x.Range, x.Categories, x.Shape, false})
		}
		return out
	}
	c.ports(OutputChange, of(a), of(b))
	points := func(in []Output) map[string]OperatingPoint {
		out := map[string]OperatingPoint{}
		for _, o := range in {
			for _, p := range o.Points {
				out[o.Name+"/"+p.Name] = p
			}
		}
		return out
	}
	from, to := points(a), points(b)
	for _, name := range union(from, to) {
		p, was := from[name]
		q, is := to[name]
		switch {
		case was && is && p.Threshold != q.Threshold:
			c.add(PointChange, name, number(p.Threshold), number(q.Threshold)).numbers = []float64{q.Threshold}
		case was && !is:
			c.add(PointChange, name, number(p.Threshold), "none")
		case is && !was:
			c.add(PointChange, name, "none", number(q.Threshold)).numbers = []float64{q.Threshold}
		}
	}
}

func (c *comparison) ports(what Kind, a, b []port) {
	find := func(in []port, name string) (port, bool) {
		i := slices.IndexFunc(in, func(p port) bool { return p.name == name })
		if i < 0 {
			return port{}, false
		}
		return in[i], true
	}
	for _, p := range a {
		q, ok := find(b, p.name)
		if !ok {
			c.add(what, p.name, p.typ, "none")
			continue
		}
		for _, x := range []struct{ from, to string }{
			{p.typ, q.typ}, {unit(p.unit), unit(q.unit)}, {list(p.categories), list(q.categories)}, {shape(p.shape), shape(q.shape)}, {optional(p.optional), optional(q.optional)},
		} {
			if x.from != x.to {
				c.add(what, p.name, x.from, x.to)
			}
		}
		if !slices.Equal(p.rng, q.rng) {
			c.add(what, p.name, span(p.rng), span(q.rng)).numbers = q.rng
		}
	}
	for _, q := range b {
		if _, ok := find(a, q.name); !ok {
			c.add(what, q.name, "none", q.typ)
		}
	}
	order := func(in []port, other []port) []string {
		var out []string
		for _, p := range in {
			if _, ok := find(other, p.name); ok {
				out = append(out, p.name)
			}
		}
		return out
	}
	if x, y := order(a, b), order(b, a); !slices.Equal(x, y) {
		c.add(what, "order", strings.Join(x, ", "), strings.Join(y, ", "))
	}
}

func unit(s string) string {
	if s == "" {
		return "no unit"
	}
	return s
}

func optional(b bool) string {
	if b {
		return "optional"
	}
	return "required"
}

func shape(s []int64) string {
	if len(s) == 0 {
		return ""
	}
	return fmt.Sprint(s)
}

func span(r []float64) string {
	if len(r) != 2 {
		return "no range"
	}
	return number(r[0]) + " to " + number(r[1])
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (c *comparison) training() {
	a, b := c.old.Training, c.latest.Training
	if !c.unseen(TrainingChange, a != nil, b != nil, "training data") {
		return
	}
	of := func(in []Dataset) map[string]Dataset {
		out := map[string]Dataset{}
		for _, d := range in {
			out[d.Name] = d
		}
		return out
	}
	from, to := of(a), of(b)
	for _, name := range union(from, to) {
		p, was := from[name]
		q, is := to[name]
		switch {
		case was && !is:
			c.add(TrainingChange, name, described(p), "none")
		case is && !was:
			c.add(TrainingChange, name, "none", described(q))
		case p.Digest == "" || q.Digest == "":
			if p.Digest != q.Digest || described(p) != described(q) {
				c.add(TrainingChange, name, described(p), described(q))
			}
			if p.Digest == "" && q.Digest == "" {
				c.add(TrainingChange, name, "", "").opaque = "no digest says whether the data is the same"
			}
		case p.Digest != q.Digest || p.Use != q.Use:
			c.add(TrainingChange, name, described(p), described(q))
		}
	}
}

func described(d Dataset) string {
	digest := d.Digest
	if len(digest) > 19 {
		digest = digest[:19] + "…"
	}
	return strings.TrimSpace(strings.Join(strings.Fields(d.Use+" "+digest), " "))
}

func (c *comparison) weights() {
	a, b := c.old.Weights, c.latest.Weights
	if d := c.diff; d != nil {
		for _, n := range d.Added {
			c.add(ArchitectureChange, n, "none", "tensor")
		}
		for _, n := range d.Removed {
			c.add(ArchitectureChange, n, "tensor", "none")
		}
		for _, f := range d.Files {
			c.add(FilesChange, f.Name, f.From, f.To)
		}
		if len(d.Changed) > 0 {
			most := slices.MaxFunc(d.Changed, func(x, y TensorChange) int {
				switch {
				case x.Relative < y.Relative:
					return -1
				case x.Relative > y.Relative:
					return 1
				}
				return 0
			})
			ch := c.add(WeightChange, "", "", fmt.Sprintf("%d of %d tensors differ; %s most, by %s of its norm", len(d.Changed), d.Tensors, most.Name, number(most.Relative)))
			ch.diff = d
		}
		return
	}
	if !c.unseen(WeightChange, a != "", b != "", "weights") {
		if a == "" && b == "" {
			c.add(WeightChange, "", "", "").opaque = "of neither version the weights are known"
		}
		return
	}
	if a != b {
		c.add(WeightChange, "", short(a), short(b))
	}
}

func short(digest string) string {
	if len(digest) > 23 {
		return digest[:23] + "…"
	}
	return digest
}

func (c *comparison) dependencies() {
	a, b := c.old.Dependencies, c.latest.Dependencies
	if !c.unseen(DependencyChange, a != nil, b != nil, "libraries") {
		return
	}
	for _, name := range union(a, b) {
		if p, q := a[name], b[name]; p != q {
			c.add(DependencyChange, name, orNone(a, name), orNone(b, name))
		}
	}
}

func orNone(m map[string]string, k string) string {
	v, ok := m[k]
	switch {
	case !ok:
		return "none"
	case v == "":
		return "some version"
	}
	return v
}
