package api

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/check"
)

// english are words that neither German nor French has.
var english = regexp.MustCompile(`(?i)\b(the|were|is|it|its|with|has|and|unknown|seen|nobody|other|any|from)\b`)

// untold are fields that hold names and identifiers, what a person wrote, and what the
// pages have their own words for.
var untold = map[string]bool{
	"id": true, "check": true, "case": true, "subject": true, "item": true, "href": true, "etag": true, "asset": true, "other": true,
	"name": true, "asset_name": true, "other_name": true, "client_name": true, "server_name": true, "gateway_name": true, "gateway": true,
	"role": true, "ward": true, "zone": true, "where": true, "org": true, "site": true, "value": true, "source": true, "type": true,
	"from": true, "to": true, "field": true, "member": true, "set": true, "client": true, "server": true,
	// Facts and observations are as they were recorded; facts_told has what is words.
	"facts": true, "observations": true, "identifiers": true, "controls": true, "decisions": true,
	"state": true, "kind": true, "concern": true, "criticality": true, "severity": true, "act": true, "may": true, "data": true, "detail": true,
}

type reading struct {
	t        *testing.T
	language string
	compared int
}

// compare walks two answers and complains of texts that are the same in both, unless
// the row says that they are English.
func (r *reading) compare(path string, en, told any, spared []string) {
	switch en := en.(type) {
	case map[string]any:
		other, _ := told.(map[string]any)
		if other["language"] == "en" {
			return // it says so
		}
		spared = nil
		if list, ok := other["english"].([]any); ok {
			for _, x := range list {
				spared = append(spared, x.(string))
			}
		}
		for name, v := range en {
			_, at := v.(string)
			if !untold[name] && !slices.Contains(spared, name) && !timely(name) {
				r.compare(path+"."+name, v, other[name], spared)
			} else if !at && name == "attributes" {
				r.compare(path+"."+name, v, other[name], spared)
			}
		}
	case []any:
		other, _ := told.([]any)
		if len(en) != len(other) {
			r.t.Errorf("%s %s: %d rows, %d in English", r.language, path, len(other), len(en))
			return
		}
		for i := range en {
			r.compare(fmt.Sprintf("%s[%d]", path, i), en[i], other[i], spared)
		}
	case string:
		r.text(path, en, told)
	}
}

func timely(name string) bool {
	switch name {
	case "at", "opened", "last", "last_seen", "since", "fixed", "until", "due", "first", "max_until", "evidence_at", "language", "due_by", "new_until":
		return true
	}
	return false
}

func (r *reading) text(path, en string, told any) {
	letters := strings.Count(strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) {
			return 'x'
		}
		return -1
	}, en), "x")
	if letters <= 12 || !strings.Contains(en, " ") {
		return
	}
	r.compared++
	said, _ := told.(string)
	if said == en {
		r.t.Errorf("%s %s is English: %q", r.language, path, en)
	} else if w := english.FindString(said); w != "" {
		r.t.Errorf("%s %s has the English word %q: %q", r.language, path, w, said)
	}
}

func (v *visitor) tree(path string) any {
	v.h.t.Helper()
	var x any
	w := v.want(200, v.get(path))
	if err := json.Unmarshal(w.Body.Bytes(), &x); err != nil {
		v.h.t.Fatal(err)
	}
	return x
}

// Who reads German or French reads no English on the pages of the ward, but what says
// that it is English.
func TestTheWardInEveryLanguage(t *testing.T) {
	w := busyWard(t)
	v := w.role(account.Security)
	var paths []string
	for _, f := range v.findings("limit=500&live=false").Items {
		paths = append(paths, "/findings/"+f.ID)
	}
	for _, a := range v.assets("limit=500&remote=true").Items {
		paths = append(paths, "/assets/"+a.ID, "/assets/"+a.ID+"/verdicts?limit=500")
	}
	paths = append(paths, "/overview", "/cases?limit=500", "/findings?limit=500&live=false", "/proposals?limit=500", "/assets?limit=500",
		"/search?q="+url.QueryEscape("dicom")+"&limit=100")
	for _, l := range check.Languages()[1:] {
		r := &reading{t: t, language: l}
		for _, path := range paths {
			with := func(l string) string {
				sign := "?"
				if strings.Contains(path, "?") {
					sign = "&"
				}
				return "/api/v1" + path + sign + "language=" + l
			}
			r.compare(path, v.tree(with("en")), v.tree(with(l)), nil)
		}
		if r.compared < 500 {
			t.Errorf("%s: only %d texts were compared", l, r.compared)
		}
	}
}

// What was asked for goes before the language of the account, and that before what the
// browser prefers; what is not spoken here is told in English, and says so.
func TestWhoseLanguage(t *testing.T) {
	w := busyWard(t)
	v := w.role(account.Security)
	title := func(query string, header ...string) string {
		t.Helper()
		r := v.request(GET, "/api/v1/findings?limit=1"+query, nil)
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		var p Page[struct{ Title, Check, Language string }]
		v.read(v.do(r), &p)
		f := p.Items[0]
		if want, _, _ := check.Lookup(f.Check).SayIn(f.Language); f.Title != want {
			t.Errorf("%q says it is %s", f.Title, f.Language)
		}
		return f.Language
	}
	for _, x := range []struct{ query, accept, want string }{
		{"", "", "en"}, {"", "fr-CH, de;q=0.5", "fr"}, {"", "it, de;q=0.8, fr;q=0.9", "fr"}, {"", "de;q=0, *", "en"}, {"", "en-GB, de;q=0.9", "en"},
		{"&language=de-AT", "fr", "de"}, {"&language=it", "fr", "en"}, {"", strings.Repeat("de,", 2000), "de"}, {"", "de;q=x;;,,", "en"},
	} {
		if got := title(x.query, "Accept-Language", x.accept); got != x.want {
			t.Errorf("%q, the browser prefers %.30q: %s, want %s", x.query, x.accept, got, x.want)
		}
	}
	v.want(200, v.send(PATCH, "/api/v1/me", map[string]string{"language": "de"}, "If-Match", "*"))
	if got := title("", "Accept-Language", "fr"); got != "de" {
		t.Errorf("an account that reads German is told in %s", got)
	}
	// Words of one's own language find what is called so.
	var hits struct {
		Items []struct{ Kind, Title, Language string }
	}
	v.read(v.get("/api/v1/search?q=klartext&limit=50"), &hits)
	f := v.findings("q=" + url.QueryEscape("dicom-verbindung"))
	if len(hits.Items) == 0 && f.Total == 0 {
		t.Error("German words find nothing")
	}
}
