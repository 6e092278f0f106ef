package document

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/wardround/wardround/format/attest"
	"github.com/wardround/wardround/format/csaf"
	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/openvex"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/format/spdx"
	"github.com/wardround/wardround/format/vex"
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

// ReadVEX reads exploitability statements of any kind: OpenVEX, CSAF, CycloneDX,
// SPDX 3. What holds none is an error.
func ReadVEX(b []byte) (*vex.Document, error) {
	var doc *vex.Document
	switch kind := Detect(b); kind {
	case OpenVEX:
		d, err := openvex.Decode(bytes.NewReader(b), openvex.Limits{})
		if err != nil {
			return nil, err
		}
		doc = d
	case CSAF:
		d, err := csaf.ReadBytes(b, csaf.ReadOptions{})
		if err != nil {
			return nil, err
		}
		doc = d.VEX()
	case CycloneDX:
		d, err := cyclonedx.ReadVEX(bytes.NewReader(b), sbom.Limits{})
		if err != nil {
			return nil, err
		}
		doc = d
	case SPDX:
		d, err := spdx.Decode(bytes.NewReader(b), sbom.Limits{})
		if err != nil {
			return nil, err
		}
		doc = d.VEX
	case Envelope:
		o, err := attest.Open(context.Background(), b)
		if err != nil {
			return nil, err
		}
		if Detect(o.Payload) == Envelope {
			return nil, errors.New("an envelope in an envelope")
		}
		return ReadVEX(o.Payload)
	case Unknown:
		return nil, ErrUnknown
	default:
		return nil, fmt.Errorf("this is %s, no exploitability statements (OpenVEX, CSAF, CycloneDX, SPDX 3): %w", kind, ErrUnknown)
	}
	if doc == nil || len(doc.Statements) == 0 {
		return nil, errors.New("it holds no exploitability statement")
	}
	return doc, nil
}
