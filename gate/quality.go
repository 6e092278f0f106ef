package gate

import "github.com/wardround/wardround/format/sbom"

// quality are the answers of the quality profiles, by rule: "pass", "fail", "unknown".
func (r *Result) quality() map[string]string {
	out := map[string]string{}
	for _, p := range sbom.Profiles {
		for _, a := range sbom.Quality(r.doc, p) {
			out[a.Rule] = string(a.State)
		}
	}
	return out
}
