package feed

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/cjson"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/knowledge"
)

// A mirror's bundle is a repository of The Update Framework (TUF 1.0.31): root.json,
// timestamp.json, snapshot.json and targets.json, and below targets/ one file for
// each feed (rows, one JSON object a line) and for each document of statements, named
// by a digest. What a target is stands in targets.json, under "custom".

// Names in a bundle.
const (
	rootFile      = "root.json"
	timestampFile = "timestamp.json"
	snapshotFile  = "snapshot.json"
	targetsFile   = "targets.json"
	targetsFolder = "targets/"
)

// target says what a file of a bundle is.
type target struct {
	Feed      string    `json:"feed"`
	Kind      string    `json:"kind"`
	Complete  bool      `json:"complete,omitempty"`
	Documents int       `json:"documents,omitempty"`
	Newest    time.Time `json:"newest,omitzero"`
	Trust     string    `json:"trust,omitempty"` // of the feed, as the mirror found it
	Signer    string    `json:"signer,omitempty"`
	Statement string    `json:"statement,omitempty"` // the name of a document of statements
	Refused   []Refusal `json:"refused,omitempty"`
}

// MirrorKeys are made once for a mirror. Root is what the other side trusts; RootKey
// renews it and belongs into a safe; Key signs bundles.
type MirrorKeys struct {
	Root    []byte // root.json
	RootKey []byte // PEM, PKCS #8
	Key     []byte // PEM, PKCS #8
}

// NewMirrorKeys makes Ed25519 keys and a root that holds until then.
func NewMirrorKeys(until time.Time) (*MirrorKeys, error) {
	const op = "feed.mirror"
	var k MirrorKeys
	root := metadata.Root(until.UTC().Truncate(time.Second))
	root.Signed.ConsistentSnapshot = false
	var signer ed25519.PrivateKey
	for _, x := range []struct {
		pem   *[]byte
		roles []string
	}{{&k.RootKey, []string{metadata.ROOT}}, {&k.Key, []string{metadata.TARGETS, metadata.SNAPSHOT, metadata.TIMESTAMP}}} {
		public, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, wardround.Wrap(wardround.EInternal, op, err)
		}
		der, err := x509.MarshalPKCS8PrivateKey(private)
		if err != nil {
			return nil, wardround.Wrap(wardround.EInternal, op, err)
		}
		*x.pem = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
		key, err := metadata.KeyFromPublicKey(public)
		if err != nil {
			return nil, wardround.Wrap(wardround.EInternal, op, err)
		}
		for _, role := range x.roles {
			if err := root.Signed.AddKey(key, role); err != nil {
				return nil, wardround.Wrap(wardround.EInternal, op, err)
			}
		}
		if signer == nil {
			signer = private
		}
	}
	var err error
	k.Root, err = signed(root, signer)
	return &k, wardround.Wrap(wardround.EInternal, op, err)
}

// MirrorOptions say how a bundle is written.
type MirrorOptions struct {
	Key  []byte // PEM, PKCS #8, Ed25519
	Root []byte // root.json, which names the key
	Now  time.Time
	// Valid is how long the bundle may be loaded; 30 days.
	Valid time.Duration
	// After is the version of the bundle before; 0 if it is not known.
	After int64
}

// WriteMirror hands the files of a bundle to put, the one that makes it whole last.
// Its version is the second it was made in, so that a bundle that was made earlier is
// an older one wherever it was made. Errors: EInvalid, and those of put.
func WriteMirror(batches []*Batch, o MirrorOptions, put func(name string, b []byte) error) error {
	const op = "feed.mirror"
	signer, err := readSigner(o.Key)
	if err != nil {
		return wardround.Errorf(wardround.EInvalid, op, "the key: %w", err)
	}
	if err := names(o.Root, signer.Public(), o.Now); err != nil {
		return wardround.Errorf(wardround.EInvalid, op, "%s: %w", rootFile, err)
	}
	if o.Valid <= 0 {
		o.Valid = 30 * 24 * time.Hour
	}
	until, version := o.Now.Add(o.Valid).UTC().Truncate(time.Second), max(o.Now.Unix(), o.After+1)
	targets := metadata.Targets(until)
	targets.Signed.Version = version
	add := func(b []byte, t target) error {
		custom, err := json.Marshal(t)
		if err != nil {
			return err
		}
		name := sum(slices.Concat(custom, b))[len("sha256:"):] // two feeds may hold the same
		f, err := metadata.TargetFile().FromBytes(name, b, "sha256")
		if err != nil {
			return err
		}
		raw := json.RawMessage(custom)
		f.Custom = &raw
		targets.Signed.Targets[name] = f
		return put(targetsFolder+name, b)
	}
	for _, b := range batches {
		t := target{Feed: b.Feed, Kind: b.Kind, Complete: b.Complete, Documents: b.Documents, Newest: b.Newest, Trust: b.Trust, Signer: b.Signer, Refused: b.Refused}
		if len(b.Rows) > 0 {
			var buf bytes.Buffer
			if err := knowledge.WriteBundle(&buf, b.Rows); err != nil {
				return err
			}
			if err := add(buf.Bytes(), t); err != nil {
				return err
			}
		}
		for _, s := range b.Statements {
			if err := add(s.Data, target{Feed: b.Feed, Kind: b.Kind, Trust: b.Trust, Signer: b.Signer, Statement: s.Name}); err != nil {
				return err
			}
		}
	}
	if len(targets.Signed.Targets) == 0 {
		return wardround.Errorf(wardround.EInvalid, op, "there is nothing to mirror")
	}
	targetsJSON, err := signed(targets, signer)
	if err != nil {
		return wardround.Wrap(wardround.EInternal, op, err)
	}
	snapshot := metadata.Snapshot(until)
	snapshot.Signed.Version = version
	snapshot.Signed.Meta = map[string]*metadata.MetaFiles{targetsFile: metaOf(targetsJSON, version)}
	snapshotJSON, err := signed(snapshot, signer)
	if err != nil {
		return wardround.Wrap(wardround.EInternal, op, err)
	}
	timestamp := metadata.Timestamp(until)
	timestamp.Signed.Version = version
	timestamp.Signed.Meta = map[string]*metadata.MetaFiles{snapshotFile: metaOf(snapshotJSON, version)}
	timestampJSON, err := signed(timestamp, signer)
	if err != nil {
		return wardround.Wrap(wardround.EInternal, op, err)
	}
	for _, f := range []struct {
		name string
		b    []byte
	}{{rootFile, o.Root}, {targetsFile, targetsJSON}, {snapshotFile, snapshotJSON}, {timestampFile, timestampJSON}} {
		if err := put(f.name, f.b); err != nil {
			return err
		}
	}
	return nil
}

// signed signs metadata as TUF 1.0.31 §4.2 says: over the canonical JSON of "signed".
func signed[T metadata.Roles](m *metadata.Metadata[T], private ed25519.PrivateKey) ([]byte, error) {
	payload, err := cjson.EncodeCanonical(m.Signed)
	if err != nil {
		return nil, err
	}
	key, err := metadata.KeyFromPublicKey(private.Public())
	if err != nil {
		return nil, err
	}
	id, err := key.ID()
	if err != nil {
		return nil, err
	}
	m.Signatures = []metadata.Signature{{KeyID: id, Signature: ed25519.Sign(private, payload)}}
	return m.ToBytes(true)
}

func metaOf(b []byte, version int64) *metadata.MetaFiles {
	digest := sha256.Sum256(b)
	f := metadata.MetaFile(version)
	f.Length, f.Hashes = int64(len(b)), metadata.Hashes{"sha256": digest[:]}
	return f
}

// readSigner reads the key that signs.
func readSigner(b []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, errors.New("no PEM")
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	private, ok := k.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("it is of another kind (%T) than Ed25519", k)
	}
	return private, nil
}

// names checks that the root lets the key sign bundles.
func names(root []byte, public crypto.PublicKey, now time.Time) error {
	r, err := metadata.Root().FromBytes(root)
	if err != nil {
		return err
	}
	if r.Signed.IsExpired(now) {
		return fmt.Errorf("it was good until %s", r.Signed.Expires.Format(time.DateOnly))
	}
	key, err := metadata.KeyFromPublicKey(public)
	if err != nil {
		return err
	}
	id, err := key.ID()
	if err != nil {
		return err
	}
	for _, role := range []string{metadata.TARGETS, metadata.SNAPSHOT, metadata.TIMESTAMP} {
		found := false
		if x := r.Signed.Roles[role]; x != nil {
			for _, k := range x.KeyIDs {
				found = found || k == id
			}
		}
		if !found {
			return fmt.Errorf("it does not let this key sign %s", role)
		}
	}
	return nil
}

// BundleVersion is the version of a bundle's timestamp.json, 0 if it is none.
func BundleVersion(timestamp []byte) int64 {
	t, err := metadata.Timestamp().FromBytes(timestamp)
	if err != nil {
		return 0
	}
	return t.Signed.Version
}
