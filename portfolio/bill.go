package portfolio

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/sbom"
)

// bill is a release's bill of materials in columns: seventeen bytes a component.
type bill struct {
	document wardround.DocumentID
	id       string // serial number or namespace, as written
	revision int
	root     int32 // the row that the document describes; -1 if it names none
	ident    []uint32
	parent   []int32  // -1 at the top
	ref      []uint32 // 0 where it is the purl
	flags    []uint8
	order    []uint32 // rows by identity
	links    []billLink
	without  int // components that nothing can be asked about
	quality  []grade
}

// grade is one check.Quality, in numbers of texts: the sentences of ten thousand
// documents are mostly the same.
type grade struct {
	profile, rule, said, state uint32
	count, of                  int32
}

// billLink refers to another release's bill of materials from a row.
type billLink struct {
	row int32 // -1: from the document
	key string
}

// Flags of a row.
const (
	flagExcluded uint8 = 1 << iota // scope "excluded": not shipped
	flagOptional
	flagExternal // expected where the product runs
)

// Limits bound what an index takes in; zero fields take the default.
type Limits struct {
	Rows     int // components of one release, 2,000,000
	AllRows  int // of all releases, 20,000,000
	Releases int // 200,000
	Assets   int // 200,000
	Queue    int // pairs that wait, 2,000,000; beyond it whole subjects wait
	Depth    int // of linked bills of materials, 32
}

func (l Limits) orDefault() Limits {
	set := func(p *int, n int) {
		if *p <= 0 {
			*p = n
		}
	}
	set(&l.Rows, 2_000_000)
	set(&l.AllRows, 20_000_000)
	set(&l.Releases, 200_000)
	set(&l.Assets, 200_000)
	set(&l.Queue, 2_000_000)
	set(&l.Depth, 32)
	return l
}

func flagsOf(c *sbom.Component) (f uint8) {
	switch c.Scope {
	case "excluded":
		f |= flagExcluded
	case "optional":
		f |= flagOptional
	}
	if c.External {
		f |= flagExternal
	}
	return f
}

// uncircle makes every row reach the top.
func (b *bill) uncircle() {
	const white, grey, black = 0, 1, 2
	colour := make([]uint8, len(b.parent))
	for i := range b.parent {
		at := int32(i)
		for at >= 0 && colour[at] == white {
			colour[at] = grey
			if up := b.parent[at]; up >= 0 && colour[up] == grey {
				b.parent[at] = -1
			}
			at = b.parent[at]
		}
		for at = int32(i); at >= 0 && colour[at] == grey; at = b.parent[at] {
			colour[at] = black
		}
	}
}

func (b *bill) sort() {
	b.order = make([]uint32, len(b.ident))
	for i := range b.order {
		b.order[i] = uint32(i)
	}
	slices.SortFunc(b.order, func(x, y uint32) int {
		if c := cmp.Compare(b.ident[x], b.ident[y]); c != 0 {
			return c
		}
		return cmp.Compare(x, y)
	})
}

// rows are the rows of an identity, in their order.
func (b *bill) rows(n uint32) []uint32 {
	from, ok := slices.BinarySearchFunc(b.order, n, func(row, n uint32) int { return cmp.Compare(b.ident[row], n) })
	if !ok {
		return nil
	}
	to := from + 1
	for to < len(b.order) && b.ident[b.order[to]] == n {
		to++
	}
	return b.order[from:to]
}

// each yields the distinct identities, in order.
func (b *bill) each(yield func(n uint32, rows []uint32) bool) {
	for from := 0; from < len(b.order); {
		n, to := b.ident[b.order[from]], from+1
		for to < len(b.order) && b.ident[b.order[to]] == n {
			to++
		}
		if !yield(n, b.order[from:to]) {
			return
		}
		from = to
	}
}

// print is a digest of how often and where each identity stands: what is equal in
// two bills needs no judging anew.
func (b *bill) print() map[uint32]uint64 {
	where := make([]uint64, len(b.ident))
	var way []int32 // up to what is known; nesting may be deep
	for i := range b.ident {
		way = way[:0]
		for at := int32(i); at >= 0 && where[at] == 0; at = b.parent[at] {
			way = append(way, at)
		}
		for j := len(way) - 1; j >= 0; j-- {
			above := uint64(14695981039346656037)
			if p := b.parent[way[j]]; p >= 0 {
				above = where[p]
			}
			where[way[j]] = (above^uint64(b.ident[way[j]]))*1099511628211 | 1
		}
	}
	out := make(map[uint32]uint64, len(b.ident))
	for i, n := range b.ident {
		out[n] += where[i] + uint64(b.flags[i]&flagExcluded)*7919
	}
	return out
}

// linkKey makes the two ways to name a CycloneDX document one: its serial number
// "urn:uuid:X" and a BOM-Link "urn:cdx:X/VERSION#REF". Other names stay as they are.
func linkKey(s string) string {
	if i := strings.IndexByte(s, '#'); i >= 0 && strings.HasPrefix(s, "urn:") {
		s = s[:i]
	}
	if rest, ok := strings.CutPrefix(s, "urn:cdx:"); ok {
		if i := strings.LastIndexByte(rest, '/'); i >= 0 {
			if _, err := strconv.Atoi(rest[i+1:]); err == nil {
				rest = rest[:i]
			}
		}
		return "urn:uuid:" + strings.ToLower(rest)
	}
	if strings.HasPrefix(s, "urn:uuid:") {
		return strings.ToLower(s)
	}
	return s
}

// size is what it holds in memory, in bytes.
func (b *bill) size() int {
	return 4*(cap(b.ident)+cap(b.parent)+cap(b.ref)+cap(b.order)) + cap(b.flags) + 48*len(b.links) + 24*len(b.quality)
}
