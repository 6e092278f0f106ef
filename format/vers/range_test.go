package vers_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/vers"
)

func read(t *testing.T, s string) vers.Range {
	t.Helper()
	r, err := vers.Read(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestContains(t *testing.T) {
	tests := []struct {
		in   string
		yes  string // versions inside, between spaces
		no   string
		tidy string // simplified; empty when the same
	}{
		{"vers:npm/>=1.0.0|<2.0.0", "1.0.0 1.9.9 2.0.0-rc.1", "0.9.9 2.0.0 1.0.0-rc.1", ""},
		{"vers:pypi/!=5", "4.9 5.1", "5 5.0", ""},
		{"vers:pypi/<1|!=2|>3", "0.9 4", "1 2 2.5 3", "vers:pypi/<1|>3"},
		{"vers:pypi/>1|!=2|<3", "1.5 2.5", "1 2 3", ""},
		{"vers:pypi/1|2|>=3", "1 2 3 4", "1.5 2.5", ""},
		{"vers:deb/<=1.0-1|>=1:0", "0.9 1.0-1 1:2", "1.0-2", ""},
		{"vers:all/*", "anything", "", ""},
		{"vers:none/*", "", "anything", ""},
		{"vers:rpm/*", "1-1", "", ""},
		{"vers:generic/>=4.0|<4.33", "V4.4 4.0", "4.33 v3.9", ""},
		{"vers:pypi/<=1|>=1", "0 1 2", "", "vers:pypi/*"},
		{"vers:pypi/<1|>1", "0 2", "1", "vers:pypi/!=1"},
		{"vers:openssl/>=1.0.2|<1.0.2zb", "1.0.2k", "1.0.2zb 1.1.0", ""},
	}
	for _, tt := range tests {
		r := read(t, tt.in)
		for v := range strings.FieldsSeq(tt.yes) {
			if in, err := r.Contains(v); !in || err != nil {
				t.Errorf("%s: %s is not inside, %v", tt.in, v, err)
			}
		}
		for v := range strings.FieldsSeq(tt.no) {
			if in, err := r.Contains(v); in || err != nil {
				t.Errorf("%s: %s is inside, %v", tt.in, v, err)
			}
		}
		want := tt.tidy
		if want == "" {
			want = tt.in
		}
		if got := r.Simplified().String(); got != want {
			t.Errorf("%s simplified: %s", tt.in, got)
		}
	}
	if _, err := read(t, "vers:generic/<4.33").Contains("D.01.05"); err == nil {
		t.Error("letters against digits were ordered")
	}
	if _, err := read(t, "vers:deb/<4.33").Contains("a:b"); err == nil {
		t.Error("no version was ordered")
	}
}

// What contradicts itself is refused, with what contradicts.
func TestRefused(t *testing.T) {
	for in, says := range map[string]string{
		"vers:npm/>2.0.0|>1.0.0":       "already covered",
		"vers:npm/<2.0.0|<1.0.0":       "leaves open",
		"vers:npm/>1.0.0|1.5.0|<2.0.0": "already covered",
		"vers:npm/1.0.0|!=1.0.0":       "about the same version",
		"vers:npm/<2.0.0|>=1.0.0|<3":   "leaves open",
		"vers:npm/=1.0.0":              "must be percent-encoded",
		"vers:npm/*|1.0.0":             "must be percent-encoded",
		"vers:all/1.0":                 "* alone",
		"vers:all/<V7.0.3":             "* alone", // a misuse that CISA's advisories are full of
		"vers:invalid/1":               "type invalid",
		"vers:NPM/1":                   "lower-case",
		"vers:npm":                     "no constraints",
		"npm/1.0":                      "the scheme vers",
		"vers:npm/1.0 ":                "white space",
		"vers:npm/1%0a":                "printable",
		"vers:unknown/1|2":             "not known",
		"vers:pypi/" + strings.Repeat("1|", vers.MaxConstraints) + "1": "at most",
		"vers:pypi/" + strings.Repeat("1", vers.MaxLength):             "at most",
	} {
		r, err := vers.Read(in)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.60s: %v, %v; want %q", in, r, err, says)
		}
	}
}

func TestNative(t *testing.T) {
	tests := []struct{ typ, native, tidy string }{
		{"npm", "<2.0.1 || <1.1.7", "vers:npm/<2.0.1"},
		{"npm", "^0.0.3", "vers:npm/>=0.0.3|<0.0.4"},
		{"npm", "^0", "vers:npm/>=0.0.0|<1.0.0"},
		{"npm", "~1", "vers:npm/>=1.0.0|<2.0.0"},
		{"npm", ">1.2", "vers:npm/>=1.3.0"},
		{"npm", "1.2.3 - 2.3", "vers:npm/>=1.2.3|<2.4.0"},
		{"npm", "*", "vers:npm/*"},
		{"npm", ">2 <1 || ^3", "vers:npm/>=3.0.0|<4.0.0"},
		{"pypi", "!=2.2.*,>=1.0.1,~=1.2", "vers:pypi/>=1.2|<2.dev0"},
		{"npm", "^2.0.18 || ^3.0.16 || ^3.1.6", "vers:npm/>=2.0.18|<3.0.0|>=3.0.16|<4.0.0"},
		{"cargo", "1.2", "vers:cargo/>=1.2.0|<2.0.0"},
		{"cargo", ">=1.2, <1.5", "vers:cargo/>=1.2.0|<1.5.0"},
		{"composer", "~1.2", "vers:composer/>=1.2|<2"},
		{"composer", "~1.2.3|^2.1", "vers:composer/>=1.2.3|<1.3|>=2.1|<3.0.0"},
		{"composer", "1.0.*", "vers:composer/>=1.0|<1.1"},
		{"pypi", "~=1.4.5", "vers:pypi/>=1.4.5|<1.5.dev0"},
		{"pypi", "==1.*", "vers:pypi/>=1.dev0|<2.dev0"},
		{"pypi", ">=1,!=1.5.*,<3", "vers:pypi/>=1|<1.5.dev0|>=1.6.dev0|<3"},
		{"gem", ">= 1.0, != 1.2, < 2", "vers:gem/>=1.0|!=1.2|<2"},
		{"gem", "~> 2", "vers:gem/>=2|<3"},
		{"gem", "~> 2.0.beta1", "vers:gem/>=2.0.beta1|<3"},
		{"maven", "[1.0,2.0),(3.0,]", "vers:maven/>=1.0|<2.0|>3.0"},
		{"maven", "(,1.0],[1.2]", "vers:maven/<=1.0|1.2"},
		{"maven", "1.0", "vers:maven/1.0"},
		{"nuget", "1.0", "vers:nuget/>=1.0"},
		{"nginx", "1.5.0+, 1.4.1+", "vers:nginx/>=1.4.1"},
		{"nginx", "all", "vers:nginx/*"},
		{"deb", ">= 1.0, << 2:0", "vers:deb/>=1.0|<2:0"},
	}
	for _, tt := range tests {
		r, err := vers.FromNative(tt.typ, tt.native)
		if err != nil {
			t.Errorf("%s %s: %v", tt.typ, tt.native, err)
			continue
		}
		tidy := r.Simplified()
		if tidy.String() != tt.tidy {
			t.Errorf("%s %s: %s, want %s", tt.typ, tt.native, tidy, tt.tidy)
		}
		if _, err := vers.Parse(tidy.String()); err != nil {
			t.Errorf("%s %s: simplified is not valid: %v", tt.typ, tt.native, err)
		}
	}
	for _, tt := range [][2]string{
		{"npm", ">2 <1"}, {"npm", "1.1.2 1.2.2"}, {"maven", "[2.0,1.0]"}, {"maven", "[1.0"}, {"maven", "1.0,2.0"}, {"maven", "(1.0)"},
		{"pypi", "~=1"}, {"pypi", ">=1.*"}, {"gem", "~> x"}, {"npm", "<*"}, {"npm", "git://x"}, {"nothing", "1"}, {"nginx", "none"}, {"nginx", ""},
	} {
		if r, err := vers.FromNative(tt[0], tt[1]); err == nil {
			t.Errorf("%s %s: read as %s", tt[0], tt[1], r)
		}
	}
	if _, err := vers.FromNative("npm", ">2 <1"); !errors.Is(err, vers.ErrContradiction) {
		t.Errorf("a contradiction is told as %v", err)
	}
}

// Union and intersection contain what they should, whatever the ranges; and what
// is simplified contains the same.
func TestMerge(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	some := func() vers.Range {
		for {
			parts := make([]string, 0, 4)
			for i := range 1 + r.IntN(4) {
				parts = append(parts, []string{"", "<", "<=", ">", ">=", "!="}[r.IntN(6)]+fmt.Sprint(i*3+r.IntN(3)))
			}
			if got, err := vers.Parse("vers:semver/" + strings.Join(parts, "|")); err == nil {
				return got
			}
		}
	}
	in := func(g vers.Range, v string) bool {
		ok, err := g.Contains(v)
		if err != nil {
			t.Fatalf("%s: %v", g, err)
		}
		return ok
	}
	for range 3000 {
		a, b := some(), some()
		either, err := vers.Union(a, b)
		if err != nil {
			t.Fatal(err)
		}
		both, err := vers.Intersection(a, b)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 13 {
			for _, v := range []string{fmt.Sprint(i), fmt.Sprintf("%d.5", i), fmt.Sprintf("%d-rc", i)} {
				x, y := in(a, v), in(b, v)
				if in(a.Simplified(), v) != x {
					t.Fatalf("%s simplified is %s: %s", a, a.Simplified(), v)
				}
				if in(either, v) != (x || y) || in(both, v) != (x && y) {
					t.Fatalf("%s, %s: union %s, intersection %s: %s", a, b, either, both, v)
				}
			}
		}
		for _, g := range []vers.Range{either, both} {
			if _, err := vers.Parse(g.String()); err != nil {
				t.Fatalf("%s, %s: %s is not valid: %v", a, b, g, err)
			}
		}
	}
	if _, err := vers.Union(read(t, "vers:npm/1"), read(t, "vers:deb/1")); err == nil {
		t.Error("two types were merged")
	}
}

func FuzzRead(f *testing.F) {
	f.Add("vers:npm/>=1.0.0|!=1.5|<2.0.0", "1.5.0")
	f.Add("vers:pypi/0.0.2|>=3.0.0|0.0.1", "3!1.dev0")
	f.Add("vers:datetime/2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z")
	f.Add("vers:generic/<V4.33%20SP1", "V4.4")
	f.Fuzz(func(t *testing.T, s, v string) {
		r, err := vers.Read(s)
		if err != nil {
			return
		}
		in, err := r.Contains(v)
		if err != nil || r.Type == "test" || r.Type == "example" {
			return
		}
		tidy := r.Simplified()
		if again, err := tidy.Contains(v); again != in || err != nil {
			t.Fatalf("%q and %q do not agree about %q: %v, %v (%v)", r, tidy, v, in, again, err)
		}
		if _, err := vers.Parse(tidy.String()); err != nil {
			t.Fatalf("%q: simplified %q is not valid: %v", s, tidy, err)
		}
	})
}

func FuzzNative(f *testing.F) {
	for typ, s := range map[string]string{
		"npm": "^1.2.x || ~2 >3 - 4", "pypi": "~=1.4,!=1.*", "maven": "[1,2),(3,]", "gem": "~> 2.0, != 2.1", "conan": "^1.2- || *",
		"nginx": "1.5.0+, 0.7-0.8", "openssl": "1.0.1b, 3", "composer": "~1.2|^0.3", "cargo": "1.2, <3", "deb": ">= 1, << 2",
	} {
		f.Add(typ, s)
	}
	f.Fuzz(func(t *testing.T, typ, s string) {
		r, err := vers.FromNative(typ, s)
		if err != nil {
			return
		}
		if tidy := r.Simplified(); tidy.Type != "none" {
			if _, err := vers.Parse(tidy.String()); err != nil {
				t.Fatalf("%s %q: %q is not valid: %v", typ, s, tidy, err)
			}
		}
	})
}
