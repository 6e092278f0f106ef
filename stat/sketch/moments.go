package sketch

import "math"

// Moments holds a sample's size, mean and the sums of the second to fourth powers of
// the distance from it, which merge without loss of precision (Pébay: Formulas for
// robust, one-pass parallel computation of covariances and arbitrary-order statistical
// moments, Sandia 2008). The zero value is that of no rows.
type Moments struct {
	N          int64
	Mean       float64
	M2, M3, M4 float64
	Min, Max   float64 // 0 if N is 0
}

// Add adds a value; it must be finite.
func (m *Moments) Add(x float64) {
	m.Merge(Moments{N: 1, Mean: x, Min: x, Max: x})
}

// AddAll adds finite values in two passes over portions, which is quicker and as
// exact as one at a time.
func (m *Moments) AddAll(xs []float64) {
	const portion = 4096
	for len(xs) > 0 {
		p := xs[:min(len(xs), portion)]
		xs = xs[len(p):]
		var sum float64
		lo, hi := p[0], p[0]
		for _, x := range p {
			sum += x
			if x < lo {
				lo = x
			}
			if x > hi {
				hi = x
			}
		}
		o := Moments{N: int64(len(p)), Mean: sum / float64(len(p)), Min: lo, Max: hi}
		if math.IsInf(sum, 0) { // the sum overflows where the mean does not
			o.Mean = 0
			for i, x := range p {
				o.Mean += (x - o.Mean) / float64(i+1)
			}
		}
		for _, x := range p {
			d := x - o.Mean
			d2 := d * d
			o.M2 += d2
			o.M3 += d2 * d
			o.M4 += d2 * d2
		}
		m.Merge(o)
	}
}

// Merge adds what o was given.
func (m *Moments) Merge(o Moments) {
	if o.N == 0 {
		return
	}
	if m.N == 0 {
		*m = o
		return
	}
	na, nb := float64(m.N), float64(o.N)
	n := na + nb
	d := o.Mean - m.Mean
	dn := d / n
	m4 := m.M4 + o.M4 + d*dn*dn*dn*na*nb*(na*na-na*nb+nb*nb) +
		6*dn*dn*(na*na*o.M2+nb*nb*m.M2) + 4*dn*(na*o.M3-nb*m.M3)
	m3 := m.M3 + o.M3 + d*dn*dn*na*nb*(na-nb) + 3*dn*(na*o.M2-nb*m.M2)
	m.M2 += o.M2 + d*dn*na*nb
	m.M3, m.M4 = m3, m4
	m.Mean += dn * nb
	m.N += o.N
	m.Min, m.Max = min(m.Min, o.Min), max(m.Max, o.Max)
}

// Variance is the sample's, with N-1; NaN below two rows.
func (m *Moments) Variance() float64 {
	if m.N < 2 {
		return math.NaN()
	}
	return m.M2 / float64(m.N-1)
}

// SD is the sample's standard deviation; NaN below two rows.
func (m *Moments) SD() float64 { return math.Sqrt(m.Variance()) }

// Skewness is g1, the third standardised moment; NaN if nothing varies.
func (m *Moments) Skewness() float64 {
	if m.N < 2 || m.M2 == 0 {
		return math.NaN()
	}
	return math.Sqrt(float64(m.N)) * m.M3 / math.Pow(m.M2, 1.5)
}

// Kurtosis is g2, the excess over the normal distribution's; NaN if nothing varies.
func (m *Moments) Kurtosis() float64 {
	if m.N < 2 || m.M2 == 0 {
		return math.NaN()
	}
	return float64(m.N)*m.M4/(m.M2*m.M2) - 3
}
