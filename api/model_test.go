package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/behaviour/picture"
	"github.com/wardround/wardround/check"
)

// twoModels are a model whose files are malicious, and one of which nothing is known.
type twoModels struct{}

func (twoModels) List() []behaviour.Summary {
	return []behaviour.Summary{
		{Key: "a/b@triage", Name: "a/b", Service: "triage", Maker: "Acme", Product: "Triage", Version: "1", Failing: 1, First: noon},
		{Key: "other", Name: "other", Maker: "Elsewhere", First: noon, Loaded: []check.Judgement{{Topic: "signature", State: wardround.Pass, Facts: wardround.Facts{"result": "verified"}}}},
	}
}

func (m twoModels) Model(key string) (*behaviour.Detail, bool) {
	for _, s := range m.List() {
		if s.Key == key {
			return &behaviour.Detail{Summary: s, Events: []behaviour.Event{{At: noon, Kind: behaviour.EventFirst, Said: "the model was seen for the first time"}}}, true
		}
	}
	return nil, false
}

func (twoModels) Releases(...string) map[wardround.ReleaseID][]check.Judgement {
	return map[wardround.ReleaseID][]check.Judgement{wardround.ReleaseIDOf(site.Org, "Acme", "Triage", "1"): {
		{Topic: "artefact", State: wardround.Pass, Facts: wardround.Facts{"verdict": "safe"}},
		{Topic: "artefact", State: wardround.Fail, Evidence: "sha256:scan", Facts: wardround.Facts{"verdict": "malicious"}},
		{Topic: "signature", State: wardround.Fail, Facts: wardround.Facts{"result": "unsigned"}},
	}}
}

func (twoModels) Column(key string, q picture.Query) (*picture.Column, error) {
	if q.Column != "k/v" {
		return nil, wardround.Errorf(wardround.ENotFound, "test", "no column")
	}
	return &picture.Column{Model: key, Column: q.Column, Group: q.Group, Type: "number", Groups: []string{""}}, nil
}

func (twoModels) Document(kind, digest string) (*picture.Document, error) {
	return &picture.Document{Kind: kind, Digest: digest, Scan: &picture.Scan{Verdict: "malicious"}}, nil
}

func (twoModels) Compare(a, b picture.Version) (*picture.Comparison, error) {
	return &picture.Comparison{}, nil
}

func (twoModels) Performance(key string, q picture.PerformanceQuery) (*picture.Performance, error) {
	return &picture.Performance{Metric: q.Metric}, nil
}

func (twoModels) Versions() []behaviour.Version {
	return []behaviour.Version{
		{ID: "a/b@triage#1", Name: "Triage 1", Maker: "Acme", Product: "Triage", Version: "1", Model: "a/b@triage", Current: true},
		{ID: "other#", Name: "other", Maker: "Elsewhere", Model: "other", Current: true},
		{ID: "file:ab", Name: "model.pkl", Judgements: []check.Judgement{{Topic: "artefact", State: wardround.Fail, Facts: wardround.Facts{"verdict": "malicious"}}}},
	}
}

// A model's page by its key, slashes and all; what nobody looked at is "none".
func TestModels(t *testing.T) {
	h := build(t, routes, func(o *Options) { o.Models = twoModels{} })
	v := h.role(account.Viewer)
	var p Page[ModelRow]
	v.read(v.get("/api/v1/models"), &p)
	if len(p.Items) != 2 || p.Items[0].Artefact != "malicious" || p.Items[0].Signature != "unsigned" || p.Items[1].Artefact != "none" || p.Items[1].Signature != "verified" {
		t.Fatalf("%+v", p.Items)
	}
	v.read(v.get("/api/v1/models?artefact=malicious"), &p)
	if p.Total != 1 {
		t.Errorf("%d are malicious", p.Total)
	}
	if csv := v.want(200, v.get("/api/v1/models?format=csv")).Body.String(); strings.Count(csv, "\r\n") != 3 {
		t.Errorf("csv: %q", csv)
	}
	w := v.want(200, v.get("/api/v1/models/a%2Fb@triage"))
	r := v.request(GET, "/api/v1/models/a%2Fb@triage", nil)
	r.Header.Set("If-None-Match", w.Header().Get("ETag"))
	v.want(http.StatusNotModified, v.do(r))
	v.want(200, v.get("/api/v1/models/a%2Fb@triage/heat"))
	v.want(200, v.get("/api/v1/models/a%2Fb@triage/timeline"))
	v.want(200, v.get("/api/v1/models/a%2Fb@triage/columns/k%2Fv?group=sex%3DF"))
	v.want(404, v.get("/api/v1/models/a%2Fb@triage/columns/other"))
	v.want(200, v.get("/api/v1/models/a%2Fb@triage/documents/sha256:scan"))
	v.want(404, v.get("/api/v1/models/a%2Fb@triage/documents/sha256:of-another"))
	v.want(422, v.get("/api/v1/models/compare?a=x"))
	v.want(422, v.get("/api/v1/models?sort=secret"))
}

// Who answers for one product line sees its models, and of the others not that they
// are there.
func TestModelsOfAProductLine(t *testing.T) {
	h := build(t, routes, func(o *Options) { o.Models = twoModels{} })
	v := h.person(account.Grant{Role: account.Viewer, Site: "*", Product: "Acme"})
	var p Page[ModelRow]
	v.read(v.get("/api/v1/models"), &p)
	if p.Total != 1 || p.Items[0].Key != "a/b@triage" {
		t.Fatalf("%+v", p.Items)
	}
	for _, rest := range []string{"", "/heat", "/timeline", "/columns/k%2Fv", "/documents/sha256:scan"} {
		v.want(404, v.get("/api/v1/models/other"+rest))
	}
}

// Versions without a release can be compared, by whom their model is shown; a file of
// which nobody said what it is of is shown to who sees all of the site.
func TestVersionsWithoutARelease(t *testing.T) {
	h := build(t, routes, func(o *Options) { o.Models = twoModels{} })
	whole, part := h.role(account.Viewer), h.person(account.Grant{Role: account.Viewer, Site: "*", Product: "Acme"})
	var p Page[ModelVersionRow]
	whole.read(whole.get("/api/v1/models/versions"), &p)
	if p.Total != 3 || p.Items[0].ID != "a/b@triage#1" || p.Items[2].Artefact != "malicious" || p.Items[0].Release != "" {
		t.Fatalf("%+v", p.Items)
	}
	whole.want(200, whole.get("/api/v1/models/compare?a=other%23&b=file:ab"))
	part.read(part.get("/api/v1/models/versions"), &p)
	if p.Total != 1 {
		t.Errorf("%+v", p.Items)
	}
	part.want(404, part.get("/api/v1/models/compare?a=a%2Fb@triage%231&b=file:ab"))
	part.want(404, part.get("/api/v1/models/other/performance"))
	var q picture.Performance
	part.read(part.get("/api/v1/models/a%2Fb@triage/performance"), &q)
	if q.Metric != "auroc" {
		t.Errorf("%+v", q)
	}
}

// talkative is a model of which everything is said: what engines put into words.
type talkative struct{ twoModels }

func (talkative) Model(key string) (*behaviour.Detail, bool) {
	d, ok := twoModels{}.Model(key)
	if !ok {
		return nil, false
	}
	for i, text := range []string{
		"there are too few outcomes yet to say", "it differs, and may do so because a Sunday is no Monday: told when the time is whole", "no plan and no card says how good it has to be",
	} {
		d.Judgements = append(d.Judgements, check.Judgement{Topic: "performance", Item: strings.Repeat("x", i+1), State: wardround.Unknown, Why: text, At: noon})
	}
	d.Judgements = append(d.Judgements,
		check.Judgement{Topic: "calibration", State: wardround.Fail, At: noon, Facts: wardround.Facts{"trouble": "it says too much: cases are rarer than it says by 0.29; what it says is not extreme enough"}},
		check.Judgement{Topic: "acceptance", State: wardround.Fail, At: noon, Facts: wardround.Facts{"trouble": "auroc: 0.747745 is less than 0.8"}},
		check.Judgement{Topic: "change", State: wardround.Fail, At: noon, Facts: wardround.Facts{"trouble": "operating-point score/flag: no clause of the change control plan speaks of it; weights : the weights were not compared tensor by tensor, and the clause bounds by how much they may differ"}},
		check.Judgement{Topic: "drift", State: wardround.Fail, At: noon, Facts: wardround.Facts{"moved": "the middle value was 120 and is 128", "shift": "what comes in is not what it was"}},
		check.Judgement{Topic: "performance", State: wardround.Fail, At: noon, Facts: wardround.Facts{"worst": "auroc is 0.647 (0.568 to 0.719), the plan asks for at least 0.8", "measured": []string{"auroc is 0.647 (0.568 to 0.719), the plan asks for at least 0.8"}}},
		check.Judgement{Topic: "logs", State: wardround.Unknown, At: noon, Why: "what is known of the logs does not tell", Facts: wardround.Facts{"trouble": "nobody has looked at the logs in the last 40 days"}})
	for _, said := range []string{"{item} began to fail", "{item} is as it should be again", "the software of {source} changed", "inputs come from {source}, too", "another version answers", "a new reference came", "a person switched it off"} {
		d.Events = append(d.Events, behaviour.Event{At: noon, Kind: behaviour.EventVerdict, Said: said})
	}
	return d, true
}

func (talkative) Compare(a, b picture.Version) (*picture.Comparison, error) {
	c := &picture.Comparison{}
	for _, why := range []string{"agreed, and every criterion is met", "no clause of the change control plan speaks of it", "sensitivity of sex=F: measured on 40 units; at least 100 are asked for", "head.weight changed by 0.7 of its norm, at most 0.5 may"} {
		c.Changes = append(c.Changes, picture.Change{What: "weights", From: "of the old version weights are not known", Verdict: "unknown", Why: why})
	}
	return c, nil
}

func (talkative) Document(kind, digest string) (*picture.Document, error) {
	return &picture.Document{Kind: kind, Digest: digest, Scan: &picture.Scan{Verdict: "malicious",
		Calls: []picture.ScanCall{{Full: "os.system", Class: "malicious", Why: "runs commands or changes files of the system"}},
		Rules: []picture.ScanRule{{ID: "pickle.call-malicious", Title: "The pickle calls what has no place in a model", Means: "Whoever loads the file runs it.", Do: "Refuse the file.", Dont: "Don't load it to see what it does.", Wrong: "Some old tools do so in good faith."}}}}, nil
}

// Who reads German or French reads no English sentence of an engine about a model.
func TestModelsInEveryLanguage(t *testing.T) {
	h := build(t, routes, func(o *Options) { o.Models = talkative{} })
	v := h.role(account.Viewer)
	for _, l := range check.Languages()[1:] {
		r := &reading{t: t, language: l}
		for _, path := range []string{"/models/a%2Fb@triage", "/models/a%2Fb@triage/timeline", "/models/compare?a=other%23&b=file:ab", "/models/a%2Fb@triage/documents/sha256:scan"} {
			sign := "?"
			if strings.Contains(path, "?") {
				sign = "&"
			}
			en, told := v.tree("/api/v1"+path+sign+"language=en"), v.tree("/api/v1"+path+sign+"language="+l)
			if strings.Contains(path, "compare") { // names of versions are names
				for _, x := range []any{en, told} {
					delete(x.(map[string]any), "a")
					delete(x.(map[string]any), "b")
				}
			}
			r.compare(path, en, told, nil)
			// A fact that is a sentence is told, or it would be shown in English.
			if list, ok := told.(map[string]any)["judgements"].([]any); ok {
				for _, x := range list {
					j := x.(map[string]any)
					facts, _ := j["facts"].(map[string]any)
					said, _ := j["facts_told"].(map[string]any)
					for name, f := range facts {
						if text, ok := f.(string); ok && strings.Count(text, " ") > 2 {
							w, _ := said[name].(string)
							r.compared++
							if w == "" || english.MatchString(w) {
								t.Errorf("%s: the fact %s of %q is %q", l, name, text, w)
							}
						}
					}
				}
			}
		}
		if r.compared < 20 {
			t.Errorf("%s: only %d texts were compared", l, r.compared)
		}
	}
}
