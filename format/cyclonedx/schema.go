package cyclonedx

import (
	"bytes"
	"embed"
	"fmt"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wardround/wardround/format/xsd"
)

// The schemas of the specification, unmodified; docs/third-party-data.md has their
// source and digests.
//
//go:embed schema/bom-1.2-strict.schema.json
//go:embed schema/bom-1.2.schema.json
//go:embed schema/bom-1.2.xsd
//go:embed schema/bom-1.3-strict.schema.json
//go:embed schema/bom-1.3.schema.json
//go:embed schema/bom-1.3.xsd
//go:embed schema/bom-1.4.schema.json
//go:embed schema/bom-1.4.xsd
//go:embed schema/bom-1.5.schema.json
//go:embed schema/bom-1.5.xsd
//go:embed schema/bom-1.6.schema.json
//go:embed schema/bom-1.6.xsd
//go:embed schema/bom-1.7.schema.json
//go:embed schema/bom-1.7.xsd
//go:embed schema/cryptography-defs.schema.json
//go:embed schema/jsf-0.82.schema.json
//go:embed schema/spdx.schema.json
//go:embed schema/spdx.xsd
var schemas embed.FS

const schemaBase = "http://cyclonedx.org/schema/"

// compiled keeps what was compiled, by file name: a schema costs some 20 ms.
var compiled struct {
	sync.Mutex
	json map[string]*jsonschema.Schema
	xml  map[string]*xsd.Schema
}

// jsonSchema returns the JSON schema of a version. Only 1.2 and 1.3 have a strict
// one beside another, which lets members pass that the specification does not have.
func jsonSchema(version string, lax bool) (*jsonschema.Schema, error) {
	name := "bom-" + version + ".schema.json"
	if !lax && (version == "1.2" || version == "1.3") {
		name = "bom-" + version + "-strict.schema.json"
	}
	compiled.Lock()
	defer compiled.Unlock()
	if s := compiled.json[name]; s != nil {
		return s, nil
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(embedded{})
	c.AssertFormat()
	c.RegisterFormat(&jsonschema.Format{Name: "idn-email", Validate: mailbox})
	doc, err := load(name)
	if err != nil {
		return nil, err
	}
	// Under its own $id, which names no file for 1.2 and 1.3.
	id := schemaBase + name
	if m, ok := doc.(map[string]any); ok {
		if s, ok := m["$id"].(string); ok {
			id = s
		}
	}
	if err := c.AddResource(id, doc); err != nil {
		return nil, fmt.Errorf("cyclonedx: the schema of %s: %w", version, err)
	}
	s, err := c.Compile(id)
	if err != nil {
		return nil, fmt.Errorf("cyclonedx: the schema of %s: %w", version, err)
	}
	if compiled.json == nil {
		compiled.json = map[string]*jsonschema.Schema{}
	}
	compiled.json[name] = s
	return s, nil
}

// embedded loads the schemas that others refer to. Nothing is fetched.
type embedded struct{}

func (embedded) Load(url string) (any, error) {
	if len(url) <= len(schemaBase) || url[:len(schemaBase)] != schemaBase {
		return nil, fmt.Errorf("cyclonedx: %s is no schema of the specification", url)
	}
	return load(url[len(schemaBase):])
}

func load(name string) (any, error) {
	b, err := schemas.ReadFile("schema/" + name)
	if err != nil {
		return nil, fmt.Errorf("cyclonedx: %w", err)
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(b))
}

// xmlSchema returns the XML schema of a version.
func xmlSchema(version string) (*xsd.Schema, error) {
	compiled.Lock()
	defer compiled.Unlock()
	if s := compiled.xml[version]; s != nil {
		return s, nil
	}
	bom, err := schemas.ReadFile("schema/bom-" + version + ".xsd")
	if err != nil {
		return nil, fmt.Errorf("cyclonedx: %w", err)
	}
	spdx, err := schemas.ReadFile("schema/spdx.xsd")
	if err != nil {
		return nil, fmt.Errorf("cyclonedx: %w", err)
	}
	s, err := xsd.Compile(bom, spdx)
	if err != nil {
		return nil, fmt.Errorf("cyclonedx: the schema of %s: %w", version, err)
	}
	if compiled.xml == nil {
		compiled.xml = map[string]*xsd.Schema{}
	}
	compiled.xml[version] = s
	return s, nil
}
