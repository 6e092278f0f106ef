package cpe_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/cpe"
	"github.com/wardround/wardround/format/version"
)

// Table 6-2 of NISTIR 7696, row by row.
func TestValues(t *testing.T) {
	const wildcard, text, other = cpe.Value("8.*"), cpe.Value("8.0"), cpe.Value("9.0")
	tests := []struct {
		source, target cpe.Value
		want           cpe.Relation
	}{
		{cpe.Any, cpe.Any, cpe.Equal},
		{cpe.Any, cpe.NA, cpe.Superset},
		{cpe.Any, text, cpe.Superset},
		{cpe.Any, wildcard, cpe.Undefined},
		{cpe.NA, cpe.Any, cpe.Subset},
		{cpe.NA, cpe.NA, cpe.Equal},
		{cpe.NA, text, cpe.Disjoint},
		{cpe.NA, wildcard, cpe.Undefined},
		{text, text, cpe.Equal},
		{text, other, cpe.Disjoint},
		{text, wildcard, cpe.Undefined},
		{text, cpe.NA, cpe.Disjoint},
		{text, cpe.Any, cpe.Subset},
		{wildcard, text, cpe.Superset},
		{wildcard, other, cpe.Disjoint},
		{wildcard, cpe.Any, cpe.Subset},
		{wildcard, cpe.NA, cpe.Disjoint},
		{wildcard, wildcard, cpe.Undefined},
		{"sp?", "sp3", cpe.Superset},
		{"sp?", "sp", cpe.Superset}, // ? is one character or none
		{"sp?", "sp10", cpe.Disjoint},
		{"??soft", "msoft", cpe.Superset},
		{"??soft", "microsoft", cpe.Disjoint},
		{"*soft*", "microsoft_corp", cpe.Superset},
		{"*soft*", "sof", cpe.Disjoint},
		{`a\**`, `a\*b`, cpe.Superset},
		{`a\**`, "ab", cpe.Disjoint},
		{`?a`, `\$a`, cpe.Superset}, // a quoted character is one
	}
	for _, tt := range tests {
		if got := cpe.CompareValues(tt.source, tt.target); got != tt.want {
			t.Errorf("%s to %s: %s, want %s", string(tt.source), string(tt.target), got, tt.want)
		}
	}
}

func parse(t *testing.T, s string) cpe.Name {
	t.Helper()
	n, err := cpe.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Names as the examples of NISTIR 7696 §6.2 relate them.
func TestNames(t *testing.T) {
	tests := []struct {
		source, target string
		want           cpe.Relation
		says           string
	}{
		{"cpe:2.3:a:adobe:*:9.*:*:palmos:*:*:*:*:*", "cpe:2.3:a:adobe:reader:9.3.2:*:*:*:*:*:*:*", cpe.Undefined, "edition is not stated"},
		{"cpe:2.3:a:adobe:reader:9.3.2:*:*:*:*:*:*:*", "cpe:2.3:a:adobe:reader:9.3.2:-:*:*:*:*:*:*", cpe.Superset, "covers"},
		{"cpe:2.3:a:adobe:*:9.*:*:*:*:*:*:*:*", "cpe:2.3:a:adobe:reader:9.3.2:*:*:*:*:*:*:*", cpe.Superset, "covers"},
		{"cpe:2.3:a:adobe:reader:9.3.2:*:*:*:*:*:*:*", "cpe:2.3:a:adobe:reader:9.3.2:*:*:*:*:*:*:*", cpe.Equal, "same"},
		{"cpe:2.3:a:adobe:reader:9.3.2:*:*:*:*:*:*:*", "cpe:2.3:a:adobe:*:*:*:*:*:*:*:*:*", cpe.Subset, "version is not stated, the criterion asks for 9.3.2"},
		{"cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*", "cpe:2.3:o:linux:linux_kernel:5.10:*:*:*:*:*:*:*", cpe.Superset, "covers"},
		{"cpe:2.3:h:philips:mx40:*:*:*:*:*:*:*:*", "cpe:2.3:o:philips:mx40_firmware:b.05:*:*:*:*:*:*:*", cpe.Disjoint, "part is o, the criterion asks for h"},
		{"cpe:2.3:a:x:y:*:*:*:*:*:node.js:*:*", "cpe:2.3:a:x:y:1:*:*:*:*:wordpress:*:*", cpe.Disjoint, "target_sw is wordpress, the criterion asks for node.js"},
		{"cpe:2.3:a:X:Y:*:*:*:*:*:*:*:*", "cpe:/a:x:y", cpe.Equal, ""},
	}
	for _, tt := range tests {
		got, why := cpe.Match(parse(t, tt.source), parse(t, tt.target))
		if got != tt.want || !strings.Contains(why, tt.says) {
			t.Errorf("%s to %s: %s, %q; want %s", tt.source, tt.target, got, why, tt.want)
		}
	}
}

// Names of few values, so that all relations occur: the inverse holds both ways,
// and wider than wider is wider.
func TestRelationsHold(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	values := []cpe.Value{cpe.Any, cpe.Any, cpe.NA, "1", "2"}
	some := func() cpe.Name {
		n := cpe.Name{cpe.Part: "a"}
		for a := cpe.Vendor; a <= cpe.Version; a++ {
			n[a] = values[r.IntN(len(values))]
		}
		return n
	}
	seen := map[cpe.Relation]int{}
	for range 20000 {
		a, b, c := some(), some(), some()
		ab, bc := cpe.Compare(a, b), cpe.Compare(b, c)
		seen[ab]++
		if back := cpe.Compare(b, a); back != ab.Inverse() {
			t.Fatalf("%s to %s is %s, back %s", a, b, ab, back)
		}
		if ab == cpe.Superset && bc == cpe.Superset && cpe.Compare(a, c) != cpe.Superset {
			t.Fatalf("%s, %s, %s: wider than wider is %s", a, b, c, cpe.Compare(a, c))
		}
		if ab == cpe.Superset && bc == cpe.Disjoint && cpe.Compare(a, c) == cpe.Subset {
			t.Fatalf("%s, %s, %s: what is disjoint from a part is not wider than the whole", a, b, c)
		}
	}
	if len(seen) != 5 {
		t.Errorf("not all relations occur: %v", seen)
	}
}

func TestRanges(t *testing.T) {
	any := "cpe:2.3:o:philips:mx40_firmware:*:*:*:*:*:*:*:*"
	tests := []struct {
		criteria cpe.Range
		target   string
		order    version.Scheme
		want     cpe.Answer
		says     string
	}{
		{cpe.Range{EndExcluding: "4.33"}, "4.4:*", version.Loose, cpe.Yes, "version 4.4 is before 4.33"},
		{cpe.Range{EndExcluding: "4.33"}, "4.33:*", version.Loose, cpe.No, "version 4.33 is not before 4.33"},
		{cpe.Range{EndIncluding: "4.33"}, "4.33:*", version.Loose, cpe.Yes, "up to 4.33"},
		{cpe.Range{StartIncluding: "b.02", EndExcluding: "b.06.18"}, "b.05:*", version.Loose, cpe.Yes, "from b.02 and before b.06.18"},
		{cpe.Range{StartExcluding: "3.0"}, "3.0:*", version.Loose, cpe.No, "after 3.0"},
		{cpe.Range{EndExcluding: "4.33"}, "*:*", version.Loose, cpe.CannotTell, "version is not stated"},
		{cpe.Range{EndExcluding: "4.33"}, "-:*", version.Loose, cpe.No, "no version"},
		{cpe.Range{EndExcluding: "4.33"}, "b.05:*", version.Loose, cpe.CannotTell, "letters and digits"},
		{cpe.Range{EndExcluding: "8.1 SP3"}, "8.1:sp2", version.Loose, cpe.Yes, "8.1 sp2"},
		{cpe.Range{EndExcluding: "8.1 SP3"}, "8.1:sp3", version.Loose, cpe.No, "8.1 sp3"},
		{cpe.Range{EndExcluding: "1.0.2zb"}, "1.0.2k:*", version.OpenSSL, cpe.Yes, ""},
		{cpe.Range{StartIncluding: "2.0", EndExcluding: "r5"}, "1.0:*", version.Loose, cpe.No, "1.0 is not from 2.0"},
		{cpe.Range{}, "1.0:*", version.Loose, cpe.Yes, "covers"},
	}
	for _, tt := range tests {
		tt.criteria.Criteria = parse(t, any)
		target := parse(t, "cpe:2.3:o:philips:mx40_firmware:"+tt.target+":*:*:*:*:*:*")
		got, why := tt.criteria.Contains(target, tt.order)
		if got != tt.want || !strings.Contains(why, tt.says) {
			t.Errorf("%s on %s: %s, %q; want %s", tt.criteria, tt.target, got, why, tt.want)
		}
	}
	r := cpe.Range{Criteria: parse(t, any), EndExcluding: "9"}
	if got, why := r.Contains(parse(t, "cpe:2.3:h:philips:mx40:1.0:*:*:*:*:*:*:*"), version.Loose); got != cpe.No {
		t.Errorf("another product: %s, %s", got, why)
	}
}

func TestOrder(t *testing.T) {
	for s, want := range map[string]version.Scheme{
		"cpe:2.3:a:openssl:openssl:1.0.2k:*:*:*:*:*:*:*":      version.OpenSSL,
		"cpe:2.3:o:linux:linux_kernel:6.1:rc3:*:*:*:*:*:*":    version.SemVer,
		"cpe:2.3:a:lodash:lodash:4.17.20:*:*:*:*:node.js:*:*": version.SemVer,
		"cpe:2.3:o:philips:mx40_firmware:b.05:*:*:*:*:*:*:*":  version.Loose,
	} {
		if got := cpe.Order(parse(t, s)); got != want {
			t.Errorf("%s: %s", s, got)
		}
	}
	kernel := cpe.Range{Criteria: parse(t, "cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*"), EndExcluding: "6.1"}
	for target, want := range map[string]cpe.Answer{"6.1:rc3": cpe.Yes, "6.1:*": cpe.No, "5.10.209:*": cpe.Yes} {
		n := parse(t, "cpe:2.3:o:linux:linux_kernel:"+target+":*:*:*:*:*:*")
		if got, why := kernel.Contains(n, cpe.Order(n)); got != want {
			t.Errorf("%s: %s, %s", target, got, why)
		}
	}
}
