package behaviour

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
	"github.com/wardround/wardround/stat/twosample"
)

// What holds of data quality where the plan says nothing.
const (
	mostMissing = 0.05 // more than the reference's share, of rows that lack a column
	mostOutside = 0.01 // of rows outside the range that the model was made for
)

// quality judges one window by itself: what a person would see in a table of it.
func (s *scene) quality(w *sketch.Window) {
	s.schema(w)
	rows := w.Rows + w.Refused
	if rows > 0 {
		j := check.Judgement{Topic: "quality", Item: "records" + partMark(s.l.Part), State: wardround.Pass, N: rows,
			Facts: wardround.Facts{"column": "records", "rows": w.Rows, "refused": w.Refused}}
		if w.Refused >= 10 && float64(w.Refused) > 0.01*float64(rows) {
			j.State = wardround.Fail
			j.Facts["trouble"] = fmt.Sprintf("%d of %d records could not be read", w.Refused, rows)
		}
		s.say(j)
	}
	judged := 0
	for _, c := range w.Columns {
		if c.Group == "" && c.Role != sketch.Oversight && c.Rows() > 0 {
			judged++
		}
	}
	s.errs = s.errors(min(judged, s.f.opt.Limits.Columns))
	n := 0
	for _, c := range w.Columns {
		if c.Group != "" || c.Role == sketch.Oversight || c.Rows() == 0 || n >= s.f.opt.Limits.Columns {
			continue
		}
		n++
		s.column(w, c)
	}
}

// column judges what is missing, out of range, or in another unit.
func (s *scene) column(w *sketch.Window, c *sketch.Column) {
	n := s.units(w, c.Rows())
	j := check.Judgement{Topic: "quality", Item: c.Name + partMark(s.l.Part), State: wardround.Pass, N: int64(n),
		Facts: wardround.Facts{"column": c.Name, "units": int64(n), "missing": percent(c.MissingShare())}}
	if n < fewest {
		j.State, j.Why, j.Needed = wardround.Unknown, "there is not enough data yet to say", fewest
		if before, ok := s.f.had(ofModel+s.m.Key, "quality", j.Item); ok && before != wardround.Unknown {
			return // what was told of more holds
		}
		s.say(j)
		return
	}
	var ref *sketch.Column
	if s.ref != nil {
		ref = s.ref.Column(c.Name, "")
	}
	var trouble []string
	add := func(shift, text string) {
		j.Shift = shift
		trouble = append(trouble, text)
	}
	if text := s.unit(c, ref); text != "" {
		add("quality", text)
	}
	if text, limit := s.missing(c, ref, n); text != "" {
		add("quality", text)
		j.Effect, j.Limit = c.MissingShare(), limit
	}
	if text := s.outside(c, n); text != "" {
		add("quality", text)
	}
	if bad := c.PosInf + c.NegInf + c.Invalid; bad >= 10 && float64(bad) > 0.01*float64(c.Rows()) {
		add("quality", fmt.Sprintf("%d values are no numbers, infinite or of another type", bad))
	}
	if len(trouble) > 0 {
		j.State = wardround.Fail
		j.Facts["trouble"] = strings.Join(trouble, "; ")
	}
	s.say(j)
}

// missing reports a share of rows without a value that is over the limit by more than
// chance, of n units.
func (s *scene) missing(c, ref *sketch.Column, n float64) (string, float64) {
	share, limit := c.MissingShare(), mostMissing
	if c.N == 0 && ref == nil && s.input(c.Name) == nil {
		return "", limit // nobody ever told of it, and nobody says that it is needed
	}
	if ref != nil {
		limit += ref.MissingShare()
	}
	if in := s.input(c.Name); in != nil && in.MissingAtMost != nil {
		limit = *in.MissingAtMost
	}
	if ind := s.indicator(model.Missing, c); ind != nil && ind.AtMost != nil {
		limit = *ind.AtMost
	}
	if low, _ := wilson(share, n, s.errs); share <= limit || low <= limit {
		return "", limit
	}
	return fmt.Sprintf("%s of rows lack it, at most %s may", percent(share), percent(limit)), limit
}

// input is what the plan says of an input, nil if nothing.
func (s *scene) input(name string) *model.Input {
	if s.plan == nil {
		return nil
	}
	for i := range s.plan.Inputs {
		if s.plan.Inputs[i].Name == name {
			return &s.plan.Inputs[i]
		}
	}
	return nil
}

// outside reports values beyond the range that the model was made for.
func (s *scene) outside(c *sketch.Column, n float64) string {
	in := s.input(c.Name)
	if in == nil || c.N == 0 {
		return ""
	}
	limit := mostOutside
	if ind := s.indicator(model.Range, c); ind != nil && ind.AtMost != nil {
		limit = *ind.AtMost
	}
	share, what := 0.0, ""
	switch {
	case c.Type.Numeric() && len(in.Range) == 2:
		below, _, _ := c.Ranks.Below(in.Range[0])
		_, _, atMost := c.Ranks.CDF(in.Range[1])
		share = below + 1 - atMost // both as small as the sketch's error allows
		what = "outside " + number(in.Range[0]) + " to " + number(in.Range[1])
	case !c.Type.Numeric() && len(in.Categories) > 0:
		known := int64(0)
		for _, text := range in.Categories {
			_, _, hi := c.Top.Count(text)
			known += hi
		}
		share = 1 - float64(min(known, c.N))/float64(c.N)
		what = "none of the categories that the model knows"
	}
	if low, _ := wilson(share, n, s.errs); share <= limit || low <= limit {
		return ""
	}
	return fmt.Sprintf("%s of values are %s", percent(share), what)
}

// factors are those between units that are mixed up: powers of ten, inches, pounds,
// glucose, creatinine, cholesterol, bilirubin, haemoglobin, kPa and mmHg.
var factors = []float64{10, 100, 1000, 1e6, 2.54, 2.2046, 18.016, 88.42, 38.67, 17.1, 7.50062, 1.8, 60, 3600, 1.6114}

// unit reports that a column comes in another unit: told so, or because all of it
// stands as far from the reference as two units of one thing do.
func (s *scene) unit(c, ref *sketch.Column) string {
	if ref == nil {
		return ""
	}
	if c.Unit != "" && ref.Unit != "" && c.Unit != ref.Unit {
		return fmt.Sprintf("it comes in %s, the model was made for %s", clip(c.Unit, 20), clip(ref.Unit, 20))
	}
	if !c.Type.Numeric() || c.Type == sketch.Time || c.N < 30 || ref.N < 30 {
		return ""
	}
	const apart, alike = 0.8, 0.2
	away := func(r twosample.Ranked) (low, d float64) { // the distance alone: a p would take a hundred times as long
		t, err := twosample.DistanceSketch(ref.Ranks, r)
		if err != nil {
			return 0, 1 // tells nothing
		}
		return t.Low, t.Statistic
	}
	low, best := away(c.Ranks)
	if low < apart {
		return ""
	}
	factor := 0.0
	for _, f := range factors {
		for _, by := range []float64{f, 1 / f} {
			if _, d := away(scaled{c.Ranks, by, 0}); d < best {
				best, factor = d, by
			}
		}
	}
	if _, d := away(scaled{c.Ranks, 5.0 / 9, -160.0 / 9}); d < best && d < alike {
		return "it looks like degrees Fahrenheit where degrees Celsius were meant"
	}
	if best < alike {
		return "it looks as if it came in another unit: times " + number(factor) + " it would be as before"
	}
	return ""
}

// scaled is a distribution of values times a factor, plus an offset.
type scaled struct {
	k          *sketch.KLL
	by, offset float64
}

// back is the value before; a little more, so that a value that is not there to the last
// digit after two roundings is still at or below itself.
func (s scaled) back(x float64) float64 {
	v := (x - s.offset) / s.by
	return v + 1e-14*(math.Abs(v)+math.Abs(s.offset/s.by))
}
func (s scaled) N() int64                            { return s.k.N() }
func (s scaled) CDF(x float64) (lo, mid, hi float64) { return s.k.CDF(s.back(x)) }
func (s scaled) Support() []float64 {
	out := s.k.Support()
	for i := range out {
		out[i] = out[i]*s.by + s.offset
	}
	return out
}

// schema judges which columns come, and of which type.
func (s *scene) schema(w *sketch.Window) {
	if s.ref == nil {
		return
	}
	var lacks, others, new []string
	for _, r := range s.ref.Columns {
		if r.Group != "" || r.Role == sketch.Oversight {
			continue
		}
		c := w.Column(r.Name, "")
		switch {
		case c == nil:
			if in := s.input(r.Name); in == nil || !in.Optional {
				lacks = append(lacks, r.Name)
			}
		case c.Type != r.Type:
			others = append(others, r.Name)
		}
	}
	for _, c := range w.Columns {
		if c.Group == "" && c.Role != sketch.Oversight && s.ref.Column(c.Name, "") == nil {
			new = append(new, c.Name)
		}
	}
	j := check.Judgement{Topic: "quality", Item: "schema" + partMark(s.l.Part), State: wardround.Pass, Shift: "quality", N: w.EffectiveUnits(),
		Facts: wardround.Facts{"column": "the columns", "new": len(new)}}
	var trouble []string
	for _, x := range []struct {
		list []string
		text string
	}{{lacks, "columns are not there: "}, {others, "columns are of another type: "}} {
		if len(x.list) > 0 {
			slices.Sort(x.list)
			more := ""
			if len(x.list) > 8 {
				more = fmt.Sprintf(" and %d more", len(x.list)-8)
			}
			trouble = append(trouble, x.text+strings.Join(x.list[:min(len(x.list), 8)], ", ")+more)
		}
	}
	if len(trouble) > 0 {
		j.State = wardround.Fail
		j.Facts["trouble"] = clip(strings.Join(trouble, "; "), 600)
	}
	s.say(j)
}

// wilson is the score interval of a share of n at z standard errors.
func wilson(share, n, z float64) (low, high float64) {
	if n <= 0 {
		return 0, 1
	}
	z2 := z * z
	mid := (share + z2/(2*n)) / (1 + z2/n)
	half := z / (1 + z2/n) * math.Sqrt(share*(1-share)/n+z2/(4*n*n))
	return max(0, mid-half), min(1, mid+half)
}
