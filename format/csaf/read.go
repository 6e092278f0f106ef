package csaf

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wardround/wardround/format/csaf/internal/stamp"
	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// ErrNotCSAF is a JSON document that does not say that it is CSAF.
var ErrNotCSAF = errors.New("not a CSAF document: /document/csaf_version is missing or neither 2.0 nor 2.1")

// Read reads a CSAF 2.0 or 2.1 document within the default limits. See [ReadBytes].
func Read(r io.Reader) (*Document, error) {
	var o ReadOptions
	limit := int64(64 << 20)
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	return ReadBytes(b, o)
}

// ReadBytes reads a CSAF document. Fields it does not know are passed over; fields
// of the wrong type count as missing and are noted in Problems. Errors say where:
// no JSON (line and byte), a name that occurs twice in an object (JSON pointer),
// over the limits, or [ErrNotCSAF].
func ReadBytes(b []byte, o ReadOptions) (*Document, error) {
	t, err := tree.Parse(b, o.limits())
	if err != nil {
		return nil, err
	}
	if len(t.Duplicates) > 0 {
		return nil, fmt.Errorf("%s: the name occurs twice in its object; which one counts is unclear", t.Duplicates[0].Pointer())
	}
	return fromTree(t.Root)
}

func fromTree(root *tree.Node) (*Document, error) {
	doc := root.Get("document")
	d := &Document{Version: doc.At("csaf_version"), products: map[string]*Product{}, groups: map[string]*Group{}}
	if d.Version != "2.0" && d.Version != "2.1" {
		return nil, ErrNotCSAF
	}
	r := &reader{d: d, left: maxTargets}
	r.document(doc)
	r.productTree(root.Get("product_tree"))
	for _, v := range r.list(root, "vulnerabilities") {
		d.Vulnerabilities = append(d.Vulnerabilities, r.vulnerability(v))
	}
	return d, nil
}

// reader builds the Document; what it does not understand, it notes.
type reader struct {
	d *Document
	// targets left to resolve: a short document can name a large group in each of
	// many statements.
	left int
}

const (
	maxProblems = 100
	maxTargets  = 2_000_000
)

func (r *reader) problem(n *tree.Node, text string) {
	if len(r.d.Problems) < maxProblems {
		r.d.Problems = append(r.d.Problems, n.Pointer()+": "+text)
	}
}

func (r *reader) str(n *tree.Node, key string) string {
	v := n.Get(key)
	if v != nil && v.Kind != tree.String {
		r.problem(v, "a text is expected")
	}
	return v.Str()
}

func (r *reader) list(n *tree.Node, key string) []*tree.Node {
	v := n.Get(key)
	if v != nil && v.Kind != tree.Array {
		r.problem(v, "an array is expected")
	}
	return v.Items()
}

func (r *reader) strs(n *tree.Node, key string) (out []string) {
	for _, v := range r.list(n, key) {
		if v.Kind != tree.String {
			r.problem(v, "a text is expected")
			continue
		}
		out = append(out, v.Text)
	}
	return out
}

func (r *reader) time(n *tree.Node, key string) time.Time {
	s := r.str(n, key)
	if s == "" {
		return time.Time{}
	}
	t, ok := stamp.Parse(s)
	if !ok {
		r.problem(n.Get(key), "the time can't be read")
	}
	return t
}

func (r *reader) document(doc *tree.Node) {
	d := r.d
	d.Category, d.Title = r.str(doc, "category"), r.str(doc, "title")
	d.Lang, d.SourceLang = r.str(doc, "lang"), r.str(doc, "source_lang")
	d.TLP = doc.At("distribution", "tlp", "label")
	d.Severity = doc.At("aggregate_severity", "text")
	d.License = r.str(doc, "license_expression")
	p := doc.Get("publisher")
	d.Publisher = Publisher{Category: r.str(p, "category"), Name: r.str(p, "name"), Namespace: r.str(p, "namespace"), Contact: r.str(p, "contact_details"), IssuingAuthority: r.str(p, "issuing_authority")}
	t := doc.Get("tracking")
	d.Tracking = Tracking{ID: r.str(t, "id"), Version: r.str(t, "version"), Status: r.str(t, "status"), Aliases: r.strs(t, "aliases"),
		Initial: r.time(t, "initial_release_date"), Current: r.time(t, "current_release_date"),
		Generator: strings.TrimSpace(t.At("generator", "engine", "name") + " " + t.At("generator", "engine", "version"))}
	for _, h := range r.list(t, "revision_history") {
		d.Tracking.Revisions = append(d.Tracking.Revisions, Revision{Date: r.time(h, "date"), Number: r.str(h, "number"), Summary: r.str(h, "summary")})
	}
	d.Notes, d.References = r.notes(doc), r.references(doc)
}

func (r *reader) notes(n *tree.Node) (out []Note) {
	for _, x := range r.list(n, "notes") {
		out = append(out, Note{Category: r.str(x, "category"), Title: r.str(x, "title"), Text: r.str(x, "text")})
	}
	return out
}

func (r *reader) references(n *tree.Node) (out []Reference) {
	for _, x := range r.list(n, "references") {
		c := r.str(x, "category")
		if c == "" {
			c = "external" // §3.1.10.1: the default
		}
		out = append(out, Reference{Category: c, Summary: r.str(x, "summary"), URL: r.str(x, "url")})
	}
	return out
}

func (r *reader) vulnerability(n *tree.Node) Vulnerability {
	v := Vulnerability{CVE: r.str(n, "cve"), Title: r.str(n, "title"), Notes: r.notes(n), References: r.references(n), Status: map[string][]string{}, Where: n.Pointer(),
		Discovered: r.time(n, "discovery_date"), Disclosed: r.time(n, "release_date")}
	if n.Has("disclosure_date") { // the name in 2.1
		v.Disclosed = r.time(n, "disclosure_date")
	}
	for _, x := range r.list(n, "ids") {
		v.IDs = append(v.IDs, ID{System: r.str(x, "system_name"), Text: r.str(x, "text")})
	}
	cwes := r.list(n, "cwes")
	if c := n.Get("cwe"); c != nil {
		cwes = append([]*tree.Node{c}, cwes...)
	}
	for _, x := range cwes {
		v.CWEs = append(v.CWEs, CWE{ID: r.str(x, "id"), Name: r.str(x, "name"), Version: r.str(x, "version")})
	}
	for _, s := range n.Get("product_status").Members() {
		v.Status[s.Key] = r.strs(n.Get("product_status"), s.Key)
	}
	for _, x := range r.list(n, "flags") {
		v.Flags = append(v.Flags, Flag{Label: r.str(x, "label"), Date: r.time(x, "date"), Products: r.targets(x)})
	}
	for _, x := range r.list(n, "threats") {
		v.Threats = append(v.Threats, Threat{Category: r.str(x, "category"), Details: r.str(x, "details"), Date: r.time(x, "date"), Products: r.targets(x)})
	}
	for _, x := range r.list(n, "remediations") {
		v.Remediations = append(v.Remediations, Remediation{Category: r.str(x, "category"), Details: r.str(x, "details"), URL: r.str(x, "url"), Date: r.time(x, "date"),
			Entitlements: r.strs(x, "entitlements"), Restart: x.At("restart_required", "category"), Products: r.targets(x)})
	}
	for _, x := range r.list(n, "scores") {
		v.Metrics = append(v.Metrics, r.metric(x, x))
	}
	for _, x := range r.list(n, "metrics") {
		v.Metrics = append(v.Metrics, r.metric(x, x.Get("content")))
	}
	for _, x := range r.list(n, "first_known_exploitation_dates") {
		v.Exploited = append(v.Exploited, r.time(x, "exploitation_date"))
	}
	return v
}

func (r *reader) metric(n, content *tree.Node) Metric {
	m := Metric{Products: r.strs(n, "products"), Source: r.str(n, "source"), Severity: r.str(content, "qualitative_severity_rating"), EPSS: content.At("epss", "probability")}
	for _, key := range []string{"cvss_v2", "cvss_v3", "cvss_v4"} {
		c := content.Get(key)
		if c == nil {
			continue
		}
		score, _ := c.Get("baseScore").Float()
		m.CVSS = append(m.CVSS, CVSS{Version: r.str(c, "version"), Vector: r.str(c, "vectorString"), Score: score})
	}
	for _, s := range content.Get("ssvc_v2", "selections").Items() {
		if m.SSVC == nil {
			m.SSVC = map[string]string{}
		}
		var names []string
		for _, val := range s.Get("values").Items() {
			name := val.At("name")
			if name == "" {
				name = val.At("key")
			}
			names = append(names, name)
		}
		name := s.At("name")
		if name == "" {
			name = s.At("key")
		}
		m.SSVC[name] = strings.Join(names, ", ")
	}
	return m
}

// targets resolves product_ids and group_ids. A product named twice is there once.
// The result may be shared with the group.
func (r *reader) targets(n *tree.Node) Targets {
	out := r.strs(n, "product_ids")
	for _, g := range r.strs(n, "group_ids") {
		group := r.d.groups[g]
		if group == nil {
			r.problem(n, "the product group "+g+" is not defined")
			continue
		}
		members := group.Products
		if r.left -= len(members); r.left < 0 {
			r.problem(n, "the document's groups come to too many products; this one is left out")
			return out
		}
		if len(out) == 0 {
			out = members[:len(members):len(members)]
		} else {
			out = unique(out, members)
		}
	}
	return out
}
