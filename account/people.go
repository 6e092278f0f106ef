package account

import (
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/wardround/wardround"
)

// person returns an account with its secrets. Errors: ENotFound.
func (s *Service) person(ctx context.Context, id string) (*person, error) {
	r, err := s.opt.Store.Get(ctx, KindAccount, id)
	if err != nil {
		return nil, err
	}
	return readPerson(r)
}

func (s *Service) named(ctx context.Context, name string) (*person, error) {
	r, err := s.opt.Store.Find(ctx, KindAccount, nameKey(name))
	if err != nil {
		return nil, err
	}
	return readPerson(r)
}

func (s *Service) everybody(ctx context.Context) ([]*person, error) {
	all, err := s.opt.Store.List(ctx, KindAccount, "")
	if err != nil {
		return nil, err
	}
	out := make([]*person, 0, len(all))
	for _, r := range all {
		p, err := readPerson(r)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// Account returns an account by its id. Errors: ENotFound.
func (s *Service) Account(ctx context.Context, id string) (*Account, error) {
	p, err := s.person(ctx, id)
	if err != nil {
		return nil, err
	}
	return p.public(), nil
}

// AccountNamed returns an account by the name it signs in with. Errors: ENotFound.
func (s *Service) AccountNamed(ctx context.Context, name string) (*Account, error) {
	p, err := s.named(ctx, name)
	if err != nil {
		return nil, err
	}
	return p.public(), nil
}

// Accounts lists the accounts by name.
func (s *Service) Accounts(ctx context.Context) ([]*Account, error) {
	all, err := s.everybody(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]*Account, 0, len(all))
	for _, p := range all {
		out = append(out, p.public())
	}
	slices.SortFunc(out, func(a, b *Account) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// self returns the principal's own account. It takes a session: a token changes
// nothing about the person it belongs to. Errors: EForbidden.
func (s *Service) self(ctx context.Context, op string, p *Principal) (*person, error) {
	if p == nil || p.Session == "" {
		return nil, wardround.Errorf(wardround.EForbidden, op, "this takes a person who is signed in, not a token")
	}
	return s.person(ctx, p.Account.ID)
}

// justIn returns the principal's own account if the sign-in is fresh: who finds a
// browser open, or a copy of its cookie, must not make a way in that stays, nor take
// away the owner's. Errors: EForbidden.
func (s *Service) justIn(ctx context.Context, op string, p *Principal) (*person, error) {
	me, err := s.self(ctx, op, p)
	if err == nil && !p.Fresh {
		return nil, wardround.Errorf(wardround.EForbidden, op, "sign out and in again first: ways to sign in are changed within %d minutes of signing in", int(FreshFor/time.Minute))
	}
	return me, err
}

// others returns the account by acts on: its own, or one it governs. Errors:
// EForbidden, ENotFound.
func (s *Service) others(ctx context.Context, op string, by *Principal, id string) (*person, error) {
	if by == nil || by.Account == nil {
		return nil, wardround.Errorf(wardround.EForbidden, op, "nobody acts")
	}
	p, err := s.person(ctx, id)
	if err != nil {
		return nil, err
	}
	if by.Account.ID == id && (by.Session != "" || by.May(People)) {
		return p, nil
	}
	return p, by.governs(op, p.Grants)
}

// governs refuses who may not give or take these grants: [People] is needed where
// each of them reaches.
func (p *Principal) governs(op string, grants []Grant) error {
	if !p.May(People) {
		return wardround.Errorf(wardround.EForbidden, op, "this takes the permission %q", People)
	}
	for _, g := range grants {
		if !slices.ContainsFunc(p.Account.Grants, func(own Grant) bool { return own.Role.May(People) && g.within(own) }) {
			return wardround.Errorf(wardround.EForbidden, op, "%s at site %s, for %s, reaches further than you administer", g.Role, g.Site, g.Product)
		}
	}
	return nil
}

// Profile is what people change of themselves; nil leaves it.
type Profile struct {
	Display  *string `json:"display,omitempty"`
	Email    *string `json:"email,omitempty"`
	Language *string `json:"language,omitempty"`
	Theme    *string `json:"theme,omitempty"`
	TimeZone *string `json:"time_zone,omitempty"`
}

// apply checks x and writes it into p.
func (x Profile) apply(op string, p *person) error {
	for _, f := range []struct {
		in    *string
		out   *string
		check func(string) (string, error)
	}{
		{x.Display, &p.Display, func(v string) (string, error) { return validText(op, "display name", v, 100) }},
		{x.Email, &p.Email, func(v string) (string, error) { return validEmail(op, v) }},
		{x.Language, &p.Language, func(v string) (string, error) { return validLanguage(op, v) }},
		{x.Theme, &p.Theme, func(v string) (string, error) {
			if v != "" && v != "light" && v != "dark" {
				return "", wardround.Errorf(wardround.EInvalid, op, "the theme is light, dark or empty")
			}
			return v, nil
		}},
		{x.TimeZone, &p.TimeZone, func(v string) (string, error) { return validZone(op, v) }},
	} {
		if f.in == nil {
			continue
		}
		v, err := f.check(*f.in)
		if err != nil {
			return err
		}
		*f.out = v
	}
	return nil
}

func validLanguage(op, v string) (string, error) {
	if v == "" {
		return "", nil
	}
	if len(v) > 35 { // RFC 5646 §4.4.1
		return "", wardround.Errorf(wardround.EInvalid, op, "%q is no language", clip(v))
	}
	t, err := language.Parse(v)
	if err != nil {
		return "", wardround.Errorf(wardround.EInvalid, op, "%q is no language; write de, or fr-CH", clip(v))
	}
	return t.String(), nil
}

func validZone(op, v string) (string, error) {
	// Only the form: the browser's table of zones may be newer than ours.
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/"
	if len(v) > 64 || strings.Trim(v, letters) != "" {
		return "", wardround.Errorf(wardround.EInvalid, op, "%q is no time zone; write Europe/Zurich", clip(v))
	}
	return v, nil
}

// UpdateProfile changes how a person is called and shown things. Errors: EInvalid,
// EForbidden.
func (s *Service) UpdateProfile(ctx context.Context, c Client, p *Principal, x Profile) (*Account, error) {
	const op = "account.profile"
	me, err := s.self(ctx, op, p)
	if err != nil {
		return nil, err
	}
	name, mail := me.Display, me.Email
	if err := x.apply(op, me); err != nil {
		return nil, err
	}
	if name != me.Display || mail != me.Email {
		// How it is shown is nobody else's matter; how a person is called is.
		if err := s.record(ctx, c, Event{Act: ActAccountChanged, By: p.Name(), Detail: "name shown, mail address"}); err != nil {
			return nil, err
		}
	}
	return s.save(ctx, me)
}

// save writes p and what goes with it, and returns it as others see it.
func (s *Service) save(ctx context.Context, p *person, more ...Change) (*Account, error) {
	v, err := s.opt.Store.Apply(ctx, append([]Change{{Record: p.record()}}, more...)...)
	if err != nil {
		return nil, err
	}
	p.version = v[0]
	return p.public(), nil
}

// ChangePassword gives the principal a new password. All its other sessions end,
// and the step has a new cookie for this one. Who has no password yet needs none,
// but must have signed in less than [FreshFor] ago. Errors: EUnauthenticated (old is
// wrong), EThrottled, EInvalid (new is not good enough), EForbidden.
func (s *Service) ChangePassword(ctx context.Context, c Client, p *Principal, old, new string) (Step, error) {
	const op = "account.password"
	me, err := s.self(ctx, op, p)
	if err != nil {
		return Step{}, err
	}
	if err := s.proves(ctx, c, op, p, me, old); err != nil {
		return Step{}, err
	}
	hash, err := s.hashNew(ctx, op, me, new)
	if err != nil {
		return Step{}, err
	}
	was := me.Password
	return s.change(ctx, c, p, me, Event{Act: ActPasswordChanged}, func(me *person) error {
		if me.Password != was {
			return wardround.Errorf(wardround.EConflict, op, "the password was changed meanwhile")
		}
		me.Password = hash
		return nil
	})
}

// proves checks the old password, or that the sign-in is fresh if there is none.
func (s *Service) proves(ctx context.Context, c Client, op string, p *Principal, me *person, old string) error {
	if me.Password == "" {
		if !p.Fresh {
			return wardround.Errorf(wardround.EForbidden, op, "sign in again first: a first password is set within %d minutes of signing in", int(FreshFor/time.Minute))
		}
		return nil
	}
	try := s.attempt(c, "password", me.Name, me)
	if wait := try.begin(); wait > 0 {
		return throttled(op, wait)
	}
	if len(old) > 4*MaxPassword {
		old = ""
	}
	ok, _, err := s.argon.verify(ctx, me.Password, normal(old))
	if err != nil {
		try.undo()
		return err
	}
	if !ok {
		s.refusals.add(c, "password", me.Name, false)
		return wardround.Errorf(EUnauthenticated, op, "the old password is wrong")
	}
	try.done()
	return nil
}

func (s *Service) hashNew(ctx context.Context, op string, p *person, password string) (string, error) {
	good, err := validPassword(op, password, p.Name, p.Display)
	if err != nil {
		return "", err
	}
	return s.argon.hash(ctx, good)
}

// change alters what the principal's sessions stand for: it is put on the record,
// all its sessions and its open links end, and a new session begins.
func (s *Service) change(ctx context.Context, c Client, p *Principal, me *person, e Event, change func(*person) error) (Step, error) {
	e.By = me.Name
	if err := s.record(ctx, c, e); err != nil {
		return Step{}, err
	}
	drop, err := s.ends(ctx, me.ID, "")
	if err != nil {
		return Step{}, err
	}
	links, err := s.links(ctx, me.ID)
	if err != nil {
		return Step{}, err
	}
	return s.begin(ctx, c, me, p.Via, change, append(drop, links...)...)
}
