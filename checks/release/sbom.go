package release

import (
	"context"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "release.sbom",
	Version: 1,
	Title:   "A bill of materials lacks what it should say",
	Doc: "The list of what this product is made of does not say what a recognised profile asks for: who supplies a component, its version, an identifier, how components belong together, until when they are supported. What is not listed, or has no identity, cannot be matched with advisories, so its weaknesses stay unseen. " +
		"Ask the maker for a complete list; a generator run at build time, over the finished image, gives a better one than a hand-made sheet. " +
		"It is wrong where the list is a part that another list completes and the link between them was not followed. It passes when a newer list says what was missing; a release without any list is unknown, never a pass.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Uncounted:    true,
	Stage:        wardround.Build,
	Severity:     wardround.Low,
	Controls:     []string{"component-transparency"},
	Watch:        []kind.Name{kind.SBOMReceived, kind.ReleaseSaid},
	Portfolio:    true,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "No change in anyone's care is known. What in {release} is weak can be told only for what its list names.",
		Ward:        "Nothing to do.",
		Engineering: "Ask the maker of {release} for a bill of materials that says what is missing here, and for one with each new version.",
		Security:    "Until it comes, don't take silence about {release} for safety: what has no identity there is matched with nothing.",
		Dont:        "Don't fill gaps by guessing names or versions: a wrong identity hides the true one.",
		Why:         "By the profile {profile} the list of {release} lacks {count} of {of} things it asks for: {lacks}.",
		Wrong:       "another document that belongs to it says what is missing.",
	},
	Run: sbom,
})

// whole is the item of whether there is a bill of materials at all.
const whole = "bill of materials"

// sbom judges the releases that were touched by each profile.
func sbom(_ context.Context, p *check.Pass) error {
	p.Follow().Each(func(r *wardround.Release) { judgeBill(p, r) })
	return nil
}

// profile is what one profile says of a bill of materials.
type profile struct {
	rules, unknown int
	lacks          []string
}

func judgeBill(p *check.Pass, r *wardround.Release) {
	subject := wardround.ReleaseSubject(r.ID)
	if r.SBOM == "" {
		p.Unknown(subject, whole, "no bill of materials was given", wardround.Facts{"release": called(r)})
		return
	}
	if st, ok := p.Stands(subject, whole); ok && st != wardround.Pass {
		p.Pass(subject, whole, wardround.Facts{"release": called(r)})
	}
	var names []string
	found := map[string]*profile{}
	for q := range p.Portfolio().Qualities(r.ID) {
		x := found[q.Profile]
		if x == nil {
			if len(names) >= maxProfiles {
				continue
			}
			x = &profile{}
			found[q.Profile] = x
			names = append(names, q.Profile)
		}
		x.rules++
		switch q.State {
		case wardround.Fail:
			x.lacks = append(x.lacks, q.Said)
		case wardround.Unknown:
			x.unknown++
		}
	}
	for _, name := range names {
		x := found[name]
		facts := wardround.Facts{"release": called(r), "profile": name, "of": x.rules}
		switch {
		case len(x.lacks) > 0:
			facts["count"] = len(x.lacks)
			var said []string
			for _, s := range x.lacks[:min(len(x.lacks), maxList)] {
				said = append(said, clip(s, maxText))
			}
			facts["lacks"] = said
			p.Fail(subject, name, facts)
		case x.unknown > 0:
			p.Unknown(subject, name, "the list does not let it be told", facts)
		default:
			p.Pass(subject, name, facts)
		}
	}
	for k, st := range p.StandingOf(subject) {
		if k.Item != whole && found[k.Item] == nil && st != wardround.Unknown {
			p.Unknown(subject, k.Item, "the list is not judged by this profile any more", nil)
		}
	}
}

// maxProfiles bounds the profiles of one release.
const maxProfiles = 40
