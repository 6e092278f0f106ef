package hl7

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "hl7.structure",
	Version: 1,
	Title:   "HL7 messages are not built as their standard says",
	Doc: "Messages of one type from this sender lack segments that the type requires, have them in another order, have header fields that are empty or no codes, hold lines that are no segments, or come in broken MLLP frames. A receiver guesses what is missing, refuses the message, or files it wrongly: a result without patient or request is the worst case. " +
		"Give the maker of the sender the list of what is missing, and keep an eye on what the receiver made of such messages. " +
		"Required segments are judged for twelve types: ACK, ADT^A01, A03, A04, A08 and A40, MDM^T02, ORM^O01, ORU^R01 (with IHE PCD-01 when the message says that it follows it), ORU^R40, RDE^O11 and SIU^S12; for others only header, lines and framing. It is wrong where both ends agreed on something of their own.",
	Concern:      wardround.Interoperability,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"hl7"},
	Stage:        wardround.Operate,
	Severity:     wardround.Low,
	Controls:     []string{"message-conformance"},
	Watch:        []kind.Name{kind.HL7Message},
	Fresh:        7 * 24 * time.Hour,
	Thresholds:   map[string]float64{"good": structureGood},
	Group:        check.ByZone,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "Values or events sent by {asset} can be missing or misfiled in {receiver}. Whether any was is unknown.",
		Ward:        "If a value from {asset} is missing in the record, chart it by hand and tell clinical engineering.",
		Engineering: "Compare some of these messages with what {receiver} made of them, and send the list to the maker of {asset}: {problems}.",
		Security:    "Nothing, unless the sender is new: hand-made messages often look like this.",
		Dont:        "Don't change the receiver to accept such messages before the maker answered.",
		Why:         "A message {message} from {asset} to {receiver}: {problems}.",
		Wrong:       "both ends agreed on a structure of their own.",
	},
	Run: structure,
})

// required lists, by type and trigger, the segments a message must have after MSH,
// in this order (v2.5.1 chapters 2 to 12; where versions differ, what all of them
// ask for). IHE asks for more, see pcd01.
var required = map[string][]string{
	"ACK":     {"MSA"},
	"ADT^A01": {"EVN", "PID", "PV1"},
	"ADT^A03": {"EVN", "PID", "PV1"},
	"ADT^A04": {"EVN", "PID", "PV1"},
	"ADT^A08": {"EVN", "PID", "PV1"},
	"ADT^A40": {"EVN", "PID", "MRG"},
	"MDM^T02": {"EVN", "PID", "PV1", "TXA", "OBX"},
	"ORM^O01": {"ORC"},
	"ORU^R01": {"OBR"},
	"ORU^R40": {"OBR"},
	"RDE^O11": {"ORC", "RXE", "RXR"},
	"SIU^S12": {"SCH", "RGS"},
}

// pcd01 is what IHE PCD TF-2 §3.1 asks of ORU^R01 from a device.
var pcd01 = []string{"PID", "OBR", "OBX"}

// frames is the item for framing faults; other items are message types.
const frames = "MLLP frames"

// structureGood is how many messages in a row must be well before a type that
// failed passes again; setting "good". Otherwise a sender of both would flutter.
const structureGood = 10

// built is what was seen of one item of one sender.
type built struct {
	Failing bool  `json:"failing"`
	Good    int64 `json:"good"`              // since the last fault
	Patient bool  `json:"patient,omitempty"` // a message about nobody was among the faulty
}

// structure judges each message for itself; the key is its type.
func structure(_ context.Context, p *check.Pass) error {
	good := int64(p.Setting("good", structureGood))
	for o := range p.Seen() {
		m := o.Fields.(*kind.HL7MessageV1)
		from, to := o.Ends(m.FromServer)
		if from == "" {
			continue
		}
		item := m.Event()
		if item == "" {
			item = "no type"
		}
		judge := func(item string, problems []string, certain bool) {
			subject := wardround.AssetSubject(from)
			seen := check.StateOf[built](p, item, from)
			switch {
			case len(problems) > 0:
				seen.Failing, seen.Good = true, 0
				seen.Patient = seen.Patient || slices.Contains(problems, "PID is missing")
				weight := wardround.Low
				if seen.Patient {
					weight = wardround.Medium
				}
				p.Fail(subject, item, wardround.Facts{"message": m.Event(), "receiver": p.Name(to), "problems": problems}, check.As(weight))
			case !certain && !seen.Failing && seen.Good == 0:
				p.Unknown(subject, item, "the messages were not seen whole", nil)
			case certain:
				seen.Good += int64(o.Times())
				if !seen.Failing || seen.Good >= good {
					seen.Failing, seen.Patient = false, false
					p.Pass(subject, item, nil)
				}
			}
		}
		judge(frames, framingProblems(m), true)
		problems, certain := problemsOf(m)
		judge(item, problems, certain)
	}
	return nil
}

// problemsOf names what is wrong with a message. certain is false when what was
// not seen could hold more.
func problemsOf(m *kind.HL7MessageV1) (problems []string, certain bool) {
	for _, f := range m.Faulty {
		problems = append(problems, f+" is empty or no code")
	}
	if m.BadSegments > 0 {
		problems = append(problems, "lines that are no segments")
	}
	want := required[m.Event()]
	if m.Type == "ACK" {
		want = required["ACK"]
	}
	if m.Event() == "ORU^R01" && strings.HasPrefix(m.Profile, "IHE_PCD_001") {
		want = pcd01
	}
	whole := m.Whole && !m.SegmentsCut
	missing, disordered := absent(m.Segments, want)
	for _, s := range missing {
		if whole {
			problems = append(problems, s+" is missing")
		}
	}
	if disordered && len(missing) == 0 {
		problems = append(problems, "segments stand in another order than "+strings.Join(want, ", "))
	}
	return problems, whole || len(missing) == 0 && !disordered
}

// absent returns which of want are not among segments ("MSH PID OBX*2"), and
// whether those that are can't be found one after the other.
func absent(segments string, want []string) (missing []string, disordered bool) {
	from := 0
	for _, id := range want {
		if place(segments, id, 0) < 0 {
			missing = append(missing, id)
			continue
		}
		if at := place(segments, id, from); at >= 0 {
			from = at
		} else {
			disordered = true
		}
	}
	return missing, disordered
}

// place returns where a segment id stands at or after from, -1 if it doesn't.
func place(segments, id string, from int) int {
	for at := from; at < len(segments); {
		word, _, _ := strings.Cut(segments[at:], " ")
		if strings.HasPrefix(word, id) {
			return at
		}
		at += len(word) + 1
	}
	return -1
}

// framingProblems puts the sensor's words for framing faults into sentences.
func framingProblems(m *kind.HL7MessageV1) (problems []string) {
	for _, f := range m.Framing {
		switch f {
		case "no-start":
			problems = append(problems, "a message without start block")
		case "no-end":
			problems = append(problems, "a message without end block")
		case "no-cr":
			problems = append(problems, "an end block without carriage return")
		case "garbage":
			problems = append(problems, "bytes between messages")
		}
	}
	return problems
}
