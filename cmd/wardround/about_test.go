package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// The page About names the data of others that docs/third-party-data.md lists, by the
// digests that stand there.
func TestAboutNamesThirdPartyData(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs", "third-party-data.md"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `[^`]+` \\|.*`([0-9a-f]{64})` \\|$").FindAllSubmatch(doc, -1) {
		listed["sha256:"+string(m[1])] = true
	}
	if len(listed) == 0 {
		t.Fatal("nothing is listed")
	}
	for _, x := range thirdParty {
		if !listed[x.Digest] {
			t.Errorf("%s (%s) is not in the document", x.Name, x.Digest)
		}
		delete(listed, x.Digest)
	}
	for d := range listed {
		t.Errorf("%s is in the document and not on the page", d)
	}
}
