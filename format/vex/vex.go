// Package vex holds the model that every exploitability statement is read into:
// OpenVEX, the CSAF VEX profile, CycloneDX VEX, the SPDX 3 security profile. One
// Statement is one author's claim about one vulnerability in some products.
package vex

import "time"

// Status is a claim, in the words of OpenVEX and CISA's "Minimum Requirements for
// VEX".
type Status string

// The statuses.
const (
	NotAffected        Status = "not_affected"
	Affected           Status = "affected"
	Fixed              Status = "fixed"
	UnderInvestigation Status = "under_investigation"
)

// Justification says why not_affected, in OpenVEX's words. CycloneDX's nine are
// mapped onto these five; what was written stays in Statement.Note.
type Justification string

// The justifications.
const (
	ComponentNotPresent Justification = "component_not_present"
	CodeNotPresent      Justification = "vulnerable_code_not_present"
	NotInExecutePath    Justification = "vulnerable_code_not_in_execute_path"
	NotControllable     Justification = "vulnerable_code_cannot_be_controlled_by_adversary"
	InlineMitigations   Justification = "inline_mitigations_already_exist"
)

// Document is one file of statements.
type Document struct {
	Format     string      `json:"format"` // "OpenVEX", "CSAF", "CycloneDX", "SPDX"
	Version    string      `json:"spec_version,omitempty"`
	ID         string      `json:"id"`
	Revision   string      `json:"revision,omitempty"`
	Author     string      `json:"author"`
	Role       string      `json:"role,omitempty"`
	Issued     time.Time   `json:"issued,omitzero"`
	Updated    time.Time   `json:"updated,omitzero"`
	Statements []Statement `json:"statements"`
	Problems   []string    `json:"problems,omitempty"` // what of it could not be read, a sentence each
}

// Statement is one claim.
type Statement struct {
	ID            string        `json:"id,omitempty"`
	Vulnerability string        `json:"vulnerability"`
	Aliases       []string      `json:"aliases,omitempty"`
	Products      []Product     `json:"products"`
	Status        Status        `json:"status"`
	Justification Justification `json:"justification,omitempty"`
	Impact        string        `json:"impact,omitempty"` // why not affected, in words
	Action        string        `json:"action,omitempty"` // what to do if affected
	Note          string        `json:"note,omitempty"`
	Issued        time.Time     `json:"issued,omitzero"`
	Updated       time.Time     `json:"updated,omitzero"`
	Expires       time.Time     `json:"expires,omitzero"`
	// Inherits says that it also holds for later versions, as the author wrote.
	Inherits bool `json:"inherits,omitempty"`
	// Where is its place in the document: a JSON pointer or an index.
	Where string `json:"where,omitempty"`
}

// Product is what a statement speaks of. Fields that are empty are not compared.
type Product struct {
	ID      string `json:"id,omitempty"` // as written: a purl, an IRI, a product id, a bom-ref or BOM-Link
	PURL    string `json:"purl,omitempty"`
	CPE     string `json:"cpe,omitempty"`
	Vendor  string `json:"vendor,omitempty"`
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
	Range   string `json:"range,omitempty"` // vers
	Hashes  []Hash `json:"hashes,omitempty"`
	UDI     string `json:"udi,omitempty"`
	// Document and Ref name a component of a bill of materials (BOM-Link).
	Document string `json:"document,omitempty"`
	Ref      string `json:"ref,omitempty"`
	// Components are the parts of the product that the claim is about; none means
	// the product as a whole.
	Components []Product `json:"components,omitempty"`
}

// Hash is a digest of a product.
type Hash struct {
	Algorithm string `json:"alg"`
	Value     string `json:"value"`
}
