package artefact

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/archive"
	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/npy"
	"github.com/wardround/wardround/format/pattern"
	"github.com/wardround/wardround/format/pickle"
)

var (
	_ = register("pickle", looksPickle, scanPickles)
	_ = register("npy", func(it *item) bool { return npy.Is(it.head) }, scanNPY)
	_ = register("joblib before 0.10", func(it *item) bool { return bytes.HasPrefix(it.head, []byte("ZF0x")) }, scanZFile)
)

// maxPickles bounds the pickles that are read one behind the other.
const maxPickles = 10_000

// torchMagic is the number that torch.save wrote before its files were zips:
// 0x1950a86a20f9469cfc6c, as LONG1 writes it.
var torchMagic = []byte("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19")

// looksPickle: any byte can begin a pickle to some loader, so each item is tried, with
// one exception: P is PERSID, which every loader without persistent ids refuses
// before anything else, and those with them open zips as zips.
func looksPickle(it *item) bool { return len(it.head) > 1 && !localHead(it) }

func hasProto(head []byte) bool { return len(head) > 1 && head[0] == 0x80 && head[1] <= 5 }

// scanPickles reads the pickles of an item: one, or several behind each other as
// torch's old form and streams of dumps have them.
func scanPickles(s *scanner, it *item) *finding {
	f := &finding{format: "pickle"}
	pol := pickle.Policy{Torch: it.role == torch}
	at, legacy := int64(0), false
	n := 0
	for at < it.size && n < maxPickles && s.ctx.Err() == nil {
		if legacy && n == 3 {
			pol.Torch = true
		}
		rep, err := pickle.Scan(&from{r: it.r, start: at, at: at, size: it.size}, pickle.Limits{}, pol)
		if err != nil {
			if n == 0 && rep == nil {
				return nil
			}
			f.hit(it.path, issue.Issue{Rule: "artefact.read", Level: issue.Unreadable, Offset: at, Text: "the bytes can't be read: " + err.Error()})
			break
		}
		head := peek(it.r, at, it.size, headLen)
		if !fits(rep, head, it, n) {
			break
		}
		if n == 0 && rep.End < 64 && bytes.Contains(head[:min(64, len(head))], torchMagic) {
			legacy, f.format = true, "torch before 1.6"
		}
		s.pickle(it, at, rep, f)
		n++
		if !rep.Stopped {
			f.whole = true // what follows the breakage belongs to it
			return f
		}
		if rep.Alt > 0 && rep.Alt != rep.End && at+rep.Alt < it.size {
			s.alternative(it, at+rep.Alt, pol, f)
		}
		at += rep.End
		if legacy && n == 5 { // the tensors' bytes follow
			f.whole = true
			if tail := at; tail < it.size {
				f.merge(s.item(&item{r: io.NewSectionReader(it.r, tail, it.size-tail), size: it.size - tail, path: joinPath(it.path, bytesAt(tail)), depth: it.depth + 1, role: tensor}))
			}
			return f
		}
	}
	if n == 0 {
		return nil
	}
	f.whole = true
	s.behind(it, at, n, f)
	return f
}

// from reads an item from an offset.
type from struct {
	r               io.ReaderAt
	start, at, size int64
}

// ReadAt reads again, with offsets from where the reader began.
func (f *from) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || f.start+off >= f.size {
		return 0, io.EOF
	}
	n, err := f.r.ReadAt(p[:min(int64(len(p)), f.size-f.start-off)], f.start+off)
	if n < len(p) && err == nil {
		err = io.EOF
	}
	return n, err
}

func (f *from) Read(p []byte) (int, error) {
	if f.at >= f.size {
		return 0, io.EOF
	}
	n, err := f.r.ReadAt(p[:min(int64(len(p)), f.size-f.at)], f.at)
	f.at += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

func peek(r io.ReaderAt, at, size int64, n int) []byte {
	b := make([]byte, min(int64(n), size-at))
	k, _ := r.ReadAt(b, at)
	return b[:k]
}

// reaches reports whether one of the two unpicklers is still running behind the opcode
// that imports c. INST imports and calls at once: without a mark on the stack it
// does neither, and many words begin with i.
func reaches(rep *pickle.Report, c *pickle.Callable) bool {
	for _, who := range []pickle.Semantics{pickle.C, pickle.Python} {
		stopped := slices.ContainsFunc(rep.Divergences, func(d pickle.Divergence) bool { return d.Stop&who != 0 && d.Offset <= c.Offset })
		if c.Under&who != 0 && !stopped {
			return true
		}
	}
	return false
}

// importable is what a dotted path looks like. Python would try to import other names,
// too, but a text that happens to be a pickle is full of them.
var importable = pattern.Of(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_<][A-Za-z0-9_>]*)+$`)

// textNames are extensions of lists of words: their first lines may read as an import.
var textNames = strings.Fields(".txt .vocab .bpe .merges .md .csv .tsv .json .yaml .yml .log")

// fits decides whether the bytes are a pickle, which no signature tells: the oldest
// protocol is plain text, and a vocabulary that begins with "cat" begins with an
// import. A pickle they are if they say so (PROTO), if a loader reads them to
// their end, or if a loader gets as far as to a call or to a name that has no
// place in data.
func fits(rep *pickle.Report, head []byte, it *item, n int) bool {
	live, called, grave := false, false, false
	text := !hasProto(head) && isText(head)
	for _, c := range rep.Callables {
		if c.Under&(pickle.C|pickle.Python) != 0 && (!text || importable().MatchString(c.Full)) {
			live = true
			called = called || c.Called && (!text || reaches(rep, &c))
			grave = grave || c.Class == pickle.Malicious
		}
	}
	switch {
	case it.role == tensor:
		return rep.Stopped && rep.Accepts != 0 && rep.Ops > 2 || called || grave
	case hasProto(head):
		return rep.Class == pickle.Malicious || live || rep.Stopped || rep.Ops > 2 || n == 0
	case called || grave && (!text || rep.Stopped || !slices.Contains(textNames, ext(it.name))):
		return true
	case !rep.Stopped:
		// Long texts of opcodes that never stop are no texts: they may be there to
		// exhaust a loader.
		return rep.Ops > 4096 && rep.Class >= pickle.Unreadable && !isText(head)
	}
	// Something like "N." begins many texts.
	return rep.Accepts != 0 && (rep.End == it.size && rep.Ops > 1 || live)
}

// pickle takes over what one pickle of the item would do.
func (s *scanner) pickle(it *item, at int64, rep *pickle.Report, f *finding) {
	switch rep.Class {
	case pickle.Safe:
		f.base = worse(f.base, Safe)
	case pickle.Unknown:
		f.worst = max(f.worst, issue.Unknown)
	case pickle.Unreadable:
		f.worst = max(f.worst, issue.Unreadable)
	case pickle.Malicious:
		f.worst = max(f.worst, issue.Malicious)
	}
	for _, i := range rep.Issues {
		if i.Offset >= 0 {
			i.Offset += at
		}
		f.hit(it.path, i)
	}
	for _, c := range rep.Callables {
		c.Offset += at
		f.calls = bounded(f.calls, []Callable{{Part: it.path, Callable: c}}, maxCallables)
	}
	for _, t := range rep.Trail {
		t.Offset += at
		f.trail = bounded(f.trail, []Step{{Part: it.path, Step: t}}, maxSteps)
	}
	for i := range rep.Inner {
		s.inner(it, at, &rep.Inner[i], f)
	}
}

// inner looks into a text of a pickle that holds something else.
func (s *scanner) inner(it *item, at int64, sp *pickle.Span, f *finding) {
	if sp.Data == nil || sp.Kind == "array" {
		return
	}
	where := fmt.Sprintf("(%s in the text at %d)", sp.Encoding, at+sp.Start)
	child := &item{r: bytes.NewReader(sp.Data), size: int64(len(sp.Data)), path: joinPath(it.path, where), depth: it.depth + 1, role: inner}
	if got := s.item(child); got.verdict() != Inert || len(got.hits) > 0 {
		f.merge(got)
	}
}

// innerOnly tells that what was found in an inner text runs only if something loads
// it. It does not make it harmless: nobody packs such a text into a model honestly.
func innerOnly(it *item, f *finding) {
	rule, level := "", issue.Note
	switch f.verdict() {
	case Malicious:
		rule, level = "artefact.inner-malicious", issue.Malicious
	case Unknown, Unreadable:
		// A text that only resembles a container is a text.
		f.hits, f.worst = nil, issue.Note
		if len(f.calls) == 0 {
			f.base, f.parts = Inert, nil
			return
		}
		rule, level = "artefact.inner-callable", issue.Unknown
	default:
		f.base = Inert
		return
	}
	f.hit(it.path, issue.Issue{Rule: rule, Level: level, Offset: -1, Text: "a text of the pickle is itself " + article(f.format) + "; it runs if something loads it"})
}

func article(format string) string {
	if format == "" {
		return "something to load"
	}
	return "a " + format
}

// alternative scans from where a loader goes on that skips to the end of a frame.
func (s *scanner) alternative(it *item, at int64, pol pickle.Policy, f *finding) {
	rep, err := pickle.Scan(&from{r: it.r, start: at, at: at, size: it.size}, pickle.Limits{}, pol)
	if err == nil && fits(rep, peek(it.r, at, it.size, headLen), it, 1) {
		s.pickle(it, at, rep, f)
	}
}

// behind looks at what follows the last pickle.
func (s *scanner) behind(it *item, at int64, n int, f *finding) {
	if at >= it.size {
		return
	}
	if n >= maxPickles {
		f.hit(it.path, issue.Issue{Rule: "pickle.many", Level: issue.Unreadable, Offset: at, Text: fmt.Sprintf("more than %d pickles behind each other", maxPickles)})
		return
	}
	zero := true
	for o := at; o < it.size && zero; o += headLen {
		zero = len(bytes.Trim(peek(it.r, o, it.size, headLen), "\x00")) == 0
	}
	if zero {
		return
	}
	if archive.LooksZip(it.r, it.size) {
		f.doubt = false
	}
	f.hit(it.path, issue.Issue{Rule: "pickle.trailing", Level: issue.Unknown, Offset: at, Text: fmt.Sprintf("%d bytes follow the pickle; no loader of pickles needs them", it.size-at)})
	child := &item{r: io.NewSectionReader(it.r, at, it.size-at), size: it.size - at, path: joinPath(it.path, bytesAt(at)), depth: it.depth + 1, role: tensor}
	f.merge(s.item(child))
}

// scanNPY reads a NumPy file: numbers are inert, objects are a pickle.
func scanNPY(s *scanner, it *item) *finding {
	h, err := npy.Read(it.r, it.size)
	if err != nil {
		return nil
	}
	f := &finding{format: "npy", whole: true}
	f.issues(it.path, h.Issues)
	if !h.Dtype.Object && !h.Dtype.Unsure && h.Len < 0 {
		return f
	}
	at := h.Data
	if !h.Dtype.Object && !h.Dtype.Unsure {
		if at += h.Len; at >= it.size || at < h.Data {
			return f
		}
	}
	child := &item{r: io.NewSectionReader(it.r, at, max(0, it.size-at)), size: max(0, it.size-at), path: joinPath(it.path, "(objects)"), depth: it.depth + 1}
	if !h.Dtype.Object {
		child.role = tensor
	}
	f.merge(s.item(child))
	return f
}

// scanZFile reads joblib's own compressed form (joblib.numpy_pickle_compat): "ZF",
// the length in hexadecimal padded to a fixed width, and zlib.
func scanZFile(s *scanner, it *item) *finding {
	f := &finding{format: "joblib before 0.10"}
	for _, width := range []int64{2 + 10, 2 + 19, 2 + 20} {
		if it.size <= width+2 {
			continue
		}
		body := io.NewSectionReader(it.r, width, it.size-width)
		z := archive.Streams[1]
		if !z.Looks(peek(it.r, width, it.size, 2)) {
			continue
		}
		issues, err := z.Unpack(body, it.size-width, s.budget, func(m *archive.Member) error { return s.inside(it, m, plain, f) })
		if err == nil {
			return walked(s, it, f, issues, nil)
		}
	}
	return nil
}
