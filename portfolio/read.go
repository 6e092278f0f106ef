package portfolio

import (
	"io"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/document"
	"github.com/wardround/wardround/format/sbom"
)

// streamed is the size in bytes from which a CycloneDX document is taken in
// component by component, and not judged by the profiles of quality.
const streamed = 32 << 20

// Reading returns a [Scan] that knows CycloneDX (JSON, XML) and SPDX (JSON,
// tag-value, JSON-LD), told apart by their content.
func Reading(lim sbom.Limits) Scan {
	return func(open func() (io.ReadCloser, error), blob wardround.Blob, sink Sink) (*sbom.Document, error) {
		r, err := open()
		if err != nil {
			return nil, err
		}
		defer r.Close()
		if blob.Size <= streamed {
			return document.ReadSBOM(r, lim)
		}
		kind, in, err := document.Peek(r)
		if err != nil {
			return nil, err
		}
		if kind == document.CycloneDX {
			return cyclonedx.Scan(in, lim, sink)
		}
		return document.ReadSBOM(in, lim)
	}
}
