package admission_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/artefact"
	"github.com/wardround/wardround/drift"
	"github.com/wardround/wardround/format/junit"
	"github.com/wardround/wardround/format/sarif"
	"github.com/wardround/wardround/gate"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/model/admission"
	"github.com/wardround/wardround/provenance"
)

func report(v artefact.Verdict) []*artefact.Report {
	return []*artefact.Report{{Path: "w.pt", Verdict: v}}
}

func decided(d drift.Decision) *drift.Report {
	return &drift.Report{Decision: d, Columns: []drift.Column{{Name: "kvp", Decision: d, Reason: "because"}}}
}

// good are parts that pass.
func good() map[string]admission.Part {
	return map[string]admission.Part{
		"plan":      {Name: "plan", State: admission.Pass, Looked: true},
		"artefact":  admission.Artefact(report(artefact.Inert)),
		"signature": admission.Signature(&provenance.Verification{State: provenance.Verified, Signer: "release key"}),
		"drift":     admission.Drift(decided(drift.OK)),
	}
}

func parts(m map[string]admission.Part) []admission.Part {
	var out []admission.Part
	for _, p := range m {
		out = append(out, p)
	}
	return out
}

// TestOnePartDecides: all pass; then one of them is another.
func TestOnePartDecides(t *testing.T) {
	for _, c := range []struct {
		name string
		part admission.Part
		want gate.Outcome
	}{
		{"nothing else", good()["plan"], gate.Passed},
		{"a safe pickle", admission.Artefact(report(artefact.Safe)), gate.Passed},
		{"a callable that nobody vouched for", admission.Artefact(report(artefact.Unknown)), gate.Unsure},
		{"a file that cannot be followed", admission.Artefact(report(artefact.Unreadable)), gate.Refused},
		{"a file that runs something", admission.Artefact(report(artefact.Malicious)), gate.Refused},
		{"no file in the folder", admission.Artefact(nil), gate.Unsure},
		{"not signed", admission.Signature(&provenance.Verification{State: provenance.Unsigned}), gate.Refused},
		{"signed by whom nobody asked", admission.Signature(&provenance.Verification{State: provenance.Unknown}), gate.Unsure},
		{"changed since", admission.Signature(&provenance.Verification{State: provenance.Failed, Changed: []string{"w"}}), gate.Refused},
		{"a weak form", admission.Signature(&provenance.Verification{State: provenance.Weak}), gate.Refused},
		{"the data moved", admission.Drift(decided(drift.Drift)), gate.Refused},
		{"too little data to say", admission.Drift(decided(drift.Unknown)), gate.Unsure},
		{"an empty plan", admission.Plan(&model.Plan{}), gate.Refused},
		{"a change outside", admission.Change(&model.Comparison{Verdict: model.Outside, Changes: []model.Change{{What: model.InputChange, Verdict: model.Outside}}}), gate.Refused},
		{"a change that cannot be told", admission.Change(&model.Comparison{Verdict: model.Undecid}), gate.Unsure},
		{"a change inside", admission.Change(&model.Comparison{Verdict: model.Inside}), gate.Passed},
		{"figures without a protocol", admission.Performance(&model.Plan{}, nil), gate.Unsure},
	} {
		all := good()
		all[c.part.Name] = c.part
		v, err := admission.Default().Decide("m", parts(all)...)
		if err != nil {
			t.Fatal(err)
		}
		if v.Outcome != c.want {
			t.Errorf("%s: %s; want %s", c.name, v.Outcome, c.want)
		}
	}
}

// TestWhatWasNotGivenNeverPasses: each needed part left out makes that it cannot be told.
func TestWhatWasNotGivenNeverPasses(t *testing.T) {
	for name := range good() {
		all := good()
		delete(all, name)
		v, err := admission.Default().Decide("m", parts(all)...)
		if err != nil || v.Outcome != gate.Unsure {
			t.Errorf("without %s: %v, %v", name, v, err)
		}
	}
}

func TestPolicy(t *testing.T) {
	for _, c := range []struct {
		name, text string
		parts      map[string]admission.Part
		want       gate.Outcome
		broken     string
	}{
		{"only what it needs", "policy: 1\nrequire: [artefact]\n", map[string]admission.Part{"artefact": good()["artefact"]}, gate.Passed, ""},
		{"our signer", "policy: 1\nrules: [{id: signer, when: 'signature.signer != \"other\"', say: Not ours.}]\n", good(), gate.Refused, "signer fail: Not ours."},
		{"a warning lets pass", "policy: 1\nrules: [{id: signer, when: 'signature.signer != \"other\"', action: warn}]\n", good(), gate.Passed, "signer warn: "},
		{"no figure of that name", "policy: 1\nrules: [{id: auc, when: performance.metrics.auroc < 0.9, say: Low.}]\n", good(), gate.Refused, "auc fail: Low. (what it asks for is not there)"},
		{"drift is told and does not decide", "policy: 1\nrequire: [artefact]\ntolerate: [drift]\n", func() map[string]admission.Part {
			m := good()
			m["drift"] = admission.Drift(decided(drift.Drift))
			return m
		}(), gate.Passed, ""},
		{"a column that may not move", "policy: 1\ntolerate: [drift]\nrules: [{id: kvp, when: '\"kvp\" in drift.columns'}]\n", func() map[string]admission.Part {
			m := good()
			m["drift"] = admission.Drift(decided(drift.Drift))
			return m
		}(), gate.Refused, "kvp fail: "},
	} {
		p, err := admission.ReadPolicy(strings.NewReader(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		v, err := p.Decide("m", parts(c.parts)...)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		said := ""
		for _, b := range v.Broken {
			said += b.Rule + " " + b.Action + ": " + b.Say
		}
		if v.Outcome != c.want || said != c.broken {
			t.Errorf("%s: %s, %q; want %s, %q", c.name, v.Outcome, said, c.want, c.broken)
		}
	}
	for name, text := range map[string]string{
		"no condition":    "policy: 1\nrules: [{id: a, when: 'drift.'}]\n",
		"no yes or no":    "policy: 1\nrules: [{id: a, when: '1 + 1'}]\n",
		"another part":    "policy: 1\nrequire: [weather]\n",
		"twice":           "policy: 1\nrules: [{id: a, when: 'true'}, {id: a, when: 'true'}]\n",
		"nothing":         "policy: 1\n",
		"another version": "policy: 2\nrequire: [plan]\n",
		"unknown field":   "policy: 1\nrequires: [plan]\n",
		"contradiction":   "policy: 1\nrequire: [plan]\ntolerate: [plan]\n",
	} {
		if _, err := admission.ReadPolicy(strings.NewReader(text)); wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOutputs: what other programs read says the same.
func TestOutputs(t *testing.T) {
	all := good()
	delete(all, "drift")
	all["artefact"] = admission.Artefact(report(artefact.Malicious))
	v, err := admission.Default().Decide("Chest | Triage", parts(all)...)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := admission.WriteJUnit(&b, v, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	r, err := junit.Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	passed, failed, skipped := r.Counts()
	if diff := cmp.Diff([]int{2, 2, 2}, []int{passed, failed, skipped}); diff != "" { // failed: the file, and drift that nobody looked at
		t.Error(diff)
	}
	b.Reset()
	if err := admission.WriteSARIF(&b, v, "1"); err != nil {
		t.Fatal(err)
	}
	log, err := sarif.Read(&b)
	if err != nil || len(log.Runs[0].Results) != len(admission.Names) {
		t.Errorf("%v, %+v", err, log)
	}
	b.Reset()
	if err := admission.WriteMarkdown(&b, v); err != nil || !strings.Contains(b.String(), `Chest \| Triage`) || !strings.Contains(b.String(), "**fail**") {
		t.Errorf("%v\n%s", err, b.String())
	}
}

func FuzzReadPolicy(f *testing.F) {
	f.Add([]byte("policy: 1\nrequire: [artefact]\nrules: [{id: a, when: 'size(artefact.callables) > 0 || performance.metrics.auroc < 0.9', action: warn}]\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := admission.ReadPolicy(bytes.NewReader(b))
		if err != nil {
			return
		}
		v, err := p.Decide("m")
		if err == nil && v.Outcome == gate.Passed && len(p.Require) > 0 {
			for _, part := range v.Parts {
				if part.Needed {
					t.Fatalf("%s was not given, and it passes", part.Name)
				}
			}
		}
	})
}
