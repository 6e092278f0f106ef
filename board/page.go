package board

import (
	"cmp"
	"container/heap"
	"encoding/base64"
	"encoding/json"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// value is what a row is sorted by: a number or a text.
type value struct {
	N int64  `json:"n,omitempty"`
	S string `json:"s,omitempty"`
}

func (a value) compare(b value) int { return cmp.Or(cmp.Compare(a.N, b.N), strings.Compare(a.S, b.S)) }

func number[N ~int | ~int8 | ~uint8 | ~uint16](n N) value { return value{N: int64(n)} }

func moment(t time.Time) value {
	if t.IsZero() {
		return value{N: -1 << 62}
	}
	return value{N: t.UnixNano()}
}

func text(s string) value { return value{S: s} }

// fields are what rows of one list can be sorted by, and how ids decide.
type fields[T any] struct {
	by     map[string]func(T) value
	id     func(T) string
	native string // the order in which the list is kept
}

// order is a sort that was asked for.
type order[T any] struct {
	name string
	of   []func(T) value
	desc []bool
	id   func(T) string
}

// order reads a sort such as "-severity,opened". Errors: EInvalid.
func (f fields[T]) order(sort string) (order[T], error) {
	o := order[T]{name: cmp.Or(sort, f.native), id: f.id}
	for name := range strings.SplitSeq(o.name, ",") {
		bare, desc := strings.CutPrefix(strings.TrimSpace(name), "-")
		of := f.by[bare]
		if of == nil {
			known := make([]string, 0, len(f.by))
			for k := range f.by {
				known = append(known, k)
			}
			slices.Sort(known)
			return o, wardround.Errorf(wardround.EInvalid, "sort", "no sort by %.40q here; by %s", bare, strings.Join(known, ", "))
		}
		o.of, o.desc = append(o.of, of), append(o.desc, desc)
	}
	if len(o.of) > 8 {
		return o, wardround.Errorf(wardround.EInvalid, "sort", "a sort by %d fields; at most 8", len(o.of))
	}
	return o, nil
}

func (o order[T]) compare(a, b T) int {
	for i, of := range o.of {
		if c := of(a).compare(of(b)); c != 0 {
			if o.desc[i] {
				return -c
			}
			return c
		}
	}
	return strings.Compare(o.id(a), o.id(b))
}

// mark is a place in a list: after the row with these values and id.
type mark struct {
	Sort   string  `json:"o"`
	Values []value `json:"v"`
	ID     string  `json:"i"`
}

func (o order[T]) mark(x T) string {
	m := mark{Sort: o.name, ID: o.id(x)}
	for _, of := range o.of {
		m.Values = append(m.Values, of(x))
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // strings and numbers
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// place reads a cursor. Errors: EInvalid.
func (o order[T]) place(cursor string) (*mark, error) {
	if cursor == "" {
		return nil, nil
	}
	var m mark
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	switch {
	case err != nil:
		return nil, wardround.Errorf(wardround.EInvalid, "cursor", "this is no cursor; take it from next of the page before")
	case m.Sort != o.name || len(m.Values) != len(o.of):
		return nil, wardround.Errorf(wardround.EInvalid, "cursor", "this cursor is of a list sorted by %.60q; begin without a cursor", m.Sort)
	}
	return &m, nil
}

// after reports whether x comes after the mark.
func (o order[T]) after(x T, m *mark) bool {
	for i, of := range o.of {
		if c := of(x).compare(m.Values[i]); c != 0 {
			return c > 0 != o.desc[i]
		}
	}
	return o.id(x) > m.ID
}

// worst is a heap of the rows chosen so far, the last of them on top.
type worst[T any] struct {
	rows []T
	o    *order[T]
}

func (w *worst[T]) Len() int           { return len(w.rows) }
func (w *worst[T]) Less(i, j int) bool { return w.o.compare(w.rows[i], w.rows[j]) > 0 }
func (w *worst[T]) Swap(i, j int)      { w.rows[i], w.rows[j] = w.rows[j], w.rows[i] }
func (w *worst[T]) Push(x any)         { w.rows = append(w.rows, x.(T)) }
func (w *worst[T]) Pop() any           { panic("never taken from") }

// choose takes a page out of rows: those that keep, after the cursor, in the order
// asked for; a nil keep is all of them. native says that rows come in the list's own
// order, all how many they are, -1 if that is to be counted.
func choose[T any](rows iter.Seq[T], all int, f fields[T], native bool, q List, keep func(T) bool) (page []T, total int, next string, err error) {
	o, err := f.order(q.Sort)
	if err != nil {
		return nil, 0, "", err
	}
	from, err := o.place(q.Cursor)
	if err != nil {
		return nil, 0, "", err
	}
	sorted := native && o.name == f.native
	best := worst[T]{o: &o}
	rest := false // something is beyond the page
	for x := range rows {
		if rest && sorted && keep == nil && all >= 0 {
			total = all // the rest is neither shown nor looked at
			break
		}
		if keep != nil && !keep(x) {
			continue
		}
		total++
		switch {
		case sorted && rest, from != nil && !o.after(x, from):
		case q.Limit < 0 || len(best.rows) < q.Limit:
			best.rows = append(best.rows, x)
			if !sorted && len(best.rows) == q.Limit {
				heap.Init(&best)
			}
		case q.Limit == 0 || sorted:
			rest = true
		default:
			rest = true
			if o.compare(x, best.rows[0]) < 0 {
				best.rows[0] = x
				heap.Fix(&best, 0)
			}
		}
	}
	if !sorted {
		slices.SortFunc(best.rows, o.compare)
	}
	if rest && len(best.rows) > 0 {
		next = o.mark(best.rows[len(best.rows)-1])
	}
	return best.rows, total, next, nil
}

// words are what a text must contain, in lower case.
func words(q string) []string { return strings.Fields(strings.ToLower(q)) }
