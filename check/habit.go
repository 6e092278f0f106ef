package check

import (
	"reflect"
	"strings"

	"github.com/wardround/wardround"
)

// maxAliases bounds the ids that are looked up for one asset.
const maxAliases = 8

// ids lists the ids of an asset: the one given, its own, and those merged into it.
func (p *Pass) ids(id wardround.AssetID) []wardround.AssetID {
	a := p.Asset(id)
	if a == nil {
		return []wardround.AssetID{id}
	}
	out := []wardround.AssetID{id}
	if a.ID != id {
		out = append(out, a.ID)
	}
	for _, x := range a.Aliases[:min(len(a.Aliases), maxAliases)] {
		if x != id {
			out = append(out, x)
		}
	}
	return out
}

// merged reports whether other ids were merged into the asset's.
func (p *Pass) merged(id wardround.AssetID) bool {
	a := p.Asset(id)
	return a != nil && (len(a.Aliases) > 0 || a.ID != id)
}

// StateOf is [State] for what is remembered of an asset, or of one asset at
// another; what tells states of the same assets apart, "" for nothing. What was
// remembered under an id that was merged into an asset's since goes on in it.
func StateOf[T any](p *Pass, what string, ids ...wardround.AssetID) *T {
	s := State[T](p, stateKey(what, ids))
	merged := false
	for _, id := range ids {
		merged = merged || p.merged(id)
	}
	if !merged || !reflect.ValueOf(s).Elem().IsZero() {
		return s
	}
	for _, other := range p.variants(ids)[1:] {
		key := stateKey(what, other)
		if before := State[T](p, key); !reflect.ValueOf(before).Elem().IsZero() {
			*s = *before
			p.DropState(key)
			break
		}
		p.DropState(key)
	}
	return s
}

func stateKey(what string, ids []wardround.AssetID) string {
	if len(ids) == 1 && what == "" {
		return string(ids[0])
	}
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(id))
	}
	if what != "" {
		b.WriteByte(' ')
		b.WriteString(what)
	}
	return b.String()
}

// variants lists the ids given, first as they are, then with each of the ids that
// were merged into one of them.
func (p *Pass) variants(ids []wardround.AssetID) [][]wardround.AssetID {
	all := [][]wardround.AssetID{nil}
	for _, id := range ids {
		var next [][]wardround.AssetID
		for _, head := range all {
			for _, x := range p.ids(id) {
				next = append(next, append(head[:len(head):len(head)], x))
			}
		}
		all = next
	}
	return all
}

// Habit is something an asset does that [Pass.Habit] learns.
type Habit struct {
	// Set is what is learned, in a few words: "sources", "destinations".
	Set string
	// Of is whose set it is; "" for one of the site.
	Of wardround.AssetID
	// As narrows the set down: a name or title used in it.
	As string
	// Who is the asset that is looked up; "" where What is.
	Who  wardround.AssetID
	What string
}

// Habit is [Pass.Learn] for what assets do. An asset is known by each of the ids
// that were merged into its own: what became one with it is no stranger.
func (p *Pass) Habit(zone wardround.ZoneID, h Habit) Novelty {
	n := p.Learn(zone, h.set(h.Of), h.member(h.Who))
	if n != Novel || !p.merged(h.Of) && !p.merged(h.Who) {
		return n
	}
	for _, of := range p.ids(h.Of) {
		for _, who := range p.ids(h.Who) {
			if n := p.Learn(zone, h.set(of), h.member(who)); n != Novel {
				return n
			}
		}
	}
	return Novel
}

func (h Habit) set(of wardround.AssetID) string {
	s := h.Set
	if of != "" {
		s += " of " + string(of)
	}
	if h.As != "" {
		s += " as " + h.As
	}
	return s
}

func (h Habit) member(who wardround.AssetID) string {
	if who != "" {
		return string(who)
	}
	return h.What
}
