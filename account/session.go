package account

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/wardround/wardround"
)

// session is what is stored of a session. Its id is the SHA-256 of the cookie.
type session struct {
	Via      Via       `json:"via"`
	Created  time.Time `json:"created"`
	LastSeen time.Time `json:"last_seen"`
	// Until is the absolute end.
	Until   time.Time `json:"until"`
	Address string    `json:"address"`
	Agent   string    `json:"agent"`
	// Proved is when the person last proved who it is.
	Proved time.Time `json:"proved"`
}

// SessionInfo is a session as its owner, or who has [People], sees it.
type SessionInfo struct {
	ID       string    `json:"id"`
	Account  string    `json:"account"` // its id
	Via      Via       `json:"via"`
	Created  time.Time `json:"created"`
	LastSeen time.Time `json:"last_seen"` // to the minute
	Expires  time.Time `json:"expires"`   // if nothing is done with it
	Address  string    `json:"address"`
	Agent    string    `json:"agent"`
}

const (
	// seenEvery is how often the time of last use is written.
	seenEvery = time.Minute
	// maxSessions is how many an account has; the one used longest ago makes room.
	maxSessions = 20
)

// expires is when the session ends if nothing is done with it.
func (x *session) expires(idle time.Duration) time.Time {
	if t := x.LastSeen.Add(idle); t.Before(x.Until) {
		return t
	}
	return x.Until
}

func (x *session) record(id, owner string, version int64) Record {
	v, err := json.Marshal(x)
	if err != nil {
		panic("account: a session is plain data: " + err.Error())
	}
	return Record{Kind: KindSession, ID: id, Owner: owner, Expires: x.Until, Version: version, Value: v}
}

func readSession(r Record) (*session, error) {
	x := &session{}
	if err := json.Unmarshal(r.Value, x); err != nil {
		return nil, wardround.Errorf(wardround.EIntegrity, "account.session", "a session cannot be read: %w", err)
	}
	return x, nil
}

func noSession() error {
	return wardround.Errorf(EUnauthenticated, "account.session", "nobody is signed in, or the session is over; sign in")
}

// Session returns who the cookie stands for. Errors: EUnauthenticated.
func (s *Service) Session(ctx context.Context, c Client, cookie string) (*Principal, error) {
	if !validSecret(cookie) {
		return nil, noSession()
	}
	r, err := s.opt.Store.Get(ctx, KindSession, digest(cookie))
	if is(err, wardround.ENotFound) {
		return nil, noSession()
	}
	if err != nil {
		return nil, err
	}
	x, err := readSession(r)
	if err != nil {
		return nil, err
	}
	now, idle := s.opt.Now(), s.Policy().idle()
	if !x.expires(idle).After(now) {
		_, _ = s.opt.Store.Apply(ctx, Change{Record: r, Delete: true, Any: true}) // or swept later
		return nil, noSession()
	}
	p, err := s.person(ctx, r.Owner)
	if is(err, wardround.ENotFound) || err == nil && p.Disabled {
		return nil, noSession()
	}
	if err != nil {
		return nil, err
	}
	if now.Sub(x.LastSeen) >= seenEvery {
		x.LastSeen, x.Address, x.Agent = now, c.Addr.Unmap().String(), clipAgent(c.Agent)
		// Another request may have said so already, or ended the session: then it has
		// its way.
		if _, err := s.opt.Store.Apply(ctx, Change{Record: x.record(r.ID, r.Owner, r.Version)}); err != nil && !is(err, wardround.EConflict) && !is(err, wardround.EFull) {
			return nil, err
		}
	}
	return &Principal{Account: p.public(), Via: x.Via, Session: r.ID, Expires: x.expires(idle), Fresh: now.Sub(x.Proved) < FreshFor}, nil
}

// begin is the one way to a session: every sign-in, and every change of what a
// session stands for, ends here. p is written with it, as change leaves it: change
// is called again with what is stored if that has changed meanwhile, so it must
// look again at what the sign-in rests on. drop goes in the same breath: the link
// that was used, the sessions that end.
func (s *Service) begin(ctx context.Context, c Client, p *person, via Via, change func(*person) error, drop ...Change) (Step, error) {
	for range 8 {
		if p.Disabled {
			return Step{}, refused("account.sign-in")
		}
		if err := change(p); err != nil {
			return Step{}, err
		}
		step, err := s.tryBegin(ctx, c, p, via, drop)
		if !is(err, wardround.EConflict) || p.version == 0 {
			return step, err
		}
		now, gone := s.person(ctx, p.ID)
		if gone != nil || now.version == p.version {
			return Step{}, err // it was not the account that changed
		}
		p = now
	}
	return Step{}, wardround.Errorf(wardround.EConflict, "account.sign-in", "the account is changing all the time; try again")
}

func (s *Service) tryBegin(ctx context.Context, c Client, p *person, via Via, drop []Change) (Step, error) {
	now := s.opt.Now()
	cookie := s.secret()
	x := &session{Via: via, Created: now, LastSeen: now, Proved: now, Until: now.Add(s.Policy().absolute()), Address: c.Addr.Unmap().String(), Agent: clipAgent(c.Agent)}
	p.LastSignIn = ptr(now)
	step := Step{Next: Done, Session: cookie, Expires: x.Until, Device: s.know(p, c)}
	room, err := s.room(ctx, p.ID, drop)
	if err != nil {
		return Step{}, err
	}
	changes := []Change{{Record: p.record()}, {Record: x.record(digest(cookie), p.ID, 0)}}
	versions, err := s.opt.Store.Apply(ctx, slices.Concat(changes, room, drop)...)
	if err != nil {
		return Step{}, err
	}
	p.version = versions[0]
	step.Principal = &Principal{Account: p.public(), Via: via, Session: digest(cookie), Expires: x.expires(s.Policy().idle()), Fresh: true}
	return step, nil
}

// know remembers the browser and returns the value of its device cookie, "" if it
// has one that is known.
func (s *Service) know(p *person, c Client) string {
	now := s.opt.Now()
	p.Devices = slices.DeleteFunc(p.Devices, func(d device) bool { return now.Sub(d.At) > DeviceLife })
	if i := p.knows(c.Device); i >= 0 {
		if now.Sub(p.Devices[i].At) < DeviceLife/2 {
			return ""
		}
		p.Devices = slices.Delete(p.Devices, i, i+1) // it gets a new one in time
	}
	if len(p.Devices) >= maxDevices {
		slices.SortFunc(p.Devices, func(a, b device) int { return a.At.Compare(b.At) })
		p.Devices = slices.Delete(p.Devices, 0, len(p.Devices)-maxDevices+1)
	}
	value := s.secret()
	p.Devices = append(p.Devices, device{digest(value), now})
	return value
}

const maxDevices = 10

// knows returns which of the account's browsers has the device cookie, -1 if none.
func (p *person) knows(value string) int {
	if !validSecret(value) {
		return -1
	}
	h := digest(value)
	return slices.IndexFunc(p.Devices, func(d device) bool { return d.Hash == h })
}

// room returns what must go so that one more session fits.
func (s *Service) room(ctx context.Context, owner string, drop []Change) ([]Change, error) {
	all, err := s.opt.Store.List(ctx, KindSession, owner)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(r Record) bool {
		return slices.ContainsFunc(drop, func(c Change) bool { return c.Record.Kind == r.Kind && c.Record.ID == r.ID })
	})
	if len(all) < maxSessions {
		return nil, nil
	}
	seen := func(r Record) time.Time {
		x, err := readSession(r)
		if err != nil {
			return time.Time{}
		}
		return x.LastSeen
	}
	slices.SortFunc(all, func(a, b Record) int { return seen(a).Compare(seen(b)) })
	var out []Change
	for _, r := range all[:len(all)-maxSessions+1] {
		out = append(out, gone(r))
	}
	return out, nil
}

// gone deletes a record whatever its version, also if it is gone already.
func gone(r Record) Change { return Change{Record: r, Delete: true, Any: true} }

// ends returns the changes that end the sessions of an account, all but except.
func (s *Service) ends(ctx context.Context, owner, except string) ([]Change, error) {
	all, err := s.opt.Store.List(ctx, KindSession, owner)
	if err != nil {
		return nil, err
	}
	var out []Change
	for _, r := range all {
		if r.ID != except {
			out = append(out, gone(r))
		}
	}
	return out, nil
}

// SignOut ends the principal's session.
func (s *Service) SignOut(ctx context.Context, c Client, p *Principal) error {
	if p == nil || p.Session == "" {
		return noSession()
	}
	_, err := s.opt.Store.Apply(ctx, gone(Record{Kind: KindSession, ID: p.Session}))
	if err == nil {
		s.note(ctx, c, Event{Act: ActSignedOut, By: p.Name()})
	}
	return err
}

// Sessions lists the live sessions of an account, the one used last first.
func (s *Service) Sessions(ctx context.Context, account string) ([]SessionInfo, error) {
	if account == "" {
		return nil, wardround.Errorf(wardround.EInvalid, "account.sessions", "whose sessions?")
	}
	all, err := s.opt.Store.List(ctx, KindSession, account)
	if err != nil {
		return nil, err
	}
	now, idle := s.opt.Now(), s.Policy().idle()
	out := []SessionInfo{}
	for _, r := range all {
		x, err := readSession(r)
		if err != nil {
			return nil, err
		}
		if end := x.expires(idle); end.After(now) {
			out = append(out, SessionInfo{r.ID, r.Owner, x.Via, x.Created, x.LastSeen, end, x.Address, x.Agent})
		}
	}
	slices.SortFunc(out, func(a, b SessionInfo) int {
		return cmp.Or(b.LastSeen.Compare(a.LastSeen), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

// RevokeSession ends one session of an account. Errors: ENotFound, EForbidden (not
// the principal's own, and it has no [People]).
func (s *Service) RevokeSession(ctx context.Context, c Client, by *Principal, account, session string) error {
	const op = "account.revoke"
	p, err := s.others(ctx, op, by, account)
	if err != nil {
		return err
	}
	r, err := s.opt.Store.Get(ctx, KindSession, session)
	if err != nil {
		return err
	}
	if r.Owner != account {
		return wardround.Errorf(wardround.ENotFound, op, "there is no such session")
	}
	if _, err := s.opt.Store.Apply(ctx, gone(r)); err != nil {
		return err
	}
	s.note(ctx, c, Event{Act: ActSessionRevoked, By: by.Name(), Of: other(by, p)})
	return nil
}

// RevokeSessions ends the sessions of an account, all but except ("" for none), and
// says how many. Errors: as [Service.RevokeSession].
func (s *Service) RevokeSessions(ctx context.Context, c Client, by *Principal, account, except string) (int, error) {
	p, err := s.others(ctx, "account.revoke", by, account)
	if err != nil {
		return 0, err
	}
	changes, err := s.ends(ctx, account, except)
	if err != nil || len(changes) == 0 {
		return 0, err
	}
	if _, err := s.opt.Store.Apply(ctx, changes...); err != nil {
		return 0, err
	}
	s.note(ctx, c, Event{Act: ActSessionRevoked, By: by.Name(), Of: other(by, p), Detail: plural(len(changes), "session")})
	return len(changes), nil
}

// other names the account something is done to, "" if it is one's own.
func other(by *Principal, p *person) string {
	if by != nil && by.Account.ID == p.ID {
		return ""
	}
	return p.Name
}
