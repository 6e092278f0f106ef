package product

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/advisory"
)

// maxCandidates is how many products are compared with one device. More share a
// rare word with it only when the device's name says next to nothing.
const maxCandidates = 256

// maxPostings bounds the work of finding them.
const maxPostings = 1 << 14

// Index finds the products that a device may be, among those of all advisories. It
// is not safe for concurrent writing; reading it from several goroutines is.
type Index struct {
	subjects []*subject
	byKey    map[[32]byte]int32 // hash of a product's identity → subject
	posting  map[uint64][]int32 // hash of "maker group|word" → subjects, in order
	unnamed  []Ref
}

// subject is a product and every statement about it.
type subject struct {
	entry *Entry
	said  []Statement
}

// Statement is one statement about a product.
type Statement struct {
	Ref Ref `json:"ref"`
	// Affected without Product, which stands beside it.
	Affected advisory.Affected `json:"affected"`
}

// Subject is what an Index consists of: enough to store it and to build it again.
type Subject struct {
	Product    advisory.Product `json:"product"`
	Statements []Statement      `json:"statements"`
}

// NewIndex returns an empty index.
func NewIndex() *Index {
	return &Index{byKey: map[[32]byte]int32{}, posting: map[uint64][]int32{}}
}

// Add enters every product that a record names. Packages and CPEs have indices of their own.
func (x *Index) Add(r advisory.Record) {
	for i, a := range r.Affected {
		if a.Product != nil {
			ref := Ref{Source: r.Source, Document: r.Document, Record: r.ID, Index: i}
			p := *a.Product
			a.Product = nil
			x.add(p, Statement{ref, a})
		}
	}
}

// identityKey is equal for products that no device could tell apart.
func identityKey(p advisory.Product) string {
	return strings.Join([]string{p.Vendor, p.Family, p.Name, p.Version, p.Full, strings.Join(p.Models, ","), strings.Join(p.SKUs, ",")}, "\x00")
}

func (x *Index) add(p advisory.Product, s Statement) {
	k := sha256.Sum256([]byte(identityKey(p)))
	n, ok := x.byKey[k]
	if !ok {
		e := Prepare(p)
		if len(e.names) == 0 {
			x.unnamed = append(x.unnamed, s.Ref)
			return
		}
		n = int32(len(x.subjects))
		x.byKey[k] = n
		x.subjects = append(x.subjects, &subject{entry: e})
		for _, key := range e.Keys() {
			h := hash(key)
			x.posting[h] = append(x.posting[h], n)
		}
	}
	x.subjects[n].said = append(x.subjects[n].said, s)
}

// Len is the number of different products.
func (x *Index) Len() int { return len(x.subjects) }

// Unnamed lists statements whose product has no name that tells it from others
// ("Version", "Monitor"): no device can be matched to them.
func (x *Index) Unnamed() []Ref { return x.unnamed }

// Subjects returns what the index consists of, in the order it was entered.
func (x *Index) Subjects() []Subject {
	out := make([]Subject, len(x.subjects))
	for i, s := range x.subjects {
		out[i] = Subject{Product: s.entry.Product, Statements: s.said}
	}
	return out
}

// MarshalJSON writes the subjects.
func (x *Index) MarshalJSON() ([]byte, error) { return json.Marshal(x.Subjects()) }

// UnmarshalJSON builds the index again.
func (x *Index) UnmarshalJSON(b []byte) error {
	var ss []Subject
	if err := json.Unmarshal(b, &ss); err != nil {
		return err
	}
	*x = *NewIndex()
	for _, s := range ss {
		for _, st := range s.Statements {
			x.add(s.Product, st)
		}
	}
	return nil
}

// Keys are what the product is looked up by: each telling word under each group of
// makers, and under "*" for devices whose maker is not known.
func (e *Entry) Keys() []string {
	groups := append(e.vendor.groups(), "*")
	if e.vendor.empty() {
		groups = append(groups, "-")
	}
	var out []string
	seen := map[string]bool{}
	add := func(w string) {
		for _, g := range groups {
			if k := g + "|" + w; !seen[k] {
				seen[k] = true
				out = append(out, k)
			}
		}
	}
	for _, n := range e.names {
		for i, w := range n.words {
			add(strings.ReplaceAll(w.key, ".", ""))
			s := w.key
			for j := i + 1; j < len(n.words) && j < i+3; j++ { // "Wi-Fi" may be written "WiFi"
				s += n.words[j].key
				add(s)
			}
		}
		for _, s := range n.spans {
			for i := s.lo; i <= s.hi && i < s.lo+2000; i += max(1, step(i)) {
				add(s.prefix + strconv.Itoa(i))
			}
		}
	}
	return out
}

// step: models of more than three digits go by tens, others one by one.
func step(i int) int {
	if i >= 1000 {
		return 10
	}
	return 1
}

// keys are what a device is looked up by.
func (p *prepared) keys() []string {
	groups := p.maker.groups()
	if len(groups) == 0 {
		groups = []string{"*"}
	} else {
		groups = append(groups, "-")
	}
	var out []string
	for _, set := range []wordSet{p.set, p.hints} {
		for w := range set {
			if generic(w) && len(p.words) > 1 {
				continue
			}
			for _, g := range groups {
				out = append(out, g+"|"+w)
			}
		}
	}
	return out
}

// Match judges a device against every advisory. The matches come asserted first,
// then by confidence; more reports that the device's name is so common that not
// every product was compared.
func (x *Index) Match(d Device) (ms []Match, more bool) {
	p := prepare(d)
	cands, more := x.candidates(p)
	var found []identified
	for _, n := range cands {
		s := x.subjects[n]
		if id, ok := s.entry.identify(p); ok {
			found = append(found, identified{s, id, s.entry.title})
		}
	}
	if !more {
		onlyOne(p, found)
	}
	for _, f := range found {
		for _, st := range f.said {
			ms = append(ms, f.entry.match(p, f.id, st.Ref, st.Affected))
		}
	}
	ms = sameNumbering(ms)
	slices.SortStableFunc(ms, func(a, b Match) int { return int(b.Confidence) - int(a.Confidence) })
	return ms, more
}

// candidates are the subjects that share words with the device, those that share
// the rarest and the most words first.
func (x *Index) candidates(p *prepared) ([]int32, bool) {
	var lists [][]int32
	for _, k := range p.keys() {
		if l := x.posting[hash(k)]; len(l) > 0 {
			lists = append(lists, l)
		}
	}
	sort.Slice(lists, func(i, j int) bool {
		if len(lists[i]) != len(lists[j]) {
			return len(lists[i]) < len(lists[j])
		}
		return lists[i][0] < lists[j][0]
	})
	votes := map[int32]int{}
	seen, more := 0, false
	for _, l := range lists {
		if seen += len(l); seen > maxPostings && len(votes) > 0 {
			more = len(votes) < maxCandidates || more
			break
		}
		weight := 1 + 64/len(l)
		for _, n := range l[:min(len(l), maxPostings)] {
			votes[n] += weight
		}
	}
	out := make([]int32, 0, len(votes))
	for n := range votes {
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b int32) int {
		if votes[a] != votes[b] {
			return votes[b] - votes[a]
		}
		return int(a - b)
	})
	if len(out) > maxCandidates {
		out, more = out[:maxCandidates], true
	}
	slices.Sort(out)
	return out, more
}

// identified is a product that a device may be.
type identified struct {
	*subject
	id      identity
	telling []word // of the product's name
}

// onlyOne settles devices that show less of a name than the advisories have
// ("CIISafe" of "Pyxis CIISafe") when there is only one product that they can be. A
// family's name alone ("Pyxis") is never settled: not every member has an advisory.
func onlyOne(p *prepared, candidates []identified) {
	length := 0
	for _, w := range p.words {
		if table().family[w.key] {
			continue
		}
		length += len(w.key)
	}
	if length < 4 && (length < 2 || len(p.words) < 2) || table().family[joinKeys(p.words)] {
		return
	}
	// The shortest name; every other must be that name and more ("PARx", "PARx handheld").
	base := -1
	for i, f := range candidates {
		if f.id.partial && (base < 0 || len(f.telling) < len(candidates[base].telling)) {
			base = i
		}
	}
	if base < 0 {
		return
	}
	for _, f := range candidates {
		for _, w := range candidates[base].telling {
			if !slices.ContainsFunc(f.telling, func(o word) bool { return o.key == w.key }) || !f.id.vague {
				return
			}
		}
	}
	if d := candidates[base]; !all(found(p.said, d.entry.all)) {
		return // an ordinary word that the advisory lacks ("platform") speaks against it
	}
	for i := range candidates {
		id := &candidates[i].id
		if !id.partial || len(candidates[i].telling) != len(candidates[base].telling) {
			continue
		}
		id.vague, id.confidence = false, max(id.confidence, 82)
		id.reason = "“" + p.label() + "” can only be the advisory's “" + candidates[i].entry.String() + "”: no other known product of the maker has these words"
	}
}

func joinKeys(ws []word) string {
	var b strings.Builder
	for _, w := range ws {
		b.WriteString(w.key)
	}
	return b.String()
}

// sameNumbering leaves out statements whose versions are numbered in another way
// than the device's, where the same document has one about the same product in the
// device's numbering: "L81 and earlier" outside, "012U000061 and earlier" inside the
// United States.
func sameNumbering(ms []Match) []Match {
	if !slices.ContainsFunc(ms, func(m Match) bool { return m.other }) {
		return ms
	}
	key := func(m Match) string {
		return m.Ref.Document + "\x00" + m.Ref.Record + "\x00" + joinKeys(telling(words(m.Product.Name)))
	}
	told := map[string]bool{}
	for _, m := range ms {
		if !m.other && m.Status != CannotTell && m.Asserted() {
			told[key(m)] = true
		}
	}
	return slices.DeleteFunc(ms, func(m Match) bool { return m.other && told[key(m)] })
}
