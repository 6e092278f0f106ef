package kind

import (
	"encoding"
	"encoding/json"
	"math"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
	"unsafe"
)

// Observations are written by the hundred thousand a second, so that each schema's
// struct has an encoder made of its type once, when the first one is written. It
// gives the bytes of [encoding/json], to which it leaves everything that is rare:
// text that needs escapes, maps, types that marshal themselves.

// encoder appends the JSON of the value at p.
type encoder func(dst []byte, p unsafe.Pointer) ([]byte, error)

// encoders holds the encoder of each struct type that was written before.
var encoders sync.Map // reflect.Type → encoder

// appendFields appends the struct that v, a pointer, points to.
func appendFields(dst []byte, v any) ([]byte, error) {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Pointer || rv.IsNil() || rv.Type().Elem().Kind() != reflect.Struct {
		return appendAny(dst, v)
	}
	t := rv.Type().Elem()
	e, ok := encoders.Load(t)
	if !ok {
		e, _ = encoders.LoadOrStore(t, encoderOf(t))
	}
	return e.(encoder)(dst, rv.UnsafePointer())
}

func appendAny(dst []byte, v any) ([]byte, error) {
	b, err := json.Marshal(v)
	return append(dst, b...), err
}

var (
	typeTime      = reflect.TypeFor[time.Time]()
	typeAddr      = reflect.TypeFor[netip.Addr]()
	typeMarshaler = reflect.TypeFor[json.Marshaler]()
	typeTexter    = reflect.TypeFor[encoding.TextMarshaler]()
	typeZeroer    = reflect.TypeFor[zeroer]()
)

// encoderOf makes the encoder of a type; one that contains itself is left to
// encoding/json, as is what is not listed.
func encoderOf(t reflect.Type) encoder {
	switch {
	case t == typeTime:
		return appendTime
	case t == typeAddr:
		return appendAddr
	case marshals(t):
		return rare(t)
	}
	switch t.Kind() {
	case reflect.String:
		return func(dst []byte, p unsafe.Pointer) ([]byte, error) { return appendText(dst, *(*string)(p)), nil }
	case reflect.Bool:
		return func(dst []byte, p unsafe.Pointer) ([]byte, error) { return strconv.AppendBool(dst, *(*bool)(p)), nil }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		get := signed(t.Kind())
		return func(dst []byte, p unsafe.Pointer) ([]byte, error) { return strconv.AppendInt(dst, get(p), 10), nil }
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		get := unsigned(t.Kind())
		return func(dst []byte, p unsafe.Pointer) ([]byte, error) { return strconv.AppendUint(dst, get(p), 10), nil }
	case reflect.Float64:
		return appendFloat
	case reflect.Struct:
		return structEncoder(t)
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 && !contains(t.Elem(), t) {
			return sliceEncoder(t)
		}
	case reflect.Pointer:
		if !contains(t.Elem(), t) {
			return pointerEncoder(t)
		}
	}
	return rare(t)
}

// marshals reports whether values of t, or pointers to them, write themselves.
func marshals(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(typeMarshaler) || p.Implements(typeTexter)
}

// contains reports whether t is reached from a value of type from.
func contains(from, t reflect.Type) bool {
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type) bool
	walk = func(x reflect.Type) bool {
		if x == t {
			return true
		}
		if seen[x] {
			return false
		}
		seen[x] = true
		switch x.Kind() {
		case reflect.Struct:
			for i := range x.NumField() {
				if walk(x.Field(i).Type) {
					return true
				}
			}
		case reflect.Slice, reflect.Pointer, reflect.Array, reflect.Map:
			return walk(x.Elem())
		}
		return false
	}
	return walk(from)
}

// rare leaves a type to encoding/json.
func rare(t reflect.Type) encoder {
	return func(dst []byte, p unsafe.Pointer) ([]byte, error) {
		return appendAny(dst, reflect.NewAt(t, p).Interface())
	}
}

type structField struct {
	offset uintptr
	name   string // `"name":`
	empty  func(unsafe.Pointer) bool
	encode encoder
}

func structEncoder(t reflect.Type) encoder {
	fields := make([]structField, 0, t.NumField())
	for i := range t.NumField() {
		f := t.Field(i)
		tag, ok := f.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		if !f.IsExported() || !ok || name == "" || name == "-" || f.Anonymous {
			return rare(t) // rules that schemas do not use
		}
		x := structField{offset: f.Offset, name: string(appendText(nil, name)) + ":", encode: encoderOf(f.Type)}
		switch options {
		case "":
		case "omitempty":
			x.empty = emptyOf(f.Type)
		case "omitzero":
			x.empty = zeroOf(f.Type)
		default:
			return rare(t)
		}
		fields = append(fields, x)
	}
	return func(dst []byte, p unsafe.Pointer) ([]byte, error) {
		dst = append(dst, '{')
		sep := false
		for i := range fields {
			f := &fields[i]
			at := unsafe.Add(p, f.offset)
			if f.empty != nil && f.empty(at) {
				continue
			}
			if sep {
				dst = append(dst, ',')
			}
			sep = true
			var err error
			if dst, err = f.encode(append(dst, f.name...), at); err != nil {
				return dst, err
			}
		}
		return append(dst, '}'), nil
	}
}

// emptyOf returns what omitempty asks of a type; nil for what is never empty.
func emptyOf(t reflect.Type) func(unsafe.Pointer) bool {
	switch t.Kind() {
	case reflect.String:
		return func(p unsafe.Pointer) bool { return *(*string)(p) == "" }
	case reflect.Slice:
		// The length is the second word of every slice, whatever it holds.
		return func(p unsafe.Pointer) bool { return len(*(*[]struct{})(p)) == 0 }
	case reflect.Pointer:
		return func(p unsafe.Pointer) bool { return *(*unsafe.Pointer)(p) == nil }
	case reflect.Bool:
		return func(p unsafe.Pointer) bool { return !*(*bool)(p) }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		get := signed(t.Kind())
		return func(p unsafe.Pointer) bool { return get(p) == 0 }
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		get := unsigned(t.Kind())
		return func(p unsafe.Pointer) bool { return get(p) == 0 }
	case reflect.Float64:
		return func(p unsafe.Pointer) bool { return *(*float64)(p) == 0 }
	case reflect.Struct:
		return nil
	}
	return func(p unsafe.Pointer) bool {
		switch v := reflect.NewAt(t, p).Elem(); v.Kind() {
		case reflect.Map, reflect.Array:
			return v.Len() == 0
		default:
			return v.IsZero()
		}
	}
}

// zeroOf returns what omitzero asks of a type: its own IsZero, or all of it zero.
func zeroOf(t reflect.Type) func(unsafe.Pointer) bool {
	if t == typeTime {
		return func(p unsafe.Pointer) bool { return (*time.Time)(p).IsZero() }
	}
	if reflect.PointerTo(t).Implements(typeZeroer) {
		return func(p unsafe.Pointer) bool { return reflect.NewAt(t, p).Interface().(zeroer).IsZero() }
	}
	return func(p unsafe.Pointer) bool { return reflect.NewAt(t, p).Elem().IsZero() }
}

type zeroer interface{ IsZero() bool }

func sliceEncoder(t reflect.Type) encoder {
	elem, size := encoderOf(t.Elem()), t.Elem().Size()
	return func(dst []byte, p unsafe.Pointer) ([]byte, error) {
		s := *(*[]struct{})(p)
		if s == nil {
			return append(dst, "null"...), nil
		}
		first := unsafe.Pointer(unsafe.SliceData(s))
		dst = append(dst, '[')
		for i := range len(s) {
			if i > 0 {
				dst = append(dst, ',')
			}
			var err error
			if dst, err = elem(dst, unsafe.Add(first, uintptr(i)*size)); err != nil {
				return dst, err
			}
		}
		return append(dst, ']'), nil
	}
}

func pointerEncoder(t reflect.Type) encoder {
	elem := encoderOf(t.Elem())
	return func(dst []byte, p unsafe.Pointer) ([]byte, error) {
		to := *(*unsafe.Pointer)(p)
		if to == nil {
			return append(dst, "null"...), nil
		}
		return elem(dst, to)
	}
}

func signed(k reflect.Kind) func(unsafe.Pointer) int64 {
	switch k {
	case reflect.Int8:
		return func(p unsafe.Pointer) int64 { return int64(*(*int8)(p)) }
	case reflect.Int16:
		return func(p unsafe.Pointer) int64 { return int64(*(*int16)(p)) }
	case reflect.Int32:
		return func(p unsafe.Pointer) int64 { return int64(*(*int32)(p)) }
	case reflect.Int64:
		return func(p unsafe.Pointer) int64 { return *(*int64)(p) }
	}
	return func(p unsafe.Pointer) int64 { return int64(*(*int)(p)) }
}

func unsigned(k reflect.Kind) func(unsafe.Pointer) uint64 {
	switch k {
	case reflect.Uint8:
		return func(p unsafe.Pointer) uint64 { return uint64(*(*uint8)(p)) }
	case reflect.Uint16:
		return func(p unsafe.Pointer) uint64 { return uint64(*(*uint16)(p)) }
	case reflect.Uint32:
		return func(p unsafe.Pointer) uint64 { return uint64(*(*uint32)(p)) }
	case reflect.Uint64:
		return func(p unsafe.Pointer) uint64 { return *(*uint64)(p) }
	}
	return func(p unsafe.Pointer) uint64 { return uint64(*(*uint)(p)) }
}

// appendFloat writes what encoding/json writes; it uses exponents for very small
// and very large numbers only, and refuses what is no number.
func appendFloat(dst []byte, p unsafe.Pointer) ([]byte, error) {
	f := *(*float64)(p)
	if abs := math.Abs(f); f == 0 || abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(dst, f, 'f', -1, 64), nil
	}
	return appendAny(dst, f)
}

func appendTime(dst []byte, p unsafe.Pointer) ([]byte, error) {
	t := (*time.Time)(p)
	b, err := t.AppendText(append(dst, '"'))
	if err != nil {
		return dst, err
	}
	return append(b, '"'), nil
}

func appendAddr(dst []byte, p unsafe.Pointer) ([]byte, error) {
	a := *(*netip.Addr)(p)
	if a.Zone() != "" {
		return appendAny(dst, a)
	}
	b, err := a.AppendText(append(dst, '"'))
	return append(b, '"'), err
}
