package api

import (
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/kind"
)

// A claim can be confirmed where an author makes one that still holds, and by two
// where a life may depend on it.
func TestAClaimIsThereToBeConfirmed(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		claim *wardround.Claim
		want  string
	}{
		"none":           {nil, "nothing to confirm"},
		"affected":       {&wardround.Claim{Status: "affected"}, "nothing to confirm"},
		"expired":        {&wardround.Claim{Status: "not_affected", Expires: now}, "nothing to confirm"},
		"not affected":   {&wardround.Claim{Status: "not_affected"}, ""},
		"fixed for long": {&wardround.Claim{Status: "fixed", Expires: now.Add(time.Hour)}, ""},
	} {
		f := &board.Finding{Finding: &wardround.Finding{State: wardround.Open, Claim: tc.claim}}
		err := decidable(f, wardround.ClaimedNotAffected, now)
		if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !needsTwo(wardround.ClaimedNotAffected) || needsTwo(wardround.Acknowledged) {
		t.Error("who confirms")
	}
	first := &wardround.Decision{State: wardround.ClaimedNotAffected, By: []wardround.Person{{Name: "ann", Role: "security"}}, Severity: wardround.High}
	said := &kind.FindingDecidedV1{State: wardround.ClaimedNotAffected, By: "ann", Role: "security"}
	if err := second(first, said, wardround.High); wardround.ErrorCode(err) != wardround.EForbidden {
		t.Errorf("the same person twice: %v", err)
	}
	said.By, said.Role = "bob", wardround.RoleClinicalEngineering
	if err := second(first, said, wardround.High); err != nil {
		t.Errorf("a second of clinical engineering: %v", err)
	}
}
