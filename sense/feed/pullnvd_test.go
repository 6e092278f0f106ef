package feed

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// nvdServer answers as the API 2.0 does: pages, and windows of at most 120 days.
func nvdServer(t *testing.T, p *provider, modified []time.Time, at time.Time) {
	p.fail("/cves/2.0", func(w http.ResponseWriter, r *http.Request) bool {
		q := r.URL.Query()
		start, _ := strconv.Atoi(q.Get("startIndex"))
		per, _ := strconv.Atoi(q.Get("resultsPerPage"))
		var list []string
		from, err1 := time.Parse(time.RFC3339, q.Get("lastModStartDate"))
		to, err2 := time.Parse(time.RFC3339, q.Get("lastModEndDate"))
		if q.Has("lastModStartDate") && (err1 != nil || err2 != nil || to.Sub(from) > 120*24*time.Hour || !from.Before(to)) {
			t.Errorf("a window from %v to %v", from, to)
			w.WriteHeader(http.StatusNotFound)
			return true
		}
		for i, m := range modified {
			if !q.Has("lastModStartDate") || !m.Before(from) && !m.After(to) {
				list = append(list, fmt.Sprintf(`{"cve":{"id":"CVE-2026-%04d","published":"2026-01-01T00:00:00.000","lastModified":%q,"vulnStatus":"Analyzed","descriptions":[{"lang":"en","value":"x"}],"configurations":[{"nodes":[{"operator":"OR","cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:a:example:pump:*:*:*:*:*:*:*:*","versionEndExcluding":"2.0"}]}]}]}}`, i+1, m.Format("2006-01-02T15:04:05.000")))
			}
		}
		total := len(list)
		list = list[min(start, total):min(start+per, total)]
		fmt.Fprintf(w, `{"resultsPerPage":%d,"startIndex":%d,"totalResults":%d,"format":"NVD_CVE","version":"2.0","timestamp":%q,"vulnerabilities":[%s]}`, len(list), start, total, at.Format("2006-01-02T15:04:05.000"), strings.Join(list, ","))
		return true
	})
}

// TestNVD: all pages first; afterwards only what was modified, in windows.
func TestNVD(t *testing.T) {
	modified := make([]time.Time, 4500)
	for i := range modified {
		modified[i] = noon.AddDate(0, 0, -i%600)
	}
	p := newProvider(t)
	nvdServer(t, p, modified, noon.Add(-3*time.Second))
	s := source(t, Source{Kind: "nvd", URL: p.URL + "/cves/2.0"})
	pull, clock := pullerOf(t, PullOptions{})
	got, st, err := pull.Pull(t.Context(), s, State{})
	if err != nil || len(got) != 1 || len(got[0].Rows) != 4500 || !got[0].Complete {
		t.Fatalf("%v", err)
	}
	if diff := cmp.Diff([]time.Duration{6 * time.Second, 6 * time.Second}, clock.slept); diff != "" {
		t.Errorf("pauses: %s", diff)
	}
	if !st.Since.Equal(noon.Add(-3 * time.Second)) {
		t.Errorf("since %v: the server's clock was the earlier", st.Since)
	}
	p.requests()

	// A year without: four windows; what was modified in them comes, and is not all.
	st.Since = noon.AddDate(-1, 0, 0)
	got, st, err = pull.Pull(t.Context(), s, st)
	if err != nil || len(got) != 1 || got[0].Complete {
		t.Fatalf("%v", err)
	}
	if n := len(p.requests()); n < 4 || len(got[0].Rows) < 2500 || len(got[0].Rows) >= 4500 {
		t.Errorf("%d requests, %d records", n, len(got[0].Rows))
	}
	// Nothing since: one window, no batch.
	nvdServer(t, p, nil, clock.now())
	if got, _, err = pull.Pull(t.Context(), s, st); err != nil || len(got) != 0 || len(p.requests()) != 1 {
		t.Errorf("%v, %v", got, err)
	}
	// A state of a clock that was ahead: all again.
	nvdServer(t, p, modified[:3], clock.now())
	st.Since = clock.now().AddDate(1, 0, 0)
	if got, st, err = pull.Pull(t.Context(), s, st); err != nil || !got[0].Complete || st.Since.After(clock.now()) {
		t.Errorf("%v, since %v", err, st.Since)
	}
}

// TestNVDHalfWay: a pull that breaks off half-way brings nothing, and begins again.
func TestNVDHalfWay(t *testing.T) {
	modified := make([]time.Time, 2100)
	for name, second := range map[string]func(w http.ResponseWriter){
		"no answer": func(w http.ResponseWriter) { w.WriteHeader(503) },
		"empty": func(w http.ResponseWriter) {
			fmt.Fprint(w, `{"resultsPerPage":0,"startIndex":2000,"totalResults":2100,"format":"NVD_CVE","version":"2.0","timestamp":"2026-03-10T12:00:00.000","vulnerabilities":[]}`)
		},
		"other page": func(w http.ResponseWriter) {
			fmt.Fprint(w, `{"resultsPerPage":0,"startIndex":0,"totalResults":2100,"format":"NVD_CVE","version":"2.0","timestamp":"2026-03-10T12:00:00.000","vulnerabilities":[]}`)
		},
		"broken off": func(w http.ResponseWriter) {
			fmt.Fprint(w, `{"resultsPerPage":100,"startIndex":2000,"totalResults":2100,"form`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			nvdServer(t, p, modified, noon)
			whole := p.trouble["/cves/2.0"]
			p.fail("/cves/2.0", func(w http.ResponseWriter, r *http.Request) bool {
				if q, _ := url.ParseQuery(r.URL.RawQuery); q.Get("startIndex") != "0" {
					second(w)
					return true
				}
				return whole(w, r)
			})
			pull, _ := pullerOf(t, PullOptions{})
			got, st, err := pull.Pull(t.Context(), source(t, Source{Kind: "nvd", URL: p.URL + "/cves/2.0"}), State{})
			tells(t, err, "startIndex=2000")
			if got != nil || !st.Since.IsZero() {
				t.Errorf("%v came; since %v", got, st.Since)
			}
		})
	}
}
