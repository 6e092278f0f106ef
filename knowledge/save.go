package knowledge

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
)

// Save writes all that is known into the next generation in a folder, which takes
// the place of the one before, and goes on from it. Position is that of the log.
// Matching goes on meanwhile; Put waits. Errors: EInternal, or EIntegrity when the
// generation it builds on is damaged.
func (b *Base) Save(dir string, position uint64) error {
	const op = "knowledge.save"
	b.mu.RLock()
	if b.opt.Products == nil && b.gen != nil && b.gen.words.n > 0 {
		b.mu.RUnlock()
		return wardround.Errorf(wardround.EInvalid, op, "the generation was made with the names of products; open it with them")
	}
	w := &saving{b: b, position: position}
	sec := w.sections()
	err := b.gen.failed()
	b.mu.RUnlock()
	if err != nil {
		return wardround.Wrap(wardround.EIntegrity, op, err)
	}
	path := filepath.Join(dir, FileName)
	if err := writeFile(path, sec); err != nil {
		return wardround.Wrap(wardround.EInternal, op, err)
	}
	next, _, err := Open(dir, b.opt)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gen != nil && b.gen.release != nil {
		b.gen.release()
	}
	b.adopt(next.gen)
	return nil
}

// Pending is how many records came or went since the generation: what a Save
// would fold in.
func (b *Base) Pending() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return len(b.byKey) + len(b.dead) + len(b.scores) + len(b.kev) + len(b.cycles)
}

type saving struct {
	b        *Base
	position uint64
	live     []recID          // by their new numbers
	number   map[recID]uint32 // new numbers
	clusters []*cluster
	group    map[*cluster]uint32
	models   []string
	keys     []Key // of rows, as they are numbered
}

func (w *saving) sections() [sections][]byte {
	w.records()
	var sec [sections][]byte
	put := func(i int, t *tableWriter) { sec[i], sec[i+1] = t.index(), t.vals }
	heads, bodies := w.headsAndBodies()
	put(secHeads, heads)
	put(secBodies, bodies)
	put(secKeyed, w.keyed())
	ids, groups := w.idsAndGroups()
	put(secIDs, ids)
	put(secGroups, groups)
	put(secKEV, w.kev())
	put(secScores, w.scores())
	put(secDates, w.dates())
	put(secWords, w.words())
	for _, n := range w.live {
		var flags uint32
		if w.b.withdrawn(n) {
			flags = flagWithdrawn
		}
		sec[secFixed] = binary.LittleEndian.AppendUint32(sec[secFixed], w.group[w.b.clusterOf(n)])
		sec[secFixed] = binary.LittleEndian.AppendUint32(sec[secFixed], flags)
	}
	m := meta{Position: w.position, Models: w.models, Counts: map[string]int{"records": heads.n, "keys": 0}}
	for _, name := range slices.Sorted(maps.Keys(w.b.feeds)) {
		f := w.b.feeds[name]
		m.Feeds = append(m.Feeds, feedMeta{f.Feed, f.families})
	}
	sec[secMeta], _ = json.Marshal(&m)
	return sec
}

// records numbers the live records in the order of their keys.
func (w *saving) records() {
	b := w.b
	byKey := map[string]recID{}
	b.withPrefix("", func(k string, n recID) { byKey[k] = n })
	w.number, w.group = make(map[recID]uint32, len(byKey)), map[*cluster]uint32{}
	for i, k := range slices.Sorted(maps.Keys(byKey)) {
		n := byKey[k]
		w.live = append(w.live, n)
		w.number[n] = uint32(i)
		c := b.clusterOf(n)
		if _, ok := w.group[c]; !ok {
			w.group[c] = uint32(len(w.clusters))
			w.clusters = append(w.clusters, c)
		}
	}
}

// split divides a record into what lists need and what is long.
func split(r *advisory.Record) (head, body advisory.Record) {
	head = *r
	body = advisory.Record{Details: r.Details, References: r.References, Affected: r.Affected, Remedies: r.Remedies}
	head.Details, head.References, head.Affected, head.Remedies = "", nil, nil, nil
	return head, body
}

func (w *saving) headsAndBodies() (heads, bodies *tableWriter) {
	heads, bodies = &tableWriter{}, &tableWriter{}
	var packed bytes.Buffer
	deflate, _ := flate.NewWriter(&packed, flate.BestSpeed)
	for _, n := range w.live {
		key := w.b.ref(n).key()
		if g := w.b.gen; n < g.len() {
			head, ok := g.heads.value(int(n))
			body, ok2 := g.bodies.value(int(n))
			if !ok || !ok2 {
				g.damaged("the record " + g.ref(n).String())
			}
			heads.add(key, func(out []byte) []byte { return append(out, head...) })
			bodies.add("", func(out []byte) []byte { return append(out, body...) })
			continue
		}
		h := w.b.held(n)
		head, body := split(h.rec)
		heads.add(key, func(out []byte) []byte {
			text, _ := json.Marshal(&head)
			return append(appendText(appendText(out, h.digest), h.url), text...)
		})
		packed.Reset()
		deflate.Reset(&packed)
		_ = json.NewEncoder(deflate).Encode(&body)
		_ = deflate.Close()
		bodies.add("", func(out []byte) []byte { return append(out, packed.Bytes()...) })
	}
	return heads, bodies
}

// keyed compiles anew what changed since the generation, and copies the rest.
func (w *saving) keyed() *tableWriter {
	b, t := w.b, &tableWriter{}
	keys := map[Key]bool{}
	for k := range b.rows {
		keys[k] = true
	}
	if b.gen != nil {
		for i := range b.gen.keyed.n {
			keys[Key(b.gen.keyed.key(i))] = true
		}
	}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		old := b.gen.bucket(k)
		fresh := b.rows[k]
		changed := len(fresh) > 0
		if old != nil {
			for i := range old.rows {
				changed = changed || b.dead[old.rows[i].rec]
			}
		}
		bucket := old
		if changed {
			if bucket = newBucket(w.parts(old, fresh)); len(bucket.rows) == 0 {
				continue
			}
		}
		if bucket == nil {
			continue // damaged: the caller is told
		}
		bucket = w.inOrder(bucket)
		w.keys = append(w.keys, k)
		t.add(string(k), func(out []byte) []byte {
			return bucket.encode(out, func(n recID) recID { return recID(w.number[n]) })
		})
	}
	return t
}

// inOrder sorts the rows as answers are sorted, so that most need no sorting.
func (w *saving) inOrder(b *bucket) *bucket {
	out := &bucket{lines: b.lines, rows: slices.Clone(b.rows)}
	slices.SortStableFunc(out.rows, func(x, y row) int {
		if x.rec == y.rec {
			return 0
		}
		return cmp.Or(strings.Compare(w.b.vulnerability(x.rec), w.b.vulnerability(y.rec)), cmp.Compare(w.number[x.rec], w.number[y.rec]))
	})
	return out
}

// parts are the live parts of a key in the order of the records' new numbers.
func (w *saving) parts(old *bucket, fresh []part) []part {
	parts := slices.Clone(fresh)
	if old != nil {
		for i := range old.rows {
			r := &old.rows[i]
			if !w.b.dead[r.rec] {
				if said := w.b.said(r); said != nil {
					parts = append(parts, part{r.rec, r.part, said})
				}
			}
		}
	}
	slices.SortFunc(parts, func(x, y part) int {
		if a, b := w.number[x.rec], w.number[y.rec]; a != b {
			return int(int64(a) - int64(b))
		}
		return int(int64(x.n) - int64(y.n))
	})
	return parts
}

// words lists the products under each word of their names.
func (w *saving) words() *tableWriter {
	subjects := map[Key][]int{}
	for i, k := range w.keys {
		if asked, ok := w.b.filingOf(k); ok {
			for _, word := range asked {
				subjects[word] = append(subjects[word], i)
			}
		}
	}
	return sortedTable(subjects, func(out []byte, at []int) []byte {
		last := 0
		for _, i := range at {
			out = binary.AppendUvarint(out, uint64(i-last))
			last = i
		}
		return out
	})
}

func (w *saving) idsAndGroups() (ids, groups *tableWriter) {
	ids, groups = &tableWriter{}, &tableWriter{}
	group := map[string]uint32{}
	for i, c := range w.clusters {
		for _, id := range c.ids {
			group[id] = uint32(i)
		}
	}
	number := map[string]uint64{}
	for i, id := range slices.Sorted(maps.Keys(group)) {
		number[id] = uint64(i)
		ids.add(id, func(out []byte) []byte { return binary.LittleEndian.AppendUint32(out, group[id]) })
	}
	for _, c := range w.clusters {
		groups.add("", func(out []byte) []byte {
			var lone byte
			if c.lone {
				lone = 1
			}
			out = append(out, lone)
			out = binary.AppendUvarint(out, uint64(slices.Index(c.ids, c.name)))
			out = binary.AppendUvarint(out, uint64(len(c.ids)))
			for _, id := range c.ids {
				out = binary.AppendUvarint(out, number[id])
			}
			recs := make([]uint32, 0, len(c.recs))
			for _, n := range c.recs {
				if m, ok := w.number[n]; ok {
					recs = append(recs, m)
				}
			}
			slices.Sort(recs)
			out = binary.AppendUvarint(out, uint64(len(recs)))
			for _, n := range recs {
				out = binary.AppendUvarint(out, uint64(n))
			}
			return out
		})
	}
	return ids, groups
}

func (w *saving) kev() *tableWriter {
	rows := map[string]listed{}
	w.b.eachExploited(func(cve string, l listed) { rows[cve] = l })
	return sortedTable(rows, func(out []byte, l listed) []byte {
		text, _ := json.Marshal(listedRow{l.feed, l.row})
		return append(out, text...)
	})
}

func (w *saving) dates() *tableWriter {
	rows := map[string]dated{}
	w.b.eachCycles(func(product string, d dated) { rows[product] = d })
	return sortedTable(rows, func(out []byte, d dated) []byte {
		text, _ := json.Marshal(datedRows{d.feed, d.rows})
		return append(out, text...)
	})
}

func (w *saving) scores() *tableWriter {
	rows := map[string]scored{}
	w.b.eachScore(func(cve string, s scored) { rows[cve] = s })
	return sortedTable(rows, func(out []byte, s scored) []byte {
		model := slices.Index(w.models, s.row.Model)
		if model < 0 {
			model = len(w.models)
			w.models = append(w.models, s.row.Model)
		}
		sec := int64(noTime)
		if !s.row.Date.IsZero() {
			sec = s.row.Date.Unix()
		}
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(s.row.EPSS))
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(s.row.Percentile))
		out = binary.LittleEndian.AppendUint64(out, uint64(sec))
		out = binary.LittleEndian.AppendUint32(out, uint32(model))
		return append(out, s.feed...)
	})
}

func sortedTable[K ~string, V any](rows map[K]V, value func([]byte, V) []byte) *tableWriter {
	t := &tableWriter{}
	for _, k := range slices.Sorted(maps.Keys(rows)) {
		t.add(string(k), func(out []byte) []byte { return value(out, rows[k]) })
	}
	return t
}

// writeFile writes the sections beside path and renames, so that a reader finds
// the old file or the new one.
func writeFile(path string, sec [sections][]byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), FileName+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	dir := make([]byte, sections*dirBytes)
	off := uint64(headBytes + len(dir))
	for i, s := range sec {
		binary.LittleEndian.PutUint64(dir[i*dirBytes:], off)
		binary.LittleEndian.PutUint64(dir[i*dirBytes+8:], uint64(len(s)))
		if checkedWhole(i) {
			binary.LittleEndian.PutUint32(dir[i*dirBytes+16:], crc32.Checksum(s, castagnoli))
		}
		off += uint64(len(s))
	}
	head := append([]byte(magic), make([]byte, headBytes-8)...)
	binary.LittleEndian.PutUint32(head[8:], sections)
	binary.LittleEndian.PutUint32(head[12:], crc32.Checksum(dir, castagnoli))
	binary.LittleEndian.PutUint64(head[16:], off)
	w := bufio.NewWriterSize(f, 1<<20)
	for _, s := range append([][]byte{head, dir}, sec[:]...) {
		if _, err = w.Write(s); err != nil {
			return err
		}
	}
	if err = w.Flush(); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	if d, err := os.Open(filepath.Dir(path)); err == nil {
		_ = d.Sync() // not every system can
		_ = d.Close()
	}
	return nil
}
