package knowledge

import (
	"slices"
	"strconv"
	"strings"
)

// MaxFold is how many ids one vulnerability may have.
const MaxFold = 128

// A cluster is what alias links connect: ids, and the records that bear them.
type cluster struct {
	name string   // of the vulnerability
	ids  []string // sorted
	recs []recID  // ascending
	lone bool     // too large to be one vulnerability: each record stands under its own id
}

// vulnerability is the id under which answers about a record are given.
func (c *cluster) vulnerability(own string) string {
	if c.lone {
		return own
	}
	return c.name
}

// canonical chooses the name: the oldest CVE, else the first GHSA, else the first.
func canonical(ids []string) string {
	best := ids[0]
	for _, id := range ids[1:] {
		if before(id, best) {
			best = id
		}
	}
	return best
}

func before(a, b string) bool {
	ra, rb := rank(a), rank(b)
	if ra != rb {
		return ra < rb
	}
	if ra == 0 {
		ya, na := cveNumber(a)
		yb, nb := cveNumber(b)
		if ya != yb {
			return ya < yb
		}
		if na != nb {
			return na < nb
		}
	}
	return a < b
}

func rank(id string) int {
	switch {
	case isCVE(id):
		return 0
	case strings.HasPrefix(id, "GHSA-"):
		return 1
	}
	return 2
}

func isCVE(id string) bool {
	return len(id) > 9 && strings.HasPrefix(id, "CVE-") && id[8] == '-'
}

func cveNumber(id string) (year, n uint64) {
	year, _ = strconv.ParseUint(id[4:8], 10, 32)
	n, _ = strconv.ParseUint(id[9:], 10, 64)
	return year, n
}

// link is a record as folding sees it: its own id, and the others if they fold.
type link struct {
	rec recID
	ids []string // own first
}

// connect forms clusters by union of the ids that records share.
func connect(links []link) []*cluster {
	number := map[string]int{}
	var names []string
	var parent []int
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	node := func(id string) int {
		n, ok := number[id]
		if !ok {
			n = len(names)
			number[id] = n
			names, parent = append(names, id), append(parent, n)
		}
		return n
	}
	for _, l := range links {
		own := find(node(l.ids[0]))
		for _, id := range l.ids[1:] {
			parent[find(node(id))] = own
		}
	}
	byRoot := map[int]*cluster{}
	var out []*cluster
	for i, name := range names {
		root := find(i)
		c := byRoot[root]
		if c == nil {
			c = &cluster{}
			byRoot[root] = c
			out = append(out, c)
		}
		c.ids = append(c.ids, name)
	}
	for _, l := range links {
		c := byRoot[find(number[l.ids[0]])]
		c.recs = append(c.recs, l.rec)
	}
	for _, c := range out {
		slices.Sort(c.ids)
		slices.Sort(c.recs)
		c.lone = len(c.ids) > MaxFold
		c.name = canonical(c.ids)
	}
	return out
}
