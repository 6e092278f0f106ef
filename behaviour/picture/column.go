package picture

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/stat/sketch"
	"github.com/wardround/wardround/stat/twosample"
)

// Query says which picture of a column is wanted.
type Query struct {
	Column, Group, Part string
	// Window is the digest of one window; "" those that lie in From to To, and where
	// these are zero the newest.
	Window   string
	From, To time.Time
	Newest   int // how many windows count as now; 0 is 7
}

// Column is the distribution of one column: in the reference, and now.
type Column struct {
	Model     string        `json:"model"`
	Column    string        `json:"column"`
	Group     string        `json:"group,omitempty"`
	Part      string        `json:"part,omitempty"`
	Unit      string        `json:"unit,omitempty"`
	Type      string        `json:"type" enum:"number,category,bool,time"`
	Role      string        `json:"role,omitempty"`
	Groups    []string      `json:"groups" doc:"Groups that can be asked for; the empty one is all rows."`
	Reference *Distribution `json:"reference,omitempty"`
	// ReferenceGroup is the group of the reference that it is held against: a device
	// that the reference does not know is held against all rows.
	ReferenceGroup string        `json:"reference_group,omitempty"`
	Now            *Distribution `json:"now,omitempty"`
	Distance       *Distance     `json:"distance,omitempty" doc:"How far apart they are."`
}

// Distribution is one side of the picture.
type Distribution struct {
	From      *time.Time `json:"from,omitempty"`
	To        *time.Time `json:"to,omitempty"`
	Windows   int        `json:"windows" doc:"How many windows were put together."`
	N         int64      `json:"n" doc:"Rows with a value."`
	Units     int64      `json:"units,omitempty" doc:"Patients or studies of all rows."`
	Missing   int64      `json:"missing"`
	Invalid   int64      `json:"invalid"`
	Infinite  int64      `json:"infinite"`
	Exact     bool       `json:"exact" doc:"The sketch still holds every value: there is no error."`
	Mean      *float64   `json:"mean,omitempty"`
	SD        *float64   `json:"sd,omitempty"`
	Min       *float64   `json:"min,omitempty"`
	Max       *float64   `json:"max,omitempty"`
	RankError *float64   `json:"rank_error,omitempty" doc:"By how much a share may be off, at 99 % confidence."`
	Quantiles []Quantile `json:"quantiles,omitempty"`
	CDF       []Share    `json:"cdf,omitempty" doc:"The share of rows at or below a value; both sides at the same values."`
	Bins      []Bin      `json:"bins,omitempty" doc:"The share of rows between two values; both sides in the same bins."`
	Values    []Category `json:"values,omitempty" doc:"Of categories: their shares; both sides the same ones, in the same order."`
	Others    *Category  `json:"others,omitempty" doc:"All further categories together."`
}

// Quantile is a value with so many rows at or below it, with the sketch's interval.
type Quantile struct {
	Q     float64 `json:"q"`
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Share is a point of a distribution function, with the sketch's interval.
type Share struct {
	X     float64 `json:"x"`
	Share float64 `json:"share"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Bin is the share of rows above From and up to To, with the sketch's interval.
type Bin struct {
	From  float64 `json:"from"`
	To    float64 `json:"to"`
	Share float64 `json:"share"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Category is the share of rows of one category, with the sketch's interval.
type Category struct {
	Text  string  `json:"text"`
	Share float64 `json:"share"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Distance is how far apart two distributions are, with the interval that the
// sketches leave: Kolmogorov's D of numbers, total variation of categories.
type Distance struct {
	Name  string  `json:"name" enum:"ks,total-variation"`
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Column draws one column. Errors: ENotFound (no such model, column or window), those
// of the blobs.
func (m *Models) Column(key string, q Query) (*Column, error) {
	const op = "picture.column"
	d, ok := m.Model(key)
	if !ok {
		return nil, wardround.Errorf(wardround.ENotFound, op, "there is no model %q", key)
	}
	list, err := chosen(d, q)
	if err != nil {
		return nil, err
	}
	ref, _, err := m.Picture(key, q.Part, 1)
	if err != nil {
		return nil, err
	}
	now, n, err := m.merged(list)
	if err != nil {
		return nil, err
	}
	out := &Column{Model: key, Column: q.Column, Group: q.Group, Part: q.Part, Groups: groupsOf(q.Column, now, ref)}
	a, group := columnOf(ref, q.Column, q.Group)
	b, _ := exactly(now, q.Column, q.Group)
	if a == nil && b == nil {
		return nil, wardround.Errorf(wardround.ENotFound, op, "%s has no column %q in the group %q there", key, q.Column, q.Group)
	}
	out.describe(cmp.Or(b, a))
	if a != nil {
		out.ReferenceGroup = group
		out.Reference = distribution(ref, a, 1)
	}
	if b != nil {
		out.Now = distribution(now, b, n)
	}
	if a != nil && b != nil && a.Type != b.Type {
		out.Reference, a = nil, nil // another type: not to be drawn together
	}
	share(out, a, b)
	out.Distance = distance(a, b)
	return out, nil
}

func (c *Column) describe(of *sketch.Column) {
	c.Unit, c.Type, c.Role = of.Unit, string(of.Type), string(of.Role)
}

// chosen are the windows that count as now.
func chosen(d *behaviour.Detail, q Query) ([]behaviour.Window, error) {
	var of []behaviour.Window
	for _, l := range d.Lines {
		if l.Part == q.Part {
			of = l.Recent
		}
	}
	if q.Window != "" {
		i := slices.IndexFunc(of, func(w behaviour.Window) bool { return w.Digest == q.Window })
		if i < 0 {
			return nil, wardround.Errorf(wardround.ENotFound, "picture.column", "%s has no window %s any more", d.Key, q.Window)
		}
		return of[i : i+1], nil
	}
	if !q.From.IsZero() || !q.To.IsZero() {
		return slices.DeleteFunc(slices.Clone(of), func(w behaviour.Window) bool {
			return !q.To.IsZero() && !w.From.Before(q.To) || !q.From.IsZero() && !w.To.After(q.From)
		}), nil
	}
	of = slices.DeleteFunc(slices.Clone(of), func(w behaviour.Window) bool { return w.Version != d.Version })
	n := q.Newest
	if n <= 0 {
		n = 7
	}
	return of[max(0, len(of)-n):], nil
}

// exactly returns a column of just this group.
func exactly(w *sketch.Window, name, group string) (*sketch.Column, string) {
	if w == nil {
		return nil, ""
	}
	return w.Column(name, group), group
}

// columnOf is exactly, or for a device that is not known all rows.
func columnOf(w *sketch.Window, name, group string) (*sketch.Column, string) {
	if c, g := exactly(w, name, group); c != nil || !strings.HasPrefix(group, "source=") {
		return c, g
	}
	return exactly(w, name, "")
}

func groupsOf(name string, windows ...*sketch.Window) []string {
	out := []string{}
	for _, w := range windows {
		if w == nil {
			continue
		}
		for _, c := range w.Columns {
			if c.Name == name && !slices.Contains(out, c.Group) && len(out) < 200 {
				out = append(out, c.Group)
			}
		}
	}
	slices.Sort(out)
	return out
}

var shownQuantiles = []float64{0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99}

// distribution is what a column says alone.
func distribution(w *sketch.Window, c *sketch.Column, windows int) *Distribution {
	d := &Distribution{From: moment(w.From), To: moment(w.To), Windows: windows, N: c.N, Missing: c.Missing, Invalid: c.Invalid, Infinite: c.PosInf + c.NegInf}
	if w.Units != nil {
		d.Units = w.Units.Estimate()
	}
	if c.Top != nil {
		d.Exact = c.Top.Exact()
	}
	if c.Ranks == nil || c.N == 0 {
		return d
	}
	d.Exact = c.Ranks.Exact()
	d.Mean, d.SD, d.Min, d.Max = number(c.Moments.Mean), number(c.Moments.SD()), number(c.Ranks.Min()), number(c.Ranks.Max())
	d.RankError = number(c.Ranks.RankError(sketch.Confidence))
	for _, q := range shownQuantiles {
		lo, mid, hi := c.Ranks.Quantile(q)
		if number(lo) != nil && number(mid) != nil && number(hi) != nil {
			d.Quantiles = append(d.Quantiles, Quantile{q, mid, lo, hi})
		}
	}
	return d
}

// share draws both sides at the same values.
func share(out *Column, a, b *sketch.Column) {
	sides := []struct {
		c *sketch.Column
		d *Distribution
	}{{a, out.Reference}, {b, out.Now}}
	if cmp.Or(b, a).Type.Numeric() {
		low, high := math.Inf(1), math.Inf(-1)
		for _, s := range sides {
			if s.c == nil || s.c.Ranks == nil || s.c.N == 0 {
				continue
			}
			_, l, _ := s.c.Ranks.Quantile(0.001)
			_, h, _ := s.c.Ranks.Quantile(0.999)
			low, high = min(low, l), max(high, h)
		}
		if math.IsInf(low, 0) || math.IsInf(high, 0) || math.IsInf(high-low, 0) {
			return
		}
		if low == high {
			low, high = low-0.5, high+0.5
		}
		for _, s := range sides {
			if s.c != nil && s.c.Ranks != nil && s.c.N > 0 {
				s.d.draw(s.c.Ranks, low, high)
			}
		}
		return
	}
	texts := mostFrequent(a, b)
	for _, s := range sides {
		if s.c != nil && s.c.Top != nil && s.c.N > 0 {
			s.d.tell(s.c.Top, texts)
		}
	}
}

func (d *Distribution) draw(k *sketch.KLL, low, high float64) {
	for i := range gridPoints {
		x := low + (high-low)*float64(i)/(gridPoints-1)
		lo, mid, hi := k.CDF(x)
		d.CDF = append(d.CDF, Share{x, mid, lo, hi})
	}
	e := k.RankError(sketch.Confidence)
	before, from := 0.0, low
	for i := 1; i <= bins; i++ {
		to := low + (high-low)*float64(i)/bins
		_, upTo, _ := k.CDF(to)
		if i == bins {
			upTo = 1
		}
		s := max(0, upTo-before)
		d.Bins = append(d.Bins, Bin{from, to, s, max(0, s-2*e), min(1, s+2*e)})
		before, from = upTo, to
	}
}

// mostFrequent are the categories that are drawn: the most frequent of either side.
func mostFrequent(columns ...*sketch.Column) []string {
	weight := map[string]float64{}
	for _, c := range columns {
		if c == nil || c.Top == nil || c.Top.N() == 0 {
			continue
		}
		for _, x := range c.Top.Top(2 * maxShown) {
			weight[x.Text] = max(weight[x.Text], float64(x.Mid)/float64(c.Top.N()))
		}
	}
	texts := make([]string, 0, len(weight))
	for t := range weight {
		texts = append(texts, t)
	}
	slices.SortFunc(texts, func(a, b string) int { return cmp.Or(cmp.Compare(weight[b], weight[a]), strings.Compare(a, b)) })
	return texts[:min(len(texts), maxShown)]
}

func (d *Distribution) tell(h *sketch.Heavy, texts []string) {
	n := float64(max(h.N(), 1))
	var low, mid, high int64
	for _, t := range texts {
		lo, m, hi := h.Count(t)
		d.Values = append(d.Values, Category{t, float64(m) / n, float64(lo) / n, float64(hi) / n})
		low, mid, high = low+lo, mid+m, high+hi
	}
	if rest := h.N() - mid; rest > 0 {
		d.Others = &Category{Share: float64(rest) / n, Low: max(0, float64(h.N()-high)/n), High: min(1, float64(h.N()-low)/n)}
	}
}

// distance is how far apart two columns are; nil where they cannot be compared.
func distance(a, b *sketch.Column) *Distance {
	switch {
	case a == nil || b == nil || a.Type != b.Type || a.N == 0 || b.N == 0:
		return nil
	case a.Type.Numeric() && a.Ranks != nil && b.Ranks != nil:
		r, err := twosample.KSSketch(a.Ranks, b.Ranks, twosample.Options{})
		if err != nil || number(r.Statistic) == nil {
			return nil
		}
		return &Distance{"ks", r.Statistic, max(0, min(r.Low, r.Statistic)), min(1, max(r.High, r.Statistic))}
	case a.Top != nil && b.Top != nil:
		return variation(a.Top, b.Top)
	}
	return nil
}

// variation is the total variation of categories; what no side holds is one category.
func variation(a, b *sketch.Heavy) *Distance {
	na, nb := float64(max(a.N(), 1)), float64(max(b.N(), 1))
	seen := map[string]bool{}
	var texts []string
	for _, h := range []*sketch.Heavy{a, b} {
		for _, x := range h.Top(-1) {
			if !seen[x.Text] {
				seen[x.Text] = true
				texts = append(texts, x.Text)
			}
		}
	}
	slices.Sort(texts) // so that the sum is the same each time
	var value, slack, ra, rb float64
	for _, t := range texts {
		alo, amid, ahi := a.Count(t)
		blo, bmid, bhi := b.Count(t)
		value += math.Abs(float64(amid)/na-float64(bmid)/nb) / 2
		slack += (float64(ahi-alo)/na + float64(bhi-blo)/nb) / 2
		ra, rb = ra+float64(amid)/na, rb+float64(bmid)/nb
	}
	value += math.Abs(max(0, 1-ra)-max(0, 1-rb)) / 2
	return &Distance{"total-variation", min(value, 1), max(0, value-slack), min(1, value+slack)}
}
