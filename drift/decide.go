package drift

import (
	"fmt"
	"math"

	"github.com/wardround/wardround/stat/fdr"
)

// decideAll adjusts the p-values of all columns and remarks together, and decides each.
func decideAll(r *Report, cfg Config) {
	var low, mid, high []float64
	add := func(l, m, h float64) int {
		low, mid, high = append(low, l), append(mid, m), append(high, h)
		return len(mid) - 1
	}
	for i := range r.Columns {
		c := &r.Columns[i]
		c.hypothesis = -1
		if p := float64(c.P); p == p && c.Decision == "" {
			// A permutation p is a valid p by itself; only a sketch leaves open what p is.
			l, h := p, p
			if c.Method == "sketch" {
				l, h = float64(c.PLow), float64(c.PHigh)
			}
			c.hypothesis = add(l, p, h)
		}
		for j := range c.Quality {
			q := &c.Quality[j]
			q.hypothesis = -1
			if p := float64(q.P); p == p {
				q.hypothesis = add(p, p, p)
			}
		}
	}
	whole := -1
	if m := r.Multivariate; m != nil {
		if p := float64(m.P); p == p {
			whole = add(p, p, p)
		}
	}
	adjust := fdr.BenjaminiHochberg
	switch cfg.Correction {
	case "by":
		adjust = fdr.BenjaminiYekutieli
	case "none":
		adjust = func(p []float64) []float64 { return p }
	}
	low, mid, high = adjust(low), adjust(mid), adjust(high)
	if whole >= 0 {
		r.Multivariate.decide(mid[whole], cfg.Alpha)
	}
	for i := range r.Columns {
		c := &r.Columns[i]
		if c.Decision == "" {
			k := c.hypothesis
			if k < 0 {
				decideDistance(c)
			} else {
				c.Adjusted = Number(mid[k])
				c.decide(low[k], high[k], cfg)
			}
		}
		for j := range c.Quality {
			q := &c.Quality[j]
			if q.hypothesis < 0 {
				continue
			}
			q.Adjusted = Number(mid[q.hypothesis])
			q.Decision = OK
			if mid[q.hypothesis] <= cfg.Alpha && math.Abs(float64(q.Current-q.Reference)) >= q.limit {
				q.Decision = Drift
				if c.Decision != Drift {
					c.Decision, c.Reason = Drift, q.Text
				}
			}
		}
	}
}

// decide weighs significance and size, each of which may be an interval.
func (c *Column) decide(low, high float64, cfg Config) {
	limit := float64(c.Limit)
	size := fmt.Sprintf("%.3g against a limit of %.3g", float64(c.Effect), limit)
	switch {
	case low <= cfg.Alpha && high > cfg.Alpha && c.effHigh < limit && c.enough:
		c.Decision, c.Reason = OK, "too small to matter, whether significant or not: "+size
	case low <= cfg.Alpha && high > cfg.Alpha:
		c.Decision, c.Reason = Unknown, fmt.Sprintf("p lies between %.2g and %.2g after correction: the sketch leaves it open", low, high)
	case high <= cfg.Alpha && c.effLow >= limit:
		c.Decision, c.Reason = Drift, "significant, and large enough to matter: "+size
	case high <= cfg.Alpha && c.effHigh < limit:
		c.Decision, c.Reason = OK, "significant, but too small to matter: "+size
	case high <= cfg.Alpha:
		c.Decision, c.Reason = Unknown, "significant, but the sketch leaves open whether large enough to matter: "+size
	case !c.enough:
		c.Decision, c.Reason = Unknown, fmt.Sprintf("not enough data to say: a difference of %.2g would need %d independent values on each side", cfg.Detect, c.NNeeded)
	default:
		c.NNeeded = 0
		c.Decision, c.Reason = OK, "not significant, and a difference that matters would have been seen"
	}
	if c.Decision != Unknown {
		c.NNeeded = 0
	}
}

// decideDistance decides where there is a distance without a p: on sketches.
func decideDistance(c *Column) {
	switch limit := float64(c.Limit); {
	case c.effLow >= limit:
		c.Decision, c.Reason = Drift, fmt.Sprintf("%.3g against a limit of %.3g; no p", float64(c.Effect), limit)
	case c.effHigh < limit && c.enough:
		c.Decision, c.Reason = OK, fmt.Sprintf("%.3g, below the limit of %.3g; no p", float64(c.Effect), limit)
	default:
		c.Decision, c.Reason = Unknown, "the distance can't be told from its limit"
	}
}

// needed is how many independent values on each side, were both equal, find a difference of Detect in the share below a value
// with power 0.8 at alpha. Kolmogorov's test finds D when √en·D exceeds its critical value by 0.84 standard deviations of the
// empirical difference, which is at most ½ (worst at the median).
func needed(alpha, detect float64) int64 {
	critical := math.Sqrt(-math.Log(alpha/2) / 2)
	en := math.Pow((critical+0.8416*0.5)/detect, 2)
	return int64(math.Ceil(2 * en))
}

// power says whether the sizes at hand suffice.
func (p *pairing) power() {
	a, b := float64(p.a.n), float64(p.b.n)
	if p.o.EffA > 0 {
		a = math.Min(a, p.o.EffA)
	}
	if p.o.EffB > 0 {
		b = math.Min(b, p.o.EffB)
	}
	n := needed(p.cfg.Alpha, p.cfg.Detect)
	p.result.NNeeded = n
	p.result.enough = a > 0 && b > 0 && a*b/(a+b) >= float64(n)/2
}

// sum is the decision on all columns.
func (r *Report) sum() {
	var drifted, unknown, ok, quality int
	gone := false
	for _, c := range r.Columns {
		if c.leftOut {
			continue
		}
		switch c.Decision {
		case Drift:
			drifted++
		case OK:
			ok++
		default:
			unknown++
			if c.Test == "schema" {
				gone = true
			}
		}
		for _, q := range c.Quality {
			if q.Decision == Drift {
				quality++
			}
		}
	}
	if m := r.Multivariate; m != nil && m.Decision == Drift && drifted == 0 {
		r.Decision, r.Reason = Drift, "no column alone, but the rows as a whole: "+m.Reason
		return
	}
	switch {
	case drifted > 0:
		r.Decision, r.Reason = Drift, fmt.Sprintf("%d of %d comparisons drifted, %d ok, %d unknown", drifted, drifted+ok+unknown, ok, unknown)
	case gone:
		r.Decision, r.Reason = Unknown, "a column of the reference is not in the current file"
	case ok == 0:
		r.Decision, r.Reason = Unknown, fmt.Sprintf("none of %d comparisons could be decided", unknown)
	default:
		r.Decision, r.Reason = OK, fmt.Sprintf("%d of %d comparisons ok, %d unknown", ok, ok+unknown, unknown)
	}
}
