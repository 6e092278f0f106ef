package archive

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// xzReader reads .xz streams (file format 1.2.1): header, blocks, index, footer; more
// streams may follow. It exists because a block's header may ask for a
// dictionary of 4 GiB, which must be refused before it is allocated. Checks
// over the content are skipped: a damaged block is found by LZMA2 itself or gives
// other bytes, which are judged as they are.
type xzReader struct {
	r     *counting
	block io.Reader
	check int   // bytes of the check behind each block
	start int64 // of the block, for its padding
}

var xzMagic = []byte("\xfd7zXZ\x00")

func newXZ(in *counting) (io.Reader, error) {
	x := &xzReader{r: in}
	return x, x.stream(true)
}

// stream reads a stream's header. io.EOF says that there are no more.
func (x *xzReader) stream(first bool) error {
	var h [12]byte
	for {
		if _, err := io.ReadFull(x.r, h[:4]); err != nil {
			if first || err != io.EOF {
				return io.ErrUnexpectedEOF
			}
			return io.EOF
		}
		if first || le.Uint32(h[:]) != 0 { // padding between streams comes in fours
			break
		}
	}
	if _, err := io.ReadFull(x.r, h[4:]); err != nil {
		return io.ErrUnexpectedEOF
	}
	if !bytes.HasPrefix(h[:], xzMagic) || h[6] != 0 || h[7] > 15 || crc32.ChecksumIEEE(h[6:8]) != le.Uint32(h[8:]) {
		return errors.New("xz: no stream header where one must be")
	}
	x.check = [16]int{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}[h[7]]
	return x.next()
}

// next begins the next block, or reads the index and goes on with the next stream.
func (x *xzReader) next() error {
	x.start = x.r.n
	n, err := x.r.ReadByte()
	if err != nil {
		return io.ErrUnexpectedEOF
	}
	if n == 0 {
		return x.index()
	}
	h := make([]byte, (int(n)+1)*4)
	h[0] = n
	if _, err := io.ReadFull(x.r, h[1:]); err != nil {
		return io.ErrUnexpectedEOF
	}
	body := h[:len(h)-4]
	if crc32.ChecksumIEEE(body) != le.Uint32(h[len(body):]) {
		return errors.New("xz: a block's header is damaged")
	}
	flags, p := body[1], body[2:]
	for _, there := range []bool{flags&0x40 != 0, flags&0x80 != 0} {
		if there {
			_, k := vli(p)
			if k == 0 {
				return errors.New("xz: a block's header is damaged")
			}
			p = p[k:]
		}
	}
	if flags&3 != 0 || len(p) < 3 || p[0] != 0x21 || p[1] != 1 {
		return errors.New("xz: a filter other than LZMA2 is used; it is not known")
	}
	dict, err := lzma.DecodeDictCap(p[2])
	if err != nil || dict > MaxWindow {
		return fmt.Errorf("xz: a dictionary of %d bytes is asked for, %d are allowed", dict, MaxWindow)
	}
	x.block, err = lzma.Reader2Config{DictCap: max(int(dict), lzma.MinDictCap)}.NewReader2(x.r)
	return err
}

// index skips the index and footer, then looks for another stream.
func (x *xzReader) index() error {
	records, err := x.vli()
	if err != nil || records > 1<<24 {
		return errors.New("xz: the index is damaged")
	}
	for range 2 * records {
		if _, err := x.vli(); err != nil {
			return err
		}
	}
	if err := x.skip((4-(x.r.n-x.start)%4)%4 + 4 + 12); err != nil {
		return err
	}
	return x.stream(false)
}

func (x *xzReader) skip(n int64) error {
	if _, err := io.CopyN(io.Discard, x.r, n); err != nil {
		return io.ErrUnexpectedEOF
	}
	return nil
}

func (x *xzReader) vli() (uint64, error) {
	var v uint64
	for i := range 9 {
		b, err := x.r.ReadByte()
		if err != nil {
			return 0, io.ErrUnexpectedEOF
		}
		v |= uint64(b&0x7F) << (7 * i)
		if b < 0x80 {
			return v, nil
		}
	}
	return 0, errors.New("xz: a number is too long")
}

// vli reads a variable-length integer and returns its length, 0 if it is broken.
func vli(p []byte) (uint64, int) {
	var v uint64
	for i := 0; i < len(p) && i < 9; i++ {
		v |= uint64(p[i]&0x7F) << (7 * i)
		if p[i] < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}

func (x *xzReader) Read(p []byte) (int, error) {
	for {
		n, err := x.block.Read(p)
		if err == nil || err != io.EOF {
			return n, err
		}
		// A block is padded to a multiple of four, its check follows.
		if err := x.skip((4-(x.r.n-x.start)%4)%4 + int64(x.check)); err != nil {
			return n, io.ErrUnexpectedEOF
		}
		err = x.next()
		if n > 0 || err != nil {
			return n, err
		}
	}
}
