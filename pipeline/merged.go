package pipeline

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// settle makes an output the verdict of its key. History keeps its subject when
// assets are merged: what was said of an asset under an id that was merged into
// its own since goes on under that key, and a pass also ends what is open under
// any other.
func (p *Pipeline) settle(c *check.Check, out check.Output) {
	out = fit(out)
	aliases := p.aliases(out.Key)
	if len(aliases) == 0 {
		p.apply(c, out)
		return
	}
	keys := make([]wardround.Key, 0, 1+len(aliases))
	if p.rows.m[out.Key] != nil {
		keys = append(keys, out.Key)
	}
	for _, alias := range aliases {
		k := out.Key
		k.Subject = wardround.AssetSubject(alias)
		if p.rows.m[k] != nil {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		keys = append(keys, out.Key)
	}
	for i, k := range keys {
		if i > 0 && (out.State != wardround.Pass || p.rows.m[k].v.State == wardround.Pass) {
			continue
		}
		joined := out
		joined.Key = k
		p.apply(c, joined)
	}
}

// aliases are the ids that were merged into a key's subject.
func (p *Pipeline) aliases(k wardround.Key) []wardround.AssetID {
	if k.Subject.Kind != wardround.SubjectAsset {
		return nil
	}
	a := p.inv.View().Asset(wardround.AssetID(k.Subject.ID))
	if a == nil || string(a.ID) != k.Subject.ID {
		return nil
	}
	return a.Aliases
}
