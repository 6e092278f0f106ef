package sbom

import "slices"

// parentCycles returns one component of each cycle of containment: the first of
// those that prefer likes, or the first at all. Cut there, the rest is a forest.
func parentCycles(cs []Component, prefer func(i int) bool) []int {
	seen := make([]int, len(cs)) // the walk that met it
	var out []int
	for start := range cs {
		at := start
		for at >= 0 && at < len(cs) && seen[at] == 0 {
			seen[at] = start + 1
			at = cs[at].Parent
		}
		if at < 0 || at >= len(cs) || seen[at] != start+1 {
			continue
		}
		first := at
		for i := cs[at].Parent; i != at; i = cs[i].Parent {
			if better, worse := prefer(i), prefer(first); (better && !worse) || (better == worse && i < first) {
				first = i
			}
		}
		out = append(out, first)
	}
	return out
}

// Cycles returns the components that contain or need themselves by way of others:
// each group once, its members in the order of the document. Only containment and
// dependencies count; two things may well document one another.
func Cycles(d *Document) [][]int {
	n := len(d.Components)
	next := make([][]int, n)
	for i := range d.Components {
		if p := d.Components[i].Parent; p >= 0 && p < n {
			next[p] = append(next[p], i)
		}
	}
	groups := circles(n, next)
	next = make([][]int, n)
	for _, r := range d.Relations {
		if r.Kind == DependsOn && r.From >= 0 && r.To >= 0 && r.From < n && r.To < n {
			next[r.From] = append(next[r.From], r.To)
		}
	}
	return append(groups, circles(n, next)...)
}

// circles are the strongly connected parts of more than one node, and nodes that
// point at themselves (Tarjan 1972, without recursion: a chain may be long).
func circles(n int, next [][]int) [][]int {
	var (
		out     [][]int
		number  = make([]int, n) // order of the visit, 0: not yet
		low     = make([]int, n)
		onStack = make([]bool, n)
		child   = make([]int, n) // edges followed
		stack   []int
		walk    []int
		count   int
	)
	for start := range n {
		if number[start] != 0 {
			continue
		}
		walk = append(walk[:0], start)
		for len(walk) > 0 {
			v := walk[len(walk)-1]
			if number[v] == 0 {
				count++
				number[v], low[v], onStack[v] = count, count, true
				stack = append(stack, v)
			}
			if child[v] < len(next[v]) {
				w := next[v][child[v]]
				child[v]++
				if number[w] == 0 {
					walk = append(walk, w)
				} else if onStack[w] {
					low[v] = min(low[v], number[w])
				}
				continue
			}
			walk = walk[:len(walk)-1]
			if len(walk) > 0 {
				up := walk[len(walk)-1]
				low[up] = min(low[up], low[v])
			}
			if low[v] != number[v] {
				continue
			}
			at := len(stack) - 1
			for stack[at] != v {
				at--
			}
			if len(stack)-at > 1 || slices.Contains(next[v], v) {
				group := slices.Clone(stack[at:])
				slices.Sort(group)
				out = append(out, group)
			}
			for _, w := range stack[at:] {
				onStack[w] = false
			}
			stack = stack[:at]
		}
	}
	return out
}

// Paths answers by which way a component belongs to the product: the shortest
// way from the root over what contains and needs what. It is made once for a
// document and holds one index per component.
type Paths struct {
	doc  *Document
	from []int32 // the step before, -1 at a start, -2 where none leads
}

// NewPaths looks at every component and relation once.
func NewPaths(d *Document) *Paths {
	n := len(d.Components)
	p := &Paths{doc: d, from: make([]int32, n)}
	next := make([][]int32, n)
	for i := range d.Components {
		p.from[i] = -2
		if up := d.Components[i].Parent; up >= 0 && up < n {
			next[up] = append(next[up], int32(i))
		}
	}
	for _, r := range d.Relations {
		if (r.Kind == DependsOn || r.Kind == Contains) && r.From >= 0 && r.To >= 0 && r.From < n && r.To < n {
			next[r.From] = append(next[r.From], int32(r.To))
		}
	}
	var queue []int32
	start := func(i int) {
		if i >= 0 && i < n && p.from[i] == -2 {
			p.from[i] = -1
			queue = append(queue, int32(i))
		}
	}
	spread := func() {
		for ; len(queue) > 0; queue = queue[1:] {
			for _, to := range next[queue[0]] {
				if p.from[to] == -2 {
					p.from[to] = queue[0]
					queue = append(queue, to)
				}
			}
		}
	}
	start(d.Root)
	spread()
	for i := range d.Components { // what the root does not lead to, from its own top
		if d.Components[i].Parent < 0 {
			start(i)
		}
	}
	spread()
	for i := range d.Components { // what only a cycle leads to
		start(i)
		spread()
	}
	return p
}

// To returns the indices from the root to component i, both included. A component
// the root does not lead to begins its own path.
func (p *Paths) To(i int) []int {
	var out []int
	for at := i; at >= 0 && at < len(p.from); at = int(p.from[at]) {
		out = append(out, at)
	}
	slices.Reverse(out)
	return out
}

// Names is To in words: the names of the components, with group.
func (p *Paths) Names(i int) []string {
	var out []string
	for _, at := range p.To(i) {
		c := &p.doc.Components[at]
		name := c.Name
		if c.Group != "" {
			name = c.Group + "/" + name
		}
		out = append(out, name)
	}
	return out
}

// Path is the names from the root to component i. Whoever asks for many makes
// [NewPaths] once.
func Path(d *Document, i int) []string { return NewPaths(d).Names(i) }
