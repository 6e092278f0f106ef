package junit

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRoundTrip(t *testing.T) {
	r := &Report{Name: "gate", Suites: []Suite{{Name: "pump", At: time.Date(2026, 11, 1, 2, 3, 4, 0, time.UTC), Cases: []Case{
		{Class: "pump", Name: "a", Seconds: 0.25},
		{Class: "pump", Name: "b <&>", Result: Failed, Message: "has it", Kind: "affected", Text: "line\nline"},
		{Name: "c", Result: Broken, Message: "boom"}, {Name: "d", Result: Skipped, Message: "claimed"},
	}}}}
	var b bytes.Buffer
	if err := Write(&b, r); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(r, got); d != "" {
		t.Error(d)
	}
	if p, f, s := got.Counts(); p != 1 || f != 2 || s != 1 {
		t.Error(p, f, s)
	}
}

func TestNested(t *testing.T) {
	r, err := Read(strings.NewReader(`<testsuites><testsuite name="a"><properties><property name="x" value="y"/></properties><testsuite name="b"><testcase name="1"/></testsuite><testcase name="2" time="1,234.5"><failure/></testcase></testsuite></testsuites>`))
	if err != nil || len(r.Suites) != 2 || r.Suites[0].Cases[0].Result != Failed || r.Suites[0].Cases[0].Seconds != 1234.5 || r.Suites[1].Cases[0].Name != "1" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestRefuses(t *testing.T) {
	for why, s := range map[string]string{
		"empty": "", "other": "<html/>", "broken off": "<testsuites><testsuite>", "alone": "<testsuites><testcase/></testsuites>",
		"DTD": `<!DOCTYPE x [<!ENTITY a "b">]><testsuites/>`, "entity": `<testsuites>&lol;</testsuites>`,
		"deep": strings.Repeat("<testsuite>", 100),
	} {
		if _, err := Read(strings.NewReader(s)); err == nil {
			t.Errorf("%s: was read", why)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`<testsuites name="x"><testsuite name="a"><testcase name="1"><skipped/></testcase></testsuite></testsuites>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := Write(&out, r); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(&out); err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
	})
}
