package portfolio

import (
	"container/heap"
	"fmt"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// maxAsked is up to how many places of one component a statement may tell apart.
const maxAsked = 64

// claims asks what authors state of each part, and remembers when the statement
// ends. A part whose places are stated of differently falls apart.
func (ix *Index) claims(n uint32, e *check.Exposure, facts Facts, parts []part) []part {
	if ix.opt.Claims == nil {
		return parts
	}
	var out []part
	for _, p := range parts {
		if p.more > 0 {
			out = append(out, p)
			continue
		}
		q := ix.question(n, e, facts, &p)
		if len(p.rows) < 2 || len(p.rows) > maxAsked {
			if len(p.rows) == 1 {
				ix.place(q, &p, p.rows[0])
			}
			p.claim = ix.claim(q, n, e)
			out = append(out, p)
			continue
		}
		first, rows := len(out), p.rows
		for _, row := range rows {
			ix.place(q, &p, row)
			c := ix.claim(q, n, e)
			i := first
			for i < len(out) && !sameClaim(out[i].claim, c) {
				i++
			}
			if i == len(out) {
				out = append(out, p)
				out[i].claim, out[i].rows = c, nil
			}
			out[i].rows = append(out[i].rows, row)
		}
	}
	return out
}

func sameClaim(a, b *check.Claim) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Document == b.Document && a.Statement == b.Statement && a.Status == b.Status && a.Expires.Equal(b.Expires)
}

// claim asks, and leaves out what has ended.
func (ix *Index) claim(q *Question, n uint32, e *check.Exposure) *check.Claim {
	c := ix.opt.Claims.Claim(q)
	if c == nil || c.Expires.IsZero() {
		return c
	}
	if !c.Expires.After(ix.now) {
		return nil
	}
	if ix.saying {
		heap.Push(&ix.expiries, expiry{c.Expires.Unix() + 1, item{n, ix.texts.put(e.Vulnerability)}})
	}
	return c
}

// question is what one part asks, wherever it stands.
func (ix *Index) question(n uint32, e *check.Exposure, facts Facts, p *part) *Question {
	id := ix.identity(p.id)
	q := &Question{Vulnerability: e.Vulnerability, Aliases: facts.Aliases, Release: ix.subjects[n].release, Component: &id, At: ix.now}
	for h := p.held; h != nil; h = h.via {
		q.Within = append(q.Within, ix.subjects[h.subject].release)
	}
	if p.held != nil {
		q.Document = ix.subjects[p.held.subject].bill.id
	} else if b := ix.subjects[n].bill; b != nil { // the product itself is its document's root
		q.Document, q.Root = b.id, ix.rootOf(b)
		q.Ref = q.Root
	}
	return q
}

// place adds where a part stands.
func (ix *Index) place(q *Question, p *part, row uint32) {
	b := ix.subjects[p.held.subject].bill
	if q.Ref = ix.texts.at(b.ref[row]); q.Ref == "" {
		q.Ref = q.Component.PURL
	}
	q.Root = ix.rootOf(b)
	// The product a document is of is its first component as a rule.
	if s := ix.subjects[p.held.subject]; s.release != nil && ix.texts.at(ix.ids.rows[b.ident[0]-1].name) == s.release.Product {
		q.Root = ix.texts.at(b.ref[0])
	}
	q.Path = ix.path(p.held, int32(row))
}

// rootOf is the ref of the component that a bill of materials describes.
func (ix *Index) rootOf(b *bill) string {
	if b.root < 0 {
		return ""
	}
	if ref := b.ref[b.root]; ref != 0 {
		return ix.texts.at(ref)
	}
	return ix.texts.at(ix.ids.rows[b.ident[b.root]-1].purl)
}

// stated is the answer that rests on nothing but an author's word: "affected"
// where knowledge says nothing.
func (ix *Index) stated(n uint32, e *check.Exposure, facts Facts, parts []part, why string) *part {
	s := ix.subjects[n]
	if ix.opt.Claims == nil || len(parts) > 0 || why != "" || s.release == nil || s.device == 0 {
		return nil
	}
	p := part{id: s.device}
	c := ix.opt.Claims.Claim(ix.question(n, e, facts, &p))
	if c == nil || c.Status != "affected" && c.Status != "under_investigation" || !c.Expires.IsZero() && !c.Expires.After(ix.now) {
		return nil
	}
	id := ix.identity(s.device)
	p.claim, p.label = c, id.Label()
	p.state = wardround.Fail
	p.hit = Hit{Vulnerability: e.Vulnerability, Confidence: wardround.Observed, Why: c.Author + " states that it is affected."}
	if c.Status == "under_investigation" {
		p.state = wardround.Unknown
		p.hit.Why = c.Author + " states that it is being looked into."
	}
	p.hit.State = p.state
	return &p
}

// expire queues the answers whose claim ended.
func (ix *Index) expire() {
	for len(ix.expiries) > 0 && ix.expiries[0].at <= ix.now.Unix() {
		x := heap.Pop(&ix.expiries).(expiry)
		ix.queue.put(x.item)
	}
}

// whyNot says why a vulnerability that was once said of a subject is not any more.
func (ix *Index) whyNot(n uint32, vuln string) string {
	if now := ix.opt.Knowledge.Folded(vuln); now != vuln {
		return fmt.Sprintf("%s was folded into %s, and is judged there.", vuln, now)
	}
	facts, known := ix.opt.Knowledge.Facts(vuln)
	if !known {
		return "No record in force speaks of " + vuln + " any more: what did was withdrawn, changed or taken back."
	}
	if facts.Withdrawn {
		return "The record of " + vuln + " was withdrawn."
	}
	for _, id := range ix.candidates(vuln) {
		label, ok := ix.holds(n, id)
		if !ok {
			continue
		}
		for _, h := range ix.match(id) {
			if h.Vulnerability == vuln && h.State == wardround.Pass {
				return label + ": " + h.Why
			}
		}
	}
	if b := ix.subjects[n].bill; b == nil && ix.subjects[n].release != nil {
		return "Nothing that is known of the product is affected."
	}
	return "No component that it names is in the product any more."
}

// candidates are the identities that a vulnerability names, whatever it says of
// their version.
func (ix *Index) candidates(vuln string) []uint32 {
	var out []uint32
	for _, k := range ix.opt.Knowledge.Named(vuln) {
		if key, ok := ix.texts.find("key:" + string(k)); ok {
			out = append(out, ix.ids.byKey.get(key)...)
		}
	}
	return out
}

// holds reports whether a subject holds an identity, and its label.
func (ix *Index) holds(n, id uint32) (string, bool) {
	s := ix.subjects[n]
	found := s.device == id
	for _, h := range ix.reach(n) {
		if b := ix.subjects[h.subject].bill; !found && b != nil && b.rows(id) != nil {
			found = true
		}
	}
	if !found {
		return "", false
	}
	i := ix.identity(id)
	return i.Label(), true
}
