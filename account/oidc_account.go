package account

import (
	"context"
	"slices"
	"strings"

	"github.com/wardround/wardround"
)

// grants returns what the provider's roles give to somebody with these claims.
func (x Provider) grants(c claims) []Grant {
	var out []Grant
	for _, r := range x.Roles {
		if slices.Contains(c.values, r.Value) {
			out = append(out, r.Grant)
		}
	}
	g, err := validGrants("account.oidc", out)
	if err != nil {
		return nil
	}
	return g
}

// verified reports whether the provider vouches for the mail address.
func (c claims) verified() bool { return c.Email != "" && (c.Verified == true || c.Verified == "true") }

// arrive signs in the account of (issuer, subject): the one linked to it, the one
// that was invited with the mail address, or a new one, in this order.
func (s *Service) arrive(ctx context.Context, c Client, x Provider, who claims) (Step, error) {
	const op = "account.oidc"
	r, err := s.opt.Store.Find(ctx, KindAccount, subjectKey(x.Issuer, who.Subject))
	if err == nil {
		p, err := readPerson(r)
		if err != nil {
			return Step{}, err
		}
		return s.again(ctx, c, x, who, p)
	}
	if !is(err, wardround.ENotFound) {
		return Step{}, err
	}
	s.people.Lock()
	defer s.people.Unlock()
	invited, err := s.invited(ctx, who)
	if err != nil {
		return Step{}, err
	}
	if invited != nil {
		return s.join(ctx, c, x, who, invited)
	}
	grants := x.grants(who)
	if !x.Provision || len(grants) == 0 {
		s.refusals.add(c, "provider", "", false)
		return Step{}, wardround.Errorf(wardround.EForbidden, op, "%s knows you, and no account here belongs to you; ask an administrator to invite you with the mail address you have there", x.Name)
	}
	return s.provision(ctx, c, x, who, grants)
}

// again signs in an account that is linked already.
func (s *Service) again(ctx context.Context, c Client, x Provider, who claims, p *person) (Step, error) {
	const op = "account.oidc"
	if p.Disabled {
		s.refusals.add(c, "provider", p.Name, false)
		return Step{}, wardround.Errorf(wardround.EForbidden, op, "your account is switched off; ask an administrator")
	}
	grants := p.Grants
	var drop []Change
	if p.Provisioned && x.Provision {
		if grants = x.grants(who); len(grants) == 0 {
			s.refusals.add(c, "provider", p.Name, false)
			return Step{}, wardround.Errorf(wardround.EForbidden, op, "%s gives you no role here any more; ask whoever keeps its groups", x.Name)
		}
	}
	if !slices.Equal(grants, p.Grants) {
		was := *p.public()
		now := *p
		now.Grants = grants
		if err := s.record(ctx, c, Event{Act: ActAccountChanged, By: p.Name, Detail: "by groups of " + x.Name + ": " + differences(&was, &now)}); err != nil {
			return Step{}, err
		}
		var err error
		if drop, err = s.ends(ctx, p.ID, ""); err != nil {
			return Step{}, err
		}
	}
	return s.enter(ctx, c, p, ViaOIDC, false, func(p *person) error {
		if p.Subject != who.Subject || p.Issuer != x.Issuer {
			return refused(op)
		}
		if p.Provisioned && x.Provision {
			p.Grants = grants
		}
		p.OIDC = x.ID
		return nil
	}, drop...)
}

// sameMail compares mail addresses: of ASCII letters the case is nobody's, other
// characters must be the same, because some fold into ASCII letters.
func sameMail(a, b string) bool {
	ascii := !strings.ContainsFunc(a+b, func(r rune) bool { return r >= 0x80 })
	return a == b || ascii && strings.EqualFold(a, b)
}

// invited returns the one account that was invited with the person's verified mail
// address and has no way in yet, nil if there is none. An account with a password or
// a passkey is never taken over by what a provider says.
func (s *Service) invited(ctx context.Context, who claims) (*person, error) {
	if !who.verified() {
		return nil, nil
	}
	all, err := s.everybody(ctx)
	if err != nil {
		return nil, err
	}
	var out *person
	for _, p := range all {
		if p.Email == "" || !sameMail(p.Email, who.Email) {
			continue
		}
		if out != nil {
			return nil, nil // two people with one address: neither
		}
		out = p
	}
	if out == nil || out.Disabled || out.Demo || out.Password != "" || len(out.Keys) > 0 || out.Subject != "" {
		return nil, nil
	}
	return out, nil
}

// join links an invited account to the person of the provider.
func (s *Service) join(ctx context.Context, c Client, x Provider, who claims, p *person) (Step, error) {
	if err := s.record(ctx, c, Event{Act: ActAccountChanged, By: p.Name, Detail: "linked to " + x.Name}); err != nil {
		return Step{}, err
	}
	drop, err := s.links(ctx, p.ID)
	if err != nil {
		return Step{}, err
	}
	return s.enter(ctx, c, p, ViaOIDC, false, func(p *person) error {
		if p.Password != "" || len(p.Keys) > 0 || p.Subject != "" {
			return refused("account.oidc")
		}
		p.OIDC, p.Issuer, p.Subject = x.ID, x.Issuer, who.Subject
		return nil
	}, drop...)
}

// provision makes an account for a person of the provider.
func (s *Service) provision(ctx context.Context, c Client, x Provider, who claims, grants []Grant) (Step, error) {
	const op = "account.oidc"
	if err := s.hasRoom(ctx, op); err != nil {
		return Step{}, err
	}
	name := who.User
	if _, err := validName(op, name); err != nil {
		name = who.Email
	}
	n := NewAccount{Name: name, Display: who.Name, Grants: grants}
	if who.verified() {
		n.Email = who.Email
	}
	if _, err := validText(op, "name", n.Display, 100); err != nil {
		n.Display = ""
	}
	if _, err := validEmail(op, n.Email); err != nil {
		n.Email = ""
	}
	p, err := s.newPerson(op, n)
	if err != nil {
		return Step{}, wardround.Errorf(wardround.EForbidden, op, "%s sent no name that an account can have; an administrator can invite you: %w", x.Name, err)
	}
	p.OIDC, p.Issuer, p.Subject, p.Provisioned = x.ID, x.Issuer, who.Subject, true
	if _, err := s.named(ctx, p.Name); err == nil {
		return Step{}, wardround.Errorf(wardround.EForbidden, op, "there is an account %s here that is not linked to you at %s; ask an administrator", p.Name, x.Name)
	}
	if err := s.record(ctx, c, Event{Act: ActAccountMade, By: p.Name, Detail: "by " + x.Name + ": " + describe(p)}); err != nil {
		return Step{}, err
	}
	return s.enter(ctx, c, p, ViaOIDC, false, func(*person) error { return nil })
}
