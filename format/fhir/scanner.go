package fhir

import (
	"strconv"

	"github.com/wardround/wardround/format/http/content"
)

// A Scanner reads a JSON, XML or NDJSON body as it passes. It is a
// [content.Sink]; [Scanner.Summary] says what it found, during and after.
type Scanner struct {
	sum  Summary
	json *content.JSON
	xml  *content.XML
	// For JSON: the member whose value is being read, by the depth of its object.
	at [jsonLevels + 1]member
	// Open resources: at the root, and the one in an entry.
	root, inner resource
	severity    Severity // of the issue being read
	code        string
	lost        bool
	tallies     [maxTypes]Tally
	// told is called for each result, if it is set; path is where it is read.
	told    func(*Result)
	reading *[2]reading // of root and inner; nil where nothing is told
	array   [jsonLevels + 1]bool
	path    [jsonLevels]member
}

// Results has told be called with what is read of each Observation, DiagnosticReport,
// ServiceRequest and Patient, when that ends. Resources of which a part is missing are
// told too; whether the body was whole says [Summary]. It must be called before the
// first byte.
func (s *Scanner) Results(told func(*Result)) { s.told, s.reading = told, new([2]reading) }

// resource is an open resource.
type resource struct {
	name     string
	elements Personal
}

// jsonLevels and xmlLevels are how deep what is counted lies in an entry: the codes of
// a component of an Observation. Where results are not asked for, less is looked at:
// the resource's elements.
const (
	jsonLevels  = 9
	xmlLevels   = 9
	jsonShallow = 4
	xmlShallow  = 5
)

// member is a name that matters.
type member uint8

const (
	otherMember member = iota
	resourceType
	bundleType
	total
	entry
	entryResource
	entryRequest
	method
	parameter
	link
	relation
	issue
	severity
	code
	contained
	// Of results.
	coding
	system
	value
	quantity
	unit
	comparator
	component
	absent
	status
	interpretation
	referenceRange
	gender
	birth
)

func memberOf(n []byte) member {
	switch string(n) {
	case "resourceType":
		return resourceType
	case "type":
		return bundleType
	case "total":
		return total
	case "entry":
		return entry
	case "resource":
		return entryResource
	case "request":
		return entryRequest
	case "method":
		return method
	case "parameter":
		return parameter
	case "link":
		return link
	case "relation":
		return relation
	case "issue":
		return issue
	case "severity":
		return severity
	case "code":
		return code
	case "contained":
		return contained
	case "coding":
		return coding
	case "system":
		return system
	case "value":
		return value
	case "valueQuantity":
		return quantity
	case "unit":
		return unit
	case "comparator":
		return comparator
	case "component":
		return component
	case "dataAbsentReason":
		return absent
	case "status":
		return status
	case "interpretation":
		return interpretation
	case "referenceRange":
		return referenceRange
	case "gender":
		return gender
	case "birthDate":
		return birth
	}
	return otherMember
}

// NewScanner returns a scanner for one body.
func NewScanner() *Scanner {
	s := &Scanner{}
	s.sum.Total = -1
	return s
}

// Summary is what was found so far.
func (s *Scanner) Summary() *Summary { return &s.sum }

// Feed implements [content.Sink].
func (s *Scanner) Feed(p []byte) {
	for s.json == nil && s.xml == nil {
		if len(p) == 0 || s.lost {
			return
		}
		switch c := p[0]; c {
		case ' ', '\t', '\r', '\n', 0xef, 0xbb, 0xbf:
			p = p[1:]
		case '{', '[':
			s.sum.Format = JSON
			s.json = content.NewJSON((*jsonScan)(s), s.levels(jsonShallow, jsonLevels))
		case '<':
			s.sum.Format = XML
			s.xml = content.NewXML((*xmlScan)(s), s.levels(xmlShallow, xmlLevels))
		default:
			s.lost = true
		}
	}
	if s.json != nil {
		s.json.Feed(p)
	} else {
		s.xml.Feed(p)
	}
}

func (s *Scanner) levels(shallow, deep int) int {
	if s.told == nil {
		return shallow
	}
	return deep
}

// Gap implements [content.Sink].
func (s *Scanner) Gap(n int64) {
	s.lost = true
	if s.json != nil {
		s.json.Gap(n)
	}
	if s.xml != nil {
		s.xml.Gap(n)
	}
}

// Close implements [content.Sink].
func (s *Scanner) Close(whole bool) {
	s.sum.Whole = whole && !s.lost
	switch {
	case s.json != nil:
		s.json.Close(whole)
		s.sum.Whole = s.sum.Whole && !s.json.Bad()
	case s.xml != nil:
		s.xml.Close(whole)
		s.sum.Whole = s.sum.Whole && !s.xml.Bad()
	}
	if !s.sum.Whole { // what is open was seen too
		s.end(&s.inner)
		s.end(&s.root)
	}
}

// end counts a resource whose elements have been read.
func (s *Scanner) end(r *resource) {
	if r.name == "" {
		return
	}
	s.sum.Personal |= personal(r.name, r.elements)
	if r.name != "Bundle" {
		s.count(r.name)
	}
	if s.told != nil {
		s.readingOf(r).tell(r.name, s.told)
	}
	*r = resource{}
}

// begin forgets what was read of a resource before.
func (s *Scanner) begin(r *resource) {
	*r = resource{}
	if s.told != nil {
		s.readingOf(r).reset()
	}
}

func (s *Scanner) readingOf(r *resource) *reading {
	if r == &s.root {
		return &s.reading[0]
	}
	return &s.reading[1]
}

func (s *Scanner) count(name string) {
	info, known := types[name]
	if !known {
		s.sum.Others++
		return
	}
	for i := range s.sum.Types {
		if s.sum.Types[i].Type == name {
			s.sum.Types[i].Count++
			return
		}
	}
	if len(s.sum.Types) == maxTypes {
		s.sum.Others++
		return
	}
	s.sum.Types = append(s.tallies[:len(s.sum.Types)], Tally{info.name, 1})
}

// typed notes the type of the root resource or of an entry's.
func (s *Scanner) typed(r *resource, name []byte) {
	r.name = "?"
	if info, ok := types[string(name)]; ok {
		r.name = info.name
	}
	if r == &s.root {
		s.sum.Roots++
		if s.sum.Type == "" && r.name != "?" {
			s.sum.Type = r.name
		}
	}
}

func (s *Scanner) totalIs(text []byte) {
	if n, err := strconv.ParseInt(string(text), 10, 64); err == nil && n >= 0 {
		s.sum.Total = n
	}
}

func (s *Scanner) methodIs(text []byte) {
	m := &s.sum.Methods
	switch string(text) {
	case "GET", "HEAD":
		m.Get++
	case "POST":
		m.Post++
	case "PUT":
		m.Put++
	case "PATCH":
		m.Patch++
	case "DELETE":
		m.Delete++
	}
}

func (s *Scanner) severityIs(text []byte) {
	for i, n := range severityNames {
		if n == string(text) {
			s.severity = Severity(i)
		}
	}
}

// issueEnds keeps the first issue of the highest severity.
func (s *Scanner) issueEnds() {
	if s.severity > s.sum.Issue {
		s.sum.Issue, s.sum.IssueCode = s.severity, s.code
	}
	s.severity, s.code = NoIssue, ""
}
