package modelcard

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/wardround/wardround/format/cyclonedx"
)

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// Read reads a document in any of the forms, which it tells by its content.
func Read(r io.Reader, lim Limits) (*Document, error) {
	lim = lim.orDefault()
	b, err := readAll(r, lim.Bytes)
	if err != nil {
		return nil, err
	}
	format, _, _ := cyclonedx.Detect(b)
	switch {
	case strings.HasPrefix(format, "CycloneDX"):
		return ReadCycloneDX(bytes.NewReader(b), lim)
	case format == "SPDX JSON-LD" || bytes.Contains(b, []byte("spdx.org/rdf/3")):
		return ReadSPDX(bytes.NewReader(b), lim)
	case IsCHAI(b):
		return ReadCHAI(bytes.NewReader(b), lim)
	case bytes.Contains(b, []byte(`"bomFormat"`)):
		return ReadCycloneDX(bytes.NewReader(b), lim)
	}
	return nil, fmt.Errorf("modelcard: neither CycloneDX, nor SPDX 3, nor an Applied Model Card")
}
