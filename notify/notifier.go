package notify

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wardround/wardround"
)

// Options are what a [Notifier] stands on.
type Options struct {
	Site   string // how people call it
	Origin wardround.Origin
	// Case says what is known of a case now; false for one that is not there.
	Case func(id string) (Case, bool)
	// Link returns the address of a case's page; nil for none.
	Link   func(id string) string
	Outbox Outbox
	// Missed returns the notices that were given after a time: what was committed
	// before a crash and did not reach the outbox. nil for none.
	Missed func(ctx context.Context, after time.Time) ([]*wardround.Notice, error)
	// Zone is the site's time zone; nil for UTC.
	Zone *time.Location
	// Working says why we do not judge, nil if we do: without it there is no heartbeat.
	Working func() error
	Client  *http.Client // nil: ten seconds, no redirections
	Now     func() time.Time
}

// Notifier sends notices. Its methods are safe for concurrent use; Run is the one
// goroutine that owns the sending.
type Notifier struct {
	opt    Options
	wake   chan struct{}
	place  atomic.Pointer[place]
	saving sync.Mutex // one writes the outbox at a time

	mu      sync.Mutex
	cfg     Config
	orders  Orders
	list    []*Delivery // newest last
	noticed time.Time   // of the newest notice that was handed over
	loaded  bool        // what an earlier run left is in list
	broken  error       // why nothing is sent at all
	dirty   bool
	flying  map[string]bool
	lost    int // notices that had no room
	beat    time.Time
}

// place is how people call the site, and its time zone.
type place struct {
	name string
	zone *time.Location
}

// States of a delivery.
const (
	Waiting = "waiting"
	Sent    = "sent"
	Failed  = "failed"
)

// Delivery is one message over one route.
type Delivery struct {
	ID       string             `json:"id"`
	Type     string             `json:"type"`
	Case     string             `json:"case,omitempty"`
	Title    string             `json:"title"`
	Severity wardround.Severity `json:"severity"`
	At       time.Time          `json:"at"` // of the notice
	Route    string             `json:"route"`
	Channel  string             `json:"channel"`
	State    string             `json:"state"`
	Error    string             `json:"error,omitempty"`
	Attempts int                `json:"attempts"`
	Next     time.Time          `json:"next,omitzero"` // not before
	Done     time.Time          `json:"done,omitzero"`
	// Escalate is when it goes to route To as well, if nobody has taken the case up.
	Escalate time.Time `json:"escalate,omitzero"`
	To       string    `json:"to,omitempty"`
	// Order is what is sent of a work order, until that is done.
	Order *WorkOrder `json:"order,omitempty"`
}

// Limits.
const (
	keep         = 1000 // deliveries remembered
	flights      = 4    // sent at the same time
	tryFor       = 24 * time.Hour
	firstPause   = 10 * time.Second
	longestPause = 15 * time.Minute
	sendFor      = 10 * time.Second
)

// New returns a notifier without routes.
func New(opt Options) *Notifier {
	if opt.Client == nil {
		opt.Client = &http.Client{Timeout: sendFor, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	n := &Notifier{opt: opt, wake: make(chan struct{}, 1), flying: map[string]bool{}}
	n.SetSite(opt.Site, opt.Zone)
	return n
}

// SetSite says how people call the site from now on, and its time zone, nil for UTC.
// What waits for an hour already waits for that of the old one.
func (n *Notifier) SetSite(name string, zone *time.Location) {
	if zone == nil {
		zone = time.UTC
	}
	n.place.Store(&place{name, zone})
}

// Configure puts routes in force from now on. What waits for a route that is gone
// fails, and says so.
func (n *Notifier) Configure(c Config) {
	n.mu.Lock()
	if c.Heartbeat != n.cfg.Heartbeat {
		n.beat = time.Time{} // at once, so that who sets it up sees it
	}
	n.cfg = c
	n.mu.Unlock()
	n.poke()
}

func (n *Notifier) poke() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// Notice hands over the notices of a commit, for the routes that take their cases. It
// never blocks. The same notice again changes nothing.
func (n *Notifier) Notice(notices ...*wardround.Notice) {
	cases := make([]Case, len(notices)) // asked for without the mutex
	for i, w := range notices {
		cases[i] = Case{ID: w.Case, Title: w.Title}
		if known, ok := n.opt.Case(w.Case); ok {
			cases[i] = known // in the site's language
			cases[i].Title = cmp.Or(known.Title, w.Title)
		}
		cases[i].Severity = w.Severity
	}
	n.mu.Lock()
	for i, w := range notices { // all of them or none, for who saves
		n.notice(w, cases[i])
	}
	n.mu.Unlock()
	n.poke()
}

// notice adds what the routes make of a notice. The caller holds the mutex.
func (n *Notifier) notice(w *wardround.Notice, c Case) {
	now := n.opt.Now()
	if w.At.After(n.noticed) {
		n.noticed, n.dirty = w.At, true
	}
	for _, r := range n.cfg.Routes {
		if r.Off || !r.When.takes(c) {
			continue
		}
		d := &Delivery{
			ID: wardround.DeriveID("m", w.ID, r.Name), Type: "notice", Case: w.Case, Title: c.Title, Severity: c.Severity, At: w.At,
			Route: r.Name, Channel: r.Channel.Kind, State: Waiting, Next: now,
		}
		if open, next := r.When.open(now.In(n.place.Load().zone)); !open {
			d.Next = next
		}
		if r.After > 0 {
			d.Escalate, d.To = d.Next.Add(time.Duration(r.After)*time.Minute), r.To
		}
		n.add(d)
	}
}

// add keeps a delivery unless it is known. What is done makes room first; what
// still waits is given up only when nothing else is left, and counted.
func (n *Notifier) add(d *Delivery) {
	if slices.ContainsFunc(n.list, func(x *Delivery) bool { return x.ID == d.ID }) {
		return
	}
	if len(n.list) >= keep {
		i := slices.IndexFunc(n.list, func(x *Delivery) bool { return x.State != Waiting })
		if i < 0 {
			i = 0
			n.lost++
		}
		n.list = slices.Delete(n.list, i, i+1)
	}
	n.list = append(n.list, d)
	n.dirty = true
}

// Deliveries lists what was sent, could not be, or waits: newest first.
func (n *Notifier) Deliveries() []Delivery {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := make([]Delivery, 0, len(n.list))
	for _, d := range slices.Backward(n.list) {
		out = append(out, *d)
	}
	return out
}

// Err says why nothing is sent at all, nil if it is: the outbox cannot be read.
func (n *Notifier) Err() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.broken
}

// Lost is how many notices had no room.
func (n *Notifier) Lost() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.lost
}

// Test sends a message over a route at once. Errors: ENotFound, and why it could
// not be sent (ECannotTell).
func (n *Notifier) Test(ctx context.Context, route string) error {
	const op = "notify.test"
	n.mu.Lock()
	i := slices.IndexFunc(n.cfg.Routes, func(r Route) bool { return r.Name == route })
	var r Route
	if i >= 0 {
		r = n.cfg.Routes[i]
	}
	n.mu.Unlock()
	if i < 0 {
		return wardround.Errorf(wardround.ENotFound, op, "no route %q", route)
	}
	now := n.opt.Now()
	m := n.message(&Delivery{
		ID: wardround.DeriveID("m", "test", r.Name, now.UTC().Format(time.RFC3339Nano)), Type: "test",
		Title: "This is a test of route " + r.Name, Severity: wardround.Info, At: now,
	})
	ctx, cancel := context.WithTimeout(ctx, sendFor)
	defer cancel()
	if err := r.Channel.send(ctx, n.opt.Client, m, now); err != nil {
		return wardround.Errorf(wardround.ECannotTell, op, "route %q: %w", route, err)
	}
	return nil
}

func (n *Notifier) message(d *Delivery) Message {
	m := Message{
		Type: d.Type, ID: d.ID, Site: n.place.Load().name, Origin: n.opt.Origin, Case: d.Case, Title: d.Title, Severity: d.Severity, At: d.At, Notice: notAnAlarm,
	}
	if c, ok := n.opt.Case(d.Case); ok && d.Case != "" {
		m.Where, m.Bedside, m.Language = c.Where, c.Bedside, c.Language
	}
	if n.opt.Link != nil && d.Case != "" {
		m.Link = n.opt.Link(d.Case)
	}
	return m
}

// Run sends until ctx is done, and then waits for what is under way. Errors: what was
// left by an earlier run cannot be read, what is left now cannot be written.
func (n *Notifier) Run(ctx context.Context) error {
	if err := n.load(ctx); err != nil {
		n.mu.Lock()
		n.broken = err
		n.mu.Unlock()
		return err
	}
	var flying sync.WaitGroup
	defer flying.Wait()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		n.escalate()
		for _, f := range n.due() {
			flying.Go(func() { n.fly(ctx, f) })
		}
		if n.beats() {
			flying.Go(func() { n.heartbeat(ctx) })
		}
		_ = n.save(context.WithoutCancel(ctx)) // what cannot be written is tried again
		select {
		case <-ctx.Done():
			flying.Wait()
			return n.save(context.WithoutCancel(ctx))
		case <-n.wake:
		case <-tick.C:
		}
	}
}

// flight is one try.
type flight struct {
	id      string
	channel Channel
	m       Message
	order   *WorkOrder // instead of m
}

// due takes what is to be sent now, at most [flights] at a time.
func (n *Notifier) due() []flight {
	now := n.opt.Now()
	n.mu.Lock()
	defer n.mu.Unlock()
	var list []flight
	for _, d := range n.list {
		if d.State != Waiting || d.Next.After(now) || n.flying[d.ID] || len(n.flying) >= flights {
			continue
		}
		channel, gone := n.channel(d)
		if gone != "" {
			d.State, d.Error, d.Done, d.Order, n.dirty = Failed, gone, now, nil, true
			continue
		}
		n.flying[d.ID] = true
		f := flight{id: d.ID, channel: channel, order: d.Order}
		if f.order == nil {
			f.m = n.message(d)
		}
		list = append(list, f)
	}
	return list
}

// channel is what carries a delivery now; gone says why nothing does any more. The
// caller holds the mutex.
func (n *Notifier) channel(d *Delivery) (c Channel, gone string) {
	if d.Order != nil {
		if n.orders.Webhook.URL == "" {
			return c, "work orders are sent nowhere any more"
		}
		return Channel{Kind: Webhook, URL: n.orders.Webhook.URL, Secret: n.orders.Webhook.Secret}, ""
	}
	i := slices.IndexFunc(n.cfg.Routes, func(r Route) bool { return r.Name == d.Route && !r.Off })
	if i < 0 {
		return c, "the route is gone"
	}
	return n.cfg.Routes[i].Channel, ""
}

func (n *Notifier) fly(ctx context.Context, f flight) {
	ctx, cancel := context.WithTimeout(ctx, sendFor)
	defer cancel()
	var err error
	if f.order != nil {
		err = f.channel.post(ctx, n.opt.Client, f.id, f.order, n.opt.Now())
	} else {
		err = f.channel.send(ctx, n.opt.Client, f.m, n.opt.Now())
	}
	now := n.opt.Now()
	n.mu.Lock()
	delete(n.flying, f.id)
	if i := slices.IndexFunc(n.list, func(d *Delivery) bool { return d.ID == f.id }); i >= 0 {
		n.list[i].tried(err, now)
		n.dirty = true
	}
	n.mu.Unlock()
	n.poke()
}

// tried notes how a try ended, and when the next is due: later each time, for a day.
func (d *Delivery) tried(err error, now time.Time) {
	d.Attempts++
	var p permanent
	switch {
	case err == nil:
		d.State, d.Error, d.Done = Sent, "", now
	case errors.As(err, &p) || now.Sub(d.At) > tryFor && d.Attempts > 3:
		d.State, d.Error, d.Done = Failed, err.Error(), now
	default:
		d.Error = err.Error()
		d.Next = now.Add(min(longestPause, firstPause<<min(d.Attempts-1, 20)))
	}
	if d.State != Waiting {
		d.Order = nil // whom it concerns is kept no longer than needed
	}
}
