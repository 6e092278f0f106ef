package content

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type elements []string

func (e *elements) Open(depth int, name []byte) { *e = append(*e, fmt.Sprintf("%d <%s", depth, name)) }
func (e *elements) Attribute(depth int, name, value []byte) {
	*e = append(*e, fmt.Sprintf("%d %s=%s", depth, name, value))
}
func (e *elements) Shut(depth int) { *e = append(*e, fmt.Sprint(depth, " end")) }

func readXML(text string, levels, size int) (elements, bool) {
	var e elements
	x := NewXML(&e, levels)
	for p := []byte(text); len(p) > 0; p = p[min(size, len(p)):] {
		x.Feed(bytes.Clone(p[:min(size, len(p))]))
	}
	x.Close(true)
	return e, x.Bad()
}

func TestXML(t *testing.T) {
	tests := []struct {
		text   string
		levels int
		want   []string
		bad    bool
	}{
		{"\ufeff<?xml version=\"1.0\"?>\n<!DOCTYPE b [<!ENTITY a 'x>'>]>\n<!-- > --><f:Bundle xmlns:f='u'><f:total value = \"3\"/><entry><x>t</x></entry></f:Bundle>\n", 2, []string{
			"1 <Bundle", "1 f=u", "2 <total", "2 value=3", "2 end", "2 <entry", "2 end", "1 end"}, false},
		{`<a><![CDATA[</a>]]]></a>`, 2, []string{"1 <a", "1 end"}, false},
		{`<a b="<&gt;">text</a >`, 1, []string{"1 <a", "1 b=<&gt;", "1 end"}, false},
		{`<a/>`, 1, []string{"1 <a", "1 end"}, false},
		{`<a>`, 1, []string{"1 <a"}, true},
		{`<a/><b/>`, 1, []string{"1 <a", "1 end"}, true},
		{`plain`, 1, nil, true},
		{`{"a":1}`, 1, nil, true},
		{`</a>`, 1, nil, true},
		{`<a b>`, 1, []string{"1 <a"}, true},
	}
	for _, test := range tests {
		for _, size := range []int{1, 3, 1000} {
			got, bad := readXML(test.text, test.levels, size)
			if diff := cmp.Diff(elements(test.want), got); diff != "" || bad != test.bad {
				t.Errorf("%s in pieces of %d: bad=%v (-want +got):\n%s", test.text, size, bad, diff)
			}
		}
	}
}

// FuzzXML compares with encoding/xml the elements of what that accepts.
func FuzzXML(f *testing.F) {
	f.Add(`<Bundle xmlns="http://hl7.org/fhir"><total value="1"/><entry><resource><Patient/></resource></entry></Bundle>`, uint8(4))
	f.Add(`<?xml version="1.0"?><!-- c --><a b='c'><![CDATA[x]]></a>`, uint8(1))
	f.Fuzz(func(t *testing.T, text string, size uint8) {
		got, bad := readXML(text, 9, 1+int(size))
		if again, badAgain := readXML(text, 9, 1<<20); bad != badAgain || cmp.Diff(again, got) != "" {
			t.Fatalf("the cut matters:\n%s", cmp.Diff(again, got))
		}
		for _, c := range text {
			if c > 0x7e || c < ' ' {
				return
			}
		}
		if strings.Contains(text, "<!") || strings.Contains(text, "<?") {
			return // encoding/xml takes other shortcuts there
		}
		var want elements
		d := xml.NewDecoder(strings.NewReader(text))
		depth, roots := 0, 0
		for {
			token, err := d.RawToken()
			if err == io.EOF {
				break
			}
			if err != nil {
				return
			}
			switch v := token.(type) {
			case xml.StartElement:
				if depth == 0 {
					roots++
				}
				depth++
				want.Open(depth, []byte(v.Name.Local))
				for range v.Attr {
					want = append(want, "attribute")
				}
			case xml.EndElement:
				if depth == 0 {
					return
				}
				want.Shut(depth)
				depth--
			case xml.CharData:
				if depth == 0 && strings.TrimSpace(string(v)) != "" {
					return
				}
			}
		}
		if depth != 0 || roots != 1 || strings.ContainsAny(text, "&:") {
			return
		}
		var seen elements
		for _, line := range got {
			if strings.Contains(line, "=") {
				line = "attribute"
			}
			if len(line) > 60 {
				return
			}
			seen = append(seen, line)
		}
		for i, line := range want {
			if len(line) > 60 || strings.HasPrefix(line, "10") {
				return
			}
			want[i] = line
		}
		if diff := cmp.Diff(want, seen); diff != "" || bad {
			t.Fatalf("encoding/xml sees it differently, bad=%v (-want +got):\n%s", bad, diff)
		}
	})
}
