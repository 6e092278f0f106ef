package wardround

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// AssetID is permanent: a merge adds an alias, a split removes it.
type AssetID string

// AssetKind is one of the four kinds of component; values combine as a set.
type AssetKind uint8

// The kinds of component.
const (
	Device       AssetKind = 1 << iota // a medical device
	Intermediary                       // gateway, hub, interface engine
	Service                            // EHR, PACS, FHIR server, cloud
	Model                              // an AI/ML model
)

// AnyKind is the set of all kinds; an asset of unknown kind has kind 0.
const AnyKind = Device | Intermediary | Service | Model

// AssetKinds lists the kinds in the order of the coverage matrix.
var AssetKinds = []AssetKind{Device, Intermediary, Service, Model}

func (k AssetKind) String() string {
	var names []string
	for i, n := range []string{"device", "intermediary", "service", "model"} {
		if k&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return "unknown"
	}
	return strings.Join(names, "|")
}

// ParseAssetKind is the inverse of String for one kind; "" and "unknown" give 0.
func ParseAssetKind(s string) (AssetKind, error) {
	for _, k := range AssetKinds {
		if k.String() == s {
			return k, nil
		}
	}
	if s == "" || s == "unknown" {
		return 0, nil
	}
	return 0, fmt.Errorf("asset kind %q: want device, intermediary, service or model", s)
}

// MarshalJSON writes the kind's name.
func (k AssetKind) MarshalJSON() ([]byte, error) { return json.Marshal(k.String()) }

// UnmarshalJSON reads a kind's name.
func (k *AssetKind) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	v, err := ParseAssetKind(s)
	*k = v
	return err
}

// Identifier is one name an asset is known by, and how we know.
type Identifier struct {
	Type       string     `json:"type"`  // "mac", "ip", "ae-title", "serial"; package kind lists them
	Value      string     `json:"value"` // normalised for its type
	Source     string     `json:"source"`
	First      time.Time  `json:"first"`
	Last       time.Time  `json:"last"`
	Confidence Confidence `json:"confidence"`
}

// Confidence is a probability in percent, 0 to 100, that a statement holds.
type Confidence uint8

// The words for confidence. Said is what a person said; it is never overwritten.
const (
	Guessed   Confidence = 30
	Indicated Confidence = 60
	Observed  Confidence = 90
	Said      Confidence = 100
)

// Attribute is a property of an asset (role, maker, model …) with its reason.
type Attribute struct {
	Value      string     `json:"value"`
	Source     string     `json:"source"` // the observation kind, or "person:NAME", or "import:FILE"
	Reason     string     `json:"reason,omitempty"`
	At         time.Time  `json:"at"`
	Confidence Confidence `json:"confidence"`
}

// Names of attributes the inventory maintains.
const (
	AttrName         = "name"
	AttrRole         = "role" // "infusion-pump", "patient-monitor", "pacs", "gateway" …
	AttrMaker        = "maker"
	AttrModel        = "model"
	AttrSerial       = "serial"
	AttrSoftware     = "software"
	AttrWard         = "ward"
	AttrAlwaysOn     = "always-on" // "true": silence of this asset is a finding
	AttrMACMaker     = "mac-maker"
	AttrStation      = "station"
	AttrImpl         = "implementation"
	AttrOS           = "os"
	AttrServes       = "serves" // reason for inherited criticality
	AttrSpeaksFor    = "speaks-for"
	AttrInstitution  = "institution"
	AttrProductToken = "product"
)

// Asset is one component of the ecosystem.
type Asset struct {
	ID          AssetID              `json:"id"`
	Scope       Scope                `json:"scope"`
	Kind        AssetKind            `json:"kind"`
	KindReason  string               `json:"kind_reason,omitempty"`
	Zone        ZoneID               `json:"zone,omitempty"`
	Attributes  map[string]Attribute `json:"attributes,omitempty"`
	Identifiers []Identifier         `json:"identifiers,omitempty"`
	Aliases     []AssetID            `json:"aliases,omitempty"` // ids merged into this one
	MergedInto  AssetID              `json:"merged_into,omitempty"`
	Criticality Criticality          `json:"criticality"`
	// CriticalityReason says what was seen or which served asset it comes from.
	CriticalityReason string    `json:"criticality_reason,omitempty"`
	Use               Use       `json:"use"`
	Speaks            []string  `json:"speaks,omitempty"`  // protocols it was seen to speak, sorted
	Gateway           AssetID   `json:"gateway,omitempty"` // the intermediary that speaks for it
	Release           ReleaseID `json:"release,omitempty"`
	First             time.Time `json:"first"`
	Last              time.Time `json:"last"`
	Remote            bool      `json:"remote,omitempty"` // a public peer, kept as the far end of links only
}

// Name returns the best name to show: what a person or the network calls it,
// else its role and an identifier, else its id.
func (a *Asset) Name() string {
	if n := a.Attr(AttrName); n != "" {
		return n
	}
	if n := a.Attr(AttrStation); n != "" {
		return n
	}
	names := []string{"ae-title", "hostname", "hl7-app", "dns-name", "hl7-device", "mqtt-client", "ai-model"}
	addresses := []string{"eui-64", "ip", "mac"}
	// A name it no longer holds, or that only others call it by, comes after those it
	// holds: a merge that was taken back must not leave the other's name behind.
	for _, by := range []struct {
		types []string
		least Confidence
	}{{names, Indicated}, {names, 0}, {addresses, 0}} {
		for _, typ := range by.types {
			for _, id := range a.Identifiers {
				if id.Type == typ && id.Confidence >= by.least {
					return strings.ReplaceAll(id.Value, "^", " ") // MSH-3^MSH-4
				}
			}
		}
	}
	if len(a.Identifiers) > 0 {
		return a.Identifiers[0].Value
	}
	return string(a.ID)
}

// Attr returns the value of the attribute name, or "".
func (a *Asset) Attr(name string) string { return a.Attributes[name].Value }

// SpeaksAny reports whether the asset was seen to speak one of the protocols.
func (a *Asset) SpeaksAny(protocols []string) bool {
	for _, p := range protocols {
		for _, s := range a.Speaks {
			if s == p {
				return true
			}
		}
	}
	return false
}

// Proposal is an open question of the inventory: something likely but not
// certain, for a person to accept or reject.
type Proposal struct {
	ID     string    `json:"id"`
	Scope  Scope     `json:"scope"`
	Kind   string    `json:"kind"` // "merge", "split", "kind", "role", "criticality", "attribute", "baseline"
	Asset  AssetID   `json:"asset,omitempty"`
	Other  AssetID   `json:"other,omitempty"` // merge: the asset that would become an alias
	Field  string    `json:"field,omitempty"`
	Value  string    `json:"value,omitempty"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	State  string    `json:"state"` // "open", "accepted", "rejected"
	By     string    `json:"by,omitempty"`
}
