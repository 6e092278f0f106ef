package board

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
)

// TestTerms: what asks for attention is due by the house's terms, counted from when
// it opened; a date agreed with somebody goes before them; what is settled has none.
func TestTerms(t *testing.T) {
	opened := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	agreed := opened.AddDate(0, 0, 14)
	later := opened.AddDate(0, 0, 45)
	for name, x := range map[string]struct {
		severity wardround.Severity
		state    wardround.FindingState
		agreed   time.Time
		days     int // -1: no date
		by       string
		overdue  bool // 45 days later
	}{
		"critical":                  {wardround.Critical, wardround.Open, time.Time{}, 1, DueByTerms, true},
		"high":                      {wardround.High, wardround.Open, time.Time{}, 7, DueByTerms, true},
		"medium, in hand":           {wardround.Medium, wardround.Acknowledged, time.Time{}, 30, DueByTerms, true},
		"low":                       {wardround.Low, wardround.Reopened, time.Time{}, 90, DueByTerms, false},
		"mitigated":                 {wardround.High, wardround.Mitigated, time.Time{}, 7, DueByTerms, true},
		"for information":           {wardround.Info, wardround.Open, time.Time{}, -1, "", false},
		"accepted":                  {wardround.Critical, wardround.Accepted, time.Time{}, -1, "", false},
		"declared false":            {wardround.Critical, wardround.FalsePositive, time.Time{}, -1, "", false},
		"fixed":                     {wardround.Critical, wardround.Fixed, time.Time{}, -1, "", false},
		"agreed, later than terms":  {wardround.Critical, wardround.Open, agreed, 14, DueByAssignment, true},
		"agreed, sooner than terms": {wardround.Low, wardround.Open, agreed, 14, DueByAssignment, true},
		"agreed for what has none":  {wardround.Info, wardround.Open, agreed, 14, DueByAssignment, true},
		"agreed, then fixed":        {wardround.High, wardround.Fixed, agreed, 14, DueByAssignment, false},
		"agreed, then accepted":     {wardround.High, wardround.Accepted, agreed, 14, DueByAssignment, false},
	} {
		f := &wardround.Finding{Severity: x.severity, State: x.state, Opened: opened}
		if !x.agreed.IsZero() {
			f.Assignment = &wardround.Assignment{To: "r.huber", Due: x.agreed}
		}
		r := &findingRow{f: f, asks: asks(f)}
		at, by := r.due()
		want := time.Time{}
		if x.days >= 0 {
			want = opened.AddDate(0, 0, x.days)
		}
		if !at.Equal(want) || by != x.by {
			t.Errorf("%s: due %v by %q, want %v by %q", name, at, by, want, x.by)
		}
		if got := r.overdue(later); got != x.overdue {
			t.Errorf("%s: overdue %v after 45 days", name, got)
		}
		if r.overdue(opened) {
			t.Errorf("%s: overdue when it opened", name)
		}
	}
	// Given to somebody without a date: the house's terms hold.
	f := &wardround.Finding{Severity: wardround.High, State: wardround.Open, Opened: opened, Assignment: &wardround.Assignment{To: "r.huber"}}
	if at, by := (&findingRow{f: f, asks: true}).due(); by != DueByTerms || !at.Equal(opened.AddDate(0, 0, 7)) {
		t.Errorf("given without a date: %v by %s", at, by)
	}
}

// TestTermsAreWrittenDown: the reference page says what the code does.
func TestTermsAreWrittenDown(t *testing.T) {
	page, err := os.ReadFile("../docs/reference/due-dates.md")
	if err != nil {
		t.Fatal(err)
	}
	for s := wardround.Info; s <= wardround.Critical; s++ {
		row := fmt.Sprintf("| %s | none |", s)
		if d := terms[s]; d > 0 {
			row = fmt.Sprintf("| %s | %d |", s, int(d.Hours()/24))
		}
		if !strings.Contains(string(page), row) {
			t.Errorf("docs/reference/due-dates.md has no row %q", row)
		}
	}
}
