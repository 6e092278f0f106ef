package portfolio

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// said applies what somebody said of a release to what was said before: empty
// fields leave it, Clear empties it.
func (f *Fold) said(o *wardround.Observation, x *kind.ReleaseSaidV1) {
	id := wardround.ReleaseIDOf(f.opt.Scope.Org, x.Maker, x.Product, x.Version)
	r := &wardround.Release{ID: id, Org: f.opt.Scope.Org, Maker: x.Maker, Product: x.Product, Version: x.Version, Kind: wardround.Device, Stage: wardround.Operate}
	if old := f.ix.Release(id); old != nil {
		c := *old // what others hold is never changed
		c.Models, c.Names, c.Declared = slices.Clone(c.Models), slices.Clone(c.Names), maps.Clone(c.Declared)
		r = &c
	}
	for _, name := range x.Clear {
		clearField(r, name)
	}
	if k, err := wardround.ParseAssetKind(x.Kind); err == nil && k != 0 {
		r.Kind = k
	}
	text := func(to *string, s string) {
		if s != "" {
			*to = s
		}
	}
	text(&r.UDIDI, x.UDIDI)
	text(&r.BasicUDIDI, x.BasicUDIDI)
	text(&r.GTIN, x.GTIN)
	text((*string)(&r.Stage), x.Stage)
	text((*string)(&r.Support), string(x.Support))
	text(&r.Source, x.Source)
	date := func(to *time.Time, t time.Time) {
		if !t.IsZero() {
			*to = t.UTC()
		}
	}
	date(&r.LimitedSupport, x.LimitedSupport)
	date(&r.SupportEnds, x.SupportEnds)
	date(&r.EndOfLife, x.EndOfLife)
	date(&r.Released, x.Released)
	date(&r.Retired, x.Retired)
	if len(x.Models) > 0 {
		r.Models = x.Models
	}
	if len(x.Called) > 0 {
		r.Names = x.Called
	}
	for k, v := range x.Declared {
		if r.Declared == nil {
			r.Declared = map[string]string{}
		}
		r.Declared[k] = v
	}
	if r.Source == "" && x.By != "" {
		r.Source = "person:" + string(x.By)
	}
	r.At = o.At
	f.put(r)
	// What the maker declares comes with the form it stands in.
	if d := f.document(o, wardround.DocumentMDS2, strings.TrimPrefix(x.Source, "import:")); d != nil && len(x.Declared) > 0 {
		d.Release, d.Format, d.Author, d.Source, d.Parts = id, "MDS2 HN 1-2019", x.Maker, x.Source, len(r.Declared)
		f.keep(d)
		for _, old := range f.documentsOf(wardround.DocumentMDS2, d.Name) {
			if f.documents[old].Release == id {
				f.replace(old, d.ID, o.At)
			}
		}
	}
}

// clearField empties a field by the name it has in JSON; a name that is none of a
// release's is left alone.
func clearField(r *wardround.Release, name string) {
	switch name {
	case "udi_di":
		r.UDIDI = ""
	case "basic_udi_di":
		r.BasicUDIDI = ""
	case "gtin":
		r.GTIN = ""
	case "models":
		r.Models = nil
	case "called", "names":
		r.Names = nil
	case "stage":
		r.Stage = wardround.Operate
	case "support":
		r.Support = ""
	case "limited_support":
		r.LimitedSupport = time.Time{}
	case "support_ends":
		r.SupportEnds = time.Time{}
	case "end_of_life":
		r.EndOfLife = time.Time{}
	case "released":
		r.Released = time.Time{}
	case "retired":
		r.Retired = time.Time{}
	case "declared":
		r.Declared = nil
	}
}
