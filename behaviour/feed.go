package behaviour

import (
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// follow notes which asset a model is, and that what feeds it changed.
func (f *Fold) follow(a *wardround.Asset) {
	if a.MergedInto == "" && a.Kind&wardround.Model != 0 {
		for _, id := range a.Identifiers {
			if id.Type == string(kind.IDModel) && id.Confidence >= wardround.Indicated {
				f.belongs(id.Value, a)
			}
		}
	}
	for _, m := range f.fed(a.ID) {
		for i := range m.Sources {
			s := &m.Sources[i]
			if s.Asset != a.ID {
				continue
			}
			if a.MergedInto != "" {
				s.Asset, m.dirty, f.feeds = a.MergedInto, true, nil
				continue
			}
			f.software(m, s, a)
		}
	}
}

// fed are the models that a device feeds.
func (f *Fold) fed(by wardround.AssetID) []*instance {
	if f.feeds == nil {
		f.feeds = map[wardround.AssetID][]*instance{}
		for _, m := range f.sorted() {
			for i := range m.Sources {
				if id := m.Sources[i].Asset; id != "" && !slices.Contains(f.feeds[id], m) {
					f.feeds[id] = append(f.feeds[id], m)
				}
			}
		}
	}
	return f.feeds[by]
}

// software notes what a device that feeds a model runs: the medical join. What changes
// there stands on the model's timeline, before what changes in its inputs.
func (f *Fold) software(m *instance, s *feeding, a *wardround.Asset) {
	now := a.Attr(wardround.AttrSoftware)
	if now == "" || now == s.Software {
		return
	}
	if s.Software != "" {
		f.event(m, Event{At: a.Attributes[wardround.AttrSoftware].At, Kind: EventSource, Source: s.Name,
			Said: "the software of {source} changed", Before: s.Software, After: now})
	}
	s.Software, m.dirty = now, true
}

// meet finds the assets of the devices that feed models. Where several carry the name,
// none is meant.
func (f *Fold) meet(inv check.Inventory) {
	if inv == nil {
		return
	}
	for _, m := range f.sorted() {
		for i := range m.Sources {
			s := &m.Sources[i]
			if s.Asset != "" {
				continue
			}
			types := named
			if s.Type != "" {
				types = []kind.IDType{kind.IDType(s.Type)}
			}
			for _, t := range types {
				if found := inv.ByIdentifier(t, s.Name); len(found) == 1 && !found[0].Remote {
					s.Asset, m.dirty, f.feeds = found[0].ID, true, nil
					f.software(m, s, found[0])
					break
				}
			}
		}
	}
}

// belongs joins a model in use with its asset; what was judged before it was known is
// said then.
func (f *Fold) belongs(key string, a *wardround.Asset) {
	m := f.instances[key]
	if m == nil {
		return
	}
	m.release = a.Release
	if m.asset == a.ID {
		return
	}
	m.asset = a.ID
	if !f.opened {
		return // what was judged before was said before
	}
	var waiting []*entry
	for k, e := range f.current {
		if k.owner == ofModel+key && !slices.Contains(f.queue, e) {
			waiting = append(waiting, e)
		}
	}
	slices.SortFunc(waiting, func(x, y *entry) int { return x.key.compare(y.key) })
	f.queue = append(f.queue, waiting...)
}
