package archive

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/ulikunitz/xz/lzma"
)

// The coders that are followed, by id (Methods.txt of the 7-zip sources).
var (
	sevenCopy    = []byte{0}
	sevenLZMA    = []byte{3, 1, 1}
	sevenLZMA2   = []byte{0x21}
	sevenAES     = []byte{6, 0xF1, 7, 1}
	sevenHarmful = [][]byte{{4, 0xF7, 0x11, 1}, {4, 0xF7, 0x11, 2}, {4, 0xF7, 0x11, 4}} // zstd, brotli, lz4: windows that nothing bounds
)

func (k *sevenCoder) allowed() error {
	dict := uint64(0)
	switch {
	case bytes.Equal(k.id, sevenAES):
		return errSevenEncrypted
	case slices.ContainsFunc(sevenHarmful, func(id []byte) bool { return bytes.Equal(id, k.id) }):
		return fmt.Errorf("the coder %x is not followed", k.id)
	case bytes.Equal(k.id, sevenLZMA):
		if len(k.props) != 5 {
			return errSevenHeader
		}
		dict = uint64(le.Uint32(k.props[1:]))
	case bytes.Equal(k.id, sevenLZMA2):
		if len(k.props) != 1 {
			return errSevenHeader
		}
		n, err := lzma.DecodeDictCap(k.props[0])
		if err != nil {
			return errSevenHeader
		}
		dict = uint64(n)
	}
	if dict > MaxWindow {
		return fmt.Errorf("a dictionary of %d bytes is asked for, %d are allowed", dict, MaxWindow)
	}
	return nil
}

// unpack unpacks a packed header.
func (s *sevenStreams) unpack(r io.ReaderAt, size int64) ([]byte, error) {
	n := s.unpacks[0]
	if n > maxSevenHeader || s.pos > uint64(size) || s.packed[0] > uint64(size) {
		return nil, errSevenHeader
	}
	src := io.NewSectionReader(r, 32+int64(s.pos), int64(s.packed[0]))
	var out io.Reader = src
	var err error
	switch k := s.coders[0]; {
	case bytes.Equal(k.id, sevenCopy):
	case bytes.Equal(k.id, sevenLZMA):
		head := append(slices.Clone(k.props), make([]byte, 8)...)
		le.PutUint64(head[5:], n)
		out, err = newLZMA(io.MultiReader(bytes.NewReader(head), src))
	case bytes.Equal(k.id, sevenLZMA2):
		dict, _ := lzma.DecodeDictCap(k.props[0])
		out, err = lzma.Reader2Config{DictCap: max(int(dict), lzma.MinDictCap)}.NewReader2(src)
	default:
		return nil, fmt.Errorf("%w: it is packed with %x", errSevenHeader, k.id)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errSevenHeader, err)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(out, b); err != nil {
		return nil, fmt.Errorf("%w: %v", errSevenHeader, err)
	}
	return b, nil
}
