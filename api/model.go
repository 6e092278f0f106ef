package api

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/behaviour/picture"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/check"
)

// Models is what is known of the AI models in use: picture.Models implements it. A
// server without any answers empty lists.
type Models interface {
	List() []behaviour.Summary
	Model(key string) (*behaviour.Detail, bool)
	Releases(topics ...string) map[wardround.ReleaseID][]check.Judgement
	Column(key string, q picture.Query) (*picture.Column, error)
	Document(kind, digest string) (*picture.Document, error)
	Compare(a, b picture.Version) (*picture.Comparison, error)
	Performance(key string, q picture.PerformanceQuery) (*picture.Performance, error)
	Versions() []behaviour.Version
}

var modelRoutes = []Route{
	{Method: GET, Path: "/api/v1/models", ID: "list-models", Tag: "models", Summary: "The AI models in use",
		Doc: "Sorts: name, service, version, failing, unknown, last, severity.", Needs: account.View, register: list((*Server).listModels)},
	{Method: GET, Path: "/api/v1/models/compare", ID: "compare-models", Tag: "models", Summary: "What differs between two versions of a model",
		Doc:   "a and b are ids as the list of versions has them: releases, versions known from their answers, files alone. The differences are held against the changes that the plan of a agreed to; cards, figures, weights and references are held beside each other.",
		Needs: account.View, Errors: []int{404, 422, 501}, register: handle((*Server).compareModels)},
	{Method: GET, Path: "/api/v1/models/versions", ID: "list-model-versions", Tag: "models", Summary: "Versions of models of which anything is known",
		Doc: "By documents, by what was found in their files, or because they answer or answered here. Sorts: name.", Needs: account.View, register: list((*Server).listModelVersions)},
	{Method: GET, Path: "/api/v1/models/{key}", ID: "get-model", Tag: "models", Summary: "One model: who it is, what feeds it, what is judged of it",
		Doc: "Its key is NAME@SERVICE, or NAME where no service is told.", Needs: account.View, Errors: []int{404}, register: handle((*Server).getModel)},
	{Method: GET, Path: "/api/v1/models/{key}/heat", ID: "get-model-heat", Tag: "models", Summary: "What changed when: columns by time",
		Needs: account.View, Errors: []int{404, 422}, register: handle((*Server).modelHeat)},
	{Method: GET, Path: "/api/v1/models/{key}/columns/{column}", ID: "get-model-column", Tag: "models", Summary: "The distribution of one column, now and in the reference",
		Doc:   "Each point carries the interval that the sketch leaves. Now is one window, those between two times, or the newest.",
		Needs: account.View, Errors: []int{404, 422}, register: handle((*Server).modelColumn)},
	{Method: GET, Path: "/api/v1/models/{key}/performance", ID: "get-model-performance", Tag: "models", Summary: "How right a model was over time, as outcomes tell it and as it was estimated before",
		Doc: "With intervals; by group of patients; a reliability diagram and a decision curve where the score is a probability.", Needs: account.View, Errors: []int{404, 422}, register: handle((*Server).modelPerformance)},
	{Method: GET, Path: "/api/v1/models/{key}/timeline", ID: "list-model-events", Tag: "models", Summary: "What happened to a model, to its release and to what feeds it, oldest first",
		Doc: "Joined: events of its behaviour, findings about it, about its release and about the devices that feed it.", Needs: account.View, Errors: []int{404}, register: list((*Server).modelTimeline)},
	{Method: GET, Path: "/api/v1/models/{key}/documents/{digest}", ID: "get-model-document", Tag: "models", Summary: "A card, plan, reference or scan report of a model, in plain fields",
		Needs: account.View, Errors: []int{404, 422}, register: handle((*Server).modelDocument)},
}

// ModelRow is a model in use with what is said of its release.
type ModelRow struct {
	Key         string              `json:"key" doc:"NAME@SERVICE"`
	Name        string              `json:"name"`
	Service     string              `json:"service,omitempty"`
	Maker       string              `json:"maker,omitempty"`
	Product     string              `json:"product,omitempty"`
	Version     string              `json:"version,omitempty" doc:"Empty: nobody told."`
	Before      string              `json:"before,omitempty" doc:"The version before it."`
	Changed     *time.Time          `json:"changed,omitempty"`
	Asset       wardround.AssetID   `json:"asset,omitempty"`
	AssetName   string              `json:"asset_name,omitempty"`
	Release     wardround.ReleaseID `json:"release,omitempty" doc:"Only if it is known here."`
	ReleaseName string              `json:"release_name,omitempty"`
	Sources     []ModelSource       `json:"sources" doc:"Devices that its inputs come from."`
	First       time.Time           `json:"first"`
	Last        *time.Time          `json:"last,omitempty" doc:"End of the newest window of inference."`
	Labels      *time.Time          `json:"labels,omitempty" doc:"End of the newest span with outcomes."`
	Off         *time.Time          `json:"off,omitempty" doc:"Since when people have it switched off."`
	Passing     int                 `json:"passing"`
	Failing     int                 `json:"failing"`
	Unknown     int                 `json:"unknown"`
	Needed      int64               `json:"needed,omitempty" doc:"Patients or studies it takes where there are not enough yet."`
	Artefact    string              `json:"artefact" enum:"inert,safe,unknown,malicious,unreadable,none" doc:"The gravest verdict about its files; none: no file was looked at."`
	Signature   string              `json:"signature" enum:"verified,failed,unsigned,unknown,none" doc:"The gravest answer about its signature; none: nobody verified it."`
	Worst       wardround.Severity  `json:"worst" doc:"Of its open findings."`
	Findings    int                 `json:"findings"`
}

// ModelSource is a device that feeds a model.
type ModelSource struct {
	Name     string            `json:"name"`
	Type     string            `json:"type,omitempty"`
	Asset    wardround.AssetID `json:"asset,omitempty"`
	Software string            `json:"software,omitempty"`
	Last     time.Time         `json:"last"`
}

// artefactGravity orders verdicts about files.
var artefactGravity = []string{"none", "inert", "safe", "unknown", "unreadable", "malicious"}

// artefactOf is the gravest verdict of judgements about files.
func artefactOf(list []check.Judgement) string {
	worst := 0
	for i := range list {
		if list[i].Topic != "artefact" {
			continue
		}
		v, _ := list[i].Facts["verdict"].(string)
		n := slices.Index(artefactGravity, v)
		if n < 1 {
			n = slices.Index(artefactGravity, "unknown")
		}
		worst = max(worst, n)
	}
	return artefactGravity[worst]
}

// signatureOf is the gravest answer of judgements about signatures.
func signatureOf(list []check.Judgement) string {
	order := []string{"none", "verified", "unknown", "unsigned", "failed"}
	worst := 0
	for i := range list {
		if list[i].Topic != "signature" {
			continue
		}
		n := 2
		switch result, _ := list[i].Facts["result"].(string); {
		case list[i].State == wardround.Pass:
			n = 1
		case result == "unsigned":
			n = 3
		case list[i].State == wardround.Fail:
			n = 4
		}
		worst = max(worst, n)
	}
	return order[worst]
}

// modelSeen is who asks for models: what of them the caller may see.
type modelSeen struct {
	s        *Server
	ctx      context.Context
	see      board.Visible
	releases map[wardround.ReleaseID][]check.Judgement
}

func (s *Server) modelsSeen(ctx context.Context) *modelSeen {
	return &modelSeen{s: s, ctx: ctx, see: s.sight(ctx, account.View)}
}

// asset returns an asset that the caller may see, nil otherwise.
func (v *modelSeen) asset(id wardround.AssetID) *board.Asset {
	if id == "" || v.s.opt.Board == nil {
		return nil
	}
	return v.s.opt.Board.Asset(v.see, id)
}

// sees reports whether the caller may see a model: all of the site, or one that is an
// asset or of a product line of theirs.
func (v *modelSeen) sees(m *behaviour.Summary) bool {
	if v.see.All() || v.asset(m.Asset) != nil {
		return true
	}
	var names []string
	for _, n := range []string{m.Maker, m.Product, m.Name} {
		if n != "" {
			names = append(names, n)
		}
	}
	return principal(v.ctx).MayFor(account.View, string(v.s.opt.Scope.Site), names...)
}

// release is the id of the release that a model is an instance of, if it is told whole.
func (v *modelSeen) release(m *behaviour.Summary) wardround.ReleaseID {
	if m.Release != "" || m.Product == "" || m.Version == "" {
		return m.Release
	}
	return wardround.ReleaseIDOf(v.s.opt.Scope.Org, m.Maker, m.Product, m.Version)
}

func (v *modelSeen) row(m *behaviour.Summary) ModelRow {
	if v.releases == nil {
		v.releases = v.s.opt.Models.Releases("artefact", "signature")
	}
	r := ModelRow{
		Key: m.Key, Name: m.Name, Service: m.Service, Maker: m.Maker, Product: m.Product, Version: m.Version, Before: m.Before, Changed: moment(m.Changed),
		First: m.First.UTC(), Last: moment(m.Last), Labels: moment(m.Labels), Off: moment(m.Off), Passing: m.Passing, Failing: m.Failing, Unknown: m.Unknown, Needed: m.Needed,
		Sources: []ModelSource{},
	}
	id := v.release(m)
	known := slices.Concat(v.releases[id], m.Loaded) // what was released, and what was loaded here
	r.Artefact, r.Signature = artefactOf(known), signatureOf(known)
	if ix := v.s.index(); ix != nil && id != "" {
		sc := v.s.scope(v.ctx)
		if x := ix.Release(id); x != nil && sc.Sees(x) {
			r.Release, r.ReleaseName = id, x.Name()
		}
	}
	if a := v.asset(m.Asset); a != nil {
		r.Asset, r.AssetName, r.Worst, r.Findings = a.ID, a.Name, a.Worst, a.Findings
	}
	for _, x := range m.Sources {
		src := ModelSource{Name: x.Name, Type: x.Type, Software: x.Software, Last: x.Last.UTC()}
		if a := v.asset(x.Asset); a != nil {
			src.Asset = a.ID
		}
		r.Sources = append(r.Sources, src)
	}
	return r
}

type modelsInput struct {
	ListQuery
	Q         string            `query:"q" maxLength:"200" doc:"Words that all must occur in name, service, maker, product, version or feeding devices."`
	State     string            `query:"state" enum:"failing,unknown,passing" doc:"Failing: something of it fails; unknown: something cannot be told; passing: all that was judged passes."`
	Artefact  string            `query:"artefact" enum:"inert,safe,unknown,malicious,unreadable,none"`
	Signature string            `query:"signature" enum:"verified,failed,unsigned,unknown,none"`
	Asset     wardround.AssetID `query:"asset" maxLength:"100" doc:"Only the model that this asset is, or that it feeds."`
}

var modelOrder = map[string]func(a, b ModelRow) int{
	"name": func(a, b ModelRow) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) },
	"service": func(a, b ModelRow) int {
		return strings.Compare(strings.ToLower(a.Service), strings.ToLower(b.Service))
	},
	"version":  func(a, b ModelRow) int { return strings.Compare(a.Version, b.Version) },
	"failing":  func(a, b ModelRow) int { return cmp.Compare(a.Failing, b.Failing) },
	"unknown":  func(a, b ModelRow) int { return cmp.Compare(a.Unknown, b.Unknown) },
	"last":     func(a, b ModelRow) int { return timeOf(a.Last).Compare(timeOf(b.Last)) },
	"severity": func(a, b ModelRow) int { return cmp.Compare(a.Worst, b.Worst) },
}

func (s *Server) listModels(ctx context.Context, in *modelsInput) (RowsFunc[ModelRow], error) {
	by, err := in.sorted("-severity,-failing,name", "name", "service", "version", "failing", "unknown", "last", "severity")
	if err != nil || s.opt.Models == nil {
		return short(s, []ModelRow{}), err
	}
	v := s.modelsSeen(ctx)
	rows := []ModelRow{}
	for _, m := range s.opt.Models.List() {
		if !v.sees(&m) {
			continue
		}
		r := v.row(&m)
		words := []string{r.Name, r.Service, r.Maker, r.Product, r.Version, r.ReleaseName}
		for _, x := range r.Sources {
			words = append(words, x.Name)
		}
		switch {
		case in.State == "failing" && r.Failing == 0, in.State == "unknown" && r.Unknown == 0, in.State == "passing" && (r.Passing == 0 || r.Failing+r.Unknown > 0),
			in.Artefact != "" && in.Artefact != r.Artefact, in.Signature != "" && in.Signature != r.Signature,
			in.Asset != "" && r.Asset != in.Asset && !slices.ContainsFunc(r.Sources, func(x ModelSource) bool { return x.Asset == in.Asset }),
			!contains(in.Q, words...):
			continue
		}
		rows = append(rows, r)
	}
	order := comparing(by, modelOrder)
	slices.SortFunc(rows, func(a, b ModelRow) int { return cmp.Or(order(a, b), strings.Compare(a.Key, b.Key)) })
	return short(s, rows), nil
}

// ModelDetail is a model with all that its page shows.
type ModelDetail struct {
	ModelRow
	Judgements []ModelJudgement     `json:"judgements" doc:"What is judged now, by topic and item."`
	Series     []behaviour.Series   `json:"series" doc:"How performance, calibration, subgroups and oversight went."`
	Documents  []behaviour.Document `json:"documents" doc:"In force: card, plan, references."`
	Lines      []behaviour.Line     `json:"lines" doc:"What is kept: windows of sketches, never rows."`
	Versions   []ModelVersion       `json:"versions" doc:"Of the same model, for comparing; the newest first."`
}

// ModelVersion is a version of the same model.
type ModelVersion struct {
	ID      string              `json:"id" doc:"What the comparison takes."`
	Release wardround.ReleaseID `json:"release,omitempty" doc:"Only if there is one."`
	Name    string              `json:"name"`
	Version string              `json:"version"`
	Current bool                `json:"current" doc:"It is the one in use."`
}

type modelInput struct {
	Spoken
	Key string `path:"key" minLength:"1" maxLength:"500"`
}

type modelOutput struct{ Body *ModelDetail }

// modelOf returns a model that the caller may see. Errors: ENotFound, also for one
// that is there and not to be seen.
func (s *Server) modelOf(ctx context.Context, key string) (*behaviour.Detail, *modelSeen, error) {
	if s.opt.Models != nil {
		v := s.modelsSeen(ctx)
		if d, ok := s.opt.Models.Model(key); ok && v.sees(&d.Summary) {
			return d, v, nil
		}
	}
	return nil, nil, wardround.Errorf(wardround.ENotFound, "api.models", "there is no model %q", clip(key, 80))
}

// drawn are the series that the page draws as lines; the others are in the heat map.
var drawn = []string{"performance", "calibration", "subgroup", "oversight", "acceptance"}

func (s *Server) getModel(ctx context.Context, in *modelInput) (*modelOutput, error) {
	m, v, err := s.modelOf(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	d := &ModelDetail{ModelRow: v.row(&m.Summary), Judgements: tellJudgements(m.Judgements, s.language(ctx, in.Language)), Series: []behaviour.Series{}, Documents: some(m.Documents), Lines: some(m.Lines), Versions: []ModelVersion{}}
	for _, x := range m.Series {
		if slices.Contains(drawn, x.Topic) {
			d.Series = append(d.Series, x)
		}
	}
	for i := range d.Lines {
		d.Lines[i].Recent = some(d.Lines[i].Recent)
	}
	for _, x := range s.versions(ctx) {
		if x.Model == d.Key || d.Product != "" && strings.EqualFold(x.Product, d.Product) && (d.Maker == "" || strings.EqualFold(x.Maker, d.Maker)) {
			d.Versions = append(d.Versions, ModelVersion{x.ID, x.Release, x.Name, x.Version, x.Model == d.Key && x.Current})
		}
	}
	slices.SortStableFunc(d.Versions, func(a, b ModelVersion) int { return strings.Compare(b.Version, a.Version) })
	return &modelOutput{d}, nil
}
