package order

import "math/bits"

// Grid cuts the numbers into cells by their [Key]s: equal steps of the key between two bounds, everything below in the first cell
// and everything above in the last. Keys are nearly logarithms, so a grid fits data of any scale and any offset.
type Grid struct {
	base  uint64
	shift uint
	last  uint64
	// Upper says that the cell is the key without its lower [Top] bits, so that neither bound need be looked at.
	Upper bool
}

// Top is where the upper 16 bits of a key begin: sign, exponent, four bits of the fraction.
const Top = 48

// The binary logarithm of the number of cells. Between bounds of different sign lie all exponents twice: then the upper bits of the
// key are as good a grid as any.
const (
	fine  = 13
	wide  = 16
	signs = 61 // bits of a difference of keys
)

// NewGrid makes a grid between the keys low and high, finer where marks, the number of what is looked for in it, is high.
func NewGrid(low, high uint64, marks int) Grid {
	n := bits.Len64(high - low)
	want := fine
	if n >= signs {
		return Grid{shift: Top, last: 1<<(64-Top) - 1, Upper: true}
	}
	if marks > 1<<(fine-3) {
		want = wide
	}
	g := Grid{base: low, shift: uint(max(0, n-want))}
	g.last = (high - low) >> g.shift
	return g
}

// Cells is how many there are: at most 65,536.
func (g *Grid) Cells() int { return int(g.last) + 1 }

// Cell is the one of a key.
func (g *Grid) Cell(key uint64) int {
	// Without branches, which data of both ends would take at random.
	d, under := bits.Sub64(key, g.base, 0)
	d = (d & (under - 1)) >> (g.shift & 63)
	_, over := bits.Sub64(g.last, d, 0)
	return int(d&(over-1) | g.last&-over)
}

// First is the lowest key of a cell.
func (g *Grid) First(cell int) uint64 {
	if cell == 0 {
		return 0
	}
	return g.base + uint64(cell)<<g.shift
}
