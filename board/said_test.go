package board

import (
	"testing"
	"time"

	"github.com/wardround/wardround"
)

// TestWhatWasSaid: what people did with a finding comes in parts, so that a page can
// word it; what was refused, and what was erased, was not said.
func TestWhatWasSaid(t *testing.T) {
	until := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		reason, payload string
		want            *Said
	}{
		{"finding accepted", `{"kind":"finding.decided","fields":{"finding":"f-1","state":"accepted","until":"2026-04-01T00:00:00Z","by":"anna","reason":"planned","scope":"asset"}}`,
			&Said{State: wardround.Accepted, Until: until, Scope: wardround.ScopeAsset, Text: "planned"}},
		{"finding decision refused", `{"kind":"finding.decided","fields":{"finding":"f-1","state":"accepted","by":"anna"}}`, nil},
		{"finding assigned", `{"kind":"finding.assigned","fields":{"finding":"f-1","to":"ben","due":"2026-04-01T00:00:00Z","note":"please"}}`, &Said{To: "ben", Due: until, Text: "please"}},
		{"finding unassigned", `{"kind":"finding.assigned","fields":{"finding":"f-1","to":""}}`, &Said{}},
		{"finding assignment refused", `{"kind":"finding.assigned","fields":{"finding":"f-1","to":"ben"}}`, nil},
		{"finding accepted", "", nil},
		{"changed", `{"kind":"content.changed","fields":{"name":"site","to":"x"}}`, nil},
	} {
		e := &wardround.Evidence{Kind: "action", Reason: x.reason}
		if x.payload != "" {
			e.Payload = []byte(x.payload)
		}
		got := auditRow(e).Said
		if (got == nil) != (x.want == nil) || got != nil && *got != *x.want {
			t.Errorf("%s %s: %+v, want %+v", x.reason, x.payload, got, x.want)
		}
	}
}
