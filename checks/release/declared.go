package release

import (
	"context"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "release.declared",
	Version: 1,
	Title:   "A product does not do what its maker declares",
	Doc: "The maker declares a security property of this product, in an MDS2 form or otherwise, and the network shows an instance of it that does not have it. What it sends can be read although encryption is declared, or it serves who proves nothing although only authenticated systems are declared. It reaches outside, is reached from there, or sends there what names patients, although that is ruled out. Or it serves Telnet or FTP although what is not needed is declared to be off. What was decided on the declaration, such as where the device may stand, then rests on something that is not so. " +
		"Look first whether the property is an option that was not switched on here; then ask the maker. " +
		"It is wrong where the sensor looks at the inside of a tunnel, and where the declaration speaks of other data than what was seen. It passes when every instance that is seen has the property, or the maker no longer declares it; where no instance is seen to communicate it is unknown.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Uncounted:    true,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"declared-security", "transmission-confidentiality"},
	Watch:        append([]kind.Name{kind.ReleaseSaid, kind.Flow}, traffic...),
	Portfolio:    true,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "No change in anyone's care is known. {instance} does not protect what it exchanges in the way its maker declares; whether anyone used that is unknown.",
		Ward:        "Nothing to do. If a value on a screen doesn't fit the patient, look at the device itself.",
		Engineering: "See in the instructions of {release} whether this is an option and switched on at {instance}; then ask the maker.",
		Security:    "Treat {release} as a product without the property ({item}) until this is cleared, wherever it stands.",
		Dont:        "Don't change settings of a device in use on your own, and don't block it because of this.",
		Why:         "Declared in {question}: {declared}. Seen: {seen}.",
		Wrong:       "the sensor looks inside a tunnel, or the declaration speaks of other data.",
	},
	Run: declared,
})

// traffic are the kinds that show how what matters crosses the network.
var traffic = []kind.Name{kind.DICOMAssociation, kind.DICOMwebRequest, kind.HL7Message, kind.FHIRInteraction, kind.MQTTSession, kind.MQTTPublish}

// looked is when a release was last looked at because of what was seen.
type looked struct {
	At int64 `json:"at"` // Unix seconds
}

// lookAgain is how often a release that fails is looked at for being as declared
// again.
const lookAgain = 10 * time.Minute

// declared judges the releases that were touched, and those of which an instance
// was seen to do something else than it did.
func declared(_ context.Context, p *check.Pass) error {
	f := p.Follow()
	f.Each(func(r *wardround.Release) { judgeDeclared(p, r) })
	done := map[wardround.ReleaseID]bool{}
	for o := range p.Seen() {
		if o.Link == "" {
			continue
		}
		l := p.Inventory().Link(o.Link)
		for _, id := range [...]wardround.AssetID{o.Src, o.Dst} {
			a := p.Asset(id)
			if l == nil || a == nil || a.Release == "" || done[a.Release] {
				continue
			}
			r := p.Portfolio().Release(a.Release)
			if r == nil || !news(p, r, l, id == o.Dst) || p.Room() < 10 {
				continue
			}
			done[a.Release] = true
			judgeDeclared(p, r)
		}
	}
	return nil
}

// news reports whether a link shows something else of a declared property than what
// the check says of it now.
func news(p *check.Pass, r *wardround.Release, l *wardround.Link, server bool) bool {
	for i := range properties {
		x := &properties[i]
		if x.of(r) == "" {
			continue
		}
		st, told := p.Stands(wardround.ReleaseSubject(r.ID), x.item)
		switch x.shows(sightOf(p, l, server)) {
		case wardround.No:
			if !told || st != wardround.Fail {
				return true
			}
		case wardround.Yes:
			last := check.State[looked](p, string(r.ID))
			if (!told || st != wardround.Pass) && p.Now().Sub(time.Unix(last.At, 0)) >= lookAgain {
				last.At = p.Now().Unix()
				return true
			}
		}
	}
	return false
}

// judgeDeclared looks at all links of all instances.
func judgeDeclared(p *check.Pass, r *wardround.Release) {
	subject := wardround.ReleaseSubject(r.ID)
	for i := range properties {
		x := &properties[i]
		name := x.of(r)
		st, told := p.Stands(subject, x.item)
		facts := wardround.Facts{"release": called(r)}
		if name == "" {
			if told && st != wardround.Pass {
				p.Pass(subject, x.item, facts)
			}
			continue
		}
		facts["question"], facts["declared"] = question(name), x.declared
		switch shown, instance, protocol := x.seenOf(p, r.ID); shown {
		case wardround.No:
			facts["instance"], facts["protocol"], facts["seen"] = instance, protocol, x.seen
			p.Fail(subject, x.item, facts)
		case wardround.Yes:
			p.Pass(subject, x.item, facts)
		default:
			p.Unknown(subject, x.item, "no instance was seen to do either", facts)
		}
	}
}

// seenOf says what the links of a release's instances show, No before Yes, and
// which instance showed it in which protocol.
func (x *property) seenOf(p *check.Pass, id wardround.ReleaseID) (shown wardround.Tri, instance, protocol string) {
	inv := p.Inventory()
	for a := range p.Portfolio().Instances(id) {
		for l := range inv.Links(a) {
			server := inv.Asset(l.Server)
			switch x.shows(sightOf(p, l, server != nil && server.ID == a)) {
			case wardround.No:
				return wardround.No, p.Name(a), l.Protocol
			case wardround.Yes:
				shown = wardround.Yes
			}
		}
	}
	return shown, "", ""
}

// question names where a property is declared.
func question(name string) string {
	if q, ok := strings.CutPrefix(name, "mds2/"); ok {
		return "MDS2 " + q
	}
	return "its declaration"
}
