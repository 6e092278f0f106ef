package exchange

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/pattern"
	"github.com/wardround/wardround/portfolio"
)

// Few is below how many devices a count is not told: few devices of a rare kind say
// which hospital, and with its opening hours, which patient.
const Few = 5

// Report is what a hospital tells a maker. Every field that goes out stands here.
type Report struct {
	Maker    string    `json:"maker"`
	Created  time.Time `json:"created"`
	Exact    bool      `json:"exact"` // counts below [Few] are told
	Releases []Count   `json:"releases"`
	Findings []Chosen  `json:"findings,omitempty"`
}

// Count is how many devices run one release.
type Count struct {
	UDIDI   string `json:"udi_di,omitempty"`
	Product string `json:"product"`
	Version string `json:"version"`
	Devices string `json:"devices"` // a number, or "<5"
	// How many vulnerabilities of it are known here: that affect, that are known to be
	// exploited, that an author states not to affect, of which it cannot be told.
	Affected   int `json:"affected"`
	Exploited  int `json:"exploited"`
	Claimed    int `json:"claimed_not_affected"`
	CannotTell int `json:"cannot_tell"`
	// Patch is "none needed", "available" (a later release here is not affected by
	// anything that this one is), or "not known here".
	Patch string `json:"patch"`
}

// Chosen is a finding that a person chose to tell.
type Chosen struct {
	Check         string `json:"check"`
	Vulnerability string `json:"vulnerability,omitempty"`
	Severity      string `json:"severity"`
	State         string `json:"state"`
	Product       string `json:"product"`
	Version       string `json:"version"`
	Since         string `json:"since"` // day
}

// Tell makes a report on the releases of a maker. findings are those that were
// chosen; one that is not about a release of this maker, or an instance of one, is
// refused: EForbidden.
func Tell(ctx context.Context, ix *portfolio.Index, maker string, exact bool, findings []*wardround.Finding, at time.Time) (*Report, error) {
	out := &Report{Maker: maker, Created: at.UTC().Truncate(time.Second), Exact: exact, Releases: []Count{}}
	list, err := ix.Summaries(ctx, portfolio.Scope{})
	if err != nil {
		return nil, err
	}
	mine := map[wardround.ReleaseID]*wardround.Release{}
	for i := range list {
		s := &list[i]
		if !same(s.Release.Maker, maker) {
			continue
		}
		mine[s.Release.ID] = s.Release
		if s.Instances == 0 {
			continue
		}
		out.Releases = append(out.Releases, Count{
			UDIDI: s.Release.UDIDI, Product: s.Release.Product, Version: s.Release.Version, Devices: rounded(s.Instances, exact),
			Affected: s.Exposed.Affected, Exploited: s.Exposed.Exploited, Claimed: s.Exposed.Claimed, CannotTell: s.Exposed.Unknown, Patch: patch(list, s),
		})
	}
	slices.SortFunc(out.Releases, func(a, b Count) int {
		return strings.Compare(a.Product+"\x00"+a.Version+"\x00"+a.UDIDI, b.Product+"\x00"+b.Version+"\x00"+b.UDIDI)
	})
	if len(mine) == 0 {
		return nil, wardround.Errorf(wardround.ENotFound, "exchange", "no release of %q is known here", maker)
	}
	for _, f := range findings {
		r := releaseOf(ix, mine, f.Subject)
		if r == nil {
			return nil, wardround.Errorf(wardround.EForbidden, "exchange", "finding %s is not about a product of %s: it is not told to them", f.ID, maker)
		}
		c := Chosen{Check: f.Check, Severity: f.Severity.String(), State: string(f.State), Product: r.Product, Version: r.Version, Since: f.Opened.UTC().Format(time.DateOnly)}
		if strings.HasPrefix(f.Check, "vulnerability.") && vulnerabilityID().MatchString(f.Item) {
			c.Vulnerability = f.Item // items of other checks may be names and addresses
		}
		out.Findings = append(out.Findings, c)
	}
	return out, nil
}

// vulnerabilityID is how ids of vulnerabilities look; an address does not.
var vulnerabilityID = pattern.Of(`^[A-Z][A-Za-z]{1,15}-[A-Za-z0-9:-]{3,60}$`)

func releaseOf(ix *portfolio.Index, mine map[wardround.ReleaseID]*wardround.Release, s wardround.Subject) *wardround.Release {
	switch s.Kind {
	case wardround.SubjectRelease:
		return mine[wardround.ReleaseID(s.ID)]
	case wardround.SubjectAsset:
		for id, r := range mine {
			for a := range ix.Instances(id) {
				if string(a) == s.ID {
					return r
				}
			}
		}
	}
	return nil
}

func rounded(n int, exact bool) string {
	if n < Few && !exact {
		return "<" + strconv.Itoa(Few)
	}
	return strconv.Itoa(n)
}

// patch says how far the patch of a release has come.
func patch(list []portfolio.Summary, s *portfolio.Summary) string {
	if s.Exposed.Affected == 0 {
		return "none needed"
	}
	for i := range list {
		o := &list[i]
		if o.HasSBOM && same(o.Release.Maker, s.Release.Maker) && same(o.Release.Product, s.Release.Product) && o.Exposed.Affected == 0 && o.Release.Released.After(s.Release.Released) {
			return "available"
		}
	}
	return "not known here"
}

func same(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}

// Release is what a maker tells of one of its releases.
type Release struct {
	Maker          string    `json:"maker"`
	Product        string    `json:"product"`
	Version        string    `json:"version"`
	UDIDI          string    `json:"udi_di,omitempty"`
	BasicUDIDI     string    `json:"basic_udi_di,omitempty"`
	GTIN           string    `json:"gtin,omitempty"`
	Models         []string  `json:"models,omitempty"`
	Names          []string  `json:"names,omitempty"`
	Support        string    `json:"support,omitempty"`
	LimitedSupport time.Time `json:"limited_support,omitzero"`
	SupportEnds    time.Time `json:"support_ends,omitzero"`
	EndOfLife      time.Time `json:"end_of_life,omitzero"`
	Released       time.Time `json:"released,omitzero"`
}

// Releases are those of a maker, by product and version.
func Releases(ix *portfolio.Index, maker string) []Release {
	var out []Release
	for r := range ix.Releases() {
		if same(r.Maker, maker) {
			out = append(out, Release{
				Maker: r.Maker, Product: r.Product, Version: r.Version, UDIDI: r.UDIDI, BasicUDIDI: r.BasicUDIDI, GTIN: r.GTIN, Models: r.Models, Names: r.Names,
				Support: string(r.Support), LimitedSupport: r.LimitedSupport, SupportEnds: r.SupportEnds, EndOfLife: r.EndOfLife, Released: r.Released,
			})
		}
	}
	slices.SortFunc(out, func(a, b Release) int {
		return strings.Compare(a.Product+"\x00"+a.Version, b.Product+"\x00"+b.Version)
	})
	return out
}
