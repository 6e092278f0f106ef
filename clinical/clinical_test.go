package clinical

import (
	"strings"
	"testing"
)

func TestProfilesSayWhatIsNotKnown(t *testing.T) {
	if Roles() < 12 {
		t.Fatalf("%d roles", Roles())
	}
	pump := Profile("infusion-pump")
	if pump == nil || pump.Label() == "" || !strings.Contains(pump.Misuse, "not confirmed") {
		t.Errorf("pump: %+v: unreviewed text must say so and assert nothing", pump)
	}
	if Profile("no-such-role") != nil {
		t.Error("a profile for an unknown role")
	}
}
