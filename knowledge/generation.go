package knowledge

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wardround/wardround/format/advisory"
)

// A generation is an immutable file of what was known at one position of the log;
// nil is an empty one. It is mapped into memory, and nothing of it that is not
// looked at is read, but for the indices, which are checked when it is opened.
// What does not fit is remembered in err, and nothing is known of it then: the
// caller asks failed and says so.
type generation struct {
	data    []byte
	release func()
	meta    meta

	heads, bodies, keyed, ids, groups, kev, scores, dates, words table
	fixed                                                        []byte // of 8 bytes a record: u32 cluster, u32 flags
	clusters                                                     []atomic.Pointer[cluster]
	refs                                                         []atomic.Pointer[Ref]

	err atomic.Pointer[error]

	mu      sync.Mutex
	buckets map[Key]*bucket
}

// meta is the part of a generation that is JSON.
type meta struct {
	Position uint64     `json:"position"` // in the log
	Feeds    []feedMeta `json:"feeds"`
	Models   []string   `json:"models"` // of scores
}

type feedMeta struct {
	Feed
	Families map[string]int `json:"families"`
}

const flagWithdrawn = 1

func (g *generation) len() recID {
	if g == nil {
		return 0
	}
	return recID(g.heads.n)
}

// failed is what was found damaged since the generation was opened.
func (g *generation) failed() error {
	if g == nil {
		return nil
	}
	if e := g.err.Load(); e != nil {
		return *e
	}
	return nil
}

func (g *generation) damaged(what string) {
	err := fmt.Errorf("%s: %w", what, errDamaged)
	g.err.CompareAndSwap(nil, &err)
}

func (g *generation) lookup(key string) (recID, bool) {
	if g == nil {
		return 0, false
	}
	i, ok := g.heads.find(key)
	return recID(i), ok
}

func (g *generation) ref(n recID) Ref {
	if r := g.refs[n].Load(); r != nil {
		return *r
	}
	feed, rest, _ := strings.Cut(string(g.heads.key(int(n))), "\x00")
	document, id, _ := strings.Cut(rest, "\x00")
	g.refs[n].Store(&Ref{Feed: feed, Document: document, ID: id})
	return *g.refs[n].Load()
}

func (g *generation) withdrawn(n recID) bool {
	return binary.LittleEndian.Uint32(g.fixed[8*n+4:])&flagWithdrawn != 0
}

// head is a record without what is long: details, references, what is affected,
// remedies.
func (g *generation) head(n recID) *held {
	h := &held{ref: g.ref(n), rec: &advisory.Record{}}
	v, ok := g.heads.value(int(n))
	c := cursor{s: string(v)}
	h.digest, h.url = c.text(), c.text()
	if !ok || c.bad || json.Unmarshal([]byte(c.s), h.rec) != nil {
		g.damaged("the record " + h.ref.String())
	}
	return h
}

// held is a record with all of it.
func (g *generation) held(n recID) *held {
	h := g.head(n)
	v, ok := g.bodies.value(int(n))
	rest, err := inflate(v)
	body := advisory.Record{}
	if !ok || err != nil || json.Unmarshal(rest, &body) != nil {
		g.damaged("the record " + h.ref.String())
	}
	h.rec.Details, h.rec.References, h.rec.Affected, h.rec.Remedies = body.Details, body.References, body.Affected, body.Remedies
	return h
}

// maxBody bounds what a record unpacks to.
const maxBody = 256 << 20

var inflaters = sync.Pool{New: func() any { return flate.NewReader(nil) }}

func inflate(b []byte) ([]byte, error) {
	r := inflaters.Get().(io.ReadCloser)
	defer inflaters.Put(r)
	if err := r.(flate.Resetter).Reset(bytes.NewReader(b), nil); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err := out.ReadFrom(io.LimitReader(r, maxBody))
	return out.Bytes(), err
}

func (g *generation) clusterOf(n recID) *cluster {
	return g.cluster(int(binary.LittleEndian.Uint32(g.fixed[8*n:])))
}

func (g *generation) clusterBy(id string) *cluster {
	if g == nil {
		return nil
	}
	i, ok := g.ids.find(id)
	if !ok {
		return nil
	}
	v, ok := g.ids.value(i)
	if !ok || len(v) != 4 || binary.LittleEndian.Uint32(v) >= uint32(g.groups.n) {
		g.damaged("the id " + id)
		return nil
	}
	return g.cluster(int(binary.LittleEndian.Uint32(v)))
}

// cluster decodes a cluster, once.
func (g *generation) cluster(i int) *cluster {
	if c := g.clusters[i].Load(); c != nil {
		return c
	}
	v, ok := g.groups.value(i)
	c := cursor{s: string(v)}
	out := &cluster{lone: c.byte() != 0}
	name := c.uint()
	ids := make([]string, c.count(1))
	for j := range ids {
		n := c.uint()
		if c.bad = c.bad || n >= uint64(g.ids.n); c.bad {
			break
		}
		ids[j] = string(g.ids.key(int(n)))
	}
	recs := make([]recID, c.count(1))
	for j := range recs {
		n := c.uint()
		if c.bad = c.bad || n >= uint64(g.heads.n); c.bad {
			break
		}
		recs[j] = recID(n)
	}
	if !ok || c.bad || name >= uint64(len(ids)) {
		g.damaged(fmt.Sprintf("group %d of ids", i))
		return &cluster{name: "?", ids: nil}
	}
	out.ids, out.recs, out.name = ids, recs, ids[name]
	g.clusters[i].CompareAndSwap(nil, out)
	return g.clusters[i].Load()
}

func (g *generation) withPrefix(prefix string, yield func(string, recID)) {
	if g != nil {
		g.heads.prefixed(prefix, func(i int, key string) { yield(key, recID(i)) })
	}
}

// maxBuckets bounds the decoded buckets that are kept.
const maxBuckets = 1 << 15

func (g *generation) bucket(k Key) *bucket {
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if b, ok := g.buckets[k]; ok {
		return b
	}
	var b *bucket
	if i, found := g.keyed.find(string(k)); found {
		v, ok := g.keyed.value(i)
		if ok {
			b, ok = decodeBucket(string(v), g.len())
		}
		if !ok {
			g.damaged("what is said of " + k.String())
			return nil
		}
	}
	if len(g.buckets) >= maxBuckets {
		clear(g.buckets)
	}
	g.buckets[k] = b
	return b
}

func (g *generation) noWords() bool { return g == nil || g.words.n == 0 }

// subjects are the keys of the products that a word is part of.
func (g *generation) subjects(word Key, yield func(Key)) {
	if g == nil {
		return
	}
	i, found := g.words.find(string(word))
	if !found {
		return
	}
	v, ok := g.words.value(i)
	c, at := cursor{s: string(v)}, uint64(0)
	for ok && c.s != "" {
		at += c.uint()
		if ok = !c.bad && at < uint64(g.keyed.n); ok {
			yield(Key(g.keyed.key(int(at))))
		}
	}
	if !ok {
		g.damaged("the names of products")
	}
}

// listedRow is a KEV entry with its feed, as the generation keeps it.
type listedRow struct {
	Feed string     `json:"feed"`
	Row  *Exploited `json:"row"`
}

type datedRows struct {
	Feed string  `json:"feed"`
	Rows []Cycle `json:"rows"`
}

func (g *generation) exploited(cve string) (listed, bool) {
	if g == nil {
		return listed{}, false
	}
	i, ok := g.kev.find(cve)
	if !ok {
		return listed{}, false
	}
	return g.exploitedAt(i), true
}

func (g *generation) exploitedAt(i int) listed {
	var r listedRow
	if v, ok := g.kev.value(i); !ok || json.Unmarshal(v, &r) != nil {
		g.damaged("the catalogue of exploited vulnerabilities")
	}
	return listed{r.Row, r.Feed}
}

func (g *generation) score(cve string) (scored, bool) {
	if g == nil {
		return scored{}, false
	}
	i, ok := g.scores.find(cve)
	if !ok {
		return scored{}, false
	}
	return g.scoreAt(i), true
}

// scoreAt reads f64 EPSS · f64 percentile · i64 seconds · u32 model · feed.
func (g *generation) scoreAt(i int) scored {
	v, ok := g.scores.value(i)
	if !ok || len(v) < 28 || binary.LittleEndian.Uint32(v[24:]) >= uint32(len(g.meta.Models)) {
		g.damaged("the scores")
		return scored{}
	}
	s := Score{CVE: string(g.scores.key(i)), Model: g.meta.Models[binary.LittleEndian.Uint32(v[24:])],
		EPSS: math.Float64frombits(binary.LittleEndian.Uint64(v)), Percentile: math.Float64frombits(binary.LittleEndian.Uint64(v[8:]))}
	if sec := int64(binary.LittleEndian.Uint64(v[16:])); sec != noTime {
		s.Date = time.Unix(sec, 0).UTC()
	}
	return scored{s, string(v[28:]), true}
}

const noTime = math.MinInt64

func (g *generation) cycles(product string) (dated, bool) {
	if g == nil {
		return dated{}, false
	}
	i, ok := g.dates.find(product)
	if !ok {
		return dated{}, false
	}
	return g.cyclesAt(i), true
}

func (g *generation) cyclesAt(i int) dated {
	var r datedRows
	if v, ok := g.dates.value(i); !ok || json.Unmarshal(v, &r) != nil {
		g.damaged("the dates of support")
	}
	return dated{r.Rows, r.Feed}
}

func (g *generation) eachExploited(f func(string, listed)) {
	if g != nil {
		for i := range g.kev.n {
			f(string(g.kev.key(i)), g.exploitedAt(i))
		}
	}
}

func (g *generation) eachScore(f func(string, scored)) {
	if g != nil {
		for i := range g.scores.n {
			f(string(g.scores.key(i)), g.scoreAt(i))
		}
	}
}

func (g *generation) eachCycles(f func(string, dated)) {
	if g != nil {
		for i := range g.dates.n {
			f(string(g.dates.key(i)), g.cyclesAt(i))
		}
	}
}
