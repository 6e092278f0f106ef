package pipeline

import (
	"iter"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// Models is what the documents, trials and windows of models are folded into. The
// pipeline's goroutine calls it, for each batch in this order:
//
//	Fold       for each observation of the models' kinds, in log order, before the
//	           inventory resolves it
//	Assets     once, with the assets of which more than times changed, who is who, and
//	           the site's time: it judges what waits
//	View       while checks run; what it returns is read by the goroutine of a check
//	Flush      adds the rows that changed: documents, and states of the name [wardround.ModelState]
//	Committed  when the store has the batch
//
// When the pipeline opens it calls Assets with all of them, in no batch: the models
// then stand where the store does. Like the pipeline it reads no clock and is a fold:
// the same observations and blobs give the same rows and judgements.
type Models interface {
	// Fold takes in one observation. What cannot be read is no error: it is said, and
	// what was known stays. An error (a disk that fails) ends the pipeline before
	// anything of the batch is committed.
	Fold(o *wardround.Observation) error
	// Assets follows the inventory and judges. The assets must not be kept nor
	// changed. Errors are of the disk.
	Assets(changed []*wardround.Asset, inv check.Inventory, now time.Time) error
	View() check.Models
	Flush(c *wardround.Commit)
	Committed(to uint64)
}

// modelKinds are the kinds that models are folded from.
var modelKinds = map[kind.Name]bool{
	kind.ModelReceived: true, kind.ModelScanned: true, kind.ModelVerified: true, kind.ModelProbed: true,
	kind.ModelLogs: true, kind.ModelDecided: true, kind.InferenceWindow: true, kind.InferenceLabelled: true,
}

// noModels stands in where there are none.
type noModels struct{}

func (noModels) Fold(*wardround.Observation) error                           { return nil }
func (noModels) Assets([]*wardround.Asset, check.Inventory, time.Time) error { return nil }
func (noModels) View() check.Models                                          { return check.NoModels() }
func (noModels) Flush(*wardround.Commit)                                     {}
func (noModels) Committed(uint64)                                            {}

// models lets the models take in an observation, if it is one for them.
func (p *Pipeline) models(o *wardround.Observation) error {
	if w, ok := o.Fields.(*kind.WakeV1); ok && (w.Key == check.MoreKey || w.Key == check.DueKey) {
		return p.opt.Models.Fold(o)
	}
	if !modelKinds[kind.Name(o.Kind)] {
		return nil
	}
	if err := p.modelRelease(o); err != nil {
		return err
	}
	return p.opt.Models.Fold(o)
}

// modelRelease lets the portfolio know the release that an observation of a model
// speaks of, as if somebody had said that there is one.
func (p *Pipeline) modelRelease(o *wardround.Observation) error {
	r, ok := o.Fields.(interface {
		Release() (maker, product, version string)
	})
	if !ok {
		return nil
	}
	maker, product, version := r.Release()
	if product == "" || version == "" {
		return nil
	}
	id := wardround.ReleaseIDOf(p.opt.Scope.Org, maker, product, version)
	if p.opt.Portfolio.View().Release(id) != nil {
		return nil
	}
	said := *o
	said.Kind, said.Blob = string(kind.ReleaseSaid), nil
	said.Fields = &kind.ReleaseSaidV1{Maker: maker, Product: product, Version: version, Kind: wardround.Model.String(), Source: "import:" + o.Sensor}
	return p.portfolio(&said)
}

// modelsView is the models as an abandoned pass can no longer read them.
type modelsView struct {
	v check.Models
	f *frame
}

var _ check.Models = modelsView{}

func (v modelsView) Touched() check.TouchedModels {
	v.f.enter()
	defer v.f.leave()
	return v.v.Touched()
}

func (v modelsView) Due() time.Time {
	v.f.enter()
	defer v.f.leave()
	return v.v.Due()
}

func (v modelsView) Judgements(topic string, after check.JudgementKey) iter.Seq[*check.Judgement] {
	return each(v.f, v.v.Judgements(topic, after))
}

func (f *frame) Models() check.Models { return modelsView{f.p.opt.Models.View(), f} }
