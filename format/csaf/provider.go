package csaf

import (
	"fmt"
	"strings"
	"time"

	"github.com/wardround/wardround/format/csaf/internal/stamp"
	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// Provider is a provider-metadata.json: where a publisher has its documents (§7.1.7).
type Provider struct {
	Version      string // of CSAF: "2.0", "2.1"
	CanonicalURL string // of this file
	Updated      time.Time
	// From and Until bound the time in which the distributions are maintained (2.1).
	From, Until time.Time
	Publisher   Publisher
	Role        string // "csaf_publisher", "csaf_provider", "csaf_trusted_provider"
	List        bool   // aggregators may list it
	Mirror      bool   // aggregators may mirror it
	Keys        []ProviderKey
	Directories []Directory
	Feeds       []ProviderFeed
	Problems    []string // what could not be understood; at most 100
}

// ProviderKey is an OpenPGP key with which documents are signed.
type ProviderKey struct{ Fingerprint, URL string }

// Directory is a folder with documents, index.txt and changes.csv. 2.0 states no
// label.
type Directory struct{ URL, TLP string }

// ProviderFeed names a ROLIE feed.
type ProviderFeed struct {
	URL, TLP, Summary string
	Updated           time.Time // 2.1
}

// ReadProvider reads provider metadata of CSAF 2.0 or 2.1. Fields it does not know
// are passed over; the error says what is no JSON (line and byte), or no provider
// metadata.
func ReadProvider(b []byte, o ReadOptions) (*Provider, error) {
	t, err := tree.Parse(b, o.limits())
	if err != nil {
		return nil, err
	}
	root := t.Root
	d := &Document{}
	r := &reader{d: d}
	p := &Provider{Version: r.str(root, "metadata_version"), CanonicalURL: r.str(root, "canonical_url"), Updated: r.time(root, "last_updated"),
		From: r.time(root, "maintained_from"), Until: r.time(root, "maintained_until"), Role: r.str(root, "role")}
	if p.Version != "2.0" && p.Version != "2.1" {
		return nil, fmt.Errorf("/metadata_version: %q; provider metadata of CSAF say 2.0 or 2.1", p.Version)
	}
	flag := func(key string) bool { n := root.Get(key); return n.Is(tree.Bool) && n.Text == "true" }
	p.List, p.Mirror = flag("list_on_CSAF_aggregators"), flag("mirror_on_CSAF_aggregators")
	pub := root.Get("publisher")
	p.Publisher = Publisher{Category: r.str(pub, "category"), Name: r.str(pub, "name"), Namespace: r.str(pub, "namespace"), Contact: r.str(pub, "contact_details"), IssuingAuthority: r.str(pub, "issuing_authority")}
	for _, k := range r.list(root, "public_openpgp_keys") {
		p.Keys = append(p.Keys, ProviderKey{Fingerprint: r.str(k, "fingerprint"), URL: r.str(k, "url")})
	}
	for _, x := range r.list(root, "distributions") {
		if u := r.str(x, "directory_url"); u != "" {
			p.Directories = append(p.Directories, Directory{URL: u})
		}
		if dir := x.Get("directory"); dir != nil {
			p.Directories = append(p.Directories, Directory{URL: r.str(dir, "url"), TLP: r.str(dir, "tlp_label")})
		}
		for _, f := range r.list(x.Get("rolie"), "feeds") {
			p.Feeds = append(p.Feeds, ProviderFeed{URL: r.str(f, "url"), TLP: r.str(f, "tlp_label"), Summary: r.str(f, "summary"), Updated: r.time(f, "last_updated")})
		}
	}
	p.Problems = d.Problems
	return p, nil
}

// JSON writes the metadata. The error is an *InvalidError where they do not conform
// to their schema. Version "" is 2.0.
func (p *Provider) JSON() ([]byte, error) {
	v21 := p.Version == "2.1"
	version := first(p.Version, "2.0")
	root := object{"canonical_url": p.CanonicalURL, "last_updated": stampOf(p.Updated), "list_on_CSAF_aggregators": p.List, "mirror_on_CSAF_aggregators": p.Mirror,
		"metadata_version": version, "role": first(p.Role, "csaf_provider")}
	pub := object{"category": first(p.Publisher.Category, "vendor"), "name": p.Publisher.Name, "namespace": p.Publisher.Namespace}
	pub.set("contact_details", p.Publisher.Contact)
	pub.set("issuing_authority", p.Publisher.IssuingAuthority)
	root["publisher"] = pub
	if v21 {
		root["$schema"] = oasis + "v2.1/schema/provider.json"
		root.set("maintained_from", p.From)
		root.set("maintained_until", p.Until)
	}
	var keys, feeds, distributions []object
	for _, k := range p.Keys {
		keys = append(keys, object{"fingerprint": k.Fingerprint, "url": k.URL})
	}
	root.set("public_openpgp_keys", keys)
	for _, f := range p.Feeds {
		o := object{"url": f.URL, "tlp_label": label(f.TLP, v21)}
		o.set("summary", f.Summary)
		if v21 {
			updated := f.Updated
			if updated.IsZero() {
				updated = p.Updated
			}
			o["last_updated"] = stampOf(updated)
		}
		feeds = append(feeds, o)
	}
	if len(feeds) > 0 {
		distributions = append(distributions, object{"rolie": object{"feeds": feeds}})
	}
	for _, d := range p.Directories {
		if v21 {
			distributions = append(distributions, object{"directory": object{"url": d.URL, "tlp_label": label(d.TLP, true)}})
		} else {
			distributions = append(distributions, object{"directory_url": d.URL})
		}
	}
	root.set("distributions", distributions)
	b, err := writeJSON(root)
	if err != nil {
		return nil, err
	}
	if failures := ValidateProvider(b); len(failures) > 0 {
		return nil, &InvalidError{failures}
	}
	return b, nil
}

// ValidateProvider holds provider metadata against their JSON schema.
func ValidateProvider(b []byte) []Failure {
	fail := func(pointer, message string) []Failure {
		return []Failure{{Test: "schema", Kind: Schema, Pointer: pointer, Message: message}}
	}
	t, err := tree.Parse(b, tree.Limits{})
	if err != nil {
		return fail("", "no JSON that can be read: "+err.Error())
	}
	sc, err := compiled()
	if err != nil {
		return fail("", err.Error())
	}
	s := sc.provider[t.Root.At("metadata_version")]
	if s == nil {
		return fail("/metadata_version", "neither 2.0 nor 2.1")
	}
	var out []Failure
	for _, p := range s.Problems(t.Root) {
		out = append(out, fail(p.Node.Pointer(), p.Message)...)
	}
	return out
}

// Listed is what stands about a document where documents are listed.
type Listed struct {
	Path      string // below the folder of its label: "2026/maker-2026_001.json"
	ID        string
	Title     string
	Summary   string
	TLP       string
	Version   string // of CSAF
	Published time.Time
	Updated   time.Time
}

// List returns the entry of a document. The error is that of [ReadBytes], or says
// what of the document is missing without which it can't be listed.
func List(doc []byte) (Listed, error) {
	d, err := ReadBytes(doc, ReadOptions{})
	if err != nil {
		return Listed{}, err
	}
	l := Listed{ID: d.Tracking.ID, Title: d.Title, Summary: details(d.Notes), TLP: d.TLP, Version: d.Version, Published: d.Tracking.Initial, Updated: d.Tracking.Current}
	switch {
	case l.ID == "":
		return l, fmt.Errorf("/document/tracking/id is missing")
	case l.Published.IsZero() || l.Updated.IsZero():
		return l, fmt.Errorf("/document/tracking: a release date is missing")
	}
	l.Path = Path(l.ID, l.Published)
	return l, nil
}

// parseTime reads a time of a list; zero if it can't be read.
func parseTime(s string) time.Time {
	t, _ := stamp.Parse(strings.TrimSpace(s))
	return t
}
