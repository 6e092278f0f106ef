package pipeline

import (
	"iter"
	"net/netip"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/inventory"
	"github.com/wardround/wardround/kind"
)

// view is the inventory as an abandoned pass can no longer read it: its next call,
// or the next step of a list, ends the goroutine.
type view struct {
	v inventory.View
	f *frame
}

var _ check.Inventory = view{}

func (v view) Asset(id wardround.AssetID) *wardround.Asset { v.f.Alive(); return v.v.Asset(id) }
func (v view) ByAddr(a netip.Addr) *wardround.Asset        { v.f.Alive(); return v.v.ByAddr(a) }
func (v view) Zone(a netip.Addr) wardround.ZoneID          { v.f.Alive(); return v.v.Zone(a) }
func (v view) Zones() []wardround.Zone                     { v.f.Alive(); return v.v.Zones() }
func (v view) Link(id wardround.LinkID) *wardround.Link    { v.f.Alive(); return v.v.Link(id) }

func (v view) ByIdentifier(t kind.IDType, value string) []*wardround.Asset {
	v.f.Alive()
	return v.v.ByIdentifier(t, value)
}

func (v view) Links(id wardround.AssetID) iter.Seq[*wardround.Link] { return each(v.f, v.v.Links(id)) }
func (v view) Assets() iter.Seq[*wardround.Asset]                   { return each(v.f, v.v.Assets()) }

func (v view) InZone(z wardround.ZoneID) iter.Seq[*wardround.Asset] { return each(v.f, v.v.InZone(z)) }

func (v view) Behind(id wardround.AssetID) iter.Seq[*wardround.Asset] {
	return each(v.f, v.v.Behind(id))
}

func each[T any](f *frame, list iter.Seq[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		f.Alive()
		for x := range list {
			f.Alive()
			if !yield(x) {
				return
			}
		}
	}
}
