package release

import (
	"context"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "release.support",
	Version: 1,
	Title:   "The maker's support of a product ends",
	Doc: "The maker fixes the security of this product only for a while longer, or has stopped. After the end of support a weakness that becomes known stays; the hospital then carries the risk alone (IMDRF N70 speaks of legacy devices). " +
		"Plan the successor, or what keeps the product away from attackers for as long as it must stay: an own segment, no way out, closer watching. Ask the maker what is still offered for money. " +
		"It is wrong where a contract of the hospital goes on longer than what the maker publishes: then enter that date. It passes when a later date is entered, or when the release is retired everywhere; without any date it is unknown.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Uncounted:    true,
	Stage:        wardround.Operate,
	Severity:     wardround.Low,
	Thresholds:   map[string]float64{"months": 12},
	Controls:     []string{"lifecycle-support"},
	Watch:        []kind.Name{kind.ReleaseSaid},
	Portfolio:    true,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "No change in anyone's care is known. {release} works as before; weaknesses that become known from then on stay in it.",
		Ward:        "Nothing to do.",
		Engineering: "Plan what follows {release}: {instances} of it are known here. Ask the maker for the way to a supported version and what it costs.",
		Security:    "Where {release} must stay, keep it in a segment of its own, let it reach only what it needs, and watch it more closely.",
		Dont:        "Don't take it out of use because of this alone: care goes on with it until its successor stands beside it.",
		Why:         "Support of {release}: {ends}.",
		Wrong:       "a contract that is not entered here lasts longer.",
	},
	Run: support,
})

// supported is the item.
const supported = "support"

// support judges the releases that were touched, and those whose date has come.
func support(_ context.Context, p *check.Pass) error {
	judge := func(r *wardround.Release) { judgeSupport(p, r) }
	p.Follow().Each(judge)
	for w := range p.Wakes() {
		if r := p.Portfolio().Release(wardround.ReleaseID(w.Key)); r != nil {
			judge(r)
		}
	}
	return nil
}

func judgeSupport(p *check.Pass, r *wardround.Release) {
	subject, now := wardround.ReleaseSubject(r.ID), p.Now()
	months := int(p.Setting("months", 12))
	all, used := instances(p, r.ID)
	facts := wardround.Facts{"release": called(r), "instances": all}
	if !r.SupportEnds.IsZero() {
		facts["date"] = r.SupportEnds.UTC().Format(time.DateOnly)
	}
	warn := r.SupportEnds.AddDate(0, -months, 0)
	next := time.Time{}
	for _, t := range []time.Time{warn, r.LimitedSupport, r.SupportEnds, r.Retired} {
		if t.After(now) && !r.SupportEnds.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	p.WakeAt(string(r.ID), next)
	stage := r.SupportAt(now)
	switch {
	case !r.Retired.IsZero() && !now.Before(r.Retired):
		facts["ends"] = "the release is retired"
		p.Pass(subject, supported, facts)
	case stage == wardround.SupportEnded:
		base := wardround.Low
		if used > 0 {
			base = wardround.Medium
		}
		facts["ends"] = "it has ended"
		if !r.SupportEnds.IsZero() {
			facts["ends"] = "it ended on " + r.SupportEnds.UTC().Format(time.DateOnly)
		}
		p.Fail(subject, supported, facts, check.As(base))
	case !r.SupportEnds.IsZero() && !now.Before(warn):
		base := wardround.Info
		if used > 0 {
			base = wardround.Low
		}
		facts["ends"] = "it ends on " + r.SupportEnds.UTC().Format(time.DateOnly)
		p.Fail(subject, supported, facts, check.As(base))
	case r.SupportEnds.IsZero() && stage == "":
		p.Unknown(subject, supported, "the maker has not said until when", facts)
	default:
		facts["ends"] = "it goes on"
		p.Pass(subject, supported, facts)
	}
}
