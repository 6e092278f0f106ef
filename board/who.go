package board

import (
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// who is what rows say of an asset. It is replaced only when something of it
// changes other than times, so that what refers to it need not be.
type who struct {
	raw         *wardround.Asset // its times may lag
	id          wardround.AssetID
	name        string
	role, ward  string
	zone        wardround.ZoneID
	kind        wardround.AssetKind
	criticality wardround.Criticality
	products    []string // maker, model, product; lower case
	text        string   // what a search looks in; lower case
	ordinal     int      // of its asset on the board
}

func newWho(a *wardround.Asset, ordinal int) *who {
	w := &who{
		ordinal: ordinal,
		raw:     a, id: a.ID, name: a.Name(), role: a.Attr(wardround.AttrRole), ward: a.Attr(wardround.AttrWard),
		zone: a.Zone, kind: a.Kind, criticality: a.Criticality,
	}
	for _, n := range []string{wardround.AttrMaker, wardround.AttrModel, wardround.AttrProductToken} {
		if v := fold(a.Attr(n)); v != "" {
			w.products = append(w.products, v)
		}
	}
	parts := append([]string{w.name, string(w.id), w.role, w.ward, string(w.zone)}, w.products...)
	for _, id := range a.Identifiers {
		if id.Confidence >= wardround.Indicated {
			parts = append(parts, id.Value)
		}
	}
	parts = append(parts, a.Attr(wardround.AttrSerial), a.Attr(wardround.AttrSoftware))
	w.text = strings.ToLower(strings.Join(parts, "\n"))
	return w
}

// fold is how product lines are compared: as account.Reach folds them.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(norm.NFKC.String(s))) }

// same reports whether rows may go on referring to w.
func (w *who) same(o *who) bool {
	return w.name == o.name && w.role == o.role && w.ward == o.ward && w.zone == o.zone && w.kind == o.kind &&
		w.criticality == o.criticality && w.text == o.text && slices.Equal(w.products, o.products)
}

// tells reports whether w says of a what newWho would. It is asked of each asset
// that was seen again, mostly with nothing new but the time.
func (w *who) tells(a *wardround.Asset) bool {
	b := w.raw
	if a.Zone != b.Zone || a.Kind != b.Kind || a.Criticality != b.Criticality || len(a.Attributes) != len(b.Attributes) || len(a.Identifiers) != len(b.Identifiers) {
		return false
	}
	for i := range a.Identifiers {
		x, y := &a.Identifiers[i], &b.Identifiers[i]
		if x.Value != y.Value || x.Type != y.Type || x.Confidence != y.Confidence {
			return false
		}
	}
	for name, x := range a.Attributes {
		if y, ok := b.Attributes[name]; !ok || x.Value != y.Value {
			return false
		}
	}
	return true
}

// sees reports whether an asset is of the person's product lines.
func (v Visible) sees(w *who) bool {
	if v.All() {
		return true
	}
	if w == nil {
		return false
	}
	for _, p := range w.products {
		if slices.Contains(v.Products, p) {
			return true
		}
	}
	return false
}

// either is sees for what has two ends.
func (v Visible) either(a, b *who) bool { return v.sees(a) || v.sees(b) }

// holds reports whether an identifier is a network address that the asset has now.
func holds(id *wardround.Identifier) (netip.Addr, bool) {
	if id.Type != string(kind.IDIP) || id.Confidence < wardround.Indicated {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(id.Value)
	return a, err == nil
}

// clip shortens what is only sorted by, so that a cursor stays short.
func clip(s string) string {
	const most = 96
	if len(s) > most {
		return s[:most]
	}
	return s
}
