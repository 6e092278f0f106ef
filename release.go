package wardround

import (
	"strings"
	"time"
)

// ReleaseID names a product version, the same in every site of an org.
type ReleaseID string

// Release is a product version that assets are instances of. Build-time verdicts
// attach here; instances inherit them when read, never as copies.
type Release struct {
	ID      ReleaseID `json:"id"`
	Org     Org       `json:"org"`
	Maker   string    `json:"maker"`
	Product string    `json:"product"`
	Version string    `json:"version"`
	Kind    AssetKind `json:"kind"`
	// UDIDI is the device identifier part of the UDI, BasicUDIDI that of the family
	// (MDR Annex VI C), GTIN the GS1 number it may be made of.
	UDIDI      string `json:"udi_di,omitempty"`
	BasicUDIDI string `json:"basic_udi_di,omitempty"`
	GTIN       string `json:"gtin,omitempty"`
	// Models are model and catalogue numbers that instances call themselves by.
	Models []string `json:"models,omitempty"`
	// Names are other names of the product that instances or advisories use.
	Names []string `json:"names,omitempty"`
	Stage Stage    `json:"stage"`
	// Support is the stage of IMDRF N70; the dates say when the next ones begin.
	Support        SupportStage `json:"support,omitempty"`
	LimitedSupport time.Time    `json:"limited_support,omitzero"` // begins
	SupportEnds    time.Time    `json:"support_ends,omitzero"`    // end of support (EOS)
	EndOfLife      time.Time    `json:"end_of_life,omitzero"`     // end of life (EOL): no longer sold
	Released       time.Time    `json:"released,omitzero"`
	Retired        time.Time    `json:"retired,omitzero"` // decommissioned everywhere
	// Declared are properties the maker declares, by "mds2/QUESTION" or a name of ours.
	Declared map[string]string `json:"declared,omitempty"`
	// SBOM is the document that says what it is made of, "" when none is there.
	SBOM string `json:"sbom,omitempty"` // DocumentID
	// Source is who said so: "person:NAME", "import:FILE", "maker".
	Source string    `json:"source,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// Name is how people call the release.
func (r *Release) Name() string {
	return strings.TrimSpace(strings.Join([]string{r.Maker, r.Product, r.Version}, " "))
}

// ReleaseIDOf derives a release's id from what identifies it; case and spacing of
// maker and product do not matter, those of the version do.
func ReleaseIDOf(org Org, maker, product, version string) ReleaseID {
	fold := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
	return ReleaseID(DeriveID("r", string(org), fold(maker), fold(product), strings.TrimSpace(version)))
}

// ReleaseSubject returns the subject for a release.
func ReleaseSubject(id ReleaseID) Subject { return Subject{SubjectRelease, string(id)} }

// SupportStage is the stage of a product's support in the words of IMDRF N70
// ("Principles and Practices for the Cybersecurity of Legacy Medical Devices").
type SupportStage string

// The stages of support; "" is not known.
const (
	SupportDevelopment SupportStage = "development"
	SupportFull        SupportStage = "supported"
	SupportLimited     SupportStage = "limited support"
	SupportEnded       SupportStage = "end of support"
)

// SupportAt is the stage at a time: what the dates say, else what was declared.
func (r *Release) SupportAt(t time.Time) SupportStage {
	switch {
	case !r.SupportEnds.IsZero() && !t.Before(r.SupportEnds):
		return SupportEnded
	case !r.LimitedSupport.IsZero() && !t.Before(r.LimitedSupport) && r.Support != SupportEnded:
		return SupportLimited
	}
	return r.Support
}

// DocumentID names a received document; it derives from its digest and purpose.
type DocumentID string

// DocumentKind says what a received document is.
type DocumentKind string

// The kinds of document.
const (
	DocumentSBOM      DocumentKind = "sbom"
	DocumentKnowledge DocumentKind = "knowledge" // a bundle of advisories from one feed
	DocumentVEX       DocumentKind = "vex"
	DocumentMDS2      DocumentKind = "mds2"
	DocumentBuild     DocumentKind = "build" // evidence of another tool: SARIF, JUnit, provenance …
	DocumentExchange  DocumentKind = "exchange"
	DocumentModelCard DocumentKind = "model-card"
	DocumentModelPlan DocumentKind = "model-plan" // what is watched, which changes may be made
	// DocumentModelReference are sketches of what a model was made or accepted for.
	DocumentModelReference  DocumentKind = "model-reference"
	DocumentModelAcceptance DocumentKind = "model-acceptance"
	DocumentModelArtefact   DocumentKind = "model-artefact" // the report of a scan
	DocumentModelDiff       DocumentKind = "model-diff"     // two versions compared
)

// Document is larger content that was received and is kept by its digest.
type Document struct {
	ID      DocumentID   `json:"id"`
	Org     Org          `json:"org"`
	Kind    DocumentKind `json:"kind"`
	Release ReleaseID    `json:"release,omitempty"` // what it is about, if one release
	Name    string       `json:"name"`              // file or feed
	Format  string       `json:"format"`            // "CycloneDX 1.6", "OpenVEX 0.2.0", "osv"
	Blob    Blob         `json:"blob"`
	Source  string       `json:"source,omitempty"` // who gave it: "person:NAME", "feed:NAME"
	// Author and Signer are who wrote and who signed it; Trust is what the signature
	// was worth when it came: "verified", "self-consistent", "unsigned", "refused".
	Author string    `json:"author,omitempty"`
	Signer string    `json:"signer,omitempty"`
	Trust  string    `json:"trust,omitempty"`
	Parts  int       `json:"parts,omitempty"` // components, records, statements
	Issued time.Time `json:"issued,omitzero"` // by its own words
	At     time.Time `json:"at"`              // when it came
	Seq    uint64    `json:"seq"`
	// Problem is why it could not be read: what was known before holds.
	Problem string `json:"problem,omitempty"`
	// Replaced is when another document took its place.
	Replaced time.Time `json:"replaced,omitzero"`
}

// DocumentIDOf derives a document's id.
func DocumentIDOf(org Org, k DocumentKind, release ReleaseID, name, digest string) DocumentID {
	return DocumentID(DeriveID("d", string(org), string(k), string(release), name, digest))
}

// Validate reports what a release lacks. Error: EInvalid.
func (r *Release) Validate() error {
	if strings.TrimSpace(r.Product) == "" || strings.TrimSpace(r.Version) == "" {
		return Errorf(EInvalid, "release", "a release needs a product and a version (maker %q, product %q, version %q)", r.Maker, r.Product, r.Version)
	}
	for what, s := range map[string]string{"maker": r.Maker, "product": r.Product, "version": r.Version, "UDI-DI": r.UDIDI, "GTIN": r.GTIN} {
		if len(s) > 256 {
			return Errorf(EInvalid, "release", "the %s has %d bytes; at most 256", what, len(s))
		}
	}
	if len(r.Models) > 256 || len(r.Names) > 256 || len(r.Declared) > 2000 {
		return Errorf(EInvalid, "release", "more than 256 models or names, or 2,000 declared properties")
	}
	return nil
}
