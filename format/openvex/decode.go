package openvex

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/vex"
)

// yamlBytes is the size of YAML that is read; nobody writes more by hand.
const yamlBytes = 1 << 20

// Decode reads one document. Errors name line and byte; nothing is returned with
// one.
func Decode(r io.Reader, limits Limits) (*vex.Document, error) {
	lim := limits.orDefault()
	b, err := io.ReadAll(io.LimitReader(r, lim.Bytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > lim.Bytes {
		return nil, fmt.Errorf("openvex: more than %d bytes: %w", lim.Bytes, format.ErrLimit)
	}
	b = bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\xEF\xBB\xBF")))
	if len(b) == 0 {
		return nil, fmt.Errorf("openvex: empty document: %w", format.ErrTruncated)
	}
	if b[0] != '{' {
		if b, err = fromYAML(b); err != nil {
			return nil, err
		}
	}
	var d document
	if err := unmarshal(b, &d); err != nil {
		return nil, err
	}
	var wrapped []product
	if len(d.Predicate) > 0 {
		if !strings.HasPrefix(d.PredicateType, namespace) {
			return nil, fmt.Errorf("openvex: the in-toto statement is about %q, not OpenVEX: %w", d.PredicateType, format.ErrMalformed)
		}
		for _, s := range d.Subject {
			p := product{ID: s.URI, Hashes: s.Digest}
			if p.ID == "" {
				p.ID = s.Name
			}
			wrapped = append(wrapped, p)
		}
		inside := d.Predicate
		d = document{}
		if err := unmarshal(inside, &d); err != nil {
			return nil, err
		}
	}
	if _, ours := versionOf(d.Context); !ours && d.Statements == nil {
		return nil, fmt.Errorf("openvex: neither an OpenVEX @context nor statements: %w", format.ErrMalformed)
	}
	return reading{lim: lim, wrapped: wrapped, left: lim.Products}.document(&d)
}

// fromYAML turns YAML into JSON. Anchors and aliases are refused: OpenVEX needs
// none, and they are how a small file becomes a large one.
func fromYAML(b []byte) ([]byte, error) {
	if len(b) > yamlBytes {
		return nil, fmt.Errorf("openvex: more than %d bytes of YAML: %w", yamlBytes, format.ErrLimit)
	}
	var n yaml.Node
	if err := yaml.Unmarshal(b, &n); err != nil {
		return nil, fmt.Errorf("openvex: neither JSON nor YAML: %w: %w", format.ErrMalformed, err)
	}
	v, err := plain(&n, 0)
	if err != nil {
		return nil, err
	}
	if _, ok := v.(map[string]any); !ok {
		return nil, fmt.Errorf("openvex: neither a JSON object nor a YAML mapping: %w", format.ErrMalformed)
	}
	return json.Marshal(v)
}

func plain(n *yaml.Node, depth int) (any, error) {
	if depth > 32 {
		return nil, fmt.Errorf("openvex: line %d: nested too deep: %w", n.Line, format.ErrLimit)
	}
	switch n.Kind {
	case yaml.DocumentNode:
		if len(n.Content) != 1 {
			return nil, fmt.Errorf("openvex: not one document: %w", format.ErrMalformed)
		}
		return plain(n.Content[0], depth+1)
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			v, err := plain(n.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			m[n.Content[i].Value] = v
		}
		return m, nil
	case yaml.SequenceNode:
		s := []any{}
		for _, c := range n.Content {
			v, err := plain(c, depth+1)
			if err != nil {
				return nil, err
			}
			s = append(s, v)
		}
		return s, nil
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			return nil, nil
		}
		return n.Value, nil
	}
	return nil, fmt.Errorf("openvex: line %d: an alias or an unknown node: %w", n.Line, format.ErrMalformed)
}

// reading turns what is on the wire into the model.
type reading struct {
	lim     Limits
	wrapped []product // the subjects of the in-toto statement around it
	left    int       // products that may still come
	out     *vex.Document
}

func (r reading) document(d *document) (*vex.Document, error) {
	version, ours := versionOf(d.Context)
	r.out = &vex.Document{
		Format: "OpenVEX", Version: version, ID: d.ID, Author: d.Author, Role: d.Role, Revision: string(d.Version),
		Issued: d.Timestamp.Time, Updated: d.LastUpdated.Time,
	}
	if r.out.ID == "" {
		r.out.ID = d.OldID
	}
	switch {
	case d.Context == "":
		r.out.Version = ""
		r.problem("The document has no @context; it was read as OpenVEX by its content.")
	case !ours:
		r.problem("The @context %q is not OpenVEX's.", d.Context)
	case version != "0.0.1" && version != "0.2.0":
		r.problem("Version %s of OpenVEX is not known; it was read as 0.2.0.", version)
	}
	if r.out.ID == "" {
		r.problem("The document has no @id, so a later version of it cannot be recognised.")
	}
	if d.Author == "" {
		r.problem("The document names no author: nobody stands for its statements.")
	}
	for _, m := range []moment{d.Timestamp, d.LastUpdated} {
		if m.unread != "" {
			r.problem("The document's time %q is not a date and time (RFC 3339).", m.unread)
		}
	}
	if len(d.Statements) > r.lim.Statements {
		return nil, fmt.Errorf("openvex: more than %d statements: %w", r.lim.Statements, format.ErrLimit)
	}
	for i := range d.Statements {
		s, keep, err := r.statement(&d.Statements[i], i)
		if err != nil {
			return nil, err
		}
		if keep {
			r.out.Statements = append(r.out.Statements, s)
		}
	}
	return r.out, nil
}

// problemsMax is how many problems are told.
const problemsMax = 1000

func (r *reading) problem(text string, args ...any) {
	if len(r.out.Problems) < problemsMax {
		r.out.Problems = append(r.out.Problems, fmt.Sprintf(text, args...))
	}
}

func (r *reading) statement(in *statement, i int) (vex.Statement, bool, error) {
	where := fmt.Sprintf("/statements/%d", i)
	s := vex.Statement{
		ID: in.ID, Vulnerability: in.Vulnerability.Name, Status: vex.Status(in.Status), Impact: in.Impact, Action: in.Action, Note: in.Notes,
		Issued: in.Timestamp.Time, Updated: in.LastUpdated.Time, Where: where,
	}
	if s.Vulnerability == "" { // named by its address alone
		s.Vulnerability = in.Vulnerability.ID[strings.LastIndexByte(in.Vulnerability.ID, '/')+1:]
	}
	if !statuses[s.Status] {
		r.problem("%s: the status %q is none of OpenVEX's; the statement is left out.", where, in.Status)
		return s, false, nil
	}
	if s.Vulnerability == "" {
		r.problem("%s: no vulnerability is named; the statement is left out.", where)
		return s, false, nil
	}
	for _, a := range in.Vulnerability.Aliases {
		if a != s.Vulnerability && a != "" && !slices.Contains(s.Aliases, a) {
			s.Aliases = append(s.Aliases, a)
		}
	}
	for _, m := range []moment{in.Timestamp, in.LastUpdated} {
		if m.unread != "" {
			r.problem("%s: the time %q is not a date and time (RFC 3339).", where, m.unread)
		}
	}
	if s.Issued.IsZero() { // clause "Inheritance Flow"
		s.Issued = r.out.Issued
	}
	if s.Issued.IsZero() {
		r.problem("%s: no time is given here or in the document, so the statement cannot be ordered.", where)
	}
	r.reason(&s, in, where)
	products := in.Products
	if len(products) == 0 {
		products = r.wrapped
	}
	if len(products) == 0 {
		r.problem("%s: no product is named; the statement says nothing about anything.", where)
	}
	for k := range products {
		p, err := r.product(&products[k], in)
		if err != nil {
			return s, false, err
		}
		s.Products = append(s.Products, p)
	}
	return s, true, nil
}

// reason checks what the status asks for (clause "Statement Fields").
func (r *reading) reason(s *vex.Statement, in *statement, where string) {
	if j := vex.Justification(in.Justification); justifications[j] {
		s.Justification = j
	} else if in.Justification != "" {
		r.problem("%s: the justification %q is none of OpenVEX's five.", where, in.Justification)
		s.Note = strings.TrimSpace(s.Note + " Justification as written: " + in.Justification)
	}
	switch {
	case s.Status == vex.NotAffected && s.Justification == "" && s.Impact == "":
		r.problem("%s: not_affected without a justification or an impact statement.", where)
	case s.Status == vex.Affected && s.Action == "":
		r.problem("%s: affected without an action statement.", where)
	case s.Status != vex.NotAffected && s.Justification != "":
		r.problem("%s: a justification belongs to not_affected, not to %s.", where, s.Status)
	}
}

func (r *reading) product(in *product, of *statement) (vex.Product, error) {
	if r.left--; r.left < 0 {
		return vex.Product{}, fmt.Errorf("openvex: more than %d products: %w", r.lim.Products, format.ErrLimit)
	}
	p := vex.Product{ID: in.ID, PURL: in.Identifiers["purl"], CPE: in.Identifiers["cpe23"], Vendor: in.Supplier}
	if p.CPE == "" {
		p.CPE = in.Identifiers["cpe22"]
	}
	if p.PURL == "" && strings.HasPrefix(in.ID, "pkg:") {
		p.PURL = in.ID
	}
	if p.CPE == "" && strings.HasPrefix(in.ID, "cpe:") {
		p.CPE = in.ID
	}
	if p.Vendor == "" && of != nil {
		p.Vendor = of.Supplier
	}
	if serial, ref, ok := strings.Cut(in.ID, "#"); ok && strings.HasPrefix(serial, "urn:cdx:") { // BOM-Link
		p.Document, p.Ref = serial, ref
	}
	for _, name := range slices.Sorted(maps.Keys(in.Hashes)) {
		p.Hashes = append(p.Hashes, vex.Hash{Algorithm: algorithm(name), Value: in.Hashes[name]})
	}
	parts := in.Subcomponents
	if of != nil {
		parts = slices.Concat(parts, of.Subcomponents)
	}
	for i := range parts {
		if parts[i].ID == "" && len(parts[i].Identifiers)+len(parts[i].Hashes) == 0 {
			continue
		}
		c, err := r.product(&parts[i], nil)
		if err != nil {
			return p, err
		}
		p.Components = append(p.Components, c)
	}
	return p, nil
}
