package modelcard

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
)

func decodeJSON(b []byte, bom *wireBOM, lim Limits, l *losses) error {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if err := depthJSON(b, lim.Depth); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(bom); err != nil {
		if t, ok := err.(*json.UnmarshalTypeError); ok {
			return fmt.Errorf("byte %d: %s: want %s, not a %s", t.Offset, t.Field, t.Type, t.Value)
		}
		if s, ok := err.(*json.SyntaxError); ok {
			return fmt.Errorf("byte %d: %w", s.Offset, err)
		}
		return err
	}
	var raw struct {
		Metadata struct {
			Component json.RawMessage `json:"component"`
		} `json:"metadata"`
		Components []json.RawMessage `json:"components"`
	}
	if json.Unmarshal(b, &raw) == nil {
		unknownJSON(raw.Metadata.Component, "/metadata/component", l)
		for i, c := range raw.Components {
			unknownJSON(c, fmt.Sprintf("/components/%d", i), l)
		}
	}
	return nil
}

// depthJSON refuses what is nested deeper than the limit.
func depthJSON(b []byte, most int) error {
	depth, text, escaped := 0, false, false
	for i, c := range b {
		switch {
		case escaped:
			escaped = false
		case text:
			escaped = c == '\\'
			text = c != '"'
		case c == '"':
			text = true
		case c == '{' || c == '[':
			if depth++; depth > most {
				return fmt.Errorf("byte %d: nested more than %d deep", i, most)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

func decodeXML(b []byte, bom *wireBOM, lim Limits, l *losses) error {
	d := xml.NewDecoder(bytes.NewReader(b))
	depth := 0
	for {
		t, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; depth > lim.Depth {
				line, _ := d.InputPos()
				return fmt.Errorf("line %d: nested more than %d deep", line, lim.Depth)
			}
		case xml.EndElement:
			depth--
		case xml.Directive:
			if bytes.Contains(t, []byte("DOCTYPE")) {
				line, _ := d.InputPos()
				return fmt.Errorf("line %d: a document type is refused", line)
			}
		}
	}
	if err := xml.Unmarshal(b, bom); err != nil {
		return err
	}
	unknownXML(b, l)
	return nil
}

// unknownJSON names the fields of a component's card and data that are not known.
func unknownJSON(raw json.RawMessage, path string, l *losses) {
	var c struct {
		Card       any               `json:"modelCard"`
		Data       any               `json:"data"`
		Components []json.RawMessage `json:"components"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &c) != nil {
		return
	}
	unknown(c.Card, reflect.TypeFor[wireCard](), path+"/modelCard", l)
	unknown(c.Data, reflect.TypeFor[[]wireData](), path+"/data", l)
	for i, r := range c.Components {
		unknownJSON(r, fmt.Sprintf("%s/components/%d", path, i), l)
	}
}

func unknown(v any, t reflect.Type, path string, l *losses) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch v := v.(type) {
	case map[string]any:
		if t.Kind() != reflect.Struct {
			return
		}
		known := map[string]reflect.Type{}
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			known[name] = t.Field(i).Type
		}
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			if of, ok := known[name]; ok {
				unknown(v[name], of, path+"/"+name, l)
			} else {
				l.add("%s/%s", path, name)
			}
		}
	case []any:
		if t.Kind() == reflect.Slice {
			for i, x := range v {
				unknown(x, t.Elem(), fmt.Sprintf("%s/%d", path, i), l)
			}
		}
	}
}

// unknownXML names the elements within cards that are not known.
func unknownXML(b []byte, l *losses) {
	d := xml.NewDecoder(bytes.NewReader(b))
	var path []string
	card := -1 // depth at which the card begins
	for {
		t, err := d.Token()
		if err != nil {
			return
		}
		switch t := t.(type) {
		case xml.StartElement:
			path = append(path, t.Name.Local)
			switch {
			case card < 0 && t.Name.Local == "modelCard":
				card = len(path)
			case card > 0:
				if within := strings.Join(path[card:], "/"); !cardElements[within] {
					line, _ := d.InputPos()
					l.add("line %d: modelCard/%s", line, within)
				}
			}
		case xml.EndElement:
			if len(path) == card {
				card = -1
			}
			path = path[:len(path)-1]
		}
	}
}

// cardElements are the elements that a card may hold, by their path in it.
var cardElements = func() map[string]bool {
	out := map[string]bool{}
	elements(reflect.TypeFor[wireCard](), "", out, 0)
	return out
}()

func elements(t reflect.Type, path string, out map[string]bool, depth int) {
	if t == reflect.TypeFor[wireDatasets]() {
		out[path+"ref"], out[path+"dataset"] = true, true
		elements(reflect.TypeFor[wireData](), path+"dataset/", out, depth+1)
		return
	}
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || depth > 12 {
		return
	}
	for i := range t.NumField() {
		name, opts, _ := strings.Cut(t.Field(i).Tag.Get("xml"), ",")
		if name == "" || name == "-" || strings.HasPrefix(opts, "attr") {
			continue
		}
		at := path
		for j, part := range strings.Split(name, ">") {
			if j > 0 {
				at += "/"
			}
			at += part
			out[at] = true
		}
		elements(t.Field(i).Type, at+"/", out, depth+1)
	}
}
