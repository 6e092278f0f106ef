package portfolio

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"github.com/wardround/wardround"
)

// A generation file is the index at one position of the log: columns as they lie
// in memory, little-endian, each section with its checksum. It is a cache: one
// that is missing, damaged or of another version is rebuilt from rows and blobs.
//
//	magic, version, number of sections, checksum of the table
//	table: length and CRC-32C of each section
//	sections, each at a multiple of eight
const (
	generationMagic   = "wardround portfolio\x00"
	generationVersion = 2
	generationSuffix  = ".gen"
	headerSize        = 32
)

// The sections, in their order.
const (
	secMeta = iota
	secBytes
	secEnds
	secIdents
	secHitCounts
	secHits
	secInCounts
	secIn
	secKeys // keys, counts, members: of byKey
	secKeyCounts
	secKeyOf
	secNames
	secNameCounts
	secNameOf
	secSubjects
	secIdent
	secParent
	secRef
	secFlags
	secOrder
	secAnswers
	secQueue
	secGrades
	numSections
)

// generationMeta is what stands in JSON in front.
type generationMeta struct {
	Position uint64    `json:"position"`
	Portion  uint64    `json:"portion"`
	Now      time.Time `json:"now"`
	Rows     int       `json:"rows"`
	Subjects int       `json:"subjects"`
	Expiries []expiryRow
	Releases []wardround.ReleaseID `json:"releases,omitempty"` // said anew, not yet told
	Waiting  map[wardround.ReleaseID][]uint32
}

type expiryRow struct {
	At            int64
	Subject, Vuln uint32
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// littleEndian is false on machines where columns cannot be read as they lie.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// column is a slice of numbers as the bytes that it lies in.
func column[T uint8 | uint32 | int32 | ident | hit | answer | item | grade](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	var z T
	return unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), len(s)*int(unsafe.Sizeof(z)))
}

// numbers is the inverse of column. The bytes must not be used otherwise
// afterwards.
func numbers[T uint8 | uint32 | int32 | ident | hit | answer | item | grade](b []byte) ([]T, bool) {
	var z T
	size := int(unsafe.Sizeof(z))
	if len(b)%size != 0 {
		return nil, false
	}
	if len(b) == 0 {
		return nil, true
	}
	n := len(b) / size
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), n)[:n:n], true
}

// snapshot copies the index into sections. It is quick: what costs time, the
// writing, is done without the lock.
func (ix *Index) snapshot(position uint64) [numSections][]byte {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	var sec [numSections][]byte
	put := func(s int, b []byte) { sec[s] = append(sec[s], b...) }
	put(secBytes, ix.texts.bytes)
	put(secEnds, column(ix.texts.ends))
	put(secIdents, column(ix.ids.rows))
	counted(&sec, secHitCounts, secHits, ix.ids.hits)
	counted(&sec, secInCounts, secIn, ix.ids.in)
	for at, l := range map[int]*lists{secKeys: &ix.ids.byKey, secNames: &ix.ids.byName} {
		keys := make([]uint32, len(l.of))
		for k, i := range l.at {
			keys[i] = k
		}
		put(at, column(keys))
		counted(&sec, at+1, at+2, l.of)
	}
	w := &writer{}
	for _, s := range ix.subjects {
		w.subject(s)
		put(secAnswers, column(s.answers))
		if b := s.bill; b != nil {
			put(secIdent, column(b.ident))
			put(secParent, column(b.parent))
			put(secRef, column(b.ref))
			put(secFlags, column(b.flags))
			put(secOrder, column(b.order))
			put(secGrades, column(b.quality))
		}
	}
	put(secSubjects, w.b)
	put(secQueue, column(ix.queue.items[ix.queue.head:]))
	m := generationMeta{Position: position, Portion: ix.portion, Now: ix.now, Rows: ix.rows, Subjects: len(ix.subjects), Releases: ix.queue.releases, Waiting: ix.waiting}
	for _, e := range ix.expiries {
		m.Expiries = append(m.Expiries, expiryRow{e.at, e.item.subject, e.item.vuln})
	}
	sec[secMeta], _ = json.Marshal(m)
	return sec
}

func counted[T uint32 | hit](sec *[numSections][]byte, counts, flat int, of [][]T) {
	n := make([]uint32, len(of))
	for i, l := range of {
		n[i] = uint32(len(l))
		sec[flat] = append(sec[flat], column(l)...)
	}
	sec[counts] = append(sec[counts], column(n)...)
}

// encodeGeneration is the file's header and table.
func encodeHeader(sec *[numSections][]byte) []byte {
	table := make([]byte, 0, numSections*16)
	for _, s := range sec {
		table = binary.LittleEndian.AppendUint64(table, uint64(len(s)))
		table = binary.LittleEndian.AppendUint64(table, uint64(crc32.Checksum(s, castagnoli)))
	}
	head := append([]byte{}, generationMagic...)
	head = binary.LittleEndian.AppendUint32(head, generationVersion)
	head = binary.LittleEndian.AppendUint32(head, numSections)
	head = binary.LittleEndian.AppendUint32(head, crc32.Checksum(table, castagnoli))
	return append(head, table...)
}

// writeGeneration writes DIR/POSITION.gen, whole or not at all, and removes the
// older ones.
func writeGeneration(dir string, position uint64, sec *[numSections][]byte) error {
	const op = "portfolio.save"
	if !littleEndian {
		return nil // this machine rebuilds instead
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return wardround.Wrap(wardround.EFull, op, err)
	}
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return wardround.Wrap(wardround.EFull, op, err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	at := 0
	write := func(b []byte) {
		if err == nil {
			var n int
			n, err = f.Write(b)
			at += n
		}
	}
	write(encodeHeader(sec))
	for _, s := range sec {
		write(make([]byte, (8-at%8)%8))
		write(s)
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = f.Close()
	}
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, strconv.FormatUint(position, 10)+generationSuffix))
	}
	if err != nil {
		return wardround.Wrap(wardround.EFull, op, err)
	}
	for _, old := range generations(dir) {
		if old != position {
			os.Remove(filepath.Join(dir, strconv.FormatUint(old, 10)+generationSuffix))
		}
	}
	return nil
}

// generations are the positions of the files in a folder, newest first.
func generations(dir string) (out []uint64) {
	names, err := fs.Glob(os.DirFS(dir), "*"+generationSuffix)
	if err != nil {
		return nil
	}
	for _, n := range names {
		if p, err := strconv.ParseUint(strings.TrimSuffix(n, generationSuffix), 10, 64); err == nil {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out
}

// sections takes a file apart and checks its sums.
func sectionsOf(b []byte) (sec [numSections][]byte, err error) {
	if !littleEndian || len(b) < headerSize+16*numSections || string(b[:len(generationMagic)]) != generationMagic {
		return sec, fmt.Errorf("not a generation file of this machine")
	}
	h := b[len(generationMagic):]
	if v, n := binary.LittleEndian.Uint32(h), binary.LittleEndian.Uint32(h[4:]); v != generationVersion || n != numSections {
		return sec, fmt.Errorf("version %d with %d sections; want %d with %d", v, n, generationVersion, numSections)
	}
	table := b[headerSize : headerSize+16*numSections]
	if crc32.Checksum(table, castagnoli) != binary.LittleEndian.Uint32(h[8:]) {
		return sec, fmt.Errorf("the table is damaged")
	}
	at := uint64(headerSize + 16*numSections)
	for i := range sec {
		at = (at + 7) &^ 7
		n, sum := binary.LittleEndian.Uint64(table[16*i:]), binary.LittleEndian.Uint64(table[16*i+8:])
		if at > uint64(len(b)) || n > uint64(len(b))-at {
			return sec, fmt.Errorf("section %d ends beyond the file", i)
		}
		sec[i] = b[at : at+n : at+n]
		if uint64(crc32.Checksum(sec[i], castagnoli)) != sum {
			return sec, fmt.Errorf("section %d is damaged", i)
		}
		at += n
	}
	return sec, nil
}
