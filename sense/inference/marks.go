package inference

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense/prompt"
	"github.com/wardround/wardround/stat/extraction"
	"github.com/wardround/wardround/stat/sketch"
)

// Bounds of what is looked for in rows.
const (
	maxLens    = 64      // numeric features that rows are held against the reference in, the first by name
	maxLenses  = 64      // versions of models whose reference is held
	maxEchoes  = 1 << 14 // answers that are remembered, as hashes, in memory alone: a restart forgets them
	minLearned = 500     // rows of a window that becomes the reference where none was given
	minLooked  = 200     // rows that an ordinary row is learned from
)

// marks are what rows of a window bear of an attack.
type marks struct {
	Looked, Outliers   int64
	Compared, Squeezed int64
	Echoed             int64
	Seen, Matched      int64
	Answered, Leaked   int64
	Patterns           map[string]int64 `json:",omitempty"`
	Square             sketch.Moments   // of rows that are no outliers
}

// tell writes the marks into a fact.
func (m *marks) tell(f *kind.InferenceWindowV1) {
	f.Looked, f.Outliers, f.Compared, f.Squeezed, f.Echoed = m.Looked, m.Outliers, m.Compared, m.Squeezed, m.Echoed
	if m.Seen == 0 {
		return
	}
	p := &kind.InferencePrompts{Seen: m.Seen, Matched: m.Matched, Answered: m.Answered, Leaked: m.Leaked}
	for id, n := range m.Patterns {
		p.Patterns = append(p.Patterns, kind.InferenceMatch{ID: id, Count: n})
	}
	slices.SortFunc(p.Patterns, func(a, b kind.InferenceMatch) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.ID, b.ID))
	})
	p.Patterns = p.Patterns[:min(len(p.Patterns), maxTold)]
	f.Prompts = p
}

// glass is the lens of one version of a model, and what it was made from.
type glass struct {
	features []extraction.Feature
	joint    extraction.Joint
	lens     *extraction.Lens
}

type savedLens struct {
	Model    model
	Features []extraction.Feature
	Joint    extraction.Joint
}

// lensFeatures are the fields that a lens looks at, in the order of [Folder.client].
func (f *Folder) lensFeatures() (names []string) {
	for _, n := range f.columnFields {
		if x := f.mapping.Fields[n]; x.As == AsFeature && x.Type == string(sketch.Number) && len(names) < maxLens {
			names = append(names, n)
		}
	}
	return names
}

// lens returns what rows of a model are held against; nil if nothing is known yet.
func (f *Folder) lens(m model) *extraction.Lens {
	g := f.lenses[m]
	if g == nil && f.opt.Reference != nil && len(f.lenses) < maxLenses {
		g = f.grind(f.opt.Reference, extraction.Joint{})
		f.lenses[m] = g
	}
	if g == nil {
		return nil
	}
	return g.lens
}

// grind makes a lens of the columns of a window.
func (f *Folder) grind(w *sketch.Window, joint extraction.Joint) *glass {
	g := &glass{joint: joint}
	for _, n := range f.lensFeatures() {
		var x extraction.Feature
		if c := w.Column(f.mapping.Fields[n].Name, ""); c != nil && c.Ranks != nil && c.N > 0 {
			q := func(p float64) float64 { _, v, _ := c.Ranks.Quantile(p); return v }
			x = extraction.Feature{Min: c.Moments.Min, Q005: q(.005), Q25: q(.25), Q50: q(.5), Q75: q(.75), Q995: q(.995), Max: c.Moments.Max}
		}
		g.features = append(g.features, x)
	}
	g.lens, _ = extraction.NewLens(g.features, joint, 1) // nil where no feature varies
	return g
}

// learn makes of a window that is over what the next ones are held against, where
// that is not known: the first with enough rows. What is known stays, so that nobody
// moves it.
func (f *Folder) learn(w *open) {
	g := f.lenses[w.model]
	switch {
	case g == nil && w.window.Rows >= minLearned && len(f.lenses) < maxLenses:
		f.lenses[w.model] = f.grind(w.window, extraction.Joint{})
	case g != nil && g.lens != nil && g.joint.N == 0 && w.marks.Square.N >= minLooked && w.marks.Outliers*10 < w.marks.Looked:
		g.joint = extraction.Joint{N: w.marks.Square.N, Mean: w.marks.Square.Mean, SD: w.marks.Square.SD()}
		g.lens, _ = extraction.NewLens(g.features, g.joint, 1)
	}
}

func (f *Folder) savedLenses() (out []savedLens) {
	for m, g := range f.lenses {
		out = append(out, savedLens{m, g.features, g.joint})
	}
	slices.SortFunc(out, func(a, b savedLens) int {
		return cmp.Or(cmp.Compare(a.Model.Model, b.Model.Model), cmp.Compare(a.Model.Version, b.Model.Version), cmp.Compare(a.Model.Service, b.Model.Service))
	})
	return out
}

// restoreLens takes a lens from the state, if the mapping still has its features.
func (f *Folder) restoreLens(l savedLens) {
	if len(l.Features) != len(f.lensFeatures()) || f.opt.Reference != nil && l.Joint.N == 0 {
		return
	}
	g := &glass{features: l.Features, joint: l.Joint}
	if f.opt.Reference != nil { // the one that is given now, with what was learned
		g = f.grind(f.opt.Reference, l.Joint)
	}
	g.lens, _ = extraction.NewLens(g.features, g.joint, 1)
	f.lenses[l.Model] = g
}

// look holds a row against the reference.
func (w *open) look(f *Folder, numbers []float64) *extraction.Seen {
	if w.lens == nil {
		return nil
	}
	s := w.lens.Look(numbers[:min(len(numbers), maxLens)])
	w.marks.Looked++
	if s.Outside {
		w.marks.Outliers++
	} else {
		w.marks.Square.Add(s.Square)
	}
	return &s
}

// echoes are hashes of what a model gave: which came first goes first.
type echoes struct {
	at   map[uint64]struct{}
	ring []uint64
	next int
}

func (e *echoes) add(h uint64) {
	if e.at == nil {
		e.at = map[uint64]struct{}{}
	}
	if _, ok := e.at[h]; ok {
		return
	}
	e.at[h] = struct{}{}
	if len(e.ring) < maxEchoes {
		e.ring = append(e.ring, h)
		return
	}
	delete(e.at, e.ring[e.next])
	e.ring[e.next] = h
	e.next = (e.next + 1) % maxEchoes
}

func (e *echoes) has(h uint64) bool { _, ok := e.at[h]; return ok }

// precise reports whether a number has so many digits that it is not met by chance.
func precise(x float64) bool {
	s := strconv.FormatFloat(math.Abs(x), 'e', -1, 64)
	mantissa, _, _ := strings.Cut(s, "e")
	return len(mantissa) >= 8 // seven digits and the point
}

// echo counts an input that is what the model itself gave before: by the digest of the
// whole, by a number of seven digits or more, or by a line of text.
func (w *open) echo(f *Folder, r Record, numbers []float64) {
	found := false
	name := w.Model + "\x00" + w.Service + "\x00"
	say := func(what, s string) uint64 { return key(name + what + "\x00" + s) }
	number := func(x float64) uint64 { return say("number", strconv.FormatUint(math.Float64bits(x), 16)) }
	if s, ok := text(f.value(r, AsInput)); ok && s != "" {
		found = f.echoes.has(say("digest", s))
	}
	for _, x := range numbers {
		if found {
			break
		}
		found = x == x && precise(x) && f.echoes.has(number(x))
	}
	for _, l := range longLines(f.value(r, AsPrompt)) {
		found = found || f.echoes.has(say("line", l))
	}
	if found {
		w.marks.Echoed++
	}
	if s, ok := text(f.value(r, AsDigest)); ok && s != "" {
		f.echoes.add(say("digest", s))
	}
	for _, n := range f.scoreFields {
		if x, ok := r[n].(float64); ok && precise(x) {
			f.echoes.add(number(x))
		}
	}
	for _, l := range longLines(f.value(r, AsReply)) {
		f.echoes.add(say("line", l))
	}
}

// longLines are the long lines of a text, at most 32: short ones are met by chance.
func longLines(v any) (out []string) {
	s, _ := v.(string)
	for l := range strings.Lines(s) {
		if l = strings.Join(strings.Fields(l), " "); len(l) >= 60 {
			if out = append(out, l); len(out) == 32 {
				break
			}
		}
	}
	return out
}

// patterns are those of planted instructions, read once.
var patterns = sync.OnceValue(prompt.Default)

// marks counts an answer that changed when its input was simplified, planted
// instructions, and marks that must not leave. Texts go no further than this.
func (f *Folder) marks(w *open, r Record) {
	if second, ok := number(f.value(r, AsSecond)); ok && len(f.scoreFields) > 0 {
		if first, ok := number(r[f.scoreFields[0]]); ok {
			w.marks.Compared++
			t := f.threshold(r)
			// Over the threshold and back is a change only where it is more than the margin.
			if (first >= t) != (second >= t) && math.Abs(first-second) > f.mapping.Margin {
				w.marks.Squeezed++
			}
		}
	}
	asked, isPrompt := f.value(r, AsPrompt).(string)
	answer, isReply := f.value(r, AsReply).(string)
	if (!isPrompt || asked == "") && (!isReply || answer == "") {
		return
	}
	m := &w.marks
	m.Seen++
	count := func(list []prompt.Match) {
		for _, x := range list {
			if m.Patterns == nil {
				m.Patterns = map[string]int64{}
			}
			m.Patterns[x.ID]++
		}
	}
	if found := patterns().Prompt(asked); len(found) > 0 {
		m.Matched++
		count(found)
		if !yes(f.value(r, AsRefused)) && !yes(f.value(r, AsError)) && !prompt.Refusal(answer) {
			m.Answered++
		}
	}
	if found := patterns().Reply(answer, f.mapping.Canaries); len(found) > 0 {
		m.Leaked++
		count(found)
	}
}
