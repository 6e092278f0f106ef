package check

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
)

// A page gets the parts, each by itself, and is told which language they are in.
func TestAFindingInItsParts(t *testing.T) {
	c := &Check{ID: "x.y", Title: "Door stands open", Controls: []string{"access"}, Say: Say{
		Bedside: "{asset} may be reached.", Ward: "Call {peer}.", Engineering: "Plan.", Security: "Look.", Dont: "Don't unplug {asset}.",
		Why: "{n} times by {whom}.", Wrong: "it is a test.",
	}}
	a := &wardround.Asset{
		ID: "a-1", Identifiers: []wardround.Identifier{{Type: "ip", Value: "10.0.0.9"}},
		Attributes: map[string]wardround.Attribute{wardround.AttrName: {Value: "PG-04"}, wardround.AttrWard: {Value: "ICU 2"}},
	}
	f := &wardround.Finding{
		Key: wardround.Key{Check: "x.y", Subject: wardround.AssetSubject("a-1")}, Severity: wardround.High, Why: "base", Seq: 7, Stale: true,
		LastSeen: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), Facts: wardround.Facts{"n": 4, "peer": "<b>{whom}</b>"},
	}
	prof := &wardround.ClinicalProfile{Role: "pump", Misuse: "A dose may change.", Dont: "Don't stop it."}
	want := Text{
		Language: "en", Title: "Door stands open", Where: "ICU 2, PG-04 at 10.0.0.9",
		Bedside: "PG-04 may be reached. A dose may change.",
		Do:      Do{Ward: "Call <b>{whom}</b>.", Engineering: "Plan.", Security: "Look."},
		Dont:    "Don't unplug PG-04. Don't stop it.", Why: "4 times by PG-04 at 10.0.0.9. Not seen again since 2026-03-01 08:00:00 UTC.", Wrong: "it is a test.",
		Evidence: "Log position 7, last seen 2026-03-01 08:00:00 UTC. Severity: base. Controls: access.",
		Review:   "not yet reviewed by a clinician",
	}
	got := c.RenderIn("xx", f, a, prof)
	want.Where = got.Where // how an asset is located is tested elsewhere
	want.Why = strings.Replace(want.Why, "PG-04 at 10.0.0.9", strings.TrimPrefix(got.Where, "ICU 2, "), 1)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(got.Where, "ICU 2, PG-04") {
		t.Errorf("where: %s", got.Where)
	}

	prof.Reviewer, prof.Reviewed = "Dr A", f.LastSeen
	if got := c.RenderIn(English, f, a, prof); !got.Reviewed || got.Review != "reviewed by Dr A on 2026-03-01" {
		t.Errorf("reviewed: %+v", got)
	}
	if got := c.RenderIn(English, f, a, nil); got.Reviewed || got.Review == "" {
		t.Errorf("no profile: %+v", got)
	}
	if title, say, is := c.SayIn("xx"); title != c.Title || say != c.Say || is != English {
		t.Errorf("unfilled: %s %s", title, is)
	}
}
