package control

import (
	"bytes"
	"os"
	"regexp"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

var atlas = regexp.MustCompile(`^MITRE ATLAS (AML\.[TM]\d{4}(?:\.\d{3})?)$`)

// TestATLASKnowsWhatIsNamed: each technique and mitigation that a clause names is one
// of MITRE ATLAS.
func TestATLASKnowsWhatIsNamed(t *testing.T) {
	b, err := os.ReadFile(testkit.Data(t, "models/atlas/ATLAS.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range All() {
		for _, clause := range c.Clause {
			if !bytes.HasPrefix([]byte(clause), []byte("MITRE ATLAS")) {
				continue
			}
			m := atlas.FindStringSubmatch(clause)
			if m == nil {
				t.Errorf("%s: %q names nothing", c.ID, clause)
				continue
			}
			n++
			if !bytes.Contains(b, []byte("id: "+m[1]+"\n")) {
				t.Errorf("%s: ATLAS has no %s", c.ID, m[1])
			}
		}
	}
	if n < 20 {
		t.Errorf("%d ids of ATLAS are named", n)
	}
}
