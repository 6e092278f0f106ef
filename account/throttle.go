package account

import (
	"container/list"
	"net/netip"
	"sync"
	"time"
)

// throttle slows guessing down. Each key counts failures; after a few free ones the
// next try must wait, twice as long each time, up to a bound. A key forgets one
// failure after the other as time passes, and all of them when there are too many
// keys and it is the one used longest ago.
//
// Keys are an account (its name, whether it exists or not), an address (IPv6: its
// /64), and an account on a browser that it has signed in with before. Who comes
// with such a browser is measured by the last alone, so that strangers who guess at
// an account cannot keep its owner out: they fill the account's count, not that of
// the owner's browser.
type throttle struct {
	now  func() time.Time
	mu   sync.Mutex
	keys map[string]*list.Element
	age  *list.List // of *tries, the one used last in front
}

type tries struct {
	key   string
	n     int       // failures
	until time.Time // when the next try is looked at
	last  time.Time // since when failures heal
}

// limit is how a kind of key is slowed down.
type limit struct {
	free int           // failures that cost nothing
	most time.Duration // the longest wait
	heal time.Duration // after which one failure is forgotten
}

var (
	perAccount = limit{free: 5, most: 15 * time.Minute, heal: 15 * time.Minute}
	// A hospital behind one address mistypes more often than one person.
	perAddress = limit{free: 30, most: 15 * time.Minute, heal: time.Minute}
	perDevice  = limit{free: 10, most: time.Minute, heal: 5 * time.Minute}
)

const maxTries = 20000 // keys; about 4 MB

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, keys: map[string]*list.Element{}, age: list.New()}
}

// attempt is a try at a set of keys.
type attempt struct {
	t    *throttle
	keys []string
	lim  []limit
}

func (a *attempt) add(key string, l limit) {
	a.keys = append(a.keys, key)
	a.lim = append(a.lim, l)
}

// begin counts the try as failed before it is looked at, so that a thousand at the
// same time are a thousand, and returns how long to wait if it is not to be looked
// at; it then counts nothing.
func (a *attempt) begin() time.Duration {
	t := a.t
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	var wait time.Duration
	for i, k := range a.keys {
		if e := t.get(k, a.lim[i], now); e != nil {
			wait = max(wait, e.until.Sub(now))
		}
	}
	if wait > 0 {
		return wait
	}
	for i, k := range a.keys {
		t.fail(k, a.lim[i], now)
	}
	return 0
}

// done takes the failure back: of the account and the browser all of them, of the
// address this one only, so that who has one good account cannot clear an address
// for guessing at others. A wait that the address had is over already, or the try
// would not have been looked at.
func (a *attempt) done() {
	t := a.t
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, k := range a.keys {
		e, ok := t.keys[k]
		if !ok {
			continue
		}
		x := e.Value.(*tries)
		x.n--
		x.until = time.Time{}
		if a.lim[i] != perAddress || x.n <= 0 {
			t.drop(e)
		}
	}
}

// undo takes this failure back, of a try that could not be looked at.
func (a *attempt) undo() {
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	for _, k := range a.keys {
		if e, ok := a.t.keys[k]; ok {
			x := e.Value.(*tries)
			if x.n--; x.n <= 0 {
				a.t.drop(e)
			}
		}
	}
}

// get returns what is known of a key, nil if nothing is.
func (t *throttle) get(key string, l limit, now time.Time) *tries {
	e, ok := t.keys[key]
	if !ok {
		return nil
	}
	x := e.Value.(*tries)
	if healed := int(now.Sub(x.last) / l.heal); healed > 0 {
		x.n -= healed
		x.last = x.last.Add(time.Duration(healed) * l.heal)
	}
	if x.n <= 0 {
		t.drop(e)
		return nil
	}
	return x
}

func (t *throttle) fail(key string, l limit, now time.Time) {
	x := t.get(key, l, now)
	if x == nil {
		if len(t.keys) >= maxTries {
			t.drop(t.age.Back())
		}
		x = &tries{key: key, last: now}
		t.keys[key] = t.age.PushFront(x)
	} else {
		t.age.MoveToFront(t.keys[key])
	}
	x.n++
	if over := x.n - l.free; over >= 0 {
		x.until = now.Add(min(l.most, time.Second<<min(over, 20)))
	}
}

func (t *throttle) drop(e *list.Element) {
	t.age.Remove(e)
	delete(t.keys, e.Value.(*tries).key)
}

// network is what an address is counted as: an IPv4 address itself, an IPv6 address
// its /64, which is one host's to choose from (RFC 7421).
func network(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
