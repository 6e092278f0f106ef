package csaf

import (
	"slices"
	"strconv"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/wardround/wardround/format/advisory"
)

// RecordOptions say how records are made.
type RecordOptions struct {
	// Ranges reads the text of a product_version_range. Where it reports true its
	// ranges are taken, with the text kept in each; elsewhere the text goes to
	// Affected.Unread. Nil reads none.
	Ranges func(text string) ([]advisory.Range, bool)
	// Source is the Record's Source; "csaf" if empty.
	Source string
}

// Records returns one record for each vulnerability. Its ID is the CVE, else the
// first other id, else the document's id with the position: "ICSMA-20-254-01#2".
//
// A product whose version the document does not state as a branch, a purl or a CPE
// has its full name in Unread: whether an installed version is concerned can't be
// told from the document's structure. The statuses "recommended" and "unknown" say
// neither that a product is affected nor that it isn't, and give no Affected.
func (d *Document) Records(o RecordOptions) []advisory.Record {
	if o.Source == "" {
		o.Source = "csaf"
	}
	var out []advisory.Record
	for i := range d.Vulnerabilities {
		out = append(out, d.record(i, o))
	}
	return out
}

func (d *Document) record(i int, o RecordOptions) advisory.Record {
	v := &d.Vulnerabilities[i]
	id, aliases := d.names(i)
	r := advisory.Record{ID: id, Aliases: aliases, Source: o.Source, Document: d.Tracking.ID, Revision: d.Tracking.Version, Title: v.Title,
		Details: details(v.Notes), Published: d.Tracking.Initial, Modified: d.Tracking.Current}
	if r.Title == "" {
		r.Title = d.Title
	}
	if r.Details == "" {
		r.Details = details(d.Notes)
	}
	if d.Withdrawn() {
		r.Withdrawn = d.Tracking.Current
	}
	for _, s := range statuses {
		for _, p := range v.Status[s.name] {
			if s.status != "" {
				r.Affected = append(r.Affected, d.affected(p, s.status, o))
			}
		}
	}
	for _, c := range v.CWEs {
		if c.ID != "" {
			r.CWEs = append(r.CWEs, c.ID)
		}
	}
	for _, ref := range slices.Concat(v.References, d.References) {
		kind := "WEB"
		if ref.Category == "self" {
			kind = "ADVISORY"
		}
		if ref.URL != "" {
			r.References = append(r.References, advisory.Reference{Kind: kind, URL: ref.URL})
		}
	}
	for _, x := range v.Remediations {
		r.Remedies = append(r.Remedies, advisory.Remedy{Category: x.Category, Details: x.Details, URL: x.URL, Products: x.Products})
	}
	for _, m := range v.Metrics {
		r.Severities = append(r.Severities, d.severities(m)...)
		for name, value := range m.SSVC {
			if r.SSVC == nil {
				r.SSVC = map[string]string{}
			}
			r.SSVC[strings.ReplaceAll(strings.ToLower(name), " ", "-")] = value
		}
	}
	if len(v.Metrics) == 0 && d.Severity != "" {
		r.Severities = append(r.Severities, advisory.Severity{System: "text", Text: d.Severity, By: d.Publisher.Name})
	}
	return r
}

// statuses are the lists of product_status (§3.2.3.9) in the words of VEX.
var statuses = []struct {
	name   string
	status advisory.Status
}{
	{"known_affected", advisory.IsAffected}, {"first_affected", advisory.IsAffected}, {"last_affected", advisory.IsAffected},
	{"fixed", advisory.Fixed}, {"first_fixed", advisory.Fixed},
	{"known_not_affected", advisory.NotAffected},
	{"under_investigation", advisory.InReview},
	{"recommended", ""}, {"unknown", ""},
}

// names returns the id of a vulnerability and its other names.
func (d *Document) names(i int) (id string, aliases []string) {
	v := &d.Vulnerabilities[i]
	all := []string{}
	if v.CVE != "" {
		all = append(all, v.CVE)
	}
	for _, x := range v.IDs {
		if x.Text != "" && !slices.Contains(all, x.Text) {
			all = append(all, x.Text)
		}
	}
	if len(all) == 0 {
		id = d.Tracking.ID
		if len(d.Vulnerabilities) > 1 {
			id += "#" + strconv.Itoa(i+1)
		}
		return id, nil
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return all[0], all[1:]
}

// details is the note that describes best.
func details(notes []Note) string {
	for _, c := range []string{"description", "summary", "details", "general"} {
		for _, n := range notes {
			if n.Category == c && n.Text != "" {
				return n.Text
			}
		}
	}
	return ""
}

func (d *Document) severities(m Metric) (out []advisory.Severity) {
	by := m.Source
	if by == "" {
		by = d.Publisher.Name
	}
	for _, c := range m.CVSS {
		out = append(out, advisory.Severity{System: "CVSS:" + c.Version, Vector: c.Vector, Score: c.Score, By: by})
	}
	if m.Severity != "" {
		out = append(out, advisory.Severity{System: "text", Text: m.Severity, By: by})
	}
	return out
}

// affected says of one product what a list of product_status says.
func (d *Document) affected(id string, status advisory.Status, o RecordOptions) advisory.Affected {
	p := d.products[id]
	a := advisory.Affected{Status: status, Product: &advisory.Product{ID: id}}
	if p == nil {
		a.Unread = "the document does not define the product " + id
		return a
	}
	q := d.origin(p)
	text, isRange := q.version()
	*a.Product = advisory.Product{ID: id, Full: p.Name, Version: text,
		Vendor: strings.Join(q.branch("vendor"), " "), Family: strings.Join(q.branch("product_family"), " "), Name: strings.Join(q.branch("product_name"), " "),
		CPE: first(p.CPE, q.CPE), PURLs: union(p.PURL, q.PURL), Models: union(p.Models, q.Models), Serials: union(p.Serials, q.Serials), SKUs: union(p.SKUs, q.SKUs),
		SBOMs: union(p.SBOMs, q.SBOMs), URIs: union(p.URIs, q.URIs), Hashes: union(p.Hashes, q.Hashes)}
	if len(p.Related) > 0 {
		a.Product.InstalledOn = p.Related[len(p.Related)-1].Product
	}
	for _, on := range d.platforms(p) {
		a.Platforms = append(a.Platforms, on.Name)
	}
	switch {
	case text == "":
		a.Unread = first(p.Name, id)
	case !isRange:
		a.Versions = []string{text}
	default:
		a.Unread = text
		if o.Ranges == nil {
			break
		}
		if ranges, ok := o.Ranges(text); ok {
			a.Unread = ""
			for i := range ranges {
				ranges[i].Text = text
			}
			a.Ranges = ranges
		}
	}
	return a
}

// version is the text that says which versions of the product are meant: its
// version branch, else the version in its purls or its CPE. "" if there is none.
func (p *Product) version() (text string, isRange bool) {
	if v := p.branch("product_version_range"); len(v) > 0 {
		return v[len(v)-1], true
	}
	if v := p.branch("product_version"); len(v) > 0 {
		return v[len(v)-1], false
	}
	for _, s := range p.PURL {
		if u, err := packageurl.FromString(s); err == nil && u.Version != "" {
			return u.Version, false
		}
	}
	// cpe:2.3:part:vendor:product:version:… with colons in values escaped.
	if rest, ok := strings.CutPrefix(p.CPE, "cpe:2.3:"); ok {
		parts := strings.Split(strings.ReplaceAll(rest, `\:`, "\x00"), ":")
		if len(parts) > 3 && parts[3] != "*" && parts[3] != "-" && !strings.ContainsAny(parts[3], "?*") {
			return strings.ReplaceAll(strings.ReplaceAll(parts[3], "\x00", ":"), `\`, ""), false
		}
	}
	return "", false
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// union is the first list and what of the second it lacks.
func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
