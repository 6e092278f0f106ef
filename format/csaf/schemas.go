package csaf

import (
	_ "embed"
	"sync"

	"github.com/wardround/wardround/format/csaf/internal/schema"
)

// The schemas as OASIS, FIRST and CERT/CC published them, unmodified: see
// docs/third-party-data.md.
var (
	//go:embed schemas/v2.0/csaf_json_schema.json
	csaf20 []byte
	//go:embed schemas/v2.0/provider_json_schema.json
	provider20 []byte
	//go:embed schemas/v2.1/csaf.json
	csaf21 []byte
	//go:embed schemas/v2.1/provider.json
	provider21 []byte
	//go:embed schemas/v2.1/extension-content.json
	extensionContent []byte
	//go:embed schemas/v2.1/extension-metaschema.json
	extensionMeta []byte
	//go:embed schemas/cvss/cvss-v2.0.json
	cvss2 []byte
	//go:embed schemas/cvss/cvss-v3.0.json
	cvss30 []byte
	//go:embed schemas/cvss/cvss-v3.1.json
	cvss31 []byte
	//go:embed schemas/cvss/cvss-v4.0.json
	cvss40 []byte
	//go:embed schemas/ssvc/SelectionList_2_0_0.schema.json
	ssvcSelection []byte
)

const oasis = "https://docs.oasis-open.org/csaf/csaf/"

// schemaSources are the schemas by the URL under which others refer to them.
func schemaSources() map[string][]byte {
	return map[string][]byte{
		oasis + "v2.0/csaf_json_schema.json":                                           csaf20,
		oasis + "v2.0/provider_json_schema.json":                                       provider20,
		oasis + "v2.1/schema/csaf.json":                                                csaf21,
		oasis + "v2.1/schema/provider.json":                                            provider21,
		oasis + "v2.1/schema/extension-content.json":                                   extensionContent,
		oasis + "v2.1/schema/extension-metaschema.json":                                extensionMeta,
		"https://www.first.org/cvss/cvss-v2.0.json":                                    cvss2,
		"https://www.first.org/cvss/cvss-v3.0.json":                                    cvss30,
		"https://www.first.org/cvss/cvss-v3.1.json":                                    cvss31,
		"https://www.first.org/cvss/cvss-v4.0.json":                                    cvss40,
		"https://certcc.github.io/SSVC/data/schema/v2/SelectionList_2_0_0.schema.json": ssvcSelection,
	}
}

// schemas are the compiled ones that are used.
type schemas struct {
	document        map[string]*schema.Schema // by csaf_version
	provider        map[string]*schema.Schema
	cvss            map[string]*schema.Schema // by property and version: "cvss_v3 3.1"
	ssvc, extension *schema.Schema
}

var compiled = sync.OnceValues(func() (*schemas, error) {
	set, err := schema.NewSet(schemaSources())
	if err != nil {
		return nil, err
	}
	get := func(url string) *schema.Schema {
		s, e := set.Compile(url)
		if e != nil && err == nil {
			err = e
		}
		return s
	}
	out := &schemas{
		document: map[string]*schema.Schema{"2.0": get(oasis + "v2.0/csaf_json_schema.json"), "2.1": get(oasis + "v2.1/schema/csaf.json")},
		provider: map[string]*schema.Schema{"2.0": get(oasis + "v2.0/provider_json_schema.json"), "2.1": get(oasis + "v2.1/schema/provider.json")},
		cvss: map[string]*schema.Schema{"cvss_v2 2.0": get("https://www.first.org/cvss/cvss-v2.0.json"), "cvss_v3 3.0": get("https://www.first.org/cvss/cvss-v3.0.json"),
			"cvss_v3 3.1": get("https://www.first.org/cvss/cvss-v3.1.json"), "cvss_v4 4.0": get("https://www.first.org/cvss/cvss-v4.0.json")},
		ssvc:      get("https://certcc.github.io/SSVC/data/schema/v2/SelectionList_2_0_0.schema.json"),
		extension: get(oasis + "v2.1/schema/extension-content.json"),
	}
	return out, err
})
