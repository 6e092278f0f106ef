package gate

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/knowledge"
	"github.com/wardround/wardround/portfolio"
	"github.com/wardround/wardround/priority"
)

// Options say what a document is judged with.
type Options struct {
	Knowledge *knowledge.Base
	// Claims are exploitability statements; nil for none.
	Claims portfolio.Claims
	Now    time.Time
	Name   string // of the file
	Digest string
	// Base, when set, is an earlier document: only what is new against it is judged.
	Base *sbom.Document
	// Release is the product that the document is of, for statements about products;
	// nil takes what the document says of itself.
	Release *wardround.Release
}

// Look matches every component with what is known.
func Look(doc *sbom.Document, opt Options) (*Result, error) {
	r := &Result{Name: opt.Name, Digest: opt.Digest, At: opt.Now, Format: strings.TrimSpace(doc.Format + " " + doc.Version), Feeds: opt.Knowledge.Feeds(), doc: doc}
	release := opt.Release
	if doc.Root >= 0 && doc.Root < len(doc.Components) {
		c := &doc.Components[doc.Root]
		r.Product, r.Version = c.Name, c.Version
		if release == nil {
			release = &wardround.Release{Maker: cmp.Or(c.Manufacturer, c.Supplier), Product: c.Name, Version: c.Version, UDIDI: c.Identifiers["udi-di"], GTIN: c.Identifiers["gtin"]}
		}
	}
	before := identities(opt.Base)
	if opt.Base != nil {
		r.Base = cmp.Or(opt.Base.Name, opt.Base.ID, "base")
	}
	m := &matcher{opt: opt, r: r, release: release, missing: map[string]bool{}, facts: map[string]*facts{}, seen: map[string]int{}}
	for i := range doc.Components {
		if before != nil && before[identityOf(&doc.Components[i])] {
			continue
		}
		if err := m.component(i); err != nil {
			return nil, err
		}
	}
	for e := range m.missing {
		r.Missing = append(r.Missing, e)
	}
	slices.Sort(r.Missing)
	slices.SortFunc(r.Rows, func(a, b Row) int {
		return cmp.Or(order(a.Status)-order(b.Status), cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Score, a.Score),
			strings.Compare(a.Vulnerability, b.Vulnerability), strings.Compare(a.Component, b.Component), strings.Compare(a.Path, b.Path))
	})
	for _, f := range r.Feeds {
		if !f.At.IsZero() && (r.Oldest.IsZero() || f.At.Before(r.Oldest)) {
			r.Oldest = f.At
		}
	}
	return r, nil
}

func order(s Status) int { return slices.Index([]Status{Affected, CannotTell, NotAffected, Fixed}, s) }

// facts are what is known of a vulnerability wherever it is.
type facts struct {
	aliases  []string
	severity wardround.Severity
	score    float64
	vector   string
	kev      bool
	epss     float64
	decision string
	ratings  priority.Facts
}

type matcher struct {
	opt     Options
	r       *Result
	release *wardround.Release
	missing map[string]bool
	facts   map[string]*facts
	seen    map[string]int // identity → index of the component that was matched
}

// counted says whether a component is a part that could have a vulnerability: what
// only groups others is not.
func counted(c *sbom.Component) bool {
	switch c.Type {
	case sbom.File, sbom.Data, sbom.Crypto:
		return c.PURL != "" || len(c.CPEs) > 0
	}
	return true
}

func (m *matcher) component(i int) error {
	doc := m.r.doc
	c := &doc.Components[i]
	if !counted(c) {
		return nil
	}
	m.r.Components++
	id, reason := knowledge.Identify(c)
	if reason != "" && i != doc.Root {
		m.r.Without++
		if len(m.r.Examples) < maxExamples {
			m.r.Examples = append(m.r.Examples, Unidentified{Component: id.Label, Path: m.path(i), Why: reason})
		}
	}
	if reason == "" {
		m.r.Matched++
		if e := id.Ecosystem(); e != "" && !m.opt.Knowledge.Knows(e) {
			m.missing[e] = true
		}
		if id.Ecosystem() == "" && len(id.CPEs) > 0 && i != doc.Root && c.Type != sbom.OperatingSystem && !m.opt.Knowledge.Knows("cpe") && (id.Thing == nil || !m.opt.Knowledge.Knows("product")) {
			m.missing["cpe"] = true // an operating system has its packages
		}
	}
	if c.Scope == "excluded" {
		return nil
	}
	start := len(m.r.Rows)
	key := identityOf(c)
	first, again := m.seen[key]
	if again && m.opt.Claims == nil && first < len(m.r.Rows) {
		// The same component at another place: its rows are counted, not repeated.
		for j := first; j < len(m.r.Rows) && m.r.Rows[j].Component == id.Label; j++ {
			m.r.Rows[j].Copies++
		}
		return nil
	}
	err := m.opt.Knowledge.Match(&id, func(h *knowledge.Hit) {
		if h.State == wardround.Pass {
			return
		}
		f := m.of(h.Vulnerability)
		row := Row{
			Vulnerability: h.Vulnerability, Aliases: f.aliases, Component: id.Label, Fixed: h.Fixed, Why: h.Why(), Severity: f.severity,
			Score: f.score, Vector: f.vector, Exploited: f.kev, EPSS: f.epss, Licences: c.Licences, Decision: f.decision, Status: CannotTell, index: i,
		}
		if row.Fixed == nil {
			row.Fixed = []string{}
		}
		if h.State == wardround.Fail && !h.Proposal() {
			row.Status = Affected
		}
		m.r.Rows = append(m.r.Rows, row)
	})
	if err != nil {
		return err
	}
	if len(m.r.Rows) > start {
		path := m.path(i)
		for j := start; j < len(m.r.Rows); j++ {
			m.r.Rows[j].Path = path
			m.claim(&m.r.Rows[j], c)
		}
		m.seen[key] = start
	}
	return nil
}

// claim applies what authors state.
func (m *matcher) claim(row *Row, c *sbom.Component) {
	if m.opt.Claims == nil {
		return
	}
	id := portfolio.Identity{
		Type: c.Type, Group: c.Group, Name: c.Name, Version: c.Version, Supplier: cmp.Or(c.Supplier, c.Manufacturer), PURL: c.PURL, CPEs: c.CPEs,
	}
	q := &portfolio.Question{
		Vulnerability: row.Vulnerability, Aliases: row.Aliases, Release: m.release, Component: &id, Document: m.r.doc.ID, Ref: c.Ref, At: m.opt.Now,
	}
	if root := m.r.doc.Root; root >= 0 && root < len(m.r.doc.Components) {
		q.Root = m.r.doc.Components[root].Ref
	}
	claim := m.opt.Claims.Claim(q)
	if claim == nil {
		return
	}
	row.Claim = claim
	switch claim.Status {
	case "not_affected":
		row.Status = NotAffected
		row.Why = claim.Author + " states that it is not affected" + because(claim) + "."
	case "fixed":
		row.Status = Fixed
		row.Why = claim.Author + " states that it is fixed" + because(claim) + "."
	case "affected":
		row.Status = Affected
	case "under_investigation":
		row.Why = claim.Author + " is looking into it. " + row.Why
	}
}

func because(c *check.Claim) string {
	if c.Justification != "" {
		return " (" + strings.ReplaceAll(c.Justification, "_", " ") + ")"
	}
	return ""
}

// of collects what is known of a vulnerability, once.
func (m *matcher) of(id string) *facts {
	if f := m.facts[id]; f != nil {
		return f
	}
	f := &facts{aliases: []string{}, score: -1, epss: -1}
	m.facts[id] = f
	v, ok := m.opt.Knowledge.Vulnerability(id)
	if !ok {
		return f
	}
	if v.Aliases != nil {
		f.aliases = v.Aliases
	}
	p := priority.Facts{Vulnerability: id, Ratings: v.Severities, SSVC: v.SSVC, EPSS: -1}
	if v.Exploited != nil {
		p.Exploited, p.Ransomware, p.Added = true, v.Exploited.Ransomware, v.Exploited.Added
		f.kev = true
	}
	if v.Score != nil {
		p.EPSS, f.epss = v.Score.EPSS, v.Score.EPSS
	}
	f.severity, f.score, f.vector = priority.Base(&p)
	f.ratings = p
	return f
}

// path names a component and what it is part of, the product first.
func (m *matcher) path(i int) string {
	doc := m.r.doc
	var names []string
	for n := 0; i >= 0 && i < len(doc.Components) && n < 64; n++ {
		c := &doc.Components[i]
		label := c.Name
		if label == "" {
			label = c.Ref
		}
		names = append(names, label)
		if i == doc.Root {
			i = -2
			break
		}
		i = c.Parent
	}
	if i != -2 && doc.Root >= 0 && doc.Root < len(doc.Components) {
		names = append(names, doc.Components[doc.Root].Name)
	}
	slices.Reverse(names)
	return strings.Join(names, " > ")
}

// identityOf tells components apart: the purl, else everything that names it.
func identityOf(c *sbom.Component) string {
	if c.PURL != "" {
		return c.PURL
	}
	return strings.Join([]string{string(c.Type), c.Group, c.Name, c.Version, c.Supplier, strings.Join(c.CPEs, " ")}, "\x00")
}

func identities(doc *sbom.Document) map[string]bool {
	if doc == nil {
		return nil
	}
	out := make(map[string]bool, len(doc.Components))
	for i := range doc.Components {
		out[identityOf(&doc.Components[i])] = true
	}
	return out
}
