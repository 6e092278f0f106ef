package privacy

import (
	"context"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "privacy.patient-data-on-wire",
	Version: 1,
	Title:   "Patients' identities cross the network readable",
	Doc: "Fields that say who a patient is were read on the way between two systems. Anyone with access to that part of the network can read them too: who is in hospital, when, and often with what. That is a disclosure as soon as someone does, and a reportable one if it is a stranger. " +
		"Encrypt the connection, or leave out the fields that the receiver doesn't need. It passes when nothing that the sender sent there for a day carried any. " +
		"It is wrong where all patients are test patients, or where the network itself encrypts between the two and the sensor looks at the inside.",
	Concern:      wardround.Privacy,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"dicom", "dicomweb", "hl7", "fhir", "mqtt"},
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"data-minimisation", "transmission-confidentiality"},
	Watch:        personal,
	Fresh:        7 * 24 * time.Hour,
	Group:        check.BySite,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "Care is not touched. Who is a patient here can be read on the way from {from} to {to}; whether anyone did is unknown.",
		Engineering: "Ask the makers of {from} and {to} which of these fields are needed, and how to encrypt the connection: {fields}.",
		Security:    "See who can listen between {from} and {to}, and tell the data protection officer which fields were readable: {fields}.",
		Dont:        "Don't close the connection because of this: what it carries is needed for care.",
		Why:         "{protocol} from {from} to {to} carried {fields} readable.",
		Wrong:       "all patients in it are test patients, or the sensor looks inside a tunnel.",
	},
	Run: onWire,
})

const (
	// maxFields bounds the field names remembered for one sender and receiver.
	maxFields = 40
	// cleanFor is how long transactions must have carried no identity.
	cleanFor = 24 * time.Hour
)

// carried is what one sender was seen to send to one receiver.
type carried struct {
	Fields []string `json:"fields"` // sorted
	Last   int64    `json:"last"`   // Unix seconds
}

// onWire fails a sender for each receiver and protocol by which it sends
// identifying fields readable, and names them.
func onWire(_ context.Context, p *check.Pass) error {
	type way struct {
		from, to wardround.AssetID
		protocol string
	}
	said := map[way]bool{}
	for o := range p.Seen() {
		claim, ok := o.Fields.(kind.Linker).Link(o.Observation)
		w := way{o.Src, o.Dst, claim.Protocol}
		if claim.ToClient {
			w.from, w.to = o.Dst, o.Src
		}
		if !ok || w.from == "" || w.to == "" {
			continue
		}
		subject, item := wardround.AssetSubject(w.from), string(w.to)+" by "+w.protocol
		s := check.StateOf[carried](p, "by "+w.protocol, w.from, w.to)
		grown := s.add(o.Fields.(kind.PersonalFields).PersonalFields(), o.At)
		if said[w] && !grown {
			continue // one verdict of a batch is enough
		}
		said[w] = true
		facts := wardround.Facts{"protocol": w.protocol, "from": p.Name(w.from), "to": p.Name(w.to)}
		if s.Last == 0 || o.At.Sub(time.Unix(s.Last, 0)) >= cleanFor {
			s.Fields, s.Last = nil, 0
			p.Pass(subject, item, facts)
			continue
		}
		facts["fields"] = slices.Clone(s.Fields)
		p.Fail(subject, item, facts, check.Exposed(p.Exposure(w.from, w.to)))
	}
	return nil
}

// add notes the fields of one transaction, and reports whether one of them is new.
func (s *carried) add(fields []string, at time.Time) (grown bool) {
	for _, f := range fields {
		if i, ok := slices.BinarySearch(s.Fields, f); !ok && len(s.Fields) < maxFields {
			s.Fields, grown = slices.Insert(s.Fields, i, f), true
		}
	}
	if len(fields) > 0 {
		s.Last = max(s.Last, at.Unix())
	}
	return grown
}
