package portfolio

import (
	"fmt"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/sbom"
)

func TestATreeRollsUpWithoutMultiplying(t *testing.T) {
	s := newShelf()
	ix := New(Options{Knowledge: s})
	pump, board := release(t, ix, "Pump", "1"), release(t, ix, "Board", "7")
	top := bom("urn:uuid:1", "image 1", " libc 1", " x/net 1.0", " app 1", "  x/net 1.0", "boot 1")
	top.Links = []sbom.Link{{From: 5, Document: "urn:cdx:2/1"}}
	put(t, ix, pump, top)
	put(t, ix, board, bom("urn:uuid:2", "linux 6", " x/net 1.0", " openssl 1.0"))
	ix.Change(s.put("CVE-1", "pkg:golang/x/net", "2"))
	ix.Change(s.put("CVE-2", "pkg:golang/openssl", "?"))
	show := func(below int) (out []string) {
		nodes, more, err := ix.Tree(pump, below)
		if err != nil || more != 0 {
			t.Fatal(more, err)
		}
		for _, n := range nodes {
			out = append(out, fmt.Sprintf("%s children %d below %d affected %d cannot tell %d %v", n.Name, n.Children, n.Below, n.Affected, n.CannotTell, n.Own))
		}
		return out
	}
	same(t, "at the top", show(-1), "image children 3 below 4 affected 1 cannot tell 0 []", "boot children 0 below 0 affected 1 cannot tell 1 []")
	same(t, "the image", show(0), "libc children 0 below 0 affected 0 cannot tell 0 []", "x/net children 0 below 0 affected 1 cannot tell 0 [CVE-1]",
		"app children 1 below 1 affected 1 cannot tell 0 []")
	same(t, "what is linked", show(5), "Acme Board 7 children 3 below 3 affected 1 cannot tell 1 []")
	if _, _, err := ix.Tree(pump, 77); wardround.ErrorCode(err) != wardround.ENotFound {
		t.Error(err)
	}
}
