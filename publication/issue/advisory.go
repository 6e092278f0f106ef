package issue

import (
	"fmt"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/csaf"
	"github.com/wardround/wardround/format/vex"
	"github.com/wardround/wardround/knowledge"
)

// Advice is what the portfolio knows of one vulnerability in the releases of a maker,
// and who writes of it.
type Advice struct {
	ID        string // tracking id; made of the publisher and the vulnerability if empty
	Publisher string
	Namespace string // URL
	Contact   string
	Folder    string // URL of the folder where it is to lie
	TLP       string // "CLEAR" if empty
	Final     bool   // else it is a draft, version 0
	Action    string // what to do until there is a fixed release
	Tool      string
	At        time.Time

	Vulnerability knowledge.Vulnerability
	Affected      []Affected
}

// Affected is one release and its answer.
type Affected struct {
	Release  *wardround.Release
	Exposure *check.Exposure
}

// Advisory drafts a CSAF security advisory: each release is affected, not affected
// (by whose word, or because of its version), fixed, or under investigation; the
// remedy of an affected one is the nearest later release of the product that is not.
// Errors: EInvalid, with what the document lacks.
func Advisory(a Advice) ([]byte, error) {
	const op = "csaf draft"
	at := a.At.UTC().Truncate(time.Second)
	if len(a.Affected) == 0 {
		return nil, wardround.Errorf(wardround.ENotFound, op, "nothing is said of %s in any release", a.Vulnerability.ID)
	}
	id := a.ID
	if id == "" {
		id = strings.Join(strings.Fields(a.Publisher), "-") + "-" + at.Format("2006") + "-" + a.Vulnerability.ID
	}
	d := &csaf.Draft{
		Title: a.Vulnerability.ID + " in products of " + a.Publisher, TLP: a.TLP, Folder: a.Folder,
		Publisher: csaf.Publisher{Category: "vendor", Name: a.Publisher, Namespace: a.Namespace, Contact: a.Contact},
		Tracking:  csaf.Tracking{ID: id, Version: "0", Status: "draft", Initial: at, Current: at, Generator: a.Tool},
	}
	if a.Final {
		d.Tracking.Version, d.Tracking.Status = "1", "final"
	}
	v := csaf.DraftVulnerability{Title: a.Vulnerability.Title}
	st := vex.Statement{Vulnerability: a.Vulnerability.ID, Aliases: a.Vulnerability.Aliases}
	named(&v, st)
	text := a.Vulnerability.Title
	if text == "" {
		text = a.Vulnerability.ID + "."
	}
	v.Notes = []csaf.Note{{Category: "description", Text: text}}
	for _, c := range a.Vulnerability.CWEs {
		v.CWEs = append(v.CWEs, csaf.CWE{ID: c})
		if d.Version == "" {
			break // 2.0 has place for one
		}
	}
	var hit []string
	for i := range a.Affected {
		x := &a.Affected[i]
		pid := fmt.Sprintf("CSAFPID-%04d", i+1)
		d.Products = append(d.Products, productOf(pid, x.Release))
		s := csaf.DraftStatement{Products: []string{pid}, Status: vex.Affected, Date: at}
		claim := x.Exposure.Claim
		switch {
		case claim != nil && (claim.Status == "not_affected" || claim.Status == "fixed"):
			s.Status = vex.Status(claim.Status)
			if s.Status == vex.NotAffected {
				s.Justification, s.Impact = vex.Justification(claim.Justification), claim.Note
				if s.Justification == "" && s.Impact == "" {
					s.Impact = claim.Author + " states that it is not affected."
				}
			}
		case x.Exposure.State == wardround.Pass:
			s.Status, s.Impact = vex.NotAffected, x.Exposure.Why
		case x.Exposure.State == wardround.Unknown:
			s.Status = vex.UnderInvestigation
		default:
			hit = append(hit, pid)
			s.Remediations = []csaf.Remediation{a.remedy(x)}
		}
		v.Statements = append(v.Statements, s)
	}
	if len(hit) > 0 {
		seen := map[string]bool{}
		for _, s := range a.Vulnerability.Severities {
			if system := s.System; strings.HasPrefix(system, "CVSS:3") && s.Vector != "" && !seen[system] {
				seen[system] = true
				v.Scores = append(v.Scores, csaf.DraftScore{Vector: s.Vector, Products: hit})
				break // one for each product: what others rated is not ours to choose from further
			}
		}
	}
	d.Notes = []csaf.Note{{Category: "summary", Title: "Summary", Text: summary(len(hit), len(a.Affected), a.Vulnerability.ID)}}
	d.Vulnerabilities = []csaf.DraftVulnerability{v}
	b, err := d.Build()
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%v", err)
	}
	return b, nil
}

// remedy is what to do about an affected release.
func (a *Advice) remedy(x *Affected) csaf.Remediation {
	var next *wardround.Release
	for i := range a.Affected {
		o := &a.Affected[i]
		same := strings.EqualFold(o.Release.Maker, x.Release.Maker) && strings.EqualFold(o.Release.Product, x.Release.Product)
		if same && o.Exposure.State == wardround.Pass && o.Release.Released.After(x.Release.Released) && (next == nil || o.Release.Released.Before(next.Released)) {
			next = o.Release
		}
	}
	switch {
	case next != nil:
		return csaf.Remediation{Category: "vendor_fix", Details: "Update to " + next.Product + " " + next.Version + "."}
	case a.Action != "":
		return csaf.Remediation{Category: "mitigation", Details: a.Action}
	case !x.Release.SupportEnds.IsZero() && !x.Release.SupportEnds.After(a.At):
		return csaf.Remediation{Category: "no_fix_planned", Details: "Support ended on " + x.Release.SupportEnds.Format(time.DateOnly) + "."}
	}
	return csaf.Remediation{Category: "none_available", Details: "There is no fixed release yet; one will be named here."}
}

func summary(hit, all int, id string) string {
	return fmt.Sprintf("%d of %d releases that were looked at are affected by %s.", hit, all, id)
}

func productOf(id string, r *wardround.Release) csaf.DraftProduct {
	p := csaf.DraftProduct{ID: id, Vendor: r.Maker, Name: r.Product, Version: r.Version, Models: r.Models}
	if r.UDIDI != "" {
		p.URIs = append(p.URIs, csaf.URI{Namespace: "https://www.gs1.org/standards/id-keys/gtin", URI: "https://id.gs1.org/01/" + r.UDIDI})
	}
	return p
}

// named sorts the names of a vulnerability into the fields for them.
func named(v *csaf.DraftVulnerability, st vex.Statement) {
	from := csaf.FromVEX(&vex.Document{Statements: []vex.Statement{st}})
	v.CVE, v.IDs = from.Vulnerabilities[0].CVE, from.Vulnerabilities[0].IDs
}
