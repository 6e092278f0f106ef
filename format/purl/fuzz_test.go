package purl_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/purl"
)

// What was read can be written and read again, and matches itself.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"pkg:npm/%40babel/core@7.0.0", "pkg:git/codeberg.org/forgejo/forgejo@a7#b/c", "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie",
		"pkg:rpm/redhat/a@1?epoch=1&upstream=a-1-2.src.rpm", "pkg:generic/a?checksum=sha1:1%2Cmd5:2", "pkg:", "pkg:git/a", "pkg:golang/a/b/c@v1#x/y",
		"pkg:npm/a%2F%2Fb/c", "pkg:a/%2F", "pkg:npm/a#%2e%2e", "pkg:npm/a?x=%00", "pkg:npm/a#x%2Fy//z", "pkg:git/a/b%2F%2Fc",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := purl.Parse(s)
		if err != nil {
			return
		}
		purl.Locate(p)
		text := p.String()
		if len(text) > purl.MaxLength { // encoding made it longer
			return
		}
		again, err := purl.Parse(text)
		if err != nil || !cmp.Equal(again, p) {
			t.Fatalf("%q: written as %q, which reads as %+v, %v, and not as %+v", s, text, again, err, p)
		}
		if ok, why := purl.Match(again, again); !ok {
			t.Fatalf("%q does not match itself: %s", text, why)
		}
	})
}

func TestBounds(t *testing.T) {
	for _, s := range []string{
		"pkg:npm/" + string(make([]byte, purl.MaxLength)),
		"pkg:npm/a?" + many("a=b&", 100),
	} {
		if _, err := purl.Parse(s); err == nil {
			t.Errorf("%.40q… accepted", s)
		}
	}
}

func many(s string, n int) string {
	out := ""
	for range n {
		out += s
	}
	return out
}

// The suite's own inputs, as they are, do not upset the matcher.
func TestSuiteMatchesItself(t *testing.T) {
	for _, c := range suite(t) {
		var s string
		if c.Type != "parse" || c.Failure || json.Unmarshal(c.Input, &s) != nil {
			continue
		}
		p, err := purl.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		if ok, why := purl.Match(p, p); !ok {
			t.Errorf("%s: %s", s, why)
		}
		if ok, why := purl.Match(p.WithoutVersion(), p); !ok {
			t.Errorf("%s: %s", s, why)
		}
	}
}
