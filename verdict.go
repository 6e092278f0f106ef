package wardround

import (
	"encoding/json"
	"fmt"
	"time"
)

// State is a verdict's answer. Unknown is honest and visible; silence is not a pass.
type State uint8

// The states. The zero value is Unknown.
const (
	Unknown State = iota
	Pass
	Fail
)

var stateNames = [...]string{"unknown", "pass", "fail"}

func (s State) String() string { return stateNames[min(int(s), 2)] }

// MarshalText writes the state's name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a state's name.
func (s *State) UnmarshalText(b []byte) error {
	for i, n := range stateNames {
		if n == string(b) {
			*s = State(i)
			return nil
		}
	}
	return fmt.Errorf("state %q: want pass, fail or unknown", b)
}

// Worse returns the worse of two states: fail, then unknown, then pass.
func (s State) Worse(o State) State {
	rank := [...]int{Unknown: 1, Pass: 0, Fail: 2}
	if rank[o] > rank[s] {
		return o
	}
	return s
}

// SubjectKind says what a verdict is about.
type SubjectKind string

// The kinds of subject.
const (
	SubjectAsset   SubjectKind = "asset"
	SubjectRelease SubjectKind = "release"
	SubjectLink    SubjectKind = "link"
	SubjectSite    SubjectKind = "site"
	SubjectSensor  SubjectKind = "sensor"
)

// Subject is what a verdict is about. Its text form is KIND:ID.
type Subject struct {
	Kind SubjectKind
	ID   string
}

// AssetSubject returns the subject for an asset.
func AssetSubject(id AssetID) Subject { return Subject{SubjectAsset, string(id)} }

// LinkSubject returns the subject for a link.
func LinkSubject(id LinkID) Subject { return Subject{SubjectLink, string(id)} }

// SiteSubject returns the subject for a site.
func SiteSubject(id SiteID) Subject { return Subject{SubjectSite, string(id)} }

// SensorSubject returns the subject for a sensor.
func SensorSubject(id string) Subject { return Subject{SubjectSensor, id} }

func (s Subject) String() string { return string(s.Kind) + ":" + s.ID }

// MarshalText writes KIND:ID.
func (s Subject) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads KIND:ID.
func (s *Subject) UnmarshalText(b []byte) error {
	for i, c := range b {
		if c == ':' {
			*s = Subject{SubjectKind(b[:i]), string(b[i+1:])}
			return nil
		}
	}
	return fmt.Errorf("subject %q: want KIND:ID", b)
}

// Key names what is judged: one check, one subject, and what exactly of it (a
// listener, a certificate, a peer); Item may be empty.
type Key struct {
	Check   string  `json:"check"`
	Subject Subject `json:"subject"`
	Item    string  `json:"item,omitempty"`
}

// Facts are what a verdict rests on, at most 4 kB as JSON: plain values (string,
// bool, number, time, list of strings), no personal data.
type Facts map[string]any

// MaxFacts is the largest encoded Facts in bytes.
const MaxFacts = 4 << 10

// JSON returns the facts as JSON with sorted keys; "{}" for none.
func (f Facts) JSON() []byte {
	if len(f) == 0 {
		return []byte("{}")
	}
	b, err := json.Marshal(map[string]any(f))
	if err != nil {
		return []byte(`{"error":"facts cannot be encoded"}`)
	}
	return b
}

// Verdict is the answer for a key at a position of the log. There is one current
// row per key, plus its transitions.
type Verdict struct {
	Key
	State    State    `json:"state"`
	Severity Severity `json:"severity,omitempty"` // of a fail
	Why      string   `json:"why,omitempty"`      // reason of the severity, or of an unknown
	Facts    Facts    `json:"facts,omitempty"`
	// At is when the newest fact under it happened; it is fresh until Until.
	At    time.Time `json:"at"`
	Until time.Time `json:"until,omitzero"`
	// Since is when the key came into this state.
	Since   time.Time `json:"since"`
	Version int       `json:"check_version"`
	// Seq is the log position that was judged, Knowledge the content generation.
	Seq       uint64 `json:"seq"`
	Knowledge uint64 `json:"knowledge"`
	Origin    Origin `json:"origin"`
}
