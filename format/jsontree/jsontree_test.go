package jsontree

import (
	"strings"
	"testing"

	"github.com/wardround/wardround/format/jsonstream"
)

func TestParse(t *testing.T) {
	root, _, err := Parse(strings.NewReader(`{"a": {"b": "x"}, "c": [1, true, null]}`), Limits{}, nil)
	if err != nil || root.Get("a").Str("b") != "x" || root.Get("a").At != 6 || len(root.Get("c").Kids) != 3 || root.Get("c").Kids[0].Text != "1" || root.Get("x").Is(jsonstream.String) {
		t.Fatalf("%v %+v", err, root)
	}
	notices := 0
	if _, _, err := Parse(strings.NewReader(`{"a": 1, "\u0061": 2}`), Limits{}, func(jsonstream.Notice) { notices++ }); err != nil || notices != 1 {
		t.Errorf("%v, %d notices", err, notices)
	}
	for _, bad := range []string{``, `{`, `{"a": 1} x`, strings.Repeat("[", 300) + strings.Repeat("]", 300)} {
		if _, _, err := Parse(strings.NewReader(bad), Limits{}, nil); err == nil {
			t.Errorf("%.20s was read", bad)
		}
	}
	if _, _, err := Parse(strings.NewReader("["+strings.Repeat("1,", 50)+"1]"), Limits{Values: 10}, nil); err == nil {
		t.Error("too many values were read")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"a": [1, {"b": "c"}]}`)
	f.Fuzz(func(_ *testing.T, s string) { Parse(strings.NewReader(s), Limits{Values: 1000}, nil) })
}
