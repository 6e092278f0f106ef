package feed

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround/format/csaf"
	"github.com/wardround/wardround/format/document"
	"github.com/wardround/wardround/knowledge"
)

// inARow is how many documents in a row may fail to come before the server is left
// alone.
const inARow = 5

// listed is a document that a provider lists.
type listed struct {
	addr      string
	updated   time.Time
	hashes    []string // addresses
	signature string
}

// csaf pulls the documents of a provider (CSAF 2.0 §7.1) that are new or changed. A
// document whose hash or signature is wrong is refused by name; what was known of
// it stays.
func (x *pulling) csaf(ctx context.Context) ([]*Batch, error) {
	list, err := x.listing(ctx)
	if err != nil {
		return nil, err
	}
	if len(list) > x.opt.Documents {
		return nil, x.fault(x.s.URL, fmt.Errorf("%d documents are listed, at most %d are read", len(list), x.opt.Documents))
	}
	in := newImporter(ctx, x.s.Name, ImportOptions{LeaveOut: true, Limits: x.opt.Limits})
	var signers []string
	var failure error
	failed, verified := 0, 0
	there := map[string]bool{}
	for _, d := range list {
		there[d.addr] = true
		if k, ok := x.st.Documents[d.addr]; ok && !d.updated.IsZero() && !d.updated.After(k.Updated) {
			continue
		}
		if err := ctx.Err(); err != nil {
			failure = err
			break
		}
		doc, mark, signer, err := x.advisory(ctx, d)
		if errors.Is(err, errSame) {
			failed = 0
			continue
		}
		if err != nil {
			_ = in.refuse(d.addr, err) // left out, and named
			var again *transient
			if !errors.As(err, &again) {
				continue
			}
			if failed++; failed == inARow {
				failure = x.fault(x.s.URL, fmt.Errorf("%d documents in a row did not come; the last: %w", inARow, err))
				break
			}
			continue
		}
		failed = 0
		n, docs := len(in.b.Rows), in.b.Documents
		if document.Detect(doc) != document.CSAF {
			_ = in.refuse(d.addr, errors.New("it is no CSAF document"))
			continue
		}
		if err := in.document(document.CSAF, doc, d.addr); err != nil {
			return nil, x.fault(d.addr, err)
		}
		if in.b.Documents == docs {
			continue // refused
		}
		known := Known{Updated: d.updated, Digest: sum(doc)}
		for i := n; i < len(in.b.Rows); i++ {
			in.b.Rows[i].URL = d.addr
			known.ID = in.b.Rows[i].Record.Document
		}
		if signer != "" {
			verified++
			if !slices.Contains(signers, signer) {
				signers = append(signers, signer)
			}
		}
		x.st.Documents[d.addr] = known
		x.st.Files[d.addr] = mark
	}
	if failure == nil {
		x.vanished(there, in.b)
	}
	b := in.b
	b.Kind = "csaf"
	if b.Documents > 0 && verified == b.Documents {
		b.Trust, b.Signer = "verified", strings.Join(signers, " ")
	}
	if len(b.Rows) == 0 && len(b.Statements) == 0 && len(b.Refused) == 0 {
		return nil, failure
	}
	return []*Batch{b}, failure
}

// vanished takes back documents that the provider no longer lists.
func (x *pulling) vanished(there map[string]bool, b *Batch) {
	kept := map[string]bool{} // documents may move
	for addr, k := range x.st.Documents {
		if there[addr] {
			kept[k.ID] = true
		}
	}
	var gone []string
	for addr := range x.st.Documents {
		if !there[addr] {
			gone = append(gone, addr)
		}
	}
	slices.Sort(gone)
	for _, addr := range gone {
		k := x.st.Documents[addr]
		delete(x.st.Documents, addr)
		delete(x.st.Files, addr)
		if k.ID != "" && !kept[k.ID] {
			b.Rows = append(b.Rows, knowledge.Entry{Gone: k.ID, URL: addr})
		}
	}
}

// listing asks a provider what it has: its ROLIE feeds, else its directories.
func (x *pulling) listing(ctx context.Context) ([]listed, error) {
	addr := x.s.URL
	if !strings.HasSuffix(addr, ".json") {
		addr = strings.TrimRight(addr, "/") + "/.well-known/csaf/provider-metadata.json"
	}
	b, _, err := x.document(ctx, addr, Mark{})
	if err != nil {
		return nil, x.fault(addr, err)
	}
	p, err := csaf.ReadProvider(b, csaf.ReadOptions{})
	if err != nil {
		return nil, x.fault(addr, err)
	}
	var out []listed
	seen := map[string]bool{}
	add := func(list []listed) {
		for _, d := range list {
			if !seen[d.addr] {
				seen[d.addr] = true
				out = append(out, d)
			}
		}
	}
	for _, f := range p.Feeds {
		if !open(f.TLP) && len(x.s.Headers) == 0 {
			continue // for named people, who have a key
		}
		list, err := x.rolie(ctx, f.URL)
		if err != nil {
			return nil, err
		}
		add(list)
	}
	if len(p.Feeds) == 0 {
		for _, d := range p.Directories {
			list, err := x.directory(ctx, d.URL)
			if err != nil {
				return nil, err
			}
			add(list)
		}
	}
	if len(p.Feeds) == 0 && len(p.Directories) == 0 {
		return nil, x.fault(addr, errors.New("the provider names neither a feed nor a directory"))
	}
	return out, nil
}

// open reports whether a label of the Traffic Light Protocol lets everybody read.
func open(tlp string) bool {
	switch strings.ToUpper(strings.TrimPrefix(strings.ToUpper(tlp), "TLP:")) {
	case "WHITE", "CLEAR", "UNLABELED", "":
		return true
	}
	return false
}

func (x *pulling) rolie(ctx context.Context, addr string) ([]listed, error) {
	b, _, err := x.document(ctx, addr, Mark{})
	if err != nil {
		return nil, x.fault(addr, err)
	}
	f, err := csaf.ReadFeed(b, csaf.ReadOptions{})
	if err != nil {
		return nil, x.fault(addr, err)
	}
	var out []listed
	for _, e := range f.Entries {
		d := listed{updated: e.Updated}
		for _, ref := range []struct {
			from string
			to   *string
		}{{e.URL, &d.addr}, {e.Signature, &d.signature}} {
			if *ref.to, err = resolve(addr, ref.from); err != nil {
				return nil, x.fault(addr, err)
			}
		}
		for _, h := range []string{e.SHA512, e.SHA256} {
			if h == "" {
				continue
			}
			h, err := resolve(addr, h)
			if err != nil {
				return nil, x.fault(addr, err)
			}
			d.hashes = append(d.hashes, h)
		}
		out = append(out, d)
	}
	return out, nil
}

// directory reads changes.csv, or where there is none index.txt.
func (x *pulling) directory(ctx context.Context, dir string) ([]listed, error) {
	dir = strings.TrimRight(dir, "/") + "/"
	var out []listed
	entry := func(rel string, t time.Time) {
		u := dir + rel
		out = append(out, listed{addr: u, updated: t})
	}
	b, _, err := x.document(ctx, dir+"changes.csv", Mark{})
	switch {
	case err == nil:
		list, err := csaf.ReadChanges(b)
		if err != nil {
			return nil, x.fault(dir+"changes.csv", err)
		}
		for _, c := range list {
			entry(c.Path, c.Time)
		}
		return out, nil
	case !errors.Is(err, errGone):
		return nil, x.fault(dir+"changes.csv", err)
	}
	if b, _, err = x.document(ctx, dir+"index.txt", Mark{}); err != nil {
		return nil, x.fault(dir+"index.txt", err)
	}
	list, err := csaf.ReadIndex(b)
	if err != nil {
		return nil, x.fault(dir+"index.txt", err)
	}
	for _, p := range list {
		entry(p, time.Time{})
	}
	return out, nil
}

// advisory pulls one document with what vouches for it. The signer is empty where no
// keys are configured.
func (x *pulling) advisory(ctx context.Context, d listed) (doc []byte, mark Mark, signer string, err error) {
	var known Mark
	if d.updated.IsZero() {
		known = x.st.Files[d.addr] // no list tells when it changed: the server may
	}
	if doc, mark, err = x.document(ctx, d.addr, known); err != nil {
		return nil, mark, "", err
	}
	if err = x.hashed(ctx, d, doc); err != nil {
		return nil, mark, "", err
	}
	if len(x.s.Keys) == 0 {
		return doc, mark, "", nil
	}
	at := d.signature
	if at == "" {
		at = d.addr + ".asc"
	}
	sig, err := x.signature(ctx, at)
	if err != nil {
		return nil, mark, "", err
	}
	signer, err = x.verify(doc, sig)
	return doc, mark, signer, err
}

// hashed compares a document with the file that has its hash: the one that the feed
// names, else one that lies beside it.
func (x *pulling) hashed(ctx context.Context, d listed, doc []byte) error {
	at, named := d.hashes, true
	if len(at) == 0 {
		at, named = []string{d.addr + ".sha512", d.addr + ".sha256"}, false
	}
	for _, a := range at {
		var b memory
		_, err := x.get(ctx, x.s, a, Mark{}, maxSignature, &b)
		if errors.Is(err, errGone) && !named {
			continue
		}
		if err != nil {
			return fmt.Errorf("its hash %s: %w", a, err)
		}
		same, err := csaf.CheckHashFile(b.Bytes(), doc)
		if err != nil {
			return fmt.Errorf("its hash %s: %w", a, err)
		}
		if !same {
			return fmt.Errorf("it is not the document of which %s has the hash", path.Base(a))
		}
		return nil
	}
	return nil
}

// resolve completes an address that may be relative.
func resolve(base, ref string) (string, error) {
	if ref == "" {
		return "", nil
	}
	b, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	r, err := b.Parse(ref)
	if err != nil {
		return "", fmt.Errorf("%.200q is no address", ref)
	}
	return r.String(), nil
}
