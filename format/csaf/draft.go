package csaf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/wardround/wardround/format/vex"
)

// Draft is an advisory or a set of statements to be written as CSAF. What the
// standard wants and can be derived is filled in; [Draft.Build] says what is
// missing.
type Draft struct {
	Version  string // of CSAF: "2.0" if empty, or "2.1"
	Category string // profile: "csaf_security_advisory" if empty, "csaf_vex" …
	Title    string
	Lang     string // BCP 47; "en" if empty
	TLP      string // "CLEAR" if empty; written as "WHITE" in 2.0, which has the older labels
	License  string // SPDX license expression (2.1)
	// Folder is the URL of the folder in which the documents of a label are published;
	// from it the canonical URL is made: FOLDER/YEAR/FILENAME.
	Folder     string
	Publisher  Publisher
	Tracking   Tracking // ID and Version; Revisions, else one is made from Current
	Severity   string   // aggregate severity, in words
	Notes      []Note
	References []Reference
	Products   []DraftProduct
	// Vulnerabilities refer to products by id.
	Vulnerabilities []DraftVulnerability
}

// DraftProduct is a product of the product tree, or a combination of two.
type DraftProduct struct {
	ID      string // unique in the document
	Vendor  string
	Family  string
	Name    string
	Version string // one version, or
	Range   string // a range: vers, or in 2.1 also the constraints of one alone
	Full    string // for people; made of the others if empty
	CPE     string
	PURLs   []string // 2.0 has place for one
	Models  []string
	Serials []string
	SKUs    []string
	SBOMs   []string // URLs
	URIs    []URI    // a UDI among them: {"https://www.gs1.org/…", "https://id.gs1.org/01/…"}
	Hashes  []FileHash
	// Of makes a combination: the product Of in a relation to the product On.
	Of       string
	Relation string // "installed_on" if empty
	On       string
}

// URI is an identifier of a kind that the namespace names.
type URI struct{ Namespace, URI string }

// FileHash is a digest of a file of the product.
type FileHash struct{ File, Algorithm, Value string }

// DraftVulnerability is what is said of one vulnerability.
type DraftVulnerability struct {
	CVE        string
	IDs        []ID
	Title      string
	CWEs       []CWE // names and versions are looked up where empty
	Notes      []Note
	References []Reference
	Disclosed  time.Time
	Scores     []DraftScore
	Statements []DraftStatement
}

// DraftScore is a CVSS vector of any version for some products; scores and severity
// are computed.
type DraftScore struct {
	Vector   string
	Products []string
}

// DraftStatement is the status of some products and what goes with it.
type DraftStatement struct {
	Status        vex.Status
	Products      []string
	Justification vex.Justification // of not affected
	Impact        string            // of not affected, in words
	// Remediations are what to do, of affected ones; their Products may be left empty.
	Remediations []Remediation
	Date         time.Time
}

// InvalidError is a draft from which no valid document comes.
type InvalidError struct{ Failures []Failure }

func (e *InvalidError) Error() string {
	var b strings.Builder
	b.WriteString("the draft makes no valid document:")
	for i, f := range e.Failures {
		if i == 5 {
			fmt.Fprintf(&b, " and %d more", len(e.Failures)-i)
			break
		}
		b.WriteString(" " + f.String() + ";")
	}
	return strings.TrimSuffix(b.String(), ";")
}

// object is a JSON object; encoding/json sorts its keys, as §6.2.13 wants.
type object map[string]any

// set adds a member unless its value is empty.
func (o object) set(key string, v any) {
	switch x := v.(type) {
	case string:
		if x == "" {
			return
		}
	case []string:
		if len(x) == 0 {
			return
		}
	case []object:
		if len(x) == 0 {
			return
		}
	case object:
		if len(x) == 0 {
			return
		}
	case time.Time:
		if x.IsZero() {
			return
		}
		v = stampOf(x)
	}
	o[key] = v
}

func stampOf(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Build writes the document: sorted keys, two spaces of indentation, a newline at
// the end. The error is an *InvalidError where the document would fail its schema
// or a mandatory test, or says what CSAF of this version can't express.
func (d *Draft) Build() ([]byte, error) {
	w := draftWriter{d: d, v21: d.Version == "2.1"}
	doc := w.document()
	if w.err != nil {
		return nil, w.err
	}
	b, err := writeJSON(doc)
	if err != nil {
		return nil, err
	}
	if r := Validate(b, Options{}); !r.Valid {
		return nil, &InvalidError{r.Failures}
	}
	return b, nil
}

func writeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// draftWriter turns a Draft into JSON.
type draftWriter struct {
	d   *Draft
	v21 bool
	err error // the first
	// newest is the date of the last revision.
	newest time.Time
}

func (w *draftWriter) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

// label is a TLP label in the words of the version: 2.1 follows TLP 2.0.
func label(tlp string, v21 bool) string {
	switch {
	case tlp == "" && v21, tlp == "WHITE" && v21:
		return "CLEAR"
	case tlp == "" || tlp == "CLEAR":
		if v21 {
			return "CLEAR"
		}
		return "WHITE"
	case tlp == "AMBER+STRICT" && !v21:
		return "AMBER"
	}
	return tlp
}

func (w *draftWriter) document() object {
	d := w.d
	root, doc := object{}, object{}
	version := "2.0"
	if w.v21 {
		version = "2.1"
		root["$schema"] = oasis + "v2.1/schema/csaf.json"
		doc.set("license_expression", d.License)
	} else if d.Version != "" && d.Version != "2.0" {
		w.fail("CSAF %s can't be written, only 2.0 and 2.1", d.Version)
	}
	doc["csaf_version"] = version
	doc["category"] = first(d.Category, security)
	doc["title"] = d.Title
	doc["lang"] = first(d.Lang, "en")
	doc["distribution"] = object{"tlp": object{"label": label(d.TLP, w.v21), "url": "https://www.first.org/tlp/"}}
	p := object{"category": first(d.Publisher.Category, "vendor"), "name": d.Publisher.Name, "namespace": d.Publisher.Namespace}
	p.set("contact_details", d.Publisher.Contact)
	p.set("issuing_authority", d.Publisher.IssuingAuthority)
	doc["publisher"] = p
	doc["tracking"] = w.tracking()
	if d.Severity != "" {
		doc["aggregate_severity"] = object{"text": d.Severity}
	}
	doc.set("notes", notesOf(d.Notes))
	doc.set("references", w.references())
	root["document"] = doc
	root.set("product_tree", w.productTree())
	var vulns []object
	for i := range d.Vulnerabilities {
		vulns = append(vulns, w.vulnerability(&d.Vulnerabilities[i]))
	}
	root.set("vulnerabilities", vulns)
	return root
}

func (w *draftWriter) tracking() object {
	t := w.d.Tracking
	revisions := t.Revisions
	if len(revisions) == 0 {
		revisions = []Revision{{Date: t.Current, Number: first(t.Version, "1"), Summary: "Initial version."}}
	}
	oldest, newest := revisions[0], revisions[0]
	var history []object
	for _, r := range revisions {
		if r.Date.IsZero() {
			w.fail("revision %q has no date", r.Number)
		}
		if r.Date.Before(oldest.Date) {
			oldest = r
		}
		if !r.Date.Before(newest.Date) {
			newest = r
		}
		history = append(history, object{"date": stampOf(r.Date), "number": r.Number, "summary": first(r.Summary, "Revision "+r.Number+".")})
	}
	w.newest = newest.Date
	out := object{"id": t.ID, "version": first(t.Version, newest.Number), "status": first(t.Status, "final"), "revision_history": history,
		"initial_release_date": stampOf(oldest.Date), "current_release_date": stampOf(newest.Date)}
	if !t.Initial.IsZero() {
		out["initial_release_date"] = stampOf(t.Initial)
	}
	if t.Current.After(newest.Date) {
		out["current_release_date"] = stampOf(t.Current)
	}
	out.set("aliases", t.Aliases)
	if t.Generator != "" {
		out["generator"] = object{"engine": object{"name": t.Generator}}
	}
	return out
}

func notesOf(notes []Note) (out []object) {
	for _, n := range notes {
		o := object{"category": first(n.Category, "general"), "text": n.Text}
		o.set("title", n.Title)
		out = append(out, o)
	}
	return out
}

func referencesOf(refs []Reference) (out []object) {
	for _, r := range refs {
		out = append(out, object{"category": first(r.Category, "external"), "summary": first(r.Summary, r.URL), "url": r.URL})
	}
	return out
}

// references begin with the canonical URL, if the folder is known.
func (w *draftWriter) references() []object {
	d := w.d
	out := referencesOf(d.References)
	if d.Folder == "" {
		return out
	}
	initial := d.Tracking.Initial
	for _, r := range d.Tracking.Revisions {
		if initial.IsZero() || r.Date.Before(initial) && d.Tracking.Initial.IsZero() {
			initial = r.Date
		}
	}
	if initial.IsZero() {
		initial = d.Tracking.Current
	}
	url := strings.TrimSuffix(d.Folder, "/") + "/" + Path(d.Tracking.ID, initial)
	return append([]object{{"category": "self", "summary": "This document.", "url": url}}, out...)
}

// Path returns where a document lies in the folder of its label: YEAR/FILENAME, the
// year of its first release (§7.1.11).
func Path(trackingID string, initial time.Time) string {
	return initial.UTC().Format("2006") + "/" + Filename(trackingID)
}
