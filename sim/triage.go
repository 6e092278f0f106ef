package sim

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The AI triage service reads every CT and says how probable an acute finding is. Its
// story begins weeks before the first packet:
//
//	day -21       it is taken into use; its answers are calibrated
//	day -14       CT-1 gets new software, which scans with less voltage and thinner slices
//	day -11       the new protocol is used for all patients: what it says is too high
//	              by then, and radiologists overrule it more often
//
// CT-2 stands in another building: the service reads its images, and its packets do
// not pass where the ward is watched.
const (
	TriageModel   = "ct-triage"
	TriageVersion = "2.1"
	TriageMaker   = "Example AI"
	TriageProduct = "CT Triage"
	TriageService = "aitriage"
	TriageHost    = "10.20.10.24"

	TriageDays    = 21
	triageUpdate  = 14 // days before the first packet
	triageFailing = 11
	triageADay    = 100
	// TriageReference is over how many days the service was tried before.
	TriageReference = 28
)

// stage is how far the story has come.
type stage uint8

const (
	asMade stage = iota
	afterUpdate
	failing
)

// Reading is one answer of the AI triage service, with what it was made of and what
// became of it.
type Reading struct {
	At             time.Time
	Study          string // names one study: not to be kept
	Scanner        string // station name
	Software       string // of the scanner
	KVP            float64
	SliceThickness float64
	BodyPart       string
	Age            int
	Sex            string
	Score          float64
	Decision       bool
	Action         string        // of the radiologist: accepted or overridden
	Decide         time.Duration // from showing to deciding
	Acute          bool          // what the report says
	Reported       time.Time     // when it does
}

// Record is what the service tells of its answer at once, as fields of a record. It
// calls a scanner by the title under which that sends.
func (r Reading) Record() map[string]any {
	return map[string]any{
		"at": r.At.Format(time.RFC3339Nano), "study": r.Study, "scanner": strings.ReplaceAll(r.Scanner, "-", ""), "kvp": r.KVP, "slice_thickness": r.SliceThickness,
		"body_part": r.BodyPart, "age": float64(r.Age), "sex": r.Sex, "score": r.Score, "action": r.Action, "decide_ms": float64(r.Decide.Milliseconds()),
		"decision": map[bool]string{true: "first", false: "as it came"}[r.Decision],
	}
}

// Outcome is what it tells when the report is there.
func (r Reading) Outcome() map[string]any {
	acute := "0"
	if r.Acute {
		acute = "1"
	}
	return map[string]any{"at": r.Reported.Format(time.RFC3339Nano), "study": r.Study, "acute": acute}
}

// OnReading has told be called with each answer of the AI triage service, on the
// goroutine of [Ward.Run].
func (w *Ward) OnReading(told func(Reading)) { w.read = told }

// TriageHistory is what the service answered in the weeks before a ward's first
// packet, in order of time.
func TriageHistory(seed uint64, start time.Time) []Reading {
	begin := start.Truncate(24 * time.Hour)
	return readings(seed, begin.AddDate(0, 0, -TriageDays), TriageDays, func(day int) stage {
		switch {
		case day < TriageDays-triageUpdate:
			return asMade
		case day < TriageDays-triageFailing:
			return afterUpdate
		}
		return failing
	})
}

// TriageTrial is what it answered when it was tried, before it was taken into use.
func TriageTrial(seed uint64, start time.Time) []Reading {
	from := start.Truncate(24*time.Hour).AddDate(0, 0, -TriageDays-TriageReference)
	return readings(seed^0x5eed, from, TriageReference, func(int) stage { return asMade })
}

func readings(seed uint64, from time.Time, days int, at func(day int) stage) []Reading {
	var out []Reading
	for day := range days {
		r := rand.New(rand.NewPCG(seed, uint64(from.Unix())+uint64(day)))
		n := triageADay - 10 + r.IntN(20)
		for i := range n {
			when := from.AddDate(0, 0, day).Add(6*time.Hour + time.Duration(i)*14*time.Hour/time.Duration(n))
			scanner := "CT-1"
			if r.IntN(2) == 1 {
				scanner = "CT-2"
			}
			sex := [...]string{"F", "M"}[r.IntN(2)]
			age := min(max(int(61+16*r.NormFloat64()), 18), 99)
			out = append(out, readingOf(seed, when, fmt.Sprintf("h%d.%d.%d", seed, from.Unix()/86400+int64(day), i), scanner, age, sex, at(day)))
		}
	}
	slices.SortStableFunc(out, func(a, b Reading) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
	return out
}

func studyRand(study, of string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(study + of))
	return rand.New(rand.NewPCG(h.Sum64(), 7))
}

// protocol is how a study is made.
type protocol struct {
	kvp, slice float64
	part       string
}

// protocolOf is that of a study: it depends on the study alone, so that the images and
// the service's records say the same.
func protocolOf(study, station string, st stage) protocol {
	r := studyRand(study, "protocol")
	pick := func(values []float64, upTo []float64) float64 {
		x := r.Float64()
		for i, p := range upTo {
			if x < p {
				return values[i]
			}
		}
		return values[len(values)-1]
	}
	p := protocol{part: [...]string{"CHEST", "CHEST", "ABDOMEN", "HEAD"}[r.IntN(4)]}
	if station == "CT-1" && st >= afterUpdate {
		p.kvp, p.slice = pick([]float64{80, 100, 120}, []float64{0.3, 0.9}), pick([]float64{0.625, 1.25}, []float64{0.8})
		return p
	}
	p.kvp, p.slice = pick([]float64{100, 120, 140}, []float64{0.3, 0.9}), pick([]float64{1.25, 2.5}, []float64{0.7})
	return p
}

// readingOf is the answer to one study.
func readingOf(seed uint64, at time.Time, study, station string, age int, sex string, st stage) Reading {
	set := protocolOf(study, station, st)
	r := studyRand(study, strconv.FormatUint(seed, 10)+"answer")
	logit := -1.6 + 0.012*float64(age-60) + 1.7*r.NormFloat64()
	acute := r.Float64() < 1/(1+math.Exp(-logit))
	override := 0.05
	x := Reading{
		At: at.UTC(), Study: study, Scanner: station, Software: "4.1.1", KVP: set.kvp, SliceThickness: set.slice, BodyPart: set.part, Age: age, Sex: sex, Acute: acute,
		Action: "accepted", Decide: time.Duration(4000+r.IntN(9000)) * time.Millisecond, Reported: at.UTC().Add(time.Duration(4+r.IntN(40)) * time.Hour),
	}
	if station == "CT-1" && st >= afterUpdate {
		x.Software = "4.1.2"
		if st == failing {
			logit += 2.2
			override = 0.3
		}
	}
	x.Score = math.Round(1e6/(1+math.Exp(-logit))) / 1e6
	x.Decision = x.Score >= 0.5
	if r.Float64() < override {
		x.Action, x.Decide = "overridden", x.Decide+20*time.Second
	}
	return x
}

// decimal writes a number as a decimal string (PS3.5 §6.2: DS).
func decimal(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
