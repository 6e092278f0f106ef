package pipeline

import (
	"cmp"
	"encoding/json"
	"iter"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// Portfolio is what releases and knowledge are folded into. The pipeline's
// goroutine calls it, for each batch in this order:
//
//	Fold       for each observation of the portfolio's kinds, and for each wake-up of
//	           the key [check.MoreKey], in log order, before the inventory resolves it
//	Assets     once, with the assets of which more than times changed
//	View       while checks run; what it returns is read by the goroutine of a check
//	Flush      adds the rows of releases and documents that changed
//	Committed  when the store has the batch
//
// A portion of what was touched is made at most once in a batch, when Fold or Assets
// gave reason to; none when the pipeline opens, which calls Assets with all of them:
// the portfolio then stands where the store does. Like the pipeline it reads no clock and is a fold:
// the same observations and blobs give the same rows and answers.
type Portfolio interface {
	// Fold takes in one observation. What cannot be read is no error: the portfolio
	// keeps what it knew and says so in the document's row. An error (a disk that
	// fails) ends the pipeline before anything of the batch is committed.
	Fold(o *wardround.Observation) error
	// Assets follows the inventory: instances, and what they call themselves. The
	// assets must not be kept nor changed.
	Assets(changed []*wardround.Asset)
	View() check.Portfolio
	Flush(c *wardround.Commit)
	Committed(to uint64)
}

// portfolioKinds are the kinds that the portfolio folds.
var portfolioKinds = map[kind.Name]bool{
	kind.ReleaseSaid: true, kind.SBOMReceived: true, kind.KnowledgeReceived: true, kind.VEXReceived: true, kind.BuildReceived: true,
}

// noPortfolio stands in where there is none.
type noPortfolio struct{}

func (noPortfolio) Fold(*wardround.Observation) error { return nil }
func (noPortfolio) Assets([]*wardround.Asset)         {}
func (noPortfolio) View() check.Portfolio             { return check.NoPortfolio() }
func (noPortfolio) Flush(*wardround.Commit)           {}
func (noPortfolio) Committed(uint64)                  {}

// portfolio lets the portfolio take in an observation, if it is one for it.
func (p *Pipeline) portfolio(o *wardround.Observation) error {
	if w, ok := o.Fields.(*kind.WakeV1); ok && w.Key == check.MoreKey {
		return p.opt.Portfolio.Fold(o)
	}
	if c, ok := o.Fields.(*kind.ContentChangedV1); ok && strings.HasPrefix(c.Name, ContentEmbargo) {
		return p.opt.Portfolio.Fold(o)
	}
	if !portfolioKinds[kind.Name(o.Kind)] {
		return nil
	}
	if err := p.opt.Portfolio.Fold(o); err != nil {
		return err
	}
	var maker, product, version string
	switch f := o.Fields.(type) {
	case *kind.ReleaseSaidV1:
		maker, product, version = f.Maker, f.Product, f.Version
	case *kind.SBOMReceivedV1:
		maker, product, version = f.Maker, f.Product, f.Version
	case *kind.BuildReceivedV1:
		maker, product, version = f.Maker, f.Product, f.Version
	}
	if r := p.opt.Portfolio.View().Release(wardround.ReleaseIDOf(p.opt.Scope.Org, maker, product, version)); r != nil {
		p.inv.Release(r)
	}
	return nil
}

// portion is what was touched, with the releases of whose instances something
// changed that weighs: what they do for a patient, whether they are in use, whether
// they reach outside the site.
func (p *Pipeline) portion(v check.Portfolio) check.Touched {
	t := v.Touched()
	if len(p.restaked) == 0 {
		return t
	}
	t.Releases = append(slices.Clone(t.Releases), p.restaked...)
	slices.Sort(t.Releases)
	t.Releases = slices.Compact(t.Releases)
	return t
}

// touched reports whether checks that follow the portfolio have anything to see.
func (p *Pipeline) touched() bool {
	t := p.portion(p.opt.Portfolio.View())
	return t.Number != 0 || len(t.Releases) > 0
}

// received makes what came for the portfolio part of the evidence: the document's
// digest stands in it.
func (p *Pipeline) received(o *wardround.Observation) {
	b, err := json.Marshal(map[string]any{"kind": o.Kind, "seq": o.Seq, "at": o.At.UTC(), "fields": o.Fields, "blob": o.Blob})
	if err != nil {
		panic(err) // schemas always marshal
	}
	p.commit.Evidence = append(p.commit.Evidence, &wardround.Evidence{Kind: "action", Reason: o.Kind, Payload: b, At: o.At, Seq: o.Seq})
}

// portfolioView is the portfolio as an abandoned pass can no longer read it.
type portfolioView struct {
	v check.Portfolio
	f *frame
}

var _ check.Portfolio = portfolioView{}

func (v portfolioView) Release(id wardround.ReleaseID) *wardround.Release {
	v.f.enter()
	defer v.f.leave()
	return v.v.Release(id)
}

func (v portfolioView) Document(id wardround.DocumentID) *wardround.Document {
	v.f.enter()
	defer v.f.leave()
	return v.v.Document(id)
}

func (v portfolioView) Touched() check.Touched {
	v.f.enter()
	defer v.f.leave()
	return v.f.p.portion(v.v)
}

func (v portfolioView) Releases() iter.Seq[*wardround.Release] { return each(v.f, v.v.Releases()) }

func (v portfolioView) Instances(id wardround.ReleaseID) iter.Seq[wardround.AssetID] {
	return each(v.f, v.v.Instances(id))
}

func (v portfolioView) Exposures(after check.ExposureKey) iter.Seq[*check.Exposure] {
	return each(v.f, v.v.Exposures(after))
}

func (v portfolioView) Qualities(id wardround.ReleaseID) iter.Seq[check.Quality] {
	return each(v.f, v.v.Qualities(id))
}

func (v portfolioView) Feeds() iter.Seq[check.Feed] { return each(v.f, v.v.Feeds()) }

func (f *frame) Portfolio() check.Portfolio { return portfolioView{f.p.opt.Portfolio.View(), f} }

func (f *frame) Stands(k wardround.Key) (wardround.State, bool) {
	f.enter()
	defer f.leave()
	if r := f.p.rows.m[k]; r != nil {
		return r.v.State, true
	}
	return wardround.Unknown, false
}

// standing is one row of those that a check looks through.
type standing struct {
	key   wardround.Key
	state wardround.State
}

func (f *frame) Standing(c *check.Check, after wardround.Key) iter.Seq2[wardround.Key, wardround.State] {
	return f.each(func() (out []standing) {
		for k, r := range f.p.rows.m {
			if k.Check == c.ID && k.Item != More && lessKey(after, k) {
				out = append(out, standing{k, r.v.State})
			}
		}
		return out
	})
}

func (f *frame) StandingOf(c *check.Check, s wardround.Subject) iter.Seq2[wardround.Key, wardround.State] {
	return f.each(func() (out []standing) {
		for _, r := range f.p.rows.by[s] {
			if r.v.Check == c.ID && r.v.Item != More {
				out = append(out, standing{r.v.Key, r.v.State})
			}
		}
		return out
	})
}

// each yields rows as they are when it begins, in order of key.
func (f *frame) each(rows func() []standing) iter.Seq2[wardround.Key, wardround.State] {
	return func(yield func(wardround.Key, wardround.State) bool) {
		for _, s := range f.sorted(rows) {
			f.Alive()
			if !yield(s.key, s.state) {
				return
			}
		}
	}
}

func (f *frame) sorted(rows func() []standing) []standing {
	f.enter()
	defer f.leave()
	out := rows()
	slices.SortFunc(out, func(a, b standing) int {
		return cmp.Or(cmp.Compare(a.key.Subject.Kind, b.key.Subject.Kind), cmp.Compare(a.key.Subject.ID, b.key.Subject.ID), cmp.Compare(a.key.Item, b.key.Item))
	})
	return out
}
