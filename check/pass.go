package check

import (
	"iter"
	"net/netip"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// Seen is an observation of a watched kind, with who was at its ends.
type Seen struct {
	*wardround.Observation
	// Src and Dst are the assets at the ends; "" when there is none (a multicast
	// group, an observation without a flow).
	Src, Dst wardround.AssetID
	// Others are the assets spoken for, in the order of the schema's claims.
	Others []wardround.AssetID
	// Link is the data flow, "" when the observation describes none.
	Link wardround.LinkID
	// New lists assets that this observation brought into the inventory; NewLink
	// says that its data flow was not known before.
	New     []wardround.AssetID
	NewLink bool
}

// Wake is a wake-up that is due: see [Pass.WakeAt].
type Wake struct {
	Key string
	Due time.Time
}

// Output is one verdict as a check gave it.
type Output struct {
	Key      wardround.Key
	State    wardround.State
	At       time.Time
	Facts    wardround.Facts
	Why      string // of an unknown
	Severity wardround.Severity
	Exposure wardround.Exposure
	Hostile  bool
	Sensor   string // that saw it; "" for what rests on state
	// Fact is a digest of what it rests on, and Claim what an author states of it: see
	// [Claimed].
	Fact  string
	Claim *wardround.Claim
}

// MaxOutputs is how many verdicts one check may give in one batch.
const MaxOutputs = 5000

// Pass is one run of one check over one batch of observations.
type Pass struct {
	Check *Check
	frame Frame
	seen  []*Seen
	wakes []Wake
	at    time.Time
	from  string
	out   []Output
}

// Frame is what the runner lends to a pass. All of it is a view of the log up to
// and including the batch.
type Frame interface {
	// Now is the site's time: the highest Logged (live) or At (replay).
	Now() time.Time
	Scope() wardround.Scope
	Inventory() Inventory
	Portfolio() Portfolio
	Models() Models
	// Standing yields the current verdicts of a check whose subject and item come
	// after those of a key, in their order; StandingOf those of one subject, by item.
	Standing(c *Check, after wardround.Key) iter.Seq2[wardround.Key, wardround.State]
	StandingOf(c *Check, s wardround.Subject) iter.Seq2[wardround.Key, wardround.State]
	// Stands returns the current verdict of a key; false if there is none.
	Stands(k wardround.Key) (wardround.State, bool)
	Coverage(id wardround.AssetID, c wardround.Concern) Coverage
	// State returns the check's state for key as made by fresh, or as saved.
	State(c *Check, key string, fresh func() any) any
	DropState(c *Check, key string)
	Learn(c *Check, zone wardround.ZoneID, set, member string, at time.Time) Novelty
	// Learned is for how long the site has been learned up to a time.
	Learned(at time.Time) time.Duration
	WakeAt(c *Check, key string, t time.Time)
	Setting(c *Check, name string) (float64, bool)
	// Alive panics when the pass was given up, to end a check that overran.
	Alive()
}

// Inventory is the read-only view of who is who. What it returns must not be
// changed, nor kept beyond the batch.
type Inventory interface {
	// Asset returns the asset of an id, or that the id was merged into; nil if there
	// is none.
	Asset(id wardround.AssetID) *wardround.Asset
	// ByAddr returns the asset that holds a network address now, or nil.
	ByAddr(addr netip.Addr) *wardround.Asset
	// ByIdentifier returns the assets that carry an identifier now.
	ByIdentifier(t kind.IDType, value string) []*wardround.Asset
	// Zone returns the zone of a network address. An asset's is its Zone field.
	Zone(addr netip.Addr) wardround.ZoneID
	// Zones lists the declared zones.
	Zones() []wardround.Zone
	// Link returns a link by id, or nil.
	Link(id wardround.LinkID) *wardround.Link
	// Links yields the links of an asset, as client or server.
	Links(id wardround.AssetID) iter.Seq[*wardround.Link]
	// Assets yields all assets by id; InZone those of a zone; Behind those an
	// intermediary speaks for.
	Assets() iter.Seq[*wardround.Asset]
	InZone(zone wardround.ZoneID) iter.Seq[*wardround.Asset]
	Behind(id wardround.AssetID) iter.Seq[*wardround.Asset]
}

// NewPass is for the runner and for tests of a single check.
func NewPass(c *Check, f Frame, seen []*Seen, wakes []Wake) *Pass {
	return &Pass{Check: c, frame: f, seen: seen, wakes: wakes, at: f.Now()}
}

// Outputs returns what the check said, in order.
func (p *Pass) Outputs() []Output { return p.out }

// Seen yields the watched observations of the batch in log order. A verdict given
// while an observation is being looked at carries its time.
func (p *Pass) Seen() iter.Seq[*Seen] {
	return func(yield func(*Seen) bool) {
		for _, s := range p.seen {
			p.frame.Alive()
			p.at, p.from = s.At, s.Sensor
			if !yield(s) {
				break
			}
		}
		p.at, p.from = p.frame.Now(), ""
	}
}

// Wakes yields the wake-ups that are due, in order of time.
func (p *Pass) Wakes() iter.Seq[Wake] {
	return func(yield func(Wake) bool) {
		for _, w := range p.wakes {
			p.frame.Alive()
			if !yield(w) {
				return
			}
		}
	}
}

// Now is the site's time, never the wall clock.
func (p *Pass) Now() time.Time { return p.frame.Now() }

// Scope is whose site this is.
func (p *Pass) Scope() wardround.Scope { return p.frame.Scope() }

// WakeAt asks for a wake-up at t; one per key, a later call replaces it, a zero t
// takes it back. The wake-up is appended to the log when due.
func (p *Pass) WakeAt(key string, t time.Time) {
	p.frame.Alive()
	p.frame.WakeAt(p.Check, key, t)
}

// Inventory is the view of who is who.
func (p *Pass) Inventory() Inventory {
	p.frame.Alive()
	return p.frame.Inventory()
}

// Asset returns an asset or nil.
func (p *Pass) Asset(id wardround.AssetID) *wardround.Asset { return p.Inventory().Asset(id) }

// Portfolio is the view of releases, what they are made of and what is known of it.
func (p *Pass) Portfolio() Portfolio {
	p.frame.Alive()
	return p.frame.Portfolio()
}

// Models is the view of how models are and behave.
func (p *Pass) Models() Models {
	p.frame.Alive()
	return p.frame.Models()
}

// Standing yields the check's own current verdicts whose subject and item come
// after those given, in order: for what looks through all that it said, and passes
// what is not so any more.
func (p *Pass) Standing(after wardround.Subject, item string) iter.Seq2[wardround.Key, wardround.State] {
	p.frame.Alive()
	return p.frame.Standing(p.Check, wardround.Key{Check: p.Check.ID, Subject: after, Item: item})
}

// StandingOf yields the check's own current verdicts of one subject, by item.
func (p *Pass) StandingOf(s wardround.Subject) iter.Seq2[wardround.Key, wardround.State] {
	p.frame.Alive()
	return p.frame.StandingOf(p.Check, s)
}

// Stands reports whether the check has said something of a key, and what it says
// now: what never failed need not pass.
func (p *Pass) Stands(s wardround.Subject, item string) (wardround.State, bool) {
	p.frame.Alive()
	return p.frame.Stands(wardround.Key{Check: p.Check.ID, Subject: s, Item: item})
}

// Coverage says how well an asset is looked at in one concern.
func (p *Pass) Coverage(id wardround.AssetID, c wardround.Concern) Coverage {
	p.frame.Alive()
	return p.frame.Coverage(id, c)
}

// Setting returns a threshold: the site's content if it says one, else def, which is
// what the check's Thresholds say of the name.
func (p *Pass) Setting(name string, def float64) float64 {
	if v, ok := p.frame.Setting(p.Check, name); ok {
		return v
	}
	return def
}

// SettingDuration is Setting for a duration, said in seconds.
func (p *Pass) SettingDuration(name string, def time.Duration) time.Duration {
	return time.Duration(p.Setting(name, def.Seconds()) * float64(time.Second))
}

// Option qualifies a failing verdict.
type Option func(*Output)

// Hostile says that an act was seen that normal operation does not explain.
func Hostile() Option { return func(o *Output) { o.Hostile = true } }

// Exposed says from how far away it can be reached.
func Exposed(e wardround.Exposure) Option { return func(o *Output) { o.Exposure = e } }

// As replaces the check's base severity.
func As(s wardround.Severity) Option { return func(o *Output) { o.Severity = s } }

// Rests says by a digest what the verdict rests on. Facts of another digest replace
// those before at once.
func Rests(fact string) Option { return func(o *Output) { o.Fact = fact } }

// Claimed says what an author states of it. A claim of "not affected" moves the
// finding to [wardround.ClaimedNotAffected], where no life depends on the subject;
// where one does, a person confirms it first.
func Claimed(c *Claim) Option { return func(o *Output) { o.Claim = c } }

// Fail says that the key fails. facts are what it rests on: at most 4 kB, no
// personal data.
func (p *Pass) Fail(s wardround.Subject, item string, facts wardround.Facts, opts ...Option) {
	o := p.output(s, item, wardround.Fail, facts)
	o.Severity = p.Check.Severity
	for _, opt := range opts {
		opt(&o)
	}
	p.out = append(p.out, o)
}

// Pass says that the key was looked at and is as it should be.
func (p *Pass) Pass(s wardround.Subject, item string, facts wardround.Facts) {
	p.out = append(p.out, p.output(s, item, wardround.Pass, facts))
}

// Unknown says that the key was looked at and cannot be told, and why.
func (p *Pass) Unknown(s wardround.Subject, item, why string, facts wardround.Facts) {
	o := p.output(s, item, wardround.Unknown, facts)
	o.Why = why
	p.out = append(p.out, o)
}

func (p *Pass) output(s wardround.Subject, item string, st wardround.State, facts wardround.Facts) Output {
	p.frame.Alive()
	if len(p.out) >= MaxOutputs {
		panic(errTooMany)
	}
	return Output{
		Key:   wardround.Key{Check: p.Check.ID, Subject: s, Item: item},
		State: st, At: p.at, Facts: facts, Sensor: p.from,
	}
}

// Room is how many verdicts the pass may still give.
func (p *Pass) Room() int { return MaxOutputs - len(p.out) }

type tooMany struct{}

func (tooMany) Error() string { return "too many verdicts in one batch" }

var errTooMany error = tooMany{}

// IsTooMany reports whether a recovered panic value is that of a check that gave
// more than [MaxOutputs] verdicts.
func IsTooMany(v any) bool { _, ok := v.(tooMany); return ok }
