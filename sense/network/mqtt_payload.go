package network

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/wardround/wardround/kind"
)

// lookAtPayload says what the first bytes of a payload are, whether they are
// about a patient's state, and notes in p which fields about people they have.
// Values are not looked at.
func lookAtPayload(head []byte, p *kind.MQTTPersonalV1) (format string, clinical bool) {
	text := bytes.TrimLeft(head, " \t\r\n\v")
	switch {
	case len(head) == 0:
		return "empty", false
	case bytes.HasPrefix(text, []byte("MSH|")):
		personalSegments(text, p)
		return "hl7", true
	case len(text) > 0 && (text[0] == '{' || text[0] == '['):
		fhir := bytes.Contains(text, []byte(`"resourceType"`))
		clinical = personalKeys(text, fhir, p)
		if fhir {
			return "fhir", true
		}
		return "json", clinical
	case len(text) > 0 && text[0] == '<':
		return "xml", bytes.Contains(text, []byte(`http://hl7.org/fhir`))
	case looksLikeText(head):
		return "text", false
	}
	return "binary", false
}

// looksLikeText allows for a character that the end cuts in two.
func looksLikeText(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r < 0x20 && r != '\t' && r != '\r' && r != '\n' || r == utf8.RuneError && len(b) >= utf8.UTFMax {
			return false
		}
		b = b[n:]
	}
	return true
}

// personalSegments notes which fields of PID have a value (HL7 v2.5.1 §3.4.2).
func personalSegments(text []byte, p *kind.MQTTPersonalV1) {
	i := bytes.Index(text, []byte("\rPID|"))
	if i < 0 {
		return
	}
	segment, _, _ := bytes.Cut(text[i+1:], []byte("\r"))
	for n, field := range bytes.Split(segment, []byte("|")) {
		if len(field) == 0 || string(field) == `""` {
			continue
		}
		switch n {
		case 2, 3, 4, 18:
			p.PatientID = true
		case 5, 6, 9:
			p.PatientName = true
		case 7:
			p.BirthDate = true
		case 11, 13, 14:
			p.Contact = true
		case 19, 20:
			p.NationalID = true
		}
	}
}

// maxKey is the longest key of a JSON object that is looked at, in bytes.
const maxKey = 40

// personalKeys notes which keys of JSON stand for data about people, and returns
// whether one is clinical. It reads keys wherever they are, without regard to
// nesting, because the head of a payload ends anywhere.
func personalKeys(text []byte, fhir bool, p *kind.MQTTPersonalV1) (clinical bool) {
	for {
		start := bytes.IndexByte(text, '"')
		if start < 0 {
			return clinical
		}
		text = text[start+1:]
		end := bytes.IndexByte(text, '"')
		if end < 0 {
			return clinical
		}
		key := text[:end]
		text = text[end+1:]
		after := bytes.TrimLeft(text[:min(len(text), 4)], " \t\r\n")
		if len(after) == 0 || after[0] != ':' || len(key) > maxKey {
			continue
		}
		var folded [maxKey]byte
		n := 0
		for _, c := range key {
			if c != '_' && c != '-' && c != ' ' {
				folded[n] = c
				n++
			}
		}
		clinical = personalKey(strings.ToLower(string(folded[:n])), fhir, p) || clinical
	}
}

// personalKey notes what one key, in lower case and without hyphens, stands for.
func personalKey(key string, fhir bool, p *kind.MQTTPersonalV1) (clinical bool) {
	switch key {
	case "mrn", "patient", "patientid", "patientnumber", "patientidentifier", "medicalrecordnumber", "caseid", "casenumber", "encounterid", "visitid", "visitnumber":
		p.PatientID = true
	case "patientname", "firstname", "lastname", "familyname", "givenname", "surname", "forename", "fullname":
		p.PatientName = true
	case "birthdate", "dateofbirth", "dob", "birthday":
		p.BirthDate = true
	case "ssn", "socialsecuritynumber", "nhsnumber", "insurancenumber", "insuranceid", "nationalid", "passport":
		p.NationalID = true
	case "phone", "telephone", "email", "street", "postalcode", "zipcode", "homeaddress", "telecom":
		p.Contact = true
	case "family", "given":
		p.PatientName = p.PatientName || kind.Presence(fhir)
	default:
		return isWord(clinicalWords, key) || key == "spo2" || key == "heartrate" || key == "bloodpressure"
	}
	return true
}
