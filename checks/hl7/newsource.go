package hl7

import (
	"context"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "hl7.new-source",
	Version: 1,
	Title:   "A new source sends HL7 messages",
	Doc: "A system sent HL7 messages to a receiver that it never sent to while the site was learned, or under the name of an application that until now spoke from another system. Results, alarms or admissions from it enter the record like any other; a receiver has no other proof of origin than the name in the message. " +
		"Find out who put the system there. If it is planned, adopt it as known. If it speaks under another application's name and nobody planned that, treat it as impersonation. " +
		"It is wrong after a planned move of an interface to a new server, and where an interface engine begins to forward for a further application under its own address.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"hl7"},
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"device-authentication", "network-monitoring"},
	Watch:        []kind.Name{kind.HL7Message},
	Fresh:        30 * 24 * time.Hour,
	Group:        check.BySubject,
	Novelty:      true,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "What {receiver} shows of devices or patients may come from a source nobody here knows. Whether a wrong value was shown is unknown.",
		Ward:        "If a shown value or alarm doesn't fit the patient, trust the device at the bedside, care for the patient by local procedure, and call clinical engineering.",
		Engineering: "Say whether {asset} was put there by plan. If so, have it adopted. If not, compare what {receiver} recorded since with the devices themselves.",
		Security:    "Find {asset} and who runs it. It speaks as {application}; {impersonation}.",
		Dont:        "Don't block the known sources of {receiver}, and don't restart devices because of this.",
		Why:         "{asset} sent {message} to {receiver} as {application}; {impersonation}. While the site was learned it did not.",
		Wrong:       "the interface was moved or added by plan.",
	},
	Run: newSource,
})

// newSource learns which assets send to a receiver, and under which application
// names, and fails for those that came later.
func newSource(_ context.Context, p *check.Pass) error {
	type pair struct{ from, to, app string }
	said := map[pair]bool{}
	for o := range p.Seen() {
		m := o.Fields.(*kind.HL7MessageV1)
		from, to := o.Src, o.Dst
		if m.FromServer {
			from, to = to, from
		}
		app := m.SendingApp
		if m.SendingFacility != "" {
			app += "^" + m.SendingFacility
		}
		if from == "" || to == "" || said[pair{string(from), string(to), app}] {
			continue
		}
		said[pair{string(from), string(to), app}] = true
		judgeSource(p, m, from, to, app)
	}
	return nil
}

// borrowed are the application names under which one source speaks to one
// receiver although another source is known by them.
type borrowed struct {
	Apps []string `json:"apps"`
}

// maxBorrowed bounds the names remembered for one source and receiver.
const maxBorrowed = 20

// judgeSource gives one verdict for the source, and one of its own for a name it
// borrows, so that a known source cannot hide behind its own good messages.
func judgeSource(p *check.Pass, m *kind.HL7MessageV1, from, to wardround.AssetID, app string) {
	receiver := p.Asset(to)
	if receiver == nil {
		return
	}
	// The sets are learned together, whatever the first of them says.
	source := p.Learn(receiver.Zone, "sources of "+string(to), string(from))
	used, spoken := check.Novel, check.Known
	if app != "" {
		used = p.Learn(receiver.Zone, "applications of "+string(to), app)
		spoken = p.Learn(receiver.Zone, "sources of "+string(to)+" as "+app, string(from))
	}
	subject, item := wardround.AssetSubject(from), string(to)
	pass := wardround.Facts{"receiver": receiver.Name()}
	fail := wardround.Facts{
		"receiver": receiver.Name(), "application": app, "message": m.Event(),
		"impersonation": "no other system was seen to use that name",
	}
	reach := check.Exposed(exposure(p, from, to))
	taken := used == check.Known && spoken == check.Novel
	if taken {
		fail["impersonation"] = "until now another system used that name"
	}
	switch source {
	case check.Learning:
		p.Unknown(subject, item, check.WhyLearning, pass)
	case check.Novel:
		p.Fail(subject, item, fail, reach)
	default:
		p.Pass(subject, item, pass)
	}
	names := check.State[borrowed](p, string(from)+" to "+string(to))
	at := slices.Index(names.Apps, app)
	switch {
	case taken:
		if at < 0 {
			if len(names.Apps) == maxBorrowed {
				return
			}
			names.Apps = append(names.Apps, app)
		}
		p.Fail(subject, item+" as "+app, fail, reach, check.Hostile())
	case at >= 0 && spoken == check.Known:
		p.Pass(subject, item+" as "+app, pass)
		names.Apps = slices.Delete(names.Apps, at, at+1)
	}
}
