package inference

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/stat/sketch"
)

// Bounds of a mapping.
const (
	MaxMapping = 1 << 20 // bytes
	maxFields  = 20_000
	maxBands   = 64
)

// As says what a field is.
type As string

// What a field can be.
const (
	AsFeature   As = "feature"
	AsOutput    As = "output"        // what the model said, other than the score
	AsScore     As = "score"         // the number that a label is held against
	AsGroup     As = "group"         // a subgroup: sex, site; banded if it is a number or a birth date
	AsSource    As = "source"        // the device that the input came from
	AsUnit      As = "unit"          // patient or study: a pseudonym, counted
	AsTime      As = "time"          // when the model answered
	AsRecord    As = "record"        // id by which a label is joined later: a pseudonym
	AsLabel     As = "label"         // the truth
	AsClient    As = "client"        // who asked: a pseudonym
	AsAction    As = "action"        // what the user did: accepted, overridden, ignored
	AsDecision  As = "decision-time" // milliseconds from showing to deciding
	AsThreshold As = "threshold"     // the operating point in use
	AsModel     As = "model"
	AsVersion   As = "version"
	AsService   As = "service"
	AsError     As = "error"         // true: the model did not answer
	AsFallback  As = "fallback"      // true: answered without the model
	AsSecond    As = "second-score"  // the score of the same input, simplified (feature squeezing)
	AsInput     As = "input-digest"  // of what the model was given, as whole
	AsDigest    As = "output-digest" // of what it gave
	AsPrompt    As = "prompt"        // what a language model was given: looked through, never kept
	AsReply     As = "reply"         // what it gave: likewise
	AsRefused   As = "refused"       // true: the service did not answer for what was asked
	AsIgnored   As = "ignored"       // known, and not wanted
)

// Mapping says what the fields of a record mean. It is a file:
//
//	inference: 1
//	model: sepsis
//	fields:
//	  lactate: {as: feature, type: number, unit: mmol/L}
//	  ward:    {as: feature, type: category, values: [icu, er]}
//	  born:    {as: group, name: age, bands: [18, 40, 65, 80]}
//	  patient: {as: unit}
//	  risk:    {as: score}
//	  died:    {as: label, positive: ["1", "true"]}
//
// Fields of nested objects are named with dots: "features.lactate".
type Mapping struct {
	Format  int    `yaml:"inference"` // 1
	Model   string `yaml:"model"`     // where no field says
	Version string `yaml:"version"`
	Service string `yaml:"service"`
	Maker   string `yaml:"maker"`
	Product string `yaml:"product"`
	Host    string `yaml:"host"` // address or DNS name of the service, by which traffic is found to be its inputs

	Window    time.Duration    `yaml:"window"`     // default an hour; a divisor of a day or days
	Late      time.Duration    `yaml:"late"`       // how late a record may come: default 48h, at most 30 days
	Grace     time.Duration    `yaml:"grace"`      // a window closes so long after its end: default 10m
	LabelsFor time.Duration    `yaml:"labels_for"` // default 30 days, the most there is
	Threshold float64          `yaml:"threshold"`  // operating point where no field says; default 0.5
	Margin    float64          `yaml:"margin"`     // answers as near to it count as near: default 0.05
	Bins      int              `yaml:"bins"`       // of outcome tables
	K         int              `yaml:"k"`          // of quantile sketches
	Canaries  []string         `yaml:"canaries"`   // marks that no answer of a language model may hold: 8 to 200 bytes each, at most 64
	Fields    map[string]Field `yaml:"fields"`

	names []string // of Fields, sorted
}

// Field is what one field means.
type Field struct {
	As       As        `yaml:"as"`
	Name     string    `yaml:"name"` // in the window; default the field's own
	Type     string    `yaml:"type"` // number, category, bool, time; default number, of outputs and groups category
	Unit     string    `yaml:"unit"`
	Values   []string  `yaml:"values"`   // of a category: any other counts as "(other)"
	Edges    []float64 `yaml:"edges"`    // of a histogram beside the sketch
	Bands    []float64 `yaml:"bands"`    // of a group: lower ends of the bands but the first
	Low      float64   `yaml:"low"`      // of a score: range of the outcome table; default 0
	High     float64   `yaml:"high"`     // default 1
	Positive []string  `yaml:"positive"` // of a label; default 1 and true
	Negative []string  `yaml:"negative"` // of a label; default 0 and false
	Accepted []string  `yaml:"accepted"` // of an action: what the source calls it
	Overrode []string  `yaml:"overridden"`
}

// ReadMapping reads a mapping. Error: EInvalid, with the field.
func ReadMapping(r io.Reader) (*Mapping, error) {
	const op = "inference.mapping"
	b, err := io.ReadAll(io.LimitReader(r, MaxMapping+1))
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	if len(b) > MaxMapping {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the mapping has more than %d bytes", MaxMapping)
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	m := &Mapping{}
	if err := d.Decode(m); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, wardround.Errorf(wardround.EInvalid, op, "the file is empty; a mapping begins with: inference: 1")
		}
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the file holds more than one document; a mapping is one")
	}
	if m.Format != 1 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "inference: %d; this program reads inference: 1", m.Format)
	}
	if err := m.Check(); err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	return m, nil
}

// Check fills in defaults and says what is wrong. A mapping that was not read must be
// checked before it is used.
func (m *Mapping) Check() error {
	for _, d := range [...]struct {
		v         *time.Duration
		name      string
		dflt, max time.Duration
	}{
		{&m.Window, "window", time.Hour, 31 * 24 * time.Hour},
		{&m.Late, "late", 48 * time.Hour, MaxPending},
		{&m.Grace, "grace", 10 * time.Minute, 24 * time.Hour},
		{&m.LabelsFor, "labels_for", MaxPending, MaxPending},
	} {
		if *d.v == 0 {
			*d.v = d.dflt
		}
		if *d.v < time.Second || *d.v > d.max {
			return fmt.Errorf("%s: %v; want 1s to %v", d.name, *d.v, d.max)
		}
	}
	if day := 24 * time.Hour; m.Window < day && day%m.Window != 0 || m.Window > day && m.Window%day != 0 {
		return fmt.Errorf("window: %v is no whole part of a day and no number of days: windows would not begin at midnight", m.Window)
	}
	if m.Threshold == 0 {
		m.Threshold = .5
	}
	if m.Margin == 0 {
		m.Margin = .05
	}
	if len(m.Canaries) > 64 || slices.ContainsFunc(m.Canaries, func(c string) bool { return len(c) < 8 || len(c) > maxName }) {
		return errors.New("canaries: want at most 64 of 8 to 200 bytes each")
	}
	if len(m.Fields) == 0 || len(m.Fields) > maxFields {
		return fmt.Errorf("fields: %d; want 1 to %d", len(m.Fields), maxFields)
	}
	m.names = m.names[:0]
	for n := range m.Fields {
		m.names = append(m.names, n)
	}
	slices.Sort(m.names)
	once := map[As]string{}
	columns := map[string]string{}
	for _, n := range m.names {
		f := m.Fields[n]
		if err := f.check(n); err != nil {
			return fmt.Errorf("fields: %s: %w", n, err)
		}
		switch f.As {
		case AsFeature, AsOutput, AsScore, AsGroup:
			if was := columns[f.Name]; was != "" {
				return fmt.Errorf("fields: %s and %s are both called %s", was, n, f.Name)
			}
			columns[f.Name] = n
		case AsIgnored:
		default:
			if was := once[f.As]; was != "" {
				return fmt.Errorf("fields: %s and %s are both the %s; there is one", was, n, f.As)
			}
			once[f.As] = n
		}
		m.Fields[n] = f
	}
	if m.Model == "" && once[AsModel] == "" {
		return errors.New("neither model nor a field says which model it is")
	}
	for _, s := range []string{m.Model, m.Version, m.Service, m.Maker, m.Product, m.Host} {
		if len(s) > maxName {
			return fmt.Errorf("the name %.20q… is longer than %d bytes", s, maxName)
		}
	}
	return nil
}

const maxName = 200 // bytes of a model, service, source or group

func (f *Field) check(field string) error {
	if f.Name == "" {
		f.Name = field
	}
	if f.Name == "decision time" || f.Name == "delay" {
		return fmt.Errorf("the name %q is taken", f.Name)
	}
	if len(f.Name) > maxName || strings.ContainsAny(f.Name, "=\x00\n") {
		return fmt.Errorf("the name %.40q is too long or holds = or a line end", f.Name)
	}
	if f.Type == "" {
		switch f.As {
		case AsOutput, AsGroup, AsLabel:
			f.Type = string(sketch.Category)
		default:
			f.Type = string(sketch.Number)
		}
	}
	switch sketch.Type(f.Type) {
	case sketch.Number, sketch.Category, sketch.Bool:
	case sketch.Time:
		if f.As == AsFeature {
			return errors.New("a point in time as a feature can name a person (a birth, an admission); give an age or a duration")
		}
	default:
		return fmt.Errorf("type: %q; want number, category, bool or time", f.Type)
	}
	switch f.As {
	case AsFeature, AsOutput, AsGroup, AsScore, AsSource, AsUnit, AsTime, AsRecord, AsLabel, AsClient, AsAction,
		AsDecision, AsThreshold, AsModel, AsVersion, AsService, AsError, AsFallback, AsSecond, AsInput, AsDigest, AsPrompt, AsReply, AsRefused, AsIgnored:
	default:
		return fmt.Errorf("as: %q is not known", f.As)
	}
	if f.As == AsScore {
		if f.Type != string(sketch.Number) {
			return errors.New("a score is a number")
		}
		if f.Low == 0 && f.High == 0 {
			f.High = 1
		}
		if !(f.Low < f.High) {
			return fmt.Errorf("low %g and high %g do not ascend", f.Low, f.High)
		}
	}
	if len(f.Bands) > maxBands || !slices.IsSorted(f.Bands) {
		return fmt.Errorf("bands: want at most %d that ascend", maxBands)
	}
	if len(f.Bands) > 0 && f.As != AsGroup {
		return errors.New("bands are of a group")
	}
	if personal(field) && f.As == AsFeature {
		return errors.New("by its name it identifies a person; map it as unit, as group with bands, or as ignored")
	}
	if personal(field) && f.As == AsGroup && len(f.Bands) == 0 {
		return errors.New("a birth date or identifier is no group; give bands for a birth date")
	}
	return nil
}

// personal reports whether a field's name says that it identifies somebody.
func personal(field string) bool {
	s := strings.ToLower(field)
	s = s[strings.LastIndexByte(s, '.')+1:]
	s = strings.NewReplacer("-", "", "_", "", " ", "").Replace(s)
	switch s {
	case "name", "patientname", "firstname", "lastname", "surname", "familyname", "givenname", "dob", "birthdate", "dateofbirth", "born", "patientbirthdate",
		"ssn", "mrn", "patientid", "nhsnumber", "insurancenumber", "accessionnumber", "accession", "studyuid", "studyinstanceuid", "visitnumber", "casenumber",
		"address", "street", "phone", "telephone", "email", "zip", "postcode", "postalcode":
		return true
	}
	return false
}

// field returns the name of the one field that is mapped as that, or "".
func (m *Mapping) field(as As) string {
	for _, n := range m.names {
		if m.Fields[n].As == as {
			return n
		}
	}
	return ""
}
