package privacy

import (
	"context"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "privacy.new-recipient",
	Version: 1,
	Title:   "Clinical data goes to a system that never received any",
	Doc: "A system received clinical data that neither received nor sent any while the site was learned. It may be a new workstation or archive; it may be somebody's own computer, or a system outside the hospital. Every recipient of patient data must be known and have a reason. " +
		"Find out who runs it and why it gets the data. If it should, accept the finding and say so; if not, stop it at the sender and treat what went there as disclosed. " +
		"It is wrong where a known system came back under another address and the inventory did not recognise it.",
	Concern:  wardround.Privacy,
	Applies:  wardround.AnyKind,
	Speaks:   []string{"dicom", "dicomweb", "hl7", "fhir", "mqtt"},
	Stage:    wardround.Operate,
	Severity: wardround.Medium,
	Controls: []string{"disclosure-accounting", "data-exfiltration"},
	Watch:    personal,
	Fresh:    30 * 24 * time.Hour,
	Group:    check.ByZone,
	Novelty:  true,
	Say: check.Say{
		Bedside:     "Care is not touched. Data of patients went to {asset}; whether anyone there may see it is unknown.",
		Engineering: "Say whether {asset} is meant to receive {protocol} data from {from}. If so, accept this and say why.",
		Security:    "Find {whom} in zone {zone} and who runs it. If it should not have the data, stop it at {from}, and tell the data protection officer: the time to report runs from when it is known.",
		Dont:        "Don't block {from}: others need what it sends.",
		Why:         "{from} sent {what} to {asset} by {protocol}; while the site was learned {asset} had none.",
		Wrong:       "{asset} is a known system with another address.",
	},
	Run: newRecipient,
})

// newRecipient learns who has clinical data, by receiving or sending it, and fails
// for who receives some later.
func newRecipient(_ context.Context, p *check.Pass) error {
	said, sent := map[wardround.AssetID]bool{}, map[wardround.AssetID]bool{}
	for o := range p.Seen() {
		claim, ok := o.Fields.(kind.Linker).Link(o.Observation)
		if !ok || !claim.Data.Clinical() {
			continue
		}
		from, to := o.Src, o.Dst
		if claim.ToClient {
			from, to = to, from
		}
		if a := p.Asset(from); a != nil && !sent[a.ID] {
			sent[a.ID] = true
			holds(p, a) // who sends it had it before
		}
		a := p.Asset(to)
		if a == nil || said[a.ID] || from == to {
			continue
		}
		said[a.ID] = true
		subject := wardround.AssetSubject(a.ID)
		switch holds(p, a) {
		case check.Learning:
			p.Unknown(subject, "", check.WhyLearning, nil)
		case check.Known:
			p.Pass(subject, "", nil)
		default:
			p.Fail(subject, "", wardround.Facts{
				"from": p.Name(from), "protocol": claim.Protocol, "data": string(claim.Data), "what": what(claim.Data), "zone": string(a.Zone),
			}, check.Exposed(p.Exposure(from, to)))
		}
	}
	return nil
}

// holds learns, or tells, whether an asset has clinical data.
func holds(p *check.Pass, a *wardround.Asset) check.Novelty {
	return p.Habit(a.Zone, check.Habit{Set: "holders of clinical data", Who: a.ID})
}

// what says what was sent, in words.
func what(d wardround.DataClass) string {
	if d == wardround.DataIdentified {
		return "data that says whose it is"
	}
	return "clinical data"
}
