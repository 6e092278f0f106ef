package artefact

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// readers opens each file of a folder with every reader of containers that Python
// has, and prints which files gave out the payload. It loads nothing.
const readers = `
import bz2, gzip, io, json, lzma, os, sys, tarfile, zipfile, zlib
payload = bytes.fromhex(sys.argv[2])
def members(b):
    yield b
    def attempt(f):
        try: return list(f())
        except Exception: return []
    def zips():
        z = zipfile.ZipFile(io.BytesIO(b))
        for i in z.infolist():
            try: yield z.read(i)
            except Exception:
                try:
                    with z.open(i) as f: yield f.read(len(payload))
                except Exception: pass
    def tars():
        t = tarfile.open(fileobj=io.BytesIO(b), mode="r:")
        while True:
            m = t.next()
            if m is None: break
            f = t.extractfile(m)
            if f: yield f.read()
    def stream(f):
        def run():
            out = b""
            try:
                while True:
                    c = f.read(64)
                    if not c: break
                    out += c
            except Exception: pass
            yield out
        return run
    for g in (zips, tars, stream(gzip.GzipFile(fileobj=io.BytesIO(b))), stream(bz2.BZ2File(io.BytesIO(b))), stream(lzma.LZMAFile(io.BytesIO(b)))): yield from attempt(g)
    try: yield zlib.decompressobj().decompress(b)
    except Exception: pass
hits = [n for n in sorted(os.listdir(sys.argv[1])) if any(m.startswith(payload) for m in members(open(os.path.join(sys.argv[1], n), "rb").read()))]
print(json.dumps(hits))
`

// TestWhatPythonReadsIsSeen: archives with a payload are damaged in thousands of ways.
// Wherever one of Python's own readers still gives out the payload, the gate must
// have seen it, too.
func TestWhatPythonReadsIsSeen(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	long := evil4 + strings.Repeat("behind the end, for size. ", 8)
	seeds := map[string][]byte{
		"stored":   zipped(t, 0, "a/data.pkl", long, "b", "harmless"),
		"deflated": zipped(t, 8, "a", "harmless", "archive/data.pkl", long),
		"tar":      tarred(t, "a", "harmless", strings.Repeat("x/", 60)+"data.pkl", long),
		"gzip":     gzipped(t, long),
		"zlib":     zlibbed(t, long),
		"two zips": append(zipped(t, 0, "a", "harmless"), zipped(t, 8, "a", long)...),
		"zip tar":  append(tarred(t, "data.pkl", long), zipped(t, 8, "a", "harmless")...),
	}
	dir := t.TempDir()
	files := map[string][]byte{}
	for name, seed := range seeds {
		for i := range 300 {
			b := bytes.Clone(seed)
			for range 1 + rnd.IntN(3) {
				damage(rnd, &b)
			}
			n := fmt.Sprintf("%s-%03d", strings.ReplaceAll(name, " ", "_"), i)
			files[n] = b
			if err := os.WriteFile(filepath.Join(dir, n), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	var hits []string
	if err := json.Unmarshal(testkit.RunPython(t, nil, readers, dir, fmt.Sprintf("%x", evil4[:20])), &hits); err != nil {
		t.Fatal(err)
	}
	if len(hits) < len(files)/5 {
		t.Fatalf("Python read only %d of %d: the test tries nothing", len(hits), len(files))
	}
	missed := 0
	for _, n := range hits {
		if rep := scan(t, n, files[n]); rep.Verdict.Clean() {
			t.Errorf("%s: Python reads the payload, the gate says %s (%s)", n, rep.Verdict, rep.Format)
		} else if rep.Verdict != Malicious {
			missed++
			t.Logf("%s: %s %v", n, rep.Verdict, rep.RuleIDs())
		}
	}
	t.Logf("Python reads the payload of %d of %d damaged archives; %d of these are not called malicious, none is clean", len(hits), len(files), missed)
	if missed > len(hits)/50 {
		t.Errorf("the payload of %d archives was not found", missed)
	}
	// And what is not damaged at all is not suspected.
	for name, seed := range map[string][]byte{"zip": zipped(t, 8, "a/data.pkl", benign), "tar": tarred(t, "data.pkl", benign)} {
		if rep := scan(t, name, seed); !rep.Verdict.Clean() {
			t.Errorf("%s: %s %v", name, rep.Verdict, rep.Rules)
		}
	}
}

// damage changes one thing: most of the time a field of a header.
func damage(rnd *rand.Rand, b *[]byte) {
	sigs := [][]byte{[]byte("PK\x03\x04"), []byte("PK\x01\x02"), []byte("PK\x05\x06"), []byte("ustar")}
	var at []int
	for _, s := range sigs {
		for i := 0; ; {
			k := bytes.Index((*b)[i:], s)
			if k < 0 {
				break
			}
			at = append(at, i+k)
			i += k + 1
		}
	}
	pos := rnd.IntN(len(*b))
	if len(at) > 0 && rnd.IntN(4) > 0 {
		pos = at[rnd.IntN(len(at))] + rnd.IntN(48)
	}
	if pos >= len(*b)-8 {
		pos = max(0, len(*b)-9)
	}
	switch rnd.IntN(8) {
	case 0:
		(*b)[pos] ^= 1 << rnd.IntN(8)
	case 1:
		(*b)[pos] = byte(rnd.IntN(256))
	case 2:
		binary.LittleEndian.PutUint16((*b)[pos:], uint16(slices.Clone([]int{0, 1, 8, 9, 0x801, 0xFFFF})[rnd.IntN(6)]))
	case 3:
		binary.LittleEndian.PutUint32((*b)[pos:], []uint32{0, 1, 0xFFFFFFFF, uint32(len(*b)), uint32(rnd.IntN(600))}[rnd.IntN(5)])
	case 4:
		*b = append((*b)[:len(*b):len(*b)], bytes.Repeat([]byte{byte(rnd.IntN(256))}, rnd.IntN(600))...)
	case 5:
		*b = append(bytes.Repeat([]byte{byte(rnd.IntN(256))}, rnd.IntN(40)), *b...)
	case 6:
		*b = (*b)[:len(*b)-rnd.IntN(len(*b)/4+1)]
	case 7:
		*b = slices.Insert(*b, pos, byte(rnd.IntN(256)))
	}
	for len(*b) < 32 {
		*b = append(*b, 0)
	}
}
