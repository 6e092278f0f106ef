package portfolio

import (
	"iter"
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/sbom"
)

// maxJudged is up to how many components a bill of materials is held against the
// profiles.
const maxJudged = 200_000

// Profiles holds a bill of materials against every profile of format/sbom.
func Profiles(_ *wardround.Release, d *sbom.Document) []check.Quality {
	var out []check.Quality
	for _, p := range sbom.Profiles {
		for _, a := range sbom.Quality(d, p) {
			q := check.Quality{Profile: string(p), Rule: a.Rule, Said: a.Sentence, Count: a.Count, Of: a.Of}
			switch a.State {
			case sbom.Pass:
				q.State = wardround.Pass
			case sbom.Fail:
				q.State = wardround.Fail
			}
			out = append(out, q)
		}
	}
	return out
}

// grade keeps what a bill of materials lacks.
func (ix *Index) grade(r *wardround.Release, doc *sbom.Document, b *bill) {
	var all []check.Quality
	if n := len(b.ident); n > maxJudged || len(doc.Components) < n {
		all = []check.Quality{{Profile: string(sbom.Integrity), Rule: "size", State: wardround.Unknown, Count: n, Of: n,
			Said: "The document is too large to be judged by the profiles; its components are matched."}}
	} else {
		all = ix.opt.Quality(r, doc)
	}
	b.quality = make([]grade, len(all))
	for i, q := range all {
		b.quality[i] = grade{ix.texts.put(q.Profile), ix.texts.put(q.Rule), ix.texts.put(q.Said), uint32(q.State), int32(q.Count), int32(q.Of)}
	}
}

// Qualities yields what the release's bill of materials lacks, by profile.
func (ix *Index) Qualities(id wardround.ReleaseID) iter.Seq[check.Quality] {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	var out []check.Quality
	if s := ix.lookup(wardround.ReleaseSubject(id)); s != nil && s.bill != nil {
		for _, g := range s.bill.quality {
			out = append(out, check.Quality{Profile: ix.texts.at(g.profile), Rule: ix.texts.at(g.rule), Said: ix.texts.at(g.said),
				State: wardround.State(g.state), Count: int(g.count), Of: int(g.of)})
		}
	}
	return slices.Values(out)
}
