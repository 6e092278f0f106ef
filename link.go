package wardround

import "time"

// LinkID names a data flow between two assets.
type LinkID string

// Link is a data flow between two assets: protocol, direction, whether it is
// encrypted and authenticated, and what class of data it carries.
type Link struct {
	ID            LinkID    `json:"id"`
	Scope         Scope     `json:"scope"`
	Client        AssetID   `json:"client"`
	Server        AssetID   `json:"server"`
	Protocol      string    `json:"protocol"` // "dicom", "hl7", "fhir", "tls", … or "tcp/PORT"
	Port          uint16    `json:"port"`
	Encrypted     Tri       `json:"encrypted"`
	Authenticated Tri       `json:"authenticated"`
	Data          DataClass `json:"data"`
	Peers         int       `json:"-"`
	First         time.Time `json:"first"`
	Last          time.Time `json:"last"`
	Observations  uint64    `json:"observations"`
}

// Tri is yes, no or unknown. Its zero value is unknown.
type Tri int8

// The values of Tri.
const (
	No  Tri = -1
	Yes Tri = 1
)

// TriOf returns Yes or No.
func TriOf(b bool) Tri {
	if b {
		return Yes
	}
	return No
}

func (t Tri) String() string {
	switch {
	case t > 0:
		return "yes"
	case t < 0:
		return "no"
	}
	return "unknown"
}

// MarshalText writes yes, no or unknown.
func (t Tri) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads yes or no; anything else is unknown.
func (t *Tri) UnmarshalText(b []byte) error {
	switch string(b) {
	case "yes":
		*t = Yes
	case "no":
		*t = No
	default:
		*t = 0
	}
	return nil
}

// DataClass says what a link carries, as far as was seen.
type DataClass string

// The data classes, from least to most sensitive.
const (
	DataUnknown    DataClass = ""
	DataTechnical  DataClass = "technical"
	DataClinical   DataClass = "clinical"   // results and images, no direct identifier seen
	DataIdentified DataClass = "identified" // clinical data with direct identifiers
)

var dataRank = map[DataClass]int{DataTechnical: 1, DataClinical: 2, DataIdentified: 3}

// Max returns the more sensitive of two classes.
func (d DataClass) Max(o DataClass) DataClass {
	if dataRank[o] > dataRank[d] {
		return o
	}
	return d
}

// Clinical reports whether the class is clinical or identified.
func (d DataClass) Clinical() bool { return dataRank[d] >= 2 }
