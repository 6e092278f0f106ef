package table

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// unpacker unpacks pages. What comes out has the size that the page's header says, or it
// is an error: a kilobyte of brotli can be a gigabyte. We unpack ourselves, because the
// library has no such bound, and reads LZ4 wrongly (parquet-go #608).
type unpacker struct {
	codec format.CompressionCodec
	most  int
	zstd  *zstd.Decoder
	gzip  *gzip.Reader
	out   []byte // used again by the next page
}

var errSize = errors.New("what is packed has not the size that its header says")

func (u *unpacker) close() {
	if u.zstd != nil {
		u.zstd.Close()
	}
}

// unpack returns size bytes, which stay until the next call.
func (u *unpacker) unpack(src []byte, size int) ([]byte, error) {
	if u.codec == format.Uncompressed {
		if len(src) != size {
			return nil, errSize
		}
		return src, nil
	}
	if size == 0 {
		return nil, nil
	}
	if cap(u.out) < size {
		u.out = make([]byte, size)
	}
	dst := u.out[:size]
	switch u.codec {
	case format.Snappy:
		if n, err := snappy.DecodedLen(src); err != nil || n != size {
			return nil, errors.Join(errSize, err)
		}
		return snappy.Decode(dst, src)
	case format.Gzip:
		if u.gzip == nil {
			u.gzip = new(gzip.Reader)
		}
		if err := u.gzip.Reset(bytes.NewReader(src)); err != nil {
			return nil, err
		}
		return exactly(u.gzip, dst)
	case format.Brotli:
		return exactly(brotli.NewReader(bytes.NewReader(src)), dst)
	case format.Zstd:
		if u.zstd == nil {
			var err error
			if u.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(max(u.most, 64<<20)))); err != nil {
				return nil, err
			}
		}
		out, err := u.zstd.DecodeAll(src, dst[:0])
		if err == nil && len(out) != size {
			err = errSize
		}
		return out, err
	case format.Lz4Raw:
		return unpackLZ4(src, dst)
	case format.Lz4:
		return unpackHadoop(src, dst)
	}
	return nil, fmt.Errorf("it is packed with %v, which is not read", u.codec)
}

func exactly(r io.Reader, dst []byte) ([]byte, error) {
	if _, err := io.ReadFull(r, dst); err != nil {
		return nil, errors.Join(errSize, err)
	}
	var one [1]byte
	if n, err := r.Read(one[:]); n > 0 || err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(errSize, err)
	}
	return dst, nil
}

func unpackLZ4(src, dst []byte) ([]byte, error) {
	n, err := lz4.UncompressBlock(src, dst)
	if err == nil && n != len(dst) {
		err = errSize
	}
	return dst, err
}

// unpackHadoop reads the older LZ4 of Parquet: by Hadoop's writers blocks that each follow their
// two sizes, by others one block alone.
func unpackHadoop(src, dst []byte) ([]byte, error) {
	at := 0
	for in := src; ; {
		if len(in) == 0 && at == len(dst) {
			return dst, nil
		}
		if len(in) < 8 {
			break
		}
		plain, packed := uint64(binary.BigEndian.Uint32(in)), uint64(binary.BigEndian.Uint32(in[4:]))
		if in = in[8:]; plain > uint64(len(dst)-at) || packed > uint64(len(in)) {
			break
		}
		if _, err := unpackLZ4(in[:packed], dst[at:at+int(plain)]); err != nil {
			break
		}
		at += int(plain)
		in = in[packed:]
	}
	return unpackLZ4(src, dst)
}
