package inventory

import (
	"context"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "asset.new",
	Version: 1,
	Title:   "An unknown component is on the network",
	Doc: "A component spoke that was not there while the site was learned and that nobody has named since. Most are new devices, replacements or visitors that nobody told the inventory about; some are what an intruder brought. Until someone says what it is, it counts as if a patient depended on it. " +
		"Find it, and say what it is: name it, accept what the inventory proposes, import the list it stands in, or merge it with the component that it is. It passes then. " +
		"It is wrong where a known device changed its address and its hardware address at once, as telephones with private addresses do.",
	Concern:   wardround.Security,
	Applies:   wardround.AnyKind,
	Uncounted: true,
	Stage:     wardround.Operate,
	Severity:  wardround.Low,
	Controls:  []string{"asset-inventory", "network-monitoring"},
	Watch:     traffic,
	Group:     check.ByZone,
	Novelty:   true,
	Say: check.Say{
		Bedside:     "Nothing at the bedside is known to have changed. What {asset} is, and whether a patient depends on it, nobody has said.",
		Ward:        "If someone brought a device to the ward since {since}, tell clinical engineering.",
		Engineering: "Say what {asset} is and where it stands, or merge it with the device it replaces.",
		Security:    "Find {whom} in zone {zone}: hardware of {hardware}, speaks {speaks}. If nobody knows it, treat it as an intruder.",
		Dont:        "Don't disconnect it before clinical engineering has said that no patient depends on it.",
		Why:         "{asset} was seen first at {since}, after the site was learned.",
		Wrong:       "a known device came back with another address and other hardware.",
	},
	Run: unknown,
})

// lookAgain is how often it is looked whether someone has said what an unknown
// component is.
const lookAgain = time.Hour

// unknown fails assets that came to light after learning, until a person speaks of
// them or they turn out to be another.
func unknown(_ context.Context, p *check.Pass) error {
	for o := range p.Seen() {
		if said, ok := o.Fields.(*kind.InventorySaidV1); ok {
			answered(p, said.Asset)
			answered(p, said.Other)
		}
		for _, id := range o.New {
			if a := p.Asset(id); a != nil && a.ID == id && !a.Remote && a.Attr("collective") == "" {
				appeared(p, a)
			}
		}
	}
	for w := range p.Wakes() {
		answered(p, wardround.AssetID(w.Key))
	}
	return nil
}

// appeared judges an asset that came to light. While the site is learned the
// answer is one for the zone.
func appeared(p *check.Pass, a *wardround.Asset) {
	zone := string(a.Zone)
	novel := p.Learn(a.Zone, "assets", string(a.ID))
	switch {
	case novel == check.Learning:
		p.Unknown(wardround.SiteSubject(p.Scope().Site), zone, check.WhyLearning, wardround.Facts{"zone": zone})
		p.WakeAt("zone "+zone, p.Now().Add(lookAgain))
		return
	case novel == check.Known || spoken(a):
		return
	}
	severity := wardround.Low
	if a.SpeaksAny(clinical) {
		severity = wardround.Medium
	}
	p.Fail(wardround.AssetSubject(a.ID), "", facts(a), check.As(severity))
	p.WakeAt(string(a.ID), p.Now().Add(lookAgain))
}

func facts(a *wardround.Asset) wardround.Facts {
	f := wardround.Facts{
		"since": a.First.UTC().Format(time.RFC3339), "zone": string(a.Zone), "address": "no address of its own",
		"hardware": "an unknown maker", "speaks": "nothing we know",
	}
	if addr := check.Address(a); addr != "" {
		f["address"] = addr
	}
	if m := a.Attr(wardround.AttrMACMaker); m != "" {
		f["hardware"] = m
	}
	if len(a.Speaks) > 0 {
		f["speaks"] = strings.Join(a.Speaks, ", ")
	}
	return f
}

// learned says of a zone that learning is over, once it is.
func learned(p *check.Pass, zone wardround.ZoneID) {
	for a := range p.Inventory().InZone(zone) {
		if p.Learn(zone, "assets", string(a.ID)) == check.Learning {
			p.WakeAt("zone "+string(zone), p.Now().Add(lookAgain))
			return
		}
		break
	}
	p.Pass(wardround.SiteSubject(p.Scope().Site), string(zone), wardround.Facts{"zone": string(zone)})
}

// answered passes an unknown asset that a person has spoken of, or that was
// merged, and asks to look again at one that is still unknown.
func answered(p *check.Pass, id wardround.AssetID) {
	if zone, ok := strings.CutPrefix(string(id), "zone "); ok {
		learned(p, wardround.ZoneID(zone))
		return
	}
	a := p.Asset(id)
	if a == nil || p.Learn(a.Zone, "assets", string(id)) != check.Novel {
		return
	}
	if a.ID != id || spoken(a) {
		p.Pass(wardround.AssetSubject(id), "", wardround.Facts{"known_as": a.Name()})
		p.WakeAt(string(id), time.Time{})
		return
	}
	p.WakeAt(string(id), p.Now().Add(lookAgain))
}
