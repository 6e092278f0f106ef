package twosample

import "math/bits"

// wide is an unsigned whole number of 128 bits. Sums here stay below 2^127 for columns of up to 10⁹ values.
type wide struct{ hi, lo uint64 }

// add adds x·y.
func (w *wide) add(x, y uint64) {
	hi, lo := bits.Mul64(x, y)
	*w = w.plus(wide{hi, lo})
}

func (w wide) plus(v wide) wide {
	lo, carry := bits.Add64(w.lo, v.lo, 0)
	hi, _ := bits.Add64(w.hi, v.hi, carry)
	return wide{hi, lo}
}

func (w wide) times(n uint64) wide {
	hi, lo := bits.Mul64(w.lo, n)
	return wide{hi + w.hi*n, lo}
}

// minus returns w − v, which may be negative, rounded once.
func (w wide) minus(v wide) float64 {
	lo, borrow := bits.Sub64(w.lo, v.lo, 0)
	hi, borrow := bits.Sub64(w.hi, v.hi, borrow)
	if borrow == 0 {
		return wide{hi, lo}.float()
	}
	lo, carry := bits.Add64(^lo, 1, 0)
	return -wide{^hi + carry, lo}.float()
}

func (w wide) float() float64 { return float64(w.hi)*0x1p64 + float64(w.lo) }
