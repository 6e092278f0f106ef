package cyclonedx

import (
	"fmt"
	"strings"
	"time"

	"github.com/wardround/wardround/format/sbom"
)

func (w *wireParty) name() string {
	if w == nil {
		return ""
	}
	return line(w.Name)
}

func (w wirePerson) name() string {
	if w.Name == "" {
		return line(w.Email)
	}
	return line(w.Name)
}

// line is a text as XML Schema's token: without white space around it.
func line(s string) string { return strings.TrimSpace(s) }

func (x *xmlReader) metadata(m *wireMetadata) {
	if s := line(m.Timestamp); s != "" {
		x.doc.Created = x.time(s, "timestamp")
	}
	for _, p := range m.Lifecycles {
		x.addPhase(line(p.Phase), line(p.Name))
	}
	if m.Tools != nil {
		for _, list := range [][]wireTool{m.Tools.Legacy, m.Tools.Components, m.Tools.Services} {
			for _, t := range list {
				x.addTool(line(t.Group), line(t.Name), line(t.Version))
			}
		}
	}
	for _, a := range m.Authors {
		add(&x.authors, a.name())
	}
	if m.Manufacturer != nil {
		add(&x.manufacturers, m.Manufacturer.name())
	}
	x.doc.Supplier = m.Supplier.name()
	for _, p := range m.Properties {
		x.documentProperty(p.Name, p.Value)
	}
	if m.Component != nil {
		x.path = "/bom/metadata/component"
		x.described(x.fill(m.Component, -1, false), m.Manufacture.name(), m.Properties)
	}
}

// time reads a date and time; what is none is a problem.
func (x *xmlReader) time(s, field string) time.Time {
	if s = line(s); s == "" {
		return time.Time{}
	}
	t, ok := date(s)
	if !ok {
		x.problem("bad-date", x.where(), "%s %.60q is no date and time", field, s)
	}
	return t
}

func (x *xmlReader) component(w *wireComponent, parent int, service bool) {
	if p := x.fill(w, parent, service); p != nil {
		x.end(p)
	}
}

// fill makes a part of what was read, and hands over what is nested in it.
func (x *xmlReader) fill(w *wireComponent, parent int, service bool) *part {
	p := x.begin(parent)
	if p == nil {
		return nil
	}
	p.service = service
	c := &p.Component
	c.Ref, c.Type, c.External = w.Ref, sbom.Type(line(w.Type)), bool(w.External)
	c.Group, c.Name, c.Version, c.VersionRange = line(w.Group), line(w.Name), line(w.Version), line(w.VersionRange)
	c.Scope = line(w.Scope)
	c.Supplier, c.Manufacturer = w.Supplier.name(), w.Manufacturer.name()
	if w.Provider != nil {
		c.Supplier = w.Provider.name()
	}
	c.Author, p.publisher = line(w.Author), line(w.Publisher)
	for _, a := range w.Authors {
		add(&p.authors, a.name())
	}
	x.purl(c, line(w.PURL))
	if s := line(w.CPE); s != "" {
		c.CPEs = []string{s}
	}
	if w.SWID != nil {
		c.SWID = w.SWID.TagID
	}
	c.Hashes = hashesOf(w.Hashes)
	c.Licences = w.Licences.texts()
	for _, s := range w.OmniborID {
		p.identify("omnibor-id", line(s))
	}
	for _, s := range w.SWHID {
		p.identify("swhid", line(s))
	}
	x.wireReferences(p.index, w.References)
	for _, q := range w.Properties {
		x.property(p, []byte(line(q.Name)), line(q.Value))
	}
	x.evidence(c, w.Evidence)
	x.pedigree(c, w.Pedigree)
	if w.Datasets != nil {
		for _, ref := range w.Datasets.Refs {
			x.builtFrom(p, line(ref), "", "")
		}
		for _, d := range w.Datasets.Datasets {
			x.builtFrom(p, line(d.Ref), d.OwnRef, line(d.Name))
		}
	}
	path := x.path
	for i := range w.Components {
		x.path = fmt.Sprintf("%s/components/component[%d]", path, i+1)
		x.component(&w.Components[i], p.index, false)
	}
	for i := range w.Services {
		x.path = fmt.Sprintf("%s/services/service[%d]", path, i+1)
		x.component(&w.Services[i], p.index, true)
	}
	x.path = path
	return p
}

func hashesOf(list []wireHash) (out []sbom.Hash) {
	for _, h := range list {
		out = append(out, sbom.Hash{Algorithm: line(h.Algorithm), Value: line(h.Value)})
	}
	return out
}

// texts are ids, names and expressions alike.
func (l wireLicences) texts() (out []string) {
	for _, c := range l {
		s := line(c.Expression)
		if c.Licence != nil {
			if s = line(c.Licence.ID); s == "" {
				s = line(c.Licence.Name)
			}
		}
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (x *xmlReader) wireReferences(from int, list []wireReference) {
	for _, r := range list {
		x.reference(from, line(r.Type), line(r.URL), firstDigest(hashesOf(r.Hashes)))
	}
}

func (x *xmlReader) evidence(c *sbom.Component, w *wireEvidence) {
	if w == nil {
		return
	}
	var e sbom.Evidence
	for _, id := range w.Identities {
		e.Identities = append(e.Identities, sbom.Identity{Field: line(id.Field), Value: line(id.Value), Confidence: id.Confidence})
	}
	for _, o := range w.Occurrences {
		addOccurrence(c, &e, line(o.Location), line(o.Symbol))
	}
	if w.Callstack != nil {
		for _, f := range w.Callstack.Frames {
			addFrame(c, line(f.Package), line(f.Module), line(f.Function))
		}
	}
	addEvidence(c, e)
}

func (x *xmlReader) pedigree(c *sbom.Component, w *wirePedigree) {
	if w == nil {
		return
	}
	p := sbom.Pedigree{Notes: line(w.Notes)}
	for _, a := range w.Ancestors {
		p.Ancestors = append(p.Ancestors, sbom.Ancestor{
			Type: sbom.Type(a.Type), Group: line(a.Group), Name: line(a.Name), Version: line(a.Version), PURL: line(a.PURL), CPE: line(a.CPE),
		})
	}
	for _, patch := range w.Patches {
		for _, issue := range patch.Resolves {
			if issue.Type == "security" {
				addResolved(&p, line(issue.ID))
			}
		}
	}
	addPedigree(c, p)
}

// fromWire makes a Vulnerability of what was read.
func (x *xmlReader) fromWire(w *wireVulnerability) Vulnerability {
	v := Vulnerability{
		Ref: w.Ref, ID: line(w.ID), References: w.References, CWEs: w.CWEs,
		Description: w.Description, Detail: w.Detail, Recommendation: w.Recommendation, Workaround: w.Workaround,
		Advisories: w.Advisories, Properties: w.Properties, Where: x.where(),
		Created: x.time(w.Created, "created"), Published: x.time(w.Published, "published"),
		Updated: x.time(w.Updated, "updated"), Rejected: x.time(w.Rejected, "rejected"),
	}
	if w.Source != nil {
		v.Source = *w.Source
	}
	for _, r := range w.Ratings {
		out := Rating{Score: r.Score, Severity: line(r.Severity), Method: line(r.Method), Vector: line(r.Vector), Justification: r.Justification}
		if r.Source != nil {
			out.Source = *r.Source
		}
		v.Ratings = append(v.Ratings, out)
	}
	if a := w.Analysis; a != nil {
		v.Analysis = &Analysis{
			State: line(a.State), Justification: line(a.Justification), Responses: a.Responses, Detail: a.Detail,
			FirstIssued: x.time(a.FirstIssued, "firstIssued"), LastUpdated: x.time(a.LastUpdated, "lastUpdated"),
		}
	}
	for _, a := range w.Affects {
		v.Affects = append(v.Affects, Affect{Ref: line(a.Ref), Versions: a.Versions})
	}
	return v
}
