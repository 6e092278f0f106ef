package behaviour

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wardround/wardround"
)

// sep parts the fields of a row's key, piece a row from those that go on with it.
const (
	sep   = "\x1f"
	piece = "\x1e"
)

// rowsVersion is that of what the rows hold; rows of another one are left aside, and
// the models begin anew.
const rowsVersion = 1

// head is what the fold keeps of itself.
type head struct {
	Number  uint64 `json:"number"`            // of the newest portion
	Waiting bool   `json:"waiting,omitempty"` // judgements were not said yet
	Beyond  int    `json:"beyond,omitempty"`
}

// kept is a model in use with its windows.
type kept struct {
	Instance *instance `json:"instance"`
	Lines    []*line   `json:"lines,omitempty"`
}

// points is one row of a series.
type points struct {
	First  int     `json:"first"`
	Points []Point `json:"points"`
}

// Flush adds the rows that changed.
func (f *Fold) Flush(c *wardround.Commit) {
	f.mu.Lock()
	defer f.mu.Unlock()
	slices.SortStableFunc(f.written, func(a, b *wardround.Document) int { return cmp.Compare(a.ID, b.ID) })
	c.Documents = append(c.Documents, f.written...)
	f.written = nil
	var rows []wardround.StateRow
	put := func(key string, v any) { rows = f.put(rows, key, v) }
	for _, m := range f.sorted() {
		if !m.dirty {
			continue
		}
		m.dirty = false
		k := kept{Instance: m}
		for _, part := range sortedKeys(m.lines) {
			k.Lines = append(k.Lines, m.lines[part])
		}
		put("m"+sep+m.Key, k)
	}
	for _, place := range sortedKeys(f.dirtyDocuments) {
		if d := f.documents[place]; d != nil {
			put("d"+sep+place, d)
		} else {
			put("d"+sep+place, nil)
		}
	}
	for _, k := range sortedBy(f.dirtyEntries, entryKey.compare) {
		if e := f.current[k]; e != nil {
			put("j"+sep+k.text(), &e.j)
		} else {
			put("j"+sep+k.text(), nil)
		}
	}
	for _, b := range sortedBy(f.dirtySeries, seriesBlock.compare) {
		key := "s" + sep + b.k.text() + sep + fmt.Sprintf("%06d", b.n)
		t := f.series[b.k]
		var part []Point
		if t != nil {
			part = t.part(b.n)
		}
		if part == nil {
			put(key, nil)
			continue
		}
		put(key, points{max(b.n*block, t.First), part})
	}
	for _, k := range sortedBy(f.dirtyTrends, trendKey.compare) {
		var t *trend
		if m := f.instances[k.model]; m != nil && m.lines[k.part] != nil {
			t = m.lines[k.part].trends[k.id]
		}
		key := "t" + sep + k.model + sep + k.part + sep + k.id
		if t == nil {
			put(key, nil)
			continue
		}
		put(key, t)
	}
	for _, e := range f.newEvents {
		put(eventRow(e.Model, e.N), e)
		put(eventRow(e.Model, e.N-f.opt.Limits.Events), nil)
	}
	if len(rows) > 0 || f.touched.Number != 0 {
		put("head", head{f.number, len(f.queue) > 0, f.beyond})
	}
	clear(f.dirtyDocuments)
	clear(f.dirtyEntries)
	clear(f.dirtySeries)
	clear(f.dirtyTrends)
	f.newEvents = nil
	slices.SortFunc(rows, func(a, b wardround.StateRow) int { return cmp.Compare(a.Key, b.Key) })
	c.States = append(c.States, rows...)
}

func eventRow(model string, n int) string { return fmt.Sprintf("e%s%s%s%d", sep, model, sep, n) }

func (k entryKey) text() string { return k.owner + sep + k.topic + sep + k.item }

func (b seriesBlock) compare(o seriesBlock) int {
	return cmp.Or(b.k.compare(o.k), cmp.Compare(b.n, o.n))
}

func sortedKeys[V any](m map[string]V) []string { return sortedBy(m, cmp.Compare[string]) }

func sortedBy[K comparable, V any](m map[K]V, by func(a, b K) int) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, by)
	return out
}

// put writes a value in as many rows as it takes, or deletes it.
func (f *Fold) put(rows []wardround.StateRow, key string, v any) []wardround.StateRow {
	before := f.stored[key]
	n := 0
	if v != nil {
		b, err := json.Marshal(v)
		if err != nil {
			panic(fmt.Sprintf("behaviour: %s: %v", key, err)) // finite numbers are seen to where they are made
		}
		for len(b) > 0 {
			take := min(len(b), wardround.MaxCheckState)
			rows = append(rows, wardround.StateRow{Check: wardround.ModelState, Key: pieceKey(key, n), Version: rowsVersion, Data: b[:take:take]})
			b = b[take:]
			n++
		}
	}
	for i := n; i < before; i++ {
		rows = append(rows, wardround.StateRow{Check: wardround.ModelState, Key: pieceKey(key, i), Version: rowsVersion})
	}
	if n == 0 {
		delete(f.stored, key)
	} else {
		f.stored[key] = n
	}
	return rows
}

func pieceKey(key string, n int) string {
	if n == 0 {
		return key
	}
	return fmt.Sprintf("%s%s%05d", key, piece, n)
}

// Open returns a fold that stands where the store does.
func Open(ctx context.Context, opt Options, st wardround.Reader) (*Fold, error) {
	f := New(opt)
	pieces := map[string]map[int][]byte{}
	for row, err := range st.States(ctx, opt.Scope) {
		if err != nil {
			return nil, err
		}
		if row.Check != wardround.ModelState || row.Version != rowsVersion {
			continue
		}
		key, n := row.Key, 0
		if head, tail, ok := strings.Cut(row.Key, piece); ok {
			key = head
			n, _ = strconv.Atoi(tail)
		}
		if pieces[key] == nil {
			pieces[key] = map[int][]byte{}
		}
		pieces[key][n] = row.Data
	}
	for _, key := range sortedKeys(pieces) {
		var b []byte
		for i := range len(pieces[key]) {
			b = append(b, pieces[key][i]...)
		}
		f.stored[key] = len(pieces[key])
		if err := f.restore(key, b); err != nil {
			return nil, wardround.Errorf(wardround.EIntegrity, "behaviour.open", "what is kept of models, row %q: %w", key, err)
		}
	}
	for _, t := range f.series { // the first row holds points that were left behind
		if over := len(t.Points) - opt.Limits.orDefault().Series; over > 0 {
			t.Points, t.First = t.Points[over:], t.First+over
		}
	}
	for _, list := range f.events {
		slices.SortFunc(list, func(a, b Event) int { return cmp.Compare(a.N, b.N) })
	}
	for d, err := range st.Documents(ctx, opt.Scope) {
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(string(d.Kind), "model-") {
			f.rows[d.Blob.Digest] = d
		}
	}
	return f, nil
}

func (f *Fold) restore(key string, b []byte) error {
	what, rest, _ := strings.Cut(key, sep)
	switch what {
	case "head":
		var h head
		if err := json.Unmarshal(b, &h); err != nil {
			return err
		}
		f.number, f.beyond = h.Number, h.Beyond
		if h.Waiting {
			f.number++ // checks see that they missed one, and look through all there is
		}
	case "m":
		var k kept
		if err := json.Unmarshal(b, &k); err != nil {
			return err
		}
		k.Instance.lines = map[string]*line{}
		for _, l := range k.Lines {
			k.Instance.lines[l.Part] = l
		}
		f.instances[k.Instance.Key] = k.Instance
	case "d":
		d := &document{}
		if err := json.Unmarshal(b, d); err != nil {
			return err
		}
		f.documents[rest] = d
	case "j", "s":
		x := strings.Split(rest, sep)
		if len(x) < 3 {
			return fmt.Errorf("its name has %d parts", len(x))
		}
		k := entryKey{x[0], x[1], x[2]}
		if what == "j" {
			e := &entry{key: k}
			if err := json.Unmarshal(b, &e.j); err != nil {
				return err
			}
			f.current[k] = e
			return nil
		}
		var p points
		if err := json.Unmarshal(b, &p); err != nil {
			return err
		}
		t := f.series[k]
		if t == nil {
			t = &track{First: p.First} // rows come in their order
			f.series[k] = t
		}
		t.Points = append(t.Points, p.Points...)
	case "t":
		x := strings.SplitN(rest, sep, 3)
		if len(x) < 3 {
			return fmt.Errorf("its name has %d parts", len(x))
		}
		t := &trend{}
		if err := json.Unmarshal(b, t); err != nil {
			return err
		}
		m := f.instances[x[0]] // models come before: "m" is before "t"
		if m == nil || m.lines[x[1]] == nil {
			return nil
		}
		l := m.lines[x[1]]
		if l.trends == nil {
			l.trends = map[string]*trend{}
		}
		l.trends[x[2]] = t
	case "e":
		var e Event
		if err := json.Unmarshal(b, &e); err != nil {
			return err
		}
		f.events[e.Model] = append(f.events[e.Model], e)
	}
	return nil
}
