package api

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/knowledge"
	"github.com/wardround/wardround/portfolio"
	"github.com/wardround/wardround/priority"
	"github.com/wardround/wardround/vex"
)

// Portfolio is what is told of releases, what they are made of, and what is known of
// it. A server without one answers empty lists.
type Portfolio struct {
	Index     *portfolio.Index
	Knowledge *knowledge.Base
	Claims    *vex.Set
	// Open opens a document by its digest.
	Open func(digest string) (io.ReadCloser, error)
	// Receive takes a document in and returns when it is judged. Errors: EInvalid for
	// one that cannot be read, EFull.
	Receive func(ctx context.Context, in Incoming, r io.Reader) (wardround.Blob, error)
}

// Incoming says what somebody uploads.
type Incoming struct {
	Kind                    wardround.DocumentKind
	Name                    string // of the file
	Maker, Product, Version string // of the release; "" for what the document says of itself
	Feed                    string // of knowledge; "" for the file's name
	Report, Tool            string // of build evidence: "sarif", "junit", "slsa-provenance", "pentest", "gate"
	By                      string
}

var portfolioRoutes = slices.Concat(releaseRoutes, componentRoutes, documentRoutes, vulnerabilityRoutes, advisoryRoutes, questionRoutes, feedRoutes, vexRoutes, embargoRoutes)

// index is what is asked, nil where there is no portfolio.
func (s *Server) index() *portfolio.Index {
	if s.opt.Portfolio == nil {
		return nil
	}
	return s.opt.Portfolio.Index
}

// scope is what of the portfolio the caller may see.
func (s *Server) scope(ctx context.Context) portfolio.Scope {
	v := s.sight(ctx, account.View)
	return portfolio.Scope{Lines: v.Products, Embargoed: true, Hidden: s.veil(ctx).hides}
}

// folded is the id a vulnerability stands under.
func (s *Server) folded(id string) string {
	if s.opt.Portfolio == nil || s.opt.Portfolio.Knowledge == nil {
		return id
	}
	return portfolio.Base{Base: s.opt.Portfolio.Knowledge}.Folded(id)
}

// Priority is when a vulnerability is to be dealt with, and why, in one sentence.
type Priority struct {
	Decision string     `json:"decision" doc:"SSVC, deployer: immediate, out-of-cycle, scheduled, defer."`
	Timeline string     `json:"timeline,omitempty" doc:"By CISA BOD 26-04."`
	Due      *time.Time `json:"due,omitempty"`
	Why      string     `json:"why"`
	Assumed  []string   `json:"assumed,omitempty" doc:"Decision points that were not known and count as the worst."`
}

// rank says how urgent a vulnerability is in a place.
func (s *Server) rank(id string, epss float64, exploited bool, fixed []string, criticality wardround.Criticality, since time.Time) priority.Rank {
	f := &priority.Facts{Vulnerability: id, Exploited: exploited, EPSS: epss, Criticality: criticality, Use: wardround.UseUnknown, Since: since}
	if len(fixed) > 0 {
		f.Fix = fixed[0]
	}
	if p := s.opt.Portfolio; p != nil && p.Knowledge != nil {
		if v, ok := p.Knowledge.Vulnerability(id); ok {
			f.Ratings, f.SSVC = v.Severities, v.SSVC
			if f.Fix == "" {
				f.Fix = fixIn(p.Knowledge, &v)
			}
			if v.Exploited != nil {
				f.Ransomware, f.Added = v.Exploited.Ransomware, v.Exploited.Added
			}
		}
	}
	return priority.Of(f)
}

// fixIn is a version that some record names as fixed, "" for none.
func fixIn(base *knowledge.Base, v *knowledge.Vulnerability) string {
	for _, r := range v.Records {
		rec, _, _ := base.Record(r)
		if rec == nil {
			continue
		}
		for i := range rec.Affected {
			for _, x := range rec.Affected[i].Ranges {
				for _, e := range x.Events {
					if e.Fixed != "" {
						return e.Fixed
					}
				}
			}
		}
	}
	return ""
}

func priorityOf(r *priority.Rank) Priority {
	return Priority{Decision: r.Decision, Timeline: r.Timeline, Due: moment(r.Due), Why: r.Why, Assumed: r.Assumed}
}

// moment is a time that may be absent.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// Exposure is the answer for one vulnerability in one release or asset.
type Exposure struct {
	*check.Exposure
	SubjectName string   `json:"subject_name"`
	Finding     string   `json:"finding,omitempty" doc:"Its finding, if there is one."`
	Priority    Priority `json:"priority"`
}

// exposures are the answers of one subject that the caller may see, the most urgent
// first.
func (s *Server) exposures(ctx context.Context, subject wardround.Subject, name string, criticality wardround.Criticality) ([]Exposure, error) {
	out := []Exposure{}
	hides := s.veil(ctx).hides
	var ranks []priority.Rank
	of := map[string]Exposure{}
	for e := range s.index().Exposures(check.ExposureKey{Subject: subject}) {
		if e.Subject != subject {
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if hides(e.Vulnerability) {
			continue
		}
		r := s.rank(e.Vulnerability, e.EPSS, e.Exploited, e.Fixed, criticality, e.Changed)
		row := *e
		row.Changed = row.Changed.UTC()
		ranks = append(ranks, r)
		of[e.Vulnerability] = Exposure{Exposure: &row, SubjectName: name, Priority: priorityOf(&r)}
	}
	priority.Sort(ranks)
	found := s.findingsOf(ctx, subject)
	for _, state := range []wardround.State{wardround.Fail, wardround.Unknown, wardround.Pass} {
		for _, r := range ranks {
			if e := of[r.Vulnerability]; e.State == state {
				e.Finding = found[r.Vulnerability]
				out = append(out, e)
			}
		}
	}
	return out, nil
}

// filled is rows, [] for none, of the lists of a result.
func filled(r *portfolio.Result) *portfolio.Result {
	for _, l := range []*portfolio.List{&r.Affected, &r.NotAffected, &r.CannotTell} {
		l.Rows = some(l.Rows)
	}
	r.Knowledge = r.Knowledge.UTC()
	return r
}

// blank reports whether no word is asked for.
func blank(q string) bool { return strings.TrimSpace(q) == "" }
