package artefact

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strconv"

	"github.com/wardround/wardround/format/pattern"
	"github.com/wardround/wardround/format/torchscript"
)

// What torch.export.save writes (torch/export/pt2_archive): the graph as JSON, weights
// as bytes that other JSON describes, inputs and odd constants as torch files. Before
// 2.8 it was one JSON and three torch files beside each other.
var (
	exportGraph  = pattern.Of(`^(?:[^/]+/)?(?:models/[^/]+|data/(?:weights|constants)/[^/]+_config|serialized_exported_program)\.json$`)
	exportTensor = pattern.Of(`^(?:[^/]+/)?data/(?:weights/weight|constants/tensor)_[0-9]+$`)
)

const torchExport = "torch.export archive"

var _ = register("torch.export graph", func(it *item) bool { return it.role == graph }, func(s *scanner, it *item) *finding {
	f := &finding{whole: true}
	f.issues(it.path, torchscript.Export(it.name, io.NewSectionReader(it.r, 0, it.size), it.size, torchscript.Limits{}).Issues)
	return f
})

// A distributed checkpoint (.distcp, torch.distributed.checkpoint) is torch files behind
// each other, of which .metadata says offset and length. Taken as one zip it would be
// full of contradictions, so it is taken apart. What a loader cuts out of it is up to
// .metadata; see pieces.
var _ = register("distributed checkpoint", isShard, func(s *scanner, it *item) *finding {
	f := &finding{whole: true}
	for _, p := range pieces(it.r, it.size) {
		if s.ctx.Err() != nil {
			return f
		}
		n := p[1] - p[0]
		f.merge(s.item(&item{r: io.NewSectionReader(it.r, p[0], n), size: n, name: strconv.FormatInt(p[0], 10) + ".pt", path: joinPath(it.path, bytesAt(p[0])), depth: it.depth + 1}))
	}
	return f
})

func isShard(it *item) bool {
	return it.role == plain && ext(it.name) == ".distcp" && localHead(it) && len(pieces(it.r, it.size)) > 1
}

// maxPieces bounds the archives of one checkpoint.
const maxPieces = 100_000

var (
	localSig = []byte("PK\x03\x04")
	endSig   = []byte("PK\x05\x06")
)

// pieces are the archives that a file is made of, nil if it is not made of archives
// alone, or if anything in it could be cut out and loaded as another: each local
// header is one that the directory of its piece tells of, none holds a torch file of
// the old form, and where a directory would be, counted from the start of the file as
// PyTorch's reader counts, there is none or one of a piece before.
func pieces(r io.ReaderAt, size int64) [][2]int64 {
	const step = 1 << 20
	var found [][2]int64
	start, heads, dirs := int64(0), []int64{}, map[int64]bool{}
	for at := int64(0); at < size; {
		b := peek(r, at, size, step+16)
		if bytes.Contains(b, torchMagic) {
			return nil
		}
		last := at+int64(len(b)) == size
		next := at + step
		for i := 0; i < len(b); {
			k := bytes.Index(b[i:], []byte("PK"))
			if k < 0 {
				break
			}
			if i += k; i >= step && !last {
				break
			}
			switch pos := at + int64(i); {
			case bytes.HasPrefix(b[i:], localSig):
				if heads = append(heads, pos-start); len(heads) > maxPieces {
					return nil
				}
			case bytes.HasPrefix(b[i:], endSig):
				dir := closes(r, start, pos, size, heads)
				if dir < 0 || len(found) >= maxPieces || start > 0 && !dirs[dir] && string(peek(r, dir, size, 4)) == "PK\x01\x02" {
					return nil
				}
				dirs[start+dir] = true
				found = append(found, [2]int64{start, pos + 22})
				start, heads, next = pos+22, nil, pos+22
			}
			if next < at+step {
				break
			}
			i += 2
		}
		at = next
	}
	if start != size {
		return nil
	}
	return found
}

// closes says where the directory of an archive is that begins at start, is closed by
// the record at end and has the local headers at heads, no others; -1 if there is no
// such archive. Places in it count from its start.
func closes(r io.ReaderAt, start, end, size int64, heads []int64) int64 {
	e := peek(r, end, size, 22)
	if len(e) < 22 || binary.LittleEndian.Uint16(e[20:]) != 0 {
		return -1
	}
	dir, length := int64(binary.LittleEndian.Uint32(e[16:])), int64(binary.LittleEndian.Uint32(e[12:]))
	at := start + dir
	if to := at + length; to != end && to != end-76 || length > 64<<20 {
		return -1
	}
	told := map[int64]bool{}
	for b := peek(r, at, end, int(length)); len(b) > 0; {
		if len(b) < 46 || string(b[:4]) != "PK\x01\x02" {
			return -1
		}
		n := 46 + int(binary.LittleEndian.Uint16(b[28:])) + int(binary.LittleEndian.Uint16(b[30:])) + int(binary.LittleEndian.Uint16(b[32:]))
		if n > len(b) {
			return -1
		}
		told[int64(binary.LittleEndian.Uint32(b[42:]))] = true
		b = b[n:]
	}
	if len(told) != len(heads) || slices.ContainsFunc(heads, func(h int64) bool { return !told[h] }) {
		return -1
	}
	return dir
}
