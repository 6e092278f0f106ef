// Package issue writes drafts as documents: OpenVEX, CSAF VEX, CycloneDX VEX, or the
// SPDX 3 security profile.
//
// A format that cannot say what a draft holds is refused when it is drafted, not when
// it is published: only CycloneDX (with properties of ours) has words for expiry and
// inheritance, and only CycloneDX cannot name a part of a product.
package issue

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/attest"
	"github.com/wardround/wardround/format/csaf"
	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/openvex"
	"github.com/wardround/wardround/format/purl"
	"github.com/wardround/wardround/format/spdx"
	"github.com/wardround/wardround/format/vex"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/publication"
)

// Issuer is who publishes, as CSAF wants it.
type Issuer struct {
	Namespace string // URL
	Tool      string // name and version
}

// Document is what a draft states, issued at a time.
func Document(d *publication.Draft, at time.Time) *vex.Document {
	st := vex.Statement{
		ID: "urn:wardround:vex:" + d.ID + "#1", Vulnerability: d.Vulnerability, Aliases: d.Aliases, Status: vex.Status(d.Status),
		Justification: vex.Justification(d.Justification), Impact: d.Impact, Action: d.Action, Issued: at, Inherits: d.Inherits, Expires: d.Expires,
	}
	for i := range d.Products {
		st.Products = append(st.Products, product(&d.Products[i], d.Format))
	}
	return &vex.Document{ID: "urn:wardround:vex:" + d.ID, Revision: "1", Author: d.Author, Issued: at, Updated: at, Statements: []vex.Statement{st}}
}

// product names a product so that the format can say it: OpenVEX and SPDX know
// products by package URL.
func product(p *kind.PublicationProduct, format string) vex.Product {
	out := vex.Product{PURL: p.PURL, Vendor: p.Maker, Name: p.Name, Version: p.Version, UDI: p.UDI}
	if out.PURL == "" && (format == "openvex" || format == "spdx") {
		u := purl.PURL{Type: "generic", Namespace: p.Maker, Name: p.Name, Version: p.Version}
		out.PURL = u.String()
	}
	for _, c := range p.Components {
		part := vex.Product{PURL: c}
		if u, err := purl.Parse(c); err == nil {
			part.Name, part.Version = u.Name, u.Version
		}
		out.Components = append(out.Components, part)
	}
	return out
}

// Encode writes a draft in its format. Errors: EInvalid, with what the format cannot
// say.
func Encode(d *publication.Draft, by Issuer, at time.Time) ([]byte, error) {
	at = at.UTC().Truncate(time.Second)
	doc := Document(d, at)
	var b bytes.Buffer
	var err error
	switch d.Format {
	case "openvex":
		doc.Statements[0].ID = ""
		err = openvex.Encode(&b, doc)
	case "spdx":
		err = spdx.EncodeVEX(&b, doc)
	case "cyclonedx":
		for i := range d.Products {
			if len(d.Products[i].Components) > 0 {
				return nil, wardround.Errorf(wardround.EInvalid, "publication", "CycloneDX cannot name a part of a product that another document describes; name the product as a whole, or write OpenVEX or CSAF")
			}
		}
		bill, list := cyclonedx.FromStatements(doc, 1)
		bill.Created = at
		err = cyclonedx.WriteReport(&b, bill, list, cyclonedx.WriteOptions{Version: "1.6", Indent: true})
	case "csaf":
		if d.Inherits || !d.Expires.IsZero() {
			err = fmt.Errorf("CSAF has no word for expiry and for inheritance to later versions")
			break
		}
		draft := csaf.FromVEX(doc)
		draft.Publisher = csaf.Publisher{Category: "vendor", Name: d.Author, Namespace: by.Namespace}
		draft.Tracking = csaf.Tracking{ID: strings.ToUpper(d.ID), Version: "1", Status: "final", Initial: at, Current: at, Generator: by.Tool}
		draft.Title = d.Vulnerability + ": " + strings.ReplaceAll(d.Status, "_", " ")
		draft.Notes = append(draft.Notes, csaf.Note{Category: "summary", Title: "Summary", Text: "The status of " + products(d) + " with regard to " + d.Vulnerability + "."})
		for i := range draft.Vulnerabilities {
			draft.Vulnerabilities[i].Notes = append(draft.Vulnerabilities[i].Notes, csaf.Note{Category: "summary", Text: "Published as " + d.Vulnerability + "."})
		}
		var out []byte
		out, err = draft.Build()
		b.Write(out)
	default:
		err = fmt.Errorf("no format %q", d.Format)
	}
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, "publication", "as %s it cannot be said: %v; CycloneDX can say most", d.Format, err)
	}
	return b.Bytes(), nil
}

func products(d *publication.Draft) string {
	if n := len(d.Products); n > 3 {
		return fmt.Sprintf("%d products", n)
	}
	var names []string
	for _, p := range d.Products {
		name := strings.TrimSpace(strings.Join([]string{p.Maker, p.Name, p.Version}, " "))
		if name == "" {
			name = p.PURL
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// MediaType is that of a format in a signed envelope.
func MediaType(format string) string {
	switch format {
	case "csaf":
		return attest.CSAF
	case "cyclonedx":
		return "application/vnd.cyclonedx+json"
	case "spdx":
		return "application/spdx+json"
	}
	return attest.OpenVEX
}
