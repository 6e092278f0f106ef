package content

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// walk writes down what a reader reports.
type walk []string

func (w *walk) Open(depth int, array bool) {
	kind := "{"
	if array {
		kind = "["
	}
	*w = append(*w, fmt.Sprint(depth, kind))
}
func (w *walk) Name(depth int, name []byte) { *w = append(*w, fmt.Sprintf("%d %s:", depth, name)) }
func (w *walk) Scalar(depth int, text []byte, quoted bool) {
	if quoted {
		*w = append(*w, fmt.Sprintf("%d %q", depth, text))
		return
	}
	*w = append(*w, fmt.Sprintf("%d %s", depth, text))
}
func (w *walk) Shut(depth int) { *w = append(*w, fmt.Sprint(depth, " end")) }

func readJSON(text string, levels, size int) (walk, bool) {
	var w walk
	j := NewJSON(&w, levels)
	for p := []byte(text); len(p) > 0; p = p[min(size, len(p)):] {
		j.Feed(bytes.Clone(p[:min(size, len(p))]))
	}
	j.Close(true)
	return w, j.Bad()
}

func TestJSON(t *testing.T) {
	long := strings.Repeat("x", 100)
	tests := []struct {
		text   string
		levels int
		want   []string
		bad    bool
	}{
		{`{"a":1,"b":[true,null,"s"],"c":{"d":-1.5e3}}`, 9, []string{
			"1{", "1 a:", "1 1", "1 b:", "2[", "2 true", "2 null", `2 "s"`, "2 end", "1 c:", "2{", "2 d:", "2 -1.5e3", "2 end", "1 end"}, false},
		{`{"a":{"deep":{"\"}":"{[\\"}},"b":2}`, 1, []string{"1{", "1 a:", "1 b:", "1 2", "1 end"}, false},
		{`[{"r\u0065s":"\u00e9\n\/\t"}]`, 2, []string{"1[", "2{", "2 res:", `2 "? / "`, "2 end", "1 end"}, false},
		{"\ufeff{}\n{}\n", 1, []string{"1{", "1 end", "1{", "1 end"}, false},
		{`{"` + long + `":"` + long + `"}`, 1, []string{"1{", "1 " + long[:64] + ":", `1 "` + long[:64] + `"`, "1 end"}, false},
		{`{"a":[1,2`, 1, []string{"1{", "1 a:"}, true},
		{`{}}`, 1, []string{"1{", "1 end"}, true},
		{`<html>`, 1, nil, true},
		{`"text"`, 1, nil, true},
		{`{"a":"\uZZZZ"}`, 1, []string{"1{", "1 a:"}, true},
		{strings.Repeat("[", 1000) + strings.Repeat("]", 1000), 2, []string{"1[", "2[", "2 end", "1 end"}, false},
	}
	for _, test := range tests {
		for _, size := range []int{1, 2, 5, 1000} {
			got, bad := readJSON(test.text, test.levels, size)
			if diff := cmp.Diff(walk(test.want), got); diff != "" || bad != test.bad {
				t.Errorf("%.40s in pieces of %d: bad=%v (-want +got):\n%s", test.text, size, bad, diff)
			}
		}
	}
}

func TestJSONGap(t *testing.T) {
	var w walk
	j := NewJSON(&w, 9)
	j.Feed([]byte(`{"a":`))
	j.Gap(3)
	j.Feed([]byte(`"b":1}`))
	if len(w) != 2 || !j.Bad() {
		t.Errorf("reported %q behind a gap", w)
	}
}

// tokens is what encoding/json makes of text, in walk's words.
func tokens(text string) (w walk, ok bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	type level struct{ array, value bool }
	var stack []level
	for {
		token, err := d.Token()
		if err != nil {
			return w, len(stack) == 0 && err.Error() == "EOF"
		}
		depth := len(stack)
		delim, isDelim := token.(json.Delim)
		if depth == 0 && !isDelim {
			return nil, false // a scalar alone is none of our texts
		}
		switch {
		case isDelim && (delim == '{' || delim == '['):
			if depth > 0 {
				stack[depth-1].value = false
			}
			stack = append(stack, level{array: delim == '['})
			w.Open(depth+1, delim == '[')
		case isDelim:
			stack = stack[:depth-1]
			w.Shut(depth)
		case !stack[depth-1].array && !stack[depth-1].value:
			w.Name(depth, []byte(token.(string)))
			stack[depth-1].value = true
		default:
			stack[depth-1].value = false
			switch v := token.(type) {
			case string:
				w.Scalar(depth, []byte(v), true)
			case nil:
				w.Scalar(depth, []byte("null"), false)
			default:
				w.Scalar(depth, []byte(fmt.Sprint(v)), false)
			}
		}
	}
}

// FuzzJSON compares with encoding/json on texts of short ASCII strings, and asks
// that the cut doesn't matter.
func FuzzJSON(f *testing.F) {
	f.Add(`{"resourceType":"Bundle","total":12,"entry":[{"resource":{"resourceType":"Patient"}}]}`, uint8(3))
	f.Add(`[true,false,null,-0.5e-7,"a\"b\\"]`, uint8(1))
	f.Add(`{}{}[[[]]]`, uint8(2))
	f.Fuzz(func(t *testing.T, text string, size uint8) {
		got, bad := readJSON(text, 9, 1+int(size))
		again, badAgain := readJSON(text, 9, 1<<20)
		if diff := cmp.Diff(again, got); diff != "" || bad != badAgain {
			t.Fatalf("the cut matters:\n%s", diff)
		}
		for _, c := range text {
			if c >= 0x7f || c < ' ' || c == '\\' {
				return
			}
		}
		if want, ok := tokens(text); ok {
			for _, token := range want {
				if len(token) > 60 || strings.HasPrefix(token, "10") {
					return
				}
			}
			if diff := cmp.Diff(want, got); diff != "" || bad {
				t.Fatalf("encoding/json sees it differently, bad=%v (-want +got):\n%s", bad, diff)
			}
		}
	})
}

type quiet struct{}

func (quiet) Open(int, bool)                {}
func (quiet) Name(int, []byte)              {}
func (quiet) Scalar(int, []byte, bool)      {}
func (quiet) Shut(int)                      {}
func BenchmarkJSONUpperLevels(b *testing.B) { benchmarkJSON(b, 3) }
func BenchmarkJSONAllLevels(b *testing.B)   { benchmarkJSON(b, 63) }

func benchmarkJSON(b *testing.B, levels int) {
	entry := `{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4","display":"Heart rate"}],"text":"Heart rate"},"valueQuantity":{"value":72,"unit":"/min"}}}`
	text := []byte(`{"resourceType":"Bundle","entry":[` + strings.Repeat(entry+",", 1000) + entry + "]}")
	j := NewJSON(quiet{}, levels)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		j.Reset()
		j.Feed(text)
	}
}
