package check

import (
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// Speaker is one who sends to a receiver, under a name that the receiver has no
// means to verify.
type Speaker struct {
	From, To wardround.AssetID
	Name     string // "" when none is told
}

// borrowed are the names under which one speaker speaks although another is known
// by them.
type borrowed struct {
	Names []string `json:"names"`
}

// maxBorrowed bounds the names remembered of one speaker at one receiver.
const maxBorrowed = 20

// Speaks learns who speaks to a receiver and under which names, and judges those
// that come later: one verdict for the speaker, and one of its own for a name that
// it took of another, so that a known speaker cannot borrow one unseen. pass are
// the facts of a sound verdict; fail those of another, given whether the name was
// taken of someone else.
func (p *Pass) Speaks(s Speaker, pass wardround.Facts, fail func(taken bool) wardround.Facts) {
	receiver := p.Asset(s.To)
	if receiver == nil {
		return
	}
	// The sets are learned together, whatever the first of them says.
	source := p.Habit(receiver.Zone, Habit{Set: "sources", Of: s.To, Who: s.From})
	used, spoken := Novel, Known
	if s.Name != "" {
		used = p.Habit(receiver.Zone, Habit{Set: "names", Of: s.To, What: s.Name})
		spoken = p.Habit(receiver.Zone, Habit{Set: "sources", Of: s.To, As: s.Name, Who: s.From})
	}
	taken := used == Known && spoken == Novel
	subject, item := wardround.AssetSubject(s.From), string(s.To)
	reach := Exposed(p.Exposure(s.From, s.To))
	switch source {
	case Learning:
		p.Unknown(subject, item, WhyLearning, pass)
	case Novel:
		p.Fail(subject, item, fail(taken), reach)
	default:
		p.Pass(subject, item, pass)
	}
	names := StateOf[borrowed](p, "", s.From, s.To)
	at := slices.Index(names.Names, s.Name)
	switch {
	case taken:
		if at < 0 {
			if len(names.Names) == maxBorrowed {
				return
			}
			names.Names = append(names.Names, s.Name)
		}
		p.Fail(subject, item+" as "+s.Name, fail(taken), reach, Hostile())
	case at >= 0 && spoken == Known:
		p.Pass(subject, item+" as "+s.Name, pass)
		names.Names = slices.Delete(names.Names, at, at+1)
	}
}

// Others lists who else carries an identifier, by name and address: whose name it
// was. It is empty when nobody is known by it.
func (p *Pass) Others(id wardround.AssetID, t kind.IDType, value string) (others []string) {
	for _, a := range p.Inventory().ByIdentifier(t, value) {
		if a.ID != id && len(others) < maxOthers {
			others = append(others, located(a))
		}
	}
	slices.Sort(others)
	return others
}

// maxOthers bounds who is listed.
const maxOthers = 3
