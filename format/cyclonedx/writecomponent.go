package cyclonedx

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/wardround/wardround/format/pattern"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/format/xsd"
)

var (
	serialForm = pattern.Of(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	digestForm = pattern.Of(`^([a-fA-F0-9]{32}|[a-fA-F0-9]{40}|[a-fA-F0-9]{64}|[a-fA-F0-9]{96}|[a-fA-F0-9]{128})$`)
	scopes     = words("required", "optional", "excluded")
	algorithms = words("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512", "SHA3-256", "SHA3-384", "SHA3-512", "BLAKE2b-256", "BLAKE2b-384", "BLAKE2b-512", "BLAKE3")
	fields     = words("group", "name", "version", "purl", "cpe", "omniborId", "swhid", "swid", "hash")
)

// component makes the wire form of a component and of what is part of it.
func (e *encoder) component(i int) wireComponent {
	e.wrote++
	c := &e.doc.Components[i]
	w := wireComponent{Ref: e.ref(i), Group: c.Group, Name: c.Name, Version: c.Version, Licences: e.licences(c.Licences), References: e.references(i)}
	if c.Type == sbom.Service {
		w.Provider = named(c.Supplier)
	} else {
		e.fields(&w, c)
	}
	w.Properties = e.properties(&w, i)
	for _, part := range e.parts[i+1] {
		if c.Type == sbom.Service {
			w.Services = append(w.Services, e.component(part))
		} else {
			w.Components = append(w.Components, e.component(part))
		}
	}
	return w
}

// fields sets what a component has and a service has not.
func (e *encoder) fields(w *wireComponent, c *sbom.Component) {
	w.Type = string(c.Type)
	if !knownTypes[c.Type] {
		w.Type = string(sbom.Library)
	}
	w.Supplier, w.Manufacturer = named(c.Supplier), named(c.Manufacturer)
	if c.Author != "" {
		w.Authors = []wirePerson{{Name: c.Author}}
	}
	if scopes[c.Scope] {
		w.Scope = c.Scope
	}
	w.PURL = e.purl(c.PURL)
	if len(c.CPEs) > 0 {
		w.CPE = e.cpe(c.CPEs[0])
	}
	if c.SWID != "" {
		w.SWID = &wireSWID{TagID: c.SWID, Name: c.Name}
	}
	for _, h := range c.Hashes {
		if algorithms[h.Algorithm] && digestForm().MatchString(h.Value) {
			w.Hashes = append(w.Hashes, wireHash(h))
		}
	}
	if e.opt.Version >= "1.7" && c.External && (c.Version == "" || c.VersionRange == "") {
		w.External, w.VersionRange = true, c.VersionRange
	}
	w.Pedigree = e.pedigree(c.Pedigree)
	if c.Evidence == nil {
		return
	}
	w.Evidence = &wireEvidence{}
	for _, id := range c.Evidence.Identities {
		if fields[id.Field] {
			w.Evidence.Identities = append(w.Evidence.Identities, wireIdentity{Field: id.Field, Value: id.Value, Confidence: min(max(id.Confidence, 0), 1)})
		}
	}
	for _, place := range c.Evidence.Locations {
		if place == "" {
			continue
		}
		w.Evidence.Occurrences = append(w.Evidence.Occurrences, wireOccurrence{Location: place})
	}
}

func (e *encoder) pedigree(p *sbom.Pedigree) *wirePedigree {
	if p == nil {
		return nil
	}
	w := &wirePedigree{Notes: p.Notes}
	for _, a := range p.Ancestors {
		if a.Type == "" || !knownTypes[a.Type] || a.Type == sbom.Service {
			a.Type = sbom.Library
		}
		w.Ancestors = append(w.Ancestors, wireAncestor{Type: string(a.Type), Group: a.Group, Name: a.Name, Version: a.Version, CPE: e.cpe(a.CPE), PURL: e.purl(a.PURL)})
	}
	if len(p.Resolves) > 0 {
		patch := wirePatch{Type: "unofficial"}
		for _, id := range p.Resolves {
			patch.Resolves = append(patch.Resolves, wireIssue{Type: "security", ID: id})
		}
		w.Patches = []wirePatch{patch}
	}
	return w
}

// properties holds what CycloneDX has no field for, or the field does not take.
func (e *encoder) properties(w *wireComponent, i int) []Property {
	c := &e.doc.Components[i]
	var out []Property
	add := func(name, value string) {
		if value != "" {
			out = append(out, Property{ours + name, value})
		}
	}
	service := c.Type == sbom.Service
	if c.Type == "" {
		add("type", "none")
	} else if !knownTypes[c.Type] {
		add("type", string(c.Type))
	}
	add("support:level", c.Support)
	if !c.EndOfSupport.IsZero() {
		end := stamp(c.EndOfSupport)
		if c.EndOfSupport.Equal(c.EndOfSupport.Truncate(24 * time.Hour)) {
			end = c.EndOfSupport.UTC().Format(time.DateOnly)
		}
		add("support:end", end)
	}
	var keys []string
	for k := range c.Identifiers {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		add("identifier:"+k, c.Identifiers[k])
	}
	if w.PURL == "" {
		add("purl", c.PURL)
	}
	for _, s := range c.CPEs {
		if s != w.CPE {
			add("cpe", s)
		}
	}
	for _, s := range c.Symbols {
		add("symbol", s)
	}
	for _, h := range c.Hashes {
		if service || !algorithms[h.Algorithm] || !digestForm().MatchString(h.Value) {
			add("hash:"+h.Algorithm, h.Value)
		}
	}
	if w.Scope == "" {
		add("scope", c.Scope)
	}
	if w.VersionRange == "" {
		add("version-range", c.VersionRange)
	}
	if c.External && !bool(w.External) {
		add("external", "true")
	}
	if c.Copies != 0 {
		add("copies", strconv.Itoa(c.Copies))
	}
	for _, r := range e.edges[i] {
		if r.Kind != sbom.DependsOn && r.Kind != sbom.Provides {
			add("relation:"+string(r.Kind), e.ref(r.To))
		}
	}
	for _, l := range e.links[i] {
		if url := joinLink(l); !validURL(url) {
			add("link", url)
		}
	}
	return out
}

// references are the links from a component, or from the document.
func (e *encoder) references(from int) (out []wireReference) {
	for _, l := range e.links[from] {
		url := joinLink(l)
		if !validURL(url) {
			continue
		}
		r := wireReference{Type: "bom", URL: url}
		if alg, value, ok := strings.Cut(l.Digest, ":"); ok && algorithms[alg] && digestForm().MatchString(value) {
			r.Hashes = []wireHash{{alg, value}}
		}
		out = append(out, r)
	}
	return out
}

// joinLink is the reverse of SplitLink.
func joinLink(l sbom.Link) string {
	if l.Element == "" {
		return l.Document
	}
	if s := l.Document + "#" + l.Element; validURL(s) {
		if _, back := SplitLink(s); back == l.Element {
			return s
		}
	}
	return l.Document + "#" + url.QueryEscape(l.Element)
}

// validURL says whether both schemas take s as a URL reference.
func validURL(s string) bool {
	for i := range len(s) {
		if s[i] == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])) {
			return false
		}
	}
	u, err := url.Parse(s)
	return err == nil && s != "" && !strings.ContainsAny(s, " \t\r\n\\") && strings.Count(s, "#") <= 1 && utf8.ValidString(s) && !strings.Contains(u.String(), " ")
}

// cpe returns s if the cpe field takes it, purl if the purl field does. JSON takes
// everything there; XML has a pattern for one and asks the other to be a URI.
func (e *encoder) cpe(s string) string  { return e.taken(namespace+e.opt.Version, "cpe", s) }
func (e *encoder) purl(s string) string { return e.taken(xsd.Namespace, "anyURI", s) }

func (e *encoder) taken(space, typ, s string) string {
	if !e.opt.XML {
		return s
	}
	schema, err := xmlSchema(e.opt.Version)
	if err != nil || !utf8.ValidString(s) || schema.Check(space, typ, s) != "" {
		return ""
	}
	return s
}

// licences tells identifiers of the SPDX list, expressions and names apart. Before
// 1.7 an expression stands alone, so that one among others is written as a name.
func (e *encoder) licences(list []string) (out wireLicences) {
	for _, s := range list {
		switch {
		case spdxIDs()[s]:
			out = append(out, wireChoice{Licence: &wireLicence{ID: s}})
		case len(list) == 1 && isExpression(s):
			out = append(out, wireChoice{Expression: s})
		default:
			out = append(out, wireChoice{Licence: &wireLicence{Name: s}})
		}
	}
	return out
}

func isExpression(s string) bool {
	return strings.Contains(s, " OR ") || strings.Contains(s, " AND ") || strings.Contains(s, " WITH ") ||
		strings.HasPrefix(s, "LicenseRef-") || strings.HasPrefix(s, "DocumentRef-")
}

// spdxIDs are the identifiers that the schema takes as license.id.
var spdxIDs = sync.OnceValue(func() map[string]bool {
	var schema struct {
		Enum []string `json:"enum"`
	}
	b, err := schemas.ReadFile("schema/spdx.schema.json")
	if err == nil {
		err = json.Unmarshal(b, &schema)
	}
	if err != nil {
		panic("cyclonedx: the embedded licence list: " + err.Error()) // a test reads it
	}
	return words(schema.Enum...)
})
