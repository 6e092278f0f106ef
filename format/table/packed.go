package table

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

// unpack reads on from what a gzip file holds.
func (c *csvFile) unpack() error {
	z, err := gzip.NewReader(io.MultiReader(bytes.NewReader(c.rest), c.r))
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	c.r, c.rest, c.ended = &expanded{r: z, left: c.lim.Unpacked, most: c.lim.Unpacked}, nil, false
	return c.fill(chunkBytes)
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
