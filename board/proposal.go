package board

import (
	"cmp"
	"strings"

	"github.com/wardround/wardround"
)

// proposalRow is a proposal. Names are found when it is shown.
type proposalRow struct{ raw *wardround.Proposal }

func compareProposals(x, y *proposalRow) int {
	return cmp.Or(y.raw.At.Compare(x.raw.At), strings.Compare(x.raw.ID, y.raw.ID))
}

var proposalFields = fields[*proposalRow]{
	native: "-at",
	id:     func(r *proposalRow) string { return r.raw.ID },
	by: map[string]func(*proposalRow) value{
		"at":    func(r *proposalRow) value { return value{N: r.raw.At.UnixNano()} },
		"kind":  func(r *proposalRow) value { return text(r.raw.Kind) },
		"field": func(r *proposalRow) value { return text(clip(r.raw.Field)) },
		"state": func(r *proposalRow) value { return text(r.raw.State) },
	},
}

func (b *Board) applyProposals(proposals []*wardround.Proposal) {
	before := map[string]*proposalRow{} // one commit may raise a question and answer it
	for _, p := range proposals {
		old := b.proposals[p.ID]
		if _, ok := before[p.ID]; !ok {
			before[p.ID] = old
		}
		if old != nil {
			b.ask(old.raw, -1)
		}
		b.ask(p, 1)
		b.proposals[p.ID] = &proposalRow{p}
	}
	var went, came []*proposalRow
	for id, old := range before {
		if old != nil {
			went = append(went, old)
		}
		came = append(came, b.proposals[id])
	}
	b.asked = b.asked.replaced(went, came, compareProposals)
}

// ask counts an open question with the assets it is about.
func (b *Board) ask(p *wardround.Proposal, n int) {
	if p.State != "open" {
		return
	}
	for i, id := range []wardround.AssetID{p.Asset, p.Other} {
		if e := b.assets[id]; e != nil && (i == 0 || p.Other != p.Asset) {
			e.asked += n
			b.touch(id)
		}
	}
}

// Proposals lists proposals, the newest first. They can be sorted by at, kind,
// field and state. Errors: EInvalid for a sort or a cursor that is none.
func (b *Board) Proposals(q ProposalQuery) (Page[*Proposal], error) {
	b.mu.RLock()
	defer b.mu.RUnlock() // they are few
	if e := b.survivor(q.Asset); e != nil {
		q.Asset = e.raw.ID
	}
	chosen, total, next, err := choose(b.asked.all(), -1, proposalFields, true, q.List, func(r *proposalRow) bool {
		p := r.raw
		a, o := b.whoIs(p.Asset), b.whoIs(p.Other)
		switch {
		case q.State != "" && p.State != q.State, q.Kind != "" && p.Kind != q.Kind, !q.Visible.either(a, o),
			q.Asset != "" && (a == nil || a.id != q.Asset) && (o == nil || o.id != q.Asset):
			return false
		}
		return true
	})
	if err != nil {
		return Page[*Proposal]{}, err
	}
	items := make([]*Proposal, len(chosen))
	for i, r := range chosen {
		items[i] = b.proposal(r.raw)
	}
	return Page[*Proposal]{Items: items, Next: next, Total: total, Position: b.position, At: b.at}, nil
}

func (b *Board) proposal(p *wardround.Proposal) *Proposal {
	v := &Proposal{Proposal: p}
	if w := b.whoIs(p.Asset); w != nil {
		v.AssetName = w.name
	}
	if e := b.assets[p.Other]; e != nil { // as it is called itself, also once merged
		v.OtherName = e.who.name
	}
	if x := b.releases[wardround.ReleaseID(p.Value)]; x != nil && p.Kind == "release" {
		v.OtherName = x.product.name
	}
	return v
}

// Proposal returns one proposal, nil if there is none to be seen.
func (b *Board) Proposal(v Visible, id string) *Proposal {
	b.mu.RLock()
	defer b.mu.RUnlock()
	r := b.proposals[id]
	if r == nil || !v.either(b.whoIs(r.raw.Asset), b.whoIs(r.raw.Other)) {
		return nil
	}
	return b.proposal(r.raw)
}

// LearnedIn returns the zone in which something was learned, and what it is a
// member of: the pipeline writes both into one name.
func LearnedIn(row wardround.LearnedRow) (wardround.ZoneID, string) {
	zone, set, _ := strings.Cut(row.Set, "\x1f")
	return wardround.ZoneID(zone), set
}
