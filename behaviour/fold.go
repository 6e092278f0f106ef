package behaviour

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
)

// Options say what a fold stands on.
type Options struct {
	Scope wardround.Scope
	// Origin says which of an observation's times is the site's: live, when it was
	// logged; else when it happened.
	Origin wardround.Origin
	Blobs  Blobs
	Alarms Alarms // nil: [Spending]
	Limits Limits
}

// Fold is the models of a site as the pipeline sees them: it implements
// pipeline.Models. Its methods are for the pipeline's goroutine, but for those that
// say otherwise.
type Fold struct {
	opt     Options
	windows *cache[*sketch.Window]
	plans   *cache[*model.Plan]
	cards   *cache[*modelcard.Document]
	tables  *cache[*sketch.Window] // outcomes alone

	mu        sync.RWMutex // guards what is read from elsewhere, up to series
	instances map[string]*instance
	documents map[string]*document // by place
	current   map[entryKey]*entry
	series    map[entryKey]*track
	events    map[string][]Event // by model

	feeds          map[wardround.AssetID][]*instance // by a device that feeds them; nil: to be made
	rows           map[string]*wardround.Document    // in the store, by digest
	written        []*wardround.Document
	dirtyDocuments map[string]bool
	dirtyEntries   map[entryKey]bool
	dirtySeries    map[seriesBlock]bool
	dirtyTrends    map[trendKey]bool
	newEvents      []Event
	stored         map[string]int // pieces that a state row is kept in

	queue   []*entry // judged and not said yet, in order
	number  uint64   // of the newest portion
	touched check.TouchedModels
	now     time.Time
	due     time.Time
	called  bool
	opened  bool
	beyond  int // models that there is no room for
}

// entryKey is what is judged: of a model in use, of a release, or of the site.
type entryKey struct{ owner, topic, item string }

// entry is a judgement, whose subject may not be known yet.
type entry struct {
	key entryKey
	j   check.Judgement
}

// Owners of judgements.
const (
	ofModel   = "model:"
	ofRelease = "release:"
	ofSite    = "site:"
)

// New returns an empty fold. [Open] brings one to where a store stands.
func New(opt Options) *Fold {
	if opt.Alarms == nil {
		opt.Alarms = Spending{}
	}
	opt.Limits = opt.Limits.orDefault()
	return &Fold{
		opt: opt, windows: newCache[*sketch.Window](32), tables: newCache[*sketch.Window](256), plans: newCache[*model.Plan](64), cards: newCache[*modelcard.Document](64),
		instances: map[string]*instance{}, documents: map[string]*document{}, current: map[entryKey]*entry{},
		series: map[entryKey]*track{}, events: map[string][]Event{},
		rows: map[string]*wardround.Document{}, dirtyDocuments: map[string]bool{}, dirtyEntries: map[entryKey]bool{},
		dirtySeries: map[seriesBlock]bool{}, dirtyTrends: map[trendKey]bool{}, stored: map[string]int{},
	}
}

// Fold takes in one observation. What cannot be read is said in a judgement, and what
// was known stays. Errors are of the disk.
func (f *Fold) Fold(o *wardround.Observation) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.called = true
	if t := f.timeOf(o); t.After(f.now) {
		f.now = t
	}
	switch x := o.Fields.(type) {
	case *kind.ModelReceivedV1:
		return f.received(o, x)
	case *kind.ModelScannedV1:
		f.scanned(o, x)
	case *kind.ModelVerifiedV1:
		return f.verified(o, x)
	case *kind.ModelProbedV1:
		f.probed(o, x)
	case *kind.ModelLogsV1:
		return f.logs(o, x)
	case *kind.ModelDecidedV1:
		return f.decided(o, x)
	case *kind.InferenceWindowV1:
		return f.inference(o, x)
	case *kind.InferenceLabelledV1:
		return f.labelled(o, x)
	}
	return nil
}

func (f *Fold) timeOf(o *wardround.Observation) time.Time {
	if f.opt.Origin == wardround.Live && !o.Logged.IsZero() {
		return o.Logged
	}
	return o.At
}

// Assets follows the inventory: which asset is which model, and what feeds it. Then it
// says the batch's portion.
func (f *Fold) Assets(changed []*wardround.Asset, inv check.Inventory, now time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now.After(f.now) {
		f.now = now
	}
	for _, a := range changed {
		f.follow(a)
	}
	if len(changed) > 0 || f.called {
		f.meet(inv)
	}
	if !f.opened {
		f.opened = true
		f.schedule()
		return nil
	}
	if !f.due.IsZero() && !f.now.Before(f.due) {
		if err := f.overdue(); err != nil {
			return err
		}
		f.called = true
	}
	f.touched = check.TouchedModels{}
	if f.called {
		f.portion()
	}
	f.called = false
	return nil
}

// named are the identifiers that a name may be where it is not told which.
var named = []kind.IDType{kind.IDAETitle, kind.IDSerial, kind.IDEUI64, kind.IDHL7App, kind.IDHL7Device, kind.IDMQTTClient, kind.IDHostname}

func (k entryKey) compare(o entryKey) int {
	return cmp.Or(cmp.Compare(k.topic, o.topic), cmp.Compare(k.owner, o.owner), cmp.Compare(k.item, o.item))
}

// sorted are the models by key.
func (f *Fold) sorted() []*instance {
	out := make([]*instance, 0, len(f.instances))
	for _, m := range f.instances {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b *instance) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// portion makes the next portion of what is to be said. What has no subject yet, a
// model that the inventory does not know, waits in current.
func (f *Fold) portion() {
	var said []*check.Judgement
	n := 0
	for n < len(f.queue) && len(said) < f.opt.Limits.Portion {
		e := f.queue[n]
		n++
		if j, ok := f.judgement(e); ok {
			said = append(said, j)
		}
	}
	f.queue = slices.Clone(f.queue[n:])
	if len(said) == 0 {
		return
	}
	f.number++
	f.touched = check.TouchedModels{Number: f.number, Judgements: said, More: len(f.queue) > 0}
}

// judgement is an entry with its subject; false while that is not known.
func (f *Fold) judgement(e *entry) (*check.Judgement, bool) {
	j := e.j
	switch owner := e.key.owner; {
	case len(owner) > len(ofModel) && owner[:len(ofModel)] == ofModel:
		m := f.instances[owner[len(ofModel):]]
		if m == nil || m.asset == "" {
			return nil, false
		}
		j.Subject = wardround.AssetSubject(m.asset)
	case len(owner) > len(ofRelease) && owner[:len(ofRelease)] == ofRelease:
		j.Subject = wardround.ReleaseSubject(wardround.ReleaseID(owner[len(ofRelease):]))
	default:
		j.Subject = wardround.SiteSubject(f.opt.Scope.Site)
	}
	return &j, true
}

// say makes a judgement current and has it said.
func (f *Fold) say(owner string, j check.Judgement) {
	k := entryKey{owner, j.Topic, j.Item}
	old := f.current[k]
	if old == nil && len(f.current) >= f.opt.Limits.Judged {
		f.full(j.At)
		return
	}
	if old != nil && j.At.Before(old.j.At) {
		j.At = old.j.At // a verdict never goes back
	}
	for _, v := range []*float64{&j.Statistic, &j.P, &j.PLow, &j.PHigh, &j.Effect, &j.Limit} {
		*v = finite(*v)
	}
	for name, v := range j.Facts {
		if x, ok := v.(float64); ok {
			j.Facts[name] = finite(x)
		}
	}
	j.Fact = factOf(&j)
	e := &entry{key: k, j: j}
	f.current[k] = e
	f.dirtyEntries[k] = true
	f.queue = append(f.queue, e)
	f.point(k, &j)
}

// full says that there is no room: what is beyond is not watched, and must not look so.
func (f *Fold) full(at time.Time) {
	f.beyond++
	k := entryKey{ofSite, "quality", "room"}
	if f.current[k] != nil {
		return
	}
	e := &entry{key: k, j: check.Judgement{Topic: k.topic, Item: k.item, State: wardround.Unknown, Why: "there is no room to watch more models or columns", At: at}}
	f.current[k] = e
	f.dirtyEntries[k] = true
	f.queue = append(f.queue, e)
}

// had reports whether something was judged, and how.
func (f *Fold) had(owner, topic, item string) (wardround.State, bool) {
	e := f.current[entryKey{owner, topic, item}]
	if e == nil {
		return wardround.Unknown, false
	}
	return e.j.State, true
}

// Committed says that the store has the batch.
func (f *Fold) Committed(uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.touched = check.TouchedModels{}
}

// finite is a number that JSON can say.
func finite(x float64) float64 {
	switch {
	case math.IsNaN(x):
		return 0
	case math.IsInf(x, 0):
		return math.Copysign(math.MaxFloat64, x)
	}
	return x
}

// telling are the facts of which another value is another story.
var telling = []string{"trouble", "device", "result", "verdict", "after", "worst"}

// factOf is a digest of what a failing judgement rests on: when it is another one, the
// finding tells the new one at once.
func factOf(j *check.Judgement) string {
	if j.State != wardround.Fail {
		return ""
	}
	parts := []string{j.Shift} // the kind, not the figures that speak for it
	for _, name := range telling {
		parts = append(parts, fmt.Sprint(j.Facts[name]))
	}
	return wardround.DeriveID("f", parts...)
}
