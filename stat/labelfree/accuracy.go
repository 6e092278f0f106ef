package labelfree

import (
	"errors"
	"math"

	"github.com/wardround/wardround/stat/order"
	"github.com/wardround/wardround/stat/performance"
)

// ATC and DoC estimate accuracy alone, from how sure the model is. They need
// nothing but confidences, so they also serve models of many classes.

// ErrNoSpread says that all confidences are equal, so that nothing can be read
// off them.
var ErrNoSpread = errors.New("the model is equally sure of every row: its confidence says nothing")

// Confidence of a binary score s with threshold 0.5 is max(s, 1−s).
func Confidence(score []float64) []float64 {
	c := make([]float64, len(score))
	for i, s := range score {
		c[i] = math.Max(s, 1-s)
	}
	return c
}

// ATC is average thresholded confidence: the threshold above which as many
// reference rows lie as were right; the estimate is the share of the chunk
// above it (Garg et al. 2022).
func ATC(refConfidence []float64, right []bool, chunkConfidence []float64, level float64) (performance.Estimate, error) {
	n := len(refConfidence)
	if n != len(right) {
		return performance.Estimate{}, ErrShape
	}
	if n == 0 || len(chunkConfidence) == 0 {
		return performance.Estimate{}, ErrEmpty
	}
	s := order.Sorted(refConfidence)
	if s[0] == s[n-1] {
		return performance.Estimate{}, ErrNoSpread
	}
	k := 0.0
	for _, r := range right {
		if r {
			k++
		}
	}
	wrong := n - int(k)
	cut := math.Inf(1)
	if wrong < n {
		cut = s[wrong]
	}
	above := 0.0
	for _, c := range chunkConfidence {
		if c >= cut {
			above++
		}
	}
	m := float64(len(chunkConfidence))
	e := performance.Wilson(above, m, level)
	acc := k / float64(n)
	return widened(e, acc*(1-acc)/float64(n), "ATC"), nil
}

// DoC is difference of confidences: the reference's accuracy less the fall of
// mean confidence (Guillory et al. 2021, without their regression).
func DoC(refConfidence []float64, right []bool, chunkConfidence []float64, level float64) (performance.Estimate, error) {
	if len(refConfidence) != len(right) {
		return performance.Estimate{}, ErrShape
	}
	if len(right) == 0 || len(chunkConfidence) == 0 {
		return performance.Estimate{}, ErrEmpty
	}
	acc := performance.Share(right, nil, level)
	rm, rs := performance.Mean(refConfidence, nil)
	cm, cs := performance.Mean(chunkConfidence, nil)
	v := math.Min(1, math.Max(0, acc.Value-(rm-cm)))
	// The chunk's own labels vary, too: v(1−v)/m.
	se := math.Sqrt(acc.SE*acc.SE + rs*rs + cs*cs + v*(1-v)/float64(len(chunkConfidence)))
	z := performance.Z(level)
	return performance.Estimate{Value: v, SE: se, Level: level, N: len(chunkConfidence), Method: "DoC",
		Low: math.Max(0, v-z*se), High: math.Min(1, v+z*se)}, nil
}

func widened(e performance.Estimate, extra float64, method string) performance.Estimate {
	z := performance.Z(e.Level)
	e.SE = math.Sqrt(e.SE*e.SE + extra)
	e.Low, e.High, e.Method = math.Max(0, e.Value-z*e.SE), math.Min(1, e.Value+z*e.SE), method
	return e
}
