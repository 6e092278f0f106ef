package provenance

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/crypto/blake2b"
	"lukechampine.com/blake3"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/oms"
)

// HashOptions say how a model becomes digests. The zero value hashes whole files
// with SHA-256, follows no link and ignores what belongs to git.
type HashOptions struct {
	Method   string // oms.Files ("" too) or oms.Shards
	HashType string // "sha256" ("" too), "blake2b", "blake3"
	Shard    int64  // bytes in a shard; 0 is 1,000,000,000
	Symlinks bool   // follow links; a model with links is refused otherwise
	// Ignore are paths relative to the model, files or folders, that are left out.
	Ignore []string
	// Only limits the walk to these files, relative to the model; nil is all.
	Only []string
	// Workers is how many files or shards are read at once; 0 is one per processor.
	Workers int
}

// DefaultShard is the shard size where none is said, in bytes.
const DefaultShard = 1_000_000_000

// gitPaths never are part of a model.
var gitPaths = []string{".git", ".gitattributes", ".github", ".gitignore"}

func (o HashOptions) fill() HashOptions {
	if o.Method == "" {
		o.Method = oms.Files
	}
	if o.HashType == "" {
		o.HashType = "sha256"
	}
	if o.Shard == 0 {
		o.Shard = DefaultShard
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return o
}

func newHash(name string) (hash.Hash, error) {
	switch name {
	case "sha256":
		return sha256.New(), nil
	case "sha512": // of attestations; no signature has it
		return sha512.New(), nil
	case "blake2b", "blake2":
		return blake2b.New512(nil)
	case "blake3":
		return blake3.New(32, nil), nil
	}
	return nil, wardround.Errorf(wardround.EInvalid, "model hash", "no hash is called %q; there are sha256, blake2b and blake3", name)
}

// piece is one file or shard to read.
type piece struct {
	name       string // as in the manifest
	path       string
	start, end int64 // end -1: to the end of the file
}

// Hash makes the manifest of a model: a folder, or one file. Errors: ENotFound,
// EInvalid for a link that may not be followed and for an empty model, EForbidden.
func Hash(ctx context.Context, model string, o HashOptions) (*oms.Manifest, error) {
	const op = "model hash"
	o = o.fill()
	if _, err := newHash(o.HashType); err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(model)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	ignored := ignoring(o.Ignore)
	pieces, err := walk(abs, o, ignored)
	if err != nil {
		return nil, err
	}
	if len(pieces) == 0 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s holds no file that is not ignored: there is nothing to hash", model)
	}
	rs, err := hashAll(ctx, pieces, o)
	if err != nil {
		return nil, err
	}
	s := oms.Serialization{Method: o.Method, HashType: o.HashType, Symlinks: o.Symlinks, Ignored: ignored}
	if o.Method == oms.Shards {
		s.Shard = o.Shard
	}
	m, err := oms.NewManifest(filepath.Base(abs), s, rs)
	return m, wardround.Wrap(wardround.EInvalid, op, err)
}

// ignoring is what is left out, sorted, each once.
func ignoring(more []string) []string {
	all := slices.Clone(gitPaths)
	for _, p := range more {
		if p = filepath.ToSlash(filepath.Clean(p)); p != "." && p != ".." && !strings.HasPrefix(p, "../") && !filepath.IsAbs(p) {
			all = append(all, p)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// LeaveOut turns what a person names into paths relative to a model, as HashOptions
// and VerifyOptions take them: relative paths are of the model, absolute ones must lie in it. Error: EInvalid
// for one outside, and for wildcards, which no signature knows (specification, 6.2.1).
func LeaveOut(model string, paths []string) ([]string, error) {
	const op = "model"
	var out []string
	for _, p := range paths {
		if strings.ContainsAny(p, "*?[") {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%q: what is left out is named exactly, a file or a folder; there are no wildcards", p)
		}
		rel := filepath.ToSlash(filepath.Clean(p))
		if filepath.IsAbs(p) {
			var ok bool
			if rel, ok = within(model, p); !ok {
				return nil, wardround.Errorf(wardround.EInvalid, op, "%s does not lie in the model %s", p, model)
			}
		}
		if rel == "." || rel == ".." || strings.HasPrefix(rel, "../") {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%q is no file or folder inside the model; paths are relative to the model", p)
		}
		out = append(out, rel)
	}
	return out, nil
}

// isIgnored reports whether a path, or a folder above it, is left out.
func isIgnored(rel string, ignored []string) bool {
	for _, p := range ignored {
		if rel == p || strings.HasPrefix(rel, p+"/") {
			return true
		}
	}
	return false
}

// walk lists what is to be read.
func walk(model string, o HashOptions, ignored []string) ([]piece, error) {
	const op = "model hash"
	var out []piece
	add := func(rel, path string, size int64) error {
		if len(out) > oms.MaxResources {
			return wardround.Errorf(wardround.EFull, op, "the model has more than %d files", oms.MaxResources)
		}
		if o.Method == oms.Files {
			out = append(out, piece{rel, path, 0, -1})
			return nil
		}
		for at := int64(0); at < size; at += o.Shard {
			end := min(at+o.Shard, size)
			out = append(out, piece{rel + ":" + strconv.FormatInt(at, 10) + ":" + strconv.FormatInt(end, 10), path, at, end})
			if len(out) > oms.MaxResources {
				return wardround.Errorf(wardround.EFull, op, "the model has more than %d shards of %d bytes", oms.MaxResources, o.Shard)
			}
		}
		return nil
	}
	st, err := os.Lstat(model)
	if err != nil {
		return nil, wardround.Wrap(wardround.ENotFound, op, err)
	}
	seen := map[string]bool{} // folders reached by links, so that a loop ends
	var visit func(rel, path string, info fs.FileInfo) error
	visit = func(rel, path string, info fs.FileInfo) error {
		if rel != "." && isIgnored(rel, ignored) {
			return nil
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			if !o.Symlinks {
				return wardround.Errorf(wardround.EInvalid, op, "%s is a link: what it leads to can change under the signature; say --allow-symlinks if that is meant", rel)
			}
			real, err := filepath.EvalSymlinks(path)
			if err != nil {
				return wardround.Wrap(wardround.ENotFound, op, err)
			}
			if info, err = os.Stat(real); err != nil {
				return wardround.Wrap(wardround.ENotFound, op, err)
			}
			if info.IsDir() {
				if seen[real] {
					return wardround.Errorf(wardround.EInvalid, op, "%s leads to a folder that was seen already", rel)
				}
				seen[real] = true
			}
		}
		switch {
		case info.Mode().IsRegular():
			return add(rel, path, info.Size())
		case !info.IsDir():
			return wardround.Errorf(wardround.EInvalid, op, "%s is neither a file nor a folder", rel)
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			return wardround.Wrap(wardround.EForbidden, op, err)
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil {
				return wardround.Wrap(wardround.ENotFound, op, err)
			}
			next := e.Name()
			if rel != "." {
				next = rel + "/" + next
			}
			if err := visit(next, filepath.Join(path, e.Name()), info); err != nil {
				return err
			}
		}
		return nil
	}
	if o.Only == nil {
		err := visit(".", model, st)
		return out, err
	}
	for _, rel := range o.Only {
		path := filepath.Join(model, filepath.FromSlash(rel))
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // told as removed
		}
		if err != nil {
			return nil, wardround.Wrap(wardround.EForbidden, op, err)
		}
		if err := unlinked(model, rel, o.Symlinks); err != nil {
			return nil, err
		}
		if err := visit(rel, path, info); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// unlinked refuses a path one of whose folders is a link, unless links are followed.
func unlinked(model, rel string, follow bool) error {
	if follow {
		return nil
	}
	for i, c := range rel {
		if c != '/' {
			continue
		}
		if st, err := os.Lstat(filepath.Join(model, filepath.FromSlash(rel[:i]))); err == nil && st.Mode()&fs.ModeSymlink != 0 {
			return wardround.Errorf(wardround.EInvalid, "model hash", "%s is a link: what it leads to can change under the signature; say --allow-symlinks if that is meant", rel[:i])
		}
	}
	return nil
}

// block is how much is read at once: large enough that reading and hashing are not
// held up by calls.
const block = 1 << 20

// hashAll reads pieces side by side, the largest first.
func hashAll(ctx context.Context, pieces []piece, o HashOptions) ([]oms.Resource, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	out := make([]oms.Resource, len(pieces))
	algorithm := o.HashType
	if o.Method == oms.Shards { // as the reference library names it
		algorithm += "-sharded-" + strconv.FormatInt(o.Shard, 10)
	}
	work := make(chan int)
	var wg sync.WaitGroup
	for range min(o.Workers, len(pieces)) {
		wg.Go(func() {
			buf := make([]byte, block)
			for i := range work {
				d, err := hashPiece(ctx, pieces[i], o.HashType, buf)
				if err != nil {
					cancel(err)
					continue
				}
				out[i] = oms.Resource{Name: pieces[i].name, Algorithm: algorithm, Digest: d}
			}
		})
	}
	for i := range pieces {
		select {
		case work <- i:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
	}
	close(work)
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return out, nil
}

func hashPiece(ctx context.Context, p piece, name string, buf []byte) (string, error) {
	const op = "model hash"
	f, err := os.Open(p.path)
	if err != nil {
		return "", wardround.Wrap(wardround.EForbidden, op, err)
	}
	defer f.Close()
	h, err := newHash(name)
	if err != nil {
		return "", err
	}
	var r io.Reader = f
	if p.end >= 0 {
		r = io.NewSectionReader(f, p.start, p.end-p.start)
	}
	var n int64
	for {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		k, err := r.Read(buf)
		h.Write(buf[:k])
		n += int64(k)
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", wardround.Wrap(wardround.EForbidden, op, err)
		}
	}
	if p.end >= 0 && n != p.end-p.start {
		return "", wardround.Errorf(wardround.EIntegrity, op, "%s changed while it was read", p.path)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
