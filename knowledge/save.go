package knowledge

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
)

// Save writes all that is known into the next generation in a folder, which takes
// the place of the one before, and goes on from it. Position is that of the log.
// Put and Match go on meanwhile: what is put after Save began is in memory
// afterwards, not in the file. Errors: EInternal, or EIntegrity when the generation
// it builds on is damaged; then nothing has changed.
func (b *Base) Save(dir string, position uint64) error {
	const op = "knowledge.save"
	b.saving.Lock()
	defer b.saving.Unlock()
	if b.opt.Products == nil && !b.gen.noWords() {
		return wardround.Errorf(wardround.EInvalid, op, "the generation was made with the names of products; open it with them")
	}
	f, err := createFile(filepath.Join(dir, FileName))
	if err != nil {
		return wardround.Wrap(wardround.EInternal, op, err)
	}
	w := &saving{b: b.begin(), position: position, fileWriter: f}
	w.write()
	if err := w.b.gen.failed(); err != nil {
		f.drop()
		b.end(nil)
		return wardround.Wrap(wardround.EIntegrity, op, err)
	}
	if err := f.finish(); err != nil {
		b.end(nil)
		return wardround.Wrap(wardround.EInternal, op, err)
	}
	next, _, err := Open(dir, b.opt)
	if err != nil {
		b.end(nil)
		return err
	}
	b.end(next.gen)
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
	*fileWriter
	b        *Base
	position uint64
	live     []recID          // by their new numbers
	number   map[recID]uint32 // new numbers
	clusters []*cluster
	group    map[*cluster]uint32
	models   []string
	keys     []Key // of rows, as they are numbered
}

// write writes the sections in their order.
func (w *saving) write() {
	w.records()
	var fixed []byte
	for _, n := range w.live {
		var flags uint32
		if w.b.withdrawn(n) {
			flags = flagWithdrawn
		}
		fixed = binary.LittleEndian.AppendUint32(fixed, w.group[w.b.clusterOf(n)])
		fixed = binary.LittleEndian.AppendUint32(fixed, flags)
	}
	w.section(fixed)
	w.heads()
	w.bodies()
	w.keyed()
	w.idsAndGroups()
	w.kev()
	w.scores()
	w.dates()
	w.words()
	m := meta{Position: w.position, Models: w.models}
	for _, name := range slices.Sorted(maps.Keys(w.b.feeds)) {
		f := w.b.feeds[name]
		m.Feeds = append(m.Feeds, feedMeta{f.Feed, f.families})
	}
	text, _ := json.Marshal(&m)
	w.section(text)
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

func (w *saving) heads() {
	t := w.table()
	for _, n := range w.live {
		t.add(w.b.ref(n).key(), func(out []byte) []byte {
			if g := w.b.gen; n < g.len() {
				return w.copied(out, &g.heads, n)
			}
			h := w.b.held(n)
			head, _ := split(h.rec)
			text, _ := json.Marshal(&head)
			return append(appendText(appendText(out, h.digest), h.url), text...)
		})
	}
	t.end()
}

func (w *saving) bodies() {
	t := w.table()
	var packed bytes.Buffer
	deflate, _ := flate.NewWriter(&packed, flate.BestSpeed)
	for _, n := range w.live {
		t.add("", func(out []byte) []byte {
			if g := w.b.gen; n < g.len() {
				return w.copied(out, &g.bodies, n)
			}
			_, body := split(w.b.held(n).rec)
			packed.Reset()
			deflate.Reset(&packed)
			_ = json.NewEncoder(deflate).Encode(&body) // into memory
			_ = deflate.Close()
			return append(out, packed.Bytes()...)
		})
	}
	t.end()
}

// copied is a value of the generation that this one is built on.
func (w *saving) copied(out []byte, t *table, n recID) []byte {
	v, ok := t.value(int(n))
	if !ok {
		w.b.gen.damaged("the record " + w.b.gen.ref(n).String())
	}
	return append(out, v...)
}

// keyed compiles anew what changed since the generation, and copies the rest.
func (w *saving) keyed() {
	b, t := w.b, w.table()
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
	t.end()
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
func (w *saving) words() {
	subjects := map[Key][]int{}
	for i, k := range w.keys {
		if asked, ok := w.b.filingOf(k); ok {
			for _, word := range asked {
				subjects[word] = append(subjects[word], i)
			}
		}
	}
	sortedTable(w, subjects, func(out []byte, at []int) []byte {
		last := 0
		for _, i := range at {
			out = binary.AppendUvarint(out, uint64(i-last))
			last = i
		}
		return out
	})
}

func (w *saving) idsAndGroups() {
	ids := w.table()
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
	ids.end()
	groups := w.table()
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
	groups.end()
}

func (w *saving) kev() {
	rows := map[string]listed{}
	w.b.eachExploited(func(cve string, l listed) { rows[cve] = l })
	sortedTable(w, rows, func(out []byte, l listed) []byte {
		text, _ := json.Marshal(listedRow{l.feed, l.row})
		return append(out, text...)
	})
}

func (w *saving) dates() {
	rows := map[string]dated{}
	w.b.eachCycles(func(product string, d dated) { rows[product] = d })
	sortedTable(w, rows, func(out []byte, d dated) []byte {
		text, _ := json.Marshal(datedRows{d.feed, d.rows})
		return append(out, text...)
	})
}

func (w *saving) scores() {
	rows := map[string]scored{}
	w.b.eachScore(func(cve string, s scored) { rows[cve] = s })
	sortedTable(w, rows, func(out []byte, s scored) []byte {
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

func sortedTable[K ~string, V any](w *saving, rows map[K]V, value func([]byte, V) []byte) {
	t := w.table()
	for _, k := range slices.Sorted(maps.Keys(rows)) {
		t.add(string(k), func(out []byte) []byte { return value(out, rows[k]) })
	}
	t.end()
}
