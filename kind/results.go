package kind

import (
	"time"

	"github.com/wardround/wardround"
)

// ResultsWindow is what one end told another of results in a span: see
// [ResultsWindowV1].
const ResultsWindow Name = "results.window"

// FewestResults is how many results of one code and unit a span needs before the
// spread of their values is told. One value is somebody's, and is never told alone.
const FewestResults = 5

// ResultsWindowV1 is what one end sent another of laboratory results and
// measurements within a span: HL7 v2 OBX segments, or FHIR Observations with their
// components. It is folded where the traffic is seen. No message and no patient is
// told apart: there are counts, and the spread of values of at least
// [FewestResults] results.
//
// It says of which codes a mix is made, in which units values come, and what is
// missing. A span whose codes do not fit is told in several observations, of which
// Messages, Sexes, Ages and Orders stand in the first.
type ResultsWindowV1 struct {
	Protocol string `json:"protocol"` // hl7, fhir
	// FromServer is set when the end that accepted the connections sent the results.
	FromServer        bool   `json:"from_server,omitempty"`
	SendingApp        string `json:"sending_app,omitempty"` // MSH-3 and 4, as in [HL7MessageV1]
	SendingFacility   string `json:"sending_facility,omitempty"`
	ReceivingApp      string `json:"receiving_app,omitempty"`
	ReceivingFacility string `json:"receiving_facility,omitempty"`
	Host              string `json:"host,omitempty"` // that FHIR was asked of
	// Software is what the sender says that it runs: product and version of SFT-3 and
	// SFT-2 (v2.5.1 §2.15.12).
	Software string `json:"software,omitempty"`

	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Messages are HL7 messages, or bodies of FHIR, that held results or orders.
	Messages int `json:"messages,omitempty"`
	Results  int `json:"results,omitempty"` // all of the span, also of codes that are not told
	// Codes are told most frequent first; CodesOther counts results for whose code
	// there is no room.
	Codes      []ResultCodeV1 `json:"codes,omitempty"`
	CodesOther int            `json:"codes_other,omitempty"`
	// Orders count what was asked for: OBR-4, or the codes of DiagnosticReport and
	// ServiceRequest.
	Orders []ResultCountV1 `json:"orders,omitempty"`
	// Ages are bands of ten years, "40-49", from 90 on one: "90+"; Sexes are F, M and
	// other. Both count messages or resources, and "" those that do not tell.
	Ages  []ResultCountV1 `json:"ages,omitempty"`
	Sexes []ResultCountV1 `json:"sexes,omitempty"`
}

// ResultCodeV1 is one code in one unit.
type ResultCodeV1 struct {
	// Code is "loinc:2345-7" where the coding system says LOINC and the check digit is
	// right; "mdc:147842" of IEEE 11073; "local:" and a keyed digest for any other, so
	// that a site's own codes are told apart and nothing that stands there leaves; ""
	// where none is told.
	Code string `json:"code"`
	// Unit is in UCUM as far as it can be read so, "mg/dL"; "mdc:263762"; "other:" and a
	// keyed digest; "" where none is told. UCUM says that the sender calls it so.
	Unit string `json:"unit,omitempty"`
	UCUM bool   `json:"ucum,omitempty"`

	Results int `json:"results"`
	// Missing have no value; Reasons are why, where a code says so.
	Missing int `json:"missing,omitempty"`
	Ranged  int `json:"ranged,omitempty"` // have a reference range
	// Reasons, Types (OBX-2, or of value[x]), Statuses (OBX-11, or Observation.status)
	// and Flags (OBX-8, or interpretation) are codes of the standards, "other" for any
	// other.
	Reasons  []ResultCountV1 `json:"reasons,omitempty"`
	Types    []ResultCountV1 `json:"types,omitempty"`
	Statuses []ResultCountV1 `json:"statuses,omitempty"`
	Flags    []ResultCountV1 `json:"flags,omitempty"`

	// Numbers counts the values that are numbers. Values are those, rounded to three
	// significant digits or fewer, in rising order, and ValueCounts how many there are of
	// each; both are empty where there are fewer than [FewestResults].
	Numbers     int       `json:"numbers,omitempty"`
	Values      []float64 `json:"values,omitempty"`
	ValueCounts []int     `json:"value_counts,omitempty"`
}

// ResultCountV1 counts one text of a short list.
type ResultCountV1 struct {
	Text  string `json:"text"`
	Count int    `json:"count"`
}

var _ = Register[ResultsWindowV1](Schema{
	Name: ResultsWindow, Version: 1, Shed: ShedTransaction,
	Doc: "What one end sent another of laboratory results within a span, folded at the sensor: which codes in which units, how many without a value, and how values spread where there are at least five. No message, no patient and no single value is told.",
})

// Sender returns the end of the flow that sent the results.
func (r *ResultsWindowV1) Sender() Side { return hl7Sender(r.FromServer) }

// Claims implements [Claimer].
func (r *ResultsWindowV1) Claims(_ *wardround.Observation, c *Claims) {
	c.ID(r.Sender(), IDHL7App, hl7App(r.SendingApp, r.SendingFacility), wardround.Indicated)
	c.Attr(r.Sender(), wardround.AttrSoftware, r.Software, wardround.Indicated)
}

// HL7Application is the identifier of an application at a facility, as the inventory
// has it: "LAB^HOSP"; "" where the application is not told.
func HL7Application(app, facility string) string { return hl7App(app, facility) }
