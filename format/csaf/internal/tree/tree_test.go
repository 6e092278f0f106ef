package tree

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// plain turns nodes into what encoding/json would give.
func plain(n *Node) any {
	switch n.Kind {
	case Null:
		return nil
	case Bool:
		return n.Text == "true"
	case Number:
		f, _ := strconv.ParseFloat(n.Text, 64)
		return f
	case String:
		return n.Text
	case Array:
		out := []any{}
		for _, k := range n.Kids {
			out = append(out, plain(k))
		}
		return out
	}
	out := map[string]any{}
	for _, k := range n.Kids {
		if _, there := out[k.Key]; !there {
			out[k.Key] = plain(k)
		}
	}
	return out
}

func TestParse(t *testing.T) {
	const doc = `{"a": [1, -2.5e3, {"b/c~d": "x\n\u00e4\ud83d\ude00\ud83dz"}], "t": true, "f": false, "n": null, "e": {}, "l": []}`
	d, err := Parse([]byte("\ufeff"+doc), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var want any
	if err := json.Unmarshal([]byte(doc), &want); err != nil {
		t.Fatal(err)
	}
	if got := plain(d.Root); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	deep := d.Root.Get("a").Items()[2].Get("b/c~d")
	if p := deep.Pointer(); p != "/a/2/b~1c~0d" {
		t.Errorf("pointer %q", p)
	}
	if d.Root.Get("a", "b", "c") != nil || d.Root.At("nothing") != "" || (*Node)(nil).Get("x").Str() != "" {
		t.Error("what is not there answers with nothing")
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct{ name, doc, want string }{
		{"empty", "", "line 1 (byte 0): the document ends"},
		{"second document", "{}\n{}", "line 2 (byte 3): text after the end"},
		{"no value", `{"a": }`, "where a value is expected"},
		{"no colon", `{"a" 1}`, "colon"},
		{"no comma", `[1 2]`, "comma"},
		{"comma at the end", `[1,]`, "where a value is expected"},
		{"name without quotes", `{a: 1}`, "name in quotes"},
		{"leading zero", `[01]`, "comma"},
		{"point without digits", `[1.]`, "after its point"},
		{"exponent without digits", `[1e]`, "exponent"},
		{"not UTF-8", "[\"a\xff\"]", "not UTF-8"},
		{"not UTF-8 beside an escape", "[\"\\n\xff\"]", "not UTF-8"},
		{"control character", "[\"a\nb\"]", "control character"},
		{"open string", `["a`, "without an end"},
		{"open escape", `["a\`, "without an end"},
		{"no escape", `["\x"]`, "no escape"},
		{"short unicode", `["\u12"]`, "four digits"},
		{"too deep", strings.Repeat("[", 10), "nested deeper than 8"},
		{"too many", "[" + strings.Repeat("1,", 60) + "1]", "more than 50 values"},
		{"too long", `"` + strings.Repeat("x", 500) + `"`, "at most 400 are read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.doc), Limits{Bytes: 400, Depth: 8, Nodes: 50})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestDuplicates(t *testing.T) {
	wide := `{"k0": 0`
	for i := range 40 {
		wide += `, "k` + strconv.Itoa(i%30+1) + `": 1`
	}
	d, err := Parse([]byte(`{"a": {"b": 1, "c": 2, "b": 3}, "w": `+wide+`}}`), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Duplicates) != 11 || d.Duplicates[0].Pointer() != "/a/b" || d.Duplicates[1].Pointer() != "/w/k1" {
		t.Errorf("got %d", len(d.Duplicates))
	}
	if d.Root.Get("a", "b").Text != "1" {
		t.Error("the first counts")
	}
}

func TestEqual(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{`{"a":1,"b":[2,null]}`, `{"b":[2.0,null],"a":1e0}`, true},
		{`{"a":1}`, `{"b":1}`, false},
		{`[1]`, `["1"]`, false},
		{`[1,2]`, `[2,1]`, false},
		{`"x"`, `"x"`, true},
		{`true`, `false`, false},
	} {
		a, _ := Parse([]byte(tt.a), Limits{})
		b, _ := Parse([]byte(tt.b), Limits{})
		if Equal(a.Root, b.Root) != tt.want {
			t.Errorf("%s and %s", tt.a, tt.b)
		}
	}
}

// FuzzParse: what we read, encoding/json reads alike, and what it refuses we do.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e-3,"\u00e4\ud83d\ude00",null,true,false,{}]}`, `[[[[]]]]`, `"\ud83d\ud83d"`, `{"a":1,"a":2}`, "\ufeff{}", `-0.0`, `[1`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Parse(b, Limits{Bytes: 1 << 16, Depth: 100, Nodes: 1 << 12})
		if err != nil {
			return
		}
		b = []byte(strings.TrimPrefix(string(b), "\ufeff"))
		if !json.Valid(b) {
			t.Fatal("read what encoding/json refuses")
		}
		var want any
		if json.Unmarshal(b, &want) == nil && len(d.Duplicates) == 0 && !reflect.DeepEqual(plain(d.Root), want) {
			t.Fatalf("got %v, want %v", plain(d.Root), want)
		}
	})
}
