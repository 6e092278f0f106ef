package product

import (
	"strings"
	"sync"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/knowledge"
)

// Matcher returns the comparison of names and versions as package knowledge asks for
// it.
func Matcher() knowledge.Products {
	return matcher{&preparedProducts{all: map[string]*Entry{}}}
}

type matcher struct{ read *preparedProducts }

// Filed implements [knowledge.Products].
func (matcher) Filed(p *advisory.Product) []string { return Prepare(*p).Keys() }

// Looked implements [knowledge.Products].
func (matcher) Looked(t *knowledge.Thing) []string { return prepare(deviceOf(t)).keys() }

// Judge implements [knowledge.Products]. It does what [Index.Match] does, with
// statements that another index found.
func (m matcher) Judge(t *knowledge.Thing, said []knowledge.Statement, partial bool) []knowledge.Judgement {
	p := prepare(deviceOf(t))
	byKey := map[string]*subject{}
	var order []*subject
	for i, s := range said {
		k := sameProduct(s.Said.Product)
		sub := byKey[k]
		if sub == nil {
			sub = &subject{entry: m.entry(k, s.Said.Product)}
			byKey[k] = sub
			order = append(order, sub)
		}
		ref := Ref{Source: s.Record.Feed, Document: s.Record.Document, Record: s.Record.ID, Index: i}
		sub.said = append(sub.said, Statement{Ref: ref, Affected: *s.Said})
	}
	var found []identified
	for _, sub := range order {
		if len(sub.entry.names) == 0 {
			continue
		}
		if id, ok := sub.entry.identify(p); ok {
			found = append(found, identified{sub, id, telling(words(sub.entry.Product.Name))})
		}
	}
	if !partial {
		onlyOne(p, found)
	}
	var ms []Match
	for _, f := range found {
		for _, st := range f.said {
			ms = append(ms, f.entry.match(p, f.id, st.Ref, st.Affected))
		}
	}
	out := make([]knowledge.Judgement, len(said))
	for _, match := range sameNumbering(ms) {
		out[match.Ref.Index] = judged(match, said[match.Ref.Index].Said, t)
	}
	return out
}

func judged(m Match, a *advisory.Affected, t *knowledge.Thing) knowledge.Judgement {
	j := knowledge.Judgement{About: true, Why: m.Reason, Confidence: m.Confidence, Proposal: !m.Asserted()}
	switch m.Status {
	case Affected:
		j.State, j.Reason = wardround.Fail, knowledge.InRange
	case NotAffected:
		j.State, j.Reason = wardround.Pass, knowledge.OutOfRange
	default:
		j.State, j.Reason = wardround.Unknown, knowledge.Resemblance
		switch {
		case a.Unread != "":
			j.Reason = knowledge.UnreadRange
		case t.Version == "":
			j.Reason = knowledge.NoVersion
		}
	}
	return j
}

// maxPrepared bounds the products whose names are kept read.
const maxPrepared = 1 << 14

// sameProduct is equal for products that no device could tell apart.
func sameProduct(p *advisory.Product) string {
	return strings.Join([]string{p.Vendor, p.Family, p.Name, p.Version, p.Full, strings.Join(p.Models, ","), strings.Join(p.SKUs, ",")}, "\x00")
}

// prepared products, by sameProduct.
type preparedProducts struct {
	mu  sync.Mutex
	all map[string]*Entry
}

func (m matcher) entry(key string, p *advisory.Product) *Entry {
	m.read.mu.Lock()
	defer m.read.mu.Unlock()
	e := m.read.all[key]
	if e == nil {
		if len(m.read.all) >= maxPrepared {
			clear(m.read.all)
		}
		e = Prepare(*p)
		m.read.all[key] = e
	}
	return e
}

func deviceOf(t *knowledge.Thing) Device {
	d := Device{Maker: t.Maker, Product: t.Product, Software: t.Version, Serial: t.Serial}
	if len(t.Models) > 0 {
		d.Model = t.Models[0]
	} else {
		d.Model, d.Product = t.Product, ""
	}
	d.Tokens = append(d.Tokens, t.Names...)
	if len(t.Models) > 1 {
		d.Tokens = append(d.Tokens, t.Models[1:]...)
	}
	return d
}
