package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// SixMonths is the least that logs are kept (AI Act Art. 19(1), 26(6)): no six months
// of the calendar are longer than 184 days.
const SixMonths = 184 * Day

// LogFields are what the logs of AI Act Art. 12(2) must at least say, so that a
// situation of risk can be recognised and what happened be told afterwards: when,
// which model, for which input, with which answer, and what the person did.
var LogFields = []string{"time", "model", "input", "output", "user-action"}

// State answers a question: yes, no, or unknown.
type State string

// The answers.
const (
	Yes     State = "yes"
	No      State = "no"
	Unknown State = "unknown"
)

// LogEvidence is what is known of the logs: declared by somebody, or observed.
type LogEvidence struct {
	Observed bool      // by looking at them; else declared
	At       time.Time // when
	Records  int64
	Oldest   time.Time
	Newest   time.Time
	Fields   []string
	Kept     time.Duration // as set where they lie; 0 is not known
	InUse    time.Time     // since when the model is in use: no log can be older
	Gaps     int           // spans without a record although there were inferences
	Problem  string        // why they could not be looked at
}

// LogsVerdict says whether the logs that the AI Act asks for exist, hold what they
// must, and are kept at least six months.
type LogsVerdict struct {
	Exist    State    `json:"exist"`
	Complete State    `json:"complete"`
	Kept     State    `json:"kept"`
	Basis    string   `json:"basis"` // "observed", "declared", "nothing"
	Missing  []string `json:"missing,omitempty"`
	Why      []string `json:"why,omitempty"`
}

// State is the worst of the three.
func (v LogsVerdict) State() State {
	for _, s := range []State{No, Unknown} {
		if v.Exist == s || v.Complete == s || v.Kept == s {
			return s
		}
	}
	return Yes
}

// LogsFresh is how old an observation of logs may be.
const LogsFresh = 35 * Day

func (v *LogsVerdict) why(format string, args ...any) {
	v.Why = append(v.Why, fmt.Sprintf(format, args...))
}

// JudgeLogs holds what the plan promises against what is known. A promise is no
// evidence: without an observation that is fresh the answers are unknown, but a
// promise of too little is a no. Sketches and windows of this product are not the
// logs, and prove nothing here.
func (p *Plan) JudgeLogs(evidence []LogEvidence, now time.Time) LogsVerdict {
	v := LogsVerdict{Exist: Unknown, Complete: Unknown, Kept: Unknown, Basis: "nothing"}
	promise := p.Logs
	if promise != nil {
		v.Basis = "declared"
		if promise.Kept > 0 && promise.Kept < SixMonths {
			v.Kept = No
			v.why("the plan keeps logs %s; at least six months are asked for, whenever they begin: %d days", days(promise.Kept), int(SixMonths/Day))
		}
		if v.Missing = missing(promise.Fields); len(v.Missing) > 0 {
			v.Complete = No
			v.why("the plan's logs lack: %s", strings.Join(v.Missing, ", "))
		}
	} else {
		v.why("no plan says where the logs lie")
	}
	seen := latest(evidence, now)
	if seen == nil {
		v.why("nobody has looked at the logs in the last %d days", int(LogsFresh/Day))
		return v
	}
	v.Basis = "observed"
	if seen.Problem != "" {
		v.why("they could not be looked at: %s", seen.Problem)
		return v
	}
	if v.Exist = Yes; seen.Records == 0 {
		v.Exist, v.Complete, v.Kept = No, No, No
		v.why("there is no record")
		return v
	}
	if gone := missing(seen.Fields); len(gone) > 0 {
		v.Complete, v.Missing = No, gone
		v.why("records lack: %s", strings.Join(gone, ", "))
	} else if v.Complete != No {
		v.Complete = Yes
	}
	v.kept(seen, promise, now)
	return v
}

// kept judges how long records are kept by the oldest that is there.
func (v *LogsVerdict) kept(e *LogEvidence, promise *LogsPlan, now time.Time) {
	if v.Kept == No {
		return
	}
	age := e.At.Sub(e.Oldest)
	since := e.InUse
	if since.IsZero() && promise != nil {
		since = promise.Since
	}
	switch {
	case e.Kept > 0 && e.Kept < SixMonths:
		v.Kept = No
		v.why("where they lie they are deleted after %s", days(e.Kept))
	case e.Gaps > 0:
		v.Kept = No
		v.why("%d gaps: spans without a record although the model answered", e.Gaps)
	case e.Oldest.IsZero():
		v.why("how old the oldest record is was not seen")
	case age >= SixMonths:
		v.Kept = Yes
	case since.IsZero():
		v.why("the oldest record is %s old, and since when the model is in use is not known", days(age))
	case e.Oldest.After(since.Add(Day)):
		v.Kept = No
		v.why("the model is in use since %s, the oldest record is of %s", since.UTC().Format(time.DateOnly), e.Oldest.UTC().Format(time.DateOnly))
	case e.Kept >= SixMonths:
		v.Kept = Yes // all there is, and nothing deletes it too early
	default:
		v.why("all records since it is in use are there, %s; whether they are kept six months will be seen", days(age))
	}
}

// latest is the newest observation that is fresh.
func latest(list []LogEvidence, now time.Time) *LogEvidence {
	var out *LogEvidence
	for i := range list {
		e := &list[i]
		if e.Observed && now.Sub(e.At) <= LogsFresh && (out == nil || e.At.After(out.At)) {
			out = e
		}
	}
	return out
}

func missing(fields []string) []string {
	var out []string
	for _, f := range LogFields {
		if !slices.Contains(fields, f) {
			out = append(out, f)
		}
	}
	return out
}

func days(d time.Duration) string { return fmt.Sprintf("%d days", int(d/Day)) }

func (v *judge) logs() {
	l := v.plan.Logs
	if l == nil {
		v.wrong("logs", "logs", "A system of high risk records events automatically, and the records are kept at least six months (AI Act Art. 12, 19, 26(6)). The sketches kept here are not these records.", "where the logs lie is not said")
		return
	}
	if empty(l.Where) || empty(l.By) {
		v.wrong("logs.where", "logs", "", "where the logs lie, or who keeps them, is not said")
	}
	if l.Kept < SixMonths {
		v.wrong("logs.kept", "logs.kept", "AI Act Art. 19(1), 26(6): at least six months; the longest six months of a calendar have 184 days.", "logs are kept %s", days(l.Kept))
	}
	if gone := missing(l.Fields); len(gone) > 0 {
		v.wrong("logs.fields", "logs.fields", "What happened must be told afterwards (AI Act Art. 12(2)).", "the logs lack: %s", strings.Join(gone, ", "))
	}
}
