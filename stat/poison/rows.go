package poison

import (
	"cmp"
	"errors"
	"hash/maphash"
	"math"
	"slices"
)

// Errors of the arguments.
var (
	ErrShape = errors.New("poison: rows must have the same, non-zero number of values, and a label each")
	ErrSize  = errors.New("poison: more values than are looked at")
)

// MaxValues bounds rows × columns.
const MaxValues = 200_000_000

// Set is a training set: Rows[i] are the values of record i, NaN where missing.
type Set struct {
	Rows   [][]float64
	Labels []int
}

func (s Set) check() error {
	if len(s.Rows) == 0 || len(s.Labels) != len(s.Rows) || len(s.Rows[0]) == 0 {
		return ErrShape
	}
	for _, r := range s.Rows {
		if len(r) != len(s.Rows[0]) {
			return ErrShape
		}
	}
	if len(s.Rows) > MaxValues/len(s.Rows[0]) {
		return ErrSize
	}
	return nil
}

// Repeated is a group of rows with the same values.
type Repeated struct {
	Rows     []int // rising
	Contrary bool  // their labels differ
}

// Duplicates returns rows that are the same, largest groups first.
func Duplicates(s Set) ([]Repeated, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	seed := maphash.MakeSeed()
	groups := map[uint64][]int{}
	var h maphash.Hash
	h.SetSeed(seed)
	var b [8]byte
	for i, r := range s.Rows {
		h.Reset()
		for _, v := range r {
			u := math.Float64bits(v + 0) // -0 is 0
			if v != v {
				u = 1
			}
			for k := range b {
				b[k] = byte(u >> (8 * k))
			}
			h.Write(b[:])
		}
		groups[h.Sum64()] = append(groups[h.Sum64()], i)
	}
	var out []Repeated
	for _, g := range groups {
		for len(g) > 1 { // a hash may be shared by rows that differ
			same, rest := g[:1:1], []int(nil)
			for _, i := range g[1:] {
				if equal(s.Rows[g[0]], s.Rows[i]) {
					same = append(same, i)
				} else {
					rest = append(rest, i)
				}
			}
			if len(same) > 1 {
				contrary := slices.ContainsFunc(same, func(i int) bool { return s.Labels[i] != s.Labels[same[0]] })
				out = append(out, Repeated{same, contrary})
			}
			g = rest
		}
	}
	slices.SortFunc(out, func(a, b Repeated) int {
		return cmp.Or(cmp.Compare(len(b.Rows), len(a.Rows)), cmp.Compare(a.Rows[0], b.Rows[0]))
	})
	return out, nil
}

func equal(a, b []float64) bool {
	for i, v := range a {
		if v != b[i] && (v == v || b[i] == b[i]) {
			return false
		}
	}
	return true
}

// scaled returns the rows with each column centred at its median and divided by its
// spread (1.4826 times the median absolute deviation; the standard deviation where more than half are
// the same; nothing where all are), missing values at 0, and no value beyond ±limit: one
// wild value must not hide the others.
func (s Set) scaled(limit float64) [][]float64 {
	n, m := len(s.Rows), len(s.Rows[0])
	out := make([][]float64, n)
	flat := make([]float64, n*m)
	for i := range out {
		out[i] = flat[i*m : (i+1)*m]
	}
	col := make([]float64, 0, n)
	for j := range m {
		col = col[:0]
		for _, r := range s.Rows {
			if !math.IsNaN(r[j]) && !math.IsInf(r[j], 0) {
				col = append(col, r[j])
			}
		}
		if len(col) == 0 {
			continue
		}
		slices.Sort(col)
		mid := col[len(col)/2]
		sum := 0.0
		for i, v := range col {
			d := v - mid
			sum += d * d
			col[i] = math.Abs(d)
		}
		slices.Sort(col)
		spread := 1.4826 * col[len(col)/2]
		if spread == 0 {
			spread = math.Sqrt(sum / float64(len(col)))
		}
		if spread == 0 {
			continue
		}
		for i, r := range s.Rows {
			if z := (r[j] - mid) / spread; z == z {
				out[i][j] = max(-limit, min(limit, z))
			}
		}
	}
	return out
}
