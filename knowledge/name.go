package knowledge

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
)

// subjectKey is the key of all statements about products that no device could tell
// apart.
func subjectKey(p *advisory.Product) Key {
	text, _ := json.Marshal([]any{p.Vendor, p.Family, p.Name, p.Version, p.Full, p.Models, p.SKUs})
	sum := sha256.Sum256(text)
	return Key(subjectPrefix + hex.EncodeToString(sum[:16]))
}

const subjectPrefix = "s\x00"

// maxFilings bounds the words that are remembered.
const maxFilings = 1 << 17

// wordsOf are the keys by which things ask for a product.
func (b *Base) wordsOf(p *advisory.Product) []Key {
	k := subjectKey(p)
	b.naming.Lock()
	defer b.naming.Unlock()
	if words, ok := b.filings[k]; ok {
		return words
	}
	words := []Key{}
	for _, w := range b.opt.Products.Filed(p) {
		words = append(words, ProductKey(w))
	}
	slices.Sort(words)
	words = slices.Compact(words)
	if len(b.filings) >= maxFilings {
		clear(b.filings)
	}
	b.filings[k] = words
	return words
}

// fileWords enters the words of a subject that has rows now.
func (b *Base) fileWords(k Key, words []Key) {
	if !strings.HasPrefix(string(k), subjectPrefix) {
		return
	}
	for _, w := range words {
		if b.words[w] == nil {
			b.words[w] = map[Key]bool{}
		}
		b.words[w][k] = true
	}
}

func (b *Base) unfileWords(k Key, words []Key) {
	if !strings.HasPrefix(string(k), subjectPrefix) {
		return
	}
	for _, w := range words {
		if delete(b.words[w], k); len(b.words[w]) == 0 {
			delete(b.words, w)
		}
	}
}

// filingOf are the words of a subject; false if the key is none of a subject.
func (b *Base) filingOf(k Key) ([]Key, bool) {
	if !strings.HasPrefix(string(k), subjectPrefix) || b.opt.Products == nil {
		return nil, false
	}
	var words []Key
	b.rowsOf(k, func(rows []row) {
		if words == nil && rows[0].said != nil && rows[0].said.Product != nil {
			words = b.wordsOf(rows[0].said.Product)
		}
	})
	return words, words != nil
}

// Bounds of what is compared with one thing: more products share a rare word with
// it only when its name says next to nothing.
const (
	maxSubjects = 256
	maxPostings = 1 << 14
)

// subjects are the products that share words with a thing: those that share the
// rarest and the most words first. partial says that there are more.
func (b *Base) subjects(t *Thing) (out []Key, partial bool) {
	var lists [][]Key
	for _, w := range b.opt.Products.Looked(t) {
		word := ProductKey(w)
		set := maps.Clone(b.words[word])
		if set == nil {
			set = map[Key]bool{}
		}
		b.gen.subjects(word, func(k Key) { set[k] = true })
		if len(set) > 0 {
			lists = append(lists, slices.Sorted(maps.Keys(set)))
		}
	}
	slices.SortFunc(lists, func(x, y []Key) int {
		return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(string(x[0]), string(y[0])))
	})
	votes, seen := map[Key]int{}, 0
	for _, l := range lists {
		if seen += len(l); seen > maxPostings && len(votes) > 0 {
			partial = true
			break
		}
		for _, k := range l[:min(len(l), maxPostings)] {
			votes[k] += 1 + 64/len(l)
		}
	}
	out = slices.SortedFunc(maps.Keys(votes), func(x, y Key) int {
		return cmp.Or(cmp.Compare(votes[y], votes[x]), strings.Compare(string(x), string(y)))
	})
	if len(out) > maxSubjects {
		out, partial = out[:maxSubjects], true
	}
	return out, partial
}

// byName appends what records say that name products, of a device or a firmware.
func (b *Base) byName(out []candidate, id *Identity) []candidate {
	products := b.opt.Products
	if products == nil || id.Thing == nil || len(b.words) == 0 && b.gen.noWords() {
		return out
	}
	subjects, partial := b.subjects(id.Thing)
	var recs []recID
	var said []Statement
	for _, k := range subjects {
		b.rowsOf(k, func(rows []row) {
			for i := range rows {
				if s := rows[i].said; s != nil && s.Product != nil {
					recs = append(recs, rows[i].rec)
					said = append(said, Statement{b.ref(rows[i].rec), s})
				}
			}
		})
	}
	if len(said) == 0 {
		return out
	}
	at := map[recID]int{}
	for i, j := range products.Judge(id.Thing, said, partial) {
		if !j.About || i >= len(recs) {
			continue
		}
		c := candidate{rec: recs[i], rank: byName, state: j.State, reason: j.Reason, conf: j.Confidence, fixed: j.Fixed, propose: j.Proposal,
			detail: detail{version: id.Thing.Version, said: j.Why}}
		if b.withdrawn(c.rec) {
			c.state, c.reason, c.detail.said = wardround.Pass, WithdrawnRecord, ""
		}
		switch k, ok := at[c.rec]; {
		case !ok:
			at[c.rec] = len(out)
			out = append(out, c)
		case surer(&c, &out[k]):
			out[k] = c
		}
	}
	return out
}

// surer chooses, of two statements of one record, the one that decides: an asserted
// "affected", then what cannot be told of a product that it certainly is, then "not
// affected", then proposals.
func surer(c, o *candidate) bool {
	return cmp.Or(cmp.Compare(c.weight(), o.weight()), cmp.Compare(o.conf, c.conf)) < 0
}
