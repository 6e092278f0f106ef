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

// The exposures. The zero value is the zone itself. A hospital's zones are one house:
// only what reaches the world outside raises a severity.
const (
	ExposedInZone Exposure = iota
	ExposedAcrossZones
	ExposedToPublic
)

// Stakes are what the severity of a failing check depends on, besides the check.
type Stakes struct {
	Criticality Criticality
	// Device says that the asset is known to be a medical device; it makes an
	// unknown criticality count as the highest.
	Device   bool
	Use      Use // unknown counts as in use
	Exposure Exposure
	Hostile  bool // an act that normal operation does not explain was seen
}

// Weigh is the severity table. It starts at the check's base severity:
//
//	+1  a life-sustaining or therapeutic asset, or a medical device of which nobody
//	    knows what it does for a patient; from medium upwards
//	−1  an administrative asset
//	 0  any other asset: of what is not known to be a device, nothing is taken off
//	+1  reachable from, or reaching, the world outside the hospital
//	+1  an act was seen that normal operation does not explain
//	−1  the asset is idle; unknown use counts as in use
//
// Info and none stay as they are, and nothing falls below low. Critical is for
// where harm is plausible now: it needs a hostile act, or a check that is critical
// by itself. Anything else ends at high, one step away from harm. Weigh returns the
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
	case st.Criticality == Administrative:
		step(-1, "the asset is administrative")
	case base < Medium:
	case st.Criticality >= Therapeutic:
		step(1, "the asset is "+st.Criticality.String())
	case st.Criticality != CriticalityUnknown:
	case st.Device:
		step(1, "a device of unknown purpose counts as life-sustaining")
	default:
		why = append(why, "what the asset does for a patient is unknown, so nothing is taken off")
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
