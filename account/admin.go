package account

import (
	"context"
	"slices"
	"strings"

	"github.com/wardround/wardround"
)

// NewAccount is whom to invite.
type NewAccount struct {
	Name      string  `json:"name"`
	Display   string  `json:"display"`
	Email     string  `json:"email,omitempty"`
	Grants    []Grant `json:"grants"`
	Emergency bool    `json:"emergency,omitempty"`
}

// Patch changes an account; nil leaves it.
type Patch struct {
	Display   *string  `json:"display,omitempty"`
	Email     *string  `json:"email,omitempty"`
	Grants    *[]Grant `json:"grants,omitempty"`
	Disabled  *bool    `json:"disabled,omitempty"`
	Emergency *bool    `json:"emergency,omitempty"`
	// TOTP false removes the authenticator app of somebody who lost it.
	TOTP *bool `json:"totp,omitempty"`
}

// maxAccounts is how many there may be.
const maxAccounts = 5000

// Invite makes an account that nobody can sign in with yet, and a one-time link for
// the person. Errors: EInvalid, EConflict (the name is taken), EForbidden (by may
// not give these grants), EFull.
func (s *Service) Invite(ctx context.Context, c Client, by *Principal, n NewAccount) (*Account, Link, error) {
	const op = "account.invite"
	p, err := s.newPerson(op, n)
	if err != nil {
		return nil, Link{}, err
	}
	if by == nil {
		return nil, Link{}, wardround.Errorf(wardround.EForbidden, op, "nobody acts")
	}
	if err := by.governs(op, p.Grants); err != nil {
		return nil, Link{}, err
	}
	s.people.Lock()
	defer s.people.Unlock()
	if err := s.hasRoom(ctx, op); err != nil {
		return nil, Link{}, err
	}
	if _, err := s.named(ctx, p.Name); err == nil {
		return nil, Link{}, wardround.Errorf(wardround.EConflict, op, "there is an account %s already", p.Name)
	}
	if err := s.record(ctx, c, Event{Act: ActInvited, By: by.Name(), Of: p.Name, Detail: describe(p)}); err != nil {
		return nil, Link{}, err
	}
	l, change := s.newLink(PurposeInvitation, p.ID, InvitationLife)
	a, err := s.save(ctx, p, change)
	return a, l, err
}

func (s *Service) newPerson(op string, n NewAccount) (*person, error) {
	name, err := validName(op, n.Name)
	if err != nil {
		return nil, err
	}
	grants, err := validGrants(op, n.Grants)
	if err != nil {
		return nil, err
	}
	p := &person{Account: Account{ID: s.id("p"), Name: name, Grants: grants, Emergency: n.Emergency, Created: s.opt.Now()}}
	if err := (Profile{Display: &n.Display, Email: &n.Email}).apply(op, p); err != nil {
		return nil, err
	}
	if p.Display == "" {
		p.Display = name
	}
	return p, nil
}

func (s *Service) hasRoom(ctx context.Context, op string) error {
	all, err := s.opt.Store.List(ctx, KindAccount, "")
	if err == nil && len(all) >= maxAccounts {
		return wardround.Errorf(wardround.EFull, op, "there are %d accounts, which is the most; delete those of people who have left", len(all))
	}
	return err
}

// UpdateAccount changes somebody's account. ifMatch is its ETag, "*" for whatever it
// is. Nobody changes what it may do itself, and the last administrator stays one.
// New grants and a switched-off account end its sessions. Errors: EPrecondition,
// EForbidden, EInvalid, ENotFound.
func (s *Service) UpdateAccount(ctx context.Context, c Client, by *Principal, id, ifMatch string, x Patch) (*Account, error) {
	const op = "account.update"
	s.people.Lock()
	defer s.people.Unlock()
	p, err := s.others(ctx, op, by, id)
	if err != nil {
		return nil, err
	}
	if ifMatch != "*" && ifMatch != etag(p.version) {
		return nil, wardround.Errorf(EPrecondition, op, "the account of %s was changed meanwhile; look at it again", p.Name)
	}
	was := *p.public()
	if err := x.apply(op, p); err != nil {
		return nil, err
	}
	power := !slices.Equal(was.Grants, p.Grants) || was.Disabled != p.Disabled || was.Emergency != p.Emergency
	if power && by.Account.ID == id {
		return nil, wardround.Errorf(wardround.EForbidden, op, "nobody changes what they may do themselves; ask another administrator")
	}
	if power || x.TOTP != nil {
		if err := by.governs(op, p.Grants); err != nil {
			return nil, err
		}
	}
	if power {
		if err := s.keepsAdministrator(ctx, op, p); err != nil {
			return nil, err
		}
	}
	if err := s.record(ctx, c, Event{Act: ActAccountChanged, By: by.Name(), Of: p.Name, Detail: differences(&was, p)}); err != nil {
		return nil, err
	}
	var drop []Change
	if power || x.TOTP != nil {
		if drop, err = s.ends(ctx, id, ""); err != nil {
			return nil, err
		}
	}
	return s.save(ctx, p, drop...)
}

func (x Patch) apply(op string, p *person) error {
	if err := (Profile{Display: x.Display, Email: x.Email}).apply(op, p); err != nil {
		return err
	}
	if x.Grants != nil {
		g, err := validGrants(op, *x.Grants)
		if err != nil {
			return err
		}
		p.Grants = g
	}
	if x.Disabled != nil {
		p.Disabled = *x.Disabled
	}
	if x.Emergency != nil {
		p.Emergency = *x.Emergency
	}
	if x.TOTP != nil {
		if *x.TOTP {
			return wardround.Errorf(wardround.EInvalid, op, "an authenticator app is set up by the person who has it; only false can be set")
		}
		p.TOTPSecret, p.TOTPStep, p.Recovery = nil, 0, nil
	}
	return nil
}

// keepsAdministrator refuses to leave nobody who administers everything and can
// sign in. p is an account as it is going to be; deleted ones have no grants.
func (s *Service) keepsAdministrator(ctx context.Context, op string, p *person) error {
	all, err := s.everybody(ctx)
	if err != nil {
		return err
	}
	before := false
	for _, x := range all {
		if x.ID == p.ID {
			before = x.administers()
		} else if x.administers() {
			return nil
		}
	}
	if before && !p.administers() {
		return wardround.Errorf(wardround.EConflict, op, "%s is the last administrator of everything who can sign in; make another one first", p.Name)
	}
	return nil
}

func (p *person) administers() bool {
	return !p.Disabled && (p.Password != "" || len(p.Keys) > 0 || p.Subject != "") &&
		slices.ContainsFunc(p.Grants, func(g Grant) bool { return g.Role.May(People) && g.Site == Any && g.Product == Any })
}

// DeleteAccount deletes an account with its sessions, tokens and links. What the
// person decided stays in the ledger under the name. Errors: ENotFound, EForbidden,
// EConflict (the last administrator).
func (s *Service) DeleteAccount(ctx context.Context, c Client, by *Principal, id string) error {
	const op = "account.delete"
	s.people.Lock()
	defer s.people.Unlock()
	p, err := s.others(ctx, op, by, id)
	if err != nil {
		return err
	}
	if by.Account.ID == id {
		return wardround.Errorf(wardround.EForbidden, op, "nobody deletes their own account; ask another administrator")
	}
	left := *p
	left.Grants = nil
	if err := s.keepsAdministrator(ctx, op, &left); err != nil {
		return err
	}
	if err := s.record(ctx, c, Event{Act: ActAccountDeleted, By: by.Name(), Of: p.Name}); err != nil {
		return err
	}
	changes := []Change{{Record: p.record(), Delete: true, Any: true}}
	for _, kind := range []Kind{KindSession, KindToken, KindLink} {
		own, err := s.opt.Store.List(ctx, kind, id)
		if err != nil {
			return err
		}
		for _, r := range own {
			changes = append(changes, gone(r))
		}
	}
	_, err = s.opt.Store.Apply(ctx, changes...)
	s.settled.Store(false) // looked at again
	return err
}

// Reset makes a one-time link with which the person sets a new password. The old one
// goes on until then; an authenticator app stays. Errors: ENotFound, EForbidden.
func (s *Service) Reset(ctx context.Context, c Client, by *Principal, id string) (Link, error) {
	const op = "account.reset"
	p, err := s.others(ctx, op, by, id)
	if err != nil {
		return Link{}, err
	}
	if err := by.governs(op, p.Grants); err != nil {
		return Link{}, err
	}
	if p.Disabled {
		return Link{}, wardround.Errorf(wardround.EConflict, op, "the account of %s is switched off", p.Name)
	}
	purpose, life := PurposeReset, ResetLife
	if p.Password == "" && p.LastSignIn == nil {
		purpose, life = PurposeInvitation, InvitationLife // the first one ran out
	}
	if err := s.record(ctx, c, Event{Act: ActResetLink, By: by.Name(), Of: p.Name}); err != nil {
		return Link{}, err
	}
	drop, err := s.links(ctx, id)
	if err != nil {
		return Link{}, err
	}
	l, change := s.newLink(purpose, id, life)
	_, err = s.opt.Store.Apply(ctx, append(drop, change)...)
	return l, err
}

// describe says what an account may do, for the record.
func describe(p *person) string {
	var parts []string
	for _, g := range p.Grants {
		parts = append(parts, string(g.Role)+" at "+g.Site+" for "+g.Product)
	}
	if len(parts) == 0 {
		parts = append(parts, "no role")
	}
	if p.Emergency {
		parts = append(parts, "for emergencies")
	}
	if p.Disabled {
		parts = append(parts, "switched off")
	}
	return strings.Join(parts, ", ")
}

func differences(was *Account, p *person) string {
	var parts []string
	if before, after := describe(&person{Account: *was}), describe(p); before != after {
		parts = append(parts, before+" → "+after)
	}
	if was.Display != p.Display || was.Email != p.Email {
		parts = append(parts, "name shown, mail address")
	}
	if was.TOTP && len(p.TOTPSecret) == 0 {
		parts = append(parts, "authenticator app removed")
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ")
}
