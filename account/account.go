// Package account is people: who they are, what they may do, how they prove it.
//
// An [Account] has [Grant]s: a [Role] at a site, for a product line. A role has
// permissions, in one table. Whoever signs in gets a session, and each request with
// its cookie becomes a [Principal], which is what the rest of the program asks: may
// it, may it here, in which role does it speak. A program shows a token instead and
// becomes a principal of fewer permissions.
//
// There are four ways in: a password (and a code of an authenticator app, if the
// person has set one up), a passkey, an OpenID Connect provider, and a one-time
// link. [Service] has them all. It knows no HTTP: the caller keeps the values of
// cookies and says from where a request comes ([Client]).
//
// What must hold:
//
//   - The store holds no secret that opens anything: cookies, tokens and links are
//     kept as SHA-256 of at least 80 random bits, passwords as Argon2id, the secrets
//     of authenticator apps sealed with a key that lies in a file.
//   - A secret that was used once, or whose time is over, opens nothing. Of two who
//     use it at the same time one gets in.
//   - The answer to a wrong name is that to a wrong password, in words and in time.
//   - A session never survives a change of what it stands for: signing in, a new
//     password and a new second factor give a new one; new grants, a reset and a
//     switched-off account end all.
//   - Every act goes to Options.Audit.
//   - Memory is bounded, whatever strangers send.
package account

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/wardround/wardround"
)

// Account is a person, as everybody with the permission may see it.
type Account struct {
	ID string `json:"id"`
	// Name is what is typed to sign in and what decisions are signed with: 2 to 64
	// letters, digits, dots, dashes, underscores and @, in lower case.
	Name    string  `json:"name"`
	Display string  `json:"display"`
	Email   string  `json:"email,omitempty"`
	Grants  []Grant `json:"grants"`
	// Language is a BCP 47 tag, Theme "light", "dark" or "", TimeZone an IANA name.
	Language string `json:"language,omitempty"`
	Theme    string `json:"theme,omitempty"`
	TimeZone string `json:"time_zone,omitempty"`

	TOTP        bool      `json:"totp"`
	Passkeys    []Passkey `json:"passkeys"`
	HasPassword bool      `json:"has_password"`
	// OIDC is the id of the provider the account signs in with, "" if none.
	OIDC string `json:"oidc,omitempty"`
	// Emergency accounts may use a password although that is switched off, for the
	// day when the provider is down. Each use is told as [ActEmergency].
	Emergency  bool       `json:"emergency,omitempty"`
	Disabled   bool       `json:"disabled,omitempty"`
	Created    time.Time  `json:"created"`
	LastSignIn *time.Time `json:"last_sign_in,omitempty"`
	// ETag names the version, for If-Match.
	ETag string `json:"etag"`
}

// Passkey is a WebAuthn credential of an account.
type Passkey struct {
	ID       string     `json:"id"` // base64url, as the browser names it
	Name     string     `json:"name"`
	Created  time.Time  `json:"created"`
	LastUsed *time.Time `json:"last_used,omitempty"`
}

// May reports whether any grant of the account has the permission.
func (a *Account) May(p Permission) bool {
	return !a.Disabled && slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Role.May(p) })
}

// person is an account with its secrets, as it is stored.
type person struct {
	Account
	Password    string       `json:"password,omitempty"` // PHC string
	TOTPSecret  []byte       `json:"totp_secret,omitempty"`
	TOTPStep    int64        `json:"totp_step,omitempty"` // the newest step that was used
	Recovery    []string     `json:"recovery,omitempty"`  // hashes of unused codes
	Keys        []credential `json:"keys,omitempty"`
	Issuer      string       `json:"issuer,omitempty"`
	Subject     string       `json:"subject,omitempty"`
	Devices     []device     `json:"devices,omitempty"`
	Demo        bool         `json:"demo,omitempty"`
	Provisioned bool         `json:"provisioned,omitempty"` // by a provider, which keeps its grants
	version     int64
}

// device is a browser that the account has signed in with.
type device struct {
	Hash string    `json:"hash"`
	At   time.Time `json:"at"`
}

// record writes p as the store keeps it.
func (p *person) record() Record {
	keys := []string{nameKey(p.Name)}
	if p.Issuer != "" {
		keys = append(keys, subjectKey(p.Issuer, p.Subject))
	}
	for _, k := range p.Keys {
		keys = append(keys, "passkey:"+k.id())
	}
	v, err := json.Marshal(p)
	if err != nil {
		panic("account: a person is plain data: " + err.Error())
	}
	return Record{Kind: KindAccount, ID: p.ID, Owner: p.ID, Keys: keys, Version: p.version, Value: v}
}

func readPerson(r Record) (*person, error) {
	p := &person{version: r.Version}
	if err := json.Unmarshal(r.Value, p); err != nil {
		return nil, wardround.Errorf(wardround.EIntegrity, "account.read", "account %s cannot be read: %w", r.ID, err)
	}
	return p, nil
}

// public returns what others may see.
func (p *person) public() *Account {
	a := p.Account
	a.Grants = slices.Clone(p.Grants)
	if a.Grants == nil {
		a.Grants = []Grant{}
	}
	a.HasPassword = p.Password != ""
	a.TOTP = len(p.TOTPSecret) > 0
	a.Passkeys = make([]Passkey, 0, len(p.Keys))
	for _, k := range p.Keys {
		a.Passkeys = append(a.Passkeys, k.public())
	}
	a.ETag = etag(p.version)
	return &a
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 36) + `"` }

func nameKey(name string) string { return "name:" + fold(name) }

func subjectKey(issuer, subject string) string { return "oidc:" + digest(issuer+"\n"+subject) }

// fold is the form in which names are compared: NFKC, lower case, no space around.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(norm.NFKC.String(s))) }

// validName returns the form in which a name is kept.
func validName(op, name string) (string, error) {
	n := fold(name)
	if l := utf8.RuneCountInString(n); l < 2 || l > 64 {
		return "", wardround.Errorf(wardround.EInvalid, op, "a name to sign in with has 2 to 64 characters; %q has %d", clip(name), l)
	}
	for _, r := range n {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune(".-_@+", r) {
			return "", wardround.Errorf(wardround.EInvalid, op, "a name to sign in with has letters, digits and . - _ @ +; %q has %q", clip(name), r)
		}
	}
	return n, nil
}

// validText refuses control characters and what is too long. Markup is text like
// any other here; whoever shows it must show it as text.
func validText(op, what, s string, most int) (string, error) {
	s = strings.TrimSpace(norm.NFC.String(s))
	if len(s) > most {
		return "", wardround.Errorf(wardround.EInvalid, op, "the %s has %d bytes; at most %d", what, len(s), most)
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return "", wardround.Errorf(wardround.EInvalid, op, "the %s has control characters or is not UTF-8", what)
	}
	return s, nil
}

func validEmail(op, s string) (string, error) {
	s, err := validText(op, "mail address", s, 254)
	if err != nil || s == "" {
		return s, err
	}
	if a, err := mail.ParseAddress(s); err != nil || a.Address != s {
		return "", wardround.Errorf(wardround.EInvalid, op, "%q is no mail address", clip(s))
	}
	return s, nil
}

// clip shortens what a stranger sent, for a message.
func clip(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}

// same compares two secrets in a time that does not depend on where they differ.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
