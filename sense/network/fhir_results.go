package network

import (
	"math"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/fhir"
	"github.com/wardround/wardround/kind"
)

// fhirResults is how many results of one body are looked at.
const fhirResults = 5000

// fhirStatuses are the codes of Observation.status, and of the reports and requests
// beside it.
var fhirStatuses = strings.Fields("registered preliminary final amended corrected cancelled entered-in-error unknown specimen-in-process appended active completed draft on-hold revoked partial modified")

// fhirAbsent are the codes of R5 valueset-data-absent-reason.
var fhirAbsent = strings.Fields("unknown asked-unknown temp-unknown not-asked asked-declined masked not-applicable unsupported as-text error not-a-number negative-infinity positive-infinity not-performed not-permitted")

// fhirNote gathers the results of one body as it passes.
type fhirNote struct {
	of    resultsOf
	at    func() int64
	names *resultNames
	conn  *Conn
}

// fhirScanner returns a scanner that gathers results, too.
func (s *httpStream) fhirScanner(note **fhirNote) *fhir.Scanner {
	n := &fhirNote{conn: s.conn, names: &s.conn.sensor.results.names, at: func() int64 { return s.talk.Now }}
	*note = n
	scanner := fhir.NewScanner()
	scanner.Results(n.result)
	return scanner
}

func (n *fhirNote) result(r *fhir.Result) {
	switch r.Type {
	case "Observation":
		n.observation(r)
	case "DiagnosticReport", "ServiceRequest":
		if len(n.of.orders) < fhirResults {
			n.of.orders = append(n.of.orders, n.code(r.Codes))
		}
	case "Patient":
		if len(n.of.sexes) < fhirResults {
			n.of.sexes = append(n.of.sexes, sexOf(r.Gender))
			n.of.ages = append(n.of.ages, fhirBand(r.BirthDate, n.at()))
		}
	}
}

func (n *fhirNote) observation(r *fhir.Result) {
	if len(n.of.results) >= fhirResults {
		n.of.others++
		return
	}
	if r.Status == "entered-in-error" || r.Status == "cancelled" {
		return // it says that it is no result
	}
	x := result{typ: r.Value, status: coded([]byte(r.Status), fhirStatuses), ranged: r.Ranged, reason: coded([]byte(r.Absent), fhirAbsent), code: n.code(r.Codes)}
	x.missing = r.Value == ""
	for i, f := range r.Flags[:min(len(r.Flags), len(x.flags))] {
		x.flags[i] = coded([]byte(f), hl7Flags)
	}
	if r.Unit != "" || r.UnitCode != "" {
		raw := r.UnitSystem + "\x00" + r.UnitCode + "\x00" + r.Unit
		x.unit, x.ucum = n.names.unit(n.conn.sensor.pseudonyms, []byte(raw), func() []coding {
			return slices.DeleteFunc([]coding{{[]byte(r.UnitCode), []byte(r.UnitSystem)}, {[]byte(r.Unit), nil}}, func(c coding) bool { return len(c.code) == 0 })
		})
	}
	if r.Number != "" {
		x.number, x.isNumber = fhirNumber(r.Number)
	}
	n.of.results = append(n.of.results, x)
}

func (n *fhirNote) code(list []fhir.Coding) string {
	if len(list) == 0 {
		return ""
	}
	var raw []byte
	for _, c := range list {
		raw = append(append(append(append(raw, c.System...), 0), c.Code...), 0)
	}
	return n.names.code(n.conn.sensor.pseudonyms, raw, func() (out []coding) {
		for _, c := range list {
			out = append(out, coding{[]byte(c.Code), []byte(c.System)})
		}
		return out
	})
}

// fhirNumber reads a decimal, which may have an exponent (R5 datatypes.html §2.1.28.0.1).
func fhirNumber(s string) (float64, bool) {
	mantissa, exponent, has := strings.Cut(strings.ToLower(s), "e")
	x, ok := plainNumber([]byte(mantissa))
	if !ok || !has {
		return x, ok
	}
	e, ok := plainNumber([]byte(exponent))
	if !ok || e != math.Trunc(e) || math.Abs(e) > 30 {
		return 0, false
	}
	return x * math.Pow(10, e), true
}

// fhirBand is the band of age of a birth date: 1944, 1944-11 or 1944-11-17.
func fhirBand(date string, at int64) string {
	var of [3]int
	for i, part := range strings.SplitN(date, "-", 3) {
		n, ok := hl7Digits([]byte(part), 0, len(part))
		if !ok || len(part) != []int{4, 2, 2}[i] {
			return ""
		}
		of[i] = n
	}
	if of[0] == 0 {
		return ""
	}
	return decade(of[0], of[1], of[2], unix(at))
}

// results hands what an exchange told over to be counted: what was sent and taken, and
// what was answered.
func (n *httpNote) results(c *Conn, f *kind.FHIRInteractionV1, at int64) {
	for i, note := range []*fhirNote{n.resultsUp, n.resultsDown} {
		// What a server repeats of a write is nothing new.
		if note == nil || !f.Succeeded() && f.Status != 0 || i == 1 && f.Writes() {
			continue
		}
		c.sensor.results.add(c, resultsTalk{protocol: "fhir", toClient: i == 1, at: f.HTTP.Host}, &note.of, at)
	}
}
