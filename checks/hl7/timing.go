package hl7

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "mllp.timing",
	Version: 1,
	Title:   "HL7 acknowledgements come late",
	Doc: "The receiver on this interface takes much longer to acknowledge messages than it usually does, or has stopped acknowledging them. Senders wait for each answer before they send the next message, so results, alarms and vital signs queue up and reach the record late, or are given up. " +
		"Look at the receiver's load, its database and disk, and at the network between the two; look at the sender's queue afterwards. " +
		"Normal is what this interface did itself: the check learns from its first thirty answers on, and takes a new pace for normal when it has lasted a week. It is wrong for interfaces whose receiver works in batches, and after a planned change of the receiver until then.",
	Concern:      wardround.Interoperability,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"hl7"},
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"interface-reliability", "availability"},
	Watch:        []kind.Name{kind.HL7Message},
	Fresh:        24 * time.Hour,
	Thresholds:   map[string]float64{"learn": timingLearn, "factor": timingFactor, "floor_ms": timingFloor, "row": timingRow, "adopt": (timingAdopt).Seconds()},
	Group:        check.ByServer,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "What {sender} sends reaches {receiver} late, or not at all for now: displays and charts there can be behind the patient. How far behind is unknown.",
		Ward:        "Look at the device at the bedside, not at {receiver}, until this is over.",
		Engineering: "Look at the queue of {sender} and at the load of {receiver}. {slow}; normal here is {normal_ms} ms.",
		Security:    "If the network between them is busy, see with what.",
		Dont:        "Don't restart {sender}: what waits in its queue can be lost.",
		Why:         "{slow}. Normal on this interface is {normal_ms} ms, from {learned} answers.",
		Wrong:       "the receiver was changed by plan, or works in batches.",
	},
	Run: timing,
})

const (
	timingLearn  = 20    // answers that tell what is normal; setting "learn"
	timingWindow = 10    // answers that tell what is now
	timingFactor = 5.0   // over normal; setting "factor"
	timingFloor  = 250.0 // ms that nobody minds; setting "floor_ms"
	timingRow    = 3     // messages without answer in a row; setting "row"
	timingMemory = 2000  // answers after which older ones count half
)

// timingAdopt is how long a new pace must last to become normal; setting
// "adopt", in seconds.
const timingAdopt time.Duration = 7 * 24 * time.Hour

// pace is what is known of one interface's answers. An answer becomes part of
// what is normal when it leaves the window and the interface isn't failing:
// what is judged is never its own measure.
type pace struct {
	Normal  histogram `json:"normal"`
	Next    histogram `json:"next"` // learned while failing
	Now     []float64 `json:"now"`  // the last timingWindow latencies, ms
	Row     int64     `json:"row"`  // messages without answer since the last one
	Failing bool      `json:"failing"`
	Since   int64     `json:"since,omitempty"` // when it began to fail, in seconds since 1970
}

// add takes n answers of the same latency.
func (t *pace) add(ms float64, n int64) {
	t.Row = 0
	into := &t.Normal
	if t.Failing {
		into = &t.Next
	}
	if n > timingWindow {
		into.add(ms, n-timingWindow)
		n = timingWindow
	}
	for range n {
		if len(t.Now) == timingWindow {
			into.add(t.Now[0], 1)
			t.Now = slices.Delete(t.Now, 0, 1)
		}
		t.Now = append(t.Now, ms)
	}
}

// median of the last answers, in ms: the lower one of two.
func (t *pace) median() float64 {
	s := slices.Clone(t.Now)
	slices.Sort(s)
	return s[(len(s)-1)/2]
}

// judge says whether the last answers are slow. What is slow stays so until it
// took half the way back; a pace that lasts becomes normal.
func (t *pace) judge(at time.Time, floor, factor float64, adopt time.Duration) bool {
	limit := max(floor, factor*t.Normal.quantile(0.5), t.Normal.quantile(0.95))
	if t.Failing {
		limit /= 2
	}
	slow := len(t.Now) == timingWindow && t.median() > limit
	switch {
	case slow && !t.Failing:
		t.Since, t.Next = at.Unix(), histogram{}
	case slow && at.Sub(time.Unix(t.Since, 0)) >= adopt:
		t.Normal, slow = t.Next, false
	}
	if !slow {
		t.Since, t.Next = 0, histogram{}
	}
	t.Failing = slow
	return slow
}

// histogram counts latencies in quarter octaves of a millisecond, from a 16th up
// to two minutes; half a bucket is about nine percent.
type histogram struct {
	Buckets []int64 `json:"buckets,omitempty"`
	Count   int64   `json:"count,omitempty"`
}

const timingBuckets = 84

func (h *histogram) add(ms float64, n int64) {
	if h.Buckets == nil {
		h.Buckets = make([]int64, timingBuckets)
	}
	b := 0
	if ms > 0 {
		b = max(0, min(timingBuckets-1, int(math.Round(4*(math.Log2(ms)+4)))))
	}
	h.Buckets[b] += n
	if h.Count += n; h.Count > timingMemory {
		h.Count = 0
		for i := range h.Buckets {
			h.Buckets[i] /= 2
			h.Count += h.Buckets[i]
		}
	}
}

// quantile returns the latency under which the share q lies, in ms.
func (h *histogram) quantile(q float64) float64 {
	rank, sum := int64(math.Ceil(q*float64(h.Count))), int64(0)
	for b, n := range h.Buckets {
		if sum += n; sum >= rank && n > 0 {
			return math.Exp2(float64(b)/4 - 4)
		}
	}
	return 0
}

// timing follows the pace of each interface and judges after every message.
func timing(_ context.Context, p *check.Pass) error {
	learn, factor := int64(p.Setting("learn", timingLearn)), p.Setting("factor", timingFactor)
	floor, row := p.Setting("floor_ms", timingFloor), int64(p.Setting("row", timingRow))
	adopt := p.SettingDuration("adopt", timingAdopt)
	for o := range p.Seen() {
		m := o.Fields.(*kind.HL7MessageV1)
		if o.Link == "" {
			continue
		}
		sender, receiver := o.Ends(m.FromServer)
		item := direction(m.FromServer)
		key := string(o.Link) + " " + item
		t := check.State[pace](p, key)
		switch m.Answer {
		case kind.HL7Answered:
			t.add(m.LatencyMS, int64(o.Times()))
		case kind.HL7None, kind.HL7Closed:
			t.Row += int64(o.Times())
		default:
			continue
		}
		subject := wardround.LinkSubject(o.Link)
		facts := wardround.Facts{"sender": p.Name(sender), "receiver": p.Name(receiver)}
		if t.Normal.Count < learn {
			why := check.WhyLearning
			if t.Normal.Count == 0 && len(t.Now) == 0 {
				why = "no message was ever answered here"
			}
			p.Unknown(subject, item, why, facts)
			continue
		}
		slow := t.judge(o.At, floor, factor, adopt)
		facts["normal_ms"], facts["now_ms"], facts["learned"] = rounded(t.Normal.quantile(0.5)), rounded(t.median()), t.Normal.Count
		switch {
		case t.Row >= row:
			facts["slow"] = "The last messages were not acknowledged at all"
			p.Fail(subject, item, facts)
		case slow:
			facts["slow"] = fmt.Sprintf("The last acknowledgements took about %v ms", facts["now_ms"])
			p.Fail(subject, item, facts)
		default:
			p.Pass(subject, item, facts)
		}
	}
	return nil
}

// rounded keeps two digits, so that facts don't change with every message.
func rounded(ms float64) float64 {
	if ms <= 0 {
		return 0
	}
	step := math.Pow(10, math.Floor(math.Log10(ms))-1)
	return math.Round(math.Round(ms/step)*step*1000) / 1000
}
