package build

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wardround/wardround/format/attest"
	"github.com/wardround/wardround/kind"
)

// Types of predicates that are read; a version after the slash may be newer.
const (
	typeProvenance = "https://slsa.dev/provenance/"
	typeGate       = "https://github.com/wardround/wardround/attestation/gate/"
)

// envelope reads a signed statement.
func envelope(ctx context.Context, b []byte, keys []*attest.Key) (*kind.BuildReceivedV1, error) {
	o, err := attest.Open(ctx, b, keys...)
	if errors.Is(err, attest.ErrUnverified) {
		return nil, fmt.Errorf("the signature does not fit the key: somebody else signed it, or it was changed since (%w)", err)
	}
	if err != nil {
		return nil, err
	}
	if o.MediaType != attest.InToto {
		return nil, fmt.Errorf("the envelope holds %.60q; want %s", o.MediaType, attest.InToto)
	}
	r, err := statement(o.Payload)
	if err != nil {
		return nil, err
	}
	if o.Signer != "" {
		r.Signer, r.Trust = o.Signer, "verified"
	}
	return r, nil
}

// statement reads an in-toto statement.
func statement(b []byte) (*kind.BuildReceivedV1, error) {
	s, err := attest.ReadStatement(b)
	if err != nil {
		return nil, err
	}
	name := ""
	if len(s.Subject) > 0 {
		name = s.Subject[0].Name
		if len(s.Subject) > 1 {
			name += fmt.Sprintf(" and %d more", len(s.Subject)-1)
		}
	}
	var r *kind.BuildReceivedV1
	switch {
	case strings.HasPrefix(s.PredicateType, typeProvenance):
		r, err = provenance(s.Predicate)
	case strings.HasPrefix(s.PredicateType, typeGate):
		r, err = verdict(s.Predicate)
	default:
		return nil, fmt.Errorf("a statement of type %.100q is not read; SLSA provenance and the gate's verdict are", s.PredicateType)
	}
	if err != nil {
		return nil, err
	}
	r.Name = name
	return r, nil
}

// provenance reads SLSA provenance 0.2 and 1. That there is one is what passed; what
// it lacks fails.
func provenance(b json.RawMessage) (*kind.BuildReceivedV1, error) {
	var p struct {
		Builder struct { // 0.2
			ID string `json:"id"`
		} `json:"builder"`
		BuildType string `json:"buildType"`
		Metadata  struct {
			Finished time.Time `json:"buildFinishedOn"`
		} `json:"metadata"`
		Materials  []json.RawMessage `json:"materials"`
		Definition struct {          // 1
			BuildType    string            `json:"buildType"`
			Dependencies []json.RawMessage `json:"resolvedDependencies"`
		} `json:"buildDefinition"`
		Run struct {
			Builder struct {
				ID string `json:"id"`
			} `json:"builder"`
			Metadata struct {
				Finished time.Time `json:"finishedOn"`
			} `json:"metadata"`
		} `json:"runDetails"`
	}
	if err := json.Unmarshal(b, &p); err != nil {
		return nil, fmt.Errorf("provenance: %v", err)
	}
	r := &kind.BuildReceivedV1{Report: "slsa-provenance", Tool: cmp.Or(p.Run.Builder.ID, p.Builder.ID), Issued: p.Metadata.Finished}
	if !p.Run.Metadata.Finished.IsZero() {
		r.Issued = p.Run.Metadata.Finished
	}
	say := func(ok bool, rule, message string) {
		if ok {
			r.Passed++
			return
		}
		r.Failed++
		r.Results = append(r.Results, kind.BuildResult{Rule: rule, Level: "warning", Message: message})
	}
	say(r.Tool != "", "builder", "It does not say who built it.")
	say(cmp.Or(p.Definition.BuildType, p.BuildType) != "", "build-type", "It does not say how it was built.")
	say(len(p.Definition.Dependencies)+len(p.Materials) > 0, "dependencies", "It does not say what it was built of.")
	return r, nil
}

// verdict reads what our gate said of a bill of materials.
func verdict(b json.RawMessage) (*kind.BuildReceivedV1, error) {
	var p struct {
		Verdict *struct {
			Outcome string   `json:"outcome"`
			Policy  string   `json:"policy"`
			Unsure  []string `json:"unsure"`
		} `json:"verdict"`
		Failed []struct {
			Vulnerability string `json:"vulnerability"`
			Component     string `json:"component"`
			Severity      string `json:"severity"`
			Path          string `json:"path"`
			Why           string `json:"why"`
		} `json:"failed"`
		Tool string `json:"tool"`
	}
	if err := json.Unmarshal(b, &p); err != nil {
		return nil, fmt.Errorf("gate: %v", err)
	}
	if p.Verdict == nil {
		return nil, errors.New("gate: the statement holds no verdict")
	}
	r := &kind.BuildReceivedV1{Report: "gate", Tool: strings.TrimSpace(cmp.Or(p.Tool, "wardround gate") + " " + p.Verdict.Policy)}
	switch p.Verdict.Outcome {
	case "pass":
		r.Passed = 1
	case "fail":
		r.Failed = max(1, len(p.Failed))
	case "cannot tell":
		r.Skipped = max(1, len(p.Verdict.Unsure))
	default:
		return nil, fmt.Errorf("gate: no outcome %.40q", p.Verdict.Outcome)
	}
	for _, f := range p.Failed {
		r.Results = append(r.Results, kind.BuildResult{Rule: f.Vulnerability, Level: "error", Where: cmp.Or(f.Path, f.Component), Message: strings.TrimSpace(f.Component + ": " + f.Why), Severity: f.Severity})
	}
	return r, nil
}
