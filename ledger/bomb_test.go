package ledger

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/wardround/wardround"
)

// zipped makes a zip file of names and contents.
func zipped(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i+1 < len(files); i += 2 {
		f, err := z.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What calls itself a bundle and would fill a disk, a memory or a day is refused
// before anything of it is unpacked.
func TestBombs(t *testing.T) {
	whole := []string{fileManifest, "{}", fileList, "", fileEntries, ""}
	zeros := strings.Repeat("\x00", 64<<20)
	overlap := func() []byte { // two entries of the directory that name the same bytes
		b := zipped(t, append(whole, "a", strings.Repeat("abcdefgh", 1000), "b", strings.Repeat("abcdefgh", 1000))...)
		dir := bytes.Index(b, []byte("PK\x01\x02"))
		for at := dir; ; {
			next := bytes.Index(b[at+4:], []byte("PK\x01\x02"))
			if next < 0 {
				break
			}
			at += 4 + next
			binary.LittleEndian.PutUint32(b[at+20:], uint32(len(b)/2)) // each says it is half the file
		}
		return b
	}
	for name, tc := range map[string]struct {
		zip  []byte
		lim  Limits
		want string
	}{
		"a file of zeros":   {zipped(t, append(whole, "tile/8/0/000", zeros)...), Limits{}, "times its size"},
		"zeros as entries":  {zipped(t, fileManifest, "{}", fileList, "", fileEntries, zeros), Limits{}, "times its size"},
		"more than allowed": {zipped(t, append(whole, "x", strings.Repeat("abc", 1000))...), Limits{Total: 1000}, "more than 1000 bytes"},
		"overlapping files": {overlap(), Limits{}, "overlap"},
		"a way out":         {zipped(t, append(whole, "../../etc/passwd", "x")...), Limits{}, "named"},
		"an absolute path":  {zipped(t, append(whole, "/etc/passwd", "x")...), Limits{}, "named"},
		"a drive":           {zipped(t, append(whole, `C:\x`, "x")...), Limits{}, "named"},
		"too many files":    {zipped(t, append(whole, "x", "", "y", "")...), Limits{Files: 4}, "at most 4"},
		"no zip":            {[]byte("hello"), Limits{}, "no evidence bundle"},
	} {
		_, err := Verify(t.Context(), bytes.NewReader(tc.zip), int64(len(tc.zip)), Trust{}, tc.lim)
		if wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
