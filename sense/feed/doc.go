// Package feed brings knowledge in: advisories, catalogues, scores and dates, from
// files and archives ([Import]) and from providers' servers ([Puller]).
//
// Documents are told apart by their content (format/document) and parsed here, at
// the edge; what goes on is a bundle of rows in one form, each with the digest of
// the document that it was read from. A feed judges nothing.
//
// What cannot be read is refused with file, position and reason, and with it the
// whole import, unless the caller asks to leave it out: then it is counted and
// named. Nothing half-read goes on.
package feed

import (
	"fmt"
	"time"

	"github.com/wardround/wardround/knowledge"
)

// Batch is what one feed brings at one time.
type Batch struct {
	Feed string // its name: what it brings replaces what it brought before
	Kind string // "osv", "nvd", "cve5", "csaf", "kev", "epss", "eol", "mixed"
	// Complete says that this is all of the feed.
	Complete bool
	Rows     []knowledge.Entry
	// Statements are documents of exploitability statements that lay among the others,
	// as they were written.
	Statements []File
	Newest     time.Time // newest modification in it
	Refused    []Refusal // documents that were left out
	Documents  int       // that were read
	ETag       string    // of the answer it came with
	Modified   string    // Last-Modified of it
	Trust      string    // "verified", "unsigned"
	Signer     string
}

// File is a document as it was written.
type File struct {
	Name   string
	Digest string // "sha256:…"
	Data   []byte
}

// Refusal says which document was not read, and why.
type Refusal struct {
	File string `json:"file"`
	Why  string `json:"why"`
}

func (r Refusal) Error() string { return fmt.Sprintf("%s: %s", r.File, r.Why) }

// Limits bound an import; zero fields take the default.
type Limits struct {
	File    int64 // bytes of one document, unpacked; 512 MiB
	Total   int64 // bytes of all, unpacked; 64 GiB
	Files   int   // 2,000,000
	Rows    int   // 5,000,000
	Refused int   // that are named; 1,000
	Nested  int   // archives within archives; 2
}

func (l Limits) orDefault() Limits {
	set := func(p *int, n int) {
		if *p <= 0 {
			*p = n
		}
	}
	if l.File <= 0 {
		l.File = 512 << 20
	}
	if l.Total <= 0 {
		l.Total = 64 << 30
	}
	set(&l.Files, 2_000_000)
	set(&l.Rows, 5_000_000)
	set(&l.Refused, 1000)
	set(&l.Nested, 2)
	return l
}
