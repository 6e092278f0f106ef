// Package pipeline runs the one mechanism: it takes batches of the log, resolves
// who is who, runs the checks over read-only views, and commits everything a
// batch changed in one transaction.
//
//	log → resolve → views → checks → one commit
//
// [Pipeline.Judge] is a deterministic fold: the same batches from the same start
// give the same commits, byte for byte. It reads no clock. [Ingest] feeds it from
// sensors: bounded queue, batches, acknowledgement, shedding, and wake-ups that
// are due.
package pipeline

import (
	"context"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/inventory"
	"github.com/wardround/wardround/kind"
)

// Sensor is the name under which the pipeline writes observations of its own:
// wake-ups and failures of checks.
const Sensor = "wardround"

// Options say whose site a pipeline judges, with what, and where results go.
type Options struct {
	Scope  wardround.Scope
	Origin wardround.Origin
	Store  wardround.Store
	Checks []*check.Check
	// Portfolio is what releases and knowledge are folded into; nil for none. It must
	// stand where the store does.
	Portfolio Portfolio
	// Models is what is known of models and how they behave; nil for none. It must
	// stand where the store does.
	Models Models
	// Learn is how long novelty checks learn, from the first observation.
	Learn time.Duration
	// Budget is the longest one check may take for one batch; 0 means 2 s.
	Budget time.Duration
	// MaxKeys bounds the verdicts held, in memory and in the store, to within a
	// third; 0 means [DefaultMaxKeys]. A verdict on something new that has no room is left out, and
	// said so by a check.failed observation once an hour; what is known is judged on.
	MaxKeys int
	// Maker names the maker of a MAC address; nil for none.
	Maker func(wardround.MAC) string
	// Brands gives the name that a maker's brand goes by now; nil for as it is.
	Brands func(maker string) string
	// Clock tells how long checks take, for [Pipeline.Stats]; no verdict depends on
	// it. Nil counts no time.
	Clock func() time.Time
	// OnCommit is called after each commit, in order; nil for none. The commit must
	// not be changed.
	OnCommit func(*wardround.Commit)
}

// DefaultMaxKeys is room for ten thousand assets with thirty verdicts each.
const DefaultMaxKeys = 300_000

// Pipeline judges one site. Its methods are for one goroutine.
type Pipeline struct {
	opt      Options
	inv      *inventory.Inventory
	now      time.Time
	position uint64
	runner   *runner
	rows     *verdicts
	findings *findings
	states   *states
	wakes    *wakes
	learned  *learned
	content  *content
	failures failures
	losses   losses
	commit   *wardround.Commit // being filled
	seen     []*check.Seen
	byKind   map[string][]*check.Seen
	stakes   map[wardround.ReleaseID][]wardround.Stakes // of the batch
	restaked []wardround.ReleaseID                      // of whose instances something changed in the batch
	leaked   bool                                       // an abandoned check may hold seen and byKind
}

// Open restores a pipeline from its store. The caller then feeds it what the log
// holds above [Pipeline.Position].
func Open(ctx context.Context, opt Options) (*Pipeline, error) {
	if opt.Budget == 0 {
		opt.Budget = 2 * time.Second
	}
	if opt.Clock == nil {
		opt.Clock = func() time.Time { return time.Time{} }
	}
	if opt.Portfolio == nil {
		opt.Portfolio = noPortfolio{}
	}
	if opt.Models == nil {
		opt.Models = noModels{}
	}
	if opt.MaxKeys == 0 {
		opt.MaxKeys = DefaultMaxKeys
	}
	p := &Pipeline{
		opt: opt, byKind: map[string][]*check.Seen{}, losses: losses{},
		rows: newVerdicts(), findings: newFindings(opt.Scope), states: newStates(),
		wakes: newWakes(), learned: newLearned(opt.Learn), content: newContent(),
	}
	p.failures = failures{p: p, m: map[string]*failure{}}
	var err error
	if p.position, p.now, err = opt.Store.Position(ctx, opt.Scope); err != nil {
		return nil, err
	}
	if err := p.restore(ctx); err != nil {
		return nil, err
	}
	p.runner = newRunner(p)
	return p, nil
}

func (p *Pipeline) restore(ctx context.Context) error {
	st, sc := p.opt.Store, p.opt.Scope
	for row, err := range st.Content(ctx, sc) {
		if err != nil {
			return err
		}
		p.content.set(row)
	}
	var err error
	p.inv, err = inventory.Restore(ctx, inventory.Options{Scope: sc, Zones: p.content.zones(), Maker: p.opt.Maker, Brands: p.opt.Brands}, st)
	if err != nil {
		return err
	}
	for v, err := range st.Verdicts(ctx, sc, wardround.VerdictFilter{}) {
		if err != nil {
			return err
		}
		p.rows.restore(v)
	}
	for f, err := range st.Findings(ctx, sc, wardround.FindingFilter{}) {
		if err != nil {
			return err
		}
		p.findings.restore(f, p.now)
	}
	for c, err := range st.Cases(ctx, sc) {
		if err != nil {
			return err
		}
		p.findings.restoreCase(c)
	}
	if err := p.findings.complete(); err != nil {
		return err
	}
	for n, err := range st.Notices(ctx, sc) {
		if err != nil {
			return err
		}
		p.findings.notices.restore(n)
	}
	for row, err := range st.States(ctx, sc) {
		if err != nil {
			return err
		}
		if row.Check != wardround.ModelState { // those are not a check's, and were read already
			p.states.restore(row)
		}
	}
	for _, c := range p.opt.Checks {
		if p.content.off(c.ID) {
			p.wakes.park(c.ID)
		}
	}
	for row, err := range st.Wakes(ctx, sc) {
		if err != nil {
			return err
		}
		p.wakes.set(row)
	}
	for row, err := range st.Learned(ctx, sc) {
		if err != nil {
			return err
		}
		p.learned.restore(row)
	}
	p.inv.Releases(p.opt.Portfolio.View().Releases())
	all := slices.Collect(p.inv.View().Assets())
	p.opt.Portfolio.Assets(all)
	if err := p.opt.Models.Assets(all, p.inv.View(), p.now); err != nil {
		return err
	}
	return p.restoreOwn()
}

// Position is the last judged log position.
func (p *Pipeline) Position() uint64 { return p.position }

// Now is the site's time.
func (p *Pipeline) Now() time.Time { return p.now }

// Inventory is the view of who is who, for the goroutine that judges.
func (p *Pipeline) Inventory() check.Inventory { return p.inv.View() }

func (p *Pipeline) checkOf(id string) *check.Check {
	for _, c := range p.opt.Checks {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// Judge folds one batch of the log, in log order and above Position, and commits
// its results. After an error nothing of the batch is committed and the pipeline
// must be opened anew.
func (p *Pipeline) Judge(ctx context.Context, batch []*wardround.Observation) error {
	if len(batch) == 0 {
		return nil
	}
	p.commit = &wardround.Commit{
		Scope: p.opt.Scope, Origin: p.opt.Origin,
		After: p.position, To: batch[len(batch)-1].Seq,
	}
	p.stakes = map[wardround.ReleaseID][]wardround.Stakes{}
	p.advance(batch)
	p.commit.At = p.now
	if err := p.resolve(batch); err != nil {
		return err
	}
	for _, s := range p.seen {
		p.fold(s)
	}
	p.inv.MatchReleases()
	p.restaked = p.inv.Restaked()
	changed := p.inv.Changed()
	p.opt.Portfolio.Assets(changed)
	if err := p.opt.Models.Assets(changed, p.inv.View(), p.now); err != nil {
		return err
	}
	clear(p.stakes) // what people decided on was as it was before
	p.learned.begin(p, batch)
	p.runner.run(ctx)
	p.learned.finish(p)
	p.decay()
	p.findings.expire(p)
	p.flush()
	if err := p.opt.Store.Commit(ctx, p.commit); err != nil {
		return err
	}
	p.position = p.commit.To
	p.rows.committed()
	p.opt.Portfolio.Committed(p.position)
	p.opt.Models.Committed(p.position)
	if p.opt.OnCommit != nil {
		p.opt.OnCommit(p.commit)
	}
	return nil
}

// advance moves the site's time: the highest Logged live, the highest At
// otherwise. It never goes back.
func (p *Pipeline) advance(batch []*wardround.Observation) {
	for _, o := range batch {
		t := o.At
		if p.opt.Origin == wardround.Live {
			t = o.Logged
		}
		if t.After(p.now) {
			p.now = t
		}
	}
}

// resolve finds the assets of each observation and sorts the batch by kind. What
// the portfolio folds, it folds before.
func (p *Pipeline) resolve(batch []*wardround.Observation) error {
	if p.leaked {
		p.leaked, p.seen, p.byKind = false, nil, map[string][]*check.Seen{}
	}
	p.seen = p.seen[:0]
	for k := range p.byKind {
		p.byKind[k] = p.byKind[k][:0]
	}
	all := make([]check.Seen, len(batch))
	for i, o := range batch {
		if o.At.After(p.now) { // a clock ahead of ours must not make evidence last longer
			c := *o
			c.At = p.now
			o = &c
		}
		if err := p.portfolio(o); err != nil {
			return err
		}
		if err := p.models(o); err != nil {
			return err
		}
		r := p.inv.Resolve(o)
		all[i] = check.Seen{Observation: o, Src: r.Src, Dst: r.Dst, Link: r.Link, Others: r.Others, New: r.New, NewLink: r.NewLink}
		p.seen = append(p.seen, &all[i])
		p.byKind[o.Kind] = append(p.byKind[o.Kind], &all[i])
	}
	return nil
}

// fold applies what people and the pipeline itself wrote to the log.
func (p *Pipeline) fold(s *check.Seen) {
	switch f := s.Fields.(type) {
	case *kind.WakeV1:
		p.wakes.fire(f)
	case *kind.CheckFailedV1:
		p.failures.reported(f)
		p.action(s.Observation, f)
	case *kind.ContentChangedV1:
		p.changeContent(s, f)
	case *kind.FindingDecidedV1:
		p.findings.decide(p, s, f)
	case *kind.FindingAssignedV1:
		p.findings.assign(p, s, f)
	case *kind.InventorySaidV1:
		p.said(s, f)
	case *kind.OperatorActedV1:
		p.action(s.Observation, f)
	case *kind.PublicationSaidV1:
		p.publish(s, f)
	case *kind.LogGapV1:
		p.lost("", loss{To: s.At})
		p.action(s.Observation, f)
	case *kind.SensorStatusV1:
		p.lostBy(s, f)
	case *kind.ReleaseSaidV1, *kind.SBOMReceivedV1, *kind.KnowledgeReceivedV1, *kind.VEXReceivedV1, *kind.BuildReceivedV1,
		*kind.ModelReceivedV1, *kind.ModelScannedV1, *kind.ModelVerifiedV1, *kind.ModelProbedV1, *kind.ModelLogsV1, *kind.ModelDecidedV1:
		p.received(s.Observation)
	}
}

// Settle commits what waits for company: rows of which only times and counts
// changed. Call it at the end of a replay and before the store is closed.
func (p *Pipeline) Settle(ctx context.Context) error {
	ch := p.inv.Flush(p.now, true)
	return p.opt.Store.Commit(ctx, &wardround.Commit{
		Scope: p.opt.Scope, Origin: p.opt.Origin, After: p.position, To: p.position, At: p.now,
		Assets: ch.Assets, Links: ch.Links, Proposals: ch.Proposals,
	})
}

// Seen returns the last judged batch as resolved, until the next Judge.
func (p *Pipeline) Seen() []*check.Seen { return p.seen }

// flush collects what the batch changed into the commit.
func (p *Pipeline) flush() {
	c := p.commit
	ch := p.inv.Flush(p.now, false)
	c.Assets = append(c.Assets, ch.Assets...)
	c.Links = append(c.Links, ch.Links...)
	c.Proposals = append(c.Proposals, ch.Proposals...)
	p.opt.Portfolio.Flush(c)
	p.opt.Models.Flush(c)
	c.States = p.states.flush(c.States)
	c.Wakes = p.wakes.flush(c.Wakes)
	c.Learned = p.learned.flush(c.Learned)
	p.rows.flush(c)
	p.findings.flush(c)
}
