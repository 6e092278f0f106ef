package inference

import (
	"cmp"
	"math"
	"slices"

	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/sketch"
)

const (
	maxClients = 128 // of a window; the one with fewest queries makes room
	cells      = 256 // into which the space of inputs is parted
)

// client is who asked, as far as somebody who copies a model can be told from one who
// uses it: how many different inputs, how evenly over the input space, how close to
// the decision, in how small steps.
type client struct {
	Name     string
	Queries  int64
	Over     int64 // of these, counted for somebody else before (space-saving)
	Near     int64
	Steps    int64
	Visits   [cells]uint32
	Distinct *sketch.HLL
	last     []float64 // of the input before; in memory only
}

type clients struct {
	by   map[string]*client
	seen *sketch.HLL
}

func newClients() *clients { return &clients{by: map[string]*client{}, seen: sketch.NewHLL()} }

// n is how many clients there were.
func (c *clients) n() int { return max(int(c.seen.Estimate()), len(c.by)) }

// of returns the client of a pseudonym. When there are too many, the one with fewest
// queries gives up its place, and the new one begins with its count, as in space-saving:
// who asks much is never missed.
func (c *clients) of(name string) *client {
	c.seen.Add(name)
	if x := c.by[name]; x != nil {
		return x
	}
	x := &client{Name: name, Distinct: sketch.NewHLL()}
	if len(c.by) >= maxClients {
		var least *client
		for _, y := range c.by {
			if least == nil || y.Queries < least.Queries || y.Queries == least.Queries && y.Name > least.Name {
				least = y
			}
		}
		x.Queries, x.Over = least.Queries, least.Queries
		delete(c.by, least.Name)
	}
	c.by[name] = x
	return x
}

// ask counts a query. features are the numbers of the input, NaN where there is none;
// cats a hash of its texts.
func (c *client) ask(features []float64, cats uint64, near bool) {
	c.Queries++
	if near {
		c.Near++
	}
	exact, coarse := cats, uint64(1469598103934665603)
	changed, same := 0, len(c.last) == len(features) && len(features) > 0
	for i, x := range features {
		exact = spread(exact ^ math.Float64bits(x))
		coarse = spread(coarse ^ quantised(x))
		if same && x != c.last[i] && !(x != x && c.last[i] != c.last[i]) {
			changed++
		}
	}
	c.Visits[coarse>>56]++
	var b [8]byte
	for i := range b {
		b[i] = byte(exact >> (8 * i))
	}
	c.Distinct.Add(string(b[:]))
	if same && changed > 0 && changed <= max(1, len(features)/10) {
		c.Steps++
	}
	c.last = append(c.last[:0], features...)
}

// quantised is the sign and the power of two: inputs in one cell are of like size in
// every feature.
func quantised(x float64) uint64 {
	if x == 0 || x != x {
		return 0
	}
	return math.Float64bits(x) >> 52
}

// top returns the clients with most queries.
func (c *clients) top(n int) []kind.InferenceClient {
	all := make([]*client, 0, len(c.by))
	for _, x := range c.by {
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b *client) int {
		return cmp.Or(cmp.Compare(b.Queries, a.Queries), cmp.Compare(a.Name, b.Name))
	})
	var out []kind.InferenceClient
	for _, x := range all[:min(n, len(all))] {
		visited, entropy, seen := 0, 0.0, float64(x.Queries-x.Over)
		for _, v := range x.Visits {
			if v > 0 {
				visited++
				p := float64(v) / seen
				entropy -= p * math.Log2(p)
			}
		}
		out = append(out, kind.InferenceClient{
			Client: kind.Pseudonym(x.Name), Queries: x.Queries, Distinct: min(x.Distinct.Estimate(), x.Queries),
			Coverage: round(float64(visited) / cells), Entropy: round(entropy / math.Log2(cells)), Near: x.Near, Steps: x.Steps,
		})
	}
	return out
}

// round keeps four places: what is stored is the same on every machine.
func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }
