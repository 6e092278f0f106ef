package portfolio

import (
	"cmp"
	"iter"
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// Release returns a release by id, or nil.
func (ix *Index) Release(id wardround.ReleaseID) *wardround.Release {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if s := ix.lookup(wardround.ReleaseSubject(id)); s != nil {
		return s.release
	}
	return nil
}

// Releases yields all releases by id.
func (ix *Index) Releases() iter.Seq[*wardround.Release] {
	return func(yield func(*wardround.Release) bool) {
		ix.mu.RLock()
		all := make([]*wardround.Release, 0, len(ix.subjects)-ix.assets)
		for _, s := range ix.subjects {
			if s.release != nil {
				all = append(all, s.release)
			}
		}
		ix.mu.RUnlock()
		slices.SortFunc(all, func(a, b *wardround.Release) int { return cmp.Compare(a.ID, b.ID) })
		for _, r := range all {
			if !yield(r) {
				return
			}
		}
	}
}

// Instances yields the assets that are instances of a release, by id.
func (ix *Index) Instances(id wardround.ReleaseID) iter.Seq[wardround.AssetID] {
	return func(yield func(wardround.AssetID) bool) {
		ix.mu.RLock()
		var all []wardround.AssetID
		if s := ix.lookup(wardround.ReleaseSubject(id)); s != nil {
			for _, m := range s.members {
				all = append(all, ix.subjects[m].asset.id)
			}
		}
		ix.mu.RUnlock()
		slices.Sort(all)
		for _, a := range all {
			if !yield(a) {
				return
			}
		}
	}
}

// Exposures yields all answers whose key is after the given one, in order of key,
// as they are now. A subject is judged as a whole before its first answer is
// yielded, so that a walk sees no half of a change.
func (ix *Index) Exposures(after check.ExposureKey) iter.Seq[*check.Exposure] {
	return func(yield func(*check.Exposure) bool) {
		ix.mu.Lock()
		order := slices.Clone(ix.inOrder())
		ix.mu.Unlock()
		from, _ := slices.BinarySearchFunc(order, after.Subject, func(n uint32, key wardround.Subject) int { return compareSubject(ix.subjects[n].key, key) })
		for _, n := range order[from:] {
			for _, e := range ix.answersOf(n, after) {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// answersOf are the answers of one subject after a key.
func (ix *Index) answersOf(n uint32, after check.ExposureKey) []*check.Exposure {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.ready()
	var out []*check.Exposure
	s := ix.subjects[n]
	all := ix.vulnerabilitiesOf
	if ix.queue.len() == 0 {
		all = ix.answeredBy // nothing waits: these are all there are
	}
	for _, v := range all(n) {
		if key := (check.ExposureKey{Subject: s.key, Vulnerability: ix.texts.at(v)}); key.Compare(after) <= 0 {
			continue
		}
		i, had := find(s.answers, v)
		var old *answer
		if had {
			old = &s.answers[i]
		}
		if e := ix.expose(n, v, old); e != nil {
			out = append(out, e)
		}
	}
	return out
}

// Exposure is the answer of one pair as it is now, nil for none.
func (ix *Index) Exposure(k check.ExposureKey) *check.Exposure {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.ready()
	n, ok := ix.bySubj[k.Subject]
	v, known := ix.texts.find(k.Vulnerability)
	if !ok || !known || v == 0 {
		return nil
	}
	s := ix.subjects[n]
	i, had := find(s.answers, v)
	if had {
		return ix.expose(n, v, &s.answers[i])
	}
	return ix.expose(n, v, nil)
}

// Size is what the index holds.
type Size struct {
	Releases, Assets, Rows, Identities, Answers, Waiting int
	Bytes                                                int // of columns and names, nearly
}

// Size counts what the index holds.
func (ix *Index) Size() Size {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	s := Size{Releases: len(ix.subjects) - ix.assets, Assets: ix.assets, Rows: ix.rows, Identities: len(ix.ids.rows), Waiting: ix.queue.len(),
		Bytes: ix.texts.size() + len(ix.ids.rows)*(32+48) + 4*len(ix.ids.slots)}
	for _, x := range ix.subjects {
		s.Answers += len(x.answers)
		s.Bytes += 24*cap(x.answers) + 160
		if x.bill != nil {
			s.Bytes += x.bill.size()
		}
	}
	for i := range ix.ids.in {
		s.Bytes += 4*cap(ix.ids.in[i]) + 12*cap(ix.ids.hits[i])
	}
	return s
}
