package knowledge

import "slices"

// Document names the records of a document ("ICSMA-20-254-01"), whichever feeds
// brought it, in order of feed and id; none if there is no such document.
func (b *Base) Document(name string) []Ref {
	if name == "" {
		return nil
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []Ref
	for _, f := range b.feeds {
		key := documentKey(f.Name, name)
		for n := range b.byDocument[key] {
			out = append(out, b.ref(n))
		}
		b.gen.withPrefix(key, func(_ string, n recID) {
			if !b.dead[n] {
				out = append(out, b.ref(n))
			}
		})
	}
	slices.SortFunc(out, func(x, y Ref) int {
		if x.key() < y.key() {
			return -1
		}
		return 1
	})
	return slices.CompactFunc(out, func(x, y Ref) bool { return x == y })
}
