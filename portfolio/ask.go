package portfolio

import (
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/pattern"
	"github.com/wardround/wardround/format/purl"
)

// vulnerabilityID is the form of ids: CVE-2021-44228, GHSA-jfh8-…, GO-2022-0969.
var vulnerabilityID = pattern.Of(`^[A-Z][A-Za-z]{1,15}-[0-9A-Za-z][0-9A-Za-z-]*$`)

// ParseQuery reads a question as people type it: a vulnerability's id, or a package
// and a range of its versions: "pkg:npm/lodash <4.17.21", "openssl >=3.0 <3.0.7",
// "log4j-core". A version in a purl is a range of one. Error: EInvalid.
func ParseQuery(s string) (Query, error) {
	const op = "affected"
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 4096 {
		return Query{}, wardround.Errorf(wardround.EInvalid, op, "ask for a vulnerability (CVE-2021-44228) or a package and a range (openssl >=3.0 <3.0.7)")
	}
	if vulnerabilityID().MatchString(s) {
		return Query{Vulnerability: s}, nil
	}
	name, rest := s, ""
	if i := strings.IndexAny(s, " \t"); i > 0 {
		name, rest = s[:i], strings.TrimSpace(s[i:])
	} else if i := strings.IndexAny(s, "<>="); i > 0 && !strings.HasPrefix(s, "pkg:") {
		name, rest = s[:i], s[i:]
	}
	q := Query{Package: name}
	typ := "generic"
	if strings.HasPrefix(name, "pkg:") {
		p, err := purl.Parse(name)
		if err != nil {
			return q, wardround.Errorf(wardround.EInvalid, op, "%v", err)
		}
		typ = p.Type
		if rest == "" && p.Version != "" {
			rest = "=" + p.Version
		}
	}
	var err error
	if q.Range, err = ParseRange(typ, rest); err != nil {
		return q, wardround.Wrap(wardround.EInvalid, op, err)
	}
	return q, nil
}
