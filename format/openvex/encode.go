package openvex

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/vex"
)

// Encode writes a document of version 0.2.0. It needs an author and a time; a
// document without an ID gets [CanonicalID]. What OpenVEX cannot say is an error,
// never left out: a version range (a purl without a version would mean every one),
// a product that nothing identifies, a status without the reason it asks for.
// Expiry and inheritance are not part of OpenVEX and must be handled by whoever
// publishes; a statement that has them is an error, too.
func Encode(w io.Writer, d *vex.Document) error {
	out, err := wire(d)
	if err != nil {
		return err
	}
	if out.ID == "" {
		out.ID = canonical(out)
	}
	b, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return fmt.Errorf("openvex: %w", err)
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// CanonicalID is the identifier the OpenVEX project's own library gives a
// document: equal statements at the same time by the same author get the same one.
func CanonicalID(d *vex.Document) (string, error) {
	out, err := wire(d)
	if err != nil {
		return "", err
	}
	return canonical(out), nil
}

func wire(d *vex.Document) (*document, error) {
	out := &document{
		Context: namespace + "/v" + written, ID: d.ID, Author: d.Author, Role: d.Role,
		Timestamp: moment{Time: d.Issued}, LastUpdated: moment{Time: d.Updated}, Version: revision(d.Revision), Statements: []statement{},
	}
	if out.Version == "" {
		out.Version = "1"
	}
	if n, err := strconv.Atoi(string(out.Version)); err != nil || n < 1 {
		return nil, fmt.Errorf("openvex: the version %q of the document is no number above 0", d.Revision)
	}
	if out.Author == "" {
		return nil, errors.New("openvex: the document names no author")
	}
	if d.Issued.IsZero() {
		return nil, errors.New("openvex: the document has no time of issue")
	}
	for i := range d.Statements {
		s, err := wireStatement(&d.Statements[i], d)
		if err != nil {
			return nil, fmt.Errorf("openvex: statement %d (%s): %w", i, d.Statements[i].Vulnerability, err)
		}
		out.Statements = append(out.Statements, s)
	}
	return out, nil
}

func wireStatement(s *vex.Statement, d *vex.Document) (statement, error) {
	out := statement{
		ID: iri(s.ID), Vulnerability: vulnerability{Name: s.Vulnerability, Aliases: s.Aliases}, LastUpdated: moment{Time: s.Updated},
		Status: string(s.Status), Notes: s.Note, Justification: string(s.Justification), Impact: s.Impact, Action: s.Action,
	}
	if !s.Issued.Equal(d.Issued) {
		out.Timestamp = moment{Time: s.Issued}
	}
	switch {
	case s.Vulnerability == "":
		return out, errors.New("no vulnerability is named")
	case !statuses[s.Status]:
		return out, fmt.Errorf("the status %q is none of OpenVEX's", s.Status)
	case s.Justification != "" && !justifications[s.Justification]:
		return out, fmt.Errorf("the justification %q is none of OpenVEX's", s.Justification)
	case s.Status == vex.NotAffected && s.Justification == "" && s.Impact == "":
		return out, errors.New("not_affected needs a justification or an impact statement")
	case s.Status == vex.Affected && s.Action == "":
		return out, errors.New("affected needs an action statement")
	case s.Status != vex.NotAffected && (s.Justification != "" || s.Impact != ""):
		return out, fmt.Errorf("a justification or an impact statement belongs to not_affected, not to %s", s.Status)
	case s.Status != vex.Affected && s.Action != "":
		return out, fmt.Errorf("an action statement belongs to affected, not to %s", s.Status)
	case !s.Expires.IsZero() || s.Inherits:
		return out, errors.New("OpenVEX has no word for expiry and for inheritance to later versions")
	case len(s.Products) == 0:
		return out, errors.New("no product is named")
	}
	for i := range s.Products {
		p, err := wireProduct(&s.Products[i])
		if err != nil {
			return out, fmt.Errorf("product %d: %w", i, err)
		}
		for k := range s.Products[i].Components {
			c, err := wireProduct(&s.Products[i].Components[k])
			if err == nil && len(s.Products[i].Components[k].Components) > 0 {
				err = errors.New("OpenVEX has no parts of parts")
			}
			if err != nil {
				return out, fmt.Errorf("product %d, part %d: %w", i, k, err)
			}
			p.Subcomponents = append(p.Subcomponents, c)
		}
		out.Products = append(out.Products, p)
	}
	return out, nil
}

func wireProduct(p *vex.Product) (product, error) {
	var out product
	if p.Range != "" {
		return out, fmt.Errorf("OpenVEX cannot say the version range %q; list the versions", p.Range)
	}
	out.ID = iri(p.ID)
	if out.ID == "" && p.Document != "" && p.Ref != "" {
		out.ID = iri(p.Document + "#" + p.Ref)
	}
	if out.ID == "" && p.PURL != "" {
		out.ID = p.PURL
	}
	ids := map[string]string{}
	if p.PURL != "" && p.PURL != out.ID {
		ids["purl"] = p.PURL
	}
	switch {
	case strings.HasPrefix(p.CPE, "cpe:2.3:"):
		ids["cpe23"] = p.CPE
	case p.CPE != "":
		ids["cpe22"] = p.CPE
	}
	if len(ids) > 0 {
		out.Identifiers = ids
	}
	for _, h := range p.Hashes {
		if name := theirs(h.Algorithm); name != "" {
			if out.Hashes == nil {
				out.Hashes = map[string]string{}
			}
			out.Hashes[name] = h.Value
		}
	}
	if out.ID == "" && len(ids) == 0 {
		return out, fmt.Errorf("nothing identifies %q: OpenVEX needs an IRI, a purl or a CPE", strings.TrimSpace(p.Vendor+" "+p.Name+" "+p.Version))
	}
	return out, nil
}

// iri returns v if it is an IRI with a scheme (RFC 3987 §2.2), else "".
func iri(v string) string {
	scheme, rest, ok := strings.Cut(v, ":")
	if !ok || scheme == "" || rest == "" || strings.ContainsAny(v, " \t\r\n<>\"") {
		return ""
	}
	for i, c := range scheme {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.') {
			return ""
		}
	}
	return v
}

// canonical hashes the statements in a fixed order: by vulnerability, then time.
// go-vex walks hashes and identifiers in no order; here they are sorted, which
// gives the same wherever go-vex gives the same twice.
func canonical(d *document) string {
	at := func(s *statement) int64 {
		if s.Timestamp.IsZero() {
			return d.Timestamp.UnixNano()
		}
		return s.Timestamp.UnixNano()
	}
	order := make([]*statement, len(d.Statements))
	for i := range d.Statements {
		order[i] = &d.Statements[i]
	}
	slices.SortStableFunc(order, func(a, b *statement) int {
		if c := strings.Compare(a.Vulnerability.Name, b.Vulnerability.Name); c != 0 {
			return c
		}
		return int(min(1, max(-1, at(a)-at(b))))
	})
	h := sha256.New()
	fmt.Fprintf(h, "%d:%s:%s", d.Timestamp.Unix(), string(d.Version), d.Author)
	for _, s := range order {
		aliases := slices.Sorted(slices.Values(s.Vulnerability.Aliases))
		fmt.Fprintf(h, ":%s:%s:%s", s.Vulnerability.ID, s.Vulnerability.Name, strings.Join(aliases, ":"))
		t := d.Timestamp.Unix()
		if !s.Timestamp.IsZero() {
			t = s.Timestamp.Unix()
		}
		fmt.Fprintf(h, ":%s:%s:%d", s.Status, s.Justification, t)
		var products []string
		for i := range s.Products {
			text := componentText(&s.Products[i])
			for k := range s.Products[i].Subcomponents {
				text += componentText(&s.Products[i].Subcomponents[k])
			}
			products = append(products, text)
		}
		slices.Sort(products)
		io.WriteString(h, strings.Join(products, ":"))
	}
	return fmt.Sprintf("https://openvex.dev/docs/public/vex-%x", h.Sum(nil))
}

func componentText(p *product) string {
	text := ":" + p.ID
	for _, set := range []map[string]string{p.Hashes, p.Identifiers} {
		for _, k := range slices.Sorted(maps.Keys(set)) {
			text += ":" + k + "@" + set[k]
		}
	}
	return text
}
