package live

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// TestDiscreet: a row of an embargo says who set one, and not of what.
func TestDiscreet(t *testing.T) {
	o := &wardround.Observation{Kind: string(kind.ContentChanged), Fields: &kind.ContentChangedV1{Name: "embargo/CVE-2026-1", Value: `{"title":"a hole"}`, By: "ann", Reason: "CVE-2026-1"}}
	for _, whole := range []bool{false, true} {
		b, err := json.Marshal(RowOf(o, nil, whole))
		if err != nil || strings.Contains(string(b), "CVE-2026") || strings.Contains(string(b), "a hole") || !strings.Contains(string(b), "embargo") {
			t.Errorf("%s, %v", b, err)
		}
	}
	if o.Fields.(*kind.ContentChangedV1).Name != "embargo/CVE-2026-1" {
		t.Error("the observation itself was changed")
	}
}
