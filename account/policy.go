package account

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// Policy is the setting "sign-in": which ways in are open, and how long a session
// lasts.
type Policy struct {
	// Password opens the sign-in by password to everybody; emergency accounts may
	// use theirs in any case.
	Password bool       `json:"password"`
	OIDC     []Provider `json:"oidc"`
	// IdleMinutes and AbsoluteHours end a session; 30 and 12 if 0.
	IdleMinutes   int `json:"idle_minutes"`
	AbsoluteHours int `json:"absolute_hours"`
}

// Provider is an OpenID Connect provider.
type Provider struct {
	// ID is part of the redirect address, /auth/oidc/ID/callback: 1 to 32 lower-case
	// letters, digits and dashes.
	ID string `json:"id"`
	// Name is on the button.
	Name string `json:"name"`
	// Issuer is its address, exactly as it calls itself in its tokens.
	Issuer   string `json:"issuer"`
	ClientID string `json:"client_id"`
	// ClientSecret is written once; what is stored is SealedSecret, and what is shown
	// HasSecret.
	ClientSecret string `json:"client_secret,omitempty"`
	SealedSecret []byte `json:"sealed_secret,omitempty"`
	HasSecret    bool   `json:"has_secret,omitempty"`
	// Scopes are asked for beside openid; profile and email if nil.
	Scopes []string `json:"scopes,omitempty"`
	// Provision makes an account for a person of the provider who has none, and sets
	// its grants at each sign-in to what Roles give. Without it a person signs in
	// only if an account was linked or invited with the verified mail address.
	Provision bool `json:"provision,omitempty"`
	// Claim is the claim that Roles look at, a string or a list: "groups" if "".
	Claim string       `json:"claim,omitempty"`
	Roles []ClaimGrant `json:"roles,omitempty"`
}

// ClaimGrant gives a grant to whoever has the value in the provider's claim.
type ClaimGrant struct {
	Value string `json:"value"`
	Grant
}

// Methods says which ways in are open, for the sign-in page.
type Methods struct {
	FirstRun bool           `json:"first_run"`
	Password bool           `json:"password"`
	Passkey  bool           `json:"passkey"`
	OIDC     []ProviderName `json:"oidc"`
}

// ProviderName is an OpenID Connect provider as the sign-in page shows it.
type ProviderName struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// DefaultPolicy lets people sign in with passwords and passkeys.
var DefaultPolicy = Policy{Password: true, OIDC: []Provider{}, IdleMinutes: 30, AbsoluteHours: 12}

func (p Policy) idle() time.Duration {
	if p.IdleMinutes <= 0 {
		return 30 * time.Minute
	}
	return time.Duration(p.IdleMinutes) * time.Minute
}

func (p Policy) absolute() time.Duration {
	if p.AbsoluteHours <= 0 {
		return 12 * time.Hour
	}
	return time.Duration(p.AbsoluteHours) * time.Hour
}

// Validate checks a policy. Errors: EInvalid.
func (p Policy) Validate() error {
	const op = "account.policy"
	bad := func(format string, args ...any) error {
		return wardround.Errorf(wardround.EInvalid, op, format, args...)
	}
	switch {
	case p.IdleMinutes != 0 && (p.IdleMinutes < 5 || p.IdleMinutes > 24*60):
		return bad("idle_minutes is %d; 5 to 1440", p.IdleMinutes)
	case p.AbsoluteHours != 0 && (p.AbsoluteHours < 1 || p.AbsoluteHours > 24*7):
		return bad("absolute_hours is %d; 1 to 168", p.AbsoluteHours)
	case len(p.OIDC) > 8:
		return bad("%d providers; at most 8", len(p.OIDC))
	}
	for i, x := range p.OIDC {
		if slices.ContainsFunc(p.OIDC[:i], func(y Provider) bool { return y.ID == x.ID }) {
			return bad("two providers have the id %q", clip(x.ID))
		}
		if err := x.validate(op); err != nil {
			return err
		}
	}
	return nil
}

func (x Provider) validate(op string) error {
	bad := func(format string, args ...any) error {
		return wardround.Errorf(wardround.EInvalid, op, format, args...)
	}
	if len(x.ID) < 1 || len(x.ID) > 32 || strings.Trim(x.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return bad("a provider's id has 1 to 32 lower-case letters, digits and dashes; %q is none", clip(x.ID))
	}
	u, err := url.Parse(x.Issuer)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return bad("the issuer of %s, %q, is no https address", x.ID, clip(x.Issuer))
	}
	switch {
	case x.ClientID == "" || len(x.ClientID) > 500:
		return bad("the provider %s needs the client_id it knows us by", x.ID)
	case len(x.ClientSecret) > 1000 || len(x.Scopes) > 20 || len(x.Roles) > 200 || len(x.Claim) > 200:
		return bad("the provider %s has a field that is too long", x.ID)
	case len(x.Name) > 100 || x.Name == "":
		return bad("the provider %s needs a name of at most 100 bytes for its button", x.ID)
	}
	if _, err := validText(op, "name of the provider", x.Name, 100); err != nil {
		return err
	}
	for _, r := range x.Roles {
		if r.Value == "" {
			return bad("a role of the provider %s has no value to look for", x.ID)
		}
		if _, err := validGrants(op, []Grant{r.Grant}); err != nil {
			return err
		}
	}
	return nil
}

func loopback(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// Redacted returns the policy as it may be shown: without secrets, sealed or not.
func (p Policy) Redacted() Policy {
	p.OIDC = append([]Provider{}, p.OIDC...)
	for i := range p.OIDC {
		x := &p.OIDC[i]
		x.HasSecret = x.ClientSecret != "" || len(x.SealedSecret) > 0
		x.ClientSecret, x.SealedSecret = "", nil
	}
	return p
}

// SealPolicy returns what is to be stored of a policy that an administrator wrote:
// secrets are sealed, and a provider without one keeps what old has for the same
// id, issuer and client. Errors: EInvalid.
func (s *Service) SealPolicy(old, p Policy) (Policy, error) {
	p.OIDC = append([]Provider{}, p.OIDC...)
	for i := range p.OIDC {
		x := &p.OIDC[i]
		x.SealedSecret, x.HasSecret = nil, false
		if x.ClientSecret == "" {
			if j := slices.IndexFunc(old.OIDC, func(y Provider) bool {
				return y.ID == x.ID && y.Issuer == x.Issuer && y.ClientID == x.ClientID
			}); j >= 0 {
				x.ClientSecret, x.SealedSecret = old.OIDC[j].ClientSecret, old.OIDC[j].SealedSecret
			}
		}
	}
	if err := p.Validate(); err != nil {
		return Policy{}, err
	}
	for i := range p.OIDC {
		x := &p.OIDC[i]
		if x.ClientSecret == "" {
			continue
		}
		sealed, err := s.seal.seal([]byte(x.ClientSecret), "oidc:"+x.ID)
		if err != nil {
			return Policy{}, err
		}
		x.ClientSecret, x.SealedSecret = "", sealed
	}
	return p, nil
}

func (s *Service) clientSecret(x Provider) (string, error) {
	if len(x.SealedSecret) == 0 {
		return x.ClientSecret, nil
	}
	b, err := s.seal.open(x.SealedSecret, "oidc:"+x.ID)
	return string(b), err
}

// Policy returns the policy in force.
func (s *Service) Policy() Policy { return *s.policy.Load() }

// SetPolicy puts a policy in force, as [Service.SealPolicy] returned it or with open
// secrets. Sessions keep their absolute end. Errors: EInvalid.
func (s *Service) SetPolicy(p Policy) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if p.OIDC == nil {
		p.OIDC = []Provider{}
	}
	s.policy.Store(&p)
	return nil
}

// Methods returns which ways in are open.
func (s *Service) Methods(ctx context.Context) (Methods, error) {
	p := s.Policy()
	first, err := s.FirstRun(ctx)
	m := Methods{FirstRun: first, Password: p.Password, Passkey: s.keys != nil, OIDC: []ProviderName{}}
	for _, x := range p.OIDC {
		m.OIDC = append(m.OIDC, ProviderName{x.ID, x.Name})
	}
	return m, err
}
