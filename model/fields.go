package model

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// planFields is the shape of a plan, by reflection, so that what is documented, what
// is read and what an editor's schema says cannot differ.
var planFields = reflect.TypeFor[Plan]()

// fields reports the first field that the shape does not have, with its line and the
// nearest name that there is.
func fields(n *yaml.Node, t reflect.Type, path string) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case n.Kind == yaml.MappingNode && t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]():
		known := map[string]reflect.Type{}
		var names []string
		for f := range structFields(t) {
			known[f.name] = f.of
			names = append(names, f.name)
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, v := n.Content[i], n.Content[i+1]
			of, ok := known[k.Value]
			if !ok {
				return fmt.Errorf("line %d: %s: there is no field %q%s", k.Line, where(path), k.Value, nearest(k.Value, names))
			}
			if err := fields(v, of, join(path, k.Value)); err != nil {
				return err
			}
		}
	case n.Kind == yaml.SequenceNode && t.Kind() == reflect.Slice:
		for i, c := range n.Content {
			if err := fields(c, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
	case n.Kind == yaml.ScalarNode && (t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]() || t.Kind() == reflect.Slice):
		return fmt.Errorf("line %d: %s: want %s, not %q", n.Line, where(path), shapeName(t), n.Value)
	case n.Kind == yaml.ScalarNode && (shapeName(t) == "a number" && n.ShortTag() != "!!int" && n.ShortTag() != "!!float" || t.Kind() == reflect.Bool && n.ShortTag() != "!!bool"):
		return fmt.Errorf("line %d: %s: want %s, not %q", n.Line, where(path), shapeName(t), n.Value)
	case n.Kind != yaml.ScalarNode:
		return fmt.Errorf("line %d: %s: want %s, not %s", n.Line, where(path), shapeName(t), map[yaml.Kind]string{yaml.MappingNode: "a mapping", yaml.SequenceNode: "a list"}[n.Kind])
	}
	return nil
}

func where(path string) string {
	if path == "" {
		return "plan"
	}
	return path
}

func shapeName(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "a date"
	case t == reflect.TypeFor[time.Duration]():
		return "a length of time"
	}
	switch t.Kind() {
	case reflect.Struct:
		return "a mapping"
	case reflect.Slice:
		return "a list"
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "text"
	}
	return "a number"
}

type field struct {
	name string
	of   reflect.Type
}

// structFields yields the fields of a struct that a file may say.
func structFields(t reflect.Type) func(yield func(field) bool) {
	return func(yield func(field) bool) {
		for f := range fieldsOf(t) {
			name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			if name == "" || name == "-" {
				continue
			}
			if !yield(field{name, f.Type}) {
				return
			}
		}
	}
}

func fieldsOf(t reflect.Type) func(yield func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

// nearest suggests the name that was meant.
func nearest(got string, names []string) string {
	best, at := "", 3
	for _, n := range names {
		if d := distance(got, n); d < at {
			best, at = n, d
		}
	}
	if best == "" {
		slices.Sort(names)
		return "; there are " + strings.Join(names, ", ")
	}
	return fmt.Sprintf("; %q is one", best)
}

// distance is Levenshtein's; names are short.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			last, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, last+cost)
		}
	}
	return row[len(b)]
}
