package dicom

import (
	"context"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "dicom.move-new-destination",
	Version: 1,
	Title:   "Studies are sent to a destination never used before",
	Doc: "Somebody told this archive to send studies (C-MOVE) to a title that it never sent to while the site was learned. With C-MOVE one system makes another send patients' images to a third; it is how images are taken out of an archive. " +
		"Find out who asked and what stands behind the title. If it is planned, accept the finding and say so; if not, remove it from the archive's list and treat what was sent as disclosed. " +
		"It is wrong after a new station or archive was put into service.",
	Concern:  wardround.Security,
	Applies:  wardround.AnyKind,
	Speaks:   []string{"dicom"},
	Side:     check.AsServer,
	Stage:    wardround.Operate,
	Severity: wardround.High,
	Controls: []string{"data-exfiltration", "access-control"},
	Watch:    []kind.Name{kind.DICOMOperation},
	Fresh:    30 * 24 * time.Hour,
	Group:    check.BySubject,
	Novelty:  true,
	Say: check.Say{
		Bedside:     "Care is not touched. Images of patients went, or were to go, to {destination}; who can see them there is unknown.",
		Engineering: "Say whether {destination} is a station or archive of yours: {receiver}. If so, accept this and say why.",
		Security:    "Ask who works at {mover}. Look up {destination} in the destination list of {asset} and who entered it. If nobody can say, take it off the list and tell the data protection officer.",
		Dont:        "Don't stop {asset}: stations need it for earlier images.",
		Why:         "{mover} asked {asset} to send studies to {destination} ({outcome}); while the site was learned that title was never used.",
		Wrong:       "{destination} was put into service by plan.",
	},
	Run: moves,
})

// moves learns the destinations of each archive, and fails for new ones.
func moves(_ context.Context, p *check.Pass) error {
	type to struct{ server, title string }
	said := map[to]bool{}
	for o := range p.Seen() {
		m := o.Fields.(*kind.DICOMOperationV1)
		mover, server := o.Ends(m.FromServer)
		archive := p.Asset(server)
		if m.Operation != "C-MOVE" || m.Destination == "" || archive == nil || said[to{string(archive.ID), m.Destination}] {
			continue
		}
		said[to{string(archive.ID), m.Destination}] = true
		subject, item := wardround.AssetSubject(archive.ID), "to "+m.Destination
		facts := wardround.Facts{"destination": m.Destination, "mover": p.Whom(mover), "outcome": m.Outcome, "receiver": receiver(p, m.Destination)}
		switch p.Habit(archive.Zone, check.Habit{Set: "destinations", Of: archive.ID, What: m.Destination}) {
		case check.Learning:
			p.Unknown(subject, item, check.WhyLearning, facts)
		case check.Known:
			p.Pass(subject, item, facts)
		default:
			opts := []check.Option{check.Exposed(p.Exposure(mover, archive.ID))}
			// Nothing was sent, or a station fetched for itself, as stations do.
			if m.Outcome == kind.DICOMFailure && m.Completed == 0 || m.Destination == m.Calling {
				opts = append(opts, check.As(wardround.Medium))
			}
			p.Fail(subject, item, facts, opts...)
		}
	}
	return nil
}

// receiver says which assets go by a title.
func receiver(p *check.Pass, title string) string {
	var names []string
	for _, a := range p.Inventory().ByIdentifier(kind.IDAETitle, title) {
		names = append(names, p.Whom(a.ID))
	}
	switch slices.Sort(names); len(names) {
	case 0:
		return "no component is known by that title"
	case 1:
		return "it is the title of " + names[0]
	}
	return "several components use that title"
}
