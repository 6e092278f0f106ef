package drift

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/table"
	"github.com/wardround/wardround/stat/order"
	"github.com/wardround/wardround/stat/shift"
)

// kindsOf gathers the evidence and has it judged.
func kindsOf(r *Report, a, b *data, cfg Config) []Kind {
	e := shift.Evidence{BySource: make(map[string]shift.State)}
	for i := range r.Columns {
		c := &r.Columns[i]
		if c.Group != "" {
			if name, ok := strings.CutPrefix(c.Group, cfg.Source+"="); ok && cfg.Source != "" && isInput(cfg, c.Name) {
				e.BySource[name] = worse(e.BySource[name], c.Decision)
			}
			continue
		}
		spoilt := gather(&e, c)
		switch {
		case c.Name == cfg.Prediction:
			e.Predictions = worse(e.Predictions, c.Decision)
		case c.Name == cfg.Label:
			e.Labels = worse(e.Labels, c.Decision)
		case c.Name == cfg.Source:
			e.SourceMix = worse(e.SourceMix, c.Decision)
		case c.leftOut || !isInput(cfg, c.Name):
		default:
			e.Inputs = worse(e.Inputs, c.Decision)
			if c.Decision == Drift {
				e.MovedInputs = append(e.MovedInputs, c.Name)
				if spoilt {
					e.SpoiltInputs = append(e.SpoiltInputs, c.Name)
				}
			}
		}
	}
	if m := r.Multivariate; m != nil && m.Decision == Drift {
		e.Inputs = shift.Moved
	}
	labelled(&e, r, a, b, cfg)
	var out []Kind
	for _, f := range shift.Judge(e) {
		out = append(out, Kind{Kind: string(f.Kind), Reasons: f.Reasons})
	}
	return out
}

func worse(s shift.State, d Decision) shift.State {
	switch {
	case d == Drift || s == shift.Moved:
		return shift.Moved
	case d == OK:
		return shift.Same
	}
	return s
}

// gather takes a column's quality; it says whether that explains that the column drifted.
func gather(e *shift.Evidence, c *Column) (spoilt bool) {
	for _, q := range c.Quality {
		switch {
		case q.Kind == "unit" && c.Decision == Drift, q.Kind == "type":
			e.Quality = append(e.Quality, c.Name+": "+q.Text)
			spoilt = true
		case q.Decision == Drift:
			e.Quality = append(e.Quality, c.Name+": "+q.Text)
			spoilt = spoilt || c.Reason == q.Text
		}
	}
	if c.Test == "schema" && !c.leftOut && len(c.Quality) == 0 {
		e.Quality = append(e.Quality, c.Name+": "+c.Reason)
	}
	return spoilt
}

// labelled adds what labels tell: concept, classes that look different, or an estimate of their rates without current labels.
// Labels are read as two classes, 0 and 1, and so is a score, which is cut at a half.
func labelled(e *shift.Evidence, r *Report, a, b *data, cfg Config) {
	la, lb := a.column(cfg.Label), b.column(cfg.Label)
	if la == nil || la.kind == table.Time || a.sample == nil || b.sample == nil {
		return
	}
	sa, sb := a.sample.binary(a, cfg.Label), b.sample.binary(b, cfg.Label)
	if sa == nil {
		return
	}
	alpha := cfg.Alpha
	if lb == nil || lb.n == 0 || sb == nil {
		e.Labels = shift.Unknown
		pa, pb := a.sample.binary(a, cfg.Prediction), b.sample.binary(b, cfg.Prediction)
		if pa == nil || pb == nil {
			return
		}
		confusion, predicted := [][]float64{{0, 0}, {0, 0}}, []float64{0, 0}
		for i := range pa {
			if pa[i] >= 0 && sa[i] >= 0 {
				confusion[pa[i]][sa[i]]++
			}
		}
		for i := range pb {
			if pb[i] >= 0 {
				predicted[pb[i]]++
			}
		}
		if p, err := shift.BBSE(confusion, predicted, cfg.Seed); err == nil {
			e.Estimate = &p
		} else {
			r.Notes = append(r.Notes, "the rates of the classes could not be estimated: "+err.Error())
		}
		return
	}
	if p := calibration(a, b, sa, sb, cfg); p == p {
		e.LabelGivenScore = shift.Same
		if p <= alpha {
			e.LabelGivenScore = shift.Moved
		}
	}
	least, tests := math.Inf(1), 0
	for i, c := range a.columns {
		j, ok := b.index[c.name]
		if !ok || a.sample.numbers[i] == nil || b.sample.numbers[j] == nil || !isInput(cfg, c.name) {
			continue
		}
		for class := range 2 {
			p := ksP(a.sample.values(i, func(row int) bool { return sa[row] == class }), b.sample.values(j, func(row int) bool { return sb[row] == class }))
			if p == p {
				least, tests = math.Min(least, p), tests+1
			}
		}
	}
	if tests > 0 {
		e.InputsGivenLabel = shift.Same
		if least*float64(tests) <= alpha {
			e.InputsGivenLabel = shift.Moved
		}
	}
}

// binary reads a column's sample as classes 0 and 1, −1 where there is none; nil if it isn't of two classes.
func (s *sample) binary(d *data, name string) []int {
	i, ok := d.index[name]
	if !ok || name == "" {
		return nil
	}
	out := make([]int, s.rows)
	for k := range out {
		v := math.NaN()
		if s.numbers[i] != nil {
			v = s.numbers[i][k]
		} else if x, err := strconv.ParseFloat(s.texts[i][k], 64); err == nil {
			v = x
		}
		switch {
		case v != v:
			out[k] = -1
		case v < 0 || v > 1:
			return nil
		case v >= 0.5:
			out[k] = 1
		}
	}
	return out
}

// calibration asks whether labels come out as before for the same score: over tenths of the reference's scores, two by two
// tables of side and label, their chi-squares summed.
func calibration(a, b *data, sa, sb []int, cfg Config) float64 {
	i, ok := a.index[cfg.Prediction]
	j, ok2 := b.index[cfg.Prediction]
	if !ok || !ok2 || a.sample.numbers[i] == nil || b.sample.numbers[j] == nil {
		return math.NaN()
	}
	scores := a.sample.values(i, func(row int) bool { return sa[row] >= 0 })
	if len(scores) < 100 {
		return math.NaN()
	}
	edges, err := order.Quantiles(scores, []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9})
	if err != nil {
		return math.NaN()
	}
	edges = slices.Compact(edges)
	count := func(s *sample, col int, label []int) [][2]float64 {
		out := make([][2]float64, len(edges)+1)
		for k, v := range s.numbers[col][:s.rows] {
			if v == v && label[k] >= 0 {
				bin, _ := slices.BinarySearch(edges, v)
				out[bin][label[k]]++
			}
		}
		return out
	}
	ta, tb := count(a.sample, i, sa), count(b.sample, j, sb)
	return shift.LabelGivenScore(ta, tb, 0, 0)
}
