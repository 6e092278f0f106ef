package kind

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"sync"
)

// Name is the name of an observation kind, "dicom.association": the format's
// name, a dot, and what was seen.
type Name string

// Presence says that a personal value was there. The value never leaves the sensor.
type Presence bool

// Pseudonym is a keyed hash of a personal value: "EPOCH:22 base64url digits". It
// is personal data under GDPR Art. 4(5) and kept at most 30 days.
type Pseudonym string

// PersonalText is erasable free text that may name a person.
type PersonalText string

// Withheld stands in a plain field for a name that was there and bore the mark of a
// person, so that it did not leave the sensor. It tells nothing from another one:
// [Claims] ignores it.
const Withheld = "(withheld)"

// Class says what a field may hold about people.
type Class string

// The classes of a field.
const (
	Plain     Class = "plain"
	Pseudo    Class = "pseudonym"
	Text      Class = "personal-text"
	Presences Class = "presence-only"
)

// Schema describes one version of one kind.
type Schema struct {
	Name    Name
	Version int
	// Doc says in one paragraph what one observation stands for.
	Doc string
	// Shed is the class in which overload drops it.
	Shed Shed
	// Repeats says that identical observations within a second may be folded into
	// one with a count (never in replay).
	Repeats bool

	typ    reflect.Type
	fields []Field
}

// Shed orders what goes first under overload.
type Shed uint8

// The shedding classes, last to go first.
const (
	ShedNever       Shed = iota // sensor status, content, decisions
	ShedTransaction             // transactions and associations
	ShedFlow                    // flow updates go first
)

// Field is one field of a schema, for docs, exports and the privacy test.
type Field struct {
	Path  string `json:"path"`
	Type  string `json:"type"`
	Class Class  `json:"class"`
}

// Fields lists the schema's fields with their class, in declaration order.
func (s *Schema) Fields() []Field { return s.fields }

// New returns a pointer to a zero value of the schema's struct.
func (s *Schema) New() any { return reflect.New(s.typ).Interface() }

// Upcast turns fields of an older version, as JSON, into the next version's.
type Upcast func(old json.RawMessage) (json.RawMessage, error)

type registry struct {
	mu      sync.Mutex
	current map[Name]*Schema
	upcasts map[Name]map[int]Upcast
	byType  map[reflect.Type]*Schema
}

var reg = registry{
	current: map[Name]*Schema{}, upcasts: map[Name]map[int]Upcast{}, byType: map[reflect.Type]*Schema{},
}

// Register adds the schema whose fields are T, a struct. It panics on a name
// that is taken, a struct it cannot encode, or a missing doc: these are faults
// of the program, found by the first test that runs.
func Register[T any](s Schema) *Schema {
	s.typ = reflect.TypeFor[T]()
	if s.typ.Kind() != reflect.Struct || s.Name == "" || s.Version < 1 || s.Doc == "" {
		panic(fmt.Sprintf("kind: schema %q needs a struct, a name, a version and a doc", s.Name))
	}
	s.fields = fieldsOf(s.typ, "", 0)
	reg.mu.Lock()
	defer reg.mu.Unlock()
	if reg.current[s.Name] != nil {
		panic(fmt.Sprintf("kind: %q is registered twice", s.Name))
	}
	reg.current[s.Name] = &s
	reg.byType[s.typ] = &s
	return &s
}

// RegisterUpcast adds the step from version from to from+1 of a kind.
func RegisterUpcast(name Name, from int, up Upcast) struct{} {
	reg.mu.Lock()
	defer reg.mu.Unlock()
	if reg.upcasts[name] == nil {
		reg.upcasts[name] = map[int]Upcast{}
	}
	reg.upcasts[name][from] = up
	return struct{}{}
}

// Lookup returns the schema of a name, or nil.
func Lookup(name Name) *Schema {
	reg.mu.Lock()
	defer reg.mu.Unlock()
	return reg.current[name]
}

// Of returns the schema of a fields value, which is a pointer to its struct, or nil.
func Of(fields any) *Schema {
	t := reflect.TypeOf(fields)
	if t == nil || t.Kind() != reflect.Pointer {
		return nil
	}
	reg.mu.Lock()
	defer reg.mu.Unlock()
	return reg.byType[t.Elem()]
}

// All lists the schemas by name.
func All() []*Schema {
	reg.mu.Lock()
	defer reg.mu.Unlock()
	out := make([]*Schema, 0, len(reg.current))
	for _, s := range reg.current {
		out = append(out, s)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

var (
	typePresence = reflect.TypeFor[Presence]()
	typePseudo   = reflect.TypeFor[Pseudonym]()
	typeText     = reflect.TypeFor[PersonalText]()
)

// fieldsOf walks a struct and returns its fields; it panics on what JSON cannot
// carry or what has no json tag.
func fieldsOf(t reflect.Type, prefix string, depth int) []Field {
	if depth > 4 {
		panic("kind: schema nested too deeply: " + prefix)
	}
	var out []Field
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			panic(fmt.Sprintf("kind: %s has the unexported field %s", t, f.Name))
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			panic(fmt.Sprintf("kind: %s.%s has no json name", t, f.Name))
		}
		path := prefix + name
		ft := f.Type
		for ft.Kind() == reflect.Slice || ft.Kind() == reflect.Pointer {
			ft = ft.Elem()
		}
		class := Plain
		switch ft {
		case typePresence:
			class = Presences
		case typePseudo:
			class = Pseudo
		case typeText:
			class = Text
		default:
			switch ft.Kind() {
			case reflect.Struct:
				if ft.String() != "time.Time" && ft.String() != "netip.Addr" && ft.String() != "netip.AddrPort" {
					out = append(out, fieldsOf(ft, path+".", depth+1)...)
					continue
				}
			case reflect.Interface, reflect.Func, reflect.Chan, reflect.Complex128, reflect.UnsafePointer:
				panic(fmt.Sprintf("kind: %s.%s has type %s", t, f.Name, f.Type))
			}
		}
		out = append(out, Field{Path: path, Type: f.Type.String(), Class: class})
	}
	return out
}
