package csaf

import (
	"encoding/json"
	"fmt"

	"github.com/wardround/wardround/format/csaf/internal/schema"
	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// Tests of extensions (2.1 §2.4).
var extensionTests = []test{
	{"6.1.60.1", in21, "Content schema", extensionEnvelope},
	{"6.1.60.2", in21, "Extension schema", extensionOwnSchema},
	{"6.1.60.3", in21, "Extension metadata", extensionRules},
	{"6.2.54.1", in21, "Registered extension", eachExtension("the extension %s is not registered")},
	{"6.2.54.2", in21, "Official extension", eachExtension("the extension %s is not an official one")},
	{"6.2.54.3", in21, "Critical extension", criticalExtension},
	{"6.2.54.4", in21, "Usage of experimental extension in TLP:CLEAR document", experimentalExtension(true)},
	{"6.3.21.1", in21, "Extension category essential", essentialExtension},
	{"6.3.21.2", in21, "Usage of experimental extension in non-TLP:CLEAR document", experimentalExtension(false)},
	{"6.3.21.3", in21, "Usage of extension at document level", extensionAt("document")},
	{"6.3.21.4", in21, "Usage of extension in product tree branch path", extensionAt("branches")},
	{"6.3.21.5", in21, "Usage of extension in product tree full product names path", extensionAt("full_product_names")},
	{"6.3.21.6", in21, "Usage of extension in product tree product paths path", extensionAt("product_paths")},
	{"6.3.21.7", in21, "Usage of extension in vulnerabilities metrics path", extensionAt("metrics")},
	{"6.3.21.8", in21, "Usage of extension at vulnerabilities level", extensionAt("vulnerabilities")},
	{"6.3.21.9", in21, "Usage of extension at root level", extensionAt("root")},
}

// Extension is a CSAF extension that the validator shall know: the two files of its
// package as they are published. The committee has registered none so far, so the
// validator comes with none.
type Extension struct {
	Schema   []byte // JSON schema of its elements
	Metadata []byte // where it may stand, how often, with what not; may be nil
}

// extensionRule is a compiled Extension.
type extensionRule struct {
	schema       *schema.Schema
	incompatible []string
	most         map[string]int // by path; a path that is not there is forbidden
	metadata     bool
}

// compileExtensions reads extensions; the key is the $id of their schema.
func compileExtensions(list []Extension) (map[string]*extensionRule, error) {
	sources := schemaSources()
	ids := map[int]string{}
	for i, x := range list {
		var head struct {
			ID string `json:"$id"`
		}
		if err := json.Unmarshal(x.Schema, &head); err != nil || head.ID == "" {
			return nil, fmt.Errorf("extension %d: its schema has no $id: %v", i, err)
		}
		ids[i] = head.ID
		sources[head.ID] = x.Schema
	}
	set, err := schema.NewSet(sources)
	if err != nil {
		return nil, err
	}
	out := map[string]*extensionRule{}
	for i, x := range list {
		r := &extensionRule{most: map[string]int{}}
		if r.schema, err = set.Compile(ids[i]); err != nil {
			return nil, err
		}
		if x.Metadata != nil {
			var meta struct {
				Incompatible []string `json:"incompatible_extensions"`
				Requirement  map[string]struct {
					Most *int `json:"max_occurrence"`
				} `json:"requirement"`
			}
			if err := json.Unmarshal(x.Metadata, &meta); err != nil {
				return nil, fmt.Errorf("extension %s: its metadata: %w", ids[i], err)
			}
			r.metadata, r.incompatible = true, meta.Incompatible
			for path, limit := range meta.Requirement {
				r.most[path] = 1 // the default of the metadata schema
				if limit.Most != nil {
					r.most[path] = *limit.Most
				}
			}
		}
		out[ids[i]] = r
	}
	return out, nil
}

// extensionList is an array x_extensions with the place it stands in.
type extensionList struct {
	list  *tree.Node
	place string // "root", "document", "vulnerabilities", "metrics", "branches", "full_product_names", "product_paths"
	path  string // as metadata name it
}

func (s *subject) extensions() (out []extensionList) {
	add := func(n *tree.Node, place, path string) {
		if x := n.Get("x_extensions"); x != nil {
			out = append(out, extensionList{x, place, path})
		}
	}
	add(s.root, "root", "$.x_extensions")
	add(s.document, "document", "$.document.x_extensions")
	for _, d := range s.products {
		switch {
		case d.branch != nil:
			add(d.node, "branches", "$.product_tree.branches..product.x_extensions")
		case d.path != nil:
			add(d.node, "product_paths", "$.product_tree.product_paths[*].full_product_name.x_extensions")
		default:
			add(d.node, "full_product_names", "$.product_tree.full_product_names[*].x_extensions")
		}
	}
	for _, v := range s.vulns {
		add(v, "vulnerabilities", "$.vulnerabilities[*].x_extensions")
		for _, m := range v.Get("metrics").Items() {
			add(m.Get("content"), "metrics", "$.vulnerabilities[*].metrics[*].content.x_extensions")
		}
	}
	return out
}

func (s *subject) eachExtension(fn func(n *tree.Node, url string)) {
	for _, x := range s.extensions() {
		for _, n := range x.list.Items() {
			fn(n, n.At("$schema"))
		}
	}
}

func extensionEnvelope(s *subject) {
	s.eachExtension(func(n *tree.Node, _ string) {
		for _, p := range s.schemas.extension.Problems(n) {
			s.fail(p.Node, "%s", p.Message)
		}
	})
}

func extensionOwnSchema(s *subject) {
	s.eachExtension(func(n *tree.Node, url string) {
		rule := s.known[url]
		if rule == nil {
			s.unjudged(n, "the extension %s is not known here (an experimental one): it is not judged", url)
			return
		}
		for _, p := range rule.schema.Problems(n) {
			s.fail(p.Node, "%s", p.Message)
		}
	})
}

func extensionRules(s *subject) {
	used := map[string]bool{}
	s.eachExtension(func(_ *tree.Node, url string) { used[url] = true })
	for _, x := range s.extensions() {
		count := map[string]int{}
		for _, n := range x.list.Items() {
			url := n.At("$schema")
			rule := s.known[url]
			if rule == nil || !rule.metadata {
				s.unjudged(n, "the metadata of the extension %s are not known here (an experimental one): its use is not judged", url)
				continue
			}
			most, there := rule.most[x.path]
			if count[url]++; !there || most == 0 {
				s.fail(n, "the extension %s must not stand here", url)
			} else if count[url] > most {
				s.fail(n, "the extension %s may stand here %d times", url, most)
			}
			for _, other := range rule.incompatible {
				if used[other] {
					s.fail(n, "the extension %s does not go with %s", url, other)
				}
			}
		}
	}
}

// eachExtension fails every extension: none is official or registered yet.
func eachExtension(format string) func(*subject) {
	return func(s *subject) {
		s.eachExtension(func(n *tree.Node, url string) { s.fail(n, format, url) })
	}
}

func criticalExtension(s *subject) {
	s.eachExtension(func(n *tree.Node, _ string) {
		if c := n.Get("critical"); c.Is(tree.Bool) && c.Text == "true" {
			s.fail(c, "the extension is critical")
		}
	})
}

func experimentalExtension(clear bool) func(*subject) {
	return func(s *subject) {
		if (s.tlp() == "CLEAR") == clear {
			s.eachExtension(func(n *tree.Node, url string) { s.fail(n, "readers may not know the experimental extension %s", url) })
		}
	}
}

func essentialExtension(s *subject) {
	s.eachExtension(func(n *tree.Node, _ string) {
		if c := n.Get("category"); c.Str() == "essential" {
			s.fail(c, "who does not know the extension misses something essential")
		}
	})
}

func extensionAt(place string) func(*subject) {
	return func(s *subject) {
		for _, x := range s.extensions() {
			if x.place == place {
				s.fail(x.list, "extensions are used here")
			}
		}
	}
}
