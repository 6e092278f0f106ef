package ledger

import (
	"bytes"
	"context"
	"maps"
	"strings"
	"testing"

	"github.com/wardround/wardround"
)

// A bundle that unpacks to far more than it is ends at the limit.
func TestDecompressionBomb(t *testing.T) {
	files := unpack(t, export(t, ledgerOf(t, 5), newKey(t), 0, 5))
	for _, name := range []string{fileEntries, fileReadme, fileList, "tile/8/0/000.p/5"} {
		bomb := map[string]string{}
		for n, c := range files {
			bomb[n] = c
		}
		bomb[name] = strings.Repeat("\x00", 30<<20)
		b := pack(t, bomb)
		r, err := Verify(context.Background(), bytes.NewReader(b), int64(len(b)), Trust{}, Limits{Total: 1 << 20})
		if err == nil && r.Outcome != Failed {
			t.Errorf("%s: %s", name, r.Outcome)
		}
	}
}

// Whatever a bundle holds, verifying it ends, and never says more than that it is
// self-consistent unless something from outside vouches for it.
func FuzzVerifyBundle(f *testing.F) {
	k := newKey(f)
	m := ledgerOf(f, 20)
	old := checkpoint(f, m, k)
	m.add(f, verdict(20))
	b := export(f, m, k, 5, 21)
	f.Add(b)
	files := unpack(f, b)
	delete(files, fileConsistency)
	f.Add(pack(f, files))
	files[fileManifest] = `{"version":1,"first":0,"end":18446744073709551615,"size":1099511627776}`
	f.Add(pack(f, files))
	f.Fuzz(func(t *testing.T, b []byte) {
		lim := Limits{Total: 4 << 20, Files: 100, Entries: 10_000}
		for _, trust := range []Trust{{}, {Checkpoint: old.Signed}} {
			r, err := Verify(context.Background(), bytes.NewReader(b), int64(len(b)), trust, lim)
			if err != nil {
				if wardround.ErrorCode(err) != wardround.EInvalid {
					t.Fatal(err)
				}
				continue
			}
			if r.Outcome == Verified && trust.Checkpoint == nil {
				t.Fatal("verified without anything from outside")
			}
		}
	})
}

// FuzzBundleText feeds the texts inside a bundle, which a fuzzer that has to get
// through the compression reaches only slowly.
func FuzzBundleText(f *testing.F) {
	k := newKey(f)
	m := ledgerOf(f, 5)
	checkpoint(f, m, k)
	for i := 5; i < 21; i++ {
		m.add(f, verdict(i))
	}
	files := unpack(f, export(f, m, k, 6, 20))
	f.Add(files[fileManifest], files[fileEntries], files[fileCheckpoint], files[fileList], files[fileConsistency], files["tile/8/0/000.p/21"])
	f.Fuzz(func(t *testing.T, manifest, entries, checkpoint, list, proof, tile string) {
		forged := maps.Clone(files)
		for name, content := range map[string]string{fileManifest: manifest, fileEntries: entries, fileCheckpoint: checkpoint,
			fileList: list, fileConsistency: proof, "tile/8/0/000.p/21": tile} {
			forged[name] = content
		}
		b := pack(t, forged)
		r, err := Verify(context.Background(), bytes.NewReader(b), int64(len(b)), Trust{Key: k.Public().String()}, Limits{Total: 4 << 20, Entries: 10_000})
		if err != nil {
			t.Fatal(err)
		}
		same := true
		for name, content := range files {
			same = same && forged[name] == content
		}
		if (r.Outcome == Verified) != same {
			t.Fatalf("%s, though it is the true bundle: %v", r.Outcome, same)
		}
	})
}
