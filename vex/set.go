package vex

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/openvex"
	model "github.com/wardround/wardround/format/vex"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/portfolio"
)

// Reader reads a document of one format. Errors name the position.
type Reader func(b []byte) (*model.Document, error)

// MaxBytes is the largest document.
const MaxBytes = 256 << 20

// Options configure a set.
type Options struct {
	// Read reads a document whatever its format; nil reads OpenVEX only.
	Read Reader
	// Signers are those whose signature counts as the maker's, by maker (folded name);
	// nil trusts no signature more than its word.
	Signers map[string][]string
}

// Set holds the statements that are in force. It is safe for concurrent use.
type Set struct {
	opt Options

	mu     sync.RWMutex
	docs   map[string]*document // by name
	byVuln map[string][]*statement
	count  int
}

var (
	_ portfolio.Claims = (*Set)(nil)
	_ portfolio.Stater = (*Set)(nil)
)

// New returns an empty set.
func New(opt Options) *Set {
	if opt.Read == nil {
		opt.Read = func(b []byte) (*model.Document, error) { return openvex.Decode(bytes.NewReader(b), openvex.Limits{}) }
	}
	return &Set{opt: opt, docs: map[string]*document{}, byVuln: map[string][]*statement{}}
}

// State takes a document in, or back, and returns the vulnerabilities that are
// spoken of before or after. A document takes the place of an earlier one with the
// same id by the same author. Errors: EInvalid for one that cannot be read; what
// was stated stays.
func (s *Set) State(o *wardround.Observation, row *wardround.Document, r io.Reader) ([]string, error) {
	const op = "vex"
	said, _ := o.Fields.(*kind.VEXReceivedV1)
	b, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	if len(b) > MaxBytes {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s has more than %d bytes", row.Name, MaxBytes)
	}
	doc, err := s.opt.Read(b)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	name := fold(doc.Author) + "\x00" + doc.ID
	if doc.ID == "" {
		name = "\x00" + row.Name
	}
	d := &document{row: row, name: name, doc: doc, maker: fold(doc.Author)}
	for i := range doc.Statements {
		st := &doc.Statements[i]
		at := st.Updated
		for _, t := range []time.Time{st.Issued, doc.Updated, doc.Issued, row.At} {
			if at.IsZero() {
				at = t
			}
		}
		d.list = append(d.list, &statement{Statement: st, doc: d, products: targets(st.Products), at: at})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	touched := map[string]bool{}
	old := s.docs[name]
	back := said != nil && said.Withdrawn
	if !back && old == nil && len(s.docs) >= MaxDocuments || s.count+len(d.list) > MaxStatements {
		return nil, wardround.Errorf(wardround.EFull, op, "%d documents or %d statements are the most that are held", MaxDocuments, MaxStatements)
	}
	if old != nil {
		s.drop(old, touched)
	}
	if !back {
		s.docs[name] = d
		s.count += len(d.list)
		for _, st := range d.list {
			for _, id := range ids(st) {
				s.byVuln[id] = append(s.byVuln[id], st)
				touched[id] = true
			}
		}
	}
	return sorted(touched), nil
}

// ids are all names of the vulnerability that a statement gives.
func ids(st *statement) []string {
	out := []string{st.Vulnerability}
	for _, a := range st.Aliases {
		if !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

func (s *Set) drop(d *document, touched map[string]bool) {
	delete(s.docs, d.name)
	s.count -= len(d.list)
	for _, st := range d.list {
		for _, id := range ids(st) {
			touched[id] = true
			left := slices.DeleteFunc(s.byVuln[id], func(x *statement) bool { return x == st })
			if len(left) == 0 {
				delete(s.byVuln, id)
			} else {
				s.byVuln[id] = left
			}
		}
	}
}

// Count returns how many documents and statements are in force.
func (s *Set) Count() (documents, statements int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.docs), s.count
}

func sorted(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// fold makes two spellings of an author's name one.
func fold(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }
