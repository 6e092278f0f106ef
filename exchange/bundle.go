// Package exchange carries what a hospital and a maker owe each other, as one signed
// file.
//
// A hospital tells its maker how many of its devices run which release, how far
// patches have come, and chosen findings: never a host name, an address, a ward or a
// person. What goes out is built from a short list of fields (see [Report]), not
// filtered out of what is known; a field that is new elsewhere does not leak here.
//
// A maker gives its releases with their dates of support, bills of materials,
// exploitability statements, advisories and evidence of builds.
//
// A bundle is a zip archive. Its first member is the manifest: a DSSE envelope that
// names every other member with its size and SHA-256. Whoever opens a bundle says
// whose key is trusted; a wrong signature, a member that is changed, missing, doubled
// or not named refuses the bundle whole, before any of it is used.
package exchange

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/attest"
)

// MediaType is that of the manifest in its envelope.
const MediaType = "application/vnd.wardround.exchange+json"

// ManifestName is the first member of every bundle.
const ManifestName = "manifest.dsse.json"

// Limits of a bundle. Sizes are those of unpacked members; a member is never unpacked
// beyond the size that the signed manifest states.
const (
	MaxMembers  = 20_000
	MaxMember   = 256 << 20
	MaxBundle   = 1 << 30
	maxManifest = 16 << 20
)

// Kind says what a member is.
type Kind string

// The kinds; of each stands what it may be called.
const (
	KindReport   Kind = "report"   // report.json: a [Report]
	KindReleases Kind = "releases" // releases.json: a list of [Release]
	KindSBOM     Kind = "sbom"
	KindVEX      Kind = "vex"
	KindCSAF     Kind = "csaf"
	KindBuild    Kind = "build"
)

var kinds = []Kind{KindReport, KindReleases, KindSBOM, KindVEX, KindCSAF, KindBuild}

// Manifest is what a bundle says of itself.
type Manifest struct {
	Version int       `json:"version"` // 1
	To      string    `json:"to"`      // "maker" or "hospital"
	From    string    `json:"from"`    // who sends it, as it wants to be called
	Maker   string    `json:"maker"`   // whose products it is about
	Created time.Time `json:"created"`
	Members []Member  `json:"members"`
}

// Member is one file of a bundle.
type Member struct {
	Name   string `json:"name"` // KIND/FILE, or report.json, releases.json
	Kind   Kind   `json:"kind"`
	SHA256 string `json:"sha256"` // hex
	Size   int64  `json:"size"`
	// Of what release it is, if of one; and how its file was called.
	Maker   string `json:"maker,omitempty"`
	Product string `json:"product,omitempty"`
	Release string `json:"release,omitempty"` // its version
	File    string `json:"file,omitempty"`
	Format  string `json:"format,omitempty"`

	data []byte
	open func() (io.ReadCloser, error)
}

// Data is a member's content, of a bundle that was opened.
func (m *Member) Data() []byte { return m.data }

// NewMember is a member whose content is opened when it is written. Digest and size
// are those of the content ("sha256:…").
func NewMember(m Member, digest string, size int64, open func() (io.ReadCloser, error)) Member {
	m.SHA256, m.Size, m.open = strings.TrimPrefix(digest, "sha256:"), size, open
	return m
}

// BytesMember is a member that is in memory.
func BytesMember(m Member, b []byte) Member {
	sum := sha256.Sum256(b)
	return NewMember(m, hex.EncodeToString(sum[:]), int64(len(b)), func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil })
}

// Write writes a bundle. Errors: EInvalid for a manifest that would be refused,
// EIntegrity for content that is not what its digest says.
func Write(ctx context.Context, w io.Writer, key *attest.Key, m Manifest) error {
	const op = "exchange"
	m.Version = 1
	if err := m.check(); err != nil {
		return wardround.Errorf(wardround.EInvalid, op, "%v", err)
	}
	b, err := json.Marshal(m)
	if err != nil {
		return wardround.Wrap(wardround.EInternal, op, err)
	}
	signed, err := attest.Sign(ctx, key, MediaType, b)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, op, err)
	}
	z := zip.NewWriter(w)
	put := func(name string, r io.Reader) (n int64, sum string, err error) {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: m.Created.UTC()})
		if err != nil {
			return 0, "", err
		}
		h := sha256.New()
		n, err = io.Copy(io.MultiWriter(f, h), r)
		return n, hex.EncodeToString(h.Sum(nil)), err
	}
	if _, _, err := put(ManifestName, bytes.NewReader(signed)); err != nil {
		return wardround.Wrap(wardround.EFull, op, err)
	}
	for i := range m.Members {
		x := &m.Members[i]
		if err := ctx.Err(); err != nil {
			return err
		}
		r, err := x.open()
		if err != nil {
			return err
		}
		n, sum, err := put(x.Name, r)
		r.Close()
		if err != nil {
			return wardround.Wrap(wardround.EFull, op, err)
		}
		if n != x.Size || sum != x.SHA256 {
			return wardround.Errorf(wardround.EIntegrity, op, "%s is not what its digest says", x.Name)
		}
	}
	return wardround.Wrap(wardround.EFull, op, z.Close())
}

// check says what of a manifest cannot be. Its words reach whoever opens a bundle.
func (m *Manifest) check() error {
	switch {
	case m.Version != 1:
		return fmt.Errorf("the manifest is of version %d; this program reads 1", m.Version)
	case m.To != "maker" && m.To != "hospital":
		return fmt.Errorf("the manifest is for %q, neither a maker nor a hospital", m.To)
	case strings.TrimSpace(m.Maker) == "":
		return errors.New("the manifest names no maker")
	case len(m.Members) > MaxMembers:
		return fmt.Errorf("%d members; at most %d", len(m.Members), MaxMembers)
	}
	seen := map[string]bool{}
	var all int64
	for i := range m.Members {
		x := &m.Members[i]
		dir, file := path.Split(x.Name)
		name := strings.TrimSuffix(dir, "/") == string(x.Kind) && file != "" || x.Name == string(x.Kind)+".json"
		switch {
		case !slices.Contains(kinds, x.Kind), !name, strings.ContainsAny(x.Name, "\\:\x00") || strings.HasPrefix(file, "."), len(x.Name) > 200:
			return fmt.Errorf("%q is no name of a member of kind %q", x.Name, x.Kind)
		case seen[strings.ToLower(x.Name)]:
			return fmt.Errorf("%q is named twice", x.Name)
		case len(x.SHA256) != 64:
			return fmt.Errorf("%q has no digest", x.Name)
		case x.Size < 0 || x.Size > MaxMember:
			return fmt.Errorf("%q has %d bytes; at most %d", x.Name, x.Size, int64(MaxMember))
		case m.To == "maker" != (x.Kind == KindReport):
			return fmt.Errorf("%q does not belong into a bundle for a %s", x.Name, m.To)
		}
		seen[strings.ToLower(x.Name)] = true
		if all += x.Size; all > MaxBundle {
			return fmt.Errorf("more than %d bytes in all", int64(MaxBundle))
		}
	}
	return nil
}

// Bundle is a bundle that was verified.
type Bundle struct {
	Manifest
	Signer string // id of the key that signed it
}

// Open verifies a bundle and reads it. At least one key must be given: a bundle of
// which it is not known who made it is not opened. Errors: EInvalid for what is no
// bundle, EIntegrity for one that was not signed by a key that is trusted, or that
// was changed since.
func Open(ctx context.Context, r io.ReaderAt, size int64, keys ...*attest.Key) (*Bundle, error) {
	const op = "exchange"
	if len(keys) == 0 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "no key is trusted; say whose bundle it has to be")
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "this is no bundle: %v", err)
	}
	if len(z.File) == 0 || z.File[0].Name != ManifestName || len(z.File) > MaxMembers+1 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "this is no bundle: it does not begin with %s", ManifestName)
	}
	signed, err := unpack(z.File[0], maxManifest)
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s: %v", ManifestName, err)
	}
	o, err := attest.Open(ctx, signed, keys...)
	if err != nil {
		return nil, wardround.Errorf(wardround.EIntegrity, op, "the bundle is refused: %v", err)
	}
	if o.MediaType != MediaType {
		return nil, wardround.Errorf(wardround.EIntegrity, op, "the bundle is refused: what is signed is %s, no manifest", o.MediaType)
	}
	b := &Bundle{Signer: o.Signer}
	if err := json.Unmarshal(o.Payload, &b.Manifest); err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the manifest cannot be read: %v", err)
	}
	if err := b.check(); err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the bundle is refused: %v", err)
	}
	files := map[string]*zip.File{}
	for _, f := range z.File[1:] {
		if files[f.Name] != nil {
			return nil, wardround.Errorf(wardround.EIntegrity, op, "the bundle is refused: %q is there twice", f.Name)
		}
		files[f.Name] = f
	}
	if len(files) != len(b.Members) {
		return nil, wardround.Errorf(wardround.EIntegrity, op, "the bundle is refused: it has %d members, its manifest names %d", len(files), len(b.Members))
	}
	for i := range b.Members {
		m := &b.Members[i]
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f := files[m.Name]
		if f == nil || !f.Mode().IsRegular() {
			return nil, wardround.Errorf(wardround.EIntegrity, op, "the bundle is refused: %q is missing", m.Name)
		}
		data, err := unpack(f, m.Size)
		if err != nil {
			return nil, wardround.Errorf(wardround.EIntegrity, op, "the bundle is refused: %s: %v", m.Name, err)
		}
		if sum := sha256.Sum256(data); int64(len(data)) != m.Size || hex.EncodeToString(sum[:]) != m.SHA256 {
			return nil, wardround.Errorf(wardround.EIntegrity, op, "the bundle is refused: %s was changed after it was signed", m.Name)
		}
		m.data = data
	}
	return b, nil
}

// unpack reads a file of an archive, at most limit bytes: what it says of its own
// size is not believed.
func unpack(f *zip.File, limit int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("it has more than %d bytes", limit)
	}
	return b, nil
}
