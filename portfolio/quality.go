package portfolio

import (
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

// quality is what a bill of materials lacks.
func (ix *Index) quality(r *wardround.Release, doc *sbom.Document, b *bill) []check.Quality {
	if n := len(b.ident); n > maxJudged || len(doc.Components) < n {
		return []check.Quality{{Profile: string(sbom.Integrity), Rule: "size", State: wardround.Unknown, Count: n, Of: n,
			Said: "The document is too large to be judged by the profiles; its components are matched."}}
	}
	return ix.opt.Quality(r, doc)
}
