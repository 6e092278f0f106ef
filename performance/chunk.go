package performance

import (
	"math"
	"time"

	"github.com/wardround/wardround/stat/labelfree"
	measure "github.com/wardround/wardround/stat/performance"
)

// cutRows cuts rows into chunks. By number, the remainder goes to the last; by
// time, from the first row's time on, and rows without a time are a chunk of
// their own at the end.
func cutRows(r *rows, how Chunks) []*rows {
	n := r.n()
	if (how.Every > 0 || how.Period != "") && r.at != nil {
		var out []*rows
		for from := 0; from < n; {
			to := from + 1
			if math.IsNaN(r.at[from]) {
				to = n
			} else {
				slot := how.slot(r.at[from], r.at[0])
				for to < n && !math.IsNaN(r.at[to]) && how.slot(r.at[to], r.at[0]) == slot {
					to++
				}
			}
			out = append(out, r.part(from, to))
			from = to
		}
		return out
	}
	size := how.Size
	if size == 0 {
		number := how.Number
		if number == 0 {
			number = 10
		}
		size = max(1, n/min(number, n))
		var out []*rows
		for k := range min(number, n) {
			to := (k + 1) * size
			if k == min(number, n)-1 {
				to = n
			}
			out = append(out, r.part(k*size, to))
		}
		return out
	}
	var out []*rows
	for from := 0; from < n; from += size {
		out = append(out, r.part(from, min(n, from+size)))
	}
	return out
}

// slot is the number of the chunk of time t, counted from the first time or by the
// calendar.
func (how Chunks) slot(t, first float64) float64 {
	if how.Period == "" {
		return math.Floor((t - first) / how.Every.Seconds())
	}
	if math.Abs(t) > 1e11 {
		return math.Copysign(math.Inf(1), t)
	}
	at := time.Unix(int64(math.Floor(t)), 0).UTC()
	switch year, month := float64(at.Year()), float64(at.Month()-1); how.Period {
	case "month":
		return 12*year + month
	case "quarter":
		return 4*year + math.Floor(month/3)
	case "year":
		return year
	case "week": // 1970-01-01 was a Thursday
		return math.Floor((t/86400 + 3) / 7)
	}
	return math.Floor(t / 86400)
}

// chunk measures and estimates one chunk.
func (j *job) chunk(k int, p *rows) error {
	known := p.labelled()
	ch := Chunk{Index: k, From: stamp(p.at, 0), To: stamp(p.at, p.n()-1), Rows: p.n(), Units: p.unit.Count(p.n()), Labelled: known.n()}
	if known.n() > 0 {
		ch.Realised, ch.Why = realised(known, j.c)
		for _, l := range known.label {
			if l {
				ch.Cases++
			}
		}
	}
	if known.n() > 0 && known.multi() {
		_, ch.Classes, _ = realisedClasses(known)
		ch.Cases = 0
	}
	if err := j.estimate(&ch, p); err != nil {
		return err
	}
	if j.fit != nil {
		j.baselines(&ch, p)
	}
	j.rep.Chunks = append(j.rep.Chunks, ch)
	return nil
}

// estimate adds what is expected of rows p.
func (j *job) estimate(ch *Chunk, p *rows) error {
	switch {
	case j.dle != nil:
		f, err := j.dle.Estimate(p.value, p.features)
		if err != nil {
			return err
		}
		ch.Estimated = map[string]Figure{}
		for m, e := range f {
			ch.Estimated[m] = figure(e)
		}
	case j.classFit != nil:
		var err error
		ch.Estimated, ch.Classes, err = estimateClasses(j.classFit, p, ch.Classes)
		return err
	case j.fit != nil:
		x, err := j.fit.Estimate(labelfree.Chunk{Score: p.score, Called: p.called, Features: p.features}, j.rep.Method)
		if err != nil {
			return err
		}
		ch.Estimated, ch.Effective = map[string]Figure{}, Number(math.Round(x.Effective))
		for m, e := range x.Figures {
			switch m {
			case "roc_auc":
				m = "auroc"
			case "average_precision":
				m = "auprc"
			}
			ch.Estimated[m] = figure(e)
		}
		j.expectedCounts(ch, x)
	}
	return nil
}

// expectedCounts are the cells of the expected confusion matrix, and their worth.
func (j *job) expectedCounts(ch *Chunk, x labelfree.Expected) {
	n := float64(x.N)
	scaled := func(f Figure, by, plus float64) Figure {
		f.Value, f.Low, f.High = Number(plus+by*float64(f.Value)), Number(plus+by*float64(f.Low)), Number(plus+by*float64(f.High))
		if f.Low > f.High {
			f.Low, f.High = f.High, f.Low
		}
		return f
	}
	m := x.Confusion
	calls := m.TP + m.FP
	for _, s := range []struct {
		of, name  string
		by, plus  float64
		otherwise float64
	}{{"ppv", "true_positives", calls, 0, m.TP}, {"ppv", "false_positives", -calls, calls, m.FP},
		{"npv", "true_negatives", n - calls, 0, m.TN}, {"npv", "false_negatives", calls - n, n - calls, m.FN}} {
		f, ok := ch.Estimated[s.of]
		if ok {
			f = scaled(f, s.by, s.plus)
		} else {
			f = Figure{Value: Number(s.otherwise), Low: Number(s.otherwise), High: Number(s.otherwise), N: x.N, Method: "expected"}
		}
		ch.Estimated[s.name] = f
	}
	if v := j.c.Value; v != nil {
		// Calls are known; a label more or less moves the value by the difference in its row.
		tp, fn := ch.Estimated["true_positives"], ch.Estimated["false_negatives"]
		a, b := v.TP-v.FP, v.FN-v.TN
		mid := a*float64(tp.Value) + v.FP*calls + b*float64(fn.Value) + v.TN*(n-calls)
		half := math.Hypot(a*float64(tp.High-tp.Low)/2, b*float64(fn.High-fn.Low)/2)
		f := Figure{Number(mid), Number(mid - half), Number(mid + half), x.N, "expected, label noise and reference"}
		ch.Estimated["value"] = f
		ch.Estimated["value_per_row"] = scaled(f, 1/n, 0)
	}
}

// baselines are plain second opinions on accuracy.
func (j *job) baselines(ch *Chunk, p *rows) {
	right := make([]bool, j.ref.n())
	for i := range right {
		right[i] = j.ref.label[i] == j.ref.called[i]
	}
	rc, pc := labelfree.Confidence(j.ref.score), labelfree.Confidence(p.score)
	ch.Baselines = map[string]Figure{}
	if e, err := labelfree.ATC(rc, right, pc, measure.Level); err == nil {
		ch.Baselines["atc"] = figure(e)
	}
	if e, err := labelfree.DoC(rc, right, pc, measure.Level); err == nil {
		ch.Baselines["doc"] = figure(e)
	}
}
