package table

import (
	"bytes"
	"compress/bzip2"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// windowBytes bounds what is kept to unpack zstd: 128 MiB is what its own program takes
// without being asked.
const windowBytes = 128 << 20

// unpack reads on from what a packed file holds. It returns what it is packed with, or "".
func (c *csvFile) unpack() (with string, err error) {
	all := io.MultiReader(bytes.NewReader(c.rest), c.r)
	var r io.Reader
	switch {
	case bytes.HasPrefix(c.rest, []byte{0x1f, 0x8b}):
		with = "gzip"
		r, err = gzip.NewReader(all)
	case bytes.HasPrefix(c.rest, []byte("BZh")) && len(c.rest) > 9 && string(c.rest[4:10]) == "1AY&SY":
		with, r = "bzip2", bzip2.NewReader(all)
	case bytes.HasPrefix(c.rest, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		with = "zstd"
		r, err = zstd.NewReader(all, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(windowBytes))
	default:
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", c.name, err)
	}
	c.r, c.rest, c.ended = &expanded{r: r, left: c.lim.Unpacked, most: c.lim.Unpacked}, nil, false
	return with, c.fill(chunkBytes)
}

// expanded bounds what is unpacked: a kilobyte can hold a megabyte.
type expanded struct {
	r          io.Reader
	left, most int64
}

func (e *expanded) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if e.left -= int64(n); e.left < 0 {
		return 0, fmt.Errorf("more than %d bytes once unpacked", e.most)
	}
	return n, err
}
