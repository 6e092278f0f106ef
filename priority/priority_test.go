package priority

import (
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
)

const remote = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"

func facts(change func(*Facts)) *Facts {
	f := &Facts{
		Vulnerability: "CVE-2099-1", EPSS: -1, ReachKnown: true, Criticality: wardround.Monitoring,
		Ratings: []advisory.Severity{{System: "CVSS:3.1", Vector: remote}},
		Since:   time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
	}
	change(f)
	return f
}

// TestStory: an exploited hole in a ventilator that the internet reaches comes
// before a graver score on a clerk's printer, and both say why.
func TestStory(t *testing.T) {
	vent := Of(facts(func(f *Facts) {
		f.Vulnerability, f.Exploited, f.Reach, f.Criticality = "CVE-2099-2", true, wardround.ExposedToPublic, wardround.LifeSustaining
		f.Ratings[0].Vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:L/A:H"
		f.Added = time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC)
	}))
	printer := Of(facts(func(f *Facts) {
		f.Criticality, f.SSVC = wardround.Administrative, map[string]string{"exploitation": "none"}
	}))
	list := []Rank{printer, vent}
	Sort(list)
	if list[0].Vulnerability != "CVE-2099-2" {
		t.Fatalf("%+v", list)
	}
	if vent.Decision != "immediate" || vent.Timeline != "3 days" || !vent.Due.Equal(time.Date(2026, 11, 13, 0, 0, 0, 0, time.UTC)) || len(vent.Assumed) != 0 {
		t.Errorf("%+v", vent)
	}
	for _, s := range []string{"exploited in the wild", "life-sustaining", "outside the hospital", "no fixed version"} {
		if !strings.Contains(vent.Why, s) {
			t.Errorf("%q does not say %q", vent.Why, s)
		}
	}
	if printer.Decision == "immediate" || printer.Score != 9.8 {
		t.Errorf("%+v", printer)
	}
}

// TestWhatIsNotKnownIsAssumed, and named with what is assumed: neither an alarm for
// everything that nobody looked at, nor silence.
func TestWhatIsNotKnownIsAssumed(t *testing.T) {
	r := Of(&Facts{Vulnerability: "CVE-2099-3", EPSS: -1})
	if r.Decision != "scheduled" || len(r.Assumed) != 4 || r.Assumed[0] != "Exploitation: none" || r.Severity != wardround.Medium || r.Score != -1 {
		t.Errorf("%+v", r)
	}
	if !strings.Contains(r.Why, "rated by nobody") || !strings.Contains(r.Why, "not seen") {
		t.Error(r.Why)
	}
	odd := Of(facts(func(f *Facts) { f.SSVC = map[string]string{"exploitation": "who knows"} }))
	if len(odd.Assumed) != 1 {
		t.Errorf("an answer that the table does not know is not known: %+v", odd)
	}
	exploited := Of(&Facts{Vulnerability: "CVE-2099-4", EPSS: -1, Exploited: true})
	if exploited.Decision != "out-of-cycle" || len(exploited.Assumed) != 3 {
		t.Errorf("%+v", exploited)
	}
}

func TestBase(t *testing.T) {
	for _, c := range []struct {
		name  string
		f     *Facts
		want  wardround.Severity
		score float64
	}{
		{"the newest version counts", facts(func(f *Facts) {
			f.Ratings = append(f.Ratings, advisory.Severity{Vector: "CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N"})
		}), wardround.Low, 1},
		{"the rubric goes first", facts(func(f *Facts) { f.Rubric = "CVSS:3.0/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N" }), wardround.Low, 1.6},
		{"exploited is one higher", facts(func(f *Facts) { f.Exploited = true }), wardround.Critical, 9.8},
		{"a score alone", &Facts{Ratings: []advisory.Severity{{Score: 5}}}, wardround.Medium, 5},
		{"a word alone", &Facts{Ratings: []advisory.Severity{{Text: "LOW"}}}, wardround.Low, -1},
	} {
		if s, score, _ := Base(c.f); s != c.want || score != c.score {
			t.Errorf("%s: %v %v, want %v %v", c.name, s, score, c.want, c.score)
		}
	}
}

// TestOrder: each reason decides when those before it are equal.
func TestOrder(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC) }
	list := []Rank{
		{Vulnerability: "g", order: 1, Score: 5, epss: 0.1}, {Vulnerability: "f", order: 1, Score: 5, epss: 0.1}, {Vulnerability: "e", order: 1, Score: 5, epss: 0.5},
		{Vulnerability: "d", order: 1, Score: 7}, {Vulnerability: "c", order: 1, Due: day(2)}, {Vulnerability: "b", order: 1, exploited: true, Due: day(3)}, {Vulnerability: "a", order: 2},
	}
	Sort(list)
	var got string
	for _, r := range list {
		got += r.Vulnerability
	}
	if got != "abcdefg" {
		t.Error(got)
	}
}

func TestRubric(t *testing.T) {
	r := TheRubric()
	in := map[string]string{"XAVN": "yes", "XAVT": "no", "XAVW": "yes", "XAVR": "no", "XACL": "yes", "XPRL": "yes", "XPRZ": "yes", "XUI": "no", "XS": "no"}
	rated, err := r.Rate(in)
	if err != nil || rated.Vector != "" || len(rated.Open) != 18 {
		t.Fatalf("%+v, %v: the impacts are still open", rated, err)
	}
	for _, side := range "CIA" {
		for _, kind := range "PDTWSO" {
			in["X"+string(side)+string(kind)] = "none"
		}
	}
	in["XIT"], in["XAT"], in["XCP"] = "high", "high", "low"
	rated, err = r.Rate(in)
	if err != nil || len(rated.Open) != 1 || rated.Open[0].Key != "XCPM" {
		t.Fatalf("%+v, %v: a low loss of patient data asks for how many", rated, err)
	}
	in["XCPM"] = "no"
	rated, err = r.Rate(in)
	if err != nil || rated.Vector != "CVSS:3.0/AV:A/AC:L/PR:N/UI:N/S:U/C:L/I:H/A:H" || rated.Score != 8.3 {
		t.Fatalf("%+v, %v", rated, err)
	}
	in["XCPM"] = "yes"
	if rated, _ = r.Rate(in); !strings.Contains(rated.Vector, "/C:H/") || !strings.Contains(rated.Extended, "XCPM:Y") {
		t.Errorf("%+v", rated)
	}
	for key, v := range map[string]string{"XUI": "perhaps", "XQQ": "yes"} {
		bad := map[string]string{key: v}
		if _, err := r.Rate(bad); wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func TestRubricIsChecked(t *testing.T) {
	for _, s := range []string{
		"metrics: [{metric: AV, first: A, questions: {A: {ask: x, yes: B, no: '=N'}}}]",
		"metrics: [{metric: AV, first: A, questions: {A: {ask: x, yes: A, no: '=N'}}}]",
		"colour: red",
	} {
		if _, err := ReadRubric([]byte(s)); err == nil {
			t.Errorf("%s was read", s)
		}
	}
}
