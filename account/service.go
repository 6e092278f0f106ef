package account

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/wardround/wardround"
)

// Options configure a [Service]. Store, Audit and URL are needed.
type Options struct {
	Store Store
	// Audit puts an act on the record. It is called before an act that gives or
	// takes power, which is not done if it fails.
	Audit func(context.Context, Event) error
	// Failed hears of acts that could not be put on the record and went on all the
	// same (signing in and out, ending a session); slog if nil.
	Failed func(Act, error)
	// URL is the origin that browsers use, "https://wardround.example:8443". Links
	// and the redirect of OpenID Connect are built on it, passkeys bound to it.
	URL string
	// Origins are further origins from which a passkey is accepted.
	Origins []string
	// RPID is what passkeys belong to; the host of URL if "" (never a bare IP
	// address: WebAuthn §5.1.3 wants a domain; passkeys are then off).
	RPID string
	// RPName is shown by the browser beside a passkey, and by the authenticator app
	// as the issuer; "Wardround" if "".
	RPName string
	// Key seals the secrets of authenticator apps and of OpenID Connect clients, see
	// [LoadKey]. All zero draws one that is gone with the process.
	Key [32]byte
	// Policy is in force until [Service.SetPolicy]; [DefaultPolicy] if zero.
	Policy Policy
	// Demo allows [Service.DemoLink]; DemoGrants is what its account may do.
	Demo       bool
	DemoGrants []Grant
	// FirstGrants is what the first account gets; administrator of everything if nil.
	FirstGrants []Grant
	// Argon is how passwords are hashed; [DefaultArgon] if zero.
	Argon Argon
	// Hashes is how many passwords are hashed at the same time, 2 if 0. Each takes
	// Argon.Memory.
	Hashes int
	// HTTP reaches OpenID Connect providers; one with a timeout of 10 s if nil.
	HTTP *http.Client
	// Now is the clock and Random where secrets come from; time.Now and crypto/rand
	// if nil.
	Now    func() time.Time
	Random io.Reader
}

// randomReader is what [LoadKey] makes a key from.
var randomReader = rand.Reader

// Client is where a request comes from.
type Client struct {
	// Addr is the address of the peer, after trusted proxies.
	Addr netip.Addr
	// Agent is the User-Agent header; it is clipped to 200 bytes.
	Agent string
	// Device is the value of the device cookie, "" if there is none.
	Device string
}

// What a [Step] leads to.
const (
	Done = "done"
	TOTP = "totp"
)

// Step is the outcome of a step of signing in that went well.
type Step struct {
	// Next is [Done] or [TOTP].
	Next string
	// Session is the value of the session cookie if Next is done.
	Session string
	// Pending is the value of the short-lived cookie that the step to follow needs,
	// if Next is totp. It opens nothing else.
	Pending string
	// Device is the value of the device cookie, to keep for [DeviceLife]; "" leaves
	// what the browser has.
	Device string
	// Expires is when the session ends whatever happens, or when Pending does.
	Expires time.Time
	// Principal is who signed in, nil unless done.
	Principal *Principal
}

// Times that are not settings.
const (
	PendingLife    = 5 * time.Minute      // from password to code
	CeremonyLife   = 5 * time.Minute      // of a passkey's challenge
	FlowLife       = 10 * time.Minute     // at the OpenID Connect provider
	FirstLinkLife  = 24 * time.Hour       // of the link for the first administrator
	InvitationLife = 7 * 24 * time.Hour   // of an invitation
	ResetLife      = 24 * time.Hour       // of a reset link
	DeviceLife     = 180 * 24 * time.Hour // for how long a browser is known
	TokenLife      = 366 * 24 * time.Hour // the most a token may live
	FreshFor       = 10 * time.Minute     // for how long a sign-in counts as fresh
)

// Service is people and their ways in. Its methods are safe for concurrent use.
// Methods that act on others (invite, change, delete, reset, revoke) check that the
// principal holds [People] where it matters; the route checks it too.
type Service struct {
	opt    Options
	url    *url.URL
	policy atomic.Pointer[Policy]
	argon  *hasher
	slow   *throttle
	seal   *sealer
	keys   *webauthn.WebAuthn // nil: no passkeys

	pending    *shelf[pending]
	enrolments *shelf[string] // secrets of authenticator apps, by session
	ceremonies *shelf[ceremony]
	flows      *shelf[flow]
	providers  *providers
	refusals   refusals

	// people is held while somebody's grants change, so that the last administrator
	// stays.
	people sync.Mutex
	// settled: there is an account. Everybody may ask whether this is the first run.
	settled atomic.Bool
}

// New returns a service. Errors: EInvalid.
func New(opt Options) (*Service, error) {
	const op = "account.new"
	if opt.Store == nil || opt.Audit == nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "a store and an audit function are needed")
	}
	u, err := url.Parse(opt.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.User != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%q is no origin; write it as https://host:port", opt.URL)
	}
	u.Path = ""
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Random == nil {
		opt.Random = rand.Reader
	}
	if opt.Failed == nil {
		opt.Failed = func(act Act, err error) {
			slog.Error("an act of a person is not in the audit trail", "act", string(act), "error", err)
		}
	}
	if opt.RPName == "" {
		opt.RPName = "Wardround"
	}
	if opt.RPID == "" {
		opt.RPID = u.Hostname()
	}
	if opt.Argon == (Argon{}) {
		opt.Argon = DefaultArgon
	}
	if opt.Hashes <= 0 {
		opt.Hashes = 2
	}
	if opt.HTTP == nil {
		opt.HTTP = &http.Client{Timeout: 10 * time.Second}
	}
	if opt.FirstGrants == nil {
		opt.FirstGrants = []Grant{{Administrator, Any, Any}}
	}
	if opt.DemoGrants == nil {
		opt.DemoGrants = []Grant{{Administrator, Any, Any}, {ClinicalEngineering, Any, Any}, {Security, Any, Any}, {DataProtection, Any, Any}}
	}
	for _, g := range [][]Grant{opt.FirstGrants, opt.DemoGrants} {
		if _, err := validGrants(op, g); err != nil {
			return nil, err
		}
	}
	s := &Service{opt: opt, url: u}
	if s.argon, err = newHasher(opt.Argon, opt.Hashes, opt.Random); err != nil {
		return nil, err
	}
	if s.seal, err = newSealer(opt.Key, opt.Random); err != nil {
		return nil, err
	}
	if s.keys, err = relyingParty(opt, u); err != nil {
		return nil, err
	}
	s.slow = newThrottle(opt.Now)
	s.pending = newShelf[pending](opt.Now, PendingLife)
	s.enrolments = newShelf[string](opt.Now, FlowLife)
	s.ceremonies = newShelf[ceremony](opt.Now, CeremonyLife)
	s.flows = newShelf[flow](opt.Now, FlowLife)
	s.providers = newProviders(opt.HTTP, opt.Now)
	if p := opt.Policy; !p.Password && len(p.OIDC) == 0 && p.IdleMinutes == 0 && p.AbsoluteHours == 0 {
		opt.Policy = DefaultPolicy
	}
	if err := s.SetPolicy(opt.Policy); err != nil {
		return nil, err
	}
	return s, nil
}

// Run does what comes up once a minute until ctx is done: it drops what expired
// from the store, and tells of refused sign-ins that were counted meanwhile.
func (s *Service) Run(ctx context.Context) error {
	t := time.NewTicker(time.Minute)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			s.Tick(context.WithoutCancel(ctx))
			return ctx.Err()
		case <-t.C:
			s.Tick(ctx)
		}
	}
}

// Tick is one turn of [Service.Run].
func (s *Service) Tick(ctx context.Context) {
	for _, e := range s.refusals.take() {
		s.note(ctx, Client{Addr: e.From}, e)
	}
	if _, err := s.opt.Store.Sweep(ctx, s.opt.Now()); err != nil && ctx.Err() == nil {
		slog.Warn("expired sessions could not be swept", "error", err)
	}
}

func clipAgent(s string) string {
	if len(s) > 200 {
		s = s[:200]
	}
	out, err := validText("", "agent", s, 200)
	if err != nil {
		return ""
	}
	return out
}
