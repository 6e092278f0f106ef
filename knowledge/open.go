package knowledge

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path/filepath"
	"sync/atomic"

	"github.com/wardround/wardround"
)

// FileName is the name of the generation in its folder.
const FileName = "knowledge.gen"

// The file begins with
//
//	magic, 8 bytes · u32 sections · u32 CRC-32C of the directory · u64 size of the file
//
// and the directory, an entry for each section: u64 offset · u64 length · u32
// CRC-32C of it, 0 for values, which carry their own · u32 zero.
const (
	magic     = "WRknow\x00\x04"
	headBytes = 24
	dirBytes  = 24
)

// The sections, in their order: the values of a table, then its index.
const (
	secFixed = iota
	secHeadValues
	secHeads
	secBodyValues
	secBodies
	secKeyedValues
	secKeyed
	secIDValues
	secIDs
	secGroupValues
	secGroups
	secKEVValues
	secKEV
	secScoreValues
	secScores
	secDateValues
	secDates
	secWordValues
	secWords
	secMeta
	sections
)

// checkedWhole says which sections are checked when the file is opened.
func checkedWhole(section int) bool { return section%2 == 0 || section == secMeta }

// Open returns a Base that begins with the generation in a folder, and the
// position of the log that it was saved at. Error: ENotFound when the folder has
// none; EIntegrity when it was damaged, or written by a version that ordered
// versions otherwise: it has to be built anew from what was received.
//
// The file must not be written to while it is open; [Base.Save] replaces it.
func Open(dir string, o Options) (*Base, uint64, error) {
	const op = "knowledge.open"
	path := filepath.Join(dir, FileName)
	data, release, err := mapFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, 0, wardround.Errorf(wardround.ENotFound, op, "%s is not there", path)
	case err != nil:
		return nil, 0, wardround.Wrap(wardround.EInternal, op, err)
	}
	g, err := readGeneration(data)
	if err != nil {
		release()
		return nil, 0, wardround.Errorf(wardround.EIntegrity, op, "%s cannot be used: %w; it has to be built anew", path, err)
	}
	g.release = release
	b := New(o)
	b.adopt(g)
	return b, g.meta.Position, nil
}

// adopt makes g the generation that the Base begins with.
func (b *Base) adopt(g *generation) {
	b.clear()
	b.gen = g
	for _, m := range g.meta.Feeds {
		f := &feed{Feed: m.Feed, families: m.Families}
		if f.families == nil {
			f.families = map[string]int{}
		}
		b.feeds[f.Name] = f
	}
}

// Close lets go of the generation's file; the Base is empty after it.
func (b *Base) Close() {
	b.saving.Lock()
	defer b.saving.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gen != nil && b.gen.release != nil {
		b.gen.release()
	}
	b.gen = nil
	b.clear()
}

// readGeneration checks the bytes of a file: its directory, the indices, and that
// everything refers to what is there.
func readGeneration(data []byte) (*generation, error) {
	sec, err := readSections(data)
	if err != nil {
		return nil, err
	}
	g := &generation{data: data, buckets: map[Key]*bucket{}, fixed: sec[secFixed]}
	if err := json.Unmarshal(sec[secMeta], &g.meta); err != nil {
		return nil, fmt.Errorf("its description: %w", err)
	}
	for i, t := range []*table{&g.heads, &g.bodies, &g.keyed, &g.ids, &g.groups, &g.kev, &g.scores, &g.dates, &g.words} {
		var ok bool
		if *t, ok = readTable(sec[secHeads+2*i], sec[secHeadValues+2*i]); !ok {
			return nil, fmt.Errorf("table %d: %w", i, errDamaged)
		}
	}
	if g.bodies.n != g.heads.n || len(g.fixed) != 8*g.heads.n {
		return nil, fmt.Errorf("%d records, %d bodies, %d bytes of flags: %w", g.heads.n, g.bodies.n, len(g.fixed), errDamaged)
	}
	for i := range g.heads.n {
		if c := binary.LittleEndian.Uint32(g.fixed[8*i:]); c >= uint32(g.groups.n) {
			return nil, fmt.Errorf("record %d is of group %d, of %d: %w", i, c, g.groups.n, errDamaged)
		}
	}
	g.clusters = make([]atomic.Pointer[cluster], g.groups.n)
	g.refs = make([]atomic.Pointer[Ref], g.heads.n)
	return g, nil
}

func readSections(data []byte) (sec [sections][]byte, err error) {
	if len(data) < headBytes+sections*dirBytes || string(data[:8]) != magic {
		return sec, errors.New("it is no generation of this version")
	}
	dir := data[headBytes : headBytes+sections*dirBytes]
	switch {
	case binary.LittleEndian.Uint32(data[8:]) != sections:
		return sec, errors.New("it is no generation of this version")
	case binary.LittleEndian.Uint32(data[12:]) != crc32.Checksum(dir, castagnoli):
		return sec, fmt.Errorf("its directory: %w", errDamaged)
	case binary.LittleEndian.Uint64(data[16:]) != uint64(len(data)):
		return sec, fmt.Errorf("it has %d bytes and says %d: %w", len(data), binary.LittleEndian.Uint64(data[16:]), errDamaged)
	}
	at := uint64(headBytes + len(dir)) // sections follow one another: none shares bytes with another
	for i := range sec {
		e := dir[i*dirBytes:]
		off, n := binary.LittleEndian.Uint64(e), binary.LittleEndian.Uint64(e[8:])
		if off != at || n > uint64(len(data))-off {
			return sec, fmt.Errorf("section %d lies elsewhere: %w", i, errDamaged)
		}
		at += n
		sec[i] = data[off:at]
		if checkedWhole(i) && crc32.Checksum(sec[i], castagnoli) != binary.LittleEndian.Uint32(e[16:]) {
			return sec, fmt.Errorf("section %d: %w", i, errDamaged)
		}
	}
	if at != uint64(len(data)) {
		return sec, fmt.Errorf("%d bytes follow the last section: %w", uint64(len(data))-at, errDamaged)
	}
	return sec, nil
}

// Err is what was found damaged in the generation's file since it was opened, nil
// if nothing was. Whoever reads from the Base by other ways than [Base.Match] asks
// for it before the answer is relied on. Error: EIntegrity.
func (b *Base) Err() error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if err := b.gen.failed(); err != nil {
		return wardround.Errorf(wardround.EIntegrity, "knowledge", "the generation cannot be used: %w; it has to be built anew", err)
	}
	return nil
}

// Verify reads all of the generation's file, also what nobody asked for yet: a damaged
// record would else be found in the midst of a judgement. It takes as long as reading
// the file from the disk. Error: EIntegrity.
func (b *Base) Verify() error {
	b.mu.RLock()
	if g := b.gen; g != nil {
		for i, t := range []*table{&g.heads, &g.bodies, &g.keyed, &g.ids, &g.groups, &g.kev, &g.scores, &g.dates, &g.words} {
			for n := range t.n {
				if _, ok := t.value(n); !ok {
					g.damaged(fmt.Sprintf("value %d of table %d", n, i))
				}
			}
		}
	}
	b.mu.RUnlock()
	return b.Err()
}
