package kind

import (
	"time"

	"github.com/wardround/wardround"
)

// The kinds that change the portfolio: releases, what they are made of, and what
// is known of it. Documents lie in the blob store; the observation says which.
const (
	ReleaseSaid       Name = "release.said"
	SBOMReceived      Name = "sbom.received"
	KnowledgeReceived Name = "knowledge.received"
	VEXReceived       Name = "vex.received"
	BuildReceived     Name = "build.received"
)

// ReleaseSaidV1 is what a person, an import or a maker's bundle said of a release.
// Fields that are empty leave what was said before; Clear names those to empty.
type ReleaseSaidV1 struct {
	Maker          string                 `json:"maker"`
	Product        string                 `json:"product"`
	Version        string                 `json:"version"`
	Kind           string                 `json:"kind,omitempty"`
	UDIDI          string                 `json:"udi_di,omitempty"`
	BasicUDIDI     string                 `json:"basic_udi_di,omitempty"`
	GTIN           string                 `json:"gtin,omitempty"`
	Models         []string               `json:"models,omitempty"`
	Called         []string               `json:"called,omitempty"` // other names of the product
	Stage          string                 `json:"stage,omitempty"`
	Support        wardround.SupportStage `json:"support,omitempty"`
	LimitedSupport time.Time              `json:"limited_support,omitzero"`
	SupportEnds    time.Time              `json:"support_ends,omitzero"`
	EndOfLife      time.Time              `json:"end_of_life,omitzero"`
	Released       time.Time              `json:"released,omitzero"`
	Retired        time.Time              `json:"retired,omitzero"`
	Declared       map[string]string      `json:"declared,omitempty"`
	Clear          []string               `json:"clear,omitempty"` // JSON names of fields
	By             PersonalText           `json:"by,omitempty"`
	Source         string                 `json:"source,omitempty"`
	Reason         PersonalText           `json:"reason,omitempty"`
}

// SBOMReceivedV1 says that a bill of materials came for a release; the blob is the
// document as it was written.
type SBOMReceivedV1 struct {
	Maker      string       `json:"maker"`
	Product    string       `json:"product"`
	Version    string       `json:"version"`
	File       string       `json:"file"`
	Format     string       `json:"format"` // "CycloneDX 1.6"
	Components int          `json:"components"`
	Issued     time.Time    `json:"issued,omitzero"`
	Author     PersonalText `json:"author,omitempty"`
	By         PersonalText `json:"by,omitempty"`
	Source     string       `json:"source,omitempty"`
}

// KnowledgeReceivedV1 says that a feed brought something new. The blob is a bundle
// of normalised records, one JSON object per line, as package knowledge writes
// them; each line carries the digest of the document that it was read from.
type KnowledgeReceivedV1 struct {
	Feed      string    `json:"feed"`      // its name in the configuration, or the file
	Kind      string    `json:"feed_kind"` // "osv", "nvd", "cve5", "csaf", "kev", "epss", "eol"
	Records   int       `json:"records"`
	Withdrawn int       `json:"withdrawn,omitempty"`
	Refused   int       `json:"refused,omitempty"`  // documents that could not be read
	Newest    time.Time `json:"newest,omitzero"`    // newest modification in it
	Complete  bool      `json:"complete,omitempty"` // all of the feed: what is missing in it was taken back
	ETag      string    `json:"etag,omitempty"`
	Trust     string    `json:"trust,omitempty"`
	Signer    string    `json:"signer,omitempty"`
}

// VEXReceivedV1 says that exploitability statements came; the blob is the document
// as it was written.
type VEXReceivedV1 struct {
	File       string       `json:"file"`
	Format     string       `json:"format"` // "OpenVEX 0.2.0"
	Author     PersonalText `json:"author,omitempty"`
	Signer     string       `json:"signer,omitempty"`
	Trust      string       `json:"trust,omitempty"` // "verified", "unsigned"
	Statements int          `json:"statements"`
	Issued     time.Time    `json:"issued,omitzero"`
	By         PersonalText `json:"by,omitempty"`
	Withdrawn  bool         `json:"withdrawn,omitempty"` // takes the document of that name back
}

// BuildReceivedV1 is what another tool found of a release while it was built or
// tested; the blob is its report.
type BuildReceivedV1 struct {
	Maker   string `json:"maker"`
	Product string `json:"product"`
	Version string `json:"version"`
	Report  string `json:"report"` // "sarif", "junit", "slsa-provenance", "pentest", "gate"
	Tool    string `json:"tool"`
	Name    string `json:"name"`
	Passed  int    `json:"passed"`
	Failed  int    `json:"failed"`
	Skipped int    `json:"skipped,omitempty"`
	// Results are the failing ones, at most 100; the blob has all.
	Results []BuildResult `json:"results,omitempty"`
	Issued  time.Time     `json:"issued,omitzero"`
	Signer  string        `json:"signer,omitempty"`
	Trust   string        `json:"trust,omitempty"`
	By      PersonalText  `json:"by,omitempty"`
}

// BuildResult is one thing a tool reported.
type BuildResult struct {
	Rule     string `json:"rule"`
	Level    string `json:"level"` // "error", "warning", "note"
	Where    string `json:"where,omitempty"`
	Message  string `json:"message"`
	Severity string `json:"severity,omitempty"`
}

var (
	_ = Register[ReleaseSaidV1](Schema{Name: ReleaseSaid, Version: 1, Doc: "What a person, an import or a maker said of a release."})
	_ = Register[SBOMReceivedV1](Schema{Name: SBOMReceived, Version: 1, Doc: "A bill of materials came for a release."})
	_ = Register[KnowledgeReceivedV1](Schema{Name: KnowledgeReceived, Version: 1, Doc: "A feed of advisories, scores or dates brought something new."})
	_ = Register[VEXReceivedV1](Schema{Name: VEXReceived, Version: 1, Doc: "Exploitability statements came."})
	_ = Register[BuildReceivedV1](Schema{Name: BuildReceived, Version: 1, Doc: "Another tool's report on a release came."})
)
