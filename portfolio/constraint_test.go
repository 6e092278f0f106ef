package portfolio

import "testing"

func TestRangesHoldVersions(t *testing.T) {
	for _, x := range []struct{ typ, text, in, out string }{
		{"npm", ">=1.2.0 <1.2.9 || >= 2.0.0, <2.0.3", "1.2.3", "1.2.9"},
		{"npm", ">=1.2.0 <1.2.9 || >= 2.0.0, <2.0.3", "2.0.0", "2.0.3"},
		{"golang", "<0.17.0", "v0.9.1", "0.17.0"},
		{"deb", "<1:2.0-1", "3.0-1", "1:2.0-1"},
		{"pypi", "1.0", "1.0.0", "1.0.1"},
		{"npm", "", "anything", ""},
		{"", "vers:npm/>=1.2.0|<1.2.9|>=2.0.0|!=2.0.1", "2.4.0", "2.0.1"},
		{"", "vers:npm/<1.0.0|3.0.0", "3.0.0", "2.0.0"},
		{"npm", "vers:npm/!=1.0.0", "2.0.0", "1.0.0"},
		{"npm", "^1.2.0", "1.9.9", "2.0.0"},
		{"maven", "[1.0,2.0)", "1.5", "2.0"},
	} {
		r, err := ParseRange(x.typ, x.text)
		if err != nil {
			t.Errorf("%s: %v", x.text, err)
			continue
		}
		if in, known := r.Holds(x.in); !in || !known {
			t.Errorf("%s: %s is %v, %v", x.text, x.in, in, known)
		}
		if in, known := r.Holds(x.out); x.out != "" && (in || !known) {
			t.Errorf("%s: %s is %v, %v", x.text, x.out, in, known)
		}
	}
	r, err := ParseRange("npm", "<2.0.0")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{"", "latest"} {
		if _, known := r.Holds(v); known {
			t.Errorf("%q was compared", v)
		}
	}
	for _, bad := range []string{"vers:npm", "<", "vers:npm/<x"} {
		if _, err := ParseRange("npm", bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func FuzzParseRange(f *testing.F) {
	f.Add("npm", ">=1.2.0 <1.2.9 || 3", "1.2.3")
	f.Add("deb", "vers:deb/>=1:2|<3", "2")
	f.Fuzz(func(_ *testing.T, typ, text, v string) {
		if r, err := ParseRange(typ, text); err == nil {
			r.Holds(v)
		}
	})
}
