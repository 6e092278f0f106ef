package archive

import (
	"archive/tar"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"hash/crc32"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/internal/testkit"
)

func crcOf(s string) uint32 { return crc32.ChecksumIEEE([]byte(s)) }

func stream(name string) *Stream {
	for _, s := range Streams {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// compressed returns s in every format that Go can write.
func compressed(t testing.TB, s string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	add := func(name string, f func(*bytes.Buffer) error) {
		var b bytes.Buffer
		if err := f(&b); err != nil {
			t.Fatal(name, err)
		}
		out[name] = b.Bytes()
	}
	type wc interface {
		Write([]byte) (int, error)
		Close() error
	}
	put := func(w wc, err error) error {
		if err == nil {
			_, err = w.Write([]byte(s))
		}
		if err == nil {
			err = w.Close()
		}
		return err
	}
	add("gzip", func(b *bytes.Buffer) error { return put(gzip.NewWriter(b), nil) })
	add("zlib", func(b *bytes.Buffer) error { return put(zlib.NewWriterLevel(b, flate.BestSpeed)) })
	add("xz", func(b *bytes.Buffer) error { return put(xz.NewWriter(b)) })
	add("lzma", func(b *bytes.Buffer) error { return put(lzma.NewWriter(b)) })
	add("lz4", func(b *bytes.Buffer) error { return put(lz4.NewWriter(b), nil) })
	add("zstd", func(b *bytes.Buffer) error { return put(zstd.NewWriter(b)) })
	return out
}

func TestStreamsGiveTheirContent(t *testing.T) {
	const text = "what was packed"
	for name, b := range compressed(t, text) {
		s := stream(name)
		if !s.Looks(b) {
			t.Errorf("%s does not know itself", name)
		}
		if g := walk(t, s.Unpack, b); g.err != nil || len(g.issues) != 0 || !slices.Equal(g.members, []string{": " + text}) {
			t.Errorf("%s: %+v", name, g)
		}
		for cut := 1; cut < len(b); cut++ { // truncated: never silent
			if g := walk(t, s.Unpack, b[:cut]); g.err == nil && issue.Worst(g.issues) < issue.Unreadable {
				t.Errorf("%s cut at %d of %d is clean: %+v", name, cut, len(b), g)
				break
			}
		}
		if g := walk(t, s.Unpack, append(bytes.Clone(b), "behind"...)); issue.Worst(g.issues) < issue.Unknown || !g.has(text) {
			t.Errorf("%s with something behind: %+v", name, g)
		}
	}
}

func TestGzipOfManyMembers(t *testing.T) {
	a, b := compressed(t, "first ")["gzip"], compressed(t, "second")["gzip"]
	g := walk(t, stream("gzip").Unpack, append(bytes.Clone(a), b...))
	if !g.has("first second") || len(g.issues) != 0 {
		t.Errorf("%+v", g)
	}
	if g := walk(t, stream("gzip").Unpack, append(bytes.Clone(a), make([]byte, 512)...)); len(g.issues) != 0 {
		t.Errorf("padding with zeros is usual: %+v", g)
	}
}

func TestStreamBombsEndAtTheBudget(t *testing.T) {
	for name, b := range compressed(t, strings.Repeat("\x00", 40<<20)) {
		if g := walk(t, stream(name).Unpack, b); !slices.Contains(g.rules(), name+".limit") {
			t.Errorf("%s: %q", name, g.rules())
		}
	}
}

// TestXZAsksForTooMuch: a block that wants a dictionary of 4 GiB gets none.
func TestXZAsksForTooMuch(t *testing.T) {
	b := compressed(t, "small")["xz"]
	h := b[12 : 12+(int(b[12])+1)*4]
	i := bytes.Index(h, []byte{0x21, 1})
	h[i+2] = 40
	le.PutUint32(h[len(h)-4:], crc32.ChecksumIEEE(h[:len(h)-4]))
	g := walk(t, stream("xz").Unpack, b)
	if g.err == nil && issue.Worst(g.issues) < issue.Unreadable || g.has("small") {
		t.Errorf("%+v", g)
	}
}

func tarOf(t testing.TB, hs ...*tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range hs {
		h.Size = int64(len("content of " + h.Name))
		if h.Typeflag != 0 && h.Typeflag != tar.TypeReg {
			h.Size = 0
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			w.Write([]byte("content of " + h.Name))
		}
	}
	w.Close()
	return b.Bytes()
}

func TestTarGoesOnBehindTheEnd(t *testing.T) {
	a := tarOf(t, &tar.Header{Name: "a", Mode: 0o644}, &tar.Header{Name: strings.Repeat("long/", 40) + "b"})
	if g := walk(t, Tar, a); len(g.issues) != 0 || len(g.members) != 2 {
		t.Errorf("%+v", g)
	}
	g := walk(t, Tar, append(bytes.Clone(a), tarOf(t, &tar.Header{Name: "hidden"})...))
	if !g.has("content of hidden") || !slices.Equal(g.rules(), []string{"tar.after-end"}) {
		t.Errorf("%+v", g)
	}
	broken := append(bytes.Clone(a[:1024]), bytes.Repeat([]byte{0xAA}, 512)...)
	g = walk(t, Tar, append(broken, tarOf(t, &tar.Header{Name: "hidden"})...))
	if !g.has("content of hidden") || issue.Worst(g.issues) < issue.Unreadable {
		t.Errorf("%+v", g)
	}
	if g := walk(t, Tar, append(bytes.Clone(a), "behind"...)); !slices.Equal(g.rules(), []string{"tar.trailing"}) {
		t.Errorf("%+v", g)
	}
}

func TestTarTricksAreTold(t *testing.T) {
	for want, h := range map[string]*tar.Header{
		"tar.path-escapes": {Name: "../../etc/passwd"},
		"tar.link-escapes": {Name: "x", Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink},
		"tar.special-file": {Name: "dev", Typeflag: tar.TypeFifo},
		"tar.size":         {Name: "a", PAXRecords: map[string]string{"comment": "x"}},
	} {
		b := tarOf(t, h)
		if want == "tar.size" { // the extension goes on saying 12, the header 0
			b = differingSize(t)
		}
		if g := walk(t, Tar, b); !slices.Contains(g.rules(), want) {
			t.Errorf("%s: %+v", want, g)
		}
	}
}

// differingSize makes an archive whose pax record and header tell different sizes.
func differingSize(t testing.TB) []byte {
	b := tarOf(t, &tar.Header{Name: "aaaa", PAXRecords: map[string]string{"VENDOR.x": "1"}})
	i := bytes.Index(b, []byte("14 VENDOR.x=1\n"))
	if i < 0 {
		t.Fatal("no record")
	}
	copy(b[i:], "14 size=00003\n")
	return b
}

// TestPythonsArchives: what Python's own modules write is read without a word.
func TestPythonsArchives(t *testing.T) {
	python := testkit.Need(t, "python3")
	dir := t.TempDir()
	script := `
import sys, zipfile, tarfile, gzip, bz2, lzma, zlib, io, os
d = sys.argv[1]
def w(n, b): open(os.path.join(d, n), "wb").write(b)
text = b"from python " * 50
for name, m in [("stored", 0), ("deflated", 8), ("bzip2", 12), ("lzma", 14)]:
    with zipfile.ZipFile(os.path.join(d, name + ".zip"), "w", m) as z:
        z.writestr("a/b", text); z.writestr("empty", b""); z.writestr("ä", text)
class Pipe(io.RawIOBase):
    def __init__(s): s.b = b""
    def writable(s): return True
    def write(s, x): s.b += bytes(x); return len(x)
p = Pipe()
with zipfile.ZipFile(p, "w", 8) as z:
    with z.open("a/b", "w", force_zip64=True) as f: f.write(text)
    z.writestr("c", text)
w("streamed.zip", p.b)
for f, n in [(tarfile.PAX_FORMAT, "pax"), (tarfile.GNU_FORMAT, "gnu"), (tarfile.USTAR_FORMAT, "ustar")]:
    with tarfile.open(os.path.join(d, n + ".tar"), "w", format=f) as t:
        i = tarfile.TarInfo("x/" * 40 + "a/b"); i.size = len(text); t.addfile(i, io.BytesIO(text))
w("a.gzip", gzip.compress(text)); w("a.bzip2", bz2.compress(text) + bz2.compress(text)); w("a.xz", lzma.compress(text) + lzma.compress(text, check=lzma.CHECK_SHA256))
w("a.lzma", lzma.compress(text, format=lzma.FORMAT_ALONE)); w("a.zlib", zlib.compress(text, 9))
`
	if out, err := exec.Command(python, "-c", script, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := strings.TrimSpace(strings.Repeat("from python ", 50))
	for name, w := range map[string]walker{
		"stored.zip": Zip, "deflated.zip": Zip, "bzip2.zip": Zip, "lzma.zip": Zip, "streamed.zip": Zip, "pax.tar": Tar, "gnu.tar": Tar, "ustar.tar": Tar,
		"a.gzip": stream("gzip").Unpack, "a.bzip2": stream("bzip2").Unpack, "a.xz": stream("xz").Unpack, "a.lzma": stream("lzma").Unpack, "a.zlib": stream("zlib").Unpack,
	} {
		if g := walk(t, w, readFile(t, dir, name)); g.err != nil || len(g.issues) != 0 || !g.has(want) {
			t.Errorf("%s: %v %v, %d members", name, g.err, g.issues, len(g.members))
		}
	}
}

func FuzzStreams(f *testing.F) {
	for name, b := range compressed(f, "seed seed seed") {
		f.Add(uint8(slices.IndexFunc(Streams, func(s *Stream) bool { return s.Name == name })), b)
	}
	f.Fuzz(func(t *testing.T, which uint8, b []byte) { walk(t, Streams[int(which)%len(Streams)].Unpack, b) })
}

func FuzzTar(f *testing.F) {
	f.Add(tarOf(f, &tar.Header{Name: "a"}, &tar.Header{Name: strings.Repeat("b", 200)}))
	f.Add(differingSize(f))
	f.Fuzz(func(t *testing.T, b []byte) { walk(t, Tar, b) })
}
