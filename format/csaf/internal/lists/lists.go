// Package lists holds what the tests of CSAF documents look things up in: the
// weaknesses of CWE in all its versions, the decision points of SSVC, the
// identifiers of the SPDX licence list. Only identifiers and names are here; where
// they come from stands in docs/third-party-data.md.
package lists

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"strconv"
	"strings"
	"sync"
)

//go:generate sh -c "cd ../../../../tools && go run ./csaflists -cwe $CWE -ssvc $SSVC -spdx $SPDX -o ../format/csaf/internal/lists"

var (
	//go:embed cwe.txt.gz
	cweGz []byte
	//go:embed ssvc.txt.gz
	ssvcGz []byte
	//go:embed spdx.txt.gz
	spdxGz []byte
)

// lines unpacks an embedded list. It is read as the tests of this package read it,
// so it can't fail.
func lines(gz []byte) []string {
	z, err := gzip.NewReader(bytes.NewReader(gz))
	if err != nil {
		panic(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		panic(err)
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

// Weakness is an entry of CWE in one version. Categories and views are none.
type Weakness struct {
	Name   string
	Status string // "Draft", "Deprecated" …
	Usage  string // since 4.12: "Allowed", "Allowed-with-Review", "Discouraged", "Prohibited"
}

// CWEVersion is a release of CWE.
type CWEVersion struct{ Number, Date string } // "4.13", "2023-10-26"; the first ones have no date

type span struct {
	first, last int
	Weakness
}

type cweList struct {
	versions []CWEVersion
	at       map[string]int
	spans    map[string][]span
}

var cwe = sync.OnceValue(func() *cweList {
	l := &cweList{at: map[string]int{}, spans: map[string][]span{}}
	for _, line := range lines(cweGz) {
		f := strings.Split(line, "\t")
		if f[0] == "V" {
			l.at[f[1]] = len(l.versions)
			l.versions = append(l.versions, CWEVersion{f[1], f[2]})
			continue
		}
		first, _ := strconv.Atoi(f[1])
		last, _ := strconv.Atoi(f[2])
		l.spans["CWE-"+f[0]] = append(l.spans["CWE-"+f[0]], span{first, last, Weakness{Status: f[3], Usage: f[4], Name: f[5]}})
	}
	return l
})

// CWEVersions lists the releases, oldest first.
func CWEVersions() []CWEVersion { return cwe().versions }

// KnownCWEVersion reports whether the release is in the list.
func KnownCWEVersion(version string) bool {
	_, ok := cwe().at[version]
	return ok
}

// CWEVersionAt is the latest release of a day, "2024-01-31"; the first one for days
// before it.
func CWEVersionAt(day string) string {
	v := cwe().versions
	out := v[0].Number
	for _, x := range v {
		if x.Date != "" && x.Date <= day {
			out = x.Number
		}
	}
	return out
}

// FindCWE returns the weakness of an id, "CWE-79", in a release.
func FindCWE(id, version string) (Weakness, bool) {
	l := cwe()
	at, ok := l.at[version]
	if !ok {
		return Weakness{}, false
	}
	for _, s := range l.spans[id] {
		if s.first <= at && at <= s.last {
			return s.Weakness, true
		}
	}
	return Weakness{}, false
}

// CWENames are the names that a weakness has had in some releases, each once, in
// their order; none if it is in none of them.
func CWENames(id string, versions ...string) []string {
	l := cwe()
	var out []string
	for _, s := range l.spans[id] {
		for _, v := range versions {
			if at, ok := l.at[v]; ok && s.first <= at && at <= s.last && (len(out) == 0 || out[len(out)-1] != s.Name) {
				out = append(out, s.Name)
			}
		}
	}
	return out
}

// DecisionPoint is one of SSVC, in one version.
type DecisionPoint struct {
	Name   string
	Keys   []string // of its values, in order
	Values map[string]string
}

type ssvcList struct {
	points     map[[3]string]*DecisionPoint
	versions   map[[2]string][]string
	namespaces map[string]bool
}

var ssvc = sync.OnceValue(func() *ssvcList {
	l := &ssvcList{points: map[[3]string]*DecisionPoint{}, versions: map[[2]string][]string{}, namespaces: map[string]bool{}}
	for _, line := range lines(ssvcGz) {
		f := strings.Split(line, "\t")
		p := &DecisionPoint{Name: f[3], Values: map[string]string{}}
		for _, v := range f[4:] {
			key, name, _ := strings.Cut(v, "=")
			p.Keys = append(p.Keys, key)
			p.Values[key] = name
		}
		l.points[[3]string{f[0], f[1], f[2]}] = p
		l.versions[[2]string{f[0], f[1]}] = append(l.versions[[2]string{f[0], f[1]}], f[2])
		l.namespaces[f[0]] = true
	}
	return l
})

// FindDecisionPoint returns a decision point; nil if the registry has none such.
func FindDecisionPoint(namespace, key, version string) *DecisionPoint {
	return ssvc().points[[3]string{namespace, key, version}]
}

// DecisionPointVersions are those of one decision point.
func DecisionPointVersions(namespace, key string) []string {
	return ssvc().versions[[2]string{namespace, key}]
}

// Namespaces of SSVC that are registered (its documentation, "Namespaces"): the
// first may have no decision points yet. "test" and "example" are for special
// purposes, "invalid" is never valid.
var registered = map[string]bool{"ssvc": true, "cvss": true, "cisa": true, "basic": true, "nist": true, "example": true, "test": true}

// RegisteredNamespace reports whether a base namespace, without extensions, is
// registered.
func RegisteredNamespace(base string) bool {
	short, _, _ := strings.Cut(base, "#")
	return registered[short] || ssvc().namespaces[base] && !strings.HasPrefix(base, "x_")
}

type spdxList struct{ licences, exceptions map[string]bool } // true: deprecated

var spdx = sync.OnceValue(func() *spdxList {
	l := &spdxList{map[string]bool{}, map[string]bool{}}
	for _, line := range lines(spdxGz) {
		f := strings.Fields(line)
		to := l.licences
		if f[0] == "E" {
			to = l.exceptions
		}
		to[strings.ToLower(f[1])] = len(f) > 2
	}
	return l
})

// Licence looks up an SPDX licence identifier, whatever its case (SPDX 2.3 §D.2).
func Licence(id string) (known, deprecated bool) {
	deprecated, known = spdx().licences[strings.ToLower(id)]
	return known, deprecated
}

// Exception looks up an SPDX licence exception.
func Exception(id string) (known, deprecated bool) {
	deprecated, known = spdx().exceptions[strings.ToLower(id)]
	return known, deprecated
}
