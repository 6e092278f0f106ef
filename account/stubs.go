package account

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"io"

	"github.com/wardround/wardround"
)

var errSoon = wardround.Errorf(wardround.EInternal, "account", "being written")

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

// Policy is the setting "sign-in".
type Policy struct {
	// Password opens the sign-in by password to everybody; emergency accounts may
	// always use theirs.
	Password bool       `json:"password"`
	OIDC     []Provider `json:"oidc"`
	// IdleMinutes and AbsoluteHours end a session; 30 and 12 if 0.
	IdleMinutes   int `json:"idle_minutes"`
	AbsoluteHours int `json:"absolute_hours"`
}

// Provider is an OpenID Connect provider.
type Provider struct {
	ID           string       `json:"id"`
	Name         string       `json:"name"`
	Issuer       string       `json:"issuer"`
	ClientID     string       `json:"client_id"`
	ClientSecret string       `json:"client_secret,omitempty"`
	Sealed       []byte       `json:"sealed_secret,omitempty"`
	HasSecret    bool         `json:"has_secret,omitempty"`
	Scopes       []string     `json:"scopes,omitempty"`
	Provision    bool         `json:"provision,omitempty"`
	Claim        string       `json:"claim,omitempty"`
	Roles        []ClaimGrant `json:"roles,omitempty"`
}

// ClaimGrant gives a grant to whoever has the value in the provider's claim.
type ClaimGrant struct {
	Value string `json:"value"`
	Grant
}

// Link is a one-time link.
type Link struct {
	URL     string    `json:"link"`
	Secret  string    `json:"-"`
	Expires time.Time `json:"expires"`
}

// LinkInfo is what the welcome page shows.
type LinkInfo struct {
	Purpose Purpose   `json:"purpose"`
	Name    string    `json:"name,omitempty"`
	Expires time.Time `json:"expires"`
}

// Purpose of a link.
type Purpose string

// The purposes.
const (
	PurposeFirst      Purpose = "first-administrator"
	PurposeInvitation Purpose = "invitation"
	PurposeReset      Purpose = "reset"
	PurposeDemo       Purpose = "demo"
)

// Welcome is what a person says at the end of a link.
type Welcome struct{ Name, Display, Password string }

func (s *Service) Methods(ctx context.Context) (Methods, error) { return Methods{}, errSoon }
func (s *Service) Policy() Policy                               { return *s.policy.Load() }
func (s *Service) SetPolicy(p Policy) error                     { return errSoon }

// SealPolicy: stored form of what an administrator wrote (secrets sealed, those left out taken from old). Redacted: what may be shown.
func (s *Service) SealPolicy(old, p Policy) (Policy, error) { return p, errSoon }
func (p Policy) Redacted() Policy                           { return p }

func (s *Service) FirstRun(ctx context.Context) (bool, error)  { return false, errSoon }
func (s *Service) FirstLink(ctx context.Context) (Link, error) { return Link{}, errSoon }
func (s *Service) DemoLink(ctx context.Context) (Link, error)  { return Link{}, errSoon }
func (s *Service) LinkInfo(ctx context.Context, c Client, secret string) (LinkInfo, error) {
	return LinkInfo{}, errSoon
}
func (s *Service) Welcome(ctx context.Context, c Client, secret string, w Welcome) (Step, error) {
	return Step{}, errSoon
}

func (s *Service) SignInPassword(ctx context.Context, c Client, name, password string) (Step, error) {
	return Step{}, errSoon
}
func (s *Service) SignInTOTP(ctx context.Context, c Client, pending, code string) (Step, error) {
	return Step{}, errSoon
}

// PasskeyBegin: options is {"publicKey": …}; ceremony goes into a short-lived cookie.
func (s *Service) PasskeyBegin(ctx context.Context, c Client) (options json.RawMessage, ceremony string, err error) {
	return nil, "", errSoon
}
func (s *Service) PasskeyFinish(ctx context.Context, c Client, ceremony string, credential []byte) (Step, error) {
	return Step{}, errSoon
}

// OIDCBegin: location to redirect to; flow goes into a short-lived cookie.
func (s *Service) OIDCBegin(ctx context.Context, c Client, provider, to string) (location, flow string, err error) {
	return "", "", errSoon
}

// OIDCFinish: to is a local path, also with an error.
func (s *Service) OIDCFinish(ctx context.Context, c Client, provider, flow string, query url.Values) (step Step, to string, err error) {
	return Step{}, "/", errSoon
}

// Session answers with EUnauthenticated for a cookie that is no longer good.
func (s *Service) Session(ctx context.Context, c Client, cookie string) (*Principal, error) {
	return nil, errSoon
}

// Token is Session for "Authorization: Bearer wr_…".
func (s *Service) Token(ctx context.Context, c Client, secret string) (*Principal, error) {
	return nil, errSoon
}
func (s *Service) SignOut(ctx context.Context, c Client, p *Principal) error { return errSoon }

// Profile is what a person changes of itself; nil leaves it.
type Profile struct{ Display, Email, Language, Theme, TimeZone *string }

func (s *Service) UpdateProfile(ctx context.Context, c Client, p *Principal, x Profile) (*Account, error) {
	return nil, errSoon
}

// ChangePassword: the step has the new session's cookie; all other sessions end.
func (s *Service) ChangePassword(ctx context.Context, c Client, p *Principal, old, new string) (Step, error) {
	return Step{}, errSoon
}

// Enrolment is what an authenticator app needs.
type Enrolment struct {
	Secret string `json:"secret"` // base32
	URI    string `json:"uri"`    // otpauth://
	PNG    []byte `json:"-"`      // the URI as a QR code
}

func (s *Service) TOTPBegin(ctx context.Context, p *Principal) (Enrolment, error) {
	return Enrolment{}, errSoon
}
func (s *Service) TOTPFinish(ctx context.Context, c Client, p *Principal, code string) (recovery []string, step Step, err error) {
	return nil, Step{}, errSoon
}
func (s *Service) TOTPRemove(ctx context.Context, c Client, p *Principal) (Step, error) {
	return Step{}, errSoon
}
func (s *Service) AddPasskeyBegin(ctx context.Context, p *Principal) (options json.RawMessage, ceremony string, err error) {
	return nil, "", errSoon
}
func (s *Service) AddPasskeyFinish(ctx context.Context, c Client, p *Principal, ceremony, name string, credential []byte) (Passkey, error) {
	return Passkey{}, errSoon
}
func (s *Service) RemovePasskey(ctx context.Context, c Client, p *Principal, id string) error {
	return errSoon
}

// NewAccount is an invitation.
type NewAccount struct {
	Name, Display, Email string
	Grants               []Grant
	Emergency            bool
}

// Patch changes an account; nil leaves it.
type Patch struct {
	Display, Email      *string
	Grants              *[]Grant
	Disabled, Emergency *bool
}

func (s *Service) Account(ctx context.Context, id string) (*Account, error) { return nil, errSoon }
func (s *Service) AccountNamed(ctx context.Context, name string) (*Account, error) {
	return nil, errSoon
}
func (s *Service) Accounts(ctx context.Context) ([]*Account, error) { return nil, errSoon }
func (s *Service) Invite(ctx context.Context, c Client, by *Principal, n NewAccount) (*Account, Link, error) {
	return nil, Link{}, errSoon
}
func (s *Service) UpdateAccount(ctx context.Context, c Client, by *Principal, id, ifMatch string, x Patch) (*Account, error) {
	return nil, errSoon
}
func (s *Service) DeleteAccount(ctx context.Context, c Client, by *Principal, id string) error {
	return errSoon
}
func (s *Service) Reset(ctx context.Context, c Client, by *Principal, id string) (Link, error) {
	return Link{}, errSoon
}

// SessionInfo is a session as its owner, or who has People, sees it.
type SessionInfo struct {
	ID       string    `json:"id"`
	Account  string    `json:"account"`
	Via      Via       `json:"via"`
	Created  time.Time `json:"created"`
	LastSeen time.Time `json:"last_seen"`
	Expires  time.Time `json:"expires"`
	Address  string    `json:"address"`
	Agent    string    `json:"agent"`
}

func (s *Service) Sessions(ctx context.Context, account string) ([]SessionInfo, error) {
	return nil, errSoon
}
func (s *Service) RevokeSession(ctx context.Context, c Client, by *Principal, account, session string) error {
	return errSoon
}

// RevokeSessions ends all of them but except; how many.
func (s *Service) RevokeSessions(ctx context.Context, c Client, by *Principal, account, except string) (int, error) {
	return 0, errSoon
}

// TokenInfo is an API token without its secret.
type TokenInfo struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	Account     string       `json:"account"`
	Permissions []Permission `json:"permissions"`
	Created     time.Time    `json:"created"`
	Expires     time.Time    `json:"expires"`
	LastUsed    *time.Time   `json:"last_used,omitempty"`
	Revoked     *time.Time   `json:"revoked,omitempty"`
}

// MakeToken: the secret is shown this once.
func (s *Service) MakeToken(ctx context.Context, c Client, p *Principal, name string, permissions []Permission, expires time.Time) (TokenInfo, string, error) {
	return TokenInfo{}, "", errSoon
}

// Tokens of one account, of all if "".
func (s *Service) Tokens(ctx context.Context, account string) ([]TokenInfo, error) {
	return nil, errSoon
}
func (s *Service) RevokeToken(ctx context.Context, c Client, by *Principal, id string) error {
	return errSoon
}

// LoadKey reads the key of a file, made 0600 if it isn't there.
func LoadKey(file string) ([32]byte, error) { return [32]byte{}, errSoon }

// Argon is the cost of Argon2id.
type Argon struct {
	Memory      uint32 // KiB
	Time        uint32
	Parallelism uint8
}

// DefaultArgon is OWASP's.
var DefaultArgon = Argon{Memory: 19 * 1024, Time: 2, Parallelism: 1}

// ---- inner, soon in files of their own ----
type hasher struct{}
type throttle struct{}
type sealer struct{}
type pending struct{}
type ceremony struct{}
type flow struct{}
type providers struct{}
type refusals struct{}
type shelf[T any] struct{}
type credential struct{ Passkey }

func (credential) id() string                                          { return "" }
func (c credential) public() Passkey                                   { return c.Passkey }
func (refusals) take() []Event                                         { return nil }
func newHasher(Argon, int, io.Reader) (*hasher, error)                 { return nil, nil }
func newSealer([32]byte, io.Reader) (*sealer, error)                   { return nil, nil }
func newThrottle(func() time.Time) *throttle                           { return nil }
func newShelf[T any](func() time.Time, time.Duration) *shelf[T]        { return nil }
func newProviders(*http.Client, func() time.Time) *providers           { return nil }
func relyingParty(opt Options, u *url.URL) (*webauthn.WebAuthn, error) { return nil, nil }
func digest(s string) string                                           { return s }

var _ netip.Addr
