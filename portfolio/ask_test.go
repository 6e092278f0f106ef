package portfolio

import "testing"

func TestParseQuery(t *testing.T) {
	for text, want := range map[string]struct{ vuln, pkg, in, out string }{
		"CVE-2021-44228":                {vuln: "CVE-2021-44228"},
		"GHSA-jfh8-c2jp-5v3q":           {vuln: "GHSA-jfh8-c2jp-5v3q"},
		"openssl >=3.0 <3.0.7":          {pkg: "openssl", in: "3.0.5", out: "3.0.7"},
		"openssl<3":                     {pkg: "openssl", in: "2.0", out: "3.0"},
		"log4j-core":                    {pkg: "log4j-core", in: "1"},
		"pkg:npm/lodash <4.17.21":       {pkg: "pkg:npm/lodash", in: "4.17.20", out: "4.17.21"},
		"pkg:npm/lodash@4.17.20":        {pkg: "pkg:npm/lodash@4.17.20", in: "4.17.20", out: "4.17.19"},
		"pkg:golang/a/b vers:go/<1.2.0": {pkg: "pkg:golang/a/b", in: "1.1.0", out: "1.2.0"},
	} {
		q, err := ParseQuery(text)
		if err != nil || q.Vulnerability != want.vuln || q.Package != want.pkg {
			t.Errorf("%s: %+v, %v", text, q, err)
			continue
		}
		if in, known := q.Range.Holds(want.in); want.in != "" && (!in || !known) {
			t.Errorf("%s does not hold %s", text, want.in)
		}
		if in, _ := q.Range.Holds(want.out); want.out != "" && in {
			t.Errorf("%s holds %s", text, want.out)
		}
	}
	for _, bad := range []string{"", "pkg:nope", "openssl >=<"} {
		if q, err := ParseQuery(bad); err == nil {
			t.Errorf("%q was read as %+v", bad, q)
		}
	}
}
