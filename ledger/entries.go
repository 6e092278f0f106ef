package ledger

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// stray is an entry that is not what the tree has in its place.
type stray struct {
	index  uint64
	hash   tlog.Hash
	detail string
}

// maxStrays is how many entries that do not fit are remembered to find out where
// they belong.
const maxStrays = 100_000

// entryCheck reads a bundle's entries and compares each with the tree.
type entryCheck struct {
	*verifier
	first, end uint64
	next       uint64   // the number that should come next
	matched    []uint64 // bit i: entry first+i is there and right
	strays     []stray
	chunk      uint64 // first index of the expected hashes below
	expected   []tlog.Hash
	unproven   bool
}

func (v *verifier) entries() error {
	m := v.rep.Manifest
	c := &entryCheck{verifier: v, first: m.First, end: m.End, next: m.First}
	if m.End-m.First > uint64(v.arch.lim.Entries) {
		v.fault("malformed", "%s speaks of %d entries, at most %d", fileManifest, m.End-m.First, v.arch.lim.Entries)
		return nil
	}
	if m.End > uint64(v.head.Size) {
		v.fault("rolled back", "%s speaks of entries up to %d, the checkpoint of %d", fileManifest, m.End, v.head.Size)
		c.end = max(c.first, uint64(v.head.Size))
	}
	c.matched = make([]uint64, (c.end-c.first+63)/64)
	if err := c.read(); err != nil {
		return err
	}
	if v.rep.Erased != m.Erased {
		v.fault("altered", "%d entries are shown as erased, but %s counts %d", v.rep.Erased, fileManifest, m.Erased)
	}
	if v.proven != nil && !c.unproven {
		c.placeStrays()
	} else {
		for _, s := range c.strays {
			c.problem(Problem{Kind: "altered", Entry: s.index, Count: 1, Detail: s.detail})
		}
	}
	c.missing()
	return nil
}

// read goes over the lines.
func (c *entryCheck) read() error {
	f, err := c.arch.open(fileEntries)
	if err != nil {
		c.fault("malformed", "%s: %v", fileEntries, err)
		return nil
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 0, 64<<10), c.arch.lim.Line)
	for n := 1; lines.Scan(); n++ {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		if c.rep.Entries++; c.rep.Entries > uint64(c.arch.lim.Entries) {
			c.fault("malformed", "%s has more than %d lines", fileEntries, c.arch.lim.Entries)
			return nil
		}
		c.line(n, lines.Bytes())
	}
	if err := lines.Err(); err != nil {
		c.fault("malformed", "%s behind line %d: %v", fileEntries, c.rep.Entries, err)
	}
	return nil
}

func (c *entryCheck) line(n int, text []byte) {
	l, err := parseLine(text)
	if err != nil {
		c.fault("malformed", "line %d of %s: %v", n, fileEntries, err)
		return
	}
	leaf, detail := []byte(l.Leaf), ""
	if l.Erased {
		c.rep.Erased++
	} else if sum := leafHash(l.Salt, l.Entry); !bytes.Equal(sum[:], l.Leaf) {
		leaf, detail = sum[:], "its contents do not match its leaf"
	}
	hash := tlog.RecordHash(leaf)
	if l.Index < c.first || l.Index >= c.end {
		c.stray(stray{l.Index, hash, "it is not of this period"})
		return
	}
	want, ok := c.expect(l.Index)
	switch {
	case !ok && detail == "":
		c.mark(l.Index) // not proven, which is named; but not contradicted
	case !ok:
		c.stray(stray{l.Index, hash, detail})
	case hash != want && detail == "":
		c.stray(stray{l.Index, hash, "its leaf is not the one in the tree"})
	case hash != want:
		c.stray(stray{l.Index, hash, detail})
	case c.isMarked(l.Index):
		c.problem(Problem{Kind: "repeated", Entry: l.Index, Count: 1, Detail: "it stands here twice"})
	default:
		if l.Index < c.next {
			c.problem(Problem{Kind: "reordered", Entry: l.Index, Count: 1, Detail: fmt.Sprintf("it stands behind entry %d", c.next-1)})
		}
		c.mark(l.Index)
	}
	c.next = max(c.next, l.Index+1)
}

// parseLine reads one line, which must be written as we write it: the bytes that
// are hashed are the bytes that are read.
func parseLine(text []byte) (*bundleLine, error) {
	var l bundleLine
	if err := json.Unmarshal(text, &l); err != nil {
		return nil, err
	}
	var again bytes.Buffer
	w := bufio.NewWriter(&again)
	if err := errors.Join(writeLine(w, &l), w.Flush()); err != nil {
		return nil, err
	}
	switch {
	case len(l.Leaf) != sha256.Size:
		return nil, errors.New("its leaf is no hash")
	case !l.Erased && (len(l.Salt) != SaltSize || len(l.Entry) == 0):
		return nil, errors.New("it lacks its salt or its contents")
	case !bytes.Equal(bytes.TrimSuffix(again.Bytes(), []byte("\n")), text):
		return nil, errors.New("it is not written as we write it")
	}
	return &l, nil
}

// expect returns the tree's hash of an entry's leaf, proven against the root.
func (c *entryCheck) expect(index uint64) (tlog.Hash, bool) {
	if c.proven == nil {
		return tlog.Hash{}, false
	}
	chunk := index &^ (1<<tileHeight - 1)
	if c.expected == nil || c.chunk != chunk {
		from, to := max(chunk, c.first), min(chunk+1<<tileHeight, c.end)
		indexes := make([]int64, 0, to-from)
		for i := from; i < to; i++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, int64(i)))
		}
		hashes, err := c.proven.ReadHashes(indexes)
		if err != nil {
			c.unproven = true
			c.problem(Problem{Kind: "unproven", Entry: from, Count: to - from, Detail: err.Error()})
			hashes = []tlog.Hash{}
		}
		c.chunk, c.expected = chunk, hashes
	}
	if len(c.expected) == 0 {
		return tlog.Hash{}, false
	}
	return c.expected[index-max(chunk, c.first)], true
}

func (c *entryCheck) mark(i uint64) { c.matched[(i-c.first)/64] |= 1 << ((i - c.first) % 64) }

func (c *entryCheck) isMarked(i uint64) bool {
	return c.matched[(i-c.first)/64]&(1<<((i-c.first)%64)) != 0
}

func (c *entryCheck) stray(s stray) {
	if len(c.strays) >= maxStrays {
		c.rep.More++
		return
	}
	c.strays = append(c.strays, s)
}

// placeStrays finds out what became of entries that do not fit: whether they are
// another entry of the period in the wrong place, an altered one, or none.
func (c *entryCheck) placeStrays() {
	if len(c.strays) == 0 {
		return
	}
	wanted := make(map[tlog.Hash]bool, len(c.strays))
	for _, s := range c.strays {
		wanted[s.hash] = true
	}
	belongs := map[tlog.Hash]uint64{}
	for i := c.first; i < c.end; i++ {
		if c.isMarked(i) {
			continue
		}
		if h, ok := c.expect(i); ok && wanted[h] {
			belongs[h] = i
		}
	}
	var moves []move
	var altered []stray
	for _, s := range c.strays {
		at, ok := belongs[s.hash]
		if !ok || c.isMarked(at) {
			altered = append(altered, s)
			continue
		}
		c.mark(at)
		// A run that moved by the same distance is one problem.
		if n := len(moves); n > 0 && moves[n-1].from+moves[n-1].count == s.index && moves[n-1].to+moves[n-1].count == at {
			moves[n-1].count++
			continue
		}
		moves = append(moves, move{s.index, at, 1})
	}
	for _, m := range moves {
		c.problem(Problem{Kind: "reordered", Entry: m.to, Count: m.count, Detail: fmt.Sprintf("numbered from %d on in the bundle", m.from)})
	}
	for _, s := range altered {
		if s.index >= c.first && s.index < c.end && !c.isMarked(s.index) {
			c.mark(s.index)
			c.problem(Problem{Kind: "altered", Entry: s.index, Count: 1, Detail: s.detail})
			continue
		}
		c.problem(Problem{Kind: "added", Entry: s.index, Count: 1, Detail: "the ledger holds no such entry"})
	}
}

// move is a run of entries numbered wrongly.
type move struct{ from, to, count uint64 }

// missing names what is left without an entry, in runs.
func (c *entryCheck) missing() {
	for i := c.first; i < c.end; i++ {
		if c.isMarked(i) {
			continue
		}
		run := i
		for run < c.end && !c.isMarked(run) {
			run++
		}
		c.problem(Problem{Kind: "removed", Entry: i, Count: run - i, Detail: "the bundle should hold it"})
		i = run
	}
	slices.SortStableFunc(c.rep.Problems, func(a, b Problem) int {
		switch {
		case a.Count == 0 && b.Count == 0:
			return 0
		case a.Count == 0:
			return -1
		case b.Count == 0:
			return 1
		case a.Entry < b.Entry:
			return -1
		case a.Entry > b.Entry:
			return 1
		}
		return 0
	})
}
