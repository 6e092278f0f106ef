package build

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/attest"
	"github.com/wardround/wardround/kind"
)

var of = Options{Maker: "Example Imaging", Product: "CT Gateway", Version: "4.2", Name: "report"}

// told is what was read in a line.
func told(all []*kind.BuildReceivedV1) string {
	var out []string
	for _, r := range all {
		s := fmt.Sprintf("%s %s: %d %d %d %s", r.Report, r.Tool, r.Passed, r.Failed, r.Skipped, r.Trust)
		for _, x := range r.Results {
			s += fmt.Sprintf("; %s %s %s [%s] %s", x.Level, x.Severity, x.Rule, x.Where, x.Message)
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

const provenance1 = `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"gw.bin","digest":{"sha256":"00"}}],"predicateType":"https://slsa.dev/provenance/v1",
"predicate":{"buildDefinition":{"buildType":"https://example.org/build","resolvedDependencies":[{"uri":"git+https://example.org"}]},"runDetails":{"builder":{"id":"https://example.org/builder"},"metadata":{"finishedOn":"2026-03-01T08:00:00Z"}}}}`

func TestReports(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"a scanner found things, some of them known": {
			`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Scan","rules":[{"id":"R1","properties":{"security-severity":"9.1"}},{"id":"R2"}]}},"results":[
			{"ruleId":"R1","level":"error","message":{"text":"reads\n too far"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.c"},"region":{"startLine":7}}}]},
			{"ruleId":"R1","level":"note","message":{"text":"style"},"suppressions":[{"kind":"inSource"}]},
			{"ruleId":"R3","level":"none","message":{"text":"fine"}}]}]}`,
			"sarif Scan: 2 1 1 unsigned; error critical R1 [a.c:7] reads too far",
		},
		"a scanner that found nothing looked by its rules": {
			`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Scan","rules":[{"id":"R1"},{"id":"R2"}]}},"results":[]}]}`, "sarif Scan: 2 0 0 unsigned",
		},
		"a scanner that broke found nothing, and that is no pass": {
			`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Scan"}},"results":[],"invocations":[{"executionSuccessful":false}]}]}`,
			"sarif Scan: 0 1 0 unsigned; error  run [] The tool did not finish: what it would have found is not known.",
		},
		"two tools in one log": {
			`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"A"}},"results":[]},{"tool":{"driver":{"name":"B"}},"results":[{"ruleId":"x","message":{"text":"m"}}]}]}`,
			"sarif A: 1 0 0 unsigned\nsarif B: 0 1 0 unsigned; warning  x [] m",
		},
		"tests": {
			`<testsuites name="all"><testsuite name="s"><testcase classname="c" name="ok"/><testcase classname="c" name="bad"><failure message="1 is not 2"/></testcase><testcase name="later"><skipped/></testcase></testsuite></testsuites>`,
			"junit all: 1 1 1 unsigned; error  c [s] bad: 1 is not 2",
		},
		"where it was built": {provenance1, "slsa-provenance https://example.org/builder: 3 0 0 unsigned"},
		"provenance that says little": {
			strings.Replace(strings.Replace(provenance1, `{"uri":"git+https://example.org"}`, "", 1), `"buildType":"https://example.org/build",`, "", 1),
			"slsa-provenance https://example.org/builder: 1 2 0 unsigned; warning  build-type [] It does not say how it was built.; warning  dependencies [] It does not say what it was built of.",
		},
		"a penetration test": {
			"pentest: 1\ntester: Ann\npassed: [tls]\nfindings:\n  - {id: P1, title: t, severity: low, reference: CWE-798}\n  - {id: P2, title: u, severity: critical, where: tcp/1}\n  - {id: P3, title: v, severity: info, status: accepted}\n  - {id: P4, title: w, severity: high, status: fixed}\n",
			"pentest Ann: 2 2 1 unsigned; error critical P2 [tcp/1] u; error low P1 [] t (CWE-798)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Read(t.Context(), []byte(c.in), of)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, told(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	key, _, err := attest.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := attest.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	signed, err := attest.Sign(ctx, key, attest.InToto, []byte(provenance1))
	if err != nil {
		t.Fatal(err)
	}
	trusted := of
	trusted.Keys = []*attest.Key{other, key}
	got, err := Read(ctx, signed, trusted)
	if err != nil || got[0].Trust != "verified" || got[0].Signer != key.ID() || got[0].Name != "gw.bin" || !got[0].Issued.Equal(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)) {
		t.Errorf("%v, %v", told(got), err)
	}
	if got, err := Read(ctx, signed, of); err != nil || got[0].Trust != "unsigned" || got[0].Signer != "" {
		t.Errorf("without a key nothing is verified: %v, %v", told(got), err)
	}
	trusted.Keys = []*attest.Key{other}
	if _, err := Read(ctx, signed, trusted); wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), "does not fit the key") {
		t.Errorf("another key: %v", err)
	}
	if _, err := Read(ctx, []byte(provenance1), trusted); err == nil || !strings.Contains(err.Error(), "carries no signature") {
		t.Errorf("a bare statement where a signature is asked for: %v", err)
	}
	vex, err := attest.Sign(ctx, key, attest.OpenVEX, []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Read(ctx, vex, of); err == nil || !strings.Contains(err.Error(), "want application/vnd.in-toto+json") {
		t.Errorf("statements of another kind: %v", err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":              "it is empty",
		"hello":         "neither SARIF",
		`{"runs": 1}`:   "",
		"<html></html>": "",
		`{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"x","digest":{"sha256":"00"}}],"predicateType":"https://example.org/x","predicate":{}}`: "is not read",
		"pentest: 2\ntester: a\npassed: [x]\n":                 "version 2",
		"pentest: 1\npassed: [x]\n":                            "tester is missing",
		"pentest: 1\ntester: a\n":                              "neither findings nor passed",
		"pentest: 1\ntester: a\nfinding: []\n":                 "finding",
		"pentest: 1\ntester: a\ndate: 1.3.2026\npassed: [x]\n": "none as 2026-03-01",
		"pentest: 1\ntester: a\nfindings: [{id: a, title: b, severity: low},{id: a, title: b, severity: low}]\n":       "findings[1]: \"a\" stands twice",
		"pentest: 1\ntester: a\nfindings: [{id: a, title: b, severity: low, status: later}]\n":                         "no status",
		"pentest: 1\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n": "",
	} {
		_, err := Read(t.Context(), []byte(in), of)
		if wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "report") {
			t.Errorf("%.60q: %v; want %q", in, err, want)
		}
	}
}

// However much a tool reports, what is said of it fits into an observation, the
// gravest first.
func TestManyResultsFit(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("pentest: 1\ntester: Ann\nfindings:\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "  - {id: 'P%d', title: '%s', severity: low}\n", i, strings.Repeat("ä \\\" ", 30))
	}
	b.WriteString("  - {id: LAST, title: the one that matters, severity: critical}\n")
	got, err := Read(t.Context(), []byte(b.String()), of)
	if err != nil {
		t.Fatal(err)
	}
	r := got[0]
	if r.Failed != 3001 || len(r.Results) == 0 || len(r.Results) > maxResults || r.Results[0].Rule != "LAST" {
		t.Errorf("%d failed, %d told, first %+v", r.Failed, len(r.Results), r.Results[0])
	}
	s := kind.Of(r)
	if _, err := (kind.Codec{}).Append(nil, &wardround.Observation{Kind: string(s.Name), Version: s.Version, Sensor: "people", Input: "commands", At: time.Unix(1, 0), Origin: wardround.Live, Fields: r}); err != nil {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(provenance1))
	f.Add([]byte("pentest: 1\ntester: a\nfindings: [{id: a, title: b, severity: low}]\n"))
	f.Add([]byte(`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"A"}},"results":[{"ruleId":"x","message":{"text":"m"}}]}]}`))
	f.Add([]byte(`<testsuite name="s"><testcase name="a"><error/></testcase></testsuite>`))
	f.Add([]byte(`{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[{"sig":"AA=="}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := Read(context.Background(), b, of)
		if err != nil {
			return
		}
		for _, r := range all {
			size := 0
			for _, x := range r.Results {
				size += len(x.Rule) + len(x.Where) + len(x.Message)
			}
			if len(r.Results) > maxResults || size > maxSaid || r.Passed < 0 || r.Failed < 0 || r.Trust != "unsigned" || len(r.Tool) > maxName {
				t.Fatalf("%+v", r)
			}
		}
	})
}
