package knowledge

import "github.com/wardround/wardround"

// byName appends what records say that name products, of a device or a firmware.
func (b *Base) byName(out []candidate, id *Identity) []candidate {
	products := b.opt.Products
	if products == nil || id.Thing == nil {
		return out
	}
	type place struct {
		rec  recID
		part uint32
	}
	best := map[recID]candidate{}
	var order []recID
	seen := map[place]bool{}
	for _, name := range products.Looked(id.Thing) {
		b.rowsOf(ProductKey(name), func(rows []row) {
			for i := range rows {
				r := &rows[i]
				if at := (place{r.rec, r.part}); r.said == nil || r.said.Product == nil || seen[at] {
					continue
				} else {
					seen[at] = true
				}
				j := products.Judge(r.said, id.Thing)
				if !j.About {
					continue
				}
				c := candidate{rec: r.rec, rank: byName, state: j.State, reason: j.Reason, conf: j.Confidence, fixed: j.Fixed,
					detail: detail{version: id.Thing.Version, said: j.Why}}
				if b.withdrawn(r.rec) {
					c.state, c.reason, c.detail.said = wardround.Pass, WithdrawnRecord, ""
				}
				old, ok := best[r.rec]
				if !ok {
					order = append(order, r.rec)
				}
				if !ok || surer(c, old) {
					best[r.rec] = c
				}
			}
		})
	}
	for _, n := range order {
		out = append(out, best[n])
	}
	return out
}

// surer prefers, of two statements of one record, the one that is more surely about
// the thing; of equal ones the worse.
func surer(c, o candidate) bool {
	if c.conf != o.conf {
		return c.conf > o.conf
	}
	return c.weight() < o.weight()
}
