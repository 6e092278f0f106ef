package fhir

// Format is the notation of a body.
type Format uint8

const (
	// NoFormat: nothing seen that is JSON or XML.
	NoFormat Format = iota
	JSON
	XML
)

var formatNames = [...]string{"", "json", "xml"}

func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return "invalid"
}

// maxTypes is how many different resource types of one body are told apart.
const maxTypes = 12

// A Tally counts resources of one type.
type Tally struct {
	Type  string
	Count int
}

// Severity is that of an issue (R5 valueset-issue-severity), in rising order.
type Severity uint8

const (
	NoIssue Severity = iota
	Success
	Information
	Warning
	Error
	Fatal
)

var severityNames = [...]string{"", "success", "information", "warning", "error", "fatal"}

func (s Severity) String() string {
	if int(s) < len(severityNames) {
		return severityNames[s]
	}
	return "invalid"
}

// Summary is what a [Scanner] found in a body.
type Summary struct {
	Format    Format
	Type      string  // of the root resource, or of the first line of NDJSON; "" if it is none
	Roots     int     // resources at the root: more than one in NDJSON
	Bundle    string  // Bundle.type if it is a published one
	Total     int64   // Bundle.total, -1 if absent
	Entries   int     // of Bundle.entry
	Next      bool    // the Bundle has a link to a next page
	Types     []Tally // resources at the root and in entries; Bundle itself is not counted
	Others    int     // resources beyond the types that Types can hold, or of no known type
	Methods   Methods // of the entries' requests, in a batch or transaction
	Issue     Severity
	IssueCode string // of the first issue of that severity, if it is a published one
	Personal  Personal
	Whole     bool // read to the end without loss
}

// Methods counts the requests in the entries of a batch or transaction.
type Methods struct{ Get, Post, Put, Patch, Delete int }

// Resources is the number of resources counted.
func (s *Summary) Resources() int {
	n := s.Others
	for _, t := range s.Types {
		n += t.Count
	}
	return n
}

// bundleTypes are the codes of R5 valueset-bundle-type.
var bundleTypes = set(`document message transaction transaction-response batch batch-response history searchset collection subscription-notification`)

// issueCodes are the codes of R5 valueset-issue-type.
var issueCodes = set(`invalid structure required value invariant security login unknown expired forbidden suppressed processing
not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule conflict
limited-filter transient lock-error no-store exception timeout incomplete throttled informational success`)

// Personal is a set of elements that identify a person.
type Personal uint64

// The elements, for Patient; those of RelatedPerson, Person and Practitioner
// follow in the same order.
const (
	identifier Personal = 1 << iota
	name
	telecom
	birthDate
	address
	photo
	contact
	deceased
)

const elementBits = 8

// Subject: a reference from a clinical resource to its patient.
const subject Personal = 1 << (4 * elementBits)

var elementNames = [elementBits]string{"identifier", "name", "telecom", "birthDate", "address", "photo", "contact", "deceased"}

// personTypes are the types whose elements count as identifying, in the order of their bits.
var personTypes = [4]string{"Patient", "RelatedPerson", "Person", "Practitioner"}

// Fields names the elements as "Patient.name"; a reference to a patient is "subject".
func (p Personal) Fields() (fields []string) {
	for i, t := range personTypes {
		for j, e := range elementNames {
			if p&(1<<(i*elementBits+j)) != 0 {
				fields = append(fields, t+"."+e)
			}
		}
	}
	if p&subject != 0 {
		fields = append(fields, "subject")
	}
	return fields
}

// element maps the name of an element at the top of a resource to its bit.
func element(n []byte) Personal {
	switch string(n) {
	case "identifier":
		return identifier
	case "name":
		return name
	case "telecom":
		return telecom
	case "birthDate", "_birthDate":
		return birthDate
	case "address":
		return address
	case "photo":
		return photo
	case "contact":
		return contact
	case "deceasedDateTime", "deceasedBoolean":
		return deceased
	case "subject", "patient", "beneficiary", "individual":
		return subject
	}
	return 0
}

// personal is the set for a resource of type t whose top has these elements.
func personal(t string, elements Personal) Personal {
	var p Personal
	for i, person := range personTypes {
		if t == person {
			p |= elements & (1<<elementBits - 1) << (i * elementBits)
		}
	}
	if IsPersonal(t) {
		p |= elements & subject
	}
	return p
}
