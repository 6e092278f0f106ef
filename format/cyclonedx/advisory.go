package cyclonedx

import (
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/sbom"
)

// ReadAdvisories reads the vulnerabilities of a document as knowledge: what a
// disclosure report (VDR) says of which components and versions are affected. What
// its maker says of its own product is [ReadVEX]'s.
func ReadAdvisories(r io.Reader, lim sbom.Limits) ([]advisory.Record, error) {
	doc, list, err := ReadVulnerabilities(r, lim)
	if err != nil {
		return nil, err
	}
	return Records(doc, list), nil
}

// Records makes advisory records of a document's vulnerabilities. Entries without
// an id are left out: there is nothing to find them by.
func Records(doc *sbom.Document, list []Vulnerability) []advisory.Record {
	refs := make(map[string]int, len(doc.Components))
	for i, c := range doc.Components {
		refs[c.Ref] = i
	}
	var out []advisory.Record
	for i := range list {
		v := &list[i]
		if v.ID == "" {
			continue
		}
		rec := advisory.Record{
			ID: v.ID, Source: "vendor", Document: doc.ID, Revision: fmt.Sprint(doc.Revision), Title: title(v), Details: v.Detail,
			Published: v.Published, Modified: v.Updated, Withdrawn: v.Rejected,
		}
		for _, r := range v.References {
			if r.ID != "" && r.ID != v.ID {
				rec.Aliases = append(rec.Aliases, r.ID)
			}
		}
		for _, r := range v.Ratings {
			rec.Severities = append(rec.Severities, severity(r))
		}
		for _, n := range v.CWEs {
			rec.CWEs = append(rec.CWEs, fmt.Sprintf("CWE-%d", n))
		}
		if v.Source.URL != "" {
			rec.References = append(rec.References, advisory.Reference{Kind: "ADVISORY", URL: v.Source.URL})
		}
		for _, a := range v.Advisories {
			rec.References = append(rec.References, advisory.Reference{Kind: "WEB", URL: a.URL})
		}
		for _, r := range []advisory.Remedy{{Category: "vendor_fix", Details: v.Recommendation}, {Category: "workaround", Details: v.Workaround}} {
			if r.Details != "" {
				rec.Remedies = append(rec.Remedies, r)
			}
		}
		for _, a := range v.Affects {
			var c *sbom.Component
			if i, ok := refs[a.Ref]; ok {
				c = &doc.Components[i]
			}
			rec.Affected = append(rec.Affected, affected(doc, c, a)...)
		}
		out = append(out, rec)
	}
	return out
}

func title(v *Vulnerability) string {
	text, _, _ := strings.Cut(v.Description, "\n")
	return text
}

// severity names the CVSS version of a rating as OSV does. CycloneDX writes vectors
// without their prefix, and CVSSv3 for 3.0.
func severity(r Rating) advisory.Severity {
	s := advisory.Severity{System: "text", Vector: r.Vector, Text: r.Severity, By: r.Source.Name}
	if r.Score != nil {
		s.Score = *r.Score
	}
	prefix := ""
	switch r.Method {
	case "CVSSv2":
		s.System = "CVSS:2.0"
	case "CVSSv3":
		s.System, prefix = "CVSS:3.0", "CVSS:3.0/"
	case "CVSSv31":
		s.System, prefix = "CVSS:3.1", "CVSS:3.1/"
	case "CVSSv4":
		s.System, prefix = "CVSS:4.0", "CVSS:4.0/"
	}
	if prefix != "" && s.Vector != "" {
		if strings.HasPrefix(s.Vector, "CVSS:") { // it says itself which
			s.System = s.Vector[:min(len("CVSS:3.1"), len(s.Vector))]
		} else {
			s.Vector = prefix + s.Vector
		}
	}
	return s
}

// affected are the versions of one component, by what is said of them.
func affected(doc *sbom.Document, c *sbom.Component, a Affect) []advisory.Affected {
	product := func() *advisory.Product {
		p := &advisory.Product{ID: a.Ref}
		if strings.HasPrefix(a.Ref, "urn:cdx:") {
			p.SBOMs = []string{a.Ref}
		}
		if c == nil {
			if _, ref := SplitLink(a.Ref); strings.HasPrefix(ref, "pkg:") {
				p.PURLs = []string{ref}
			} else if strings.HasPrefix(a.Ref, "pkg:") {
				p.PURLs = []string{a.Ref}
			}
			return p
		}
		p.Vendor, p.Name, p.Version, p.Full = c.Supplier, c.Name, c.Version, strings.TrimSpace(c.Name+" "+c.Version)
		if p.Vendor == "" {
			p.Vendor = c.Manufacturer
		}
		if c.Group != "" {
			p.Full = c.Group + "/" + p.Full
		}
		if c.PURL != "" {
			p.PURLs = []string{c.PURL}
		}
		if len(c.CPEs) > 0 {
			p.CPE = c.CPEs[0]
		}
		if m := c.Identifiers["model-number"]; m != "" {
			p.Models = []string{m}
		}
		for _, h := range c.Hashes {
			p.Hashes = append(p.Hashes, h.Algorithm+":"+h.Value)
		}
		return p
	}
	if len(a.Versions) == 0 {
		one := advisory.Affected{Product: product(), Status: advisory.IsAffected}
		if c != nil && c.Version != "" {
			one.Versions = []string{c.Version}
		} else {
			one.All = true
		}
		return []advisory.Affected{one}
	}
	by := map[advisory.Status]*advisory.Affected{}
	var out []advisory.Affected
	order := []advisory.Status{advisory.IsAffected, advisory.NotAffected, advisory.InReview}
	for _, x := range a.Versions {
		status := advisory.IsAffected
		switch x.Status {
		case "unaffected":
			status = advisory.NotAffected
		case "unknown":
			status = advisory.InReview
		}
		one := by[status]
		if one == nil {
			one = &advisory.Affected{Product: product(), Status: status}
			if len(one.Product.PURLs) > 0 { // its version is the one in the inventory
				one.Product.PURLs[0] = withoutVersion(one.Product.PURLs[0])
			}
			by[status] = one
		}
		if x.Version != "" {
			one.Versions = append(one.Versions, x.Version)
		}
		if x.Range != "" {
			addRange(one, x.Range)
		}
	}
	for _, status := range order {
		if one := by[status]; one != nil {
			out = append(out, *one)
		}
	}
	return out
}

// addRange takes a vers range: constraints in the order of versions, of which < and
// <= close what > and >= open (VERS, "checking if a version is contained"). What is
// not of that form is kept as text.
func addRange(to *advisory.Affected, text string) {
	unread := func() {
		if to.Unread != "" {
			to.Unread += "; "
		}
		to.Unread += text
	}
	rest, ok := strings.CutPrefix(text, "vers:")
	scheme, list, ok2 := strings.Cut(rest, "/")
	if !ok || !ok2 || scheme == "" || list == "" {
		unread()
		return
	}
	if list == "*" {
		to.All = true
		return
	}
	kind := advisory.Ecosystem
	switch scheme {
	case "semver":
		kind = advisory.Semver
	case "generic", "all", "none":
		kind = advisory.Loose
	}
	r := advisory.Range{Kind: kind, Text: text}
	var exact []string
	open := false
	last := ""
	for i, c := range strings.Split(list, "|") {
		op := strings.TrimRight(c[:len(c)-len(strings.TrimLeft(c, "<>=!"))], " ")
		version, err := url.PathUnescape(strings.TrimSpace(c[len(op):]))
		if err != nil || version == "" || version == "*" {
			unread()
			return
		}
		if descends(last, version) { // not in the order that VERS asks for: it could mean anything
			unread()
			return
		}
		last = version
		lower := func(e advisory.Event) bool {
			was := open
			open = true
			r.Events = append(r.Events, e)
			return !was
		}
		upper := func(e advisory.Event) bool {
			if !open && len(r.Events) > 0 {
				return false // two ends in a row
			}
			if !open {
				r.Events = append(r.Events, advisory.Event{Introduced: "0"})
			}
			open = false
			r.Events = append(r.Events, e)
			return true
		}
		fits := true
		switch op {
		case "", "=":
			exact = append(exact, version)
			fits = !open // inside an interval it says nothing, or that the order is another
		case ">=":
			fits = lower(advisory.Event{Introduced: version})
		case ">":
			fits = lower(advisory.Event{After: version})
		case "<":
			fits = upper(advisory.Event{Fixed: version})
		case "<=":
			fits = upper(advisory.Event{Last: version})
		default: // != cuts a hole, which events can't say
			fits = false
		}
		if !fits || i > 10_000 {
			unread()
			return
		}
	}
	to.Versions = append(to.Versions, exact...)
	if len(r.Events) > 0 {
		to.Ranges = append(to.Ranges, r)
	}
}

// descends says whether two plain dotted numbers go down. Of other versions it
// can't tell, and says no.
func descends(a, b string) bool {
	for a != "" && b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		n, err := strconv.Atoi(x)
		m, err2 := strconv.Atoi(y)
		if err != nil || err2 != nil {
			return false
		}
		if n != m {
			return m < n
		}
	}
	return false
}
