package ledger

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/wardround/wardround"
)

var ward = wardround.Scope{Org: "clinic", Site: "north wing"}

// memory is a ledger in memory.
type memory struct {
	all    []*wardround.Evidence
	stored []tlog.Hash
	tree   Tree
	points []*Checkpoint
}

// ledgerOf returns a ledger of n entries, one a minute from noon on.
func ledgerOf(t testing.TB, n int) *memory {
	t.Helper()
	m := &memory{}
	for i := range n {
		m.add(t, verdict(i))
	}
	return m
}

func (m *memory) add(t testing.TB, e *wardround.Evidence) {
	t.Helper()
	e.At = noon.Add(time.Duration(len(m.all)) * time.Minute)
	if err := Seal(e, nil); err != nil {
		t.Fatal(err)
	}
	e.Index = uint64(len(m.all))
	m.all = append(m.all, e)
	m.stored = m.tree.Append(m.stored, e.Leaf)
}

func (m *memory) erase(i int) { m.all[i].Salt, m.all[i].Payload, m.all[i].Reason = nil, nil, "" }

func (m *memory) Head(context.Context, wardround.Scope) (int64, tlog.Hash, error) {
	return m.tree.Size(), m.tree.Root(), nil
}

func (m *memory) Hashes(context.Context, wardround.Scope) (tlog.HashReader, error) {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			if x >= int64(len(m.stored)) {
				return nil, errors.New("no such hash")
			}
			out[i] = m.stored[x]
		}
		return out, nil
	}), nil
}

func (m *memory) Period(_ context.Context, _ wardround.Scope, from, to time.Time) (first, end uint64, err error) {
	for first < uint64(len(m.all)) && m.all[first].At.Before(from) {
		first++
	}
	for end = first; end < uint64(len(m.all)) && (to.IsZero() || m.all[end].At.Before(to)); end++ {
	}
	return first, end, nil
}

func (m *memory) Evidence(_ context.Context, _ wardround.Scope, from, to uint64) iter.Seq2[*wardround.Evidence, error] {
	return func(yield func(*wardround.Evidence, error) bool) {
		for _, e := range m.all[from:to] {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (m *memory) Checkpoints(context.Context, wardround.Scope) iter.Seq2[*Checkpoint, error] {
	return func(yield func(*Checkpoint, error) bool) {
		for _, c := range m.points {
			if !yield(c, nil) {
				return
			}
		}
	}
}

func (m *memory) SaveCheckpoint(_ context.Context, _ wardround.Scope, c *Checkpoint) error {
	m.points = slices.DeleteFunc(m.points, func(o *Checkpoint) bool { return o.Size == c.Size })
	m.points = append(m.points, c)
	return nil
}

func (m *memory) Origin() wardround.Origin { return wardround.Live }

func newKey(t testing.TB) *Key {
	t.Helper()
	k, err := NewKey(filepath.Join(t.TempDir(), "ledger.key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func checkpoint(t testing.TB, m *memory, k *Key) *Checkpoint {
	t.Helper()
	c, err := MakeCheckpoint(context.Background(), m, ward, []*Key{k}, noon)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// export writes the bundle of entries [first, end).
func export(t testing.TB, m *memory, k *Key, first, end int) []byte {
	t.Helper()
	var b bytes.Buffer
	e := Export{
		Scope: ward, Keys: []*Key{k}, Now: noon.Add(time.Hour * 1000),
		From: noon.Add(time.Duration(first) * time.Minute), To: noon.Add(time.Duration(end) * time.Minute),
		Statement: Statement{
			Program: "wardround 1.0", Binary: "sha256:00", Checks: "sha256:01", Content: "sha256:02",
			Gaps: []Unwatched{{What: "sensor mirror-1", From: noon, To: noon.Add(time.Minute), Reason: "cable"}},
			Off:  []SwitchedOff{{Check: "net.scan", By: "R. Roe", Reason: "scanner in use"}},
		},
	}
	got, _, err := e.Write(context.Background(), m, &b)
	if err != nil {
		t.Fatalf("export: %v", err)
	}
	if got.First != uint64(first) || got.End != uint64(min(end, len(m.all))) {
		t.Fatalf("exported [%d, %d), want [%d, %d)", got.First, got.End, first, end)
	}
	return b.Bytes()
}

func verify(t testing.TB, bundle []byte, trust Trust) *Report {
	t.Helper()
	r, err := Verify(context.Background(), bytes.NewReader(bundle), int64(len(bundle)), trust, Limits{})
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	return r
}

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

func TestBundleVerifies(t *testing.T) {
	k := newKey(t)
	for _, n := range []int{0, 1, 2, 255, 256, 257, 1000, 1300} {
		m := ledgerOf(t, n/2)
		old := checkpoint(t, m, k)
		for i := n / 2; i < n; i++ {
			m.add(t, verdict(i))
		}
		if n > 3 {
			m.erase(1)
			m.erase(n - 1)
		}
		for _, period := range [][2]int{{0, n}, {n / 2, n}, {n / 3, n / 2}, {n, n}} {
			b := export(t, m, k, period[0], period[1])
			for name, tt := range map[string]struct {
				trust Trust
				want  Outcome
			}{
				"nothing":        {Trust{}, SelfConsistent},
				"key":            {Trust{Key: k.Public().String()}, Verified},
				"fingerprint":    {Trust{Fingerprint: strings.ToUpper(k.Public().Fingerprint()[7:])}, Verified},
				"checkpoint":     {Trust{Checkpoint: old.Signed}, Verified},
				"key, and point": {Trust{Key: k.Public().String(), Checkpoint: old.Signed}, Verified},
			} {
				r := verify(t, b, tt.trust)
				if r.Outcome != tt.want || len(r.Problems) > 0 || r.Entries != uint64(period[1]-period[0]) {
					t.Errorf("%d entries, [%d, %d), trusting %s: %s, %d entries, %v", n, period[0], period[1], name, r.Outcome, r.Entries, r.Problems)
				}
			}
		}
	}
}

func TestReportSaysWhatIsInIt(t *testing.T) {
	k := newKey(t)
	m := ledgerOf(t, 30)
	checkpoint(t, m, k)
	for i := 30; i < 50; i++ {
		m.add(t, verdict(i))
	}
	m.erase(41)
	b := export(t, m, k, 35, 45)
	r := verify(t, b, Trust{Key: k.Public().String()})
	if r.Manifest.Previous != 30 || r.Manifest.Size != 50 || r.Erased != 1 || r.Signer != k.Public().Fingerprint() ||
		r.Manifest.Gaps[0].Reason != "cable" || r.Manifest.Off[0].Check != "net.scan" || !strings.Contains(r.Checkpoint, "wardround/clinic/north%20wing\n50\n") {
		t.Errorf("report %+v", r)
	}
	files := unpack(t, b)
	if !strings.Contains(files[fileReadme], "evidence verify") || strings.Contains(files[fileKey], "PRIVATE") {
		t.Error("the readme or the public key is wrong")
	}
	for name, content := range files {
		if strings.Contains(content, "PRIVATE") || strings.Contains(content, `"subject":"asset:a-41"`) {
			t.Errorf("%s tells the private key or an erased entry", name)
		}
	}
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

func TestExportRefusesADamagedLedger(t *testing.T) {
	k := newKey(t)
	for name, damage := range map[string]func(m *memory){
		"entry":   func(m *memory) { m.all[5].Payload = []byte(`{"state":"pass"}`) },
		"leaf":    func(m *memory) { m.all[5].Leaf[0] ^= 1 },
		"missing": func(m *memory) { m.all[5] = m.all[6] },
		"tree":    func(m *memory) { m.stored[3][0] ^= 1 },
	} {
		m := ledgerOf(t, 20)
		damage(m)
		_, _, err := Export{Scope: ward, Keys: []*Key{k}, Now: noon}.Write(context.Background(), m, io.Discard)
		if wardround.ErrorCode(err) != wardround.EIntegrity {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeys(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "ledger.key")
	k, err := NewKey(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewKey(file, nil); wardround.ErrorCode(err) != wardround.EConflict {
		t.Errorf("a key was overwritten: %v", err)
	}
	loaded, err := LoadKeys(file)
	if err != nil || len(loaded) != 1 || loaded[0].Public().String() != k.Public().String() {
		t.Fatalf("loaded %v, %v", loaded, err)
	}
	pub, err := os.ReadFile(file + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	p, err := ParsePublicKey(string(pub))
	if err != nil || p.Fingerprint() != k.Public().Fingerprint() || !strings.HasPrefix(p.Fingerprint(), "sha256:") || len(p.Fingerprint()) != 71 {
		t.Errorf("public key %v, %v", p, err)
	}
	secret, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParsePublicKey(string(secret)); wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), ".pub") {
		t.Errorf("the private key was taken for a public one: %v", err)
	}
	// Rotation: the new key first, the old one below it, both sign.
	second, err := NewKey(filepath.Join(dir, "second.key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	newSecret, err := os.ReadFile(filepath.Join(dir, "second.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(newSecret, secret...), 0o600); err != nil {
		t.Fatal(err)
	}
	both, err := LoadKeys(file)
	if err != nil || len(both) != 2 {
		t.Fatal(both, err)
	}
	var b bytes.Buffer
	m := ledgerOf(t, 10)
	if _, _, err := (Export{Scope: ward, Keys: both, Now: noon}).Write(context.Background(), m, &b); err != nil {
		t.Fatal(err)
	}
	for _, p := range []PublicKey{k.Public(), second.Public()} {
		if r := verify(t, b.Bytes(), Trust{Key: p.String()}); r.Outcome != Verified {
			t.Errorf("after rotation, trusting %s: %s %v", p.Fingerprint(), r.Outcome, r.Problems)
		}
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKeys(file); wardround.ErrorCode(err) != wardround.EForbidden {
		t.Errorf("a key that others may read: %v", err)
	}
}

func TestVerifyRefuses(t *testing.T) {
	k := newKey(t)
	b := export(t, ledgerOf(t, 5), k, 0, 5)
	for name, bad := range map[string][]byte{"nothing": nil, "no zip": []byte("PK but no zip"), "half": b[:len(b)/2], "no list": pack(t, map[string]string{"a": "b"})} {
		if _, err := Verify(context.Background(), bytes.NewReader(bad), int64(len(bad)), Trust{}, Limits{}); wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, trust := range []Trust{{Key: "x"}, {Fingerprint: "sha256:12"}, {Checkpoint: []byte("x")}, {Key: k.Public().String(), Fingerprint: strings.Repeat("0", 64)}} {
		if _, err := Verify(context.Background(), bytes.NewReader(b), int64(len(b)), trust, Limits{}); wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%+v: %v", trust, err)
		}
	}
	if _, err := VerifyFile(context.Background(), filepath.Join(t.TempDir(), "none.zip"), Trust{}, Limits{}); wardround.ErrorCode(err) != wardround.ENotFound {
		t.Errorf("no file: %v", err)
	}
}

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
