package archive

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/issue"
)

// got is what a walk handed over: "name how: content".
type got struct {
	members []string
	issues  []issue.Issue
	err     error
}

func (g got) rules() []string {
	var out []string
	for _, i := range g.issues {
		if !slices.Contains(out, i.Rule) {
			out = append(out, i.Rule)
		}
	}
	slices.Sort(out)
	return out
}

func (g got) has(content string) bool {
	return slices.ContainsFunc(g.members, func(m string) bool { return strings.Contains(m, content) })
}

type walker func(io.ReaderAt, int64, *Budget, Visit) ([]issue.Issue, error)

func walk(t testing.TB, w walker, b []byte) got {
	t.Helper()
	var g got
	g.issues, g.err = w(bytes.NewReader(b), int64(len(b)), NewBudget(16<<20, 5000), func(m *Member) error {
		if m.Kind == Dir {
			g.members = append(g.members, m.Name+" (folder)")
			return nil
		}
		r, err := m.Open()
		if err != nil {
			return nil
		}
		c, _ := io.ReadAll(r)
		g.members = append(g.members, strings.TrimSpace(fmt.Sprintf("%s %s: %s", m.Name, m.How, c)))
		return nil
	})
	return g
}

// pack makes an ordinary archive with one stored and one deflated member.
func pack(t testing.TB, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, n := range names {
		h := &zip.FileHeader{Name: n, Method: uint16(i % 2 * 8)}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(f, "content of %s %s", n, strings.Repeat("x", 100*i))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// raw makes an archive by hand: what a header says is what the case says.
type raw struct {
	name, localName     string
	flags, localFlags   uint16
	method, localMethod uint16
	data                string
	stored, size        int64 // -1: as it is
	localStored         int64
	crc                 uint32
	at                  int64 // of the local header; -1: where it is
}

func build(before string, members []raw, after string) []byte {
	var b bytes.Buffer
	b.WriteString(before)
	u16 := func(v ...uint16) {
		for _, x := range v {
			binary.Write(&b, binary.LittleEndian, x)
		}
	}
	u32 := func(v ...uint32) {
		for _, x := range v {
			binary.Write(&b, binary.LittleEndian, x)
		}
	}
	at := make([]int64, len(members))
	for i, m := range members {
		at[i] = int64(b.Len() - len(before))
		b.WriteString("PK\x03\x04")
		u16(20, m.localFlags, m.localMethod, 0, 0)
		u32(m.crc, uint32(m.localStored), uint32(m.size))
		u16(uint16(len(m.localName)), 0)
		b.WriteString(m.localName + m.data)
	}
	dir := b.Len() - len(before)
	for i, m := range members {
		if m.at >= 0 {
			at[i] = m.at
		}
		b.WriteString("PK\x01\x02")
		u16(20, 20, m.flags, m.method, 0, 0)
		u32(m.crc, uint32(m.stored), uint32(m.size))
		u16(uint16(len(m.name)), 0, 0, 0, 0)
		u32(0, uint32(at[i]))
		b.WriteString(m.name)
	}
	n := b.Len() - len(before) - dir
	b.WriteString("PK\x05\x06")
	u16(0, 0, uint16(len(members)), uint16(len(members)))
	u32(uint32(n), uint32(dir))
	u16(0)
	b.WriteString(after)
	return b.Bytes()
}

func honest(name, data string) raw {
	return raw{name: name, localName: name, data: data, stored: int64(len(data)), size: int64(len(data)), localStored: int64(len(data)), crc: crcOf(data), at: -1}
}

func TestZipReadsAnOrdinaryArchiveWithoutAWord(t *testing.T) {
	g := walk(t, Zip, pack(t, "model/data.pkl", "model/data/0", "model/", "model/version"))
	if g.err != nil || len(g.issues) != 0 || len(g.members) != 4 {
		t.Errorf("%+v", g)
	}
	if !g.has("content of model/data/0 xxxx") {
		t.Errorf("%q", g.members)
	}
}

// TestZipEveryLieIsTold: for each field in which an archive can say two things, the
// content is read all the same, and the lie is told.
func TestZipEveryLieIsTold(t *testing.T) {
	const evil = "the payload"
	plain := honest("a", evil)
	lie := func(f func(*raw)) raw {
		m := plain
		f(&m)
		return m
	}
	hidden := honest("inner", evil)
	inner := string(build("", []raw{hidden}, "")[:30+5+len(evil)])
	for name, c := range map[string]struct {
		zip   []byte
		rules []string
	}{
		"encrypted in the directory only":  {build("", []raw{lie(func(m *raw) { m.flags = 1 })}, ""), []string{"zip.encrypted-flag", "zip.headers-differ"}},
		"encrypted in the member only":     {build("", []raw{lie(func(m *raw) { m.localFlags = 1 })}, ""), []string{"zip.encrypted-flag", "zip.headers-differ"}},
		"marked encrypted in both":         {build("", []raw{lie(func(m *raw) { m.flags, m.localFlags = 1, 1 })}, ""), []string{"zip.encrypted-flag"}},
		"strong encryption":                {build("", []raw{lie(func(m *raw) { m.flags, m.localFlags = 0x40, 0x40 })}, ""), []string{"zip.encrypted-flag"}},
		"patched data":                     {build("", []raw{lie(func(m *raw) { m.flags = 0x20 })}, ""), []string{"zip.headers-differ"}},
		"another name":                     {build("", []raw{lie(func(m *raw) { m.localName = "b" })}, ""), []string{"zip.headers-differ"}},
		"another method in the member":     {build("", []raw{lie(func(m *raw) { m.localMethod = 8 })}, ""), []string{"zip.headers-differ"}},
		"another method in the directory":  {build("", []raw{lie(func(m *raw) { m.method = 8 })}, ""), nil},
		"an unknown method":                {build("", []raw{lie(func(m *raw) { m.method = 77 })}, ""), []string{"zip.headers-differ", "zip.method"}},
		"shorter in the directory":         {build("", []raw{lie(func(m *raw) { m.stored, m.size = 3, 3 })}, ""), nil},
		"shorter in the member":            {build("", []raw{lie(func(m *raw) { m.localStored = 3 })}, ""), []string{"zip.headers-differ"}},
		"a size that is not its content's": {build("", []raw{lie(func(m *raw) { m.size = 2 })}, ""), []string{"zip.checksum", "zip.size"}},
		"a wrong checksum":                 {build("", []raw{lie(func(m *raw) { m.crc++ })}, ""), []string{"zip.checksum"}},
		"a name that escapes":              {build("", []raw{lie(func(m *raw) { m.name, m.localName = "../x", "../x" })}, ""), []string{"zip.path-escapes"}},
		"a zero in the name":               {build("", []raw{lie(func(m *raw) { m.name, m.localName = "x\x00.txt", "x\x00.txt" })}, ""), []string{"zip.name-cut"}},
		"twice the same name":              {build("", []raw{honest("a", "harmless"), plain}, ""), []string{"zip.duplicate-name"}},
		"something before":                 {build("MZ executable", []raw{plain}, ""), []string{"zip.prepended"}},
		"something behind":                 {build("", []raw{plain}, "trailing"), []string{"zip.appended", "zip.gap"}},
		"a member without directory":       {build(inner, []raw{honest("z", "harmless")}, ""), []string{"zip.not-in-directory", "zip.prepended"}},
		"two ends":                         {append(build("", []raw{plain}, ""), build("", []raw{honest("z", "harmless")}, "")...), nil},
		"no directory at all":              {[]byte(inner), []string{"zip.no-directory", "zip.not-in-directory"}},
		"points at the same bytes": {build("", []raw{plain, func() raw {
			m := honest("b", "")
			m.at, m.size, m.stored, m.crc = 0, plain.size, plain.stored, plain.crc
			return m
		}()}, ""), nil},
	} {
		t.Run(name, func(t *testing.T) {
			g := walk(t, Zip, c.zip)
			if g.err != nil || !g.has(evil) {
				t.Errorf("the payload was not handed over: %v %q", g.err, g.members)
			}
			if len(g.issues) == 0 {
				t.Error("nothing is told")
			}
			if c.rules != nil && !slices.Equal(g.rules(), c.rules) {
				t.Errorf("rules %q, want %q", g.rules(), c.rules)
			}
			if issue.Worst(g.issues) < issue.Unknown {
				t.Error("the lie would be clean")
			}
		})
	}
}

// TestZipLocalChain: a reader that goes by local headers sees a member inside the
// bytes that the directory gives to another.
// TestZip64HeaderOfTheRecordsLength: PyTorch ends each archive with zip64 records, 76
// bytes. Where the directory's first header has that length, too, the distance
// from the end leads to its second.
func TestZip64HeaderOfTheRecordsLength(t *testing.T) {
	for n := 28; n < 33; n++ {
		var b bytes.Buffer
		var at []int
		name := strings.Repeat("a", n)
		for _, m := range []string{name, "b"} {
			at = append(at, b.Len())
			b.WriteString("PK\x03\x04" + strings.Repeat("\x00", 22))
			_ = binary.Write(&b, binary.LittleEndian, [2]uint16{uint16(len(m))})
			b.WriteString(m)
		}
		dir := b.Len()
		for i, m := range []string{name, "b"} {
			h := make([]byte, centralLen)
			copy(h, sigCentral)
			le.PutUint16(h[28:], uint16(len(m)))
			le.PutUint32(h[42:], uint32(at[i]))
			b.Write(h)
			b.WriteString(m)
		}
		size, end := b.Len()-dir, b.Len()
		r := make([]byte, 56+20+endLen)
		copy(r, sigEnd64)
		le.PutUint64(r[4:], 44)
		le.PutUint64(r[24:], 2)
		le.PutUint64(r[32:], 2)
		le.PutUint64(r[40:], uint64(size))
		le.PutUint64(r[48:], uint64(dir))
		copy(r[56:], sigLoc64)
		le.PutUint64(r[64:], uint64(end))
		le.PutUint32(r[72:], 1)
		copy(r[76:], sigEnd)
		le.PutUint16(r[84:], 2)
		le.PutUint16(r[86:], 2)
		le.PutUint32(r[88:], uint32(size))
		le.PutUint32(r[92:], uint32(dir))
		b.Write(r)
		if g := walk(t, Zip, b.Bytes()); len(g.issues) > 0 || len(g.members) != 2 {
			t.Errorf("a name of %d bytes: %v, %v", n, g.members, g.issues)
		}
	}
}

func TestZipLocalChain(t *testing.T) {
	second := build("", []raw{honest("second", "the payload")}, "")
	second = second[:30+6+len("the payload")]
	first := honest("first", "harmless"+string(second))
	first.localStored = int64(len("harmless"))
	g := walk(t, Zip, build("", []raw{first}, ""))
	if !slices.ContainsFunc(g.members, func(m string) bool { return strings.HasPrefix(m, "second by its local header") }) {
		t.Errorf("%q %q", g.members, g.rules())
	}
}

func TestZipEncryptedIsUnreadable(t *testing.T) {
	m := honest("a", "scrambled bytes")
	m.flags, m.localFlags, m.crc = 1, 1, 42
	g := walk(t, Zip, build("", []raw{m}, ""))
	if !slices.Equal(g.rules(), []string{"zip.encrypted"}) || issue.Worst(g.issues) != issue.Unreadable || len(g.members) != 0 {
		t.Errorf("%+v", g)
	}
}

// TestZipOverlapsAreABomb: many entries that share one kernel.
func TestZipOverlapsAreABomb(t *testing.T) {
	ms := []raw{honest("a", strings.Repeat("x", 1000))}
	for i := range 50 {
		m := honest(fmt.Sprint("b", i), "")
		m.at, m.stored, m.size, m.crc = 0, ms[0].stored, ms[0].size, ms[0].crc
		ms = append(ms, m)
	}
	g := walk(t, Zip, build("", ms, ""))
	if !slices.Contains(g.rules(), "zip.overlap") {
		t.Errorf("%q", g.rules())
	}
	if len(g.members) > 52 {
		t.Errorf("%d readings of one kernel", len(g.members))
	}
}

func TestZipBombEndsAtTheBudget(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, _ := w.Create("zeros")
	zeros := make([]byte, 1<<20)
	for range 64 {
		f.Write(zeros)
	}
	w.Close()
	g := walk(t, Zip, b.Bytes())
	if !slices.Contains(g.rules(), "zip.limit") || issue.Worst(g.issues) != issue.Unreadable {
		t.Errorf("%q", g.rules())
	}
}

// TestZipStackedDirectories: end records that each start the same directory one header
// later make readers of all of them read it many times over.
func TestZipStackedDirectories(t *testing.T) {
	var b bytes.Buffer
	const n = 50_000
	h := make([]byte, centralLen)
	copy(h, sigCentral)
	for range n {
		b.Write(h)
	}
	dir := b.Len()
	for i := range maxEnds {
		r := make([]byte, endLen)
		copy(r, sigEnd)
		le.PutUint16(r[8:], uint16(n-i))
		le.PutUint16(r[10:], uint16(n-i))
		le.PutUint32(r[12:], uint32(dir-i*centralLen))
		le.PutUint32(r[16:], uint32(i*centralLen))
		b.Write(r)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	z := &zipWalk{r: bytes.NewReader(b.Bytes()), size: int64(b.Len()), budget: NewBudget(16<<20, 10_000_000), done: map[reading]bool{}}
	z.findEnds()
	err := z.walk(func(*Member) error { return nil })
	runtime.ReadMemStats(&after)
	if err != ErrBudget || z.headers > 2*maxMembers {
		t.Errorf("%v after %d headers", err, z.headers)
	}
	if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got > 200 {
		t.Errorf("%d MB", got)
	}
	if len(ZipNames(bytes.NewReader(b.Bytes()), int64(b.Len()))) > 2*maxMembers {
		t.Error("names without end")
	}
}

func TestZipWithoutEnd(t *testing.T) {
	if g := walk(t, Zip, []byte("just text, no archive")); g.err != ErrNotThis {
		t.Error(g.err)
	}
	for n, b := range [][]byte{pack(t, "a", "b")} {
		for cut := range len(b) - 1 {
			g := walk(t, Zip, b[:cut])
			if g.err == nil && issue.Worst(g.issues) < issue.Unknown {
				t.Fatalf("%d: cut at %d it says nothing: %q", n, cut, g.members)
			}
		}
	}
}

func FuzzZip(f *testing.F) {
	f.Add(pack(f, "a", "b/c", "d/"))
	m := honest("a", "payload")
	m.localFlags, m.method = 1, 8
	f.Add(build("x", []raw{m, m}, "y"))
	f.Fuzz(func(t *testing.T, b []byte) { walk(t, Zip, b) })
}
