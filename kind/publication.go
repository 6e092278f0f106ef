package kind

import "time"

// PublicationSaid is what a person said of a statement of our own on its way to
// being published.
const PublicationSaid Name = "publication.said"

// PublicationSaidV1 is one step: drafted, approved by a second person, published.
// Which steps may follow each other is the business of package publication; what
// may not is on record and changes nothing.
type PublicationSaidV1 struct {
	Draft  string       `json:"draft"`
	Act    string       `json:"act"` // "draft", "approve", "reject", "publish", "withdraw"
	By     PersonalText `json:"by"`
	Role   string       `json:"role,omitempty"`
	Reason PersonalText `json:"reason,omitempty"`
	// Of "draft": what is stated.
	Vulnerability string               `json:"vulnerability,omitempty"`
	Aliases       []string             `json:"aliases,omitempty"`
	Status        string               `json:"status,omitempty"`
	Justification string               `json:"justification,omitempty"`
	Impact        string               `json:"impact,omitempty"`
	Action        string               `json:"action,omitempty"`
	Inherits      bool                 `json:"inherits,omitempty"`
	Expires       time.Time            `json:"expires,omitzero"`
	Author        string               `json:"issuer,omitempty"` // who issues it: the maker, as a rule
	Format        string               `json:"format,omitempty"` // "openvex", "csaf", "cyclonedx", "spdx"
	Products      []PublicationProduct `json:"products,omitempty"`
	// Of "publish": the document as it was written, and whose key signed it.
	Document string `json:"document,omitempty"` // its digest
	Signer   string `json:"signer,omitempty"`
}

// PublicationProduct is a product that is spoken of.
type PublicationProduct struct {
	Release    string   `json:"release,omitempty"` // ReleaseID, if it is one of ours
	Maker      string   `json:"maker,omitempty"`
	Name       string   `json:"product,omitempty"`
	Version    string   `json:"version,omitempty"`
	UDI        string   `json:"udi,omitempty"`
	PURL       string   `json:"purl,omitempty"`
	Components []string `json:"components,omitempty"` // purls; none: the product as a whole
}

var _ = Register[PublicationSaidV1](Schema{Name: PublicationSaid, Version: 1, Doc: "A step of a statement of our own: drafted, approved by a second person, published."})
