package twosample

import "math"

// Wasserstein is the earth mover's distance of order one, ∫|F−G|dx, in the unit of the values
// (scipy.stats.wasserstein_distance). It has no p. Effect is the distance over the first sample's standard deviation.
func Wasserstein(a, b []float64) (Result, error) { return raw(a, b, WassersteinSorted) }

// WassersteinSorted is [Wasserstein] on sorted columns.
func WassersteinSorted(a, b Sorted, _ Options) (Result, error) {
	if err := need(a, b, 1); err != nil {
		return Result{}, err
	}
	w := area(a, b, false)
	effect := w
	mid, end := len(a)/2, len(b)-1
	at := frameOf(a[mid:mid+1], a[:1], a[len(a)-1:], b[:1], b[end:])
	far := w
	if at.scale != 1 { // differences may not fit where values do
		far = area(at.apply(a), at.apply(b), false)
	}
	if _, v := at.moments(a); far > 0 && v > 0 {
		effect = far / math.Sqrt(v)
	} else if far > 0 {
		effect = math.Inf(1)
	}
	return result("wasserstein", len(a), len(b), "distance", w, math.NaN(), effect), nil
}

// Energy is the energy distance, √(2∫(F−G)²dx) (scipy.stats.energy_distance). It has no p.
func Energy(a, b []float64) (Result, error) { return raw(a, b, EnergySorted) }

// EnergySorted is [Energy] on sorted columns.
func EnergySorted(a, b Sorted, _ Options) (Result, error) {
	if err := need(a, b, 1); err != nil {
		return Result{}, err
	}
	e := math.Sqrt(2 * area(a, b, true))
	return result("energy", len(a), len(b), "distance", e, math.NaN(), e), nil
}

// area integrates |F−G|, or its square, over x.
func area(a, b Sorted, squared bool) float64 {
	n, m := float64(len(a)), float64(len(b))
	i, j := 0, 0
	sum, last := 0.0, math.Min(a[0], b[0])
	for i < len(a) || j < len(b) {
		var x float64
		var inA bool
		if j == len(b) || i < len(a) && a[i] <= b[j] {
			x, inA = a[i], true
		} else {
			x = b[j]
		}
		if x != last {
			if d := math.Abs(float64(i)/n - float64(j)/m); d > 0 { // equal shares cost nothing, also across infinity
				if squared {
					d *= d
				}
				sum += d * (x - last)
			}
			last = x
		}
		if inA {
			i++
		} else {
			j++
		}
	}
	return sum
}
