package spdx

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/wardround/wardround/format/sbom"
)

// large2 is SPDX 2.3 JSON as a scanner writes it: packages with identifiers, and
// two dependencies each.
func large2(mb int) io.Reader {
	piece := func(i int) string {
		return fmt.Sprintf(`{"SPDXID":"SPDXRef-Package-%d","name":"component-%d","versionInfo":"1.%d.0","supplier":"Organization: Example %d","downloadLocation":"NOASSERTION","filesAnalyzed":false,"licenseConcluded":"NOASSERTION","licenseDeclared":"Apache-2.0","copyrightText":"NOASSERTION","checksums":[{"algorithm":"SHA256","checksumValue":"%064x"}],"externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:golang/example.org/component-%d@v1.%d.0"},{"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:example:component-%d:1.%d.0:*:*:*:*:*:*:*"}]}`, i, i, i%50, i%100, i, i, i%50, i, i%50)
	}
	edge := func(i, to int) string {
		return fmt.Sprintf(`{"spdxElementId":"SPDXRef-Package-%d","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-Package-%d"}`, i, to)
	}
	n := mb * 1_000_000 / (len(piece(99_999)) + 2*len(edge(99_999, 99_999)) + 3)
	return &repeated{
		head: `{"spdxVersion":"SPDX-2.3","packages":[` + piece(0), tail: "]}", n: 3 * n,
		piece: func(i int) string {
			switch {
			case i < n:
				return "," + piece(i+1)
			case i == n:
				return `],"relationships":[` + edge(1, 0)
			case i < 2*n:
				return "," + edge(1+i%n, i%n*7/8)
			}
			return "," + edge(1+i%n, i%n/2)
		},
	}
}

// large3 is SPDX 3 as Yocto writes it: files with digests, each contained in a
// package by a relationship of its own, under long identifiers.
func large3(mb int) io.Reader {
	const base = "http://spdx.org/spdxdocs/acl-3a7084c7-0f68-55ec-aaab-f9397756bc81/1863d50f53817986d8169847e7cae7d9d1f039b4937bdbdc805f7a68d3130b73/"
	pkg := func(i int) string {
		return fmt.Sprintf(`{"type":"software_Package","spdxId":"%spackage/%d","creationInfo":"_:c","name":"p%d","software_packageVersion":"1","software_primaryPurpose":"install"}`, base, i, i)
	}
	file := func(i int) string {
		return fmt.Sprintf(`,{"type":"software_File","spdxId":"%sfile/%d","creationInfo":"_:c","name":"usr/lib/%d","verifiedUsing":[{"type":"Hash","algorithm":"sha256","hashValue":"%064x"}]}`, base, i, i, i) +
			fmt.Sprintf(`,{"type":"Relationship","spdxId":"%srelationship/%d","creationInfo":"_:c","from":"%spackage/%d","relationshipType":"contains","to":["%sfile/%d"]}`, base, i, base, i/100, base, i)
	}
	n := mb * 1_000_000 / len(file(99_999))
	return &repeated{
		head: `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-01-01T00:00:00Z"}`, tail: "]}", n: n,
		piece: func(i int) string {
			if i%100 == 0 {
				return "," + pkg(i/100) + file(i)
			}
			return file(i)
		},
	}
}

// Measured with WARDROUND_SPDX_MB=100 go test -run LargeDocument -v, where the bar
// is 100 MB in less than 10 s; otherwise five megabytes, and a bar so low that only
// work that grows with the square misses it.
func TestLargeDocument(t *testing.T) {
	mb, bar := 5, 4*time.Second
	if _, err := fmt.Sscan(os.Getenv("WARDROUND_SPDX_MB"), &mb); err == nil {
		bar = 100 * time.Millisecond
	}
	for name, in := range map[string]io.Reader{"2.3 JSON": large2(mb), "3.0.1 JSON-LD": large3(mb)} {
		runtime.GC()
		start := time.Now()
		d, err := Decode(in, sbom.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(start)
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		t.Logf("%s: %d MB, %d components, %d relations in %v; %d MB from the system", name, mb, len(d.SBOM.Components), len(d.SBOM.Relations), took, m.Sys>>20)
		if len(d.SBOM.Problems) > 0 {
			t.Errorf("%s: %+v", name, d.SBOM.Problems[0])
		}
		if perMB := took / time.Duration(mb); perMB > bar {
			t.Errorf("%s: %v for a MB, not below %v", name, perMB, bar)
		}
	}
}
