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
