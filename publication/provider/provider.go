// Package provider lays out a CSAF provider (CSAF 2.0 §7): the folder that a web
// server shows under a maker's domain, with the metadata by which others find it, a
// ROLIE feed, the index and the changes, and hashes and signatures beside every
// document.
//
//	DIR/.well-known/csaf/provider-metadata.json
//	DIR/csaf/openpgp/FINGERPRINT.asc
//	DIR/csaf/white/feed-tlp-white.json, index.txt, changes.csv
//	DIR/csaf/white/2026/maker-2026-001.json (.sha256 .sha512 .asc)
//
// Only documents for everybody are taken: TLP:CLEAR (2.0: WHITE), and of status
// "final". What is limited to some readers needs a door with a lock, and this is a
// folder.
package provider

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ProtonMail/gopenpgp/v3/crypto"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/csaf"
)

// Limits of a folder.
const (
	MaxDocuments = 100_000
	MaxBytes     = 64 << 20 // of a document
)

// Options say whose folder it is.
type Options struct {
	URL       string // where DIR will be reached: "https://maker.example"
	Publisher csaf.Publisher
	// Key signs every document; nil leaves signatures out, and the role is then only
	// that of a publisher.
	Key *crypto.Key
	Now time.Time
}

const label = "white"

// Write adds documents to the folder, newer versions in place of older ones, and
// writes anew what lists them. Every document is validated first, and if one is
// refused nothing is written. Errors: EInvalid, EConflict (an older version than
// that which is there), EForbidden.
func Write(dir string, docs [][]byte, o Options) ([]csaf.Listed, error) {
	const op = "csaf provider"
	if !strings.HasPrefix(o.URL, "https://") {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the URL %q is not https://…: CSAF wants TLS (§7.1.3)", o.URL)
	}
	if o.Publisher.Name == "" || o.Publisher.Namespace == "" {
		return nil, wardround.Errorf(wardround.EInvalid, op, "who publishes is not said: a name and a namespace (URL)")
	}
	base := strings.TrimSuffix(o.URL, "/")
	folder := filepath.Join(dir, "csaf", label)
	all := map[string]csaf.Listed{} // by path
	if err := known(folder, all); err != nil {
		return nil, err
	}
	fresh := map[string][]byte{}
	for i, b := range docs {
		l, err := Public(b)
		if err != nil {
			return nil, wardround.Errorf(wardround.EInvalid, op, "document %d: %v; nothing was written", i+1, err)
		}
		if old, ok := all[l.Path]; ok && old.Updated.After(l.Updated) {
			return nil, wardround.Errorf(wardround.EConflict, op, "%s is there in a newer version, of %s; nothing was written", l.ID, old.Updated.Format(time.RFC3339))
		}
		all[l.Path], fresh[l.Path] = l, b
	}
	if len(all) > MaxDocuments {
		return nil, wardround.Errorf(wardround.EFull, op, "%d documents; a folder takes %d", len(all), MaxDocuments)
	}
	files := map[string][]byte{}
	for name, b := range fresh {
		at := path.Join("csaf", label, name)
		files[at], files[at+".sha256"], files[at+".sha512"] = b, csaf.SHA256File(b, path.Base(name)), csaf.SHA512File(b, path.Base(name))
		if o.Key != nil {
			sig, err := sign(o.Key, b)
			if err != nil {
				return nil, wardround.Errorf(wardround.EInvalid, op, "%v", err)
			}
			files[at+".asc"] = sig
		}
	}
	list := make([]csaf.Listed, 0, len(all))
	signed := o.Key != nil
	for name, l := range all {
		list = append(list, l)
		if _, ok := fresh[name]; !ok && signed {
			if _, err := os.Stat(filepath.Join(folder, filepath.FromSlash(name)+".asc")); err != nil {
				return nil, wardround.Errorf(wardround.EConflict, op, "%s lies there without a signature; name it again, so that it gets one", name)
			}
		}
	}
	slices.SortFunc(list, func(a, b csaf.Listed) int { return strings.Compare(a.Path, b.Path) })
	if err := index(files, base, list, signed, o); err != nil {
		return nil, err
	}
	return list, write(dir, files)
}

// index makes what lists the documents.
func index(files map[string][]byte, base string, list []csaf.Listed, signed bool, o Options) error {
	root := base + "/csaf/" + label
	feed := csaf.NewFeed("csaf-feed-tlp-white", "Security advisories of "+o.Publisher.Name, root+"/feed-tlp-white.json", root, list, signed)
	if feed.Updated.IsZero() {
		feed.Updated = o.Now
	}
	b, err := feed.JSON()
	if err != nil {
		return wardround.Wrap(wardround.EInternal, "csaf provider", err)
	}
	at := path.Join("csaf", label)
	files[path.Join(at, "feed-tlp-white.json")] = b
	files[path.Join(at, "index.txt")] = csaf.IndexTxt(list)
	files[path.Join(at, "changes.csv")] = csaf.ChangesCSV(list, "2.0")
	p := &csaf.Provider{
		CanonicalURL: base + "/.well-known/csaf/provider-metadata.json", Updated: o.Now, Publisher: o.Publisher, Role: "csaf_publisher", List: true, Mirror: true,
		Directories: []csaf.Directory{{URL: root, TLP: "WHITE"}},
		Feeds:       []csaf.ProviderFeed{{URL: root + "/feed-tlp-white.json", TLP: "WHITE", Summary: "All advisories for everybody.", Updated: feed.Updated}},
	}
	if o.Key != nil {
		pub, err := o.Key.GetArmoredPublicKey()
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, "csaf provider", err)
		}
		print := o.Key.GetFingerprint()
		files["csaf/openpgp/"+print+".asc"] = []byte(pub)
		p.Role = "csaf_trusted_provider"
		p.Keys = []csaf.ProviderKey{{Fingerprint: strings.ToUpper(print), URL: base + "/csaf/openpgp/" + print + ".asc"}}
	}
	if b, err = p.JSON(); err != nil {
		return wardround.Errorf(wardround.EInvalid, "csaf provider", "%v", err)
	}
	files[".well-known/csaf/provider-metadata.json"] = b
	return nil
}

// Public says what a document is listed as, if it is valid, final and for everybody.
func Public(b []byte) (csaf.Listed, error) {
	if len(b) > MaxBytes {
		return csaf.Listed{}, errors.New("it is too large")
	}
	if r := csaf.Validate(b, csaf.Options{}); !r.Valid {
		return csaf.Listed{}, &csaf.InvalidError{Failures: r.Failures}
	}
	d, err := csaf.ReadBytes(b, csaf.ReadOptions{})
	if err != nil {
		return csaf.Listed{}, err
	}
	switch {
	case d.TLP != "WHITE" && d.TLP != "CLEAR":
		return csaf.Listed{}, errors.New(d.Tracking.ID + " is TLP:" + d.TLP + ", not for everybody")
	case d.Tracking.Status != "final":
		return csaf.Listed{}, errors.New(d.Tracking.ID + " is of status " + d.Tracking.Status + ", not final")
	}
	return csaf.List(b)
}

// known lists the documents that lie in the folder.
func known(folder string, into map[string]csaf.Listed) error {
	err := filepath.WalkDir(folder, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(name) != ".json" || filepath.Dir(name) == folder {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		l, err := Public(b)
		if err != nil {
			return wardround.Errorf(wardround.EInvalid, "csaf provider", "%s lies in the folder and must not: %v", name, err)
		}
		into[l.Path] = l
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// sign makes a detached, armoured signature.
func sign(key *crypto.Key, b []byte) ([]byte, error) {
	s, err := crypto.PGP().Sign().SigningKey(key).Detached().New()
	if err != nil {
		return nil, err
	}
	return s.Sign(b, crypto.Armor)
}

// write puts files into place: each whole or not at all, and what lists others last.
func write(dir string, files map[string][]byte) error {
	names := make([]string, 0, len(files))
	for n := range files {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int {
		if x, y := rank(a), rank(b); x != y {
			return x - y
		}
		return strings.Compare(a, b)
	})
	for _, n := range names {
		at := filepath.Join(dir, filepath.FromSlash(n))
		if old, err := os.ReadFile(at); err == nil && bytes.Equal(old, files[n]) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			return wardround.Wrap(wardround.EForbidden, "csaf provider", err)
		}
		if err := os.WriteFile(at+".new", files[n], 0o644); err != nil {
			return wardround.Wrap(wardround.EForbidden, "csaf provider", err)
		}
		if err := os.Rename(at+".new", at); err != nil {
			return wardround.Wrap(wardround.EForbidden, "csaf provider", err)
		}
	}
	return nil
}

// rank orders files: documents, then lists, then the metadata that lead to them.
func rank(name string) int {
	switch {
	case strings.HasPrefix(name, ".well-known"):
		return 2
	case strings.Count(name, "/") == 2 && !strings.Contains(name, "openpgp"):
		return 1
	}
	return 0
}
