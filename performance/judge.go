package performance

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/wardround/wardround/stat/labelfree"
	measure "github.com/wardround/wardround/stat/performance"
)

// judgedByReference are the metrics that get a limit from the reference.
var judgedByReference = []string{"auroc", "auprc", "sensitivity", "specificity", "ppv", "accuracy", "f1", "brier", "mae", "rmse"}

// chance is how probable it may be that any of all figures breaks a limit from the
// reference while nothing changed.
const chance = 0.05

// reach is how many standard deviations from the mean of n chunks of the reference a
// limit lies: that of a prediction interval for one more chunk, shared among all the
// figures that are held against one. Three, as NannyML has it, is broken by chance in
// one figure of two hundred or more, which is one report of two with ten chunks and ten figures.
func (c *Config) reach(n, figures int) float64 {
	if c.Thresholds == "3sd" {
		return 3
	}
	t := distuv.StudentsT{Sigma: 1, Nu: float64(n - 1)}
	return t.Quantile(1-chance/float64(max(figures, 1))) * math.Sqrt(1+1/float64(n))
}

// limits takes the declared ones, and from the reference what is not declared: so far
// from the mean of its chunks, each as large as a chunk of the predictions, that
// chance alone hardly leads there. Only the worse side is a limit.
func (j *job) limits(chunks, n int) {
	j.rep.Limits = map[string]Bounds{}
	for m, l := range j.c.Limits {
		b := Bounds{From: "declared"}
		if l.AtLeast != nil {
			v := Number(*l.AtLeast)
			b.AtLeast = &v
		}
		if l.AtMost != nil {
			v := Number(*l.AtMost)
			b.AtMost = &v
		}
		j.rep.Limits[m] = b
	}
	if j.ref == nil || j.c.Thresholds == "none" {
		return
	}
	size := max(1, n/max(1, chunks))
	parts := j.ref.n() / size
	if parts < 4 {
		parts = min(10, j.ref.n()/50)
	}
	if parts < 4 {
		j.rep.Notes = append(j.rep.Notes, "the reference is too small for limits of its own: fewer than four chunks")
		return
	}
	seen := map[string][]float64{}
	for _, p := range cutRows(j.ref, Chunks{Number: min(parts, 100)}) {
		f, _ := realised(p, j.c)
		for _, m := range judgedByReference {
			if v, ok := f[m]; ok {
				seen[m] = append(seen[m], float64(v.Value))
			}
		}
	}
	for m, x := range seen {
		if _, ok := j.rep.Limits[m]; ok || len(x) < 4 {
			continue
		}
		mean, se := measure.Mean(x, nil)
		sd := se * math.Sqrt(float64(len(x)))
		b := Bounds{From: "reference"}
		k := j.c.reach(len(x), chunks*len(seen))
		if lowerIsBetter[m] {
			v := Number(mean + k*sd)
			b.AtMost = &v
		} else {
			v := Number(math.Max(0, mean-k*sd))
			b.AtLeast = &v
		}
		j.rep.Limits[m] = b
	}
}

// enough reports whether a chunk's labels can be judged by.
func (j *job) enough(c *Chunk) bool {
	if j.is != binary {
		return c.Labelled >= j.c.minRows()
	}
	return min(c.Cases, c.Labelled-c.Cases) >= j.c.minRows()
}

// toleranceOf a metric: that of shares does not fit counts and values.
func (j *job) toleranceOf(metric string) float64 {
	switch metric {
	case "true_positives", "false_positives", "false_negatives", "true_negatives", "value", "value_per_row":
		return 0
	}
	return j.c.tolerance(j.is)
}

// record scores the estimator against the chunks whose labels have come.
func (j *job) record() {
	if j.tracks == nil {
		return
	}
	for i := range j.rep.Chunks {
		c := &j.rep.Chunks[i]
		// Of a chunk with half its labels the realised figure is that of a half,
		// and which half is no chance.
		if c.Labelled*10 < c.Rows*9 {
			continue
		}
		for m, e := range c.Estimated {
			r, ok := c.Realised[m]
			if !ok || m == "called" {
				continue
			}
			if j.tracks[m] == nil {
				j.tracks[m] = &labelfree.Track{Tolerance: j.toleranceOf(m)}
			}
			z := measure.Z(measure.Level)
			se := float64(e.High-e.Low) / (2 * z)
			j.tracks[m].Add(measure.Estimate{Value: float64(e.Value), SE: se}, float64(r.Value))
		}
	}
	if len(j.tracks) == 0 {
		return
	}
	j.rep.Estimator = map[string]Standing{}
	for m, t := range j.tracks {
		s := t.Standing()
		j.rep.Estimator[m] = Standing{s.Chunks, Number(s.MAE), Number(s.Bias), Number(s.Coverage), Number(s.P), string(s.Credible), Number(s.Widen), s.Why}
	}
}

// judge holds each chunk against the limits: by its labels where there are
// enough, else by the estimate while that is believed.
func (j *job) judge() {
	names := make([]string, 0, len(j.rep.Limits))
	for m := range j.rep.Limits {
		names = append(names, m)
	}
	sort.Strings(names)
	for i := range j.rep.Chunks {
		c := &j.rep.Chunks[i]
		for _, m := range names {
			x := j.one(c, m, j.rep.Limits[m])
			c.Judged = append(c.Judged, x)
			c.Decision = worse(c.Decision, x.Decision)
		}
	}
}

func (j *job) one(c *Chunk, m string, b Bounds) Judgement {
	x := Judgement{Metric: m, By: "realised"}
	if f, ok := c.Realised[m]; ok && j.enough(c) {
		return against(x, f, b)
	}
	if s, ok := j.rep.Estimator[m]; ok && s.Believed == Breach {
		x.By, x.Decision, x.Why = "estimated", Unknown, "the estimator is no longer believed: "+s.Why
		return x
	}
	if f, ok := c.Estimated[m]; ok {
		x.By = "estimated"
		return against(x, f, b)
	}
	x.Decision = Unknown
	switch _, ok := c.Realised[m]; {
	case ok:
		x.Why, x.Need = "not enough labels to say", j.c.minRows()
	case c.Labelled == 0:
		x.Why = "no labels have come, and it is not estimated"
	default:
		x.Why = "not defined for the rows of this chunk"
	}
	return x
}

// against judges one figure. Limits of the reference hold the noise of a chunk
// already and are judged by the value; declared ones by the interval.
func against(x Judgement, f Figure, b Bounds) Judgement {
	e := measure.Estimate{Value: float64(f.Value), Low: float64(f.Low), High: float64(f.High)}
	if b.From == "reference" || math.IsNaN(e.Low) || math.IsNaN(e.High) {
		e.Low, e.High = e.Value, e.Value
	}
	d := ""
	room := math.Inf(1)
	if b.AtLeast != nil {
		d = worse(d, string(e.AtLeast(float64(*b.AtLeast))))
		room = math.Min(room, math.Abs(e.Value-float64(*b.AtLeast)))
	}
	if b.AtMost != nil {
		d = worse(d, string(e.AtMost(float64(*b.AtMost))))
		room = math.Min(room, math.Abs(e.Value-float64(*b.AtMost)))
	}
	x.Decision = d
	if d == Unknown {
		x.Why = "the interval holds the limit"
		// The half width falls with the square root of the rows.
		if half := (e.High - e.Low) / 2; room > 0 && half > 0 && f.N > 0 {
			if need := float64(f.N) * (half / room) * (half / room); need < 1e9 {
				x.Need = int(math.Ceil(need))
			}
		}
	}
	return x
}

// conclude joins the chunks' decisions, and the gaps' where they count.
func (j *job) conclude() {
	r := j.rep
	count := map[string]int{}
	for _, c := range r.Chunks {
		r.Decision = worse(r.Decision, c.Decision)
		if c.Decision != "" {
			count[c.Decision]++
		}
	}
	if count[Breach] > 0 {
		r.Why = append(r.Why, fmt.Sprintf("%d of %d chunks break a limit", count[Breach], len(r.Chunks)))
	}
	if count[Unknown] > 0 {
		r.Why = append(r.Why, fmt.Sprintf("%d of %d chunks cannot be judged in all limits", count[Unknown], len(r.Chunks)))
	}
	if j.c.Groups.Judge {
		for _, g := range r.Gaps {
			r.Decision = worse(r.Decision, g.Decision)
			if g.Decision == Breach {
				r.Why = append(r.Why, fmt.Sprintf("%s %s: gap of %s against %s beyond the limit", g.Column, g.Group, g.Measure, g.Against))
			}
		}
	}
	if len(r.Limits) == 0 {
		r.Why = append(r.Why, "no limits are declared and there is no reference to take them from: nothing was judged")
	}
	var lost []string
	for m, s := range r.Estimator {
		if s.Believed == Breach {
			lost = append(lost, m)
		}
	}
	if len(lost) > 0 {
		sort.Strings(lost)
		r.Notes = append(r.Notes, "estimates of "+strings.Join(lost, ", ")+" are no longer believed: "+r.Estimator[lost[0]].Why)
	}
	sort.Strings(r.Notes)
}
