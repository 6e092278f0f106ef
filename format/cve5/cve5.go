// Package cve5 reads CVE records of version 5 (CVE JSON 5.0 to 5.2), with what CISA
// adds to them (the "CISA ADP Vulnrichment" container: SSVC, CVSS, KEV).
package cve5

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround/format/advisory"
)

// Limits of one record.
const (
	MaxBytes    = 16 << 20
	maxAffected = 20_000
	maxVersions = 50_000
	maxText     = 64 << 10
)

type stamp struct{ time.Time }

func (s *stamp) UnmarshalJSON(b []byte) error {
	var v string
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	if v == "" {
		return nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateOnly} {
		if t, err := time.Parse(layout, v); err == nil {
			s.Time = t.UTC()
			return nil
		}
	}
	return fmt.Errorf("%.40q is no time", v)
}

type version struct {
	Version  string `json:"version"`
	Status   string `json:"status"`
	Type     string `json:"versionType"`
	Less     string `json:"lessThan"`
	LessOrEq string `json:"lessThanOrEqual"`
	Changes  []struct {
		At     string `json:"at"`
		Status string `json:"status"`
	} `json:"changes"`
}

type product struct {
	Vendor     string    `json:"vendor"`
	Product    string    `json:"product"`
	Collection string    `json:"collectionURL"`
	Package    string    `json:"packageName"`
	PURL       string    `json:"packageURL"`
	CPEs       []string  `json:"cpes"`
	Modules    []string  `json:"modules"`
	Platforms  []string  `json:"platforms"`
	Repo       string    `json:"repo"`
	Default    string    `json:"defaultStatus"`
	Versions   []version `json:"versions"`
	Routines   []struct {
		Name string `json:"name"`
	} `json:"programRoutines"`
}

type score struct {
	Version string  `json:"version"`
	Vector  string  `json:"vectorString"`
	Base    float64 `json:"baseScore"`
}

type container struct {
	Provider struct {
		Name    string `json:"shortName"`
		Updated stamp  `json:"dateUpdated"`
	} `json:"providerMetadata"`
	Title        string `json:"title"`
	Descriptions []struct {
		Lang  string `json:"lang"`
		Value string `json:"value"`
	} `json:"descriptions"`
	Affected []product `json:"affected"`
	Metrics  []struct {
		V40   *score `json:"cvssV4_0"`
		V31   *score `json:"cvssV3_1"`
		V30   *score `json:"cvssV3_0"`
		V2    *score `json:"cvssV2_0"`
		Other *struct {
			Type    string          `json:"type"`
			Content json.RawMessage `json:"content"`
		} `json:"other"`
	} `json:"metrics"`
	Problems []struct {
		Descriptions []struct {
			CWE string `json:"cweId"`
		} `json:"descriptions"`
	} `json:"problemTypes"`
	References []struct {
		URL  string   `json:"url"`
		Tags []string `json:"tags"`
	} `json:"references"`
	Source struct {
		Advisory any `json:"advisory"`
	} `json:"source"`
}

// Read reads one record.
func Read(b []byte) (*advisory.Record, error) {
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("cve5: %d bytes; at most %d", len(b), MaxBytes)
	}
	var w struct {
		Type    string `json:"dataType"`
		Version string `json:"dataVersion"`
		Meta    struct {
			ID        string `json:"cveId"`
			State     string `json:"state"`
			Published stamp  `json:"datePublished"`
			Updated   stamp  `json:"dateUpdated"`
			Rejected  stamp  `json:"dateRejected"`
			Assigner  string `json:"assignerShortName"`
		} `json:"cveMetadata"`
		Containers struct {
			CNA container   `json:"cna"`
			ADP []container `json:"adp"`
		} `json:"containers"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return nil, fmt.Errorf("cve5: %w", err)
	}
	switch {
	case w.Type != "CVE_RECORD" || !strings.HasPrefix(w.Version, "5."):
		return nil, fmt.Errorf("cve5: dataType %.20q, dataVersion %.10q: not a CVE record of version 5", w.Type, w.Version)
	case !strings.HasPrefix(w.Meta.ID, "CVE-"):
		return nil, errors.New("cve5: no cveId")
	}
	cna := w.Containers.CNA
	r := &advisory.Record{
		ID: w.Meta.ID, Source: "cve5", Title: clip(cna.Title), Published: w.Meta.Published.Time, Modified: w.Meta.Updated.Time,
	}
	if w.Meta.State == "REJECTED" {
		r.Withdrawn = w.Meta.Rejected.Time
		if r.Withdrawn.IsZero() {
			r.Withdrawn = w.Meta.Updated.Time
		}
		if r.Withdrawn.IsZero() {
			r.Withdrawn = time.Unix(0, 0).UTC() // rejected, of an unknown date
		}
	}
	for _, d := range cna.Descriptions {
		if strings.HasPrefix(strings.ToLower(d.Lang), "en") {
			r.Details = clip(d.Value)
			break
		}
	}
	for i, c := range append([]container{cna}, w.Containers.ADP...) {
		by := c.Provider.Name
		if i == 0 && by == "" {
			by = w.Meta.Assigner
		}
		if err := add(r, &c, by); err != nil {
			return nil, fmt.Errorf("cve5: %s: %w", w.Meta.ID, err)
		}
	}
	return r, nil
}

// add takes over what one container says.
func add(r *advisory.Record, c *container, by string) error {
	for _, m := range c.Metrics {
		for system, s := range map[string]*score{"CVSS:4.0": m.V40, "CVSS:3.1": m.V31, "CVSS:3.0": m.V30, "CVSS:2.0": m.V2} {
			if s != nil {
				r.Severities = append(r.Severities, advisory.Severity{System: system, Vector: s.Vector, Score: s.Base, By: by})
			}
		}
		if m.Other != nil && strings.EqualFold(m.Other.Type, "ssvc") {
			r.SSVC = ssvc(m.Other.Content)
		}
	}
	slices.SortStableFunc(r.Severities, func(a, b advisory.Severity) int { return strings.Compare(b.System, a.System) })
	for _, p := range c.Problems {
		for _, d := range p.Descriptions {
			if strings.HasPrefix(d.CWE, "CWE-") && !slices.Contains(r.CWEs, d.CWE) {
				r.CWEs = append(r.CWEs, d.CWE)
			}
		}
	}
	for _, ref := range c.References {
		if !slices.ContainsFunc(r.References, func(x advisory.Reference) bool { return x.URL == ref.URL }) && len(r.References) < 500 {
			r.References = append(r.References, advisory.Reference{Kind: kindOf(ref.Tags), URL: ref.URL})
		}
	}
	for _, p := range c.Affected {
		if len(r.Affected) >= maxAffected || len(p.Versions) > maxVersions {
			return fmt.Errorf("more than %d products or %d versions of one", maxAffected, maxVersions)
		}
		r.Affected = append(r.Affected, products(&p)...)
	}
	return nil
}

// ssvc reads the options of an SSVC statement: [{"Exploitation":"none"}, …].
func ssvc(b json.RawMessage) map[string]string {
	var w struct {
		Options []map[string]string `json:"options"`
	}
	if json.Unmarshal(b, &w) != nil {
		return nil
	}
	out := map[string]string{}
	for _, o := range w.Options {
		for k, v := range o {
			if len(out) < 32 {
				out[strings.ReplaceAll(strings.ToLower(k), " ", "-")] = strings.ToLower(v)
			}
		}
	}
	return out
}

// products turns one product entry into affected ones: by package if it names one,
// by CPE for each it names, else by vendor and product.
func products(p *product) []advisory.Affected {
	var out []advisory.Affected
	for _, status := range []string{"affected", "unaffected", "unknown"} {
		a := versions(p, status)
		if a == nil {
			continue
		}
		a.Platforms = p.Platforms
		for _, r := range p.Routines {
			a.Symbols = append(a.Symbols, r.Name)
		}
		switch {
		case p.PURL != "":
			b := *a
			b.Package = &advisory.Package{PURL: p.PURL, Name: p.Package}
			out = append(out, b)
		default:
			b := *a
			b.Product = &advisory.Product{Vendor: known(p.Vendor), Name: known(p.Product), Full: strings.TrimSpace(known(p.Vendor) + " " + known(p.Product))}
			if p.Package != "" {
				b.Product.URIs = []string{strings.TrimSpace(p.Collection + " " + p.Package)}
			}
			out = append(out, b)
		}
		for _, c := range p.CPEs {
			b := *a
			b.CPE = &advisory.CPE{Match: c, Vulnerable: true}
			out = append(out, b)
		}
	}
	return out
}

// known drops the words that stand for "not said".
func known(s string) string {
	if l := strings.ToLower(s); l == "n/a" || l == "unknown" || l == "unspecified" {
		return ""
	}
	return s
}

// versions collects the versions with a status; nil if there are none.
func versions(p *product, status string) *advisory.Affected {
	a := &advisory.Affected{Status: map[string]advisory.Status{
		"affected": advisory.IsAffected, "unaffected": advisory.NotAffected, "unknown": advisory.InReview,
	}[status]}
	if len(p.Versions) == 0 {
		if p.Default != status {
			return nil
		}
		a.All = true
		return a
	}
	for _, v := range p.Versions {
		for _, part := range spread(v, p.Default) {
			if part.status == status {
				part.into(a, v.Type, p.Repo)
			}
		}
	}
	if a.All || len(a.Ranges)+len(a.Versions) > 0 || a.Unread != "" {
		return a
	}
	return nil
}

type part struct {
	status, from     string
	end              string
	inclusive, alone bool
}

// spread cuts one version entry with changes into pieces of one status each.
func spread(v version, other string) []part {
	if v.Less == "" && v.LessOrEq == "" {
		return []part{{status: v.Status, from: v.Version, alone: true}}
	}
	end, incl := v.Less, false
	if end == "" {
		end, incl = v.LessOrEq, true
	}
	var out []part
	from, status := v.Version, v.Status
	for _, c := range v.Changes {
		out = append(out, part{status: status, from: from, end: c.At})
		from, status = c.At, c.Status
	}
	return append(out, part{status: status, from: from, end: end, inclusive: incl})
}

func (x part) into(a *advisory.Affected, kind, repo string) {
	if x.alone {
		switch strings.ToLower(x.from) {
		case "", "n/a", "unspecified", "unknown":
			a.Unread = "the version is given as " + fmt.Sprintf("%q", x.from)
		case "*", "all", "all versions":
			a.All = true
		default:
			a.Versions = append(a.Versions, x.from)
		}
		return
	}
	r := advisory.Range{Kind: advisory.Loose}
	switch strings.ToLower(kind) {
	case "semver":
		r.Kind = advisory.Semver
	case "git":
		r.Kind, r.Repo = advisory.Git, repo
	case "rpm", "deb", "maven", "npm", "python", "pypi", "gem":
		r.Kind = advisory.Ecosystem
	}
	from := x.from
	if from == "" || from == "*" || strings.EqualFold(from, "unspecified") || strings.EqualFold(from, "n/a") {
		from = "0"
	}
	r.Events = []advisory.Event{{Introduced: from}}
	switch {
	case x.end == "*":
	case strings.HasSuffix(x.end, ".*"):
		// "3.*": every version that begins so; compared as a text it would be another.
		a.Unread = fmt.Sprintf("up to %q", x.end)
		return
	case x.inclusive:
		r.Events = append(r.Events, advisory.Event{Last: x.end})
	default:
		r.Events = append(r.Events, advisory.Event{Fixed: x.end})
	}
	a.Ranges = append(a.Ranges, r)
}

func kindOf(tags []string) string {
	switch {
	case slices.Contains(tags, "patch"):
		return "FIX"
	case slices.Contains(tags, "exploit"):
		return "EVIDENCE"
	case slices.Contains(tags, "vendor-advisory"), slices.Contains(tags, "third-party-advisory"):
		return "ADVISORY"
	}
	return "WEB"
}

func clip(s string) string {
	if len(s) > maxText {
		return strings.ToValidUTF8(s[:maxText], "")
	}
	return s
}
