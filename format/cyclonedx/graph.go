package cyclonedx

import (
	"fmt"
	"strings"

	"github.com/wardround/wardround/format/sbom"
)

// spoken is how many references that wait for their component are remembered by
// their words; of the rest only a hash is kept, and a problem can't name them.
const spoken = 4096

// relate takes an edge of the dependency graph, by refs.
func (b *builder) relate(from, to string, kind sbom.RelationKind) {
	if from == "" || to == "" {
		return
	}
	f, fok := b.refs[b.hash(from)]
	if strings.HasPrefix(to, "urn:cdx:") && isLink(to) {
		if fok {
			document, element := SplitLink(to)
			b.link(sbom.Link{From: int(f), Document: document, Element: element})
			return
		}
	}
	t, tok := b.refs[b.hash(to)]
	if fok && tok {
		b.relation(f, t, kind)
		return
	}
	p := pending{from: -1, fromHash: b.hash(from), toHash: b.hash(to), kind: kind}
	if fok {
		p.from = f
	}
	b.wait(p, from, to)
}

// relateFrom takes an edge that stands at the component with this index.
func (b *builder) relateFrom(from int, to string, kind sbom.RelationKind) {
	b.wait(pending{from: int32(from), toHash: b.hash(to), kind: kind}, "", to)
}

func (b *builder) wait(p pending, from, to string) {
	if len(b.pending)+b.relations >= b.lim.Relations {
		b.limit("relations", b.lim.Relations)
		return
	}
	if len(b.pending) < spoken {
		p.where = b.where()
		p.ref = to
		if p.from < 0 {
			p.ref = from + "\x00" + to
		}
	}
	b.pending = append(b.pending, p)
}

func (b *builder) relation(from, to int32, kind sbom.RelationKind) {
	if b.err != nil {
		return
	}
	if b.relations++; b.relations > b.lim.Relations {
		b.limit("relations", b.lim.Relations)
		return
	}
	if kind == sbom.DependsOn {
		b.edges = append(b.edges, edge{from, to})
	}
	b.fail(b.sink.Relation(sbom.Relation{From: int(from), To: int(to), Kind: kind}))
}

// resolve hands over the relations that came before their ends, and says which
// refer to nothing.
func (b *builder) resolve() {
	missing := map[uint64]bool{}
	report := func(h uint64, ref, where string) {
		if len(missing) < 1<<20 && !missing[h] { // each once
			missing[h] = true
			if ref == "" {
				b.problem("unknown-ref", "dependencies", "no component has a bom-ref that is referred to (too many waited for theirs to keep their words)")
				return
			}
			b.problem("unknown-ref", where, "no component has the bom-ref %.200q", ref)
		}
	}
	for _, p := range b.pending {
		from, fok := p.from, p.from >= 0
		if !fok {
			from, fok = b.refs[p.fromHash]
		}
		to, tok := b.refs[p.toHash]
		if fok && tok {
			if p.kind != existence {
				b.relation(from, to, p.kind)
			}
			continue
		}
		source, target, two := strings.Cut(p.ref, "\x00")
		if !two {
			source, target = "", p.ref
		}
		if fok && isLink(target) {
			document, element := SplitLink(target)
			b.link(sbom.Link{From: int(from), Document: document, Element: element})
			continue
		}
		if !fok {
			report(p.fromHash, source, p.where)
		}
		if !tok {
			report(p.toHash, target, p.where)
		}
	}
	b.pending = nil
}

// cycles finds components that depend on one another in a circle: the strongly
// connected components of the graph (Tarjan 1972), without recursion.
func (b *builder) cycles() {
	if b.err != nil || len(b.edges) == 0 {
		return
	}
	start := make([]int32, b.count+1) // edges of node i are next[start[i]:start[i+1]]
	for _, e := range b.edges {
		start[e.from+1]++
	}
	for i := range b.count {
		start[i+1] += start[i]
	}
	next := make([]int32, len(b.edges))
	at := append([]int32(nil), start[:b.count]...)
	for _, e := range b.edges {
		next[at[e.from]] = e.to
		at[e.from]++
	}
	copy(at, start)
	b.edges = nil

	order := make([]int32, b.count) // 0: not visited; else 1 + the order of the visit
	low := make([]int32, b.count)
	on := make([]bool, b.count)
	var stack, path []int32
	visited := int32(0)
	for root := range int32(b.count) {
		if order[root] != 0 {
			continue
		}
		path = append(path, root)
		for len(path) > 0 {
			v := path[len(path)-1]
			if order[v] == 0 {
				visited++
				order[v], low[v] = visited, visited
				stack = append(stack, v)
				on[v] = true
			}
			down := false
			for at[v] < start[v+1] {
				w := next[at[v]]
				if order[w] == 0 {
					path = append(path, w)
					down = true
					break
				}
				if on[w] {
					low[v] = min(low[v], low[w])
				}
				at[v]++
			}
			if down {
				continue
			}
			path = path[:len(path)-1]
			if low[v] != order[v] {
				continue
			}
			n := len(stack) - 1
			for stack[n] != v {
				n--
			}
			circle := stack[n:]
			for _, w := range circle {
				on[w] = false
			}
			if len(circle) > 1 || loops(next[start[v]:start[v+1]], v) {
				b.circle(circle)
			}
			stack = stack[:n]
		}
	}
}

func loops(next []int32, v int32) bool {
	for _, w := range next {
		if w == v {
			return true
		}
	}
	return false
}

// circle writes down a circle, by names if the sink keeps them.
func (b *builder) circle(nodes []int32) {
	var names []string
	ref, ok := b.sink.(interface{ Ref(int) string })
	for _, n := range nodes[:min(len(nodes), 5)] {
		if ok {
			names = append(names, fmt.Sprintf("%.80q", ref.Ref(int(n))))
		} else {
			names = append(names, fmt.Sprintf("component %d", n))
		}
	}
	if len(nodes) > 5 {
		names = append(names, "…")
	}
	text := strings.Join(names, ", ")
	if len(nodes) == 1 {
		b.problem("cycle", "dependencies", "%s depends on itself", text)
		return
	}
	b.problem("cycle", "dependencies", "%d components depend on one another in a circle: %s", len(nodes), text)
}
