package account

import (
	"context"

	"github.com/wardround/wardround"
)

// pending is somebody whose password was right and whose code is still to come.
type pending struct {
	account   string
	password  string // its hash then: a password changed meanwhile ends this
	emergency bool
}

// attempt returns what a try at an account is counted by, see [throttle]. what
// keeps passwords and codes apart.
func (s *Service) attempt(c Client, what, name string, p *person) *attempt {
	a := &attempt{t: s.slow}
	if p != nil {
		if i := p.knows(c.Device); i >= 0 {
			a.add(what+" device "+p.Devices[i].Hash, perDevice)
			return a
		}
	}
	a.add(what+" name "+digest(fold(name)), perAccount)
	a.add("address "+network(c.Addr), perAddress)
	return a
}

// SignInPassword tries a name and a password. A name that nobody has, an account
// that may not sign in so, and a wrong password are answered alike and as fast.
// Errors: EUnauthenticated, EThrottled.
func (s *Service) SignInPassword(ctx context.Context, c Client, name, password string) (Step, error) {
	const op = "account.sign-in"
	if len(name) > 256 {
		name = name[:256] // nobody has such a name
	}
	p, err := s.named(ctx, name)
	if err != nil && !is(err, wardround.ENotFound) {
		return Step{}, err
	}
	known := ""
	if p != nil {
		known = p.Name
	}
	try := s.attempt(c, "password", name, p)
	if wait := try.begin(); wait > 0 {
		s.refusals.add(c, "password", known, true)
		return Step{}, throttled(op, wait)
	}
	emergency := false
	stored := ""
	if p != nil && !p.Disabled && (s.Policy().Password || p.Emergency) {
		stored, emergency = p.Password, !s.Policy().Password
	}
	if len(password) > 4*MaxPassword {
		stored, password = "", ""
	}
	ok, cheap, err := s.argon.verify(ctx, stored, normal(password))
	if err != nil && !is(err, wardround.EIntegrity) {
		try.undo() // it was not looked at
		return Step{}, err
	}
	if err != nil || !ok {
		if err != nil {
			s.opt.Failed(ActRefused, err)
		}
		s.refusals.add(c, "password", known, false)
		return Step{}, refused(op)
	}
	try.done()
	if len(p.TOTPSecret) > 0 {
		secret := s.secret()
		s.pending.put(secret, network(c.Addr), pending{p.ID, stored, emergency})
		return Step{Next: TOTP, Pending: secret, Expires: s.opt.Now().Add(PendingLife)}, nil
	}
	fresh := ""
	if cheap {
		if fresh, err = s.argon.hash(ctx, normal(password)); err != nil {
			return Step{}, err
		}
	}
	return s.enter(ctx, c, p, ViaPassword, emergency, func(p *person) error {
		if p.Password != stored || len(p.TOTPSecret) > 0 {
			return refused(op)
		}
		if fresh != "" {
			p.Password = fresh
		}
		return nil
	})
}

// enter begins a session and tells of it.
func (s *Service) enter(ctx context.Context, c Client, p *person, via Via, emergency bool, change func(*person) error, drop ...Change) (Step, error) {
	step, err := s.begin(ctx, c, p, via, change, drop...)
	if err != nil {
		return Step{}, err
	}
	e := Event{Act: ActSignedIn, By: p.Name, Detail: "by " + string(via)}
	if emergency {
		e.Act, e.Detail = ActEmergency, "by password, which is switched off: somebody used the account kept for emergencies"
	}
	s.note(ctx, c, e)
	return step, nil
}

// SignInTOTP ends a sign-in by password with the code of an authenticator app, or a
// recovery code. Errors: EUnauthenticated (a wrong code, or pending is over: then
// the password is asked for again), EThrottled.
func (s *Service) SignInTOTP(ctx context.Context, c Client, pend, code string) (Step, error) {
	const op = "account.totp"
	over := wardround.Errorf(EUnauthenticated, op, "the time for the code is over; begin again with your password")
	w, ok := s.pending.look(pend)
	if !ok {
		return Step{}, over
	}
	p, err := s.person(ctx, w.account)
	if err != nil || p.Disabled || p.Password != w.password || len(p.TOTPSecret) == 0 {
		s.pending.take(pend)
		return Step{}, over
	}
	try := s.attempt(c, "code", p.Name, p)
	if wait := try.begin(); wait > 0 {
		s.refusals.add(c, "code", p.Name, true)
		return Step{}, throttled(op, wait)
	}
	recovery, left := false, 0
	step, err := s.begin(ctx, c, p, ViaPassword, func(p *person) error {
		if p.Password != w.password {
			return over
		}
		used, err := s.useCode(p, code)
		recovery, left = used, len(p.Recovery)
		return err
	})
	if err != nil {
		if is(err, EUnauthenticated) {
			s.refusals.add(c, "code", p.Name, false)
		} else {
			try.undo()
		}
		return Step{}, err
	}
	try.done()
	s.pending.take(pend)
	if recovery {
		s.note(ctx, c, Event{Act: ActRecoveryUsed, By: p.Name, Detail: plural(left, "code") + " left"})
	}
	e := Event{Act: ActSignedIn, By: p.Name, Detail: "by password and code"}
	if w.emergency {
		e.Act, e.Detail = ActEmergency, "by password and code, which is switched off: somebody used the account kept for emergencies"
	}
	s.note(ctx, c, e)
	return step, nil
}
