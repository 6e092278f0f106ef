package kind

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
)

// wrap puts fields into an observation.
func wrap(s *Schema, fields any) *wardround.Observation {
	return &wardround.Observation{
		Seq: 7, Kind: string(s.Name), Version: s.Version, Sensor: "mirror-1", Input: "eth0", Position: 9,
		At: time.Date(2026, 3, 1, 8, 0, 0, 123456789, time.UTC), Logged: time.Date(2026, 3, 1, 8, 0, 1, 0, time.UTC),
		Origin: wardround.Live, Count: 3,
		Flow: &wardround.Flow{
			Transport: "tcp", VLAN: 12,
			Src: wardround.Endpoint{Addr: netip.MustParseAddr("10.0.0.1"), Port: 40000, MAC: wardround.MAC{2, 0, 0, 0, 0, 1}},
			Dst: wardround.Endpoint{Addr: netip.MustParseAddr("2001:db8::2"), Port: 104},
		},
		Blob:   &wardround.Blob{Digest: "sha256:00", Size: 3, Type: "application/json"},
		Fields: fields,
	}
}

// What is written, read and written again is the same, for every schema and any
// content; and what is judged at once is what is judged again from the log.
func TestWhatIsReadIsWhatWasWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, s := range All() {
		for n := range 200 {
			fields := s.New()
			if n > 0 { // the first is the zero value
				fill(r, reflect.ValueOf(fields).Elem(), 0)
			}
			Valid(fields)
			o := wrap(s, fields)
			first, err := Codec{}.Append(nil, o)
			if err != nil || !json.Valid(first) {
				t.Fatalf("%s: %v\n%s", s.Name, err, first)
			}
			back, err := Codec{}.Decode(first)
			if err != nil {
				t.Fatalf("%s: %v\n%s", s.Name, err, first)
			}
			second, err := Codec{}.Append([]byte("x"), back)
			if err != nil || !bytes.Equal(second[1:], first) {
				t.Fatalf("%s: written again it differs (%v):\n%s\n%s", s.Name, err, first, second)
			}
			if !alike(reflect.ValueOf(o), reflect.ValueOf(back)) {
				t.Fatalf("%s: from the log it is another:\n%s\n%#v\n%#v", s.Name, first, o.Fields, back.Fields)
			}
		}
	}
}

// alike is equality, but for empty lists, which are as good as none, and for how a
// time is held.
func alike(a, b reflect.Value) bool {
	if a.Kind() != b.Kind() {
		return false
	}
	if a.IsValid() && a.CanInterface() {
		switch x := a.Interface().(type) {
		case time.Time:
			return x.Equal(b.Interface().(time.Time))
		case netip.Addr:
			return x == b.Interface().(netip.Addr)
		}
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return alike(a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			if !alike(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !alike(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if a.Len() != b.Len() {
			return false
		}
		for _, k := range a.MapKeys() {
			if v := b.MapIndex(k); !v.IsValid() || !alike(a.MapIndex(k), v) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

// The zero value is one a sensor may emit, and leaves room for content.
func TestZeroValuesAreSmall(t *testing.T) {
	for _, s := range All() {
		b, err := Codec{}.Append(nil, wrap(s, s.New()))
		if err != nil || len(b) > 2048 {
			t.Errorf("%s: %d bytes before anything is said (%v)", s.Name, len(b), err)
		}
		var fields map[string]json.RawMessage
		var w struct{ Fields json.RawMessage }
		if json.Unmarshal(b, &w) != nil || json.Unmarshal(w.Fields, &fields) != nil {
			t.Errorf("%s: fields are no object: %s", s.Name, b)
		}
	}
}

// An observation over the limit is refused, not cut.
func TestTooLargeIsRefused(t *testing.T) {
	s := Lookup(ContentChanged)
	o := wrap(s, &ContentChangedV1{Name: "zones", Value: strings.Repeat("x", wardround.MaxObservation)})
	b, err := Codec{}.Append([]byte("before"), o)
	if wardround.ErrorCode(err) != wardround.EInvalid || string(b) != "before" {
		t.Errorf("%q, %v", b[:min(len(b), 20)], err)
	}
	n := 0
	for size := 1 << 10; size <= wardround.MaxObservation; size += 64 {
		if b, err := (Codec{}).Append(nil, wrap(s, &ContentChangedV1{Value: strings.Repeat("x", size)})); err == nil {
			n = max(n, len(b))
		}
	}
	if n > wardround.MaxObservation || n < wardround.MaxObservation-64 {
		t.Errorf("the largest that was taken has %d bytes", n)
	}
}

// personWords are words in a field's name that make one think of people.
var personWords = regexp.MustCompile(`(^|_|\.)(patients?|persons?|names?|user|birth|born|dob|sex|gender|address|street|city|phones?|tel|telephone|e?mail|contact|kin|` +
	`guardian|relative|staff|physician|doctor|nurse|operator|author|by|who|visit|accession|mrn|ssn|insurance|account|record|admission|encounter|photo|` +
	`comments?|note|remark|reason|detail|description|text|payload|value|body|password|passcode|secret|token|cookie|credential|file|title|subject|instance|bed|room)(_|\.|$)`)

// notOfPeople are plain fields that sound like people, and why they are not.
var notOfPeople = map[string]string{
	"dicom.association.reject_reason":         "a code of PS3.8 §9.3.4",
	"dicom.association.abort_reason":          "a code of PS3.8 §9.3.8",
	"dicom.association.abort_by":              "which end aborted",
	"dicom.association.user_identity":         "the kind of login, from PS3.7 §D.3.3.7",
	"dicom.equipment.ae_title":                "what a node calls itself",
	"wsdiscovery.target.bed":                  "where a device says it stands, not who lies there",
	"wsdiscovery.target.room":                 "where a device says it stands",
	"dicom.operation.patients":                "a count",
	"dicomweb.request.patients":               "a count",
	"dicom.operation.acquisitions.body_part":  "a code of PS3.16 annex L",
	"dicomweb.request.acquisitions.body_part": "a code of PS3.16 annex L",
	"mqtt.session.reason":                     "the words of the standard for a reason code",
	"mqtt.publish.payload":                    "what form the payload has, from a closed list",
	"tls.session.server_name":                 "a host's name; one that bears the mark of a person does not leave the sensor",
	"tls.session.certificate.name":            "a host's name; one that bears the mark of a person does not leave the sensor",
	"tls.session.certificate.names":           "a count",
	"content.changed.name":                    "which setting",
	"content.changed.value":                   "a setting: zones, thresholds",
	"check.failed.detail":                     "what a program fault says",
	"sensor.status.detail":                    "what a parser's fault says, without bytes of the input",
	"inventory.said.match.value":              "an identifier of a device",
	"build.received.name":                     "what a report is called: of a product, by a tool",
	"sbom.received.file":                      "what a bill of materials is called: of a product",
	"vex.received.file":                       "what a document of statements about products is called",
	"model.received.file":                     "what a document about a model is called",
	"model.scanned.file":                      "what an artefact is called, without its folders",
	"model.verified.file":                     "what an artefact is called, without its folders",
	"model.scanned.rules.text":                "what the gate says of a rule",
	"model.scanned.callables.name":            "a dotted path of code",
	"model.probed.measures.name":              "a measure",
	"model.probed.measures.value":             "a measure of a model",
	"inference.window.estimates.name":         "a measure",
	"inference.window.estimates.value":        "a measure of a model",
	"inference.labelled.estimates.name":       "a measure",
	"inference.labelled.estimates.value":      "a measure of a model",
	"results.window.codes.reasons.text":       "a code of FHIR's data-absent-reason",
	"results.window.codes.types.text":         "a type of value, from a closed list",
	"results.window.codes.statuses.text":      "a code of HL7 table 0085 or of FHIR",
	"results.window.codes.flags.text":         "a code of HL7 table 0078",
	"results.window.codes.value_counts":       "counts of values, of at least five results",
	"results.window.orders.text":              "a code, or a keyed digest of one",
	"results.window.ages.text":                "a band of ten years, beside a count",
	"results.window.sexes.text":               "F, M or other, beside a count",
	"inference.window.sources.name":           "what a device calls itself; one that bears the mark of a person does not leave the sensor",
}

// Direct identifiers do not leave a sensor, and what people write of people can be
// erased: a field whose name suggests a person is not plain, unless it is listed
// above with the reason.
func TestNoPlainFieldIsAboutAPerson(t *testing.T) {
	used := map[string]bool{}
	for _, s := range All() {
		for _, f := range s.Fields() {
			name := string(s.Name) + "." + f.Path
			if f.Class != Plain || !personWords.MatchString(f.Path) || f.Type == "bool" {
				continue
			}
			used[name] = true
			if notOfPeople[name] == "" {
				t.Errorf("%s (%s) is plain; make it a Presence, a Pseudonym or a PersonalText, or say why it is not of people", name, f.Type)
			}
		}
	}
	for name := range notOfPeople {
		if !used[name] {
			t.Errorf("%s is excused and not there", name)
		}
	}
}

// Every field has the class that its type says, and a name that is safe in a path.
func TestFieldsAreClassed(t *testing.T) {
	path := regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$`)
	name := regexp.MustCompile(`^[a-z][a-z0-9]*(\.[a-z]+)?$`)
	types := map[Class]string{Presences: "kind.Presence", Pseudo: "kind.Pseudonym", Text: "kind.PersonalText"}
	for _, s := range All() {
		if !name.MatchString(string(s.Name)) || len(s.Doc) < 20 || !strings.HasSuffix(s.Doc, ".") {
			t.Errorf("%s: %q", s.Name, s.Doc)
		}
		seen := map[string]bool{}
		for _, f := range s.Fields() {
			if !path.MatchString(f.Path) || seen[f.Path] {
				t.Errorf("%s.%s: a bad name, or twice", s.Name, f.Path)
			}
			seen[f.Path] = true
			if want := types[f.Class]; strings.TrimLeft(f.Type, "[]*") != want && want != "" || want == "" && f.Class != Plain {
				t.Errorf("%s.%s of type %s is %s", s.Name, f.Path, f.Type, f.Class)
			}
		}
		if Of(s.New()) != s || Lookup(s.Name) != s {
			t.Errorf("%s is not found by its type", s.Name)
		}
	}
}
