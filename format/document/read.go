package document

import (
	"compress/gzip"
	"fmt"
	"io"

	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/format/spdx"
)

// ReadSBOM reads a bill of materials of any kind, also gzipped. Errors name the
// place; ErrUnknown wraps what is no bill of materials.
func ReadSBOM(r io.Reader, lim sbom.Limits) (*sbom.Document, error) {
	kind, r, err := Peek(r)
	if err != nil {
		return nil, err
	}
	if kind == Gzip {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, err
		}
		if kind, r, err = Peek(io.LimitReader(z, lim.OrDefault().Bytes+1)); err != nil {
			return nil, err
		}
	}
	switch kind {
	case CycloneDX:
		return cyclonedx.Read(r, lim)
	case SPDX:
		d, err := spdx.Decode(r, lim)
		if err != nil {
			return nil, err
		}
		return &d.SBOM, nil
	case Unknown:
		return nil, ErrUnknown
	}
	return nil, fmt.Errorf("this is %s, no bill of materials (CycloneDX or SPDX): %w", kind, ErrUnknown)
}
