package csaf

import (
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// Feed is a ROLIE feed of CSAF documents (RFC 8322; §7.1.15).
type Feed struct {
	ID      string
	Title   string
	URL     string // its own
	Updated time.Time
	Entries []Entry
	// Problems are entries that could not be understood; at most 100.
	Problems []string
}

// Entry names one document.
type Entry struct {
	ID        string // tracking id
	Title     string
	Summary   string
	Version   string // of CSAF
	URL       string // of the document
	SHA256    string // URLs of files beside it; "" if there is none
	SHA512    string
	Signature string
	Published time.Time
	Updated   time.Time
}

// errNoFeed is JSON that is no feed.
var errNoFeed = errors.New("/feed is missing: this is no ROLIE feed")

// ReadFeed reads a ROLIE feed. An entry without a document's URL is noted as a
// problem and left out; links of a hash or a signature are known by their relation
// or, where a provider got that wrong, by their ending.
func ReadFeed(b []byte, o ReadOptions) (*Feed, error) {
	t, err := tree.Parse(b, o.limits())
	if err != nil {
		return nil, err
	}
	n := t.Root.Get("feed")
	if !n.Is(tree.Object) {
		return nil, errNoFeed
	}
	d := &Document{}
	r := &reader{d: d}
	f := &Feed{ID: r.str(n, "id"), Title: r.str(n, "title"), Updated: r.time(n, "updated")}
	for _, l := range r.list(n, "link") {
		if l.At("rel") == "self" {
			f.URL = r.str(l, "href")
		}
	}
	for _, x := range r.list(n, "entry") {
		e := Entry{ID: r.str(x, "id"), Title: r.str(x, "title"), Summary: x.At("summary", "content"), Version: x.At("format", "version"), URL: x.At("content", "src"), Published: r.time(x, "published"), Updated: r.time(x, "updated")}
		for _, l := range r.list(x, "link") {
			e.link(first(l.At("rel"), l.At("ref")), r.str(l, "href"))
		}
		if e.URL == "" {
			r.problem(x, "the entry names no document")
			continue
		}
		f.Entries = append(f.Entries, e)
	}
	f.Problems = d.Problems
	return f, nil
}

func (e *Entry) link(rel, url string) {
	switch ext := path.Ext(url); {
	case ext == ".sha256":
		e.SHA256 = url
	case ext == ".sha512":
		e.SHA512 = url
	case rel == "signature" || ext == ".asc":
		e.Signature = url
	case rel == "self" && e.URL == "":
		e.URL = url
	}
}

// NewFeed lists documents of one label below folder, its URL; latest first. Each is
// said to have hashes and, if signed, a signature beside it.
func NewFeed(id, title, url, folder string, docs []Listed, signed bool) *Feed {
	f := &Feed{ID: id, Title: title, URL: url}
	for _, d := range latestFirst(docs) {
		u := strings.TrimSuffix(folder, "/") + "/" + d.Path
		e := Entry{ID: d.ID, Title: d.Title, Summary: d.Summary, Version: d.Version, URL: u, SHA256: u + ".sha256", SHA512: u + ".sha512", Published: d.Published, Updated: d.Updated}
		if signed {
			e.Signature = u + ".asc"
		}
		if d.Updated.After(f.Updated) {
			f.Updated = d.Updated
		}
		f.Entries = append(f.Entries, e)
	}
	return f
}

func latestFirst(docs []Listed) []Listed {
	return slices.SortedStableFunc(slices.Values(docs), func(a, b Listed) int {
		if c := b.Updated.Compare(a.Updated); c != 0 {
			return c
		}
		return strings.Compare(a.Path, b.Path)
	})
}

// JSON writes the feed. Its version of CSAF is that of each entry.
func (f *Feed) JSON() ([]byte, error) {
	entries := []object{}
	for _, e := range f.Entries {
		links := []object{{"rel": "self", "href": e.URL}}
		for _, hash := range []string{e.SHA256, e.SHA512} {
			if hash != "" {
				links = append(links, object{"rel": "hash", "href": hash})
			}
		}
		if e.Signature != "" {
			links = append(links, object{"rel": "signature", "href": e.Signature})
		}
		format := object{"schema": oasis + "v2.0/csaf_json_schema.json", "version": "2.0"}
		if e.Version == "2.1" {
			format = object{"schema": oasis + "v2.1/schema/csaf.json", "version": "2.1"}
		}
		o := object{"id": e.ID, "title": e.Title, "link": links, "published": stampOf(e.Published), "updated": stampOf(e.Updated),
			"content": object{"type": "application/json", "src": e.URL}, "format": format}
		if e.Summary != "" {
			o["summary"] = object{"content": e.Summary}
		}
		entries = append(entries, o)
	}
	return writeJSON(object{"feed": object{"id": f.ID, "title": f.Title, "updated": stampOf(f.Updated), "entry": entries,
		"link":     []object{{"rel": "self", "href": f.URL}},
		"category": []object{{"scheme": "urn:ietf:params:rolie:category:information-type", "term": "csaf"}}}})
}
