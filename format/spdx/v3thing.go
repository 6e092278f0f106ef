package spdx

import (
	"strings"
	"time"

	"github.com/wardround/wardround/format/sbom"
)

// thing is one object of the graph, whatever its class, as far as it is kept.
// Objects are read into it one after another; a class decides at the end.
type thing struct {
	class string // "software_Package", "Relationship", "security_Vulnerability" …
	id    handle

	name, version, summary, description  string
	purl, purpose, spec, expression      string
	created, published, modified         time.Time
	withdrawn, validUntil                time.Time
	support                              []string
	createdBy, createdUsing, rootElement []handle
	suppliedBy, originatedBy, info       []handle
	hashes                               []sbom.Hash
	identifiers                          []identifier
	references                           []reference
	imports                              []imported
	namespaces                           []namespace
	sbomTypes                            []string
	from                                 handle
	to                                   []handle
	relation, scope, completeness        string
	members, subject, addition           []handle
	assessed                             []handle
	justification, impact, action, notes string
	score, severity, vector, decision    string
	extensions                           []property
}

type identifier struct{ kind, value string }

type reference struct{ kind, locator string }

type property struct{ name, value string }

type namespace struct{ prefix, uri string }

// imported is an ExternalMap: an element that another document defines.
type imported struct {
	id, location string
	digest       string
}

// field reads one member of an object. Names are those of the JSON-LD context.
func (g *graph) field(t *thing, name string) (err error) {
	switch plainName(name) {
	case "@type", "type":
		t.class, err = g.value()
		t.class = plainName(t.class)
	case "@id", "spdxId", "id":
		var id []byte
		if id, err = g.s.raw(); err == nil {
			t.id = g.id(id)
		}
	case "name":
		t.name, err = g.value()
	case "software_packageVersion":
		t.version, err = g.value()
	case "summary":
		t.summary, err = g.value()
	case "description":
		t.description, err = g.value()
	case "software_packageUrl":
		t.purl, err = g.value()
	case "software_primaryPurpose":
		t.purpose, err = g.word()
	case "specVersion":
		t.spec, err = g.value()
	case "created":
		t.created, err = g.moment()
	case "security_publishedTime":
		t.published, err = g.moment()
	case "security_modifiedTime":
		t.modified, err = g.moment()
	case "security_withdrawnTime":
		t.withdrawn, err = g.moment()
	case "validUntilTime":
		t.validUntil, err = g.moment()
	case "supportLevel":
		err = g.s.each(func() error {
			v, err := g.word()
			t.support = append(t.support, v)
			return err
		})
	case "software_sbomType":
		err = g.s.each(func() error {
			v, err := g.word()
			t.sbomTypes = append(t.sbomTypes, v)
			return err
		})
	case "creationInfo":
		err = g.refs(&t.info)
	case "createdBy":
		err = g.refs(&t.createdBy)
	case "createdUsing":
		err = g.refs(&t.createdUsing)
	case "rootElement":
		err = g.refs(&t.rootElement)
	case "element": // what belongs to a collection; objects may stand inside
		var in []handle
		err = g.refs(&in)
	case "suppliedBy":
		err = g.refs(&t.suppliedBy)
	case "originatedBy":
		err = g.refs(&t.originatedBy)
	case "from":
		var from []handle
		if err = g.refs(&from); err == nil && len(from) > 0 {
			t.from = from[0]
		}
	case "to":
		err = g.refs(&t.to)
	case "relationshipType":
		t.relation, err = g.word()
	case "scope":
		t.scope, err = g.word()
	case "completeness":
		t.completeness, err = g.word()
	default:
		return g.lists(t, plainName(name))
	}
	return err
}

// lists reads the members that hold objects, and hands the rest on.
func (g *graph) lists(t *thing, name string) error {
	switch name {
	case "verifiedUsing":
		return g.s.each(func() error { return g.hash(t) })
	case "externalIdentifier":
		return g.s.each(func() error {
			var i identifier
			err := g.plain(map[string]*string{"externalIdentifierType": &i.kind, "identifier": &i.value})
			t.identifiers = append(t.identifiers, i)
			return err
		})
	case "externalRef":
		return g.s.each(func() error { return g.externalRef(t) })
	case "import", "imports":
		return g.s.each(func() error { return g.externalMap(t) })
	case "namespaceMap":
		return g.s.each(func() error {
			var n namespace
			err := g.plain(map[string]*string{"prefix": &n.prefix, "namespace": &n.uri})
			t.namespaces = append(t.namespaces, n)
			return err
		})
	case "extension":
		return g.s.each(func() error { return g.extension(t) })
	}
	if strings.HasPrefix(name, "security_") {
		return g.securityField(t, name)
	}
	return g.licenceField(t, name)
}

// plain reads an object of which only a few texts are wanted.
func (g *graph) plain(want map[string]*string) error {
	if c, err := g.s.peek(); err != nil || c != '{' {
		return g.s.skip() // a reference to an object elsewhere: nothing to gain
	}
	return g.s.object(func(name string) (err error) {
		if p := want[plainName(name)]; p != nil {
			*p, err = g.word()
			return err
		}
		return g.s.skip()
	})
}

// hash reads an IntegrityMethod. A package verification code is no digest of
// anything that can be downloaded, so it is left.
func (g *graph) hash(t *thing) error {
	var h sbom.Hash
	var class string
	err := g.plain(map[string]*string{"type": &class, "@type": &class, "algorithm": &h.Algorithm, "hashValue": &h.Value})
	if err == nil && h.Value != "" && class != "PackageVerificationCode" {
		h.Algorithm = algorithm(h.Algorithm)
		t.hashes = append(t.hashes, h)
	}
	return err
}

func (g *graph) externalRef(t *thing) error {
	var kind string
	var locators []string
	err := g.s.object(func(name string) (err error) {
		switch plainName(name) {
		case "externalRefType":
			kind, err = g.word()
		case "locator":
			err = g.s.each(func() error {
				v, err := g.value()
				locators = append(locators, v)
				return err
			})
		default:
			err = g.s.skip()
		}
		return err
	})
	for _, l := range locators {
		t.references = append(t.references, reference{kind, l})
	}
	return err
}

func (g *graph) externalMap(t *thing) error {
	var in imported
	hold := thing{}
	err := g.s.object(func(name string) (err error) {
		switch plainName(name) {
		case "externalSpdxId":
			in.id, err = g.value()
		case "locationHint":
			in.location, err = g.value()
		case "verifiedUsing":
			err = g.s.each(func() error { return g.hash(&hold) })
		default:
			err = g.s.skip()
		}
		return err
	})
	if len(hold.hashes) > 0 {
		in.digest = hold.hashes[0].Algorithm + ":" + hold.hashes[0].Value
	}
	t.imports = append(t.imports, in)
	return err
}

// extension reads CdxPropertiesExtension: names and values as in CycloneDX.
func (g *graph) extension(t *thing) error {
	if c, err := g.s.peek(); err != nil || c != '{' {
		return g.s.skip()
	}
	return g.s.object(func(name string) error {
		if plainName(name) != "extension_cdxProperty" {
			return g.s.skip()
		}
		return g.s.each(func() error {
			var p property
			err := g.plain(map[string]*string{"extension_cdxPropName": &p.name, "extension_cdxPropValue": &p.value})
			t.extensions = append(t.extensions, p)
			return err
		})
	})
}

// plainName brings the ways to write a term to that of the context: full IRIs
// ("https://spdx.org/rdf/3.0.1/terms/Software/packageVersion"), the same after the
// "spdx:" prefix, and the "software:packageVersion" of early writers.
func plainName(v string) string {
	const base = "https://spdx.org/rdf/"
	rest := v
	switch {
	case strings.HasPrefix(v, base):
		_, after, ok := strings.Cut(v, "/terms/")
		if !ok {
			return v
		}
		rest = after
	case strings.HasPrefix(v, "spdx:"):
		rest = v[len("spdx:"):]
	default:
		if profile, term, ok := strings.Cut(v, ":"); ok && profiles[profile] {
			return profile + "_" + term
		}
		return v
	}
	profile, term, ok := strings.Cut(rest, "/")
	if !ok {
		return rest
	}
	if profile == "Core" {
		return term
	}
	return strings.ToLower(profile) + "_" + term
}

var profiles = map[string]bool{
	"software": true, "security": true, "build": true, "ai": true, "dataset": true,
	"simplelicensing": true, "expandedlicensing": true, "extension": true,
}
