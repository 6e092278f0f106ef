// Package nvd reads CVE records of the National Vulnerability Database in the JSON
// form of its API 2.0: pages as the API gives them, or files of such pages.
//
// Applicability is kept as NVD says it: a configuration is an OR of nodes, or an
// AND of a vulnerable node and the platforms that it runs on. The platforms go into
// CPE.RunningOn; they are not themselves affected.
package nvd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround/format/advisory"
)

// Limits.
const (
	MaxBytes      = 512 << 20 // of a page or file
	maxMatches    = 20_000    // applicability statements of one record
	maxReferences = 500
	maxText       = 64 << 10
)

// Page is one answer of the API.
type Page struct {
	Start, Results, Total int
	At                    time.Time
	Records               []*advisory.Record
}

type page struct {
	Start   int    `json:"startIndex"`
	Results int    `json:"resultsPerPage"`
	Total   int    `json:"totalResults"`
	Format  string `json:"format"`
	At      stamp  `json:"timestamp"`
	List    []struct {
		CVE *record `json:"cve"`
	} `json:"vulnerabilities"`
}

// stamp is a time as NVD writes it: UTC without a zone.
type stamp struct{ time.Time }

func (s *stamp) UnmarshalJSON(b []byte) error {
	var v string
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	if v == "" {
		return nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, v); err == nil {
			s.Time = t.UTC()
			return nil
		}
	}
	return fmt.Errorf("%.40q is no time", v)
}

type lang struct {
	Lang  string `json:"lang"`
	Value string `json:"value"`
}

type metric struct {
	Source string `json:"source"`
	Type   string `json:"type"`
	Data   struct {
		Version string  `json:"version"`
		Vector  string  `json:"vectorString"`
		Score   float64 `json:"baseScore"`
	} `json:"cvssData"`
}

type match struct {
	Vulnerable     bool   `json:"vulnerable"`
	Criteria       string `json:"criteria"`
	StartIncluding string `json:"versionStartIncluding"`
	StartExcluding string `json:"versionStartExcluding"`
	EndIncluding   string `json:"versionEndIncluding"`
	EndExcluding   string `json:"versionEndExcluding"`
}

type node struct {
	Operator string  `json:"operator"`
	Negate   bool    `json:"negate"`
	Matches  []match `json:"cpeMatch"`
}

type record struct {
	ID           string              `json:"id"`
	Published    stamp               `json:"published"`
	Modified     stamp               `json:"lastModified"`
	Status       string              `json:"vulnStatus"`
	Descriptions []lang              `json:"descriptions"`
	Metrics      map[string][]metric `json:"metrics"`
	Weaknesses   []struct {
		Description []lang `json:"description"`
	} `json:"weaknesses"`
	Configurations []struct {
		Operator string `json:"operator"`
		Negate   bool   `json:"negate"`
		Nodes    []node `json:"nodes"`
	} `json:"configurations"`
	References []struct {
		URL  string   `json:"url"`
		Tags []string `json:"tags"`
	} `json:"references"`
}

// Read reads one page. A record that cannot be read refuses the page.
func Read(r io.Reader) (*Page, error) {
	lr := &io.LimitedReader{R: r, N: MaxBytes + 1}
	var w page
	if err := json.NewDecoder(lr).Decode(&w); err != nil {
		if lr.N <= 0 {
			return nil, fmt.Errorf("nvd: more than %d bytes", MaxBytes)
		}
		return nil, fmt.Errorf("nvd: %w", err)
	}
	if w.Format != "" && w.Format != "NVD_CVE" {
		return nil, fmt.Errorf("nvd: format %.30q; NVD_CVE is read", w.Format)
	}
	if w.List == nil {
		return nil, errors.New("nvd: no vulnerabilities: not an answer of the CVE API 2.0")
	}
	p := &Page{Start: w.Start, Results: w.Results, Total: w.Total, At: w.At.Time}
	for i, v := range w.List {
		if v.CVE == nil || !strings.HasPrefix(v.CVE.ID, "CVE-") {
			return nil, fmt.Errorf("nvd: vulnerabilities[%d] has no CVE id", i)
		}
		rec, err := v.CVE.record()
		if err != nil {
			return nil, fmt.Errorf("nvd: %s: %w", v.CVE.ID, err)
		}
		p.Records = append(p.Records, rec)
	}
	return p, nil
}

func (c *record) record() (*advisory.Record, error) {
	r := &advisory.Record{ID: c.ID, Source: "nvd", Published: c.Published.Time, Modified: c.Modified.Time}
	if c.Status == "Rejected" {
		r.Withdrawn = c.Modified.Time
	}
	r.Details = clip(english(c.Descriptions))
	for _, name := range []string{"cvssMetricV40", "cvssMetricV31", "cvssMetricV30", "cvssMetricV2"} {
		for _, m := range c.Metrics[name] {
			by := m.Source
			if m.Type != "" {
				by += " (" + strings.ToLower(m.Type) + ")"
			}
			r.Severities = append(r.Severities, advisory.Severity{System: "CVSS:" + m.Data.Version, Vector: m.Data.Vector, Score: m.Data.Score, By: by})
		}
	}
	for _, w := range c.Weaknesses {
		for _, d := range w.Description {
			if strings.HasPrefix(d.Value, "CWE-") && !slices.Contains(r.CWEs, d.Value) {
				r.CWEs = append(r.CWEs, d.Value)
			}
		}
	}
	for _, ref := range c.References[:min(len(c.References), maxReferences)] {
		r.References = append(r.References, advisory.Reference{Kind: kindOf(ref.Tags), URL: ref.URL})
	}
	for _, cfg := range c.Configurations {
		if cfg.Negate {
			// "everything but": what it covers cannot be told from names.
			r.Affected = append(r.Affected, advisory.Affected{Status: advisory.IsAffected, CPE: &advisory.CPE{Match: first(cfg.Nodes)}, Unread: "a negated configuration"})
			continue
		}
		and := strings.EqualFold(cfg.Operator, "AND") && len(cfg.Nodes) > 1
		for i, n := range cfg.Nodes {
			var on []string
			if and {
				for j, other := range cfg.Nodes {
					if j != i {
						for _, m := range other.Matches {
							on = append(on, m.Criteria)
						}
					}
				}
			}
			if strings.EqualFold(n.Operator, "AND") && len(n.Matches) > 1 {
				for _, m := range n.Matches {
					if !m.Vulnerable {
						on = append(on, m.Criteria)
					}
				}
			}
			for _, m := range n.Matches {
				if !m.Vulnerable {
					continue
				}
				if len(r.Affected) >= maxMatches {
					return nil, fmt.Errorf("more than %d applicability statements", maxMatches)
				}
				a := affected(m)
				a.CPE.RunningOn = on
				if n.Negate {
					a.Unread = "a negated node"
				}
				r.Affected = append(r.Affected, a)
			}
		}
	}
	return r, nil
}

func first(nodes []node) string {
	for _, n := range nodes {
		for _, m := range n.Matches {
			return m.Criteria
		}
	}
	return ""
}

// affected turns one match into a range. Without bounds the version stands in the
// criteria.
func affected(m match) advisory.Affected {
	a := advisory.Affected{Status: advisory.IsAffected, CPE: &advisory.CPE{Match: m.Criteria, Vulnerable: true}}
	if m.StartIncluding == "" && m.StartExcluding == "" && m.EndIncluding == "" && m.EndExcluding == "" {
		return a
	}
	g := advisory.Range{Kind: advisory.Loose}
	switch {
	case m.StartIncluding != "":
		g.Events = append(g.Events, advisory.Event{Introduced: m.StartIncluding})
	case m.StartExcluding != "":
		g.Events = append(g.Events, advisory.Event{After: m.StartExcluding})
	default:
		g.Events = append(g.Events, advisory.Event{Introduced: "0"})
	}
	switch {
	case m.EndExcluding != "":
		g.Events = append(g.Events, advisory.Event{Fixed: m.EndExcluding})
	case m.EndIncluding != "":
		g.Events = append(g.Events, advisory.Event{Last: m.EndIncluding})
	}
	a.Ranges = []advisory.Range{g}
	return a
}

func english(list []lang) string {
	for _, l := range list {
		if strings.HasPrefix(strings.ToLower(l.Lang), "en") {
			return l.Value
		}
	}
	if len(list) > 0 {
		return list[0].Value
	}
	return ""
}

func kindOf(tags []string) string {
	switch {
	case slices.Contains(tags, "Patch"):
		return "FIX"
	case slices.Contains(tags, "Exploit"):
		return "EVIDENCE"
	case slices.Contains(tags, "Vendor Advisory"), slices.Contains(tags, "Third Party Advisory"):
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
