package inference

import (
	"cmp"
	"math"
	"slices"

	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/extraction"
	"github.com/wardround/wardround/stat/sketch"
)

const maxClients = 128 // of a window; the one with fewest queries makes room

// client is who asked, as far as somebody who copies a model can be told from one who
// uses it.
type client struct {
	extraction.Client
	Name     string
	Over     int64 // queries counted for somebody else before (space-saving)
	Distinct *sketch.HLL
}

func (c *client) queries() int64 { return c.Over + c.Queries }

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
			if least == nil || y.queries() < least.queries() || y.queries() == least.queries() && y.Name > least.Name {
				least = y
			}
		}
		x.Over = least.queries()
		delete(c.by, least.Name)
	}
	c.by[name] = x
	return x
}

// ask counts a query: the row as the lens saw it, nil without one; its numbers, NaN
// where there is none; cats a hash of its texts.
func (c *client) ask(seen *extraction.Seen, numbers []float64, cats uint64, near bool) {
	exact := cats
	for _, x := range numbers {
		exact = spread(exact ^ math.Float64bits(x))
	}
	var b [8]byte
	for i := range b {
		b[i] = byte(exact >> (8 * i))
	}
	c.Distinct.Add(string(b[:]))
	c.Ask(seen, exact, near)
}

// top returns the clients with most queries.
func (c *clients) top(n int) []kind.InferenceClient {
	all := make([]*client, 0, len(c.by))
	for _, x := range c.by {
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b *client) int {
		return cmp.Or(cmp.Compare(b.queries(), a.queries()), cmp.Compare(a.Name, b.Name))
	})
	var out []kind.InferenceClient
	for _, x := range all[:min(n, len(all))] {
		s := x.Shape()
		out = append(out, kind.InferenceClient{
			Client: kind.Pseudonym(x.Name), Queries: x.queries(), Distinct: min(x.Distinct.Estimate(), x.queries()),
			Coverage: round(s.Coverage), Entropy: round(s.Entropy), Near: x.Near, Steps: x.Steps, Outside: x.Outside,
		})
	}
	return out
}

// round keeps four places: what is stored is the same on every machine.
func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }
