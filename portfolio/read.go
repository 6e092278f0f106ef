package portfolio

import (
	"bufio"
	"bytes"
	"errors"
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
		doc, err := scanCycloneDX(open, blob, lim, sink)
		if !errors.Is(err, errOther) && !cyclonedx.IsNotCycloneDX(err) {
			return doc, err
		}
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

// errOther says that a document does not say at its beginning that it is CycloneDX.
var errOther = errors.New("perhaps something else")

// scanCycloneDX reads what says near its beginning that it is CycloneDX, as nearly
// all do: the search for what else it may be costs more than the reading.
func scanCycloneDX(open func() (io.ReadCloser, error), blob wardround.Blob, lim sbom.Limits, sink Sink) (*sbom.Document, error) {
	r, err := open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	in := bufio.NewReaderSize(r, 4096)
	begin, _ := in.Peek(512)
	switch {
	case !bytes.Contains(begin, []byte(`"bomFormat"`)) && !bytes.Contains(begin, []byte("cyclonedx.org/schema/bom")):
		return nil, errOther
	case blob.Size > streamed:
		return cyclonedx.Scan(in, lim, sink)
	}
	return cyclonedx.Read(in, lim)
}
