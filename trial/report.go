package trial

import (
	"fmt"
	"math"

	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/performance"
)

// States of a measure and of a report.
const (
	Pass    = "pass"
	Fail    = "fail"
	Unknown = "unknown"
)

// level is that of all intervals.
const level = 0.95

// Report is the result of a trial.
type Report struct {
	Probe    string             `json:"probe"` // as in [kind.ModelProbedV1]
	Rows     int64              `json:"rows"`
	Decision string             `json:"decision"`
	Measures []kind.ModelResult `json:"measures"`
	Rowwise  []Row              `json:"found,omitempty"` // rows to be looked at; at most 100 of RowsOf
	RowsOf   int                `json:"found_of,omitempty"`
	Notes    []string           `json:"notes,omitempty"`
	Problem  string             `json:"problem,omitempty"` // why it ended early
	// Of trials at an endpoint:
	Endpoint string `json:"endpoint,omitempty"`
	Grant    string `json:"grant,omitempty"`
	Requests int64  `json:"requests,omitempty"`
}

// Row is one row of a file that a person should look at.
type Row struct {
	Row int    `json:"row"` // from 1, without the header
	Why string `json:"why"`
}

const maxRows = 100

func (r *Report) row(at int, format string, args ...any) {
	r.RowsOf++
	if len(r.Rowwise) < maxRows {
		r.Rowwise = append(r.Rowwise, Row{at + 1, fmt.Sprintf(format, args...)})
	}
}

// most adds a measure that must not be over its limit.
func (r *Report) most(name string, e performance.Estimate, limit float64) {
	m := kind.ModelResult{Name: name, Value: e.Value, Low: e.Low, High: e.High, Limit: limit, N: int64(e.N)}
	switch {
	case finite(e.Low) && e.Low > limit:
		m.State = Fail
	case finite(e.High) && e.High <= limit:
		m.State = Pass
	default:
		m.State, m.Why = Unknown, "the limit lies within the interval: too few rows to say"
	}
	r.add(m)
}

// add adds a measure; what is no number is 0 and unknown, for JSON has none.
func (r *Report) add(m kind.ModelResult) {
	for _, v := range []*float64{&m.Value, &m.Low, &m.High, &m.Limit} {
		if !finite(*v) {
			*v = 0
			m.State = Unknown
			if m.Why == "" {
				m.Why = "it cannot be computed from these rows"
			}
		}
	}
	r.Measures = append(r.Measures, m)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// decide sums up: one that fails fails all; an early end or one that is unknown leaves it unknown.
func (r *Report) decide() *Report {
	r.Decision = Pass
	if len(r.Measures) == 0 || r.Problem != "" {
		r.Decision = Unknown
	}
	for _, m := range r.Measures {
		switch {
		case m.State == Fail:
			r.Decision = Fail
		case m.State == Unknown && r.Decision == Pass:
			r.Decision = Unknown
		}
	}
	return r
}
