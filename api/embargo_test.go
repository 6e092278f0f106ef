package api

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
)

// TestEmbargoEveryRoute: a vulnerability under embargo is heard of by those it is for,
// and on no route by anybody else: not its ids, not its title, in no format.
func TestEmbargoEveryRoute(t *testing.T) {
	w, _, _, release := stocked(t)
	everything := []account.Grant{}
	for _, r := range account.Roles {
		if r != account.Confidant {
			everything = append(everything, account.Grant{Role: r, Site: "*", Product: "*"})
		}
	}
	outsider := w.person(everything...)
	insider := w.person(append(everything, account.Grant{Role: account.Confidant, Site: "*", Product: "*"})...)
	stranger := w.person(append(everything, account.Grant{Role: account.Confidant, Site: "*", Product: "Ventilator"})...)
	lineman := w.person(account.Grant{Role: account.ProductSecurity, Site: "*", Product: "Infusor"}, account.Grant{Role: account.Confidant, Site: "*", Product: "Infusor"})
	before := outsider.findings("check=vulnerability.known")
	if before.Total != 2 {
		t.Fatalf("%d findings before the embargo", before.Total)
	}
	var secret findingRow
	for _, f := range before.Items {
		if f.Item == secretID {
			secret = f
		}
	}
	outsider.refused(403, "forbidden", outsider.send("PUT", "/api/v1/vulnerabilities/"+secretID+"/embargo", map[string]any{"reason": "not public yet"}))
	var e board.Embargo
	insider.read(insider.want(200, insider.send("PUT", "/api/v1/vulnerabilities/"+secretAlias+"/embargo", map[string]any{"reason": "not public yet"})), &e)
	if e.Vulnerability != secretID || len(e.IDs) != 2 {
		t.Fatalf("%+v", e)
	}
	paths := func() (out []string) {
		for i := range routes {
			rt := &routes[i]
			if rt.Method != GET || rt.Public || rt.ID == "stream-events" || rt.ID == "get-audit" {
				continue
			}
			path := rt.Path
			if strings.Contains(path, "{") {
				switch {
				case strings.HasPrefix(path, "/api/v1/releases/{id}"):
					path = strings.Replace(path, "{id}", release, 1)
				case strings.HasPrefix(path, "/api/v1/findings/{id}"):
					path = strings.Replace(path, "{id}", secret.ID, 1)
				case strings.HasPrefix(path, "/api/v1/cases/{id}"):
					path = strings.Replace(path, "{id}", secret.Case, 1)
				case strings.Contains(path, "{seq}"):
					path = strings.Replace(path, "{seq}", "4", 1)
				case strings.Contains(path, "{index}"):
					path = strings.Replace(path, "{index}", "3", 1)
				default:
					continue // by its id: below
				}
			}
			switch rt.ID {
			case "ask-affected":
				path += "?q=example.org/teapot"
			case "search":
				path += "?q=teapot"
			}
			out = append(out, path)
			if strings.HasPrefix(rt.ID, "list-") {
				join := "?"
				if strings.Contains(path, "?") {
					join = "&"
				}
				out = append(out, path+join+"format=csv", path+join+"format=ndjson")
			}
		}
		for i := range 60 { // what is on the record, one by one
			out = append(out, "/api/v1/observations/"+strconv.Itoa(i+1), "/api/v1/evidence/entries/"+strconv.Itoa(i))
		}
		return append(out, "/api/v1/portfolio/news?since=2000-01-01T00:00:00Z", "/api/v1/findings?live=false&q=teapot", "/api/v1/search?q=vulnerability")
	}()
	heard := func(body string) bool {
		low := strings.ToLower(body)
		return strings.Contains(low, strings.ToLower(secretID)) || strings.Contains(low, strings.ToLower(secretAlias)) || strings.Contains(low, strings.ToLower(secretTitle))
	}
	count := 0
	for _, path := range paths {
		for name, v := range map[string]*visitor{"an outsider": outsider, "who is let in on another line": stranger} {
			if rec := v.get(path); heard(rec.Body.String()) {
				t.Errorf("%s hears of it at %s: %s", name, path, rec.Body)
			}
			w.pass(1e9) // nobody is throttled
		}
		if heard(insider.get(path).Body.String()) {
			count++
		}
		w.pass(1e9)
	}
	if count < 8 {
		t.Errorf("who it is for hears of it at %d paths only", count)
	}
	for _, id := range []string{secretID, secretAlias} {
		outsider.refused(404, "not_found", outsider.get("/api/v1/vulnerabilities/"+id))
		outsider.refused(404, "not_found", outsider.get("/api/v1/advisories/"+id))
		insider.want(200, insider.get("/api/v1/vulnerabilities/"+id))
		// Asked by its id it is answered as one that nobody has heard of.
		a := outsider.want(200, outsider.get("/api/v1/portfolio/affected?q="+url.QueryEscape(id))).Body.String()
		b := outsider.want(200, outsider.get("/api/v1/portfolio/affected?q=CVE-1999-0001")).Body.String()
		if strings.ReplaceAll(a, id, "X") != strings.ReplaceAll(b, "CVE-1999-0001", "X") {
			t.Errorf("%s is answered otherwise than what nobody knows:\n%s\n%s", id, a, b)
		}
	}
	outsider.refused(404, "not_found", outsider.get("/api/v1/findings/"+secret.ID))
	var r ReleaseDetail
	outsider.read(outsider.get("/api/v1/releases/"+release), &r)
	var m Metrics
	outsider.read(outsider.get("/api/v1/portfolio/metrics"), &m)
	if r.Exposures.Affected != 1 || m.Open != 1 || outsider.findings("check=vulnerability.known").Total != 1 {
		t.Errorf("it is counted: %+v, %d open", r.Exposures, m.Open)
	}
	if lineman.findings("check=vulnerability.known").Total != 2 {
		t.Error("who is let in on the product line does not see it")
	}
	outsider.refused(403, "forbidden", outsider.send("POST", "/api/v1/evidence/export", map[string]any{}))
	insider.want(204, insider.send("DELETE", "/api/v1/vulnerabilities/"+secretID+"/embargo?reason=published", nil))
	outsider.want(200, outsider.get("/api/v1/vulnerabilities/"+secretID))
	if f := outsider.finding(secret.ID); f.State != wardround.Open && f.State != wardround.Reopened {
		t.Errorf("after it was lifted: %+v", f)
	}
}
