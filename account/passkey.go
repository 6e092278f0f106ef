package account

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/wardround/wardround"
)

// credential is a passkey as it is stored.
type credential struct {
	Name     string              `json:"name"`
	Created  time.Time           `json:"created"`
	LastUsed *time.Time          `json:"last_used,omitempty"`
	Key      webauthn.Credential `json:"key"`
}

func (k credential) id() string { return base64.RawURLEncoding.EncodeToString(k.Key.ID) }

func (k credential) public() Passkey { return Passkey{k.id(), k.Name, k.Created, k.LastUsed} }

// ceremony is a challenge that waits for its answer.
type ceremony struct {
	data webauthn.SessionData
	// account and session add a passkey; "" signs in.
	account, session string
}

const (
	maxPasskeys   = 20
	maxCredential = 32 << 10 // bytes of an answer
)

// relyingParty returns nil where passkeys cannot be: on a bare address (WebAuthn
// §5.1.3: the effective domain must be a valid domain), or without TLS.
func relyingParty(opt Options, u *url.URL) (*webauthn.WebAuthn, error) {
	const op = "account.new"
	if _, err := netip.ParseAddr(opt.RPID); err == nil || u.Scheme != "https" && !loopback(u.Hostname()) {
		return nil, nil
	}
	if err := protocol.ValidateRPID(opt.RPID); err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "passkeys can't belong to %q: %w", opt.RPID, err)
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: opt.RPID, RPDisplayName: opt.RPName, RPOrigins: append([]string{u.String()}, opt.Origins...),
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "passkeys: %w", err)
	}
	return w, nil
}

// holder is a person as the library asks for one. The user handle is the account's
// id, which says nothing about the person.
type holder struct{ p *person }

func (h holder) WebAuthnID() []byte          { return []byte(h.p.ID) }
func (h holder) WebAuthnName() string        { return h.p.Name }
func (h holder) WebAuthnDisplayName() string { return h.p.Display }
func (h holder) WebAuthnCredentials() []webauthn.Credential {
	out := make([]webauthn.Credential, 0, len(h.p.Keys))
	for _, k := range h.p.Keys {
		out = append(out, k.Key)
	}
	return out
}

func noPasskeys(op string) error {
	return wardround.Errorf(wardround.EForbidden, op, "passkeys need a host name and TLS; under a bare address browsers allow none")
}

// PasskeyBegin returns what the browser passes to navigator.credentials.get,
// {"publicKey": …}, and a value for a cookie that lives for [CeremonyLife]. Nobody is
// named: the passkey knows its account. Errors: EForbidden (no passkeys here).
func (s *Service) PasskeyBegin(_ context.Context, c Client) (options json.RawMessage, cookie string, err error) {
	const op = "account.passkey"
	if s.keys == nil {
		return nil, "", noPasskeys(op)
	}
	assertion, data, err := s.keys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, "", wardround.Errorf(wardround.EInternal, op, "%w", err)
	}
	return s.ceremony(network(c.Addr), assertion, ceremony{data: *data})
}

// ceremony keeps a challenge for whoever it is from.
func (s *Service) ceremony(from string, options any, x ceremony) (json.RawMessage, string, error) {
	b, err := json.Marshal(options)
	if err != nil {
		return nil, "", wardround.Errorf(wardround.EInternal, "account.passkey", "%w", err)
	}
	cookie := s.secret()
	s.ceremonies.put(cookie, from, x)
	return b, cookie, nil
}

// PasskeyFinish signs in with the answer of the browser, as JSON. A counter that did
// not go up means that a copy of the passkey exists: it is refused, and told. Errors:
// EUnauthenticated, EThrottled.
func (s *Service) PasskeyFinish(ctx context.Context, c Client, cookie string, answer []byte) (Step, error) {
	const op = "account.passkey"
	if s.keys == nil {
		return Step{}, noPasskeys(op)
	}
	try := &attempt{t: s.slow}
	try.add("address "+network(c.Addr), perAddress)
	if wait := try.begin(); wait > 0 {
		s.refusals.add(c, "passkey", "", true)
		return Step{}, throttled(op, wait)
	}
	refuse := func(name, why string) (Step, error) {
		s.refusals.add(c, "passkey", name, false)
		return Step{}, wardround.Errorf(EUnauthenticated, op, "%s", why)
	}
	x, ok := s.ceremonies.take(cookie)
	if !ok || x.account != "" {
		return refuse("", "the time for the passkey is over; try again")
	}
	if len(answer) > maxCredential {
		return refuse("", "the answer of the browser is too long")
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return refuse("", "the answer of the browser is not one of a passkey")
	}
	var p *person
	_, key, err := s.keys.ValidatePasskeyLogin(func(rawID, handle []byte) (webauthn.User, error) {
		r, err := s.opt.Store.Find(ctx, KindAccount, "passkey:"+base64.RawURLEncoding.EncodeToString(rawID))
		if err != nil {
			return nil, err
		}
		if p, err = readPerson(r); err != nil {
			return nil, err
		}
		return holder{p}, nil
	}, x.data, parsed)
	name := ""
	if p != nil {
		name = p.Name
	}
	switch {
	case err != nil || p.Disabled:
		return refuse(name, "the passkey is not known here, or did not verify who you are")
	case key.Authenticator.CloneWarning:
		s.note(ctx, c, Event{Act: ActPasskeyCloned, Of: name, Detail: "its counter did not go up: a copy of it may exist"})
		return refuse(name, "this passkey's counter went back, as if a copy of it existed; sign in another way, remove it, and tell your administrator")
	}
	step, err := s.enter(ctx, c, p, ViaPasskey, false, func(p *person) error { return p.usePasskey(key, s.opt.Now()) })
	if err == nil {
		try.done()
	}
	return step, err
}

// usePasskey keeps the counter and the flags of a passkey that was used.
func (p *person) usePasskey(used *webauthn.Credential, now time.Time) error {
	i := slices.IndexFunc(p.Keys, func(k credential) bool { return bytes.Equal(k.Key.ID, used.ID) })
	if i < 0 {
		return wardround.Errorf(EUnauthenticated, "account.passkey", "the passkey was removed")
	}
	k := &p.Keys[i]
	if had, has := k.Key.Authenticator.SignCount, used.Authenticator.SignCount; has <= had && (has != 0 || had != 0) && k.LastUsed != nil {
		return wardround.Errorf(EUnauthenticated, "account.passkey", "the passkey was used elsewhere at the same time")
	}
	k.Key.Authenticator.SignCount = used.Authenticator.SignCount
	k.Key.Flags = used.Flags
	k.LastUsed = ptr(now)
	return nil
}

// AddPasskeyBegin returns what the browser passes to navigator.credentials.create,
// and a value for a cookie as [Service.PasskeyBegin] does. Errors: EForbidden, EFull.
func (s *Service) AddPasskeyBegin(ctx context.Context, p *Principal) (options json.RawMessage, cookie string, err error) {
	const op = "account.passkey"
	if s.keys == nil {
		return nil, "", noPasskeys(op)
	}
	me, err := s.justIn(ctx, op, p)
	if err != nil {
		return nil, "", err
	}
	if len(me.Keys) >= maxPasskeys {
		return nil, "", wardround.Errorf(wardround.EFull, op, "you have %d passkeys, which is the most; remove one", len(me.Keys))
	}
	creation, data, err := s.keys.BeginRegistration(holder{me}, webauthn.WithExclusions(webauthn.Credentials(holder{me}.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return nil, "", wardround.Errorf(wardround.EInternal, op, "%w", err)
	}
	return s.ceremony(p.Session, creation, ceremony{data: *data, account: me.ID, session: p.Session})
}

// AddPasskeyFinish adds the passkey of the browser's answer, as JSON. Errors:
// EInvalid, EForbidden, EConflict (it is known already).
func (s *Service) AddPasskeyFinish(ctx context.Context, c Client, p *Principal, cookie, name string, answer []byte) (Passkey, error) {
	const op = "account.passkey"
	fail := func(format string, args ...any) (Passkey, error) {
		return Passkey{}, wardround.Errorf(wardround.EInvalid, op, format, args...)
	}
	if s.keys == nil {
		return Passkey{}, noPasskeys(op)
	}
	me, err := s.self(ctx, op, p)
	if err != nil {
		return Passkey{}, err
	}
	x, ok := s.ceremonies.take(cookie)
	if !ok || x.account != me.ID || x.session != p.Session {
		return fail("the time for the passkey is over, or it was begun elsewhere; try again")
	}
	if name, err = validText(op, "name of the passkey", name, 100); err != nil {
		return Passkey{}, err
	}
	if name == "" {
		name = "Passkey of " + s.opt.Now().UTC().Format(time.DateOnly)
	}
	if len(answer) > maxCredential {
		return fail("the answer of the browser is too long")
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return fail("the answer of the browser is not one of a new passkey")
	}
	key, err := s.keys.CreateCredential(holder{me}, x.data, parsed)
	if err != nil {
		return fail("the passkey was refused: it must be made on this page, and must verify who you are")
	}
	key.Attestation = webauthn.CredentialAttestation{} // who made the authenticator is not asked
	k := credential{Name: name, Created: s.opt.Now(), Key: *key}
	if err := s.record(ctx, c, Event{Act: ActPasskeyAdded, By: me.Name, Detail: name}); err != nil {
		return Passkey{}, err
	}
	_, err = s.edit(ctx, me, func(me *person) error {
		if len(me.Keys) >= maxPasskeys {
			return wardround.Errorf(wardround.EFull, op, "you have %d passkeys, which is the most; remove one", len(me.Keys))
		}
		me.Keys = append(slices.Clone(me.Keys), k)
		return nil
	})
	if err != nil {
		return Passkey{}, err
	}
	return k.public(), nil
}

// RemovePasskey removes a passkey of the principal, and ends its other sessions: one
// of them may have come by it. Errors: ENotFound, EForbidden.
func (s *Service) RemovePasskey(ctx context.Context, c Client, p *Principal, id string) error {
	const op = "account.passkey"
	me, err := s.justIn(ctx, op, p)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(me.Keys, func(k credential) bool { return k.id() == id })
	if i < 0 {
		return wardround.Errorf(wardround.ENotFound, op, "you have no such passkey")
	}
	if err := s.record(ctx, c, Event{Act: ActPasskeyRemoved, By: me.Name, Detail: me.Keys[i].Name}); err != nil {
		return err
	}
	drop, err := s.ends(ctx, me.ID, p.Session)
	if err != nil {
		return err
	}
	_, err = s.edit(ctx, me, func(me *person) error {
		me.Keys = slices.DeleteFunc(slices.Clone(me.Keys), func(k credential) bool { return k.id() == id })
		return nil
	}, drop...)
	return err
}

// edit saves what change makes of an account, again if it changed meanwhile.
func (s *Service) edit(ctx context.Context, p *person, change func(*person) error, more ...Change) (*Account, error) {
	for range 8 {
		if err := change(p); err != nil {
			return nil, err
		}
		a, err := s.save(ctx, p, more...)
		if !is(err, wardround.EConflict) {
			return a, err
		}
		now, gone := s.person(ctx, p.ID)
		if gone != nil || now.version == p.version {
			return nil, err
		}
		p = now
	}
	return nil, wardround.Errorf(wardround.EConflict, "account.edit", "the account is changing all the time; try again")
}
