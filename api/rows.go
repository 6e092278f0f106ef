package api

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/wardround/wardround"
)

func parseIndex(cursor string) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(cursor)
	if err != nil || n < 0 {
		return 0, wardround.Errorf(wardround.EInvalid, "api.cursor", "the cursor is none of this list")
	}
	return n, nil
}

func formatIndex(n int) string { return strconv.Itoa(n) }

var columnsOf sync.Map // reflect.Type → []string

// columns are the JSON names of a row's fields, in the order of its declaration;
// those of embedded structs stand where the struct does.
func columns(t reflect.Type) []string {
	if c, ok := columnsOf.Load(t); ok {
		return c.([]string)
	}
	var names []string
	for _, f := range reflect.VisibleFields(deref(t)) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" || name == "-" || !f.IsExported() || hides(f) {
			continue
		}
		if name == "" {
			name = f.Name
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	columnsOf.Store(t, names)
	return names
}

// hides leaves out what a list never shows although the type has it.
func hides(f reflect.StructField) bool { return f.Tag.Get("list") == "-" }

func deref(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// picked checks the fields that were asked for; none are all. Errors: EInvalid.
func picked(t reflect.Type, want []string) ([]string, error) {
	all := columns(t)
	if len(want) == 0 {
		return all, nil
	}
	for _, f := range want {
		if !slices.Contains(all, f) {
			return nil, wardround.Errorf(wardround.EInvalid, "api.fields", "fields: no field %q; there are %s", f, strings.Join(all, ", "))
		}
	}
	return want, nil
}

// pick writes row as JSON with only the fields of names, in their order.
func pick(row any, names []string) (json.RawMessage, error) {
	cells, err := cellsOf(row)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for _, n := range names {
		v, ok := cells[n]
		if !ok {
			continue // absent, as in the whole row
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		k, _ := json.Marshal(n) // a string always marshals
		b.Write(k)
		b.WriteByte(':')
		b.Write(v)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func cellsOf(row any) (map[string]json.RawMessage, error) {
	b, err := json.Marshal(row)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInternal, "api.list", err)
	}
	var cells map[string]json.RawMessage
	if err := json.Unmarshal(b, &cells); err != nil {
		return nil, wardround.Wrap(wardround.EInternal, "api.list", err)
	}
	return cells, nil
}

// cell is a JSON value as one field of a CSV record: text as it is, nothing for
// null, and JSON for what has parts.
func cell(v json.RawMessage) string {
	if len(v) == 0 || string(v) == "null" {
		return ""
	}
	text := string(v)
	if v[0] == '"' {
		if json.Unmarshal(v, &text) != nil {
			return ""
		}
	}
	return harmless(text)
}

// harmless keeps a spreadsheet from taking text for a formula: what begins with
// = + - @ tab or CR gets an apostrophe in front (OWASP, CSV injection), and so does
// what follows a semicolon, a tab or the end of a line: where the comma is the decimal
// mark, as in German and French, a spreadsheet begins a cell there, quotes or not. A
// plain number keeps its sign.
func harmless(s string) string {
	if strings.HasPrefix(s, "-") {
		if _, err := strconv.ParseFloat(s, 64); err == nil {
			return s
		}
	}
	if !strings.ContainsAny(s, "=+-@＝＋－＠\t\r\n") {
		return s
	}
	var out strings.Builder
	first, begins := true, false // of the text, of a cell in it
	for _, r := range s {
		if first && strings.ContainsRune("=+-@\t\r\n＝＋－＠", r) || begins && strings.ContainsRune("=+-@＝＋－＠", r) {
			out.WriteByte('\'')
		}
		begins = strings.ContainsRune(";\t\r\n", r) || begins && (r == ' ' || r == '"')
		first = false
		out.WriteRune(r)
	}
	return out.String()
}
