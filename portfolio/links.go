package portfolio

import "slices"

// Bills of materials refer to each other: a device's names those of its
// subsystems and images. What they hold counts for the device as well, with the
// way down as its path.

func (ix *Index) link(n uint32, b *bill) {
	if b.id != "" {
		k := linkKey(b.id)
		ix.byBill[k] = append(ix.byBill[k], n)
	}
	for _, l := range b.links {
		if !slices.Contains(ix.linkers[l.key], n) {
			ix.linkers[l.key] = append(ix.linkers[l.key], n)
		}
	}
}

func (ix *Index) unlink(n uint32, b *bill) {
	drop := func(m map[string][]uint32, k string) {
		if i := slices.Index(m[k], n); i >= 0 {
			m[k] = slices.Delete(slices.Clone(m[k]), i, i+1)
		}
		if len(m[k]) == 0 {
			delete(m, k)
		}
	}
	if b.id != "" {
		drop(ix.byBill, linkKey(b.id))
	}
	for _, l := range b.links {
		drop(ix.linkers, l.key)
	}
}

// held is a bill that counts for a subject, and how one gets there.
type held struct {
	subject uint32
	via     *held // nil for the subject's own
	row     int32 // of via's bill, where the link stands; -1 for the document
}

// reach are the bills that count for a subject: its own and those it links to,
// each once, the nearest first. Circles end where they began.
func (ix *Index) reach(n uint32) []*held {
	out := []*held{{subject: n, row: -1}}
	b := ix.subjects[n].bill
	if b == nil || len(b.links) == 0 {
		return out
	}
	depth := map[uint32]int{n: 0}
	for i := 0; i < len(out); i++ {
		from := out[i]
		b := ix.subjects[from.subject].bill
		if b == nil || depth[from.subject] >= ix.opt.Limits.Depth {
			continue
		}
		for _, l := range b.links {
			for _, to := range ix.byBill[l.key] {
				if _, seen := depth[to]; !seen {
					depth[to] = depth[from.subject] + 1
					out = append(out, &held{subject: to, via: from, row: l.row})
				}
			}
		}
	}
	return out
}

// eachHolder calls f for each of the holders.
func (ix *Index) eachHolder(n uint32, f func(uint32)) {
	if len(ix.linkers) == 0 {
		f(n)
		return
	}
	for _, h := range ix.holders(n) {
		f(h)
	}
}

// holders are the subjects for which a subject's bill counts: itself and those
// that link to it, however far above.
func (ix *Index) holders(n uint32) []uint32 {
	out := []uint32{n}
	if len(ix.linkers) == 0 {
		return out
	}
	depth := map[uint32]int{n: 0}
	for i := 0; i < len(out); i++ {
		b := ix.subjects[out[i]].bill
		if b == nil || b.id == "" || depth[out[i]] >= ix.opt.Limits.Depth {
			continue
		}
		for _, up := range ix.linkers[linkKey(b.id)] {
			if _, seen := depth[up]; !seen {
				depth[up] = depth[out[i]] + 1
				out = append(out, up)
			}
		}
	}
	return out
}
