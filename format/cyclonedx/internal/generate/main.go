// Generate writes a large, plausible CycloneDX 1.6 document for measurements: a
// device with subsystems, images in them, packages in those, and a dependency
// graph. The same seed and size give the same bytes.
//
//	go run ./format/cyclonedx/internal/generate -size 256 >/tmp/large.cdx.json
package main

import (
	"bufio"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
)

func main() {
	size := flag.Int("size", 256, "MiB to write, about")
	seed := flag.Uint64("seed", 1, "of the random choices")
	flag.Parse()
	w := bufio.NewWriterSize(os.Stdout, 1<<20)
	write(w, int64(*size)<<20, *seed)
	if err := w.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type counter struct {
	*bufio.Writer
	n int64
}

func (c *counter) printf(format string, args ...any) {
	n, _ := fmt.Fprintf(c.Writer, format, args...)
	c.n += int64(n)
}

var (
	types    = []string{"golang", "npm", "maven", "deb", "pypi", "cargo"}
	words    = []string{"net", "crypto", "json", "http", "log", "xml", "core", "utils", "parser", "client", "server", "stream", "codec", "image", "sound", "alarm", "pump", "vent", "sensor", "gateway"}
	licences = []string{"MIT", "Apache-2.0", "BSD-3-Clause", "GPL-2.0-only", "LGPL-2.1-or-later", "ISC"}
)

// write makes components until three quarters of the size are used, and then a
// dependency graph of what remains.
func write(out *bufio.Writer, size int64, seed uint64) {
	w := &counter{Writer: out}
	r := rand.New(rand.NewPCG(seed, 2))
	w.printf(`{"$schema":"http://cyclonedx.org/schema/bom-1.6.schema.json","bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79","version":1,` +
		`"metadata":{"timestamp":"2026-01-02T03:04:05Z","component":{"bom-ref":"root","type":"device","name":"Ventilator X","version":"4.2"}},` + "\n" + `"components":[`)
	var refs []string
	separator := ""
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	for n := 0; w.n < size*3/4; n++ {
		w.printf(`%s`+"\n"+`{"bom-ref":"image-%d","type":"container","name":"image-%d","version":"%d.%d","components":[`, separator, n, n, r.IntN(9), r.IntN(30))
		refs = append(refs, fmt.Sprintf("image-%d", n))
		separator = ","
		inner := ""
		for range 200 {
			kind, name := pick(types), fmt.Sprintf("%s-%s-%d", pick(words), pick(words), r.IntN(100_000))
			version := fmt.Sprintf("%d.%d.%d", r.IntN(20), r.IntN(40), r.IntN(90))
			ref := fmt.Sprintf("pkg:%s/%s@%s?n=%d", kind, name, version, len(refs))
			refs = append(refs, ref)
			w.printf(`%s`+"\n"+`{"bom-ref":%q,"type":"library","group":"org.%s","name":%q,"version":%q,"description":"A package of %s for %s","scope":"required",`+
				`"hashes":[{"alg":"SHA-256","content":"%016x%016x%016x%016x"}],"licenses":[{"license":{"id":%q}}],"purl":"pkg:%s/%s@%s",`+
				`"properties":[{"name":"syft:package:foundBy","value":"cataloger-%s"},{"name":"syft:location:0:path","value":"/usr/lib/%s/%s"}]}`,
				inner, ref, pick(words), name, version, pick(words), pick(words), r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64(), pick(licences), kind, name, version, kind, kind, name)
			inner = ","
		}
		w.printf("]}")
	}
	w.printf(`],` + "\n" + `"dependencies":[`)
	separator = ""
	for i := 0; w.n < size && i < len(refs); i++ {
		w.printf(`%s`+"\n"+`{"ref":%q,"dependsOn":[`, separator, refs[i])
		separator = ","
		inner := ""
		seen := map[int]bool{i: true}
		for range 1 + r.IntN(4) {
			to := r.IntN(len(refs))
			if seen[to] {
				continue
			}
			seen[to] = true
			w.printf("%s%q", inner, refs[to])
			inner = ","
		}
		w.printf("]}")
	}
	w.printf("]}\n")
}
