package csaf

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround/format/vex"
)

// VEX returns what the document states of the status of products. A csaf_vex
// document is made of such statements; those of an advisory count alike. Products
// of one vulnerability that share status, reason and advice are in one statement.
func (d *Document) VEX() *vex.Document {
	out := &vex.Document{Format: "CSAF", Version: d.Version, ID: d.Tracking.ID, Revision: d.Tracking.Version, Author: first(d.Publisher.Name, d.Publisher.Namespace), Role: d.Publisher.Category,
		Issued: d.Tracking.Initial, Updated: d.Tracking.Current, Problems: slices.Clone(d.Problems)}
	for i := range d.Vulnerabilities {
		d.state(i, out)
	}
	return out
}

// state adds what one vulnerability says.
func (d *Document) state(i int, out *vex.Document) {
	v := &d.Vulnerabilities[i]
	id, aliases := d.names(i)
	about := v.reasons()
	for _, s := range statuses {
		if s.status == "" {
			continue
		}
		where := v.Where + "/product_status/" + s.name
		groups := map[reason]int{}
		for _, pid := range v.Status[s.name] {
			if d.products[pid] == nil {
				if len(out.Problems) < maxProblems {
					out.Problems = append(out.Problems, where+": the product "+pid+" is not defined")
				}
				continue
			}
			why := about.of(pid, vex.Status(s.status))
			at, ok := groups[why]
			if !ok {
				at = len(out.Statements)
				groups[why] = at
				st := vex.Statement{Vulnerability: id, Aliases: aliases, Status: vex.Status(s.status), Justification: vex.Justification(why.flag),
					Impact: v.impact(why.impacts), Action: v.action(why.actions), Issued: d.Tracking.Initial, Updated: d.Tracking.Current, Where: where}
				if !why.since.IsZero() {
					st.Issued = why.since
				}
				out.Statements = append(out.Statements, st)
			}
			out.Statements[at].Products = append(out.Statements[at].Products, d.vexProduct(pid))
		}
	}
}

// reason is what a vulnerability says of one product beside its status: a flag, and
// which of its threats and remediations, as positions ("0,2"). Two products with
// the same reason are in one statement.
type reason struct {
	flag             string
	since            time.Time // of the flag
	impacts, actions string
}

// reasons are those of one vulnerability by product id; that of all products has
// the id "".
type reasons map[string]reason

// of is what counts for a product with a status.
func (r reasons) of(id string, s vex.Status) reason {
	own, all := r[id], r[""]
	switch s {
	case vex.NotAffected:
		return reason{flag: own.flag, since: own.since, impacts: joined(all.impacts, own.impacts)}
	case vex.Affected:
		return reason{actions: joined(all.actions, own.actions)}
	}
	return reason{}
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "," + b
}

// justifications are the labels of flags (§3.2.3.5); they are those of OpenVEX.
var justifications = []vex.Justification{vex.ComponentNotPresent, vex.CodeNotPresent, vex.NotInExecutePath, vex.NotControllable, vex.InlineMitigations}

// maxReasons bounds how many threats or remediations are held of one product, in
// bytes of their positions.
const maxReasons = 256

// reasons gathers flags, impacts and remediations by product id.
func (v *Vulnerability) reasons() reasons {
	out := reasons{}
	edit := func(ids []string, fn func(*reason)) {
		if len(ids) == 0 {
			ids = []string{""} // a statement without products is about all
		}
		for _, id := range ids {
			r := out[id]
			fn(&r)
			out[id] = r
		}
	}
	note := func(to *string, i int) {
		if len(*to) < maxReasons {
			*to = joined(*to, strconv.Itoa(i))
		}
	}
	for _, f := range v.Flags {
		if len(f.Products) > 0 && slices.Contains(justifications, vex.Justification(f.Label)) {
			edit(f.Products, func(r *reason) { r.flag, r.since = f.Label, f.Date })
		}
	}
	for i, t := range v.Threats {
		if t.Category == "impact" {
			edit(t.Products, func(r *reason) { note(&r.impacts, i) })
		}
	}
	for i, x := range v.Remediations {
		edit(x.Products, func(r *reason) { note(&r.actions, i) })
	}
	return out
}

func (v *Vulnerability) impact(at string) string {
	return gather(at, func(i int) string { return v.Threats[i].Details })
}

func (v *Vulnerability) action(at string) string {
	return gather(at, func(i int) string {
		x := v.Remediations[i]
		if x.URL != "" && !strings.Contains(x.Details, x.URL) {
			return x.Details + " (" + x.URL + ")"
		}
		return x.Details
	})
}

// gather joins the texts at the given positions, each text once.
func gather(at string, text func(int) string) string {
	var out []string
	for _, s := range strings.Split(at, ",") {
		if i, err := strconv.Atoi(s); err == nil {
			if t := text(i); t != "" && !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return strings.Join(out, "\n")
}

// vexProduct names a product as VEX compares it. Of a combination it is what the
// component stands on, with the component as its part.
func (d *Document) vexProduct(id string) vex.Product {
	p := d.products[id]
	q := d.origin(p)
	part := plain(q)
	on := d.platforms(p)
	if len(on) == 0 {
		part.ID = id
		part.PURL, part.CPE = first(part.PURL, firstOf(p.PURL)), first(p.CPE, part.CPE)
		return part
	}
	whole := plain(on[len(on)-1])
	whole.ID = id
	whole.Components = []vex.Product{part}
	return whole
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func plain(p *Product) vex.Product {
	out := vex.Product{ID: p.ID, PURL: firstOf(p.PURL), CPE: p.CPE, Vendor: strings.Join(p.branch("vendor"), " "), Name: strings.Join(p.branch("product_name"), " ")}
	if out.Name == "" {
		out.Name = p.Name
	}
	text, isRange := p.version()
	if isRange {
		// Text that is no vers stays here: an empty field would mean every version.
		out.Range = text
	} else {
		out.Version = text
	}
	for _, h := range p.Hashes {
		alg, value, _ := strings.Cut(h, ":")
		out.Hashes = append(out.Hashes, vex.Hash{Algorithm: alg, Value: value})
	}
	for _, u := range p.URIs {
		if _, uri, ok := strings.Cut(u, " "); ok {
			if x, err := url.Parse(uri); err == nil && strings.HasPrefix(strings.ToLower(x.Opaque), "udi:") {
				out.UDI = x.Opaque[4:]
			}
		}
	}
	return out
}
