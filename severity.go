package wardround

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Severity says how much a finding matters. The words are few and mean something.
type Severity uint8

// The severities.
const (
	SeverityNone Severity = iota
	Info
	Low
	Medium
	High     // one step away from harm to a patient
	Critical // harm to a patient plausible now
)

var severityNames = [...]string{"none", "info", "low", "medium", "high", "critical"}

func (s Severity) String() string { return severityNames[min(int(s), len(severityNames)-1)] }

// MarshalJSON writes the name.
func (s Severity) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// UnmarshalJSON reads a name.
func (s *Severity) UnmarshalJSON(b []byte) error {
	var n string
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	v, err := ParseSeverity(n)
	*s = v
	return err
}

// ParseSeverity is the inverse of String.
func ParseSeverity(n string) (Severity, error) {
	for i, name := range severityNames {
		if name == n {
			return Severity(i), nil
		}
	}
	return 0, fmt.Errorf("severity %q: want critical, high, medium, low or info", n)
}

// Exposure says from how far away what a finding describes can be reached.
type Exposure uint8

// The exposures. The zero value is the zone itself.
const (
	ExposedInZone Exposure = iota
	ExposedAcrossZones
	ExposedToPublic
)

// Stakes are what the severity of a failing check depends on, besides the check.
type Stakes struct {
	Criticality Criticality // unknown counts as the highest
	Use         Use         // unknown counts as in use
	Exposure    Exposure
	Hostile     bool // an act that only an intruder would do was seen
}

// Weigh is the severity table. From the check's base severity it goes one step up
// for a life-sustaining or therapeutic asset, one for reach from outside the
// hospital, one for a hostile act seen; one step down for an administrative asset
// and one for an asset that is idle. Info stays info. Critical is reached only
// when a hostile act was seen: otherwise harm is a step away. It returns the
// severity and the reason in words.
func Weigh(base Severity, st Stakes) (Severity, string) {
	if base <= Info {
		return base, "for information"
	}
	s := int(base)
	why := []string{"the check alone: " + base.String()}
	step := func(by int, reason string) {
		s += by
		sign := "higher"
		if by < 0 {
			sign = "lower"
		}
		why = append(why, sign+": "+reason)
	}
	switch {
	case st.Criticality == CriticalityUnknown:
		if base >= Medium {
			why = append(why, "what the asset does for a patient is unknown, so nothing is taken off")
		}
	case st.Criticality >= Therapeutic && base >= Medium:
		step(1, "the asset is "+st.Criticality.String())
	case st.Criticality == Administrative:
		step(-1, "the asset is administrative")
	}
	if st.Exposure == ExposedToPublic {
		step(1, "reachable from or reaching outside the hospital")
	}
	if st.Hostile {
		step(1, "an act was seen that normal operation does not explain")
	}
	if st.Use == Idle {
		step(-1, "not in use now")
	}
	top := int(High)
	if st.Hostile || base == Critical {
		top = int(Critical)
	}
	s = max(int(Low), min(s, top))
	return Severity(s), strings.Join(why, "; ")
}
