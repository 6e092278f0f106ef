package release

import (
	"context"
	"fmt"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "release.knowledge",
	Version: 1,
	Title:   "What is known of weaknesses is old or missing",
	Doc: "A source of advisories has brought nothing for longer than allowed, or there are components of an ecosystem that no source speaks of. Then silence means nothing: an answer \"not affected\" rests on old knowledge, or on none. " +
		"See why the source is not read (the address, the way out, a signature), or import a bundle by hand where the site has no way out; add a source for what is missing. " +
		"It is wrong for a source that is only read now and then on purpose: set its allowed age. It passes when the source brings something again, or says that nothing is new.",
	Concern:      wardround.Security,
	Uncounted:    true,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Thresholds:   map[string]float64{"age": (48 * time.Hour).Seconds()},
	Controls:     []string{"threat-intelligence", "monitoring-completeness"},
	Watch:        []kind.Name{kind.KnowledgeReceived, kind.SBOMReceived},
	Portfolio:    true,
	Group:        check.BySite,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "No change in anyone's care is known. Whether new weaknesses of products are known elsewhere cannot be told here.",
		Ward:        "Nothing to do.",
		Engineering: "Nothing to do.",
		Security:    "See why {feed} brings nothing: its address, the way out of this network, its signature. Without a way out, import a bundle.",
		Dont:        "Don't take \"nothing found\" for safe while this is open.",
		Why:         "The source {feed}: {trouble}.",
		Wrong:       "the source is read only now and then on purpose.",
	},
	Run: knowledge,
})

// lookEvery is how often the age of knowledge is looked at.
const lookEvery = time.Hour

// lookKey is the key of the wake-up for that.
const lookKey = "age"

// knowledge judges the age of each feed, and what no feed speaks of.
func knowledge(_ context.Context, p *check.Pass) error {
	age := p.SettingDuration("age", 48*time.Hour)
	site, now := wardround.SiteSubject(p.Scope().Site), p.Now()
	here := map[string]bool{}
	n := 0
	for f := range p.Portfolio().Feeds() {
		if n++; n > maxFeeds {
			break
		}
		item := clip(f.Name, maxName)
		here[item] = true
		facts := wardround.Facts{"feed": item, "records": f.Records}
		if !f.At.IsZero() {
			facts["last"] = f.At.UTC().Format(time.RFC3339)
		}
		switch {
		case f.Missing > 0:
			facts["trouble"] = fmt.Sprintf("no source speaks of it, and %d components here are of it", f.Missing)
			p.Fail(site, item, facts)
		case f.At.IsZero():
			facts["trouble"] = "it has not brought anything yet"
			p.Fail(site, item, facts)
		case now.Sub(f.At) > age:
			facts["trouble"] = "it last came on " + f.At.UTC().Format(time.DateOnly)
			p.Fail(site, item, facts)
		default:
			p.Pass(site, item, facts)
		}
	}
	if n == 0 {
		if waiting := unjudged(p); waiting > 0 {
			here[nothing] = true
			p.Fail(site, nothing, wardround.Facts{"feed": nothing, "records": 0, "trouble": fmt.Sprintf("nothing has come yet, and %d bills of materials wait to be judged", waiting)})
		}
	}
	for k, st := range p.StandingOf(site) {
		if !here[k.Item] && st != wardround.Pass && n <= maxFeeds {
			p.Pass(k.Subject, k.Item, wardround.Facts{"feed": k.Item, "trouble": "it is not asked for any more"})
		}
	}
	if n > 0 {
		p.WakeAt(lookKey, now.Add(lookEvery))
	}
	return nil
}

// nothing is the item of a site without any source.
const nothing = "advisories"

// unjudged counts the releases that have a bill of materials, up to a thousand.
func unjudged(p *check.Pass) (n int) {
	for r := range p.Portfolio().Releases() {
		if r.SBOM != "" && r.Retired.IsZero() {
			if n++; n == maxFeeds {
				break
			}
		}
	}
	return n
}

// maxFeeds bounds the sources that are judged one by one.
const maxFeeds = 1000
