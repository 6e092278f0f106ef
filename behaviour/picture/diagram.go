package picture

import (
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/stat/performance"
)

// draw makes of a table the diagrams; those of probabilities only if it is of them.
func (p *Performance) draw(t *performance.Table, probabilities bool) {
	cases, others := t.Counts()
	n := cases + others
	if n == 0 || len(t.Edges) < 2 {
		return
	}
	low, high := t.Edges[0], t.Edges[len(t.Edges)-1]
	for i := 1; i <= thresholds; i++ {
		c := low + (high-low)*float64(i)/(thresholds+1)
		_, mid, _ := t.Confusions(c)
		at := t.At(c, behaviour.Level)
		sens, spec := figureAt(at, "sensitivity"), figureAt(at, "specificity")
		if sens == nil || spec == nil {
			continue
		}
		p.Operating = append(p.Operating, OperatingSpot{c, *sens, *spec, (mid.TP + mid.FP) / n})
		if probabilities {
			odds := c / (1 - c)
			p.Benefit = append(p.Benefit, BenefitPoint{c, mid.TP/n - odds*mid.FP/n, cases/n - odds*others/n})
		}
	}
	if !probabilities {
		return
	}
	bins, err := t.Reliability(reliableBins)
	if err != nil {
		return
	}
	for _, b := range bins {
		if b.N <= 0 {
			continue
		}
		worth := b.N / max(1, t.DesignEffect)
		e := performance.Wilson(b.Cases/b.N*worth, worth, behaviour.Level)
		if number(e.Low) == nil || number(e.High) == nil || number(b.SumProb/b.N) == nil {
			continue
		}
		p.Reliability = append(p.Reliability, ReliabilityBin{b.Low, b.High, int64(b.N), b.SumProb / b.N, b.Cases / b.N, e.Low, e.High})
	}
}

func figureAt(at map[string]performance.Bound, name string) *Figure {
	b, ok := at[name]
	low, high := min(b.Interval.Low, b.Low), max(b.Interval.High, b.High)
	if !ok || number(b.Mid) == nil || number(low) == nil || number(high) == nil {
		return nil
	}
	return &Figure{Metric: name, Value: b.Mid, Low: low, High: high}
}
