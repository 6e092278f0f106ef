package knowledge

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/version"
)

// Options set up a [Base].
type Options struct {
	// Products matches things by name; nil leaves them unmatched.
	Products Products
}

// Base is what is known. Its methods may be called by several goroutines at once.
//
// It is a generation (an immutable file, see [Open]) and what came since, in
// memory: records of the generation that were replaced or taken back are dead.
type Base struct {
	opt Options

	saving sync.Mutex // one Save or Close at a time; above mu

	mu         sync.RWMutex
	gen        *generation // nil for none
	dead       map[recID]bool
	moved      map[recID]*cluster // records of the generation that were folded anew
	feeds      map[string]*feed
	recs       []*held                   // since the generation; nil for one that was replaced
	byKey      map[string]recID          // recordKey → live record since the generation
	byDocument map[string]map[recID]bool // documentKey → live records since the generation
	rows       map[Key][]part            // of recs
	words      map[Key]map[Key]bool      // of products: word → subjects, since the generation
	filings    map[Key][]Key             // subject → words, as they were computed
	clusters   map[string]*cluster       // by id, since the generation; nil for none any more
	kev        map[string]listed
	scores     map[string]scored
	cycles     map[string]dated // by product

	// journal holds what was put while a generation is being written: it is put once
	// more onto that. Nil when none is.
	journal *[]sent

	compiling sync.Mutex // guards buckets, below mu
	naming    sync.Mutex // guards filings, below compiling
	buckets   map[Key]*bucket
}

// feed is what is kept of a source.
type feed struct {
	Feed
	families map[string]int // rows by family of their keys
}

// held is a record in memory.
type held struct {
	ref         Ref
	rec         *advisory.Record
	digest, url string
	cluster     *cluster
}

// listed, scored and dated are rows with the feed they came from. A zero pointer or
// false Live is one of the generation that was taken back.
type (
	listed struct {
		row  *Exploited
		feed string
	}
	scored struct {
		row  Score
		feed string
		live bool
	}
	dated struct {
		rows []Cycle
		feed string
	}
)

// sent are the arguments of a Put.
type sent struct {
	feed Feed
	rows []Entry
}

// New returns an empty Base.
func New(o Options) *Base {
	b := &Base{opt: o}
	b.clear()
	return b
}

func (b *Base) clear() {
	b.dead, b.moved = map[recID]bool{}, map[recID]*cluster{}
	b.feeds, b.recs, b.byKey, b.byDocument = map[string]*feed{}, nil, map[string]recID{}, map[string]map[recID]bool{}
	b.words, b.filings = map[Key]map[Key]bool{}, map[Key][]Key{}
	b.rows, b.clusters, b.buckets = map[Key][]part{}, map[string]*cluster{}, map[Key]*bucket{}
	b.kev, b.scores, b.cycles = map[string]listed{}, map[string]scored{}, map[string]dated{}
}

// Feeds returns the state of each feed, by name.
func (b *Base) Feeds() []Feed {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := make([]Feed, 0, len(b.feeds))
	for _, f := range b.feeds {
		s := f.Feed
		for family, n := range f.families {
			if n > 0 {
				s.Ecosystems = append(s.Ecosystems, family)
			}
		}
		slices.Sort(s.Ecosystems)
		out = append(out, s)
	}
	slices.SortFunc(out, func(x, y Feed) int { return cmp.Compare(x.Name, y.Name) })
	return out
}

// Knows reports whether a feed holds records of an ecosystem, spelt as in OSV; the
// release does not count. "cpe" and "product" ask for records by CPE or product.
func (b *Base) Knows(ecosystem string) bool {
	_, ok := b.Newest(ecosystem)
	return ok
}

// Newest is when the newest of the feeds came that hold records of an ecosystem;
// false if none does. The time may be zero: the feed did not say.
func (b *Base) Newest(ecosystem string) (at time.Time, ok bool) {
	family := version.ParseEcosystem(ecosystem).Family
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, f := range b.feeds {
		if f.families[family] > 0 {
			ok = true
			if f.At.After(at) {
				at = f.At
			}
		}
	}
	return at, ok
}

// Record returns a record as its feed gave it, with the digest and the address of
// the document it stood in; nil if there is none. It must not be changed.
func (b *Base) Record(r Ref) (rec *advisory.Record, digest, url string) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	n, ok := b.lookup(recordKey(r.Feed, r.Document, r.ID))
	if !ok {
		return nil, "", ""
	}
	h := b.held(n)
	return h.rec, h.digest, h.url
}

// recordKey is what identifies a record; a record of the same key replaces it.
func recordKey(feed, document, id string) string {
	return feed + "\x00" + document + "\x00" + id
}

// byCVE are the sources whose records are called by the CVE id alone. In a folder of
// several sources, or with OSV's own records of that id, one would take the place of
// the other, and what only it says would be lost.
var byCVE = []string{"nvd", "cve5"}

func sourceDocument(id, source string) string { return id + "@" + source }

// refOf is what a record of a feed is known by.
func refOf(feed string, r *advisory.Record) Ref {
	ref := Ref{Feed: feed, Document: r.Document, ID: r.ID}
	if ref.Document == "" && slices.Contains(byCVE, r.Source) {
		ref.Document = sourceDocument(r.ID, r.Source)
	}
	return ref
}

func (r Ref) key() string { return recordKey(r.Feed, r.Document, r.ID) }

// lookup finds a live record.
func (b *Base) lookup(key string) (recID, bool) {
	if n, ok := b.byKey[key]; ok {
		return n, true
	}
	if n, ok := b.gen.lookup(key); ok && !b.dead[n] {
		return n, true
	}
	return 0, false
}

// held returns a live record with all of it.
func (b *Base) held(n recID) *held {
	if n >= b.gen.len() {
		return b.recs[n-b.gen.len()]
	}
	h := b.gen.held(n)
	h.cluster = b.clusterOf(n)
	return h
}

// head returns a live record; what is long may be left out of it.
func (b *Base) head(n recID) *held {
	if n >= b.gen.len() {
		return b.recs[n-b.gen.len()]
	}
	return b.gen.head(n)
}

// ref names a live record.
func (b *Base) ref(n recID) Ref {
	if n >= b.gen.len() {
		return b.recs[n-b.gen.len()].ref
	}
	return b.gen.ref(n)
}

// clusterOf is the cluster that a live record is in.
func (b *Base) clusterOf(n recID) *cluster {
	if n >= b.gen.len() {
		return b.recs[n-b.gen.len()].cluster
	}
	if c, ok := b.moved[n]; ok {
		return c
	}
	return b.gen.clusterOf(n)
}

// vulnerability is the id under which answers about a live record are given.
func (b *Base) vulnerability(n recID) string {
	c := b.clusterOf(n)
	if c.lone {
		return b.ref(n).ID
	}
	return c.name
}

// clusterBy is the cluster of an id, nil for none.
func (b *Base) clusterBy(id string) *cluster {
	if c, ok := b.clusters[id]; ok {
		return c
	}
	return b.gen.clusterBy(id)
}

// withPrefix yields the live records whose key has the prefix.
func (b *Base) withPrefix(prefix string, yield func(key string, n recID)) {
	for k, n := range b.byKey {
		if strings.HasPrefix(k, prefix) {
			yield(k, n)
		}
	}
	b.gen.withPrefix(prefix, func(k string, n recID) {
		if !b.dead[n] {
			yield(k, n)
		}
	})
}

// filed is where a record's part stands: the keys of its rows, and the keys by which
// components ask for it. They are the same but for a product, whose statements
// stand under one key and are found by many words.
func (b *Base) filed(a *advisory.Affected) (rows, asked []Key) {
	switch {
	case a.Package != nil && a.Package.Name != "":
		rows = []Key{PackageKey(a.Package.Ecosystem, a.Package.Name)}
	case a.CPE != nil:
		rows = filedCPE(a.CPE.Match)
	case a.Product != nil && b.opt.Products != nil:
		return []Key{subjectKey(a.Product)}, b.wordsOf(a.Product)
	}
	return rows, rows
}

// bucket compiles what records since the generation say under a key.
func (b *Base) bucket(k Key) *bucket {
	parts := b.rows[k]
	if len(parts) == 0 {
		return nil
	}
	b.compiling.Lock()
	defer b.compiling.Unlock()
	c := b.buckets[k]
	if c == nil {
		c = newBucket(parts)
		b.buckets[k] = c
	}
	return c
}
