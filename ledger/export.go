package ledger

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/wardround/wardround"
)

//go:embed readme.txt
var readme []byte

// Export says what a bundle is to hold.
type Export struct {
	Scope    wardround.Scope
	From, To time.Time // the period, [From, To); zero times are open ends
	Keys     []*Key    // to sign with, at least one
	Now      time.Time
	Statement
}

// Write writes the bundle of a contiguous period to w, as one zip file, and returns
// its manifest and the checkpoint it was made with, which is new. Errors: EInvalid
// (no key), EIntegrity (the ledger does not continue its newest checkpoint, or an
// entry does not match its leaf: such a bundle is not written to its end).
func (e Export) Write(ctx context.Context, st Store, w io.Writer) (*Manifest, *Checkpoint, error) {
	c, err := MakeCheckpoint(ctx, st, e.Scope, e.Keys, e.Now)
	if err != nil {
		return nil, nil, err
	}
	first, end, err := st.Period(ctx, e.Scope, e.From, e.To)
	if err != nil {
		return nil, nil, err
	}
	// Entries that came after the checkpoint wait for the next bundle.
	end = min(end, uint64(c.Size))
	first = min(first, end)
	hashes, err := st.Hashes(ctx, e.Scope)
	if err != nil {
		return nil, nil, err
	}
	m := &Manifest{
		Version: 1, Ledger: c.Ledger, Org: e.Scope.Org, Site: e.Scope.Site, Facts: c.Facts, Exported: e.Now.UTC(),
		From: e.From, To: e.To, First: first, End: end, Size: c.Size, Statement: e.Statement,
	}
	if m.Gaps == nil {
		m.Gaps = []Unwatched{}
	}
	if m.Off == nil {
		m.Off = []SwitchedOff{}
	}
	x := &exporter{ctx: ctx, st: st, zip: zip.NewWriter(w), hashes: hashes, head: c, m: m, now: e.Now, scope: e.Scope}
	x.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	if err := x.write(e.Keys); err != nil {
		return nil, nil, err
	}
	return m, c, nil
}

// exporter writes one bundle.
type exporter struct {
	ctx    context.Context
	st     Store
	zip    *zip.Writer
	hashes tlog.HashReader
	head   *Checkpoint
	m      *Manifest
	now    time.Time
	scope  wardround.Scope
	list   []string // a line for each file written
}

func (x *exporter) write(keys []*Key) error {
	earlier, previous, err := x.checkpoints()
	if err != nil {
		return err
	}
	if err := x.entries(); err != nil {
		return err
	}
	if err := x.tiles(earlier); err != nil {
		return err
	}
	files := []struct {
		name    string
		content []byte
	}{{fileReadme, readme}, {fileCheckpoint, x.head.Signed}, {fileKey, []byte(keys[0].Public().String() + "\n")}}
	add := func(name string, content []byte) {
		files = append(files, struct {
			name    string
			content []byte
		}{name, content})
	}
	if previous != nil {
		x.m.Previous = previous.Size
		add(filePrevious, previous.Signed)
		proof := consistency{From: previous.Size, To: x.head.Size}
		if previous.Size > 0 {
			if proof.Proof, err = tlog.ProveTree(x.head.Size, previous.Size, x.hashes); err != nil {
				return err
			}
		}
		add(fileConsistency, indented(proof))
	}
	add(fileManifest, indented(x.m))
	for _, f := range files {
		if err := x.file(f.name, func(w io.Writer) error { _, err := w.Write(f.content); return err }); err != nil {
			return err
		}
	}
	slices.Sort(x.list)
	signed, err := sign(listHeader+"\n"+strings.Join(x.list, ""), keys)
	if err != nil {
		return err
	}
	if err := x.file(fileList, func(w io.Writer) error { _, err := w.Write(signed); return err }); err != nil {
		return err
	}
	return x.zip.Close()
}

func indented(v any) []byte {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err) // plain structs
	}
	return append(b, '\n')
}

// file writes one file and notes its digest.
func (x *exporter) file(name string, fill func(w io.Writer) error) error {
	f, err := x.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: x.now.UTC()})
	if err != nil {
		return err
	}
	h := sha256.New()
	n := &counter{w: io.MultiWriter(f, h)}
	if err := fill(n); err != nil {
		return err
	}
	x.list = append(x.list, fmt.Sprintf("%s %x %d\n", name, h.Sum(nil), n.n))
	return nil
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// maxEarlier is how many earlier checkpoints a bundle can be held against: three
// years of daily ones.
const maxEarlier = 1100

// checkpoints returns the newest checkpoints made so far, and of those the last one
// at or before the period.
func (x *exporter) checkpoints() (earlier []*Checkpoint, previous *Checkpoint, err error) {
	for c, err := range x.st.Checkpoints(x.ctx, x.scope) {
		if err != nil {
			return nil, nil, err
		}
		if c.Size > x.head.Size {
			break
		}
		if c.Size <= int64(x.m.First) && c.Size < x.head.Size {
			previous = c
		}
		earlier = append(earlier, c)
	}
	return earlier[max(0, len(earlier)-maxEarlier):], previous, nil
}

func (x *exporter) entries() error {
	return x.file(fileEntries, func(w io.Writer) error {
		out := bufio.NewWriterSize(w, 64<<10)
		next := x.m.First
		if x.m.First == x.m.End {
			return nil
		}
		for e, err := range x.st.Evidence(x.ctx, x.scope, x.m.First, x.m.End) {
			if err != nil {
				return err
			}
			if err := Check(e); err != nil {
				return err
			}
			if e.Index != next {
				return wardround.Errorf(wardround.EIntegrity, "ledger.export", "entry %d is missing in the ledger", next)
			}
			next++
			line := bundleLine{Index: e.Index, Leaf: e.Leaf, Salt: e.Salt, Erased: Erased(e)}
			if line.Erased {
				x.m.Erased++
			} else {
				line.Entry = Entry(e)
			}
			if err := writeLine(out, &line); err != nil {
				return err
			}
		}
		if next != x.m.End {
			return wardround.Errorf(wardround.EIntegrity, "ledger.export", "entry %d is missing in the ledger", next)
		}
		return out.Flush()
	})
}

// writeLine writes a line without the escaping of <, > and & that package json adds
// inside a RawMessage: the entry's bytes are what is hashed.
func writeLine(w *bufio.Writer, l *bundleLine) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"index":%d,"leaf":"%x"`, l.Index, []byte(l.Leaf))
	if l.Erased {
		b.WriteString(`,"erased":true`)
	} else {
		fmt.Fprintf(&b, `,"salt":"%x","entry":`, []byte(l.Salt))
		b.Write(l.Entry)
	}
	b.WriteString("}\n")
	_, err := w.Write(b.Bytes())
	return err
}

// tiles writes the part of the tree that proves every entry of the period, and the
// heads of earlier checkpoints. Which that is, the verifying side says: it is run
// here, and the tiles it asks for are written.
func (x *exporter) tiles(earlier []*Checkpoint) error {
	if x.head.Size == 0 {
		return nil
	}
	rec := &recorder{hashes: x.hashes, have: map[tlog.Tile]bool{}}
	rec.emit = func(t tlog.Tile, data []byte) error {
		return x.file(t.Path(), func(w io.Writer) error { _, err := w.Write(data); return err })
	}
	proven := tlog.TileHashReader(tlog.Tree{N: x.head.Size, Hash: x.head.Root}, rec)
	for _, c := range append(earlier, x.head) {
		if _, err := tlog.TreeHash(c.Size, proven); err != nil {
			return treeFault(err)
		}
	}
	for at := x.m.First; at < x.m.End; at += 1 << tileHeight {
		if err := x.ctx.Err(); err != nil {
			return err
		}
		if _, err := proven.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(at))}); err != nil {
			return treeFault(err)
		}
	}
	if x.m.End > x.m.First {
		if _, err := proven.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(x.m.End-1))}); err != nil {
			return treeFault(err)
		}
	}
	return nil
}

func treeFault(err error) error {
	return wardround.Errorf(wardround.EIntegrity, "ledger.export", "the ledger's tree does not give its root: %w", err)
}

// recorder hands out tiles and writes each down the first time.
type recorder struct {
	hashes tlog.HashReader
	have   map[tlog.Tile]bool
	emit   func(t tlog.Tile, data []byte) error
	recent map[tlog.Tile][]byte
}

// Height implements [tlog.TileReader].
func (r *recorder) Height() int { return tileHeight }

// ReadTiles implements [tlog.TileReader].
func (r *recorder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		if data, ok := r.recent[t]; ok {
			out[i] = data
			continue
		}
		data, err := tlog.ReadTileData(t, r.hashes)
		if err != nil {
			return nil, err
		}
		if !r.have[t] {
			r.have[t] = true
			if err := r.emit(t, data); err != nil {
				return nil, err
			}
		}
		if r.recent == nil || len(r.recent) >= 1024 { // 8 MB
			r.recent = map[tlog.Tile][]byte{}
		}
		r.recent[t], out[i] = data, data
	}
	return out, nil
}

// SaveTiles implements [tlog.TileReader].
func (r *recorder) SaveTiles([]tlog.Tile, [][]byte) {}
