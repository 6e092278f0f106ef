package portfolio

import (
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/sbom"
)

// ward is an index with some of everything.
func ward(t testing.TB, s *shelf) *Index {
	ix := New(Options{Knowledge: s, Quality: func(*wardround.Release, *sbom.Document) []check.Quality {
		return []check.Quality{{Profile: "ntia-minimum", Rule: "supplier", State: wardround.Fail, Said: "none", Count: 1, Of: 2}}
	}})
	ix.At(monday)
	put := func(product, version string, d *sbom.Document) wardround.ReleaseID {
		r := &wardround.Release{ID: wardround.ReleaseIDOf("o", "Acme", product, version), Maker: "Acme", Product: product, Version: version, Models: []string{"M-" + version}}
		if err := ix.PutRelease(r); err != nil {
			t.Fatal(err)
		}
		if d != nil {
			if err := ix.PutSBOM(r.ID, wardround.DocumentID("d"+product+version), d); err != nil {
				t.Fatal(err)
			}
		}
		return r.ID
	}
	top := bom("urn:uuid:1", "housing 1", " x/net 1.0", "?unnamed 1")
	top.Links = []sbom.Link{{From: 0, Document: "urn:cdx:2/1"}}
	pump := put("Pump", "1", top)
	put("Board", "7", bom("urn:uuid:2", "linux 6", " openssl 1.0", "  x/net 1.5"))
	put("Monitor", "3", nil)
	ix.Assets([]*wardround.Asset{
		{ID: "a1", Release: pump, Zone: "icu", Attributes: map[string]wardround.Attribute{wardround.AttrName: {Value: "Bed 1"}, wardround.AttrWard: {Value: "ICU 2"}}},
		{ID: "a2", Attributes: map[string]wardround.Attribute{wardround.AttrMaker: {Value: "Acme"}, wardround.AttrModel: {Value: "Monitor"}, wardround.AttrSoftware: {Value: "2"}, wardround.AttrSerial: {Value: "77"}}},
		{ID: "a3", Release: "not said yet"},
	})
	d := s.put("CVE-1", "pkg:golang/openssl", "2")
	for _, x := range []Delta{s.put("CVE-2", "product:monitor", "3"), s.put("CVE-3", "pkg:golang/x/net", "1.2")} {
		d.Keys, d.Vulnerabilities = append(d.Keys, x.Keys...), append(d.Vulnerabilities, x.Vulnerabilities...)
	}
	ix.Change(d)
	ix.Drain()
	ix.At(monday.Add(time.Hour))
	ix.Change(s.put("CVE-3", "pkg:golang/x/net", "1.7")) // waits
	return ix
}

func everything(ix *Index) []check.Exposure {
	var out []check.Exposure
	for e := range ix.Exposures(check.ExposureKey{}) {
		out = append(out, *e)
	}
	return out
}

func TestAGenerationAnswersAsWhenItWasSaved(t *testing.T) {
	s, dir := newShelf(), t.TempDir()
	ix := ward(t, s)
	if err := ix.Save(dir, 41); err != nil {
		t.Fatal(err)
	}
	if err := ix.Save(dir, 42); err != nil {
		t.Fatal(err)
	}
	if g := generations(dir); len(g) != 1 || g[0] != 42 {
		t.Fatalf("generations %v", g)
	}
	got, at, err := Load(dir, Options{Knowledge: s})
	if err != nil || at != 42 {
		t.Fatalf("position %d: %v", at, err)
	}
	if d := cmp.Diff(everything(ix), everything(got)); d != "" {
		t.Errorf("exposures (-before +after):\n%s", d)
	}
	if d := cmp.Diff(slices.Collect(ix.Releases()), slices.Collect(got.Releases())); d != "" {
		t.Errorf("releases (-before +after):\n%s", d)
	}
	a, b := ix.Drain(), got.Drain()
	if d := cmp.Diff(a, b); d != "" || len(a.Exposures) == 0 {
		t.Errorf("what waited (-before +after):\n%s", d)
	}
	// And it goes on from there.
	d := s.put("CVE-1", "pkg:golang/openssl", "1.0")
	ix.Change(d)
	got.Change(d)
	if d := cmp.Diff(ix.Drain(), got.Drain()); d != "" {
		t.Errorf("a change afterwards (-before +after):\n%s", d)
	}
	pump := wardround.ReleaseIDOf("o", "Acme", "Pump", "1")
	for _, x := range []*Index{ix, got} {
		if err := x.PutSBOM(pump, "new", bom("urn:uuid:1", "housing 1", " x/net 9")); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(ix.Drain(), got.Drain()); d != "" {
		t.Errorf("another bill of materials afterwards (-before +after):\n%s", d)
	}
	if d := cmp.Diff(ix.Size().Rows, got.Size().Rows); d != "" {
		t.Error(d)
	}
}

func TestADamagedGenerationIsNamedAndNotUsed(t *testing.T) {
	s, dir := newShelf(), t.TempDir()
	if err := ward(t, s).Save(dir, 42); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "42.gen")
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(whole); i += 13 {
		b := slices.Clone(whole)
		b[i] ^= 0x40
		if _, err := New(Options{Knowledge: s}).decode(b); err == nil && !padding(whole, i) {
			t.Errorf("a changed byte at %d of %d went unseen", i, len(whole))
		}
	}
	if err := os.WriteFile(name, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	ix, at, err := Load(dir, Options{Knowledge: s})
	if at != 0 || wardround.ErrorCode(err) != wardround.EIntegrity || ix.Size().Releases != 0 {
		t.Errorf("position %d, %v", at, err)
	}
}

// padding reports whether a byte lies between two sections.
func padding(b []byte, i int) bool {
	at := headerSize + 16*numSections
	if i < at {
		return false
	}
	for s := range numSections {
		next := (at + 7) &^ 7
		if i >= at && i < next {
			return true
		}
		at = next + int(binary.LittleEndian.Uint64(b[headerSize+16*s:]))
	}
	return false
}

func TestEveryFieldOfAReleaseIsKept(t *testing.T) {
	r := &wardround.Release{}
	fill(reflect.ValueOf(r).Elem(), 1)
	w := &writer{}
	w.release(r)
	got := (&reader{b: w.b}).release()
	if d := cmp.Diff(r, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// fill gives every field a value of its own.
func fill(v reflect.Value, n int) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(monday.Add(time.Duration(n) * time.Hour)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n*31+i)
		}
	case reflect.String:
		v.SetString("s" + string(rune('a'+n%26)) + time.Duration(n).String())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n+1)
		fill(v.Index(1), n+2)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("k"), reflect.ValueOf("v"))
	case reflect.Uint8:
		v.SetUint(1)
	default:
		panic(v.Kind().String() + " is not kept in a generation file: see codec.go")
	}
}

func FuzzGeneration(f *testing.F) {
	s := newShelf()
	sec := ward(f, s).snapshot(7)
	var b []byte
	b = append(b, encodeHeader(&sec)...)
	for _, x := range sec {
		b = append(b, make([]byte, (8-len(b)%8)%8)...)
		b = append(b, x...)
	}
	f.Add(b, uint16(0), byte(0))
	for i := range numSections {
		f.Add(b, uint16(i), byte(i*7+1))
	}
	f.Fuzz(func(t *testing.T, in []byte, at uint16, with byte) {
		b := slices.Clone(in)
		resum(b, int(at), with)
		ix := New(Options{Knowledge: s})
		if _, err := ix.decode(b); err != nil {
			return
		}
		for range ix.Exposures(check.ExposureKey{}) {
		}
		ix.Drain()
		ix.Size()
	})
}

// resum changes a byte and makes the sums right again, so that what lies behind
// them is tried.
func resum(b []byte, at int, with byte) {
	table := headerSize + 16*numSections
	if len(b) < table {
		return
	}
	if body := len(b) - table; body > 0 {
		b[table+(at*31)%body] ^= with
	}
	pos := uint64(table)
	for s := range numSections {
		pos = (pos + 7) &^ 7
		n := binary.LittleEndian.Uint64(b[headerSize+16*s:])
		if pos > uint64(len(b)) || n > uint64(len(b))-pos {
			return
		}
		binary.LittleEndian.PutUint64(b[headerSize+16*s+8:], uint64(crc32.Checksum(b[pos:pos+n], castagnoli)))
		pos += n
	}
	binary.LittleEndian.PutUint32(b[len(generationMagic)+8:], crc32.Checksum(b[headerSize:table], castagnoli))
}
