package trial

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/stat/performance"
	"github.com/wardround/wardround/stat/perturb"
)

// Asker asks a model under a grant: it returns the score of the input of a declared
// test patient.
type Asker interface {
	Ask(ctx context.Context, patient string, input any) (float64, error)
	Sent() int64
	Left() int64
}

// RobustnessOptions say what is tried. Zero fields take the defaults.
type RobustnessOptions struct {
	Threshold  float64  // of a decision: 0.5
	Severities int      // 1 … 5: 3
	Kinds      []string // all that are for this kind of data
	Flips      float64  // limit of the share of decisions that change: 0.1
	AUROC      float64  // limit of the loss of AUROC: 0.05
	Rows       int      // of the file, the first: 200
	Rate       float64  // samples a second, of series
	Seed       uint64
	Search     int // requests a row of a search for a light change that turns its decision; 0: none
	Walk       int // requests a row of a walk to the nearest change that does; 0: none
}

// Patients are the test patients that the samples name.
func (s *Samples) Patients() []string { return s.patient }

// Requests is how many a trial will send.
func (s *Samples) Requests(o RobustnessOptions) int64 {
	o = o.fill(s)
	return int64(s.n) * int64(2+len(o.Kinds)*o.Severities+o.Search+o.Walk) // a search or walk may end sooner
}

func (o RobustnessOptions) fill(s *Samples) RobustnessOptions {
	o.Threshold, o.Flips, o.AUROC = cmp.Or(o.Threshold, .5), cmp.Or(o.Flips, .1), cmp.Or(o.AUROC, .05)
	o.Search, o.Walk = min(max(o.Search, 0), maxSearch), min(max(o.Walk, 0), maxWalk)
	o.Severities = min(max(cmp.Or(o.Severities, 3), 1), perturb.Severities)
	if len(o.Kinds) == 0 {
		o.Kinds = s.kinds
	}
	return o
}

// Robustness asks for each sample as it is, twice, and under each perturbation, from
// the lightest on. It stops at the first error: what is whole until then is told.
// Error: EInvalid for kinds that there are not, EForbidden for more than is granted.
func Robustness(ctx context.Context, s *Samples, ask Asker, o RobustnessOptions) (*Report, error) {
	const op = "trial.robustness"
	o = o.fill(s)
	for _, k := range o.Kinds {
		if !slices.Contains(s.kinds, k) {
			return nil, wardround.Errorf(wardround.EInvalid, op, "there is no perturbation %q of %s; there are: %s", k, s.What, strings.Join(s.kinds, ", "))
		}
	}
	if need := s.Requests(o); need > ask.Left() {
		return nil, wardround.Errorf(wardround.EForbidden, op, "%d requests are needed, the grant has %d left; nothing was sent. Take fewer rows, kinds or severities.", need, ask.Left())
	}
	r := &Report{Probe: "robustness", Rows: int64(s.n)}
	round := func(kind string, severity int) ([]float64, bool) {
		out := make([]float64, s.n)
		for i := range out {
			in, err := s.make(i, kind, severity, o.Seed+uint64(i)*1_000_003)
			if err == nil {
				out[i], err = ask.Ask(ctx, s.patient[i], in)
			}
			if err != nil {
				r.Problem = clip(fmt.Sprintf("%s, row %d: %s", cmp.Or(kind, "as it is"), i+1, err), 200)
				return nil, false
			}
		}
		return out, true
	}
	base, ok := round("", 0)
	if ok {
		var again []float64
		if again, ok = round("", 0); ok {
			s.compare(r, "asked again", base, again, o)
		}
	}
	for _, k := range o.Kinds {
		for severity := 1; severity <= o.Severities && ok; severity++ {
			var worse []float64
			if worse, ok = round(k, severity); ok {
				s.compare(r, fmt.Sprintf("%s %d", k, severity), base, worse, o)
			}
		}
	}
	if ok && o.Search > 0 {
		s.search(ctx, r, ask, base, o)
	}
	if ok && o.Walk > 0 && r.Problem == "" {
		s.walk(ctx, r, ask, base, o)
	}
	r.Requests = ask.Sent()
	if s.label == nil {
		r.Notes = append(r.Notes, "without labels only changes of the decision are judged")
	}
	return r.decide(), nil
}

// maxSearch bounds the requests of a search, a row.
const maxSearch = 1000

// search looks, row by row, for a change of the lightest severity that turns the
// decision: a random search over what chance draws, with the score alone, that ends
// with the first that does. It is the least that somebody with so many requests can do:
// a better search finds more.
func (s *Samples) search(ctx context.Context, r *Report, ask Asker, base []float64, o RobustnessOptions) {
	var random []string
	for _, k := range []string{"noise", "muscle", "wander", "rounding", "rotation", "brightness", "blur"} {
		if slices.Contains(s.kinds, k) {
			random = append(random, k)
		}
	}
	name := fmt.Sprintf("worst of %d draws at severity 1", o.Search)
	turned := 0
	for i := range s.n {
		for q := range o.Search {
			k := random[q%len(random)]
			in, err := s.make(i, k, 1, o.Seed+uint64(i)*1_000_003+uint64(q+1)*7_919)
			var score float64
			if err == nil {
				score, err = ask.Ask(ctx, s.patient[i], in)
			}
			if err != nil {
				r.Problem = clip(fmt.Sprintf("%s, row %d: %s", name, i+1, err), 200)
				return
			}
			if (score >= o.Threshold) != (base[i] >= o.Threshold) {
				turned++
				r.row(i, "search: after %d requests %s turns the decision, %.4g to %.4g", q+1, k, base[i], score)
				break
			}
		}
	}
	r.most(name+": decisions turned", performance.Wilson(float64(turned), float64(s.n), level), o.Flips)
	r.Notes = append(r.Notes, "the search draws by chance; a walk to the boundary finds more")
}

// compare adds the measures of one round.
func (s *Samples) compare(r *Report, name string, base, worse []float64, o RobustnessOptions) {
	flips, lost := 0, 0
	for i := range base {
		a, b := base[i] >= o.Threshold, worse[i] >= o.Threshold
		if a != b {
			flips++
			r.row(i, "%s: the score goes from %.4g to %.4g, the decision changes", name, base[i], worse[i])
			if s.label != nil && a == s.label[i] {
				lost++
			}
		}
	}
	n := float64(len(base))
	r.most(name+": decisions changed", performance.Wilson(float64(flips), n, level), o.Flips)
	if s.label == nil {
		return
	}
	r.most(name+": right decisions lost", performance.Wilson(float64(lost), n, level), o.Flips)
	c, err := performance.CompareAUROC(base, worse, s.label, nil, level)
	if err != nil { // one class, or all scores the same: there is nothing to rank
		return
	}
	c.Difference.N = len(base)
	r.most(name+": loss of AUROC", c.Difference, o.AUROC)
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
