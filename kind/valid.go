package kind

import (
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"
	"unsafe"
)

// A log keeps text as JSON, which has no bytes that are not UTF-8. So that what is
// judged at once and what is judged again from the log are the same, such bytes
// are replaced before either.

// fixer replaces what is not UTF-8 in the value at p.
type fixer func(p unsafe.Pointer)

// fixers holds the fixer of each struct type met before, a nil one for types that
// hold no text.
var fixers sync.Map // reflect.Type → fixer

// Valid makes fields, a pointer to a schema's struct, what a reader of the log will
// decode: each byte that is not UTF-8 becomes U+FFFD, as encoding/json writes it.
func Valid(fields any) {
	rv := reflect.ValueOf(fields)
	if rv.Kind() != reflect.Pointer || rv.IsNil() {
		return
	}
	t := rv.Type().Elem()
	f, ok := fixers.Load(t)
	if !ok {
		f, _ = fixers.LoadOrStore(t, fixerOf(t, nil))
	}
	if fix := f.(fixer); fix != nil {
		fix(rv.UnsafePointer())
	}
}

// valid returns s with U+FFFD for each byte that is not UTF-8.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s { // ranging gives U+FFFD for each bad byte
		b.WriteRune(r)
	}
	return b.String()
}

// fixerOf returns nil for a type that holds no text, or whose text is written by
// the type itself. within are the types around it: one that contains itself is
// left to reflection.
func fixerOf(t reflect.Type, within []reflect.Type) fixer {
	for _, w := range within {
		if w == t {
			return func(p unsafe.Pointer) { reflected(reflect.NewAt(t, p).Elem()) }
		}
	}
	within = append(within[:len(within):len(within)], t)
	switch {
	case marshals(t):
		return nil
	case t.Kind() == reflect.String:
		return func(p unsafe.Pointer) {
			if s := (*string)(p); !utf8.ValidString(*s) {
				*s = valid(*s)
			}
		}
	case t.Kind() == reflect.Struct:
		return structFixer(t, within)
	case t.Kind() == reflect.Slice:
		elem, size := fixerOf(t.Elem(), within), t.Elem().Size()
		if elem == nil {
			return nil
		}
		return func(p unsafe.Pointer) {
			s := *(*[]struct{})(p)
			first := unsafe.Pointer(unsafe.SliceData(s))
			for i := range len(s) {
				elem(unsafe.Add(first, uintptr(i)*size))
			}
		}
	case t.Kind() == reflect.Pointer:
		elem := fixerOf(t.Elem(), within)
		if elem == nil {
			return nil
		}
		return func(p unsafe.Pointer) {
			if to := *(*unsafe.Pointer)(p); to != nil {
				elem(to)
			}
		}
	case t.Kind() == reflect.Map, t.Kind() == reflect.Array:
		return func(p unsafe.Pointer) { reflected(reflect.NewAt(t, p).Elem()) }
	}
	return nil
}

func structFixer(t reflect.Type, within []reflect.Type) fixer {
	type part struct {
		offset uintptr
		fix    fixer
	}
	var parts []part
	for i := range t.NumField() {
		f := t.Field(i)
		if fix := fixerOf(f.Type, within); fix != nil && f.IsExported() {
			parts = append(parts, part{f.Offset, fix})
		}
	}
	if parts == nil {
		return nil
	}
	return func(p unsafe.Pointer) {
		for _, x := range parts {
			x.fix(unsafe.Add(p, x.offset))
		}
	}
}

// reflected does what a fixer does for what is rare.
func reflected(v reflect.Value) {
	if marshals(v.Type()) {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(valid(v.String()))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				reflected(v.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			reflected(v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			reflected(v.Elem())
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			key, value := reflect.New(k.Type()).Elem(), reflect.New(v.Type().Elem()).Elem()
			key.Set(k)
			value.Set(v.MapIndex(k))
			reflected(key)
			reflected(value)
			v.SetMapIndex(k, reflect.Value{})
			v.SetMapIndex(key, value)
		}
	}
}
