package portfolio

import (
	"encoding/binary"
	"maps"
	"slices"
	"time"

	"github.com/wardround/wardround"
)

// writer encodes subjects: numbers as varints, texts with their length.
type writer struct{ b []byte }

func (w *writer) num(n int64) { w.b = binary.AppendVarint(w.b, n) }
func (w *writer) str(s string) {
	w.num(int64(len(s)))
	w.b = append(w.b, s...)
}
func (w *writer) strs(l []string) {
	w.num(int64(len(l)))
	for _, s := range l {
		w.str(s)
	}
}

// time keeps the second and the nanosecond, in UTC; a zero one is 0 and 0.
func (w *writer) time(t time.Time) {
	if t.IsZero() {
		w.num(0)
		w.num(0)
		return
	}
	w.num(t.Unix())
	w.num(int64(t.Nanosecond()) + 1)
}

// reader decodes; after a fault everything is zero and bad is set.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) num() int64 {
	n, size := binary.Varint(r.b)
	if size <= 0 {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[size:]
	return n
}

// count is a length of things that take at least one byte each.
func (r *reader) count() int {
	n := r.num()
	if n < 0 || n > int64(len(r.b)) {
		r.b, r.bad = nil, true
		return 0
	}
	return int(n)
}

func (r *reader) str() string {
	n := r.count()
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *reader) strs() (out []string) {
	for range r.count() {
		out = append(out, r.str())
	}
	return out
}

func (r *reader) time() time.Time {
	s, n := r.num(), r.num()
	if n < 1 || n > 1_000_000_000 {
		return time.Time{}
	}
	return time.Unix(s, n-1).UTC()
}

func (w *writer) release(x *wardround.Release) {
	for _, s := range []string{string(x.ID), string(x.Org), x.Maker, x.Product, x.Version, x.UDIDI, x.BasicUDIDI, x.GTIN,
		string(x.Stage), string(x.Support), x.SBOM, x.Source} {
		w.str(s)
	}
	w.num(int64(x.Kind))
	w.strs(x.Models)
	w.strs(x.Names)
	for _, t := range []time.Time{x.LimitedSupport, x.SupportEnds, x.EndOfLife, x.Released, x.Retired, x.At} {
		w.time(t)
	}
	w.num(int64(len(x.Declared)))
	for _, k := range slices.Sorted(maps.Keys(x.Declared)) {
		w.str(k)
		w.str(x.Declared[k])
	}
}

func (r *reader) release() *wardround.Release {
	x := &wardround.Release{}
	for _, s := range []*string{(*string)(&x.ID), (*string)(&x.Org), &x.Maker, &x.Product, &x.Version, &x.UDIDI, &x.BasicUDIDI, &x.GTIN,
		(*string)(&x.Stage), (*string)(&x.Support), &x.SBOM, &x.Source} {
		*s = r.str()
	}
	x.Kind = wardround.AssetKind(r.num())
	x.Models, x.Names = r.strs(), r.strs()
	for _, t := range []*time.Time{&x.LimitedSupport, &x.SupportEnds, &x.EndOfLife, &x.Released, &x.Retired, &x.At} {
		*t = r.time()
	}
	for range r.count() {
		if x.Declared == nil {
			x.Declared = map[string]string{}
		}
		k := r.str()
		x.Declared[k] = r.str()
	}
	return x
}

func (w *writer) identity(id *Identity) {
	for _, s := range []string{string(id.Type), id.Group, id.Name, id.Version, id.Supplier, id.PURL} {
		w.str(s)
	}
	for _, l := range [][]string{id.CPEs, id.Models, id.Names, id.Serials, id.UDIs} {
		w.strs(l)
	}
}

func (r *reader) identity() (id Identity) {
	for _, s := range []*string{(*string)(&id.Type), &id.Group, &id.Name, &id.Version, &id.Supplier, &id.PURL} {
		*s = r.str()
	}
	for _, l := range []*[]string{&id.CPEs, &id.Models, &id.Names, &id.Serials, &id.UDIs} {
		*l = r.strs()
	}
	id.Device = id.Name != ""
	return id
}

func (w *writer) member(m *member) {
	for _, s := range []string{string(m.id), string(m.said), string(m.gone), m.name, m.role, m.ward, string(m.zone)} {
		w.str(s)
	}
	w.num(int64(m.of))
	w.num(int64(m.kind))
	w.num(int64(m.criticality))
	w.identity(&m.calls)
	w.time(m.at)
	w.num(int64(len(m.moves)))
	for _, v := range m.moves {
		w.num(int64(v.to))
		w.time(v.at)
	}
}

func (r *reader) member() *member {
	m := &member{}
	for _, s := range []*string{(*string)(&m.id), (*string)(&m.said), (*string)(&m.gone), &m.name, &m.role, &m.ward, (*string)(&m.zone)} {
		*s = r.str()
	}
	m.of = uint32(r.num())
	m.kind = wardround.AssetKind(r.num())
	m.criticality = wardround.Criticality(r.num())
	m.calls = r.identity()
	m.at = r.time()
	for range r.count() {
		to := uint32(r.num())
		m.moves = append(m.moves, move{to, r.time()})
	}
	return m
}

// subject writes all of a subject but its columns.
func (w *writer) subject(s *subject) {
	w.str(string(s.key.Kind))
	w.str(s.key.ID)
	w.num(int64(s.device))
	w.num(int64(len(s.answers)))
	w.time(s.withBOM)
	switch {
	case s.release != nil:
		w.num(1)
		w.release(s.release)
	case s.asset != nil:
		w.num(2)
		w.member(s.asset)
	default:
		w.num(0)
	}
	b := s.bill
	if b == nil {
		w.num(0)
		return
	}
	w.num(1)
	w.str(string(b.document))
	w.str(b.id)
	w.num(int64(b.revision))
	w.num(int64(b.root))
	w.num(int64(len(b.ident)))
	w.num(int64(b.without))
	w.num(int64(len(b.links)))
	for _, l := range b.links {
		w.num(int64(l.row))
		w.str(l.key)
	}
	w.num(int64(len(b.quality)))
}

// counts are the numbers of rows, answers and grades that belong to a subject.
type counts struct{ rows, answers, grades int }

func (r *reader) subject() (*subject, counts) {
	s := &subject{key: wardround.Subject{Kind: wardround.SubjectKind(r.str()), ID: r.str()}}
	s.device = uint32(r.num())
	n := counts{answers: int(r.num())}
	s.withBOM = r.time()
	switch r.num() {
	case 1:
		s.release = r.release()
	case 2:
		s.asset = r.member()
	}
	if r.num() != 1 {
		return s, n
	}
	b := &bill{document: wardround.DocumentID(r.str()), id: r.str(), revision: int(r.num()), root: int32(r.num())}
	n.rows = int(r.num())
	b.without = int(r.num())
	for range r.count() {
		row := int32(r.num())
		b.links = append(b.links, billLink{row, r.str()})
	}
	n.grades = int(r.num())
	s.bill = b
	return s, n
}
