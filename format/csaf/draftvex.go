package csaf

import (
	"fmt"
	"strings"

	"github.com/wardround/wardround/format/vex"
)

// FromVEX drafts a csaf_vex document with the statements of another format. The
// publisher, the tracking and the licence are left to the caller, who knows them;
// what the statements say is taken over, and what the profile demands beyond it
// (an action for each affected product, a reason for each that is not) is missing
// where they don't say it.
//
// Products become full_product_names or branches by what is known of them; parts of
// a product become combinations of the kind default_component_of.
func FromVEX(v *vex.Document) *Draft {
	d := &Draft{Category: vexProfile, Title: "Status of products with regard to vulnerabilities"}
	d.Tracking = Tracking{ID: v.ID, Version: "1", Current: v.Updated}
	if v.Updated.IsZero() {
		d.Tracking.Current = v.Issued
	}
	p := productNames{d: d, ids: map[string]string{}}
	at := map[string]int{}
	for _, s := range v.Statements {
		i, ok := at[s.Vulnerability]
		if !ok {
			i = len(d.Vulnerabilities)
			at[s.Vulnerability] = i
			d.Vulnerabilities = append(d.Vulnerabilities, named(s))
		}
		st := DraftStatement{Status: s.Status, Justification: s.Justification, Impact: s.Impact, Date: s.Issued}
		for _, x := range s.Products {
			st.Products = append(st.Products, p.add(x)...)
		}
		if s.Action != "" && s.Status == vex.Affected {
			st.Remediations = []Remediation{{Category: "mitigation", Details: s.Action}}
		}
		d.Vulnerabilities[i].Statements = append(d.Vulnerabilities[i].Statements, st)
	}
	return d
}

// named sorts the names of a vulnerability into the fields for them.
func named(s vex.Statement) (v DraftVulnerability) {
	for _, name := range append([]string{s.Vulnerability}, s.Aliases...) {
		switch {
		case isCVE(name) && v.CVE == "":
			v.CVE = name
		case name != "":
			prefix, _, _ := strings.Cut(name, "-")
			v.IDs = append(v.IDs, ID{System: first(systems[prefix], prefix), Text: name})
		}
	}
	return v
}

// systems are the places where ids with a prefix come from; the first is in the
// registry of the technical committee.
var systems = map[string]string{"EUVD": "https://euvd.enisa.europa.eu", "GHSA": "https://github.com/advisories", "GO": "https://pkg.go.dev/vuln", "OSV": "https://osv.dev", "RHSA": "https://access.redhat.com/errata", "DSA": "https://www.debian.org/security", "USN": "https://ubuntu.com/security/notices"}

// productNames gives each product of statements one id.
type productNames struct {
	d   *Draft
	ids map[string]string
}

func (p productNames) id(key string) (id string, known bool) {
	if id, known = p.ids[key]; known {
		return id, true
	}
	id = fmt.Sprintf("CSAFPID-%04d", len(p.ids)+1)
	p.ids[key] = id
	return id, false
}

// add returns the ids of a product, or of its parts where it has some.
func (p productNames) add(x vex.Product) []string {
	parts := x.Components
	x.Components = nil
	whole, known := p.id(fmt.Sprintf("%+v", x))
	if !known {
		p.d.Products = append(p.d.Products, draftProduct(whole, x))
	}
	if len(parts) == 0 {
		return []string{whole}
	}
	var out []string
	for _, part := range parts {
		for _, component := range p.add(part) {
			id, known := p.id(component + " of " + whole)
			if !known {
				p.d.Products = append(p.d.Products, DraftProduct{ID: id, Of: component, Relation: "default_component_of", On: whole})
			}
			out = append(out, id)
		}
	}
	return out
}

func draftProduct(id string, x vex.Product) DraftProduct {
	p := DraftProduct{ID: id, Vendor: x.Vendor, Name: x.Name, Version: x.Version, Range: x.Range, CPE: x.CPE}
	if x.PURL != "" {
		p.PURLs = []string{x.PURL}
	}
	for _, h := range x.Hashes {
		p.Hashes = append(p.Hashes, FileHash{File: first(x.Name, x.ID, id), Algorithm: strings.ReplaceAll(strings.ToLower(h.Algorithm), "sha-", "sha"), Value: h.Value})
	}
	if x.UDI != "" {
		p.URIs = append(p.URIs, URI{Namespace: "https://www.fda.gov/medical-devices/unique-device-identification-system-udi-system", URI: "urn:udi:" + x.UDI})
	}
	if x.Vendor == "" || x.Name == "" {
		p.Full = strings.TrimSpace(strings.Join(strings.Fields(x.Vendor+" "+first(x.Name, x.PURL, x.CPE, x.ID)+" "+x.Version+" "+x.Range), " "))
	}
	return p
}
