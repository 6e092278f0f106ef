package wardround

import (
	"encoding/json"
	"fmt"
)

// Criticality is what an asset does for a patient. The order matters: an asset
// inherits the highest it serves; only people lower it.
type Criticality uint8

// The criticalities. Unknown counts as the highest where it decides who may decide
// ([Criticality.Rank]); what it does to a severity is said at [Weigh].
const (
	CriticalityUnknown Criticality = iota
	Administrative
	Monitoring
	Diagnostic
	Therapeutic
	LifeSustaining
)

var criticalityNames = [...]string{"unknown", "administrative", "monitoring", "diagnostic", "therapeutic", "life-sustaining"}

func (c Criticality) String() string {
	if int(c) < len(criticalityNames) {
		return criticalityNames[c]
	}
	return "unknown"
}

// Rank orders criticalities by what is at stake; unknown ranks with the highest.
func (c Criticality) Rank() int {
	if c == CriticalityUnknown {
		return int(LifeSustaining)
	}
	return int(c)
}

// ParseCriticality is the inverse of String.
func ParseCriticality(s string) (Criticality, error) {
	for i, n := range criticalityNames {
		if n == s {
			return Criticality(i), nil
		}
	}
	return 0, fmt.Errorf("criticality %q: want life-sustaining, therapeutic, diagnostic, monitoring, administrative or unknown", s)
}

// MarshalJSON writes the name.
func (c Criticality) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// UnmarshalJSON reads a name.
func (c *Criticality) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	v, err := ParseCriticality(s)
	*c = v
	return err
}

// Use says whether an asset is in use at a patient. Unknown counts as in use.
type Use string

// The uses.
const (
	UseUnknown Use = ""
	InUse      Use = "in use"
	Idle       Use = "idle"
)
