package ledger

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Limits bound what a bundle may unpack to. It is never unpacked to disk.
type Limits struct {
	Total   int64 // bytes of all files together; 8 GiB if 0
	Files   int   // 500,000 if 0
	Line    int   // bytes of one entry; 512 KiB if 0
	Entries int64 // 50 million if 0
	// Ratio is how many times its packed size a file may unpack to, beyond the first
	// megabyte; 200 if 0. What we write packs 2 to 20 times, a bomb 1,000 times.
	Ratio int64
}

func (l Limits) orDefault() Limits {
	if l.Total <= 0 {
		l.Total = 8 << 30
	}
	if l.Files <= 0 {
		l.Files = 500_000
	}
	if l.Line <= 0 {
		l.Line = 512 << 10
	}
	if l.Entries <= 0 {
		l.Entries = 50_000_000
	}
	if l.Ratio <= 0 {
		l.Ratio = 200
	}
	return l
}

const (
	// maxSmall bounds a file that is read whole: the signed list, with a line of
	// some hundred bytes for every file, is the largest.
	maxSmall = 64 << 20
	// maxName bounds a file's name.
	maxName = 200
	// maxSize is above any limit of a size; half a million of it still fit in 63 bits.
	maxSize = 1 << 43
)

// archive is a bundle's zip file, held to its limits.
type archive struct {
	lim   Limits
	files map[string]*zip.File
	order []string
	read  int64 // bytes unpacked so far
}

func openArchive(r io.ReaderAt, size int64, lim Limits) (*archive, error) {
	lim = lim.orDefault()
	dir := &directory{ReaderAt: r, left: 1<<20 + perFile*int64(lim.Files)}
	z, err := zip.NewReader(dir, size)
	if err != nil {
		return nil, err
	}
	dir.over = true // what is in the files has limits of its own
	if len(z.File) > lim.Files {
		return nil, fmt.Errorf("it holds %d files, at most %d", len(z.File), lim.Files)
	}
	a := &archive{lim: lim, files: make(map[string]*zip.File, len(z.File))}
	var packed, unpacked uint64
	for _, f := range z.File {
		// Sizes are added as they are declared: package zip ends a file that goes on
		// beyond. What is over any limit is added as maxSize, so that the sums don't wrap.
		packed, unpacked = packed+min(f.CompressedSize64, maxSize), unpacked+min(f.UncompressedSize64, maxSize)
		switch {
		case len(f.Name) > maxName || strings.ContainsAny(f.Name, " \\\n\x00") || !fs.ValidPath(f.Name):
			return nil, fmt.Errorf("it holds a file named %.60q", f.Name)
		case packed > uint64(size):
			return nil, errors.New("its files overlap: together they are larger than it")
		case unpacked > uint64(lim.Total):
			return nil, fmt.Errorf("it would unpack to more than %d bytes", lim.Total)
		case f.UncompressedSize64 > 1<<20 && (f.UncompressedSize64-1<<20)/uint64(lim.Ratio) > f.CompressedSize64:
			return nil, fmt.Errorf("%s would unpack to %d times its size; at most %d times", f.Name, f.UncompressedSize64/max(1, f.CompressedSize64), lim.Ratio)
		case a.files[f.Name] != nil:
			return nil, fmt.Errorf("it holds %s twice", f.Name)
		}
		a.files[f.Name] = f
		a.order = append(a.order, f.Name)
	}
	if !a.has(fileList) || !a.has(fileManifest) || !a.has(fileEntries) {
		return nil, fmt.Errorf("it holds no %s, %s or %s", fileList, fileManifest, fileEntries)
	}
	return a, nil
}

// perFile is what a file takes of a zip file's directory, with a long name.
const perFile = 160

// directory is a zip file while its directory is read. That is read whole, into
// several times its bytes of memory, before the files can be counted; how many it says
// they are binds nobody.
type directory struct {
	io.ReaderAt
	left int64
	over bool // it is read
}

// ReadAt reads while there is something left.
func (d *directory) ReadAt(p []byte, at int64) (int, error) {
	if !d.over {
		if d.left -= int64(len(p)); d.left < 0 {
			return 0, errors.New("its directory is too long")
		}
	}
	return d.ReaderAt.ReadAt(p, at)
}

func (a *archive) has(name string) bool { return a.files[name] != nil }

func (a *archive) names() []string { return a.order }

// budget is how often over a bundle may be unpacked: its files are read once for
// their digests and once for what they say.
const budget = 3

// open returns a file's content, which ends with an error at the limit.
func (a *archive) open(name string) (io.ReadCloser, error) {
	f := a.files[name]
	if f == nil {
		return nil, errors.New("it is missing")
	}
	if f.UncompressedSize64 > uint64(a.lim.Total) {
		return nil, fmt.Errorf("it would unpack to %d bytes, at most %d", f.UncompressedSize64, a.lim.Total)
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	return &limited{ReadCloser: r, a: a}, nil
}

type limited struct {
	io.ReadCloser
	a *archive
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	if l.a.read += int64(n); l.a.read > budget*l.a.lim.Total {
		return n, fmt.Errorf("the bundle unpacks to more than %d bytes", l.a.lim.Total)
	}
	return n, err
}

// copy unpacks a file to w.
func (a *archive) copy(w io.Writer, name string) (int64, error) {
	r, err := a.open(name)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return io.Copy(w, r)
}

// small returns the content of a file that is read whole.
func (a *archive) small(name string) ([]byte, error) {
	r, err := a.open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxSmall+1))
	if err == nil && len(b) > maxSmall {
		err = fmt.Errorf("it has more than %d bytes", maxSmall)
	}
	return b, err
}

// errNoTile: a tile that a proof needs is not in the bundle.
var errNoTile = errors.New("a part of the tree that is needed is not in the bundle")

// tileReader reads the tree's tiles from a bundle. Nothing it returns is trusted:
// tlog verifies it against the root.
type tileReader struct {
	arch   *archive
	recent map[tlog.Tile][]byte
}

// Height implements [tlog.TileReader].
func (r *tileReader) Height() int { return tileHeight }

// ReadTiles implements [tlog.TileReader].
func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		if out[i] = r.recent[t]; out[i] != nil {
			continue
		}
		data, err := r.read(t)
		if err != nil {
			return nil, err
		}
		if r.recent == nil || len(r.recent) >= 1024 { // 8 MB
			r.recent = map[tlog.Tile][]byte{}
		}
		r.recent[t], out[i] = data, data
	}
	return out, nil
}

func (r *tileReader) read(t tlog.Tile) ([]byte, error) {
	if !r.arch.has(t.Path()) {
		return nil, fmt.Errorf("%w (%s)", errNoTile, t.Path())
	}
	f, err := r.arch.open(t.Path())
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data := make([]byte, t.W*tlog.HashSize)
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, fmt.Errorf("%s: %w", t.Path(), err)
	}
	return data, nil
}

// SaveTiles implements [tlog.TileReader].
func (r *tileReader) SaveTiles([]tlog.Tile, [][]byte) {}
