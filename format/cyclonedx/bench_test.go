package cyclonedx_test

import (
	"bytes"
	"os"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/internal/testkit"
)

func tenThousand(b *testing.B) []byte {
	data, err := os.ReadFile(testkit.Data(b, "sbom/go-10000.cdx.json"))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	return data
}

// The same 10,000 components: read as a stream, read whole, read by CycloneDX's
// own library (encoding/json), written, and validated.

func BenchmarkScan(b *testing.B) {
	data := tenThousand(b)
	for b.Loop() {
		if _, err := cyclonedx.Scan(bytes.NewReader(data), sbom.Limits{}, &counting{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	data := tenThousand(b)
	for b.Loop() {
		if _, err := cyclonedx.Read(bytes.NewReader(data), sbom.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadByCycloneDXGo(b *testing.B) {
	data := tenThousand(b)
	for b.Loop() {
		var bom cdx.BOM
		if err := cdx.NewBOMDecoder(bytes.NewReader(data), cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadXML(b *testing.B) {
	doc, err := cyclonedx.Read(bytes.NewReader(tenThousand(b)), sbom.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	if err := cyclonedx.Write(&out, doc, cyclonedx.WriteOptions{XML: true}); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(out.Len()))
	for b.Loop() {
		if _, err := cyclonedx.Read(bytes.NewReader(out.Bytes()), sbom.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	doc, err := cyclonedx.Read(bytes.NewReader(tenThousand(b)), sbom.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := cyclonedx.Write(&bytes.Buffer{}, doc, cyclonedx.WriteOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	data := tenThousand(b)
	for b.Loop() {
		if bad := cyclonedx.Validate(data, cyclonedx.Options{}); len(bad) > 0 {
			b.Fatal(bad)
		}
	}
}
