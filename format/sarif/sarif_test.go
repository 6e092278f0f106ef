package sarif

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRoundTrip(t *testing.T) {
	l := &Log{Runs: []Run{{
		Tool: "wardround", Version: "1", Rules: []Rule{{ID: "CVE-2099-1", Short: "A hole.", Severity: "9.8", Tags: []string{"security"}}},
		Results: []Result{
			{Rule: "CVE-2099-1", Level: Error, Message: "pump has it", File: "pump.cdx.json", Line: 1, Logical: "pump > lib", Fingerprint: "abc", Kind: "fail"},
			{Rule: "CVE-2099-1", Level: Note, Message: "claimed", IsSuppressed: true, Suppressed: "code not present", Kind: "fail"},
		},
	}}}
	var b bytes.Buffer
	if err := Write(&b, l); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	want := l.Runs[0].Results
	want[0].Fingerprint = ""
	if d := cmp.Diff(want, got.Runs[0].Results); d != "" {
		t.Error(d)
	}
	if got.Runs[0].Rules[0].Severity != "9.8" {
		t.Errorf("%+v", got.Runs[0].Rules)
	}
}

func TestLevels(t *testing.T) {
	l, err := Read(strings.NewReader(`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x","rules":[{"id":"a","defaultConfiguration":{"level":"error"}},{"id":"b"}]}},
	"invocations":[{"executionSuccessful":false}],
	"results":[{"ruleId":"a","message":{"text":"1"}},{"ruleIndex":1,"message":{"text":"2"}},{"rule":{"id":"c"},"kind":"pass","message":{"text":"3"}},
	{"ruleId":"a","message":{"text":"4"},"suppressions":[{"kind":"inSource","status":"rejected"}]},{"ruleIndex":-7,"message":{"text":"5"}}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	r := l.Runs[0]
	if !r.Failed || r.Results[0].Level != Error || r.Results[1].Level != Warning || r.Results[1].Rule != "b" || r.Results[2].Level != None || r.Results[3].IsSuppressed || r.Results[4].Rule != "" {
		t.Errorf("%+v", r)
	}
}

func TestRefuses(t *testing.T) {
	for _, s := range []string{"", "{}", `{"version":"1.0","runs":[]}`, `{"version":"2.1.0"}`, `{"version":"2.1.0","runs":[{"results":7}]}`} {
		if _, err := Read(strings.NewReader(s)); err == nil {
			t.Errorf("%q was read", s)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"ruleId":"a","message":{"text":"1"},"locations":[{}]}]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		if err := Write(&bytes.Buffer{}, l); err != nil {
			t.Fatal(err)
		}
	})
}
