package archive

import (
	"bytes"
	"compress/bzip2"
	"compress/flate"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz/lzma"
)

// zipMethod returns what comes out of a member's data (APPNOTE §4.4.5).
func zipMethod(method uint16, in *counting, size int64, flags uint16) (io.Reader, error) {
	switch method {
	case 8:
		return flate.NewReader(in), nil
	case 12:
		return bzip2.NewReader(in), nil
	case 14:
		return zipLZMA(in, size, flags)
	case 93:
		return newZstd(in)
	case 95:
		return newXZ(in)
	}
	return nil, fmt.Errorf("compression method %d is not known", method)
}

// zipLZMA reads LZMA as zip keeps it: a version, the length of the properties, the
// properties; whether there is an end mark says flag 1 (APPNOTE §5.8).
func zipLZMA(in *counting, size int64, flags uint16) (io.Reader, error) {
	var h [4]byte
	if _, err := io.ReadFull(in, h[:]); err != nil {
		return nil, err
	}
	if n := le.Uint16(h[2:]); n != 5 {
		return nil, fmt.Errorf("LZMA properties of %d bytes, not 5", n)
	}
	head := make([]byte, 13)
	if _, err := io.ReadFull(in, head[:5]); err != nil {
		return nil, err
	}
	le.PutUint64(head[5:], uint64(size))
	if flags&2 != 0 {
		le.PutUint64(head[5:], ^uint64(0))
	}
	return newLZMA(io.MultiReader(bytes.NewReader(head), in))
}

// newLZMA reads an LZMA stream with its 13 byte header.
func newLZMA(r io.Reader) (io.Reader, error) {
	return lzma.ReaderConfig{DictCap: MaxWindow}.NewReader(r)
}

// newZstd reads Zstandard frames (RFC 8878) within [MaxWindow].
func newZstd(r io.Reader) (io.Reader, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(MaxWindow), zstd.WithDecoderMaxMemory(MaxWindow))
	if err != nil {
		return nil, err
	}
	return d, nil
}
