package artefact

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/issue"
)

// finding is what one reading of one item gives, its inner parts included.
type finding struct {
	format  string // how the reading is called
	whole   bool   // the reading explains every byte of the item
	base    Verdict
	hits    []Hit
	calls   []Callable
	trail   []Step
	parts   []Part
	doubt   bool // the format's mark is weak; see item
	dropped int  // hits over the bound
	worst   issue.Level
}

// hit adds an issue found in part.
func (f *finding) hit(part string, i issue.Issue) {
	f.add(Hit{Rule: i.Rule, Level: i.Level, Part: part, Where: i.Where, Offset: i.Offset, Text: i.Text})
}

func (f *finding) issues(part string, list []issue.Issue) {
	for _, i := range list {
		f.hit(part, i)
	}
}

func (f *finding) add(h Hit) {
	f.worst = max(f.worst, h.Level)
	if len(f.hits) >= maxHits {
		// The gravest must not be lost behind a flood of others.
		i := slices.IndexFunc(f.hits, func(o Hit) bool { return o.Level < h.Level })
		if f.dropped++; i < 0 {
			return
		}
		f.hits[i] = h
		return
	}
	f.hits = append(f.hits, h)
}

// merge takes over what was found in another reading or an inner part.
func (f *finding) merge(o *finding) {
	if o == nil {
		return
	}
	f.base = worse(f.base, o.base)
	for _, h := range o.hits {
		f.add(h)
	}
	f.worst = max(f.worst, o.worst)
	f.dropped += o.dropped
	f.calls = bounded(f.calls, o.calls, maxCallables)
	f.trail = bounded(f.trail, o.trail, maxSteps)
	f.parts = bounded(f.parts, o.parts, maxParts)
}

func bounded[T any](a, b []T, n int) []T {
	return append(a, b[:max(0, min(len(b), n-len(a)))]...)
}

// verdict is the gravest of all.
func (f *finding) verdict() Verdict {
	v := worse(Inert, f.base)
	for _, h := range f.hits {
		v = worse(v, ofLevel(h.Level))
	}
	return worse(v, ofLevel(f.worst))
}

// report makes the report of a whole file.
func (f *finding) report() *Report {
	if f.dropped > 0 {
		f.hits = append(f.hits, Hit{Rule: "artefact.more", Level: issue.Note, Offset: -1, Text: "more was found than a report holds"})
	}
	rep := &Report{Verdict: f.verdict(), Format: f.format, Rules: f.hits, Callables: f.calls, Trail: f.trail, Parts: f.parts}
	slices.SortStableFunc(rep.Rules, func(a, b Hit) int { return cmp.Compare(b.Level, a.Level) })
	slices.SortStableFunc(rep.Callables, func(a, b Callable) int { return cmp.Compare(b.Class, a.Class) })
	return rep
}

// add adds a hit to a report that is made.
func (r *Report) add(h Hit) {
	r.Verdict = worse(r.Verdict, ofLevel(h.Level))
	r.Rules = append(r.Rules, h)
	slices.SortStableFunc(r.Rules, func(a, b Hit) int { return cmp.Compare(b.Level, a.Level) })
}

// digest computes the file's SHA-256.
func (r *Report) digest(ctx context.Context, src io.ReaderAt, size int64) error {
	h := sha256.New()
	buf := make([]byte, 256<<10)
	if _, err := io.CopyBuffer(h, io.NewSectionReader(&source{ctx: ctx, r: src}, 0, size), buf); err != nil {
		return err
	}
	r.SHA256 = hex.EncodeToString(h.Sum(nil))
	return nil
}

// RuleIDs are the rules that were hit, each once, the gravest first.
func (r *Report) RuleIDs() []string {
	out := []string{}
	for _, h := range r.Rules {
		if !slices.Contains(out, h.Rule) {
			out = append(out, h.Rule)
		}
	}
	return out
}

// CallableNames are the full names of what is imported, each once, the gravest first.
func (r *Report) CallableNames() []string {
	out := []string{}
	for _, c := range r.Callables {
		if !slices.Contains(out, c.Full) {
			out = append(out, c.Full)
		}
	}
	return out
}

// base is the last part of a name, whatever its slashes.
func base(name string) string {
	return name[strings.LastIndexAny(name, `/\`)+1:]
}
