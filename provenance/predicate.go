package provenance

import (
	"encoding/json"
	"strings"

	"github.com/wardround/wardround/format/attest"
)

// predicate is what is read of the predicates that are known; members that another
// predicate has are empty.
type predicate struct {
	// SLSA provenance 1.
	Build struct {
		Type         string `json:"buildType"`
		Dependencies []struct {
			URI string `json:"uri"`
		} `json:"resolvedDependencies"`
	} `json:"buildDefinition"`
	Run struct {
		Builder struct {
			ID string `json:"id"`
		} `json:"builder"`
	} `json:"runDetails"`
	// SLSA provenance 0.1, 0.2.
	Builder struct {
		ID string `json:"id"`
	} `json:"builder"`
	Type       string `json:"buildType"`
	Invocation struct {
		Source struct {
			URI string `json:"uri"`
		} `json:"configSource"`
	} `json:"invocation"`
	Materials []struct {
		URI string `json:"uri"`
	} `json:"materials"`
	// SLSA verification summary.
	Verifier struct {
		ID string `json:"id"`
	} `json:"verifier"`
	Verified string   `json:"verificationResult"`
	Levels   []string `json:"verifiedLevels"`
	Policy   struct {
		URI string `json:"uri"`
	} `json:"policy"`
	// Test result.
	Result string   `json:"result"`
	Failed []string `json:"failedTests"`
}

// said puts a statement into words; refused is what it says against the model.
func said(s *attest.Statement) (words, refused string) {
	var p predicate
	if len(s.Predicate) > 0 {
		// A predicate of another form leaves all of it empty, and its type is said.
		if err := json.Unmarshal(s.Predicate, &p); err != nil {
			p = predicate{}
		}
	}
	t := s.PredicateType
	switch {
	case strings.HasPrefix(t, "https://slsa.dev/provenance/"):
		builder, kind, from := p.Run.Builder.ID, p.Build.Type, ""
		if builder == "" {
			builder, kind, from = p.Builder.ID, p.Type, p.Invocation.Source.URI
		}
		for _, d := range p.Build.Dependencies {
			if from == "" {
				from = d.URI
			}
		}
		for _, m := range p.Materials {
			if from == "" {
				from = m.URI
			}
		}
		words = "SLSA provenance: built by " + orUnsaid(builder)
		if kind != "" {
			words += ", as " + kind
		}
		if from != "" {
			words += ", from " + from
		}
	case strings.HasPrefix(t, "https://slsa.dev/verification_summary/"):
		words = "verification summary of " + orUnsaid(p.Verifier.ID) + ": " + orUnsaid(p.Verified)
		if len(p.Levels) > 0 {
			words += " (" + strings.Join(p.Levels, ", ") + ")"
		}
		if !strings.EqualFold(p.Verified, "PASSED") {
			refused = "its verifier did not let it pass: " + orUnsaid(p.Verified)
		}
	case strings.HasPrefix(t, "https://in-toto.io/attestation/test-result/"):
		words = "test result: " + orUnsaid(p.Result)
		if strings.EqualFold(p.Result, "FAILED") {
			refused = "the tests that it tells of failed"
			if len(p.Failed) > 0 {
				refused += ": " + p.Failed[0]
			}
		}
	case strings.HasPrefix(t, "https://cyclonedx.org/bom"), strings.HasPrefix(t, "https://spdx.dev/Document"):
		words = "bill of materials (" + t + ")"
	default:
		words = "a statement of the type " + t
	}
	return clipped(words, maxSaid), clipped(refused, maxSaid)
}

func orUnsaid(s string) string {
	if s == "" {
		return "nobody says whom"
	}
	return s
}
