// Command csaflists makes the lists that tests of CSAF documents look things up in:
// weaknesses (id, name, state, by version of CWE), decision points of SSVC (keys
// and names, no definitions), identifiers of SPDX licences and exceptions.
//
//	csaflists -cwe DIR -ssvc ssvc_object_registry.json -spdx DIR -o format/csaf/internal/lists
//
// DIR of -cwe is lib/cwec of secvisogram/csaf-validator-lib, which has one file for
// each release of MITRE's CWE; that of -spdx is cmd of github/go-spdx, which has
// licenses.json and exceptions.json of spdx/license-list-data.
package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func main() {
	cwe := flag.String("cwe", "", "folder with one file for each version of CWE")
	ssvc := flag.String("ssvc", "", "ssvc_object_registry.json")
	spdx := flag.String("spdx", "", "folder with licenses.json and exceptions.json")
	out := flag.String("o", "", "folder to write to")
	flag.Parse()
	write(filepath.Join(*out, "cwe.txt.gz"), weaknesses(*cwe))
	write(filepath.Join(*out, "ssvc.txt.gz"), decisionPoints(*ssvc))
	write(filepath.Join(*out, "spdx.txt.gz"), licences(*spdx))
}

// write compresses; the same text always gives the same bytes.
func write(path, text string) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	check(err)
	_, err = z.Write([]byte(text))
	check(err)
	check(z.Close())
	check(os.WriteFile(path, b.Bytes(), 0o644))
	fmt.Printf("%s: %d bytes, %d compressed\n", path, len(text), b.Len())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func byVersion(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(x), len(y)) {
		var m, n int
		if i < len(x) {
			m, _ = strconv.Atoi(x[i])
		}
		if i < len(y) {
			n, _ = strconv.Atoi(y[i])
		}
		if m != n {
			return m - n
		}
	}
	return 0
}

// field is a member of an object of JavaScript with a text in quotes of either kind.
var field = regexp.MustCompile(`\b(date|id|name|status|usage):\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")`)

var unescape = regexp.MustCompile(`\\(.)`)

// weaknesses writes "V version date" for each version, in order, then for each
// weakness and each run of versions in which it is the same:
// "number first last status usage name", separated by tabs; first and last are
// positions of versions.
func weaknesses(dir string) string {
	files, err := filepath.Glob(filepath.Join(dir, "*.js"))
	check(err)
	var versions []string
	for _, f := range files {
		versions = append(versions, strings.TrimSuffix(filepath.Base(f), ".js"))
	}
	slices.SortFunc(versions, byVersion)
	type entry struct{ name, status, usage string }
	type span struct {
		first, last int
		entry
	}
	spans := map[int][]span{}
	var b strings.Builder
	for i, v := range versions {
		text, err := os.ReadFile(filepath.Join(dir, v+".js"))
		check(err)
		date, n := "", 0
		var e entry
		add := func() {
			if n == 0 {
				return
			}
			if s := spans[n]; len(s) > 0 && s[len(s)-1].last == i-1 && s[len(s)-1].entry == e {
				s[len(s)-1].last = i
			} else {
				spans[n] = append(s, span{i, i, e})
			}
		}
		for _, m := range field.FindAllStringSubmatch(string(text), -1) {
			value := unescape.ReplaceAllString(m[2]+m[3], "$1")
			switch m[1] {
			case "date":
				date = value
			case "id":
				add()
				e = entry{}
				n, err = strconv.Atoi(strings.TrimPrefix(value, "CWE-"))
				check(err)
			case "name":
				e.name = value
			case "status":
				e.status = value
			case "usage":
				e.usage = value
			}
		}
		add()
		fmt.Fprintf(&b, "V\t%s\t%s\n", v, date)
	}
	numbers := make([]int, 0, len(spans))
	for n := range spans {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		for _, s := range spans[n] {
			if s.name == "" {
				log.Fatalf("CWE-%d has no name", n)
			}
			fmt.Fprintf(&b, "%d\t%d\t%d\t%s\t%s\t%s\n", n, s.first, s.last, s.status, s.usage, s.name)
		}
	}
	return b.String()
}

// decisionPoints writes "namespace key version name value=name value=name …",
// separated by tabs, the values in their order.
func decisionPoints(path string) string {
	text, err := os.ReadFile(path)
	check(err)
	var registry struct {
		Types map[string]struct {
			Namespaces map[string]struct {
				Keys map[string]struct {
					Versions map[string]struct {
						Obj struct {
							Namespace, Key, Version, Name string
							Values                        []struct{ Key, Name string }
						}
					}
				}
			}
		}
	}
	check(json.Unmarshal(text, &registry))
	var lines []string
	for _, ns := range registry.Types["DecisionPoint"].Namespaces {
		for _, k := range ns.Keys {
			for _, v := range k.Versions {
				parts := []string{v.Obj.Namespace, v.Obj.Key, v.Obj.Version, v.Obj.Name}
				for _, x := range v.Obj.Values {
					parts = append(parts, x.Key+"="+x.Name)
				}
				lines = append(lines, strings.Join(parts, "\t"))
			}
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

// licences writes "L id" or "E id", with " deprecated" after those that are.
func licences(dir string) string {
	var list struct {
		Licenses []struct {
			ID         string `json:"licenseId"`
			Deprecated bool   `json:"isDeprecatedLicenseId"`
		}
		Exceptions []struct {
			ID         string `json:"licenseExceptionId"`
			Deprecated bool   `json:"isDeprecatedLicenseId"`
		}
	}
	for _, f := range []string{"licenses.json", "exceptions.json"} {
		text, err := os.ReadFile(filepath.Join(dir, f))
		check(err)
		check(json.Unmarshal(text, &list))
	}
	var lines []string
	add := func(kind, id string, deprecated bool) {
		line := kind + " " + id
		if deprecated {
			line += " deprecated"
		}
		lines = append(lines, line)
	}
	for _, l := range list.Licenses {
		add("L", l.ID, l.Deprecated)
	}
	for _, e := range list.Exceptions {
		add("E", e.ID, e.Deprecated)
	}
	slices.SortFunc(lines, cmp.Compare[string])
	return strings.Join(lines, "\n") + "\n"
}
