package account

import (
	"context"
	"encoding/json"
	"time"

	"github.com/wardround/wardround"
)

// Purpose says what a link is for.
type Purpose string

// The purposes.
const (
	PurposeFirst      Purpose = "first-administrator"
	PurposeInvitation Purpose = "invitation"
	PurposeReset      Purpose = "reset"
	PurposeDemo       Purpose = "demo"
)

// Link is a link that lets somebody in. All but those of the demo work once.
type Link struct {
	// URL has the secret in it: show it to the one person, and write it nowhere.
	URL     string    `json:"link"`
	Secret  string    `json:"-"`
	Expires time.Time `json:"expires"`
}

// LinkInfo is what the welcome page shows of a link.
type LinkInfo struct {
	Purpose Purpose `json:"purpose"`
	// Name is the account's, "" for the first administrator, who chooses it.
	Name    string    `json:"name,omitempty"`
	Expires time.Time `json:"expires"`
}

// Welcome is what a person says at the end of a link. Name is needed for the first
// administrator only.
type Welcome struct {
	Name     string `json:"name,omitempty"`
	Display  string `json:"display,omitempty"`
	Password string `json:"password,omitempty"`
}

// link is what is stored; its id is the SHA-256 of the secret, its owner the account.
type link struct {
	Purpose Purpose `json:"purpose"`
}

// newLink draws a link and returns the change that stores it. The secret is in the
// fragment of the address, which no server and no proxy logs.
func (s *Service) newLink(purpose Purpose, owner string, life time.Duration) (Link, Change) {
	secret := s.secret()
	expires := s.opt.Now().Add(life).Truncate(time.Millisecond)
	v, err := json.Marshal(link{purpose})
	if err != nil {
		panic("account: a link is plain data: " + err.Error())
	}
	return Link{URL: s.url.String() + "/welcome#" + secret, Secret: secret, Expires: expires},
		Change{Record: Record{Kind: KindLink, ID: digest(secret), Owner: owner, Expires: expires, Value: v}}
}

// links returns the changes that delete the links of an account; nobody's are those
// for the first administrator.
func (s *Service) links(ctx context.Context, owner string) ([]Change, error) {
	all, err := s.opt.Store.List(ctx, KindLink, owner)
	if err != nil {
		return nil, err
	}
	var out []Change
	for _, r := range all {
		if r.Owner == owner {
			out = append(out, gone(r))
		}
	}
	return out, nil
}

// FirstRun reports whether there is no account yet.
func (s *Service) FirstRun(ctx context.Context) (bool, error) {
	if s.settled.Load() {
		return false, nil
	}
	all, err := s.opt.Store.List(ctx, KindAccount, "")
	if len(all) > 0 {
		s.settled.Store(true)
	}
	return err == nil && len(all) == 0, err
}

// FirstLink makes the link with which the first administrator is made; an earlier one
// ends. Errors: EConflict (there is an account).
func (s *Service) FirstLink(ctx context.Context) (Link, error) {
	const op = "account.first"
	s.people.Lock()
	defer s.people.Unlock()
	if first, err := s.FirstRun(ctx); err != nil || !first {
		if err == nil {
			err = wardround.Errorf(wardround.EConflict, op, "there are accounts already; an administrator invites others")
		}
		return Link{}, err
	}
	drop, err := s.links(ctx, "")
	if err != nil {
		return Link{}, err
	}
	if err := s.record(ctx, Client{}, Event{Act: ActFirstLink}); err != nil {
		return Link{}, err
	}
	l, change := s.newLink(PurposeFirst, "", FirstLinkLife)
	_, err = s.opt.Store.Apply(ctx, append(drop, change)...)
	return l, err
}

// demoName is the account of the demo.
const demoName = "demo"

// DemoLink makes a link that signs in to the account of the demo, as often as it is
// followed within a day. Errors: EForbidden (Options.Demo is not set).
func (s *Service) DemoLink(ctx context.Context) (Link, error) {
	const op = "account.demo"
	if !s.opt.Demo {
		return Link{}, wardround.Errorf(wardround.EForbidden, op, "only the demo has a link that works more than once")
	}
	s.people.Lock()
	defer s.people.Unlock()
	p, err := s.named(ctx, demoName)
	if is(err, wardround.ENotFound) {
		p, err = s.newPerson(op, NewAccount{Name: demoName, Display: "Demo", Grants: s.opt.DemoGrants})
		if err == nil {
			p.Demo = true
			_, err = s.save(ctx, p)
		}
	}
	if err != nil {
		return Link{}, err
	}
	if !p.Demo {
		return Link{}, wardround.Errorf(wardround.EConflict, op, "the account %s is a person's", demoName)
	}
	l, change := s.newLink(PurposeDemo, p.ID, 24*time.Hour)
	_, err = s.opt.Store.Apply(ctx, change)
	return l, err
}

func noLink() error {
	return wardround.Errorf(EUnauthenticated, "account.link", "this link was used already, is too old, or was never good; ask for a new one")
}

// followed returns a link that is still good, and its account, nil if it has none.
func (s *Service) followed(ctx context.Context, secret string) (Record, link, *person, error) {
	if !validSecret(secret) {
		return Record{}, link{}, nil, noLink()
	}
	r, err := s.opt.Store.Get(ctx, KindLink, digest(secret))
	if is(err, wardround.ENotFound) || err == nil && !r.Expires.After(s.opt.Now()) {
		return Record{}, link{}, nil, noLink()
	}
	if err != nil {
		return Record{}, link{}, nil, err
	}
	var l link
	if err := json.Unmarshal(r.Value, &l); err != nil {
		return Record{}, link{}, nil, wardround.Errorf(wardround.EIntegrity, "account.link", "a link cannot be read: %w", err)
	}
	if r.Owner == "" {
		return r, l, nil, nil
	}
	p, err := s.person(ctx, r.Owner)
	if is(err, wardround.ENotFound) || err == nil && p.Disabled || l.Purpose == PurposeDemo && !s.opt.Demo {
		return Record{}, link{}, nil, noLink()
	}
	return r, l, p, err
}

// LinkInfo says what a link is for, without using it. Errors: EUnauthenticated.
func (s *Service) LinkInfo(ctx context.Context, _ Client, secret string) (LinkInfo, error) {
	r, l, p, err := s.followed(ctx, secret)
	if err != nil {
		return LinkInfo{}, err
	}
	info := LinkInfo{Purpose: l.Purpose, Expires: r.Expires}
	if p != nil {
		info.Name = p.Name
	}
	return info, nil
}

// Welcome uses a link: it makes the first administrator, or gives an account its
// password, and signs in; where an authenticator app is set up, its code comes
// next. Errors: EUnauthenticated (the link), EInvalid (name or password; the link
// stays good).
func (s *Service) Welcome(ctx context.Context, c Client, secret string, w Welcome) (Step, error) {
	r, l, p, err := s.followed(ctx, secret)
	if err != nil {
		return Step{}, err
	}
	var step Step
	switch l.Purpose {
	case PurposeFirst:
		step, err = s.first(ctx, c, r, w)
	case PurposeDemo:
		step, err = s.enter(ctx, c, p, ViaLink, false, func(*person) error { return nil })
	default:
		step, err = s.admit(ctx, c, r, l, p, w)
	}
	if is(err, wardround.ENotFound) || is(err, wardround.EConflict) {
		return Step{}, noLink() // another was faster
	}
	return step, err
}

// first makes the first administrator.
func (s *Service) first(ctx context.Context, c Client, r Record, w Welcome) (Step, error) {
	const op = "account.first"
	p, err := s.newPerson(op, NewAccount{Name: w.Name, Display: w.Display, Grants: s.opt.FirstGrants})
	if err != nil {
		return Step{}, err
	}
	if p.Password, err = s.hashNew(ctx, op, p, w.Password); err != nil {
		return Step{}, err
	}
	s.people.Lock()
	defer s.people.Unlock()
	if first, err := s.FirstRun(ctx); err != nil || !first {
		if err == nil {
			err = noLink()
		}
		return Step{}, err
	}
	if err := s.record(ctx, c, Event{Act: ActAccountMade, By: p.Name, Detail: "through the first link: " + describe(p)}); err != nil {
		return Step{}, err
	}
	return s.enter(ctx, c, p, ViaLink, false, func(*person) error { return nil }, Change{Record: r, Delete: true})
}

// admit gives an invited or forgetful person a password. Whoever may not use one
// here comes in without, to add a passkey.
func (s *Service) admit(ctx context.Context, c Client, r Record, l link, p *person, w Welcome) (Step, error) {
	const op = "account.welcome"
	if w.Display != "" && l.Purpose == PurposeInvitation {
		if err := (Profile{Display: &w.Display}).apply(op, p); err != nil {
			return Step{}, err
		}
	}
	hash := ""
	if w.Password != "" || s.Policy().Password || p.Emergency {
		var err error
		if hash, err = s.hashNew(ctx, op, p, w.Password); err != nil {
			return Step{}, err
		}
	}
	if err := s.record(ctx, c, Event{Act: ActLinkUsed, By: p.Name, Detail: string(l.Purpose)}); err != nil {
		return Step{}, err
	}
	drop, err := s.ends(ctx, p.ID, "")
	if err != nil {
		return Step{}, err
	}
	links, err := s.links(ctx, p.ID)
	if err != nil {
		return Step{}, err
	}
	for _, ch := range links {
		if ch.Record.ID != r.ID {
			drop = append(drop, ch)
		}
	}
	drop = append(drop, Change{Record: r, Delete: true})
	if len(p.TOTPSecret) == 0 {
		display := p.Display
		return s.enter(ctx, c, p, ViaLink, false, func(p *person) error {
			p.Password, p.Display = hash, display
			if len(p.TOTPSecret) > 0 {
				return noLink()
			}
			return nil
		}, drop...)
	}
	p.Password = hash
	if _, err := s.save(ctx, p, drop...); err != nil {
		return Step{}, err
	}
	pend := s.secret()
	s.pending.put(pend, network(c.Addr), pending{account: p.ID, password: hash})
	return Step{Next: TOTP, Pending: pend, Expires: s.opt.Now().Add(PendingLife)}, nil
}
