package portfolio

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/format/spdx"
)

// streamed is the size in bytes from which a CycloneDX document is taken in
// component by component, and not judged by the profiles of quality.
const streamed = 32 << 20

// Reading returns a [Scan] that knows CycloneDX (JSON, XML) and SPDX (JSON,
// tag-value, JSON-LD), told apart by their content.
func Reading(lim sbom.Limits) Scan {
	return func(open func() (io.ReadCloser, error), blob wardround.Blob, sink Sink) (*sbom.Document, error) {
		doc, err := scanCycloneDX(open, blob, lim, sink)
		if err == nil || !cyclonedx.IsNotCycloneDX(err) && !errors.Is(err, errText) {
			return doc, err
		}
		r, openErr := open()
		if openErr != nil {
			return nil, openErr
		}
		defer r.Close()
		all, spdxErr := spdx.Decode(r, lim)
		if spdxErr != nil {
			return nil, errors.Join(err, spdxErr)
		}
		return &all.SBOM, nil
	}
}

func scanCycloneDX(open func() (io.ReadCloser, error), blob wardround.Blob, lim sbom.Limits, sink Sink) (*sbom.Document, error) {
	r, err := open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	in := bufio.NewReaderSize(r, 4096)
	begin, err := in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	// Tag-value begins with a word or a comment; JSON and XML, in whatever encoding,
	// have their bracket among the first bytes.
	if !bytes.ContainsAny(begin[:min(8, len(begin))], "{<") && len(bytes.TrimSpace(begin)) > 0 && bytes.TrimSpace(begin)[0] != '{' {
		return nil, errText
	}
	if blob.Size > streamed {
		return cyclonedx.Scan(in, lim, sink)
	}
	return cyclonedx.Read(in, lim)
}

// errText says that a document is neither JSON nor XML.
var errText = errors.New("neither JSON nor XML")

// ReadSBOM reads a bill of materials from bytes in any format that [Reading] knows.
func ReadSBOM(b []byte, lim sbom.Limits) (*sbom.Document, error) {
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
	doc, err := Reading(lim)(open, wardround.Blob{}, nil)
	if err != nil {
		return nil, err
	}
	return doc, nil
}
