package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/portfolio"
)

var releaseRoutes = []Route{
	{Method: GET, Path: "/api/v1/releases", ID: "list-releases", Tag: "portfolio", Summary: "The releases that are known, and what is said of them",
		Doc: "Sorts: name, maker, product, version, severity, instances, components, support_ends.", Needs: account.View, register: list((*Server).listReleases)},
	{Method: GET, Path: "/api/v1/releases/{id}", ID: "get-release", Tag: "portfolio", Summary: "One release: documents, quality of its bill of materials, support, instances",
		Needs: account.View, Errors: []int{404}, register: handle((*Server).getRelease)},
	{Method: POST, Path: "/api/v1/releases", ID: "add-release", Tag: "portfolio", Summary: "Say that there is a release",
		Doc: "One that is known already is said anew: what is given replaces what was said.", Needs: account.Inventory, Status: http.StatusCreated, Errors: []int{422, 501}, register: handle((*Server).addRelease)},
	{Method: PUT, Path: "/api/v1/releases/{id}", ID: "edit-release", Tag: "portfolio", Summary: "Say what a release is",
		Doc: "Maker, product and version identify it and stay. clear names fields to empty.", Needs: account.Inventory, Errors: []int{404, 412, 422, 428, 501}, register: handle((*Server).editRelease)},
	{Method: GET, Path: "/api/v1/releases/{id}/exposures", ID: "list-release-exposures", Tag: "portfolio", Summary: "What is said of a release, vulnerability by vulnerability, the most urgent first",
		Needs: account.View, Errors: []int{404}, register: list((*Server).releaseExposures)},
	{Method: GET, Path: "/api/v1/releases/{id}/instances", ID: "list-release-instances", Tag: "portfolio", Summary: "The assets that are instances of a release",
		Needs: account.View, Errors: []int{404}, register: list((*Server).releaseInstances)},
	{Method: GET, Path: "/api/v1/assets/{id}/exposures", ID: "list-asset-exposures", Tag: "portfolio", Summary: "What is said of an asset, vulnerability by vulnerability",
		Doc: "Of an instance of a known release: what is said of that.", Needs: account.View, Errors: []int{404, 501}, register: list((*Server).assetExposures)},
}

// ReleaseRow is a release with what is said of it.
type ReleaseRow struct {
	*wardround.Release
	Name         string                 `json:"name"`
	SupportNow   wardround.SupportStage `json:"support_now" doc:"By its dates: development, supported, limited support, end of support; empty: not known."`
	HasSBOM      bool                   `json:"has_sbom"`
	Components   int                    `json:"components"`
	Unidentified int                    `json:"unidentified" doc:"Components that nothing can be asked about."`
	Instances    int                    `json:"instances"`
	Exposures    portfolio.Exposed      `json:"exposures"`
	Worst        wardround.Severity     `json:"worst"`
}

func releaseRow(x *portfolio.Summary, now time.Time) ReleaseRow {
	r := *x.Release
	for _, t := range []*time.Time{&r.LimitedSupport, &r.SupportEnds, &r.EndOfLife, &r.Released, &r.Retired, &r.At} {
		*t = t.UTC()
	}
	return ReleaseRow{Release: &r, Name: r.Name(), SupportNow: r.SupportAt(now), HasSBOM: x.HasSBOM, Components: x.Components, Unidentified: x.Unidentified,
		Instances: x.Instances, Exposures: x.Exposed, Worst: x.Exposed.Worst()}
}

type releasesInput struct {
	ListQuery
	Q        string `query:"q" maxLength:"200" doc:"Words that all must occur in maker, product, version, models, names or numbers."`
	Maker    string `query:"maker" maxLength:"256"`
	Product  string `query:"product" maxLength:"256"`
	Support  string `query:"support" enum:"unknown,development,supported,limited support,end of support" doc:"Its stage now."`
	SBOM     string `query:"sbom" enum:"yes,no"`
	Severity string `query:"severity" enum:"info,low,medium,high,critical" doc:"Its worst vulnerability is this or worse."`
}

var releaseOrder = map[string]func(a, b ReleaseRow) int{
	"name":  func(a, b ReleaseRow) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) },
	"maker": func(a, b ReleaseRow) int { return strings.Compare(strings.ToLower(a.Maker), strings.ToLower(b.Maker)) },
	"product": func(a, b ReleaseRow) int {
		return strings.Compare(strings.ToLower(a.Product), strings.ToLower(b.Product))
	},
	"version":      func(a, b ReleaseRow) int { return strings.Compare(a.Version, b.Version) },
	"severity":     func(a, b ReleaseRow) int { return cmp.Compare(a.Worst, b.Worst) },
	"instances":    func(a, b ReleaseRow) int { return cmp.Compare(a.Instances, b.Instances) },
	"components":   func(a, b ReleaseRow) int { return cmp.Compare(a.Components, b.Components) },
	"support_ends": func(a, b ReleaseRow) int { return a.SupportEnds.Compare(b.SupportEnds) },
}

func (s *Server) listReleases(ctx context.Context, in *releasesInput) (RowsFunc[ReleaseRow], error) {
	by, err := in.sorted("name", "name", "maker", "product", "version", "severity", "instances", "components", "support_ends")
	if err != nil || s.index() == nil {
		return short(s, []ReleaseRow{}), err
	}
	all, err := s.index().Summaries(ctx, s.scope(ctx))
	if err != nil {
		return nil, err
	}
	_, now := s.position()
	rows := []ReleaseRow{}
	for i := range all {
		r := releaseRow(&all[i], now)
		stage := cmp.Or(string(r.SupportNow), "unknown")
		switch {
		case in.Support != "" && in.Support != stage,
			in.SBOM != "" && (in.SBOM == "yes") != r.HasSBOM,
			in.Severity != "" && r.Worst < severityOf(in.Severity),
			in.Maker != "" && !strings.EqualFold(in.Maker, r.Maker), in.Product != "" && !strings.EqualFold(in.Product, r.Product),
			!contains(in.Q, r.Name, strings.Join(r.Models, "\n"), strings.Join(r.Names, "\n"), r.UDIDI, r.BasicUDIDI, r.GTIN, string(r.ID)):
			continue
		}
		rows = append(rows, r)
	}
	order := comparing(by, releaseOrder)
	slices.SortFunc(rows, func(a, b ReleaseRow) int { return cmp.Or(order(a, b), strings.Compare(string(a.ID), string(b.ID))) })
	return short(s, rows), nil
}

// ReleaseDetail is a release with all that its page shows.
type ReleaseDetail struct {
	ReleaseRow
	Documents []Document      `json:"documents"`
	Qualities []check.Quality `json:"qualities" doc:"What its bill of materials lacks, by profile."`
	Stages    []Stage         `json:"stages" doc:"Its stages of support, in order of time."`
	May       []string        `json:"may" doc:"What the caller may do: edit, upload."`
	ETag      string          `json:"etag"`
}

// Stage is one stage of support, after IMDRF N70.
type Stage struct {
	Stage wardround.SupportStage `json:"stage"`
	From  *time.Time             `json:"from,omitempty"`
	Until *time.Time             `json:"until,omitempty"`
}

func stagesOf(r *wardround.Release) []Stage {
	out := []Stage{}
	add := func(stage wardround.SupportStage, from, until time.Time) {
		if !from.IsZero() || !until.IsZero() {
			out = append(out, Stage{stage, moment(from), moment(until)})
		}
	}
	full := r.LimitedSupport
	if full.IsZero() {
		full = r.SupportEnds
	}
	add(wardround.SupportFull, r.Released, full)
	if !r.LimitedSupport.IsZero() {
		add(wardround.SupportLimited, r.LimitedSupport, r.SupportEnds)
	}
	if !r.SupportEnds.IsZero() {
		add(wardround.SupportEnded, r.SupportEnds, time.Time{})
	}
	return out
}

type releaseInput struct {
	ID string `path:"id" minLength:"1" maxLength:"100"`
}

type releaseOutput struct {
	ETag string `header:"ETag"`
	Body *ReleaseDetail
}

// releaseOf returns a release that the caller may see. Errors: ENotFound.
func (s *Server) releaseOf(ctx context.Context, id string) (portfolio.Summary, error) {
	if ix := s.index(); ix != nil {
		if x, ok := ix.Summary(wardround.ReleaseID(id), s.scope(ctx)); ok {
			return x, nil
		}
	}
	return portfolio.Summary{}, wardround.Errorf(wardround.ENotFound, "api.releases", "there is no release %q", clip(id, 60))
}

// releaseTag is of what people say of a release.
func releaseTag(r *wardround.Release) string {
	b, _ := json.Marshal(r) // plain fields
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:10])
}

func (s *Server) releaseDetail(ctx context.Context, id string) (*releaseOutput, error) {
	x, err := s.releaseOf(ctx, id)
	if err != nil {
		return nil, err
	}
	_, now := s.position()
	d := &ReleaseDetail{ReleaseRow: releaseRow(&x, now), Stages: stagesOf(x.Release), Qualities: some(slices.Collect(s.index().Qualities(x.Release.ID))), May: []string{}, ETag: releaseTag(x.Release)}
	if d.Documents, err = s.documents(ctx, func(doc *wardround.Document) bool { return doc.Release == x.Release.ID }); err != nil {
		return nil, err
	}
	if s.mayFor(ctx, account.Inventory, x.Release) {
		d.May = append(d.May, "edit")
		if s.opt.Portfolio.Receive != nil {
			d.May = append(d.May, "upload")
		}
	}
	return &releaseOutput{quote(d.ETag), d}, nil
}

// mayFor reports whether the caller may do a thing with a release.
func (s *Server) mayFor(ctx context.Context, x account.Permission, r *wardround.Release) bool {
	names := append([]string{r.Maker, r.Product}, append(slices.Clone(r.Models), r.Names...)...)
	return principal(ctx).MayFor(x, string(s.opt.Scope.Site), names...)
}

func (s *Server) getRelease(ctx context.Context, in *releaseInput) (*releaseOutput, error) {
	return s.releaseDetail(ctx, in.ID)
}

// ReleaseSaid is what people say of a release.
type ReleaseSaid struct {
	Maker          string            `json:"maker" maxLength:"256"`
	Product        string            `json:"product" minLength:"1" maxLength:"256"`
	Version        string            `json:"version" minLength:"1" maxLength:"256"`
	Kind           string            `json:"kind,omitempty" enum:"device,intermediary,service,model,unknown"`
	UDIDI          string            `json:"udi_di,omitempty" maxLength:"256"`
	BasicUDIDI     string            `json:"basic_udi_di,omitempty" maxLength:"256"`
	GTIN           string            `json:"gtin,omitempty" maxLength:"256"`
	Models         []string          `json:"models,omitempty" maxItems:"256" doc:"Model and catalogue numbers."`
	Called         []string          `json:"called,omitempty" maxItems:"256" doc:"Other names of the product."`
	Stage          string            `json:"stage,omitempty" maxLength:"40"`
	Support        string            `json:"support,omitempty" enum:"development,supported,limited support,end of support"`
	LimitedSupport time.Time         `json:"limited_support,omitzero" doc:"When limited support begins."`
	SupportEnds    time.Time         `json:"support_ends,omitzero"`
	EndOfLife      time.Time         `json:"end_of_life,omitzero"`
	Released       time.Time         `json:"released,omitzero"`
	Retired        time.Time         `json:"retired,omitzero" doc:"Decommissioned everywhere."`
	Declared       map[string]string `json:"declared,omitempty" maxProperties:"2000"`
	Clear          []string          `json:"clear,omitempty" maxItems:"20" doc:"Names of fields to empty."`
	Reason         string            `json:"reason,omitempty" maxLength:"1000"`
}

func (x *ReleaseSaid) said(by string) *kind.ReleaseSaidV1 {
	return &kind.ReleaseSaidV1{
		Maker: x.Maker, Product: x.Product, Version: x.Version, Kind: x.Kind, UDIDI: x.UDIDI, BasicUDIDI: x.BasicUDIDI, GTIN: x.GTIN, Models: x.Models, Called: x.Called,
		Stage: x.Stage, Support: wardround.SupportStage(x.Support), LimitedSupport: x.LimitedSupport, SupportEnds: x.SupportEnds, EndOfLife: x.EndOfLife, Released: x.Released,
		Retired: x.Retired, Declared: x.Declared, Clear: x.Clear, By: kind.PersonalText(by), Source: "person:" + by, Reason: kind.PersonalText(x.Reason),
	}
}

type addReleaseInput struct{ Body ReleaseSaid }

func (s *Server) addRelease(ctx context.Context, in *addReleaseInput) (*releaseOutput, error) {
	return s.sayRelease(ctx, &in.Body)
}

func (s *Server) sayRelease(ctx context.Context, x *ReleaseSaid) (*releaseOutput, error) {
	if s.index() == nil {
		return nil, missing("the portfolio")
	}
	r := &wardround.Release{Maker: x.Maker, Product: x.Product, Version: x.Version, Models: x.Models, Names: x.Called, UDIDI: x.UDIDI, GTIN: x.GTIN, Declared: x.Declared}
	if err := r.Validate(); err != nil {
		return nil, err
	}
	if !s.mayFor(ctx, account.Inventory, &wardround.Release{Maker: x.Maker, Product: x.Product}) {
		return nil, wardround.Errorf(wardround.EForbidden, "api.releases", "it needs the permission %q for the product line of %s", account.Inventory, r.Name())
	}
	if err := s.say(ctx, x.said(principal(ctx).Name())); err != nil {
		return nil, err
	}
	return s.releaseDetail(ctx, string(wardround.ReleaseIDOf(s.opt.Scope.Org, x.Maker, x.Product, x.Version)))
}

type editReleaseInput struct {
	ID string `path:"id" minLength:"1" maxLength:"100"`
	IfMatch
	Body ReleaseSaid
}

func (s *Server) editRelease(ctx context.Context, in *editReleaseInput) (*releaseOutput, error) {
	x, err := s.releaseOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.check(releaseTag(x.Release)); err != nil {
		return nil, err
	}
	if wardround.ReleaseIDOf(s.opt.Scope.Org, in.Body.Maker, in.Body.Product, in.Body.Version) != x.Release.ID {
		return nil, hinted(wardround.Errorf(wardround.EInvalid, "api.releases", "maker, product and version identify %s and cannot be changed", x.Release.Name()), "Add another release instead.")
	}
	return s.sayRelease(ctx, &in.Body)
}

// Instance is an asset that is an instance of a release.
type Instance struct {
	Asset       wardround.AssetID     `json:"asset"`
	Name        string                `json:"name"`
	Role        string                `json:"role,omitempty"`
	Ward        string                `json:"ward,omitempty"`
	Zone        wardround.ZoneID      `json:"zone,omitempty"`
	Criticality wardround.Criticality `json:"criticality"`
	Worst       wardround.Severity    `json:"worst"`
	Findings    int                   `json:"findings"`
	Last        time.Time             `json:"last"`
}

type instancesInput struct {
	ListQuery
	ID string `path:"id" minLength:"1" maxLength:"100"`
}

func (s *Server) releaseInstances(ctx context.Context, in *instancesInput) (RowsFunc[Instance], error) {
	x, err := s.releaseOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if _, err := in.sorted("name", "name"); err != nil {
		return nil, err
	}
	rows := []Instance{}
	if b := s.opt.Board; b != nil {
		see := s.sight(ctx, account.View)
		for id := range s.index().Instances(x.Release.ID) {
			if a := b.Asset(see, id); a != nil {
				rows = append(rows, Instance{a.ID, a.Name, a.Attr(wardround.AttrRole), a.Attr(wardround.AttrWard), a.Zone, a.Criticality, a.Worst, a.Findings, a.Last.UTC()})
			}
		}
	}
	slices.SortFunc(rows, func(a, b Instance) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(string(a.Asset), string(b.Asset)))
	})
	return short(s, rows), nil
}
