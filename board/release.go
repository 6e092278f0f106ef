package board

import (
	"github.com/wardround/wardround"
)

// installs are the instances of one release, and what is open of it.
type installs struct {
	assets   map[wardround.AssetID]*assetEntry
	findings []*findingEntry
}

func (st *state) release(id wardround.ReleaseID) *installs {
	x := st.releases[id]
	if x == nil {
		x = &installs{assets: map[wardround.AssetID]*assetEntry{}}
		st.releases[id] = x
	}
	return x
}

// instanceOf is the release that an asset counts for.
func instanceOf(a *wardround.Asset) wardround.ReleaseID {
	if a == nil || a.MergedInto != "" {
		return ""
	}
	return a.Release
}

// install notes what an asset is an instance of; the findings of releases that weigh
// otherwise because of it are made anew.
func (b *Board) install(old *wardround.Asset, e *assetEntry) {
	was, is := instanceOf(old), instanceOf(e.raw)
	if was == is && (is == "" || old.Criticality == e.raw.Criticality) {
		return
	}
	if was != "" {
		delete(b.release(was).assets, e.raw.ID)
	}
	if is != "" {
		b.release(is).assets[e.raw.ID] = e
	}
	for _, id := range []wardround.ReleaseID{was, is} {
		if id == "" {
			continue
		}
		for _, f := range b.release(id).findings {
			b.rederive(f)
		}
		if was == is {
			break
		}
	}
}

// weigh gives a finding of a release the highest criticality of its instances. Two
// people decide of it where a life depends on one of them, or may.
func (r *findingRow) weigh(x *installs) {
	if x == nil {
		return
	}
	for _, e := range x.assets {
		if c := e.raw.Criticality; int8(c.Rank()) > r.rank {
			r.criticality, r.rank = c, int8(c.Rank())
		}
	}
	r.two = r.rank == int8(wardround.LifeSustaining.Rank())
}
