package knowledge

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
)

// smallBase has a little of everything.
func smallBase() *Base {
	b := New(Options{})
	pkg := func(eco, name string, versions []string, events ...advisory.Event) advisory.Affected {
		return advisory.Affected{Status: advisory.IsAffected, Package: &advisory.Package{Ecosystem: eco, Name: name}, Versions: versions,
			Ranges: []advisory.Range{{Kind: advisory.Ecosystem, Events: events}}}
	}
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	b.Put(Feed{Name: "f", Kind: "osv", At: day}, []Entry{
		{Record: &advisory.Record{ID: "GO-1", Aliases: []string{"CVE-2026-0001"}, Title: "one", Details: "long", Affected: []advisory.Affected{
			pkg("Go", "example.org/Mod", nil, advisory.Event{Introduced: "0"}, advisory.Event{Fixed: "1.2.0"})}}, Digest: "sha256:1"},
		{Record: &advisory.Record{ID: "DSA-1", Affected: []advisory.Affected{
			pkg("Debian:12", "p", []string{"0.9-1", "not a version at all !"}, advisory.Event{Introduced: "1:0"}, advisory.Event{Last: "1:2-1"})}}},
		{Record: &advisory.Record{ID: "X-1", Withdrawn: day, Affected: []advisory.Affected{pkg("npm", "q", []string{"1.0.0"}, advisory.Event{Introduced: "2.0.0"}, advisory.Event{Limit: "3.0.0"})}}},
		{Record: &advisory.Record{ID: "CVE-2026-0002", Document: "D-1", Affected: []advisory.Affected{
			{Status: advisory.IsAffected, CPE: &advisory.CPE{Match: "cpe:2.3:o:acme:fw:*:*:*:*:*:*:*:*", Vulnerable: true},
				Ranges: []advisory.Range{{Kind: advisory.Loose, Events: []advisory.Event{{Introduced: "0"}, {Fixed: "4"}}}}}}}},
		{Exploited: &Exploited{CVE: "CVE-2026-0001", Added: day}},
		{Score: &Score{CVE: "CVE-2026-0001", EPSS: 0.25, Model: "v1", Date: day}},
		{Cycle: &Cycle{Product: "windows", Cycle: "10", Security: day}},
	})
	return b
}

var smallIdentities = []Identity{
	{Package: Package{Ecosystem: "Go", Name: "example.org/Mod", Version: "1.1.0"}},
	{Package: Package{Ecosystem: "Go", Name: "example.org/mod", Version: "1.3.0", AnyCase: true}},
	{Package: Package{Ecosystem: "Debian:12", Name: "p", Version: "1:1-1"}},
	{Package: Package{Ecosystem: "Debian:12", Name: "p", Version: "0.9-1"}},
	{Package: Package{Ecosystem: "Debian", Name: "p", Version: "1:1-1"}},
	{Package: Package{Ecosystem: "npm", Name: "q", Version: "2.1.0"}},
	{CPEs: []string{"cpe:2.3:o:acme:fw:3.1:*:*:*:*:*:*:*"}},
}

// said is all that a Base answers, in words.
func said(b *Base) ([]string, error) {
	var out []string
	for i := range smallIdentities {
		err := b.Match(&smallIdentities[i], func(h *Hit) {
			out = append(out, fmt.Sprint(h.Vulnerability, h.State, h.Reason, h.Fixed, h.Record, h.Why()))
		})
		if err != nil {
			return nil, err
		}
	}
	for _, id := range []string{"GO-1", "CVE-2026-0001", "CVE-2026-0002", "DSA-1", "X-1"} {
		v, ok := b.Vulnerability(id)
		rec, digest, _ := b.Record(Ref{"f", "", id})
		text, _ := json.Marshal([]any{ok, v, rec, digest, b.Named(id)})
		out = append(out, string(text))
	}
	text, _ := json.Marshal([]any{b.Cycles("windows"), b.Feeds()})
	out = append(out, string(text))
	return out, b.Err()
}

func smallFile(t testing.TB) []byte {
	t.Helper()
	dir := t.TempDir()
	b := smallBase()
	if err := b.Save(dir, 42); err != nil {
		t.Fatal(err)
	}
	b.Close()
	data, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// From the file comes what was in memory; and the file does not depend on the
// order in which things came.
func TestSaved(t *testing.T) {
	want, err := said(smallBase())
	if err != nil {
		t.Fatal(err)
	}
	b := New(Options{})
	g, err := readGeneration(smallFile(t))
	if err != nil {
		t.Fatal(err)
	}
	b.adopt(g)
	got, err := said(b)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if g.meta.Position != 42 || b.Pending() != 0 {
		t.Error(g.meta.Position, b.Pending())
	}
	if again := smallFile(t); !slices.Equal(again, g.data) {
		t.Error("the same rows gave another file")
	}
}

// One wrong byte anywhere is an error or without effect, never another answer.
func TestDamaged(t *testing.T) {
	data := smallFile(t)
	want, _ := said(smallBase())
	slices.Sort(want)
	rnd := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for i := range data {
		bad := slices.Clone(data)
		bad[i] ^= 1 << rnd.IntN(8)
		got, err := answers(bad)
		if err != nil {
			refused++
			continue
		}
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("byte %d of %d: %s", i, len(data), d)
		}
	}
	if refused < len(data)/2 {
		t.Errorf("only %d of %d damages were noticed", refused, len(data))
	}
	for n := range data {
		if _, err := readGeneration(data[:n]); err == nil {
			t.Fatalf("a file cut off at %d of %d was opened", n, len(data))
		}
	}
}

func answers(data []byte) ([]string, error) {
	g, err := readGeneration(data)
	if err != nil {
		return nil, err
	}
	b := New(Options{})
	b.adopt(g)
	return said(b)
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := Open(dir, Options{}); wardround.ErrorCode(err) != wardround.ENotFound {
		t.Error("an empty folder:", err)
	}
	for _, text := range []string{"", magic, "something else altogether"} {
		if err := os.WriteFile(filepath.Join(dir, FileName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Open(dir, Options{}); wardround.ErrorCode(err) != wardround.EIntegrity {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A hostile file has right checksums: whatever it says, nothing panics.
func FuzzGeneration(f *testing.F) {
	f.Add(smallFile(f), uint(0), byte(0))
	f.Fuzz(func(t *testing.T, data []byte, at uint, to byte) {
		if len(data) > 0 {
			data = slices.Clone(data)
			data[at%uint(len(data))] = to
		}
		reseal(data)
		_, _ = answers(data)
	})
}

// reseal makes the checksums of a file right, as far as its directory holds.
func reseal(data []byte) {
	if len(data) < headBytes+sections*dirBytes {
		return
	}
	dir := data[headBytes : headBytes+sections*dirBytes]
	at := uint64(headBytes + len(dir))
	sec := func(i int) []byte {
		off, n := binary.LittleEndian.Uint64(dir[i*dirBytes:]), binary.LittleEndian.Uint64(dir[i*dirBytes+8:])
		if off != at || n > uint64(len(data))-off {
			return nil
		}
		at += n
		return data[off:at]
	}
	var secs [sections][]byte
	for i := range secs {
		secs[i] = sec(i)
	}
	for i, index := range secs {
		if !checkedWhole(i) {
			continue
		}
		binary.LittleEndian.PutUint32(dir[i*dirBytes+16:], crc32.Checksum(index, castagnoli))
		if i == secFixed || i == secMeta || index == nil {
			continue
		}
		if t, ok := readTable(index, secs[i-1]); ok {
			for j := range t.n {
				v := t.vals[binary.LittleEndian.Uint64(t.valAt[8*j:]):binary.LittleEndian.Uint64(t.valAt[8*j+8:])]
				if len(v) >= 4 {
					binary.LittleEndian.PutUint32(v[len(v)-4:], crc32.Checksum(v[:len(v)-4], castagnoli))
				}
			}
		}
	}
	binary.LittleEndian.PutUint32(data[12:], crc32.Checksum(dir, castagnoli))
	binary.LittleEndian.PutUint64(data[16:], uint64(len(data)))
}
