package feed

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// Source is a provider's server from which knowledge is pulled. No host is contacted
// but that of URL and those in Hosts.
type Source struct {
	Name string // what its feed is called: letters, digits, ".", "_" and "-"
	// Kind is "osv", "nvd", "cve5", "csaf", "kev", "epss", "eol" or "vex".
	Kind string
	// URL is the file; for osv with Ecosystems the folder that has ECOSYSTEM/all.zip; for
	// nvd the address of the API 2.0; for csaf the provider-metadata.json or the host
	// that has it in /.well-known/csaf/; for eol with Products the folder that has
	// PRODUCT.json.
	URL        string
	Every      time.Duration // how often; default 6 h, at least a minute
	Ecosystems []string      // of osv: "Go", "Debian:12"
	Products   []string      // of eol: "windows-embedded"
	// Keys are public OpenPGP keys, armoured or binary. Where there is one, every
	// document (csaf) or file (vex and the others) must have a signature of one of them.
	// The keys that a provider names itself prove nothing: they come from the same server.
	Keys [][]byte
	// Headers go with every request to the host of URL, and to no other.
	Headers map[string]string
	// Hosts are further hosts ("cdn.example.org", "mirror:8443") to which redirects may
	// lead and where listed documents may lie.
	Hosts []string
	// Pause lies between two requests to an API; default for nvd 6 s, with a key 0.6 s.
	Pause time.Duration
}

// kinds of sources.
var sourceKinds = []string{"osv", "nvd", "cve5", "csaf", "kev", "epss", "eol", "vex"}

// Check completes the defaults and says what is wrong. Error: EInvalid.
func (s *Source) Check() error {
	const op = "feed.source"
	bad := func(format string, args ...any) error {
		return wardround.Errorf(wardround.EInvalid, op, "feed %s: "+format, append([]any{s.Name}, args...)...)
	}
	if s.Name == "" || len(s.Name) > 64 || strings.Trim(s.Name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != "" {
		return wardround.Errorf(wardround.EInvalid, op, "a feed is called %q; its name has letters, digits, dots, dashes and underscores, at most 64", s.Name)
	}
	if !slices.Contains(sourceKinds, s.Kind) {
		return bad("no kind %q; the kinds are %s", s.Kind, strings.Join(sourceKinds, ", "))
	}
	u, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return bad("%q is no address; want one that begins with https:// and has neither a password nor a #", s.URL)
	}
	if len(s.Ecosystems) > 0 && s.Kind != "osv" {
		return bad("ecosystems are those of osv")
	}
	if len(s.Products) > 0 && s.Kind != "eol" {
		return bad("products are those of eol")
	}
	for _, n := range slices.Concat(s.Ecosystems, s.Products) {
		if n == "" || strings.ContainsAny(n, "/\\?#") || strings.HasPrefix(n, ".") {
			return bad("%q is neither an ecosystem nor a product", n)
		}
	}
	for i, k := range s.Keys {
		if _, err := readKey(k); err != nil {
			return bad("key %d is no public OpenPGP key: %v", i+1, err)
		}
	}
	switch {
	case s.Every == 0:
		s.Every = 6 * time.Hour
	case s.Every < time.Minute:
		return bad("every %v is too often for a server of others; at least a minute", s.Every)
	}
	if s.Pause == 0 && s.Kind == "nvd" {
		s.Pause = 6 * time.Second // what NVD asks of those without a key
		if len(s.Headers) > 0 {
			s.Pause = 600 * time.Millisecond
		}
	}
	return nil
}

// allowed reports whether a host may be contacted for the source.
func (s *Source) allowed(u *url.URL) bool {
	own, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return false
	}
	if own.Scheme == "https" && u.Scheme != "https" {
		return false // what is asked for in secret is not answered in the open
	}
	return strings.EqualFold(u.Host, own.Host) || slices.ContainsFunc(s.Hosts, func(h string) bool { return strings.EqualFold(h, u.Host) })
}

// home reports whether a host is that of the source's own address.
func (s *Source) home(u *url.URL) bool {
	own, err := url.Parse(s.URL)
	return err == nil && strings.EqualFold(u.Host, own.Host) && u.Scheme == own.Scheme
}
