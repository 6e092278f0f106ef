package productrange

import (
	"strings"
	"testing"

	"github.com/wardround/wardround/format/advisory"
)

// TestPhrases: how people say it, in CISA's documents and elsewhere.
func TestPhrases(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		// bounds in words
		{"7.1.2 and prior", "<= 7.1.2"},
		{"7.1.2 and prior versions", "<= 7.1.2"},
		{"Versions 7.1.2 and all prior versions", "<= 7.1.2"},
		{"versions prior to v5.3", "< v5.3"},
		{"All versions prior to and including 2.4", "<= 2.4"},
		{"before 4.2.1", "< 4.2.1"},
		{"earlier than 3.0", "< 3.0"},
		{"2.0 or later", ">= 2.0"},
		{"v2.0 and newer", ">= v2.0"},
		{"2.0+", ">= 2.0"},
		{"2.0 +", ">= 2.0"},
		{"starting with 3.1", ">= 3.1"},
		{"later than 3.1", "> 3.1"},
		{"up to 7.6.2", "<= 7.6.2"},
		{"up to and including 7.6.2", "<= 7.6.2"},
		{"up to but not including 7.6.2", "< 7.6.2"},
		{"K and prior", "<= K"},
		{"Firmware 9.0.3 and older", "<= 9.0.3"},
		{"≤ 2.1", "<= 2.1"},
		{"less than or equal to 2.1", "<= 2.1"},
		{"<= Build 595", "<= Build 595"},
		// intervals
		{"Versions 2.x through 4.1", ">= 2, <= 4.1"},
		{"V3.0 up to and excluding 3.2", ">= V3.0, < 3.2"},
		{"V3.0 up to but not including V3.2", ">= V3.0, < V3.2"},
		{"from 1.0 to 2.5", ">= 1.0, <= 2.5"},
		{"from 2.0 onwards", ">= 2.0"},
		{"between 1.0 and 2.5", ">= 1.0, <= 2.5"},
		{"1.0 – 2.5", ">= 1.0, <= 2.5"},
		{"1.0 - 2.5", ">= 1.0, <= 2.5"},
		{"[1.0, 2.0)", ">= 1.0, < 2.0"},
		{"(,2.0]", "<= 2.0"},
		{">= 3.0 and < 3.4.1", ">= 3.0, < 3.4.1"},
		{"> 1.0, <= 2.0", "> 1.0, <= 2.0"},
		{"< 2.0 and >= 1.0", ">= 1.0, < 2.0"},
		{"Rev. A through Rev. F", ">= A, <= F"},
		{"Revision J to M", ">= J, <= M"},
		{"Rev B-M", ">= B, <= M"},
		{"versions 3.x prior to 3.4.2", ">= 3, < 3.4.2"},
		{"3.x before 3.4.2", ">= 3, < 3.4.2"},
		{"all 3.x versions", ">= 3, < 4"},
		{">= 3.2 && < 4.0", ">= 3.2, < 4.0"},
		{"1.2.3 (and earlier)", "<= 1.2.3"},
		{"at least 2.0 but less than 3.0", ">= 2.0, < 3.0"},
		{"versions from 2.0 up to (but not including) 2.5", ">= 2.0, < 2.5"},
		{"versions older than 10.4.2 LTS", "< 10.4.2 LTS"},
		{"<8.4 GMA3", "< 8.4 GMA3"},
		// lists
		{"1.0, 1.1 and 1.2", "= 1.0 or = 1.1 or = 1.2"},
		{"1.0 and 1.1", "= 1.0 or = 1.1"},
		{"1.0; 2.0 to 2.4; 3.0 and later", ">= 2.0, <= 2.4 or >= 3.0 or = 1.0"},
		{"R2 SP1 only", "= R2 SP1"},
		{"3.0 through 3.4 and 4.0 through 4.2", ">= 3.0, <= 3.4 or >= 4.0, <= 4.2"},
		// wildcards
		{"8.*", ">= 8, < 9"},
		{"9.X", ">= 9, < 10"},
		{"prior to 3.x", "< 3"},
		{"7.6x", "free text"},
		{"V3.X.14", "free text"},
		{"A.01 <= C.0x | 4.0", ">= A.01, < C.10 or = 4.0"},
		{"Versions B.02 C.02 C.03", "= B.02 or = C.02 or = C.03"},
		// everything
		{"all", "all"}, {"*", "all"}, {"ALL VERSIONS", "all"}, {"All firmware versions", "all"}, {"vers:all/*", "all"}, {"vers:generic/*", "all"},
		{"all versions except 2.0", "< 2.0 or > 2.0"},
		// serial numbers and dates
		{"serial numbers 2310****", "serial >= 2310, <= 2310"},
		{"first 5 digits of serial number 24031 or prior", "serial <= 24031"},
		{"the first 5 digits of serial number 2403", "free text"},
		{"manufactured before 2020-03-01", "date < 2020-03-01"},
		{"released prior to July 1, 2017", "date < 2017-07-01"},
		{"manufactured between January 2019 and 15 March 2020", "date >= 2019-01, <= 2020-03-15"},
		// what nobody should guess
		{"serial numbers beginning with 12345", "free text"}, {"SN 12345-67890", "free text"}, {"serial number < 100500", "free text"}, {"A, B and C", "free text"}, {"Windows XP, Windows 7", "free text"},
		{"", "free text"}, {"unknown", "free text"}, {"none", "free text"}, {"n/a", "free text"}, {"TBD", "free text"}, {"see vendor advisory", "free text"},
		{"3.0 to 2.0", "free text"}, {"< 1.0 | < 2.0", "free text"}, {"all versions, 2.0 is fixed", "free text"},
		{"5.0 and 6.0 of the gateway", "free text"}, {"< 5.0 (or 6.0)", "free text"}, {"not 2.0", "free text"},
		{"4.1 (and possibly prior versions)", "free text"}, {"d78dda6", "free text"}, {"<", "free text"}, {"and prior", "free text"},
	} {
		p := Parse(c.text)
		if got := p.String(); got != c.want {
			t.Errorf("%q: %q, want %q (%s)", c.text, got, c.want, p.Why)
		}
	}
}

// TestConditionsNarrow: words that narrow a range leave those within it undecided.
func TestConditionsNarrow(t *testing.T) {
	var a advisory.Affected
	Parse("< V8.18 only if web components are used").Apply(&a, "…")
	if ans, why := Contains(a, Facts{Version: "8.2"}); ans != CannotTell || !strings.Contains(why, "web components") {
		t.Error(ans, why)
	}
	if ans, why := Contains(a, Facts{Version: "V8.18"}); ans != Out {
		t.Error(ans, why)
	}
}

// TestOtherPart: the versions of a part are not compared with the product's.
func TestOtherPart(t *testing.T) {
	for _, c := range []struct {
		text, name string
		own        bool
	}{
		{"< CPCI85 V05", "SICAM A8000 CP-8050 MASTER MODULE", false},
		{"< HiOS 07.0.02", "Hirschmann HiOS switches", true},
		{"All BIOS versions < V22", "SIMATIC IPC", false},
		{"firmware 3.0 and prior", "Pump", true},
	} {
		var a advisory.Affected
		Parse(c.text).Apply(&a, c.text, c.name)
		if (a.Unread == "") != c.own {
			t.Errorf("%q of %q: %+v", c.text, c.name, a)
		}
	}
}

func TestContains(t *testing.T) {
	for _, c := range []struct {
		text string
		f    Facts
		want Answer
	}{
		{"<= 9.33", Facts{Version: "9.33"}, In},
		{"<= 9.33", Facts{Version: "9.19.1"}, In},
		{"<= 9.33", Facts{Version: "9.33.1"}, CannotTell}, // is 9.33.1 a 9.33?
		{"<= 9.33", Facts{Version: "9.33.0"}, In},
		{"<= 9.33", Facts{Version: "12.1.0"}, Out},
		{"< 1.52", Facts{Version: "1.52"}, Out},
		{"< 1.52", Facts{Version: "v1.51.3"}, In},
		{"< 1.52", Facts{}, CannotTell},
		{"9.7", Facts{Version: "9.7.12"}, CannotTell},
		{"9.7", Facts{Version: "9.8"}, Out},
		{"9.7.12", Facts{Version: "9.7"}, CannotTell},
		{"1.3.0 Build 14", Facts{Version: "1.3.0"}, CannotTell},
		{"<= 3.4.4 Build 16102416", Facts{Version: "3.4.4"}, CannotTell},
		{"<= 3.4.4 Build 16102416", Facts{Version: "3.4.3"}, In},
		{"8.1 SP1", Facts{Version: "8.1"}, CannotTell},
		{"< V7.4 SP1 Upd4", Facts{Version: "7.4 SP1 Update 3"}, In},
		{"<= 2020 R2 SP1", Facts{Version: "2020 R2 SP1 P01"}, Out},
		{"<= 012U000061", Facts{Version: "012U000060"}, In},
		{"<= R4.1L1", Facts{Version: "R4.1L2"}, Out},
		{"2.X", Facts{Version: "2.4.1"}, In},
		{"2.X", Facts{Version: "3.0"}, Out},
		{"< B.06.18", Facts{Version: "B.06.02"}, In},
		{"<= K", Facts{Version: "J.3"}, In},
		{"<= K", Facts{Version: "M.0"}, Out},
		{">= 2.5 | <= 3.11", Facts{Version: "3.9"}, In},
		{">= 2.5 | <= 3.11", Facts{Version: "3.12"}, Out},
		{"< 1.8.4 Service Pack 01", Facts{Version: "1.8.4"}, In},
		{"first 5 digits of serial number 24031 or prior", Facts{Serial: "24030123456"}, In},
		{"first 5 digits of serial number 24031 or prior", Facts{Serial: "2405012"}, Out},
		{"first 5 digits of serial number 24031 or prior", Facts{Version: "1.0"}, CannotTell},
		{"distributed < april 1, 2018", Facts{Made: "2017-11-02"}, In},
		{"distributed < april 1, 2018", Facts{Made: "2018-04-01"}, Out},
		{"distributed < april 1, 2018", Facts{Made: "2018"}, CannotTell},
		{"vers:all/*", Facts{}, In},
		{"<= U61 |<= L81", Facts{Version: "L82"}, Out},
		{"<= U61 |<= L81", Facts{Version: "L80"}, In},
		{"<= U61 |<= L81", Facts{Version: "3.1"}, CannotTell},
		{"no idea", Facts{Version: "1"}, CannotTell},
	} {
		var a advisory.Affected
		Parse(c.text).Apply(&a, c.text)
		if got, why := Contains(a, c.f); got != c.want || why == "" {
			t.Errorf("%q with %+v: %s (%s), want %s", c.text, c.f, got, why, c.want)
		}
	}
}

// FuzzParse: total, bounded, and never half read.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"All versions < V4.33", "vers:all/<V7.0.3", "<= first 2  digits of serial number are 08", ">= 2.0.0 | 2.6.2", "<= 9.6 (excluding 9.4.2.6 and 9.5.3.2)", "shipped between 26-June-2017 through 07-August 2018", "[1,2)", "V4.7: < V4.7 HF27", "6.x (Wireless Battery Modules (16 | 16D38", "All versions with U-Boot < V2016.05RS09", "C.0x", "((((", "–"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := Parse(s)
		if p.OK() == (!p.All && len(p.Ranges) == 0 && len(p.Versions) == 0) {
			t.Fatalf("%q: %+v", s, p)
		}
		if !p.OK() && p.Why == "" {
			t.Fatalf("%q: no reason", s)
		}
		var a advisory.Affected
		p.Apply(&a, s)
		Contains(a, Facts{Version: "1.0", Serial: "24", Made: "2020-01"})
		ParseOf(s, s)
	})
}

func TestTooLong(t *testing.T) {
	for _, s := range []string{strings.Repeat("1", MaxLength+1), strings.Repeat("1 ", MaxLength/2), strings.Repeat("(", MaxLength), strings.Repeat("<1|", 600)} {
		if p := Parse(s); p.OK() {
			t.Errorf("%.20q is read", s)
		}
	}
}
