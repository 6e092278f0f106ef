package portfolio

import (
	"slices"
	"time"

	"github.com/wardround/wardround"
)

// none is the number of no subject.
const none = ^uint32(0)

// member is an asset: an instance of a release, or a subject of its own.
type member struct {
	id          wardround.AssetID
	of          uint32 // release; none if it is no instance of a known one
	said        wardround.ReleaseID
	gone        wardround.AssetID // merged into
	name        string
	role        string
	ward        string
	zone        wardround.ZoneID
	kind        wardround.AssetKind
	criticality wardround.Criticality
	calls       Identity  // what it calls itself
	at          time.Time // when its software was last seen to change
	moves       []move
}

// move is when an asset became an instance of a release.
type move struct {
	to uint32
	at time.Time
}

// maxMoves bounds what is remembered of where an asset came from.
const maxMoves = 16

// Assets takes in assets that are new or changed. Those that the inventory says are
// instances of a known release are judged there; the others by what they call
// themselves. What the network sees at the far end of the world is left out.
func (ix *Index) Assets(changed []*wardround.Asset) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.ready()
	for _, a := range changed {
		key := wardround.AssetSubject(a.ID)
		known := ix.lookup(key) != nil
		if !known && (a.Remote || ix.assets >= ix.opt.Limits.Assets) {
			continue
		}
		n, s := ix.subject(key)
		if s.asset == nil {
			s.asset = &member{id: a.ID, of: none}
			ix.assets++
		}
		s.asset.take(a)
		s.line = lineOf(s)
		ix.settle(n)
	}
	ix.matchNew()
}

func (m *member) take(a *wardround.Asset) {
	m.name, m.role, m.ward, m.zone = a.Name(), a.Attr(wardround.AttrRole), a.Attr(wardround.AttrWard), a.Zone
	m.criticality, m.kind, m.gone, m.said = a.Criticality, a.Kind, a.MergedInto, a.Release
	m.calls = assetIdentity(a)
	m.at = later(a.Attributes[wardround.AttrSoftware].At, a.Attributes["release"].At)
	if m.at.IsZero() {
		m.at = a.First
	}
}

// settle makes an asset an instance of the release that it is said to be, or a
// subject of its own.
func (ix *Index) settle(n uint32) {
	m := ix.subjects[n].asset
	to := none
	if m.gone == "" && m.said != "" {
		if r, ok := ix.bySubj[wardround.ReleaseSubject(m.said)]; ok {
			to = r
		} else if !slices.Contains(ix.waiting[m.said], n) {
			ix.waiting[m.said] = append(ix.waiting[m.said], n)
		}
	}
	if m.of != to {
		if m.of != none {
			old := ix.subjects[m.of]
			old.members = slices.DeleteFunc(slices.Clone(old.members), func(x uint32) bool { return x == n })
			ix.moved(m.of)
		}
		if to != none {
			ix.subjects[to].members = append(ix.subjects[to].members, n)
			at := m.at
			if len(m.moves) > 0 {
				at = later(at, m.moves[len(m.moves)-1].at)
			}
			if len(m.moves) == maxMoves {
				m.moves = m.moves[1:]
			}
			m.moves = append(slices.Clip(m.moves), move{to, at})
			ix.moved(to)
		}
		m.of = to
		ix.queue.subject(n)
	}
	device := uint32(0)
	if to == none && m.gone == "" && m.calls.Name != "" {
		device = ix.intern(&m.calls)
	}
	ix.setDevice(n, device)
}

// moved notes that a release has other instances than before. A retired one is
// judged as long as it has any.
func (ix *Index) moved(n uint32) {
	ix.touch(n)
	if r := ix.subjects[n].release; !r.Retired.IsZero() {
		ix.queue.subject(n)
	}
}

// adopt settles the assets that wait for a release.
func (ix *Index) adopt(id wardround.ReleaseID) {
	wait := ix.waiting[id]
	delete(ix.waiting, id)
	for _, n := range wait {
		ix.settle(n)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
