package extraction

import "math"

// Bounds of what is learned and judged.
const (
	MaxUsual    = 64  // shapes of ordinary clients that are held; the oldest give way
	minUsual    = 8   // from which they are held against
	MinDistinct = 150 // different inputs of a client, to say anything
	MinLearned  = 50  // to be learned from
	anchored    = 16  // shapes that came first: they never give way, so that limits cannot be moved far
)

// Mark is a way to ask that a copy needs.
type Mark string

// The marks.
const (
	MarkNear    Mark = "near"    // along the boundary
	MarkSteps   Mark = "steps"   // small steps
	MarkOutside Mark = "outside" // where no patients are
	MarkSweep   Mark = "sweep"   // more evenly than patients lie
	MarkCrowd   Mark = "crowd"   // many different inputs around few seeds
)

// Found is one mark of a client.
type Found struct {
	Mark  Mark
	Value float64
	Limit float64 // what is usual here, at most; of a crowd at least
	// Known is whether the limit comes from this service's own clients.
	Known bool
}

// Usual is what clients of a service ask like: one shape per client and window that
// nobody found odd. The zero value knows nothing yet.
type Usual struct {
	Shapes []Shape `json:"shapes,omitempty"`
	Next   int     `json:"next,omitempty"`
	// Small are those who ask too little to be judged alone, together.
	Small *Small `json:"small,omitempty"`
}

// limits that hold where nothing is known, and least ones that hold always: within
// them, a client is ordinary however quiet the others are.
var marks = []struct {
	mark         Mark
	of           func(Shape) float64
	unknown      float64 // 0: nothing can be said
	least, floor float64 // floor of the standard deviation among clients
	low          bool    // odd is less, not more
}{
	{MarkOutside, func(s Shape) float64 { return s.Outside }, 0.5, 0.15, 0.01, false},
	{MarkNear, func(s Shape) float64 { return s.Near }, 0.5, 0.2, 0.02, false},
	{MarkSteps, func(s Shape) float64 { return s.Steps }, 0.8, 0.3, 0.03, false},
	{MarkSweep, func(s Shape) float64 { return s.Entropy }, 0, 0, 0.02, false},
	{MarkCrowd, func(s Shape) float64 { return s.Entropy }, 0, 0, 0.03, true},
}

// Judge returns the marks of a client that go beyond what is usual here by more than
// chance. A client with few different inputs has none.
func (u *Usual) Judge(s Shape) []Found { return u.judge(s, 5) }

func (u *Usual) judge(s Shape, width float64) (out []Found) {
	if s.Distinct < MinDistinct {
		return nil
	}
	n := float64(s.Distinct)
	for _, m := range marks {
		v := m.of(s)
		f := Found{Mark: m.mark, Value: v}
		if len(u.Shapes) < minUsual {
			if m.unknown > 0 && v-3*chance(m.unknown, n) > m.unknown {
				f.Limit = m.unknown
				out = append(out, f)
			}
			continue
		}
		mean, sd := u.spread(m.of)
		sd = max(sd, m.floor)
		f.Known = true
		if m.low {
			// Two entropies differ by chance, too: about 1/√pairs of the sample's collisions.
			f.Limit = mean - width*math.Hypot(sd, 0.02)
			// Patients of one kind (a screening, a ward of children) are close to each other, too;
			// around seeds there are small steps besides.
			if v < f.Limit && s.Steps > u.fewSteps(n) {
				out = append(out, f)
			}
			continue
		}
		by := chance(min(max(mean, 0.01), 0.99), n)
		if m.mark == MarkSweep {
			by = 0.02
		}
		f.Limit = max(mean+width*math.Hypot(sd, by), m.least)
		if v > f.Limit {
			out = append(out, f)
		}
	}
	return out
}

// fewSteps is up to which share small steps are what they are without anybody who takes them.
func (u *Usual) fewSteps(n float64) float64 {
	mean, sd := u.spread(func(s Shape) float64 { return s.Steps })
	return max(mean+3*math.Hypot(max(sd, .03), chance(min(max(mean, .01), .99), n)), 0.2)
}

func chance(p, n float64) float64 { return math.Sqrt(p * (1 - p) / n) }

// spread returns the mean and standard deviation of a mark among usual shapes, widened
// for there being few of them.
func (u *Usual) spread(of func(Shape) float64) (mean, sd float64) {
	n := float64(len(u.Shapes))
	for _, s := range u.Shapes {
		mean += of(s) / n
	}
	for _, s := range u.Shapes {
		d := of(s) - mean
		sd += d * d / (n - 1)
	}
	return mean, math.Sqrt(sd * (1 + 1/n) * (n - 1) / max(n-3, 1))
}

// Learn takes a client's shape as usual, unless it is close to odd, or odd to those
// that came first: somebody might be moving the limit in small steps. A new version of
// a model wants a new Usual.
func (u *Usual) Learn(s Shape) {
	first := Usual{Shapes: u.Shapes[:min(len(u.Shapes), anchored)]}
	if s.Distinct < MinLearned || len(u.judge(s, 3)) > 0 || len(first.judge(s, 5)) > 0 {
		return
	}
	if len(u.Shapes) < MaxUsual {
		u.Shapes = append(u.Shapes, s)
		return
	}
	if u.Next < anchored || u.Next >= MaxUsual {
		u.Next = anchored
	}
	u.Shapes[u.Next] = s
	u.Next++
}
