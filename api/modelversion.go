package api

import (
	"cmp"
	"context"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/behaviour/picture"
)

// ModelVersionRow is a version of a model of which anything is known.
type ModelVersionRow struct {
	ID        string              `json:"id" doc:"What the comparison takes: the id of a release, or of a version that is known from its answers, or from a file alone."`
	Name      string              `json:"name"`
	Maker     string              `json:"maker,omitempty"`
	Product   string              `json:"product,omitempty"`
	Version   string              `json:"version,omitempty"`
	Model     string              `json:"model,omitempty" doc:"Key of the model that answers or answered in it."`
	Current   bool                `json:"current" doc:"It is what answers now."`
	Release   wardround.ReleaseID `json:"release,omitempty" doc:"Only if there is one."`
	Artefact  string              `json:"artefact" enum:"inert,safe,unknown,malicious,unreadable,none"`
	Signature string              `json:"signature" enum:"verified,failed,unsigned,unknown,none"`
	Card      bool                `json:"card" doc:"There is one."`
	Plan      bool                `json:"plan"`
	Reference bool                `json:"reference"`
	Weights   bool                `json:"weights" doc:"A comparison of its weights came with it."`
}

type modelVersionsInput struct {
	ListQuery
	Q string `query:"q" maxLength:"200" doc:"Words that all must occur in name, maker, product, version or model."`
}

// seenVersion is a version that the caller may see, as a row and as it is compared.
type seenVersion struct {
	ModelVersionRow
	of picture.Version
}

// versions are the versions that the caller may see: those of releases and models that
// they may; files of which nobody said what they are of, who sees all of the site.
func (s *Server) versions(ctx context.Context) []seenVersion {
	if s.opt.Models == nil {
		return nil
	}
	v := s.modelsSeen(ctx)
	models := map[string]*behaviour.Summary{}
	for _, m := range s.opt.Models.List() {
		models[m.Key] = &m
	}
	ix, sc := s.index(), s.scope(ctx)
	var out []seenVersion
	for _, x := range s.opt.Models.Versions() {
		r := ModelVersionRow{ID: x.ID, Name: x.Name, Maker: x.Maker, Product: x.Product, Version: x.Version, Current: x.Current, Artefact: artefactOf(x.Judgements), Signature: signatureOf(x.Judgements)}
		visible := v.see.All()
		if m := models[x.Model]; m != nil && v.sees(m) {
			visible, r.Model = true, x.Model
		}
		if ix != nil && x.Release != "" {
			if rel := ix.Release(x.Release); rel != nil && sc.Sees(rel) {
				visible, r.Release = true, x.Release
				r.Name = rel.Name()
			}
		}
		if !visible && x.Product != "" {
			names := []string{x.Product}
			if x.Maker != "" {
				names = append(names, x.Maker)
			}
			visible = principal(ctx).MayFor(account.View, string(s.opt.Scope.Site), names...)
		}
		if !visible {
			continue
		}
		of := picture.Version{Name: r.Name}
		if x.Current {
			of.Key = r.Model
		}
		for _, d := range x.Documents {
			switch d.Kind {
			case "card":
				of.Card, r.Card = d.Digest, true
			case "plan":
				of.Plan, r.Plan = d.Digest, true
			case "reference":
				of.Reference, r.Reference = d.Digest, true
			case "diff":
				of.Diff, r.Weights = d.Digest, true
			}
		}
		out = append(out, seenVersion{r, of})
	}
	return out
}

func (s *Server) listModelVersions(ctx context.Context, in *modelVersionsInput) (RowsFunc[ModelVersionRow], error) {
	if _, err := in.sorted("name", "name"); err != nil {
		return nil, err
	}
	rows := []ModelVersionRow{}
	for _, x := range s.versions(ctx) {
		if contains(in.Q, x.Name, x.Maker, x.Product, x.Version, x.Model) {
			rows = append(rows, x.ModelVersionRow)
		}
	}
	return short(s, rows), nil
}

type compareInput struct {
	Spoken
	A string `query:"a" required:"true" minLength:"1" maxLength:"600" doc:"Id of a version: the one in use."`
	B string `query:"b" required:"true" minLength:"1" maxLength:"600" doc:"Id of a version: the one that is to take its place."`
}

// ModelComparison is two versions beside each other.
type ModelComparison struct {
	A ModelVersionRow `json:"a"`
	B ModelVersionRow `json:"b"`
	*picture.Comparison
}

type compareOutput struct{ Body *ModelComparison }

func (s *Server) compareModels(ctx context.Context, in *compareInput) (*compareOutput, error) {
	if s.opt.Models == nil {
		return nil, missing("what is known of models")
	}
	var of [2]*seenVersion
	list := s.versions(ctx)
	for i, id := range []string{in.A, in.B} {
		for k := range list {
			if list[k].ID == id {
				of[i] = &list[k]
			}
		}
		if of[i] == nil {
			return nil, wardround.Errorf(wardround.ENotFound, "api.models", "there is no version %q of a model", clip(id, 100))
		}
	}
	c, err := s.opt.Models.Compare(of[0].of, of[1].of)
	if err != nil {
		return nil, err
	}
	tellChanges(c, s.language(ctx, in.Language))
	return &compareOutput{&ModelComparison{of[0].ModelVersionRow, of[1].ModelVersionRow, c}}, nil
}

type modelPerformanceInput struct {
	Key    string `path:"key" minLength:"1" maxLength:"500"`
	Score  string `query:"score" maxLength:"200" doc:"Column of the score; the first that has outcomes."`
	Metric string `query:"metric" maxLength:"100" doc:"auroc, auprc, brier, sensitivity …; auroc if absent."`
	Point  string `query:"point" maxLength:"200" doc:"Operating point, of a figure that is of one."`
}

type modelPerformanceOutput struct{ Body *picture.Performance }

func (s *Server) modelPerformance(ctx context.Context, in *modelPerformanceInput) (*modelPerformanceOutput, error) {
	if _, _, err := s.modelOf(ctx, in.Key); err != nil {
		return nil, err
	}
	p, err := s.opt.Models.Performance(in.Key, picture.PerformanceQuery{Score: in.Score, Metric: cmp.Or(strings.TrimSpace(in.Metric), "auroc"), Point: in.Point})
	if err != nil {
		return nil, err
	}
	return &modelPerformanceOutput{p}, nil
}
