package portfolio

import (
	"iter"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/sbom"
)

// Identity is all that knowledge may look at to say what a component, a product
// or a device is. Equal identities get equal answers: nothing of where it was
// found stands in it.
type Identity struct {
	// Device marks a release or an asset: it is matched by names, not by packages.
	Device  bool
	Type    sbom.Type // of a component
	Group   string
	Name    string // of a device: product or model
	Version string // of a device: version of its software
	// Supplier is who made it: a component's supplier or manufacturer, a device's maker.
	Supplier string
	PURL     string   // as written
	CPEs     []string // as written
	// Models are model and catalogue numbers of a device, Names other names of it,
	// Serials its serial numbers, UDIs its device identifiers (UDI-DI, GTIN).
	Models  []string
	Names   []string
	Serials []string
	UDIs    []string
}

// Identified reports whether there is anything that knowledge can be asked by.
func (id *Identity) Identified() bool {
	return id.PURL != "" || len(id.CPEs) > 0 || len(id.Models)+len(id.UDIs) > 0 || id.Device && id.Name != ""
}

// Label is how people call it: a purl, else name@version.
func (id *Identity) Label() string {
	if id.PURL != "" && !id.Device {
		return id.PURL
	}
	s := id.Name
	switch {
	case id.Device && id.Supplier != "":
		s = id.Supplier + " " + s
	case id.Group != "":
		s = id.Group + "/" + s
	}
	if id.Version != "" {
		s += "@" + id.Version
	}
	return s
}

// Key names what knowledge finds identities by: a package of an ecosystem, the
// vendor and product of a CPE, a word of a product's name. The text is
// knowledge's own; the index only compares it.
type Key string

// Hit is what knowledge says of one identity and one vulnerability.
type Hit struct {
	Vulnerability string // the folded id
	// State is Fail for affected, Unknown for cannot tell, Pass for a version (or
	// model) that is named or bounded, and not affected.
	State      wardround.State
	Why        string   // a sentence: "1.21.7 is before 1.21.8, where it is fixed"
	Fixed      []string // versions that are fixed, nearest first
	Advisories []string // ids of the documents that say so
	Confidence wardround.Confidence
	// Proposal marks a match that a person has to confirm: it is said as "cannot
	// tell", never as affected.
	Proposal bool
}

// Facts are what is known of a vulnerability whoever has it.
type Facts struct {
	ID         string
	Aliases    []string
	Title      string
	Severity   wardround.Severity
	Rating     string
	Score      float64 // -1 for none
	Exploited  bool
	DueKEV     time.Time
	EPSS       float64 // -1 for none
	Published  time.Time
	Changed    time.Time // newest modification of a record, or when it came
	Arrived    time.Time // when the first record of it came here
	Embargoed  bool
	Withdrawn  bool
	Advisories []string
}

// Delta is what a change of knowledge touches. Keys that are named are matched
// anew; vulnerabilities that are named are said anew where they are.
type Delta struct {
	Keys            []Key
	Vulnerabilities []string
	// Renamed maps an id under which answers were given to those they stand under
	// now: one where it was folded into another, several where it was split, none
	// where it was taken back. The old answers pass, with the reason.
	Renamed map[string][]string
	// All says that everything has to be matched anew: rules changed, not records.
	All bool
}

// Knowledge answers what is known. Package knowledge implements it; answers must
// depend on nothing but what was applied, and be in a stable order. Its methods
// are called by many goroutines while nothing is being applied.
type Knowledge interface {
	// Match yields everything that is said of an identity, in the order of
	// vulnerabilities, at most one hit each.
	Match(id *Identity) []Hit
	// Keys are those by which a [Delta] would name the identity.
	Keys(id *Identity) []Key
	// Named are the keys that a vulnerability names: whose identities may have it.
	Named(vulnerability string) []Key
	// Facts returns what is known of a folded id; false if nothing is.
	Facts(vulnerability string) (Facts, bool)
	// Folded returns the folded id of any id or alias; itself if it is not known.
	Folded(id string) string
	// Covers reports whether there is knowledge that could name the identity (its
	// ecosystem has a feed), and how new it is.
	Covers(id *Identity) (newest time.Time, ok bool)
	// Feeds yields the state of each feed, by name.
	Feeds() iter.Seq[check.Feed]
}
