package feed

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"github.com/theupdateframework/go-tuf/v2/metadata/trustedmetadata"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/document"
	"github.com/wardround/wardround/knowledge"
)

// Bounds of a bundle.
const (
	maxMetadata = 32 << 20
	maxRoots    = 256
	maxBundle   = 32 << 30 // of all targets
)

// Prior is what is kept of the last bundle, so that an older one is refused.
type Prior struct {
	Timestamp []byte `json:"timestamp,omitempty"`
	Snapshot  []byte `json:"snapshot,omitempty"`
}

// LoadOptions say how a bundle is loaded.
type LoadOptions struct {
	Trust []byte // root.json, as it came from the mirror's keeper by another way
	Prior Prior
	Now   time.Time
	// AllowExpired lets a bundle in that expired at most that long ago.
	AllowExpired time.Duration
	Limits       Limits
}

// OpenBundle opens a bundle in a folder or a zip, also where it lies in the one folder
// of it. ok is false where a path holds no bundle.
func OpenBundle(p string) (fsys fs.FS, closer io.Closer, ok bool) {
	info, err := os.Stat(p)
	if err != nil {
		return nil, nil, false
	}
	if info.IsDir() {
		fsys, ok = bundleIn(os.DirFS(p))
		return fsys, io.NopCloser(nil), ok
	}
	if !strings.EqualFold(path.Ext(p), ".zip") {
		return nil, nil, false
	}
	z, err := zip.OpenReader(p)
	if err != nil {
		return nil, nil, false
	}
	if fsys, ok = bundleIn(&z.Reader); !ok {
		z.Close()
	}
	return fsys, z, ok
}

func bundleIn(f fs.FS) (fs.FS, bool) {
	is := func(f fs.FS) bool {
		for _, n := range []string{rootFile, timestampFile, targetsFile} {
			if _, err := fs.Stat(f, n); err != nil {
				return false
			}
		}
		return true
	}
	if is(f) {
		return f, true
	}
	list, err := fs.ReadDir(f, ".")
	if err != nil || len(list) != 1 || !list[0].IsDir() {
		return nil, false
	}
	sub, err := fs.Sub(f, list[0].Name())
	return sub, err == nil && is(sub)
}

// LoadMirror verifies a bundle as a TUF client does, and returns what it holds. It is
// taken whole or not at all: a wrong signature, a bundle older than the last, one that
// has expired, a target that is missing or is another one. What the mirror vouches for
// is that these are the rows that it took in; their trust is what it found. Error:
// EIntegrity, with the file and what to do.
func LoadMirror(f fs.FS, o LoadOptions) ([]*Batch, Prior, error) {
	l := &loading{fsys: f, o: o}
	m, err := l.targets()
	if err != nil {
		return nil, Prior{}, err
	}
	out, err := l.batches(m)
	return out, l.next, err
}

type loading struct {
	fsys fs.FS
	o    LoadOptions
	next Prior
	left int64
	rows int
}

func (l *loading) refuse(name string, err error) error {
	const op = "feed.mirror"
	var expired *metadata.ErrExpiredMetadata
	var back *metadata.ErrBadVersionNumber
	switch {
	case errors.As(err, &expired):
		return wardround.Errorf(wardround.EIntegrity, op, "%s: the bundle has expired; get a newer one, or say --allow-expired DAYS to load it all the same; nothing was taken in: %w", name, err)
	case errors.As(err, &back):
		return wardround.Errorf(wardround.EIntegrity, op, "%s: the bundle is older than the one that was loaded last; nothing was taken in: %w", name, err)
	}
	return wardround.Errorf(wardround.EIntegrity, op, "%s: %w; nothing was taken in", name, err)
}

// targets verifies the metadata (TUF 1.0.31 §5) and returns the targets.
func (l *loading) targets() (*metadata.Metadata[metadata.TargetsType], error) {
	t, err := trustedmetadata.New(l.o.Trust)
	if err != nil {
		return nil, l.refuse("the trusted root", err)
	}
	t.RefTime = l.o.Now.Add(-l.o.AllowExpired)
	for range maxRoots { // a root that was renewed is signed by the one before
		name := fmt.Sprintf("%d.%s", t.Root.Signed.Version+1, rootFile)
		b, err := l.read(name, maxMetadata)
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err == nil {
			_, err = t.UpdateRoot(b)
		}
		if err != nil {
			return nil, l.refuse(name, err)
		}
	}
	if len(l.o.Prior.Timestamp) > 0 {
		_, _ = t.UpdateTimestamp(l.o.Prior.Timestamp) // it is loaded also where it has expired, to compare with
	}
	if l.next.Timestamp, err = l.read(timestampFile, maxMetadata); err != nil {
		return nil, l.refuse(timestampFile, err)
	}
	_, err = t.UpdateTimestamp(l.next.Timestamp)
	var equal *metadata.ErrEqualVersionNumber
	if errors.As(err, &equal) {
		if !bytes.Equal(l.next.Timestamp, l.o.Prior.Timestamp) {
			return nil, l.refuse(timestampFile, errors.New("it has the version of the one that was loaded last, and is another"))
		}
		err = nil // the same again
	}
	if err != nil {
		return nil, l.refuse(timestampFile, err)
	}
	if len(l.o.Prior.Snapshot) > 0 {
		_, _ = t.UpdateSnapshot(l.o.Prior.Snapshot, true)
	}
	if l.next.Snapshot, err = l.read(snapshotFile, maxMetadata); err == nil {
		_, err = t.UpdateSnapshot(l.next.Snapshot, false)
	}
	if err != nil {
		return nil, l.refuse(snapshotFile, err)
	}
	b, err := l.read(targetsFile, maxMetadata)
	if err != nil {
		return nil, l.refuse(targetsFile, err)
	}
	m, err := t.UpdateTargets(b)
	if err != nil {
		return nil, l.refuse(targetsFile, err)
	}
	return m, nil
}

func (l *loading) read(name string, limit int64) ([]byte, error) {
	f, err := l.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("more than %d bytes", limit)
	}
	return b, err
}

// batches reads the targets.
func (l *loading) batches(m *metadata.Metadata[metadata.TargetsType]) ([]*Batch, error) {
	l.left = maxBundle
	byFeed := map[string]*Batch{}
	lim := l.o.Limits.orDefault()
	for _, name := range slices.Sorted(maps.Keys(m.Signed.Targets)) {
		f := m.Signed.Targets[name]
		file := targetsFolder + name
		var t target
		if !fs.ValidPath(file) || f.Custom == nil || json.Unmarshal(*f.Custom, &t) != nil || t.Feed == "" {
			return nil, l.refuse(file, errors.New("the bundle does not say what it is"))
		}
		if f.Length > l.left {
			return nil, l.refuse(file, fmt.Errorf("more than %d bytes in all", int64(maxBundle)))
		}
		l.left -= f.Length
		b, err := l.read(file, f.Length)
		if err == nil {
			err = f.VerifyLengthHashes(b)
		}
		if err != nil {
			return nil, l.refuse(file, err)
		}
		x := byFeed[t.Feed]
		if x == nil {
			x = &Batch{Feed: t.Feed, Kind: t.Kind, Trust: t.Trust, Signer: t.Signer}
			byFeed[t.Feed] = x
		}
		if t.Statement != "" {
			if _, err := document.ReadVEX(b); err != nil {
				return nil, l.refuse(file, err)
			}
			x.Statements = append(x.Statements, File{Name: t.Statement, Digest: sum(b), Data: b})
			x.Documents = max(x.Documents, len(x.Statements))
			continue
		}
		rows, err := knowledge.ReadBundle(bytes.NewReader(b))
		if err != nil {
			return nil, l.refuse(file, err)
		}
		if l.rows += len(rows); l.rows > lim.Rows {
			return nil, l.refuse(file, fmt.Errorf("more than %d rows", lim.Rows))
		}
		x.Rows = append(x.Rows, rows...)
		x.Complete, x.Documents, x.Newest, x.Refused = t.Complete, t.Documents, t.Newest, t.Refused
	}
	var out []*Batch
	for _, name := range slices.Sorted(maps.Keys(byFeed)) {
		out = append(out, byFeed[name])
	}
	return out, nil
}

// RootOf names who is trusted by a root.json: the digest of its root keys.
func RootOf(root []byte) (string, error) {
	r, err := metadata.Root().FromBytes(root)
	if err != nil {
		return "", wardround.Errorf(wardround.EInvalid, "feed.mirror", "this is no root.json of a mirror: %w", err)
	}
	x := r.Signed.Roles[metadata.ROOT]
	if x == nil || len(x.KeyIDs) == 0 {
		return "", wardround.Errorf(wardround.EInvalid, "feed.mirror", "this root.json names no key")
	}
	ids := slices.Sorted(slices.Values(x.KeyIDs))
	return sum([]byte(strings.Join(ids, " "))), nil
}
