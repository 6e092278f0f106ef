package knowledge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/advisory"
)

// Put takes in rows of a feed and says what that changed. Rows that are what is
// held already change nothing. Of several rows with the same id the last holds.
//
// When the feed is Complete, what it holds and the rows do not name is taken back;
// so are the other records of a document (an advisory about several
// vulnerabilities) of which the rows name at least one.
func (b *Base) Put(f Feed, rows []Entry) Delta {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.journal != nil {
		*b.journal = append(*b.journal, sent{f, slices.Clone(rows)})
	}
	return b.put(f, rows)
}

func (b *Base) put(f Feed, rows []Entry) Delta {
	p := &putting{b: b, feed: b.open(f), touched: map[Key]bool{}, marked: map[Key]bool{}, vulns: map[string]bool{}, was: map[string]string{},
		named: map[string]bool{}, documents: map[string]bool{}, seeds: map[string]bool{}, rows: map[string]bool{}, fresh: map[recID]bool{}, gone: map[recID]bool{}}
	for i := range rows {
		p.row(&rows[i])
	}
	p.products()
	p.missing(f.Complete)
	p.refold()
	return p.delta()
}

func (b *Base) open(f Feed) *feed {
	own := b.feeds[f.Name]
	if own == nil {
		own = &feed{families: map[string]int{}}
		b.feeds[f.Name] = own
	}
	f.Records, f.Newest, f.Ahead, f.Unfiled, f.Ecosystems = own.Records, own.Newest, 0, own.Unfiled, nil
	own.Feed = f
	return own
}

// putting is the work of one Put.
type putting struct {
	b         *Base
	feed      *feed
	d         Delta
	touched   map[Key]bool
	marked    map[Key]bool // of rows, whose keys are all touched
	vulns     map[string]bool
	was       map[string]string // record key → name of its vulnerability before
	named     map[string]bool   // record keys that the rows name
	documents map[string]bool
	rows      map[string]bool // ids of KEV, EPSS, products of end-of-life that the rows name
	seeds     map[string]bool // ids to fold anew
	fresh     map[recID]bool  // that came and were not replaced by these same rows
	gone      map[recID]bool
	dates     map[string][]Cycle
}

func (p *putting) row(e *Entry) {
	switch {
	case e.Record != nil:
		p.record(e)
	case e.Exploited != nil && e.Exploited.CVE != "":
		p.exploited(e.Exploited)
	case e.Score != nil && e.Score.CVE != "":
		p.score(e.Score)
	case e.Cycle != nil && e.Cycle.Product != "":
		p.cycle(e.Cycle)
	case e.Gone != "":
		p.takeBack(e.Gone)
	default:
		p.d.Refused++
	}
}

// MaxBounds is how many events and versions of one record are compared; what has
// more is "cannot tell". The longest known have some thousands.
const MaxBounds = 200_000

// bounded is the record, or one that says of its parts that they have too many.
func bounded(r *advisory.Record) *advisory.Record {
	n := 0
	for i := range r.Affected {
		n += len(r.Affected[i].Versions)
		for j := range r.Affected[i].Ranges {
			n += len(r.Affected[i].Ranges[j].Events)
		}
	}
	if n <= MaxBounds {
		return r
	}
	out := *r
	out.Affected = slices.Clone(r.Affected)
	for i := range out.Affected {
		a := &out.Affected[i]
		a.Ranges, a.Versions, a.Unread = nil, nil, fmt.Sprintf("%d bounds of versions", n)
	}
	return &out
}

func (p *putting) record(e *Entry) {
	b, r := p.b, bounded(e.Record)
	if r.ID == "" || strings.ContainsRune(r.ID+r.Document, 0) {
		p.d.Refused++
		return
	}
	ref := refOf(p.feed.Name, r)
	key := ref.key()
	p.named[key] = true
	if ref.Document != "" {
		p.documents[ref.Document] = true
	}
	if t := r.Modified; !t.IsZero() {
		if at := p.feed.At; !at.IsZero() && t.After(at) {
			p.feed.Ahead++
			t = at
		}
		if t.After(p.feed.Newest) {
			p.feed.Newest = t
		}
	}
	old, exists := b.lookup(key)
	if exists {
		was := b.held(old)
		if b.same(old, was, r) {
			p.d.Same++
			return
		}
		p.d.Changed++
		p.compare(was.rec, r)
		p.remove(old, was)
	} else {
		p.d.New++
		p.touch(r)
	}
	n := b.gen.len() + recID(len(b.recs))
	b.recs = append(b.recs, &held{ref: ref, rec: r, digest: e.Digest, url: e.URL})
	b.byKey[key] = n
	if ref.Document != "" {
		d := documentKey(ref.Feed, ref.Document)
		if b.byDocument[d] == nil {
			b.byDocument[d] = map[recID]bool{}
		}
		b.byDocument[d][n] = true
	}
	for i := range r.Affected {
		rows, asked := b.filed(&r.Affected[i])
		if len(asked) == 0 {
			p.feed.Unfiled++
		}
		for _, k := range rows {
			if len(b.rows[k]) == 0 {
				b.fileWords(k, asked)
			}
			b.rows[k] = append(b.rows[k], part{n, uint32(i), &r.Affected[i]})
			delete(b.buckets, k)
			p.feed.families[k.Ecosystem()]++
		}
	}
	for _, id := range linkIDs(r) {
		p.seeds[id] = true
	}
	p.feed.Records++
	p.fresh[n] = true
}

// linkIDs are the ids that a record folds: its own first, the aliases unless it
// was withdrawn.
func linkIDs(r *advisory.Record) []string {
	out := []string{r.ID}
	if r.Withdrawn.IsZero() {
		for _, a := range r.Aliases {
			if a != "" && a != r.ID && len(a) <= 256 {
				out = append(out, a)
			}
		}
	}
	return out
}

// remove takes a live record out of everything but the clusters.
func (p *putting) remove(n recID, was *held) {
	b := p.b
	for i := range was.rec.Affected {
		rows, asked := b.filed(&was.rec.Affected[i])
		if len(asked) == 0 {
			p.feed.Unfiled--
		}
		for _, k := range rows {
			p.feed.families[k.Ecosystem()]--
			if n < b.gen.len() {
				continue
			}
			left := slices.DeleteFunc(b.rows[k], func(q part) bool { return q.rec == n })
			if b.rows[k] = left; len(left) == 0 {
				delete(b.rows, k)
				b.unfileWords(k, asked)
			}
			delete(b.buckets, k)
		}
	}
	if b.clusterOf(n) != nil { // else it came with these same rows
		name := b.vulnerability(n)
		p.was[was.ref.key()], p.vulns[name] = name, true
	}
	for _, id := range linkIDs(was.rec) {
		p.seeds[id] = true
	}
	p.feed.Records--
	p.gone[n] = true
	delete(p.fresh, n)
	delete(b.byKey, was.ref.key())
	if n < b.gen.len() {
		b.dead[n] = true
	} else if was.ref.Document != "" {
		delete(b.byDocument[documentKey(was.ref.Feed, was.ref.Document)], n)
	}
}

// touch marks all that a record is filed under.
func (p *putting) touch(r *advisory.Record) {
	for i := range r.Affected {
		rows, asked := p.b.filed(&r.Affected[i])
		for _, k := range rows {
			if !p.marked[k] { // advisories say the same of a product for many vulnerabilities
				p.marked[k] = true
				p.mark(asked)
			}
		}
	}
}

// compare marks the keys under which a changed record says something else.
func (p *putting) compare(was, now *advisory.Record) {
	if was.Withdrawn.IsZero() != now.Withdrawn.IsZero() {
		p.touch(was)
		p.touch(now)
		return
	}
	old, fresh := p.said(was), p.said(now)
	for k, o := range old {
		if !bytes.Equal(o.text, fresh[k].text) {
			p.mark(o.asked)
		}
	}
	for k, f := range fresh {
		if _, ok := old[k]; !ok {
			p.mark(f.asked)
		}
	}
}

func (p *putting) mark(keys []Key) {
	for _, k := range keys {
		p.touched[k] = true
	}
}

// saying is all that a record says under one key, and how that is asked for.
type saying struct {
	text  []byte
	asked []Key
}

func (p *putting) said(r *advisory.Record) map[Key]saying {
	out := map[Key]saying{}
	for i := range r.Affected {
		text, _ := json.Marshal(&r.Affected[i])
		rows, asked := p.b.filed(&r.Affected[i])
		for _, k := range rows {
			out[k] = saying{append(out[k].text, text...), asked}
		}
	}
	return out
}

// same reports whether a record says what the held one does.
func (b *Base) same(n recID, was *held, r *advisory.Record) bool {
	x, err := json.Marshal(was.rec)
	y, err2 := json.Marshal(r)
	return err == nil && err2 == nil && bytes.Equal(x, y)
}

// takeBack drops a record by its id, or all of a document.
func (p *putting) takeBack(id string) {
	found := p.document(id)
	for _, source := range byCVE {
		found = append(found, p.document(sourceDocument(id, source))...)
	}
	if n, ok := p.b.lookup(recordKey(p.feed.Name, "", id)); ok {
		found = append(found, n)
	}
	for _, n := range found {
		p.drop(n)
	}
	if len(found) == 0 {
		p.d.Same++
	}
}

// document lists the live records of a document of the feed.
func (p *putting) document(name string) []recID {
	var out []recID
	for n := range p.b.byDocument[documentKey(p.feed.Name, name)] {
		out = append(out, n)
	}
	p.b.gen.withPrefix(documentKey(p.feed.Name, name), func(_ string, n recID) {
		if !p.b.dead[n] {
			out = append(out, n)
		}
	})
	slices.Sort(out)
	return out
}

// documentKey is what the keys of a document's records begin with.
func documentKey(feed, document string) string { return feed + "\x00" + document + "\x00" }

func (p *putting) drop(n recID) {
	was := p.b.held(n)
	p.touch(was.rec)
	p.remove(n, was)
	p.d.Gone++
}

// missing takes back what the rows should have named.
func (p *putting) missing(complete bool) {
	b := p.b
	var all []recID
	if complete {
		b.withPrefix(p.feed.Name+"\x00", func(_ string, n recID) { all = append(all, n) })
		p.missingRows()
	} else {
		for d := range p.documents {
			all = append(all, p.document(d)...)
		}
	}
	slices.Sort(all)
	for _, n := range all {
		if !p.named[b.ref(n).key()] {
			p.drop(n)
		}
	}
}
