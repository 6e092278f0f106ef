package behaviour

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
)

const (
	maxMeasuring   = 256 // codes and devices that are followed for one model
	maxKeptValues  = 96
	fewestUnits    = 5  // results that a unit is judged by
	fewestMissing  = 50 // results that a share without value is judged by
	notToldUnit    = "(not told)"
	mostMixed      = 0.2  // share of results in another unit than most
	mostGoneByThen = 0.15 // more results without a value than before
)

// measuring is one code from one device, as it feeds a model: the unit that it comes
// in, and values of when it was as it should be.
type measuring struct {
	Source string    `json:"source"`
	Code   string    `json:"code"`
	Unit   string    `json:"unit"` // that most come in now
	Since  time.Time `json:"since"`
	// Right is the unit that the model reads: of the plan, of the reference, or the one
	// that was seen first; Base are values in it.
	Right   string    `json:"right"`
	Base    []float64 `json:"base,omitempty"`
	Changed time.Time `json:"changed,omitzero"` // when the unit or the scale changed last
	Before  string    `json:"before,omitempty"` // the unit until then
	// Units and Values wait to be enough.
	Units  map[string]int64 `json:"units,omitempty"`
	Values []float64        `json:"values,omitempty"`
	// Like is the unit that values look like they come in although they say another,
	// "?" for a scale that is none; Times by how much they are off.
	Like  string  `json:"like,omitempty"`
	Times float64 `json:"times,omitempty"`
	// Rows and Missing of the time in which the base was made, and of now.
	BaseRows    int64     `json:"base_rows,omitempty"`
	BaseMissing int64     `json:"base_missing,omitempty"`
	Rows        int64     `json:"rows,omitempty"`
	Missing     int64     `json:"missing,omitempty"`
	Gone        string    `json:"gone,omitempty"`
	Last        time.Time `json:"last"`
}

// accept makes what is seen now what is right: a person said so.
func (t *measuring) accept() {
	*t = measuring{Source: t.Source, Code: t.Code, Unit: t.Unit, Since: t.Since, Right: t.Unit, Last: t.Last}
}

// reference takes unit and values of the reference, where it holds them.
func (s *scene) reference(t *measuring) {
	if s.ref == nil {
		return
	}
	group := ""
	for _, c := range s.ref.Columns { // of this device, else of the first that tells of the code
		if c.Name == t.Code+" unit" && (c.Group == sourceGroup+t.Source || group == "") {
			if top := c.Top.Top(1); len(top) > 0 {
				t.Right, group = top[0].Text, c.Group
			}
		}
	}
	for _, c := range s.ref.Columns {
		if c.Group == group && c.Name == t.Code+" ["+t.Right+"]" {
			t.Base, t.BaseRows, t.BaseMissing = quantiles(c, maxKeptValues), c.Rows(), c.Missing
		}
	}
}

// quantiles are up to most values of a column, equally far apart by rank.
func quantiles(c *sketch.Column, most int) []float64 {
	n := int(min(int64(most), c.N))
	var out []float64
	for i := range n {
		_, v, _ := c.Ranks.Quantile((float64(i) + 0.5) / float64(n))
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			out = append(out, v)
		}
	}
	return out
}

// judgeMeasuring says whether a code comes in the unit and the scale that the model reads.
func (s *scene) judgeMeasuring(x *kind.InferenceWindowV1, t *measuring, in *model.Input) {
	var n, most, second int64
	unit, other := "", ""
	for _, u := range sortedKeys(t.Units) {
		k := t.Units[u]
		n += k
		switch {
		case k > most:
			second, other, most, unit = most, unit, k, u
		case k > second:
			second, other = k, u
		}
	}
	if n < fewestUnits {
		return
	}
	switch {
	case t.Unit == "":
		t.Unit, t.Since = unit, x.From
	case unit != t.Unit:
		s.f.event(s.m, Event{At: x.From, Kind: EventSchema, Said: "the unit of {item} from {source} changed", Source: t.Source, Item: t.Code, Before: t.Unit, After: unit, Digest: s.digest, Seq: s.o.Seq})
		t.Before, t.Unit, t.Since, t.Changed = t.Unit, unit, x.From, x.From
		t.Values = nil // they were in the other one
		t.Like, t.Times = "", 0
	}
	t.Right = cmp.Or(t.Right, t.Unit)
	t.Units = nil
	s.scale(x, t)
	s.gone(t)
	j := check.Judgement{Topic: "quality", Item: itemOf(t.Code, sourceGroup+t.Source) + partMark(s.l.Part), State: wardround.Pass, Shift: "quality", N: n, From: x.From, To: x.To,
		Facts: wardround.Facts{"column": clip(titled(t.Code)+", "+t.Source, 150), "device": t.Source, "unit": t.Unit, "read": t.Right, "results": n}}
	var trouble []string
	if text := t.wrongUnit(); text != "" {
		trouble = append(trouble, text)
	}
	if t.Like != "" {
		trouble = append(trouble, t.wrongScale())
	}
	if float64(second) > mostMixed*float64(n) && second >= fewestUnits && !alike(unit, other) {
		trouble = append(trouble, fmt.Sprintf("it comes in two units, %s and %s", clip(unit, 30), clip(other, 30)))
	}
	if t.Gone != "" {
		trouble = append(trouble, t.Gone)
	}
	if len(trouble) > 0 {
		j.State = wardround.Fail
		j.Facts["trouble"] = strings.Join(trouble, "; ")
		if in == nil {
			j.Facts["trouble"] = j.Facts["trouble"].(string) + ". Whether the model reads it, the plan does not say"
		}
	}
	s.say(j)
}

// wrongUnit says that results come in another unit than the model reads.
func (t *measuring) wrongUnit() string {
	if alike(t.Unit, t.Right) {
		return ""
	}
	text := fmt.Sprintf("its unit is %s, the model reads %s", clip(t.Unit, 30), clip(t.Right, 30))
	if t.Before != "" && !t.Changed.IsZero() {
		text = fmt.Sprintf("its unit changed from %s to %s on %s", clip(t.Before, 30), clip(t.Unit, 30), t.Changed.UTC().Format(time.DateOnly))
	}
	switch by := between(t.Code, t.Right, t.Unit); {
	case t.Times == 0 || t.Like == "":
	case by > 0 && math.Abs(math.Log(t.Times/by)) < 0.1:
		return "" // told of the scale
	}
	return text
}

// wrongScale says that values are off by a factor.
func (t *measuring) wrongScale() string {
	on := t.Changed.UTC().Format(time.DateOnly)
	switch {
	case t.Like == "=":
		return "its values did not move with its unit: one of the two is wrong"
	case t.Like == "?":
		return fmt.Sprintf("the scale of its values changed by about %s on %s, and its unit still says %s", number(t.Times), on, clip(t.Unit, 30))
	case t.Times == 0:
		return fmt.Sprintf("since %s its values look as if they came in %s, and its unit still says %s", on, t.Like, clip(t.Unit, 30))
	}
	return fmt.Sprintf("since %s its values are %s times what they were, as if they came in %s, and its unit still says %s", on, number(t.Times), t.Like, clip(t.Unit, 30))
}

// scale compares the values that wait with those of before, where there are enough.
func (s *scene) scale(x *kind.InferenceWindowV1, t *measuring) {
	same := alike(t.Unit, t.Right)
	switch {
	case len(t.Values) < fewestScale:
		return
	case same && len(t.Base) < fewestScale:
		t.Base = append(t.Base, t.Values[:min(len(t.Values), maxKeptValues)]...)
		t.Values = nil
		return
	case len(t.Base) < fewestScale:
		t.Values = nil
		return
	}
	defer func() { t.Values = nil }()
	if !same {
		// The unit says that they changed: did they?
		by := between(t.Code, t.Right, t.Unit)
		if k, err, changed := scaleOf(t.Base, t.Values); by > 0 && math.Abs(math.Log(by)) > math.Log(leastScale) && !changed && math.Abs(math.Log(k)) < max(0.1, 4*err) {
			t.Like, t.Times = "=", 1
		} else {
			t.Like, t.Times = "", 0
		}
		return
	}
	to, times, changed := likeness(t.Code, t.Unit, t.Base, t.Values)
	switch {
	case changed && t.Like == "":
		t.Like, t.Times, t.Changed = cmp.Or(to, "?"), times, x.From
		after := "× " + number(times)
		if to != "" {
			after += " (as " + to + ")"
		}
		s.f.event(s.m, Event{At: x.From, Kind: EventSchema, Said: "the scale of {item} from {source} changed, and its unit does not say so", Source: t.Source, Item: t.Code, Before: t.Unit, After: after, Digest: s.digest, Seq: s.o.Seq})
	case changed:
		t.Like, t.Times = cmp.Or(to, "?"), times
	case t.Like != "":
		t.Like, t.Times = "", 0
		s.f.event(s.m, Event{At: x.From, Kind: EventSchema, Said: "the scale of {item} from {source} is what it was", Source: t.Source, Item: t.Code, After: t.Unit, Digest: s.digest, Seq: s.o.Seq})
	case len(t.Base) < maxKeptValues: // more of what is right
		t.Base = append(t.Base, t.Values[:min(len(t.Values), maxKeptValues-len(t.Base))]...)
	}
}

// gone notes that many more results than before have no value.
func (s *scene) gone(t *measuring) {
	if t.Rows < fewestMissing {
		return
	}
	if t.BaseRows < fewestMissing {
		t.BaseRows, t.BaseMissing = t.BaseRows+t.Rows, t.BaseMissing+t.Missing
	} else {
		was, now := float64(t.BaseMissing)/float64(t.BaseRows), float64(t.Missing)/float64(t.Rows)
		low, _ := wilson(now, float64(t.Rows), 4)
		if t.Gone = ""; low > was+mostGoneByThen {
			t.Gone = fmt.Sprintf("%s of its results have no value, %s had none before", percent(now), percent(was))
		}
	}
	t.Rows, t.Missing = 0, 0
}
