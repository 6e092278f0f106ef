package kind

import (
	"strings"
	"testing"

	"github.com/wardround/wardround"
)

// TestWhatIsBoundFits: however much a scanner or a sensor has to tell, what is bound can
// be an observation, and what was left out is counted.
func TestWhatIsBoundFits(t *testing.T) {
	long := strings.Repeat("é\"<", 4000)
	scan := &ModelScannedV1{File: long, Host: long, Model: long, Maker: long, Product: long, Version: long, Format: long, SHA256: strings.Repeat("0", 64), Verdict: "malicious", Bytes: 1 << 40}
	probe := &ModelProbedV1{Product: "x", Version: "1", Probe: "robustness", Problem: long}
	window := &InferenceWindowV1{Model: long, Service: long, Version: long, Maker: long, Product: long, Host: long, Oversight: &InferenceOversight{Shown: 1}, Prompts: &InferencePrompts{Seen: 1}}
	for range 200 {
		scan.Rules = append(scan.Rules, ModelRule{ID: long, Level: "malicious", Where: long, Text: long})
		scan.Callables = append(scan.Callables, ModelCallable{Name: long, Class: "malicious", Where: long})
		probe.Measures = append(probe.Measures, ModelResult{Name: long, Value: 0.123456789012345, Low: 0.123456789012345, High: 0.123456789012345, Limit: 1, State: "unknown", Why: long, N: 1 << 40})
		window.Sources = append(window.Sources, InferenceSource{Name: long, Type: IDAETitle, Rows: 1 << 40})
		window.Clients = append(window.Clients, InferenceClient{Client: "epoch:abcdefghijklmnopqrstuv", Queries: 1 << 40, Coverage: 0.1234567890123456, Entropy: 0.1234567890123456, Near: 1 << 40, Steps: 1 << 40})
		window.Estimates = append(window.Estimates, InferenceMeasure{Name: "auroc", Group: "sex=F", Value: 0.1234567890123456, Low: 0.1234567890123456, High: 0.1234567890123456, N: 1 << 40, Method: "cbpe"})
		window.Prompts.Patterns = append(window.Prompts.Patterns, InferenceMatch{ID: "prompt.ignore", Count: 1 << 40})
	}
	scan.Bound()
	probe.Bound()
	window.Bound()
	for _, fields := range []any{scan, probe, window} {
		o := wrap(Of(fields), fields)
		o.Blob = &wardround.Blob{Digest: "sha256:" + strings.Repeat("0", 64), Size: 1 << 40, Type: "application/octet-stream"}
		b, err := Codec{}.Append(nil, o)
		if err != nil {
			t.Error(err)
		}
		t.Logf("%T: %d bytes", fields, len(b))
	}
	if scan.RulesOf != 200 || scan.CallablesOf != 200 || probe.Of != 200 || window.SourcesOf != 200 || window.ClientsOf != 200 {
		t.Errorf("what was left out: %d rules, %d callables, %d measures, %d sources, %d clients", scan.RulesOf, scan.CallablesOf, probe.Of, window.SourcesOf, window.ClientsOf)
	}
	again := *scan
	again.Bound()
	if again.RulesOf != 200 {
		t.Error("bound twice, it forgets")
	}
}

func TestModelKey(t *testing.T) {
	for _, c := range [][3]string{{"a", "b", "a@b"}, {"a", "", "a"}, {"a@c", "b", "a@c"}} {
		if got := ModelKey(c[0], c[1]); got != c[2] {
			t.Errorf("%s at %s: %s", c[0], c[1], got)
		}
	}
}
