package board

import (
	"context"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// New returns an empty board.
func New(opt Options) *Board {
	if opt.Checks == nil {
		opt.Checks = check.All()
	}
	b := &Board{opt: opt}
	b.reset()
	return b
}

func (b *Board) reset() {
	b.init()
	b.own = b.own[:0:0]
	for i, c := range b.opt.Checks {
		x := &info{
			Check: c, id: c.ID, index: i, title: c.Title, concern: c.Concern, text: strings.ToLower(c.ID + "\n" + c.Title + "\n" + string(c.Concern)),
		}
		for _, l := range check.Languages()[1:] { // found by words of any language
			if title, is := x.told(l); is == l {
				x.text += "\n" + strings.ToLower(title)
			}
		}
		b.infos[c.ID] = x
		b.own = append(b.own, x)
	}
}

// Load fills the board from what is stored, in place of what it showed.
func (b *Board) Load(ctx context.Context, r wardround.Reader) error {
	sc := b.opt.Scope
	position, at, err := r.Position(ctx, sc)
	if err != nil {
		return err
	}
	c := &wardround.Commit{Scope: sc, Origin: b.opt.Origin, To: position, At: at}
	var errs [10]error
	c.Content, errs[0] = all(r.Content(ctx, sc))
	c.Assets, errs[1] = all(r.Assets(ctx, sc))
	c.Links, errs[2] = all(r.Links(ctx, sc))
	c.Proposals, errs[3] = all(r.Proposals(ctx, sc))
	c.Cases, errs[4] = all(r.Cases(ctx, sc))
	c.Findings, errs[5] = all(r.Findings(ctx, sc, wardround.FindingFilter{}))
	for s, err := range r.States(ctx, sc) {
		if errs[6] = err; err != nil {
			break
		}
		if s.Check == ownState {
			c.States = append(c.States, s)
		}
	}
	c.Evidence, errs[7] = acts(ctx, r, sc)
	c.Releases, errs[8] = all(r.Releases(ctx, sc))
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	b.mu.Lock()
	b.reset()
	b.apply(c)
	// Verdicts are many, and little of each is kept.
	for v, err := range r.Verdicts(ctx, sc, wardround.VerdictFilter{}) {
		if err != nil {
			b.mu.Unlock()
			return err
		}
		b.verdict(v)
	}
	b.grown++
	b.mu.Unlock()
	b.settle()
	return nil
}

func all[T any](rows func(yield func(T, error) bool)) ([]T, error) {
	var out []T
	for x, err := range rows {
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}
