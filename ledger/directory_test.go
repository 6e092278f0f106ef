package ledger

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"

	"github.com/wardround/wardround"
)

// A zip file's directory is read into memory before anything can be counted, and what
// it says of its length is not to be believed: one that goes on is not read to its end.
func TestADirectoryWithoutEnd(t *testing.T) {
	const entries = 200_000
	entry := make([]byte, 46+1)
	copy(entry, "PK\x01\x02")
	binary.LittleEndian.PutUint16(entry[28:], 1) // length of the name
	entry[46] = 'a'
	dir := bytes.Repeat(entry, entries)
	end := make([]byte, 22)
	copy(end, "PK\x05\x06")
	binary.LittleEndian.PutUint16(end[8:], entries&0xffff) // all that a reader compares
	binary.LittleEndian.PutUint16(end[10:], entries&0xffff)
	binary.LittleEndian.PutUint32(end[12:], uint32(len(dir)))
	b := append(dir, end...)
	r := &counted{r: bytes.NewReader(b)}
	_, err := Verify(t.Context(), r, int64(len(b)), Trust{}, Limits{Files: 1000})
	if wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), "directory") {
		t.Errorf("got %v", err)
	}
	if r.n > 2<<20 {
		t.Errorf("%d of %d bytes were read", r.n, len(b))
	}
}

type counted struct {
	r io.ReaderAt
	n int64
}

func (c *counted) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.r.ReadAt(p, at)
	c.n += int64(n)
	return n, err
}
