package oms

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Types of the statement.
const (
	StatementType = "https://in-toto.io/Statement/v1"
	PredicateType = "https://model_signing/signature/v1.0"
	// LegacyPredicateType is that of version 0.2, which says digests and nothing else.
	LegacyPredicateType = "https://model_signing/Digests/v0.1"
)

// MaxResources is how many files or shards a manifest may list.
const MaxResources = 1_000_000

// Ways of serialising a model into resources.
const (
	Files  = "files"
	Shards = "shards"
)

// Serialization says how the model's bytes became digests.
type Serialization struct {
	Method   string   `json:"method"`               // [Files] or [Shards]
	HashType string   `json:"hash_type"`            // "sha256", "blake2b" or "blake3"
	Symlinks bool     `json:"allow_symlinks"`       // links were followed
	Ignored  []string `json:"ignore_paths"`         // relative to the model
	Shard    int64    `json:"shard_size,omitempty"` // bytes, with Shards
}

// UnmarshalJSON reads shard sizes as the reference library writes them: 1000000.0.
func (s *Serialization) UnmarshalJSON(b []byte) error {
	type plain Serialization
	x := struct {
		*plain
		Shard *float64 `json:"shard_size"`
	}{plain: (*plain)(s)}
	if err := json.Unmarshal(b, &x); err != nil {
		return err
	}
	if x.Shard != nil {
		if s.Shard = int64(*x.Shard); float64(s.Shard) != *x.Shard {
			return fmt.Errorf("shards of %g bytes", *x.Shard)
		}
	}
	return nil
}

// Resource is one file, or one shard of a file.
type Resource struct {
	// Name is the path relative to the model with "/" between its parts, "." for a
	// model that is one file; of a shard "PATH:START:END".
	Name      string `json:"name"`
	Algorithm string `json:"algorithm"`
	Digest    string `json:"digest"` // hex
}

// Manifest is what a signature says of a model.
type Manifest struct {
	Name          string // the model's folder or file, for people only
	Root          string // hex SHA-256 over all digests
	Serialization Serialization
	Resources     []Resource // in order of name
	// Legacy says that it has the form of before 1.0: no root, no serialisation.
	Legacy bool
}

type subject struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

type predicate struct {
	Serialization *Serialization `json:"serialization"`
	Resources     []Resource     `json:"resources"`
}

type statement struct {
	Type          string    `json:"_type"`
	Subject       []subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     predicate `json:"predicate"`
}

// ReadManifest reads a statement whose signature was verified. What is
// inconsistent in itself is an error: a root that is not that of the resources, a
// resource twice, a name that leaves the model.
func ReadManifest(payload []byte) (*Manifest, error) {
	var s statement
	d := json.NewDecoder(bytes.NewReader(payload))
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("oms: statement: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("oms: statement: something follows it")
	}
	if s.Type != StatementType {
		return nil, fmt.Errorf("oms: statement of type %.80q; want %s", s.Type, StatementType)
	}
	switch s.PredicateType {
	case PredicateType:
	case LegacyPredicateType:
		return legacyManifest(&s)
	default:
		return nil, fmt.Errorf("oms: predicate %.80q; want %s", s.PredicateType, PredicateType)
	}
	if len(s.Subject) != 1 {
		return nil, fmt.Errorf("oms: %d subjects; want one", len(s.Subject))
	}
	if s.Predicate.Serialization == nil {
		return nil, errors.New("oms: the predicate does not say how the model was serialised")
	}
	m := &Manifest{Name: s.Subject[0].Name, Root: strings.ToLower(s.Subject[0].Digest["sha256"]), Serialization: *s.Predicate.Serialization, Resources: s.Predicate.Resources}
	if err := m.check(); err != nil {
		return nil, err
	}
	// The root is over the digests as they are listed.
	root, err := rootOf(m.Resources)
	if err != nil {
		return nil, err
	}
	if root != m.Root {
		return nil, fmt.Errorf("oms: the listed digests add up to %s; the subject says %.64s", root, m.Root)
	}
	m.sort()
	return m, nil
}

func legacyManifest(s *statement) (*Manifest, error) {
	m := &Manifest{Legacy: true, Serialization: Serialization{Method: Files, HashType: "sha256"}}
	for _, x := range s.Subject {
		m.Resources = append(m.Resources, Resource{Name: x.Name, Algorithm: "sha256", Digest: strings.ToLower(x.Digest["sha256"])})
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	m.sort()
	return m, nil
}

// NewManifest makes a manifest of resources.
func NewManifest(name string, s Serialization, resources []Resource) (*Manifest, error) {
	m := &Manifest{Name: name, Serialization: s, Resources: slices.Clone(resources)}
	if err := m.check(); err != nil {
		return nil, err
	}
	m.sort()
	var err error
	m.Root, err = rootOf(m.Resources)
	return m, err
}

// Payload is the manifest as an in-toto statement.
func (m *Manifest) Payload() ([]byte, error) {
	s := m.Serialization
	if s.Ignored == nil {
		s.Ignored = []string{}
	}
	return json.MarshalIndent(statement{
		Type: StatementType, PredicateType: PredicateType,
		Subject:   []subject{{Name: m.Name, Digest: map[string]string{"sha256": m.Root}}},
		Predicate: predicate{Serialization: &s, Resources: m.Resources},
	}, "", "  ")
}

// sort puts resources in the order of the specification (6.4): that of the code
// points of their names, which for UTF-8 is that of its bytes. The reference library
// writes another one, path by path; readers take the order in which they stand.
func (m *Manifest) sort() {
	slices.SortFunc(m.Resources, func(a, b Resource) int { return strings.Compare(a.Name, b.Name) })
}

func (m *Manifest) check() error {
	s := m.Serialization
	switch {
	case s.Method != Files && s.Method != Shards:
		return fmt.Errorf("oms: serialisation %.40q; want %s or %s", s.Method, Files, Shards)
	case s.Method == Shards && (s.Shard < 1 || s.Shard > 1<<50):
		return fmt.Errorf("oms: shards of %d bytes", s.Shard)
	case HashSize(s.HashType) == 0:
		return fmt.Errorf("oms: hash %.40q; want sha256, blake2b or blake3", s.HashType)
	case len(m.Resources) == 0:
		return errors.New("oms: no resources: nothing is signed")
	case len(m.Resources) > MaxResources:
		return fmt.Errorf("oms: %d resources; at most %d", len(m.Resources), MaxResources)
	}
	seen := make(map[string]bool, len(m.Resources))
	for i := range m.Resources {
		r := &m.Resources[i]
		name := r.Name
		if s.Method == Shards {
			var err error
			if name, _, err = r.Span(); err != nil {
				return err
			}
		}
		if err := inside(name); err != nil {
			return err
		}
		if seen[r.Name] {
			return fmt.Errorf("oms: resource %.200q stands twice", r.Name)
		}
		seen[r.Name] = true
		if r.Digest = strings.ToLower(r.Digest); len(r.Digest) != 2*HashSize(s.HashType) || strings.Trim(r.Digest, "0123456789abcdef") != "" {
			return fmt.Errorf("oms: the digest of %.200q is none of %s", r.Name, s.HashType)
		}
	}
	return nil
}

// inside reports whether a name stays in the model's folder.
func inside(name string) error {
	if !utf8.ValidString(name) {
		return fmt.Errorf("oms: the name %.200q is not UTF-8, and a signature cannot hold it", name)
	}
	if name == "" || len(name) > 4096 || strings.ContainsRune(name, 0) || path.IsAbs(name) || path.Clean(name) != name || name == ".." || strings.HasPrefix(name, "../") {
		return fmt.Errorf("oms: resource %.200q is no path inside the model", name)
	}
	return nil
}

// Span splits the name of a shard: the file, and where in it the shard begins.
func (r Resource) Span() (file string, start int64, err error) {
	file, start, _, err = r.Ends()
	return file, start, err
}

// Ends splits the name of a shard: the file, and the bytes [start, end) of it.
func (r Resource) Ends() (file string, start, end int64, err error) {
	i := strings.LastIndexByte(r.Name, ':')
	j := -1
	if i > 0 {
		j = strings.LastIndexByte(r.Name[:i], ':')
	}
	if j <= 0 {
		return "", 0, 0, fmt.Errorf("oms: %.200q is no shard (PATH:START:END)", r.Name)
	}
	start, e1 := strconv.ParseInt(r.Name[j+1:i], 10, 64)
	end, e2 := strconv.ParseInt(r.Name[i+1:], 10, 64)
	if e1 != nil || e2 != nil || start < 0 || end <= start {
		return "", 0, 0, fmt.Errorf("oms: %.200q is no shard (PATH:START:END)", r.Name)
	}
	return r.Name[:j], start, end, nil
}

// HashSize is the digest's size in bytes, 0 for a hash that is not known.
func HashSize(name string) int {
	switch name {
	case "sha256", "blake3":
		return 32
	case "blake2b", "blake2": // the reference library uses both names
		return 64
	}
	return 0
}

// rootOf is SHA-256 over the digests.
func rootOf(rs []Resource) (string, error) {
	h := sha256.New()
	for _, r := range rs {
		b, err := hex.DecodeString(r.Digest)
		if err != nil {
			return "", fmt.Errorf("oms: the digest of %.200q: %w", r.Name, err)
		}
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
