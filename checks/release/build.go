package release

import (
	"context"
	"fmt"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "release.build",
	Version: 1,
	Title:   "A test of a release while it was built did not pass",
	Doc: "A tool that looked at this release while it was built or tested reported something that is not as it should be: a static analysis, a failed test, a penetration test, a gate, or where it was built. What was found then is in what was shipped, unless it was fixed since. " +
		"Look at each result, fix it or say why it may stay, and let the same tool look again. " +
		"It is wrong where a result is a false alarm of the tool. It passes when the newest report of the same tool on the same release has nothing that fails; a report with a wrong signature says nothing.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Uncounted:    true,
	Stage:        wardround.Build,
	Severity:     wardround.Medium,
	Controls:     []string{"secure-development"},
	Watch:        []kind.Name{kind.BuildReceived},
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "No change in anyone's care is known. Whether what was found matters in {release} at the bedside is for its maker to say.",
		Ward:        "Nothing to do.",
		Engineering: "Before {release} goes to a ward, ask whether these results were looked at.",
		Security:    "Go through what {tool} reported of {release}, worst first; have it fixed, or write down why it may stay, and run the tool again.",
		Dont:        "Don't withdraw a release in use because of a tool's report alone: somebody who knows the product has to weigh it.",
		Why:         "The report {report} of {tool} on {release} has {failed} results that fail, of {total}: {results}.",
		Wrong:       "the tool mistakes what it sees.",
	},
	Run: build,
})

// build judges each report as it comes.
func build(_ context.Context, p *check.Pass) error {
	for o := range p.Seen() {
		f := o.Fields.(*kind.BuildReceivedV1)
		r := &wardround.Release{Maker: f.Maker, Product: f.Product, Version: f.Version}
		subject := wardround.ReleaseSubject(wardround.ReleaseIDOf(p.Scope().Org, f.Maker, f.Product, f.Version))
		item := clip(strings.TrimSpace(f.Report+" "+f.Tool), maxName)
		facts := wardround.Facts{
			"release": called(r), "report": clip(f.Report, maxName), "tool": clip(f.Tool, maxName), "failed": f.Failed, "total": f.Passed + f.Failed + f.Skipped,
		}
		if f.Trust != "" {
			facts["trust"] = clip(f.Trust, maxName)
		}
		switch {
		case f.Trust == "refused":
			p.Unknown(subject, item, "the signature of the report is wrong", facts)
		case f.Failed > 0:
			facts["results"] = results(f)
			p.Fail(subject, item, facts, check.As(gravest(f)))
		case f.Passed == 0:
			p.Unknown(subject, item, "the report holds no result", facts)
		default:
			p.Pass(subject, item, facts)
		}
	}
	return nil
}

// results tells the first failing results.
func results(f *kind.BuildReceivedV1) []string {
	out := []string{}
	for _, x := range f.Results[:min(len(f.Results), maxList)] {
		s := strings.Trim(x.Rule+": "+x.Message, ": ")
		if x.Where != "" {
			s = fmt.Sprintf("%s (%s)", s, x.Where)
		}
		out = append(out, clip(s, maxText))
	}
	if len(out) == 0 {
		out = append(out, "the report does not say which")
	}
	return out
}

// gravest is the base severity of the worst failing result: as the tool says, at
// most high, else by its level.
func gravest(f *kind.BuildReceivedV1) wardround.Severity {
	worst := wardround.SeverityNone
	for _, x := range f.Results {
		s, err := wardround.ParseSeverity(strings.ToLower(x.Severity))
		if err != nil || s == wardround.SeverityNone {
			switch x.Level {
			case "note":
				s = wardround.Info
			case "warning":
				s = wardround.Low
			default:
				s = wardround.Medium
			}
		}
		worst = max(worst, min(s, wardround.High))
	}
	if worst == wardround.SeverityNone {
		return wardround.Medium
	}
	return worst
}
