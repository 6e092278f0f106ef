package spdx

import (
	"bufio"
	"errors"
	"io"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/format/vex"
)

// Document is what one SPDX document holds.
type Document struct {
	SBOM sbom.Document
	// VEX are the assessments of the security profile (SPDX 3); nil if there are none.
	VEX *vex.Document
	// Records are the vulnerabilities the document describes itself (SPDX 3).
	Records []advisory.Record
}

// Decode reads one document in any form: JSON of SPDX 2.2 and 2.3, tag-value, or
// JSON-LD of SPDX 3.0. Errors are [*format.Error] with the byte offset, or those
// of r; nothing is returned with an error.
func Decode(r io.Reader, limits sbom.Limits) (*Document, error) {
	lim := limits.OrDefault()
	in := bufio.NewReaderSize(r, 4096)
	var skipped int64
	for {
		c, err := in.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return nil, &format.Error{Format: "spdx", Offset: skipped, Field: "document", Err: format.ErrTruncated}
		case err != nil:
			return nil, err
		}
		if skipped++; skipped > lim.Bytes {
			return nil, &format.Error{Format: "spdx", Offset: skipped, Field: "size of the document", Err: format.ErrLimit}
		}
		switch c {
		case ' ', '\t', '\n', '\r', 0xEF, 0xBB, 0xBF: // white space, byte order mark
			continue
		}
		if err := in.UnreadByte(); err != nil {
			return nil, err
		}
		skipped--
		switch c {
		case '{':
			return decodeJSON(in, lim, skipped)
		case 0, 0xFE, 0xFF:
			return nil, &format.Error{Format: "spdx", Offset: skipped, Field: "no text in UTF-8 (UTF-16?)", Err: format.ErrMalformed}
		case '<':
			return nil, &format.Error{Format: "spdx", Offset: skipped, Field: "RDF/XML is not read; JSON or tag-value is", Err: format.ErrMalformed}
		}
		return decodeTagValue(in, lim, skipped)
	}
}

// decodeJSON reads both JSON forms: which one it is shows in its members.
func decodeJSON(r io.Reader, lim sbom.Limits, offset int64) (*Document, error) {
	s := newScanner(r, lim)
	s.base = offset
	two := &two{scanner: s, builder: newBuilder(lim), external: map[string]outside{}}
	var three *graph
	err := s.object(func(name string) error {
		if name == "@context" && three == nil {
			three = newGraph(s, two.builder)
		}
		if name == "@graph" && three == nil {
			three = newGraph(s, two.builder)
		}
		if three != nil {
			return three.top(name)
		}
		return two.top(name)
	})
	if err != nil {
		return nil, err
	}
	if c, err := s.peek(); err == nil {
		_ = c
		return nil, s.fault(format.ErrMalformed, "more after the end of the document")
	} else if !s.done {
		return nil, err // a read error or a limit
	}
	if three != nil {
		return three.finish()
	}
	if two.doc.Version == "" {
		return nil, s.fault(format.ErrMalformed, "neither spdxVersion nor @graph")
	}
	return &Document{SBOM: two.end()}, nil
}
