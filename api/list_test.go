package api

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func lists(t *testing.T, rows ...row) *visitor {
	t.Helper()
	someRows = rows
	return bare(t, []Route{rowsRoute}).stranger()
}

func many(n int) []row {
	var out []row
	for i := range n {
		out = append(out, row{Name: fmt.Sprintf("row %d", i), N: i})
	}
	return out
}

func TestAListIsReadPageByPage(t *testing.T) {
	v := lists(t, many(1203)...)
	seen := 0
	cursor := ""
	for {
		var p Page[row]
		v.read(v.get("/api/v1/rows?limit=100&cursor="+cursor), &p)
		if p.Total != 1203 || p.Position != 7 || !p.At.Equal(noon) {
			t.Fatalf("total %d position %d at %v", p.Total, p.Position, p.At)
		}
		for _, r := range p.Items {
			if r.N != seen {
				t.Fatalf("row %d came in place of %d", r.N, seen)
			}
			seen++
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	if seen != 1203 {
		t.Fatalf("%d rows", seen)
	}
}

func TestAnEmptyListIsAList(t *testing.T) {
	v := lists(t)
	w := v.want(200, v.get("/api/v1/rows"))
	if !strings.HasPrefix(w.Body.String(), `{"items":[],`) {
		t.Fatalf("%s", w.Body)
	}
}

// A cursor is a place in one list with one set of filters; nobody makes one up.
func TestACursorIsOfItsOwnList(t *testing.T) {
	v := lists(t, many(100)...)
	var p Page[row]
	v.read(v.get("/api/v1/rows?limit=10&q=row"), &p)
	v.want(200, v.get("/api/v1/rows?limit=20&q=row&fields=n&cursor="+p.Next)) // how many and which fields may change
	flipped := []byte(p.Next)
	flipped[3] ^= 1
	for name, query := range map[string]string{
		"another filter":   "q=other&cursor=" + p.Next,
		"another sorting":  "q=row&sort=-n&cursor=" + p.Next,
		"no filter":        "cursor=" + p.Next,
		"a changed byte":   "q=row&cursor=" + string(flipped),
		"no seal":          "q=row&cursor=" + "MTA",
		"not base64":       "q=row&cursor=" + url.QueryEscape("!!"),
		"trailing garbage": "q=row&cursor=" + p.Next + "AA",
	} {
		t.Run(name, func(t *testing.T) {
			v.h.t = t
			v.refused(422, "invalid", v.get("/api/v1/rows?limit=10&"+query))
		})
	}
}

func TestOfARowOnlyTheFieldsAskedFor(t *testing.T) {
	v := lists(t, row{Name: "PG-04", N: 4, Note: "x"})
	w := v.want(200, v.get("/api/v1/rows?fields=note,n"))
	if !strings.Contains(w.Body.String(), `"items":[{"note":"x","n":4}]`) {
		t.Fatalf("%s", w.Body)
	}
	p := v.refused(422, "invalid", v.get("/api/v1/rows?fields=n,secret"))
	if !strings.Contains(p.Detail, `"secret"`) || !strings.Contains(p.Detail, "name, n, note, more") {
		t.Fatalf("%q names neither the field nor those there are", p.Detail)
	}
}

func TestWhatAListRefuses(t *testing.T) {
	v := lists(t)
	for query, word := range map[string]string{
		"sort=colour":   "colour",
		"sort=-n,":      "name",
		"limit=0":       "limit",
		"limit=501":     "limit",
		"limit=many":    "limit",
		"format=xml":    "format",
		"colour=red":    "colour",
		"limit=10&Q=up": "Q",
	} {
		t.Run(query, func(t *testing.T) {
			v.h.t = t
			p := v.refused(422, "invalid", v.get("/api/v1/rows?"+query))
			if !strings.Contains(p.Detail, word) {
				t.Errorf("%q does not name %s", p.Detail, word)
			}
		})
	}
}

func TestNDJSONHasEveryRow(t *testing.T) {
	v := lists(t, many(1203)...)
	for _, how := range []string{"?format=ndjson", ""} {
		r := v.request(GET, "/api/v1/rows"+how, nil)
		r.Header.Set("Accept", "application/x-ndjson, application/json;q=0.5")
		w := v.want(200, v.do(r))
		if ct := w.Header().Get("Content-Type"); ct != "application/x-ndjson" {
			t.Fatalf("type %q", ct)
		}
		lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
		if len(lines) != 1203 {
			t.Fatalf("%d lines", len(lines))
		}
		var last row
		if err := json.Unmarshal([]byte(lines[1202]), &last); err != nil || last.N != 1202 {
			t.Fatalf("%v %+v", err, last)
		}
	}
}

// What comes off the wire names devices: a name must not become a formula in the
// spreadsheet of whoever opens the list.
func TestCSVIsTextAndNothingElse(t *testing.T) {
	v := lists(t,
		row{Name: `=HYPERLINK("http://evil.example","click")`, N: 1},
		row{Name: "+cmd|' /C calc'!A0", N: 2},
		row{Name: "-2+3", N: 3},
		row{Name: "@SUM(1)", N: 4},
		row{Name: "\ttab", N: 5},
		row{Name: "\rreturn", N: 6},
		row{Name: "＝full width", N: 7},
		row{Name: `<script>alert("1")</script>, "quoted"`, N: 8},
		row{Name: "two\nlines", N: 9},
		row{Name: "ICU 2", N: -10, More: map[string]string{"a": "=1"}},
		row{Name: "-12.5", N: 11},
		row{Name: `pump;=HYPERLINK("http://evil.example");2`, N: 12},
		row{Name: "a\n=1+1", N: 13},
		row{Name: `b; "@SUM(1)`, N: 14},
		row{Name: "c; d - e = f", N: 15},
	)
	w := v.want(200, v.get("/api/v1/rows?format=csv"))
	if ct := w.Header().Get("Content-Type"); !strings.HasPrefix(ct, "text/csv") {
		t.Fatalf("type %q", ct)
	}
	if cd := w.Header().Get("Content-Disposition"); cd != `attachment; filename=rows-20261121-120000.csv` {
		t.Fatalf("disposition %q", cd)
	}
	if !strings.HasPrefix(w.Body.String(), "name,n,note,more\r\n") {
		t.Fatalf("no header record: %q", w.Body)
	}
	records, err := csv.NewReader(w.Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range records[1:] {
		got = append(got, strings.Join(r, "|"))
	}
	want := []string{
		`ICU 2|-10||{"a":"=1"}`,
		`'=HYPERLINK("http://evil.example","click")|1||`,
		`'+cmd|' /C calc'!A0|2||`,
		`'-2+3|3||`,
		`'@SUM(1)|4||`,
		"'\ttab|5||",
		"'return|6||", // a lone CR is no part of a CSV line
		`'＝full width|7||`,
		`<script>alert("1")</script>, "quoted"|8||`,
		"two\nlines|9||",
		`-12.5|11||`,
		// Where the comma is the decimal mark, a semicolon begins a cell, quotes or not.
		`pump;'=HYPERLINK("http://evil.example");2|12||`,
		"a\n'=1+1|13||",
		`b; "'@SUM(1)|14||`,
		`c; d - e = f|15||`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func FuzzCursor(f *testing.F) {
	c := cursors{[]byte("key")}
	f.Add("/a?q=1", "10")
	f.Add("", "")
	f.Add("/a", "\x00")
	f.Fuzz(func(t *testing.T, bound, inner string) {
		got, err := c.open(bound, c.seal(bound, inner))
		if len(inner) < 1000 && (err != nil || got != inner) {
			t.Fatalf("%q came back as %q, %v", inner, got, err)
		}
		if got, err := c.open(bound, inner); err == nil && inner != "" {
			t.Fatalf("%q was taken for a cursor: %q", inner, got)
		}
	})
}

func FuzzListQuery(f *testing.F) {
	f.Add("limit=1&cursor=a&fields=n&sort=-n&format=csv")
	f.Add("limit=%zz&&=&sort=,,--n")
	f.Add("fields=name,name&format=ndjson&q=%ff")
	f.Fuzz(func(t *testing.T, query string) {
		if strings.ContainsAny(query, " \r\n\t#\x00\x7f") {
			return // no request line
		}
		u, err := url.ParseRequestURI("/api/v1/rows?" + query)
		if err != nil {
			return
		}
		v := lists(t, many(3)...)
		r := v.request(GET, "/api/v1/rows", nil)
		r.URL = u
		w := v.do(r)
		if w.Code != 200 && w.Code != 422 {
			t.Fatalf("%q: status %d: %s", query, w.Code, w.Body)
		}
	})
}

func FuzzHarmless(f *testing.F) {
	f.Add("=1")
	f.Add("-1e5")
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "") // as what is read of JSON is
		out := harmless(s)
		if out != "" && strings.ContainsRune("=+@\t\r", rune(out[0])) {
			t.Fatalf("%q stays %q", s, out)
		}
		if again := harmless(out); again != out {
			t.Fatalf("%q becomes %q, then %q", s, out, again)
		}
		if strings.ReplaceAll(out, "'", "") != strings.ReplaceAll(s, "'", "") {
			t.Fatalf("%q becomes %q: more than apostrophes", s, out)
		}
	})
}
