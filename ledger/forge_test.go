package ledger

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/wardround/wardround"
)

// unpack and pack let a test play the forger.
func unpack(t testing.TB, bundle []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(b)
	}
	return files
}

func pack(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range files {
		f, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// resign makes a new signed list of the files with another key.
func resign(t testing.TB, files map[string]string, k *Key) {
	t.Helper()
	var list []string
	for name, content := range files {
		if name != fileList {
			list = append(list, fmt.Sprintf("%s %x %d\n", name, sha256.Sum256([]byte(content)), len(content)))
		}
	}
	slices.Sort(list)
	signed, err := sign(listHeader+"\n"+strings.Join(list, ""), []*Key{k})
	if err != nil {
		t.Fatal(err)
	}
	files[fileList] = string(signed)
}

func lines(files map[string]string) []string {
	return strings.SplitAfter(strings.TrimSuffix(files[fileEntries], "\n"), "\n")
}

func setLines(files map[string]string, l []string) {
	s := strings.Join(l, "")
	if !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	files[fileEntries] = s
}

// tampering is every way the suite forges a bundle of the entries 100 to 299 of 500,
// and what must be named.
var tampering = []struct {
	name  string
	forge func(t testing.TB, files map[string]string)
	says  []string
}{
	{"an entry altered", func(t testing.TB, f map[string]string) {
		l := lines(f)
		l[40] = strings.Replace(l[40], `"state":"fail"`, `"state":"pass"`, 1)
		setLines(f, l)
	}, []string{"altered: entry 140: its contents do not match its leaf"}},
	{"an entry altered and its leaf with it", func(t testing.TB, f map[string]string) {
		l := lines(f)
		e, err := parseLine([]byte(strings.TrimSuffix(l[40], "\n")))
		if err != nil {
			t.Fatal(err)
		}
		e.Entry = []byte(strings.Replace(string(e.Entry), `"state":"fail"`, `"state":"pass"`, 1))
		sum := leafHash(e.Salt, e.Entry)
		l[40] = fmt.Sprintf(`{"index":140,"leaf":"%x","salt":"%x","entry":%s}`+"\n", sum, []byte(e.Salt), e.Entry)
		setLines(f, l)
	}, []string{"altered: entry 140: its leaf is not the one in the tree"}},
	{"the first and the last entry removed", func(t testing.TB, f map[string]string) {
		l := lines(f)
		setLines(f, l[1:len(l)-1])
	}, []string{"removed: entry 100:", "removed: entry 299:"}},
	{"three entries removed", func(t testing.TB, f map[string]string) {
		l := lines(f)
		setLines(f, slices.Delete(l, 50, 53))
	}, []string{"removed: entries 150 to 152:"}},
	{"an entry removed and the rest renumbered", func(t testing.TB, f map[string]string) {
		l := slices.Delete(lines(f), 50, 51)
		for i := 50; i < len(l); i++ {
			l[i] = strings.Replace(l[i], fmt.Sprintf(`{"index":%d,`, 101+i), fmt.Sprintf(`{"index":%d,`, 100+i), 1)
		}
		setLines(f, l)
	}, []string{"removed: entry 150:", "reordered: entries 151 to 299: numbered from 150 on"}},
	{"two entries exchanged, numbers and all", func(t testing.TB, f map[string]string) {
		l := lines(f)
		l[10], l[20] = l[20], l[10]
		setLines(f, l)
	}, []string{"reordered: entry 110: it stands behind entry"}},
	{"the contents of two entries exchanged", func(t testing.TB, f map[string]string) {
		l := lines(f)
		l[10], l[20] = strings.Replace(l[20], `"index":120`, `"index":110`, 1), strings.Replace(l[10], `"index":110`, `"index":120`, 1)
		setLines(f, l)
	}, []string{"reordered: entry 110: numbered from 120", "reordered: entry 120: numbered from 110"}},
	{"an entry repeated", func(t testing.TB, f map[string]string) {
		l := lines(f)
		setLines(f, slices.Insert(l, 11, l[10]))
	}, []string{"repeated: entry 110:"}},
	{"an entry added", func(t testing.TB, f map[string]string) {
		l := lines(f)
		e := verdict(7)
		if err := Seal(e, nil); err != nil {
			t.Fatal(err)
		}
		setLines(f, append(l, fmt.Sprintf("\n"+`{"index":300,"leaf":"%x","salt":"%x","entry":%s}`+"\n", e.Leaf, e.Salt, Entry(e))))
	}, []string{"added: entry 300:"}},
	{"an entry hidden as erased", func(t testing.TB, f map[string]string) {
		l := lines(f)
		e, err := parseLine([]byte(strings.TrimSuffix(l[40], "\n")))
		if err != nil {
			t.Fatal(err)
		}
		l[40] = fmt.Sprintf(`{"index":140,"leaf":"%x","erased":true}`+"\n", []byte(e.Leaf))
		setLines(f, l)
	}, []string{"shown as erased"}},
	{"an entry written otherwise", func(t testing.TB, f map[string]string) {
		l := lines(f)
		l[40] = strings.Replace(l[40], `{"index"`, `{ "index"`, 1)
		setLines(f, l)
	}, []string{"malformed: line 41", "removed: entry 140"}},
	{"a gap left out", func(t testing.TB, f map[string]string) {
		f[fileManifest] = strings.Replace(f[fileManifest], "sensor mirror-1", "sensor mirror-2", 1)
	}, []string{"altered: the file manifest.json"}},
	{"a shorter period pretended", func(t testing.TB, f map[string]string) {
		f[fileManifest] = strings.Replace(f[fileManifest], `"end": 300`, `"end": 299`, 1)
	}, []string{"altered: the file manifest.json", "added: entry 299"}},
	{"the readme altered", func(t testing.TB, f map[string]string) {
		f[fileReadme] = strings.Replace(f[fileReadme], "no statement", "a statement", 1)
	}, []string{"altered: the file README.txt"}},
	{"a tile altered", func(t testing.TB, f map[string]string) {
		const name = "tile/8/0/000"
		f[name] = f[name][:3300] + "x" + f[name][3301:]
	}, []string{"altered: the file tile/8/0/000", "unproven: entries 100 to 255"}},
	{"a tile removed", func(t testing.TB, f map[string]string) { delete(f, "tile/8/0/000") },
		[]string{"removed: the file tile/8/0/000", "unproven: entries 100 to 255"}},
	{"a file added", func(t testing.TB, f map[string]string) { f["letter.txt"] = "trust me" },
		[]string{"added: the file letter.txt"}},
	{"the consistency proof altered", func(t testing.TB, f map[string]string) {
		f[fileConsistency] = strings.Replace(f[fileConsistency], `"proof": [`, `"proof": [ "`+tlog.Hash{1}.String()+`",`, 1)
	}, []string{"altered: the file consistency.json", "rewritten:"}},
	{"the checkpoint altered", func(t testing.TB, f map[string]string) {
		f[fileCheckpoint] = strings.Replace(f[fileCheckpoint], "\n500\n", "\n501\n", 1)
	}, []string{"checkpoint.txt"}},
	{"the list altered", func(t testing.TB, f map[string]string) {
		f[fileList] = strings.Replace(f[fileList], "README.txt", "README.md", 1)
	}, []string{"bundle.txt", "removed: the file README.md", "added: the file README.txt"}},
}

func TestTamperingIsNamed(t *testing.T) {
	k, other := newKey(t), newKey(t)
	m := ledgerOf(t, 60)
	old := checkpoint(t, m, k)
	for i := 60; i < 500; i++ {
		m.add(t, verdict(i))
	}
	m.erase(200)
	b := export(t, m, k, 100, 300)
	for _, tt := range tampering {
		t.Run(tt.name, func(t *testing.T) {
			files := unpack(t, b)
			tt.forge(t, files)
			for name, trust := range map[string]Trust{
				"key": {Key: k.Public().String()}, "fingerprint": {Fingerprint: k.Public().Fingerprint()}, "checkpoint": {Checkpoint: old.Signed}, "nothing": {},
			} {
				r := verify(t, pack(t, files), trust)
				if r.Outcome != Failed {
					t.Errorf("trusting %s: %s", name, r.Outcome)
				}
				for _, want := range tt.says {
					if !strings.Contains(fmt.Sprintln(r.Problems), want) {
						t.Errorf("trusting %s, %q is not named in %v", name, want, r.Problems)
					}
				}
			}
			// The forger signs the list again, with a key of their own.
			resign(t, files, other)
			r := verify(t, pack(t, files), Trust{Key: k.Public().String()})
			if r.Outcome != Failed || !strings.Contains(fmt.Sprintln(r.Problems), "re-signed: bundle.txt") {
				t.Errorf("signed again: %s %v", r.Outcome, r.Problems)
			}
			files[fileKey] = other.Public().String() + "\n"
			resign(t, files, other)
			if r := verify(t, pack(t, files), Trust{Fingerprint: k.Public().Fingerprint()}); r.Outcome != Failed || !strings.Contains(fmt.Sprintln(r.Problems), "re-signed") {
				t.Errorf("signed again, with the key exchanged: %s %v", r.Outcome, r.Problems)
			}
		})
	}
}

// A forger who rewrites the whole ledger and signs it anew makes a bundle that only
// something from outside can tell from a true one.
func TestWholesaleForgery(t *testing.T) {
	k, other := newKey(t), newKey(t)
	truth := ledgerOf(t, 100)
	old := checkpoint(t, truth, k)
	forged := ledgerOf(t, 150)
	b := export(t, forged, other, 0, 150)
	if r := verify(t, b, Trust{}); r.Outcome != SelfConsistent {
		t.Errorf("without trust: %s", r.Outcome)
	}
	for name, trust := range map[string]Trust{
		"key": {Key: k.Public().String()}, "fingerprint": {Fingerprint: k.Public().Fingerprint()},
	} {
		if r := verify(t, b, trust); r.Outcome != Failed || !strings.Contains(fmt.Sprintln(r.Problems), "re-signed") {
			t.Errorf("trusting the %s: %s %v", name, r.Outcome, r.Problems)
		}
	}
	if r := verify(t, b, Trust{Checkpoint: old.Signed}); r.Outcome != Failed || !strings.Contains(fmt.Sprintln(r.Problems), "rewritten") {
		t.Errorf("trusting a checkpoint: %s %v", r.Outcome, r.Problems)
	}
	// Even with the true key stolen, the checkpoint tells.
	b = export(t, ledgerOf(t, 150), k, 0, 150)
	if r := verify(t, b, Trust{Key: k.Public().String(), Checkpoint: old.Signed}); r.Outcome != Failed || !strings.Contains(fmt.Sprintln(r.Problems), "rewritten") {
		t.Errorf("rewritten with the true key: %s %v", r.Outcome, r.Problems)
	}
	// The same entries continued under another key: the old checkpoint does not vouch
	// for what came after it.
	truth.points = nil
	for i := 100; i < 120; i++ {
		truth.add(t, verdict(i))
	}
	b = export(t, truth, other, 0, 120)
	if r := verify(t, b, Trust{Checkpoint: old.Signed}); r.Outcome != Failed || !strings.Contains(fmt.Sprintln(r.Problems), "re-signed") {
		t.Errorf("continued under another key: %s %v", r.Outcome, r.Problems)
	}
}

func TestRolledBack(t *testing.T) {
	k := newKey(t)
	m := ledgerOf(t, 100)
	backup := export(t, m, k, 0, 100)
	for i := 100; i < 130; i++ {
		m.add(t, verdict(i))
	}
	later := checkpoint(t, m, k)
	r := verify(t, backup, Trust{Key: k.Public().String(), Checkpoint: later.Signed})
	if r.Outcome != Failed || !strings.Contains(fmt.Sprintln(r.Problems), "rolled back: the ledger ends with 100 entries") {
		t.Errorf("%s %v", r.Outcome, r.Problems)
	}
	// The ledger itself refuses to sign on after a roll-back, and after a rewrite.
	short := ledgerOf(t, 90)
	short.points = m.points
	rewritten := ledgerOf(t, 140)
	rewritten.points = m.points
	for _, m := range []*memory{short, rewritten} {
		if _, err := MakeCheckpoint(context.Background(), m, ward, []*Key{k}, noon); wardround.ErrorCode(err) != wardround.EIntegrity {
			t.Errorf("signed: %v", err)
		}
		if err := Continues(context.Background(), m, ward, later); wardround.ErrorCode(err) != wardround.EIntegrity {
			t.Errorf("continues: %v", err)
		}
	}
}
