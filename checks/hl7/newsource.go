package hl7

import (
	"context"
	"strings"
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
		"Find out who put the system there. If it is planned, accept the finding and say so. If it speaks under another application's name and nobody planned that, treat it as impersonation. " +
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
	StateVersion: 2,
	Say: check.Say{
		Bedside:     "What {receiver} shows of devices or patients may come from a source nobody here knows. Whether a wrong value was shown is unknown.",
		Ward:        "If a shown value or alarm doesn't fit the patient, trust the device at the bedside, care for the patient by local procedure, and call clinical engineering.",
		Engineering: "Say whether {asset} was put there by plan. If so, accept this and say why. If not, compare what {receiver} recorded since with the devices themselves.",
		Security:    "Find {whom} and who runs it. It speaks as {application}; {impersonation}.",
		Dont:        "Don't block the known sources of {receiver}, and don't restart devices because of this.",
		Why:         "{whom} sent {message} to {receiver} as {application}; {impersonation}. While the site was learned it did not.",
		Wrong:       "the interface was moved or added by plan.",
	},
	Run: newSource,
})

// newSource learns which assets send to a receiver, and under which application
// names, and fails for those that came later.
func newSource(_ context.Context, p *check.Pass) error {
	said := map[check.Speaker]bool{}
	for o := range p.Seen() {
		m := o.Fields.(*kind.HL7MessageV1)
		from, to := o.Ends(m.FromServer)
		app := m.SendingApp
		if m.SendingFacility != "" {
			app += "^" + m.SendingFacility
		}
		s := check.Speaker{From: from, To: to, Name: app}
		if from == "" || to == "" || said[s] {
			continue
		}
		said[s] = true
		receiver := p.Name(to)
		p.Speaks(s, wardround.Facts{"receiver": receiver}, func(taken bool) wardround.Facts {
			how := "no other system was seen to use that name"
			if taken {
				how = "until now another system used that name"
				if others := p.Others(from, kind.IDHL7App, app); len(others) > 0 {
					how += ": " + strings.Join(others, ", ")
				}
			}
			return wardround.Facts{"receiver": receiver, "application": app, "message": m.Event(), "impersonation": how}
		})
	}
	return nil
}
