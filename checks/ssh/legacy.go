// Package ssh holds the checks of SSH listeners.
package ssh

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "ssh.legacy",
	Version: 1,
	Title:   "Remote maintenance with outdated cryptography",
	Doc: "This listener's SSH uses, or offers nothing better than, methods that are known to be weak: version 1 of the protocol, SHA-1 key exchange, DSA or short RSA host keys, CBC or RC4 ciphers, MD5. Somebody on the way with the means can read or take over a maintenance session, and with it the device. " +
		"It mostly means that the device's software has not been renewed for years. Ask the maker for a version with current SSH; until then let only the maintenance hosts reach the listener. " +
		"A weak method that is offered beside strong ones and that nobody uses does not count, because SSH protects the choice itself. It passes when only strong sessions were seen for a day. It is wrong where the listener is switched off or replaced and only an old capture is read.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"ssh"},
	Side:         check.AsServer,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"cryptography-strength", "least-functionality"},
	Watch:        []kind.Name{kind.SSHSession},
	StateVersion: 1,
	Fresh:        30 * 24 * time.Hour,
	Group:        check.ByZone,
	Say: check.Say{
		Bedside:     "Nothing at the bedside is known to have changed. Maintenance sessions to {asset} are protected only weakly; whether anybody used that is unknown.",
		Engineering: "Ask the maker of {asset} for a version with current SSH, or whether the listener can be switched off. It shows itself as {software}.",
		Security:    "Let only maintenance hosts reach {item} of {asset}. Plan the update with clinical engineering.",
		Dont:        "Don't change the SSH settings of a medical device yourself: its maker may need them for service, and the change may void the maker's assurance.",
		Why:         "{software} on {item}: {weak}.",
		Wrong:       "the listener is no longer in service.",
	},
	Run: legacy,
})

// strongFor is how long only strong sessions must be seen before a listener passes:
// an old client may come once a day.
const strongFor = 24 * time.Hour

// listeners are those of one asset that were seen to use weak methods, and those
// that were judged at all.
type listeners struct {
	Weak   check.Sightings `json:"weak"`
	Judged check.Sightings `json:"judged"`
}

// legacy judges each listener by its own offer and by what was chosen with it.
func legacy(_ context.Context, p *check.Pass) error {
	for o := range p.Seen() {
		s := o.Fields.(*kind.SSHSessionV1)
		if o.Flow == nil || o.Dst == "" || s.Server == "" {
			continue
		}
		subject, item := wardround.AssetSubject(o.Dst), check.Listener(o.Flow)
		weak := weaknesses(s)
		seen := check.StateOf[listeners](p, "", o.Dst)
		switch {
		case len(weak) > 0:
			seen.Weak.Note(item, o.At)
			seen.Judged.Note(item, o.At)
			facts := wardround.Facts{"software": s.Server, "weak": weak}
			if strings.HasPrefix(s.Protocol, "1") || s.ChosenCipher == "none" {
				p.Fail(subject, item, facts, check.As(wardround.High))
			} else {
				p.Fail(subject, item, facts)
			}
		case s.KEX == nil && seen.Judged.Known(item), seen.Weak.Known(item) && !seen.Weak.Over(item, o.At, strongFor):
			// A banner says nothing new, nor does a strong client beside a weak one.
		case s.KEX == nil:
			p.Unknown(subject, item, "the algorithms were not captured", wardround.Facts{"software": s.Server})
		default:
			seen.Judged.Note(item, o.At)
			p.Pass(subject, item, wardround.Facts{"software": s.Server})
		}
	}
	return nil
}

// minRSA is the shortest RSA or DSA key that counts as strong, in bits (NIST SP
// 800-57 part 1, table 2: 112 bits of strength).
const minRSA = 2048

// weaknesses names what is weak about a session and its listener, sorted.
func weaknesses(s *kind.SSHSessionV1) (out []string) {
	if strings.HasPrefix(s.Protocol, "1") {
		out = append(out, "speaks protocol version "+s.Protocol)
	}
	for _, c := range []struct {
		what    string
		offered []string
		chosen  string
		weak    func(string) bool
	}{
		{"key exchange", s.KEX, s.ChosenKEX, weakKEX},
		{"host key", s.HostKeys, s.ChosenHostKey, weakHostKey},
		{"cipher", s.Ciphers, s.ChosenCipher, weakCipher},
		{"MAC", s.MACs, s.ChosenMAC, weakMAC},
	} {
		switch {
		case c.chosen != "" && c.weak(c.chosen):
			out = append(out, c.what+" "+c.chosen+" in use")
		case len(c.offered) > 0 && !slices.ContainsFunc(c.offered, func(a string) bool { return !marker(a) && !c.weak(a) }):
			out = append(out, "offers no strong "+c.what)
		}
	}
	if s.HostKeyBits > 0 && s.HostKeyBits < minRSA {
		out = append(out, fmt.Sprintf("host key of %d bits", s.HostKeyBits))
	}
	slices.Sort(out)
	return out
}

// marker reports a name that negotiates a property and is no method (RFC 8308,
// OpenSSH's strict key exchange).
func marker(a string) bool {
	return strings.HasPrefix(a, "ext-info-") || strings.HasPrefix(a, "kex-strict-")
}

// weakKEX follows RFC 9142 §4: SHA-1, and 1,024-bit groups or keys.
func weakKEX(a string) bool {
	return strings.HasSuffix(a, "-sha1") || strings.HasPrefix(a, "rsa1024") || strings.HasPrefix(a, "gss-") && strings.Contains(a, "-sha1-")
}

// weakHostKey: DSA (RFC 8332 §1 and FIPS 186-5), and RSA signatures with SHA-1.
func weakHostKey(a string) bool {
	return strings.HasPrefix(a, "ssh-dss") || strings.HasPrefix(a, "ssh-rsa") || strings.HasPrefix(a, "x509v3-sign-")
}

// weakCipher: no cipher, RC4 (RFC 8758), CBC (plaintext recovery, CVE-2008-5161),
// and blocks of 64 bits.
func weakCipher(a string) bool {
	return a == "none" || strings.HasPrefix(a, "arcfour") || strings.HasSuffix(a, "-cbc") || strings.Contains(a, "-cbc@") || strings.HasPrefix(a, "des") || strings.HasPrefix(a, "3des")
}

// weakMAC: none, and MD5.
func weakMAC(a string) bool { return a == "none" || strings.HasPrefix(a, "hmac-md5") }
