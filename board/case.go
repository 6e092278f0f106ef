package board

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/clinical"
)

// caseRow is a case with what is counted of it. Never changed once made.
type caseRow struct {
	raw   *wardround.Case
	check *info
	line  CaseLine    // without words
	worst *findingRow // what its words are about
	rank  int8
	only  string // the name of its one asset, or of what else it is about
	zones map[wardround.ZoneID]int
}

// attention is from what severity on something asks for attention now: what is for
// information does not.
const attention = wardround.Low

// caseRow makes the row of a case out of its findings.
func (b *Board) caseRow(c *wardround.Case, rows []*findingRow) *caseRow {
	r := &caseRow{raw: c, check: b.infos[c.Check], rank: -1, zones: map[wardround.ZoneID]int{}}
	l := &r.line
	l.ID, l.Title, l.Check, l.Concern = c.ID, c.Title, c.Check, r.check.concern
	l.Opened, l.Last, l.State = c.Opened, c.Last, "closed"
	l.Acknowledged, l.Stale = true, true
	assets, wards, roles := map[wardround.AssetID]bool{}, map[string]bool{}, map[string]bool{}
	see := func(x *findingRow) {
		if r.worst == nil || compareFindings(x, r.worst) < 0 {
			r.worst = x
		}
		if x.rank > r.rank {
			r.rank, l.Criticality = x.rank, x.criticality
		}
		if x.a != nil && !assets[x.a.id] {
			assets[x.a.id] = true
			wards[x.a.ward], roles[x.a.role] = true, true
			r.zones[x.a.zone]++
		}
	}
	for _, x := range rows {
		if !x.asks {
			continue
		}
		l.Findings++
		l.State, l.Severity, l.Finding = "open", max(l.Severity, x.f.Severity), x.f.ID
		l.Acknowledged = l.Acknowledged && (x.f.State == wardround.Acknowledged || x.f.State == wardround.Mitigated)
		l.Stale = l.Stale && x.f.Stale
		see(x)
	}
	if l.Findings == 0 {
		l.Acknowledged, l.Stale = false, false
		for _, x := range rows {
			see(x)
		}
	}
	if l.Findings != 1 {
		l.Finding = ""
	}
	l.Assets = len(assets)
	if r.worst != nil {
		r.only = r.worst.name()
	}
	for w := range wards {
		if len(wards) == 1 {
			l.Ward = w
		}
	}
	for w := range roles {
		if len(roles) == 1 {
			l.Role = w
		}
	}
	for z := range r.zones {
		if len(r.zones) == 1 {
			l.Zone = z
		}
	}
	return r
}

func compareCases(x, y *caseRow) int {
	return cmp.Or(-cmp.Compare(x.line.Severity, y.line.Severity), -cmp.Compare(x.rank, y.rank),
		-cmp.Compare(x.line.Opened.UnixNano(), y.line.Opened.UnixNano()), strings.Compare(x.line.ID, y.line.ID))
}

var caseFields = fields[*caseRow]{
	native: "-severity,-criticality,-opened",
	id:     func(r *caseRow) string { return r.line.ID },
	by: map[string]func(*caseRow) value{
		"severity":    func(r *caseRow) value { return number(r.line.Severity) },
		"criticality": func(r *caseRow) value { return number(r.rank) },
		"opened":      func(r *caseRow) value { return value{N: r.line.Opened.UnixNano()} },
		"last":        func(r *caseRow) value { return moment(r.line.Last) },
		"title":       func(r *caseRow) value { return text(clip(r.line.Title)) },
		"check":       func(r *caseRow) value { return text(r.line.Check) },
		"assets":      func(r *caseRow) value { return value{N: int64(r.line.Assets)} },
		"findings":    func(r *caseRow) value { return value{N: int64(r.line.Findings)} },
		"state":       func(r *caseRow) value { return text(r.line.State) },
	},
}

func (q *CaseQuery) filter() func(*caseRow) bool {
	terms := words(q.Q)
	return func(r *caseRow) bool {
		switch {
		case q.State != "" && r.line.State != q.State,
			r.line.Severity < q.Severity,
			q.Check != "" && r.line.Check != q.Check,
			q.Zone != "" && r.zones[q.Zone] == 0:
			return false
		}
		return r.has(terms)
	}
}

func (r *caseRow) has(terms []string) bool {
	for _, t := range terms {
		if !strings.Contains(r.check.text, t) && !strings.Contains(r.raw.ID, t) && !strings.Contains(strings.ToLower(r.raw.Title), t) &&
			(r.worst == nil || r.worst.a == nil || !strings.Contains(r.worst.a.text, t)) && !strings.Contains(strings.ToLower(r.line.Ward), t) {
			return false
		}
	}
	return true
}

// Cases lists cases; their own order is "-severity,-criticality,-opened". They can
// be sorted by severity, criticality, opened, last, title, check, assets, findings
// and state. Errors: EInvalid for a sort or a cursor that is none.
func (b *Board) Cases(q CaseQuery) (Page[*CaseLine], error) {
	rows, position, at := b.caseRows(q.Visible)
	chosen, total, next, err := choose(rows.all(), -1, caseFields, true, q.List, q.filter())
	if err != nil {
		return Page[*CaseLine]{}, err
	}
	return Page[*CaseLine]{Items: b.lines(chosen, q.Language), Next: next, Total: total, Position: position, At: at}, nil
}

// Case returns one case, nil if there is none to be seen.
func (b *Board) Case(v Visible, id, language string) *CaseLine {
	b.mu.RLock()
	defer b.mu.RUnlock()
	e := b.cases[id]
	if e == nil || e.raw == nil {
		return nil
	}
	rows := e.rows(v)
	if len(rows) == 0 {
		return nil
	}
	return b.line(b.caseRow(e.raw, rows), language)
}

// rows are the findings of a case that a person may see.
func (e *caseEntry) rows(v Visible) []*findingRow {
	rows := make([]*findingRow, 0, len(e.findings))
	for _, f := range e.findings {
		if v.finding(f.row) {
			rows = append(rows, f.row)
		}
	}
	return rows
}

func (b *Board) lines(rows []*caseRow, language string) []*CaseLine {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := make([]*CaseLine, len(rows))
	for i, r := range rows {
		out[i] = b.line(r, language)
	}
	return out
}

// line puts a case into words. The lock is held.
func (b *Board) line(r *caseRow, language string) *CaseLine {
	l := r.line
	if l.Language = check.English; r.worst != nil {
		l.Bedside, l.Language = bedside(r.worst, language)
	}
	if r.check.Check != nil {
		of, _ := strings.CutPrefix(r.raw.Title, r.check.title)
		if l.Title, _ = r.check.told(language); of != r.raw.Title {
			l.Title += of // what a case of one item is called by
		}
	}
	l.Where = b.where(r, language)
	return &l
}

// bedside is what a finding can mean for a patient, in one sentence.
func bedside(r *findingRow, language string) (text, is string) {
	c := r.check.Check
	if c == nil {
		return "", check.English
	}
	var a *wardround.Asset
	var prof *wardround.ClinicalProfile
	if r.a != nil && r.f.Subject.Kind == wardround.SubjectAsset {
		a, prof = r.a.raw, clinical.ProfileIn(language, r.a.role)
	}
	t := c.RenderIn(language, r.f, a, prof)
	return firstSentence(t.Bedside), t.Language
}

func firstSentence(s string) string {
	for i := 0; i+1 < len(s); i++ {
		if (s[i] != '.' && s[i] != '!' && s[i] != '?') || s[i+1] != ' ' {
			continue
		}
		if next, _ := utf8.DecodeRuneInString(s[i+2:]); unicode.IsUpper(next) {
			return s[:i+1]
		}
	}
	return s
}

// counted are the words of a number of things, by language: assets and zones.
var counted = map[string][2]string{
	"en": {"assets", "zones"},
	"de": {"Komponenten", "Zonen"},
	"fr": {"composants", "zones"},
}

// where says where a case is: the ward or zone, and how many assets or which.
func (b *Board) where(r *caseRow, language string) string {
	primary, _, _ := strings.Cut(strings.ToLower(language), "-")
	w, ok := counted[primary]
	if !ok {
		w = counted[check.English]
	}
	var place string
	switch {
	case r.line.Ward != "":
		place = r.line.Ward
	case len(r.zones) == 1:
		place = b.zoneName(r.line.Zone)
	case len(r.zones) > 1:
		place = fmt.Sprintf("%d %s", len(r.zones), w[1])
	}
	what := r.only
	if r.line.Assets > 1 {
		what = fmt.Sprintf("%d %s", r.line.Assets, w[0])
	}
	switch {
	case place == "":
		return what
	case what == "":
		return place
	}
	return place + " · " + what
}

// Now returns the open cases that ask for attention now, the worst first, at most
// most, and how many more there are. What somebody has acknowledged is in hand and
// left out, unless it is critical.
func (b *Board) Now(v Visible, most int, language string) (lines []*CaseLine, more int) {
	rows, _, _ := b.caseRows(v)
	var chosen []*caseRow
	for r := range rows.all() {
		if r.line.Severity < attention {
			break
		}
		if r.line.Acknowledged && r.line.Severity < wardround.Critical {
			continue
		}
		if len(chosen) < most {
			chosen = append(chosen, r)
		} else {
			more++
		}
	}
	return b.lines(chosen, language), more
}
