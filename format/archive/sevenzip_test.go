package archive

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/internal/testkit"
)

func readFile(t testing.TB, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// seven wraps a header as a 7z archive with right checksums.
func seven(header []byte) []byte {
	b := append([]byte{}, sevenMagic...)
	b = append(b, 0, 4, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint64(b, 0)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(header)))
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(header))
	binary.LittleEndian.PutUint32(b[8:], crc32.ChecksumIEEE(b[12:32]))
	return append(b, header...)
}

// TestSevenZipBelievesNoCount: counts that a header can't hold are refused before
// anything is allocated for them.
func TestSevenZipBelievesNoCount(t *testing.T) {
	huge := []byte{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F}
	for name, h := range map[string][]byte{
		"files":      append([]byte{1, 5}, huge...),
		"packed":     append([]byte{1, 4, 6, 0}, huge...),
		"folders":    append([]byte{1, 4, 7, 0x0B}, huge...),
		"coders":     append([]byte{1, 4, 7, 0x0B, 1, 0}, huge...),
		"properties": append([]byte{1, 4, 7, 0x0B, 1, 0, 1, 0x23, 3, 1, 1}, huge...),
		"streams":    append([]byte{1, 4, 7, 0x0B, 1, 0, 1, 0x13, 3, 1, 1}, huge...),
		"dictionary": {1, 4, 7, 0x0B, 1, 0, 1, 0x23, 3, 1, 1, 5, 0x5D, 0xFF, 0xFF, 0xFF, 0xFF},
		"encrypted":  {1, 4, 7, 0x0B, 1, 0, 1, 0x24, 6, 0xF1, 7, 1, 1, 0},
		"nonsense":   {9, 9, 9},
		"empty":      {},
	} {
		g := walk(t, SevenZip, seven(h))
		if g.err != nil || issue.Worst(g.issues) != issue.Unreadable && name != "empty" {
			t.Errorf("%s: %+v", name, g)
		}
		if name == "encrypted" && !slices.Equal(g.rules(), []string{"7z.encrypted"}) {
			t.Errorf("%q", g.rules())
		}
	}
}

func TestSevenZipOfTheCorpus(t *testing.T) {
	b := readFile(t, testkit.Data(t, "models/picklescan"), "data/malicious1.7z")
	g := walk(t, SevenZip, b)
	if g.err != nil || len(g.issues) != 0 || len(g.members) == 0 {
		t.Fatalf("%+v", g)
	}
	for cut := 40; cut < len(b); cut += 7 {
		if g := walk(t, SevenZip, b[:cut]); issue.Worst(g.issues) < issue.Unreadable {
			t.Fatalf("cut at %d: %+v", cut, g)
		}
	}
	for i := range b { // one byte wrong
		c := bytes.Clone(b)
		c[i] ^= 0xFF
		walk(t, SevenZip, c)
	}
}

func FuzzSevenZip(f *testing.F) {
	f.Add([]byte{1, 4, 6, 0, 1, 9, 5, 0, 7, 0x0B, 1, 0, 1, 0, 0x0C, 5, 0, 0, 5, 1, 0x11, 5, 0, 'a', 0, 0, 0, 0, 0})
	f.Add([]byte{0x17, 6, 0, 1, 9, 5, 0, 7, 0x0B, 1, 0, 1, 0x23, 3, 1, 1, 5, 0x5D, 0, 0, 1, 0, 0x0C, 9, 0, 0})
	f.Fuzz(func(t *testing.T, h []byte) { walk(t, SevenZip, seven(h)) })
}
