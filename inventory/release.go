package inventory

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/wardround/wardround"
)

// An asset is an instance of a release when its maker, its product or model, and
// the version of its software are those of the release, each as observed or said,
// and no other release fits. What is likely but not certain is a proposal. A
// person says it with the property "release": the release's id, or NoRelease.

// NoRelease is what a person says of an asset that is an instance of none.
const NoRelease = "none"

// attrRelease keeps what an asset is an instance of, with its reason.
const attrRelease = "release"

// maxReleaseProposals is how many releases an asset is asked about at a time.
const maxReleaseProposals = 4

// catalogue is the releases that there are, by what their instances call
// themselves. It is shared with trial copies of the inventory, which only read it.
type catalogue struct {
	byID   map[wardround.ReleaseID]*offer
	byName map[string][]*offer // by id
	// asked are names of which a release was said anew since assets were matched.
	asked map[string]bool
}

// offer is a release as assets are compared with it.
type offer struct {
	id      wardround.ReleaseID
	name    string // for people
	maker   string
	version string
	names   []string // product, models, other names; folded
	numbers []string // UDI-DI and GTIN
}

func newCatalogue() *catalogue {
	return &catalogue{byID: map[wardround.ReleaseID]*offer{}, byName: map[string][]*offer{}, asked: map[string]bool{}}
}

// has reports whether a release can be said of an asset; where none is known (a
// trial of an edit) whoever applies it will tell.
func (c *catalogue) has(id wardround.ReleaseID) bool { return len(c.byID) == 0 || c.byID[id] != nil }

// Release takes in a release as it is said now. Assets are matched with it by the
// next [Inventory.MatchReleases].
func (v *Inventory) Release(r *wardround.Release) {
	o := &offer{id: r.ID, name: r.Name(), maker: v.brand(r.Maker), version: foldVersion(r.Version)}
	for _, n := range append(append([]string{r.Product}, r.Models...), r.Names...) {
		if n = foldName(n); n != "" && !slices.Contains(o.names, n) {
			o.names = append(o.names, n)
		}
	}
	for _, n := range []string{r.UDIDI, r.GTIN} {
		if n = deviceNumber(n); n != "" && !slices.Contains(o.numbers, n) {
			o.numbers = append(o.numbers, n)
		}
	}
	c := v.releases
	if old := c.byID[r.ID]; old != nil {
		for _, n := range old.keys() {
			c.asked[n] = true
			if c.byName[n] = slices.DeleteFunc(c.byName[n], func(x *offer) bool { return x == old }); len(c.byName[n]) == 0 {
				delete(c.byName, n)
			}
		}
	}
	c.byID[r.ID] = o
	for _, n := range o.keys() {
		c.asked[n] = true
		at, _ := slices.BinarySearchFunc(c.byName[n], o, func(a, b *offer) int { return cmp.Compare(a.id, b.id) })
		c.byName[n] = slices.Insert(c.byName[n], at, o)
	}
}

// keys are what an instance may call itself; numbers cannot be taken for names.
func (o *offer) keys() []string {
	out := slices.Clone(o.names)
	for _, n := range o.numbers {
		out = append(out, "#"+n)
	}
	return out
}

// Releases takes in the releases that a store knows. Assets were matched with them
// before it was closed.
func (v *Inventory) Releases(all iter.Seq[*wardround.Release]) {
	for r := range all {
		v.Release(r)
	}
	clear(v.releases.asked)
}

// MatchReleases finds what assets are instances of: those that changed since the
// last Flush, and those that call themselves what a release was said to be called.
// It is called once the observations of a batch are resolved.
func (v *Inventory) MatchReleases() {
	if v.o == nil {
		return
	}
	v.changed.restaked = v.changed.restaked[:0]
	for _, r := range slices.Clone(v.changed.assets) {
		v.matchRelease(r)
		v.restake(r)
	}
	if len(v.releases.asked) == 0 {
		return
	}
	for _, r := range v.order {
		if !r.dirty && slices.ContainsFunc(callings(r), func(c calling) bool { return v.releases.asked[c.key] }) {
			v.matchRelease(r)
			v.restake(r)
		}
	}
	clear(v.releases.asked)
}

// stakes is what of an instance weighs in the findings of its release.
type stakes struct {
	release     wardround.ReleaseID
	kind        wardround.AssetKind
	criticality wardround.Criticality
	use         wardround.Use
	outside     bool // a link reaches, or comes from, outside the site
}

func stakesOf(r *record) stakes {
	if r.Release == "" {
		return stakes{}
	}
	outside := slices.ContainsFunc(r.links, func(l *link) bool { return l.client.survivor().Remote || l.server.survivor().Remote })
	return stakes{r.Release, r.Kind, r.Criticality, r.Use, outside}
}

// restake notes the releases that weigh otherwise because of r.
func (v *Inventory) restake(r *record) {
	old, now := r.stakes, stakesOf(r)
	if r.stakes = now; old == now {
		return
	}
	for _, id := range [...]wardround.ReleaseID{old.release, now.release} {
		if id != "" && !slices.Contains(v.changed.restaked, id) {
			v.changed.restaked = append(v.changed.restaked, id)
		}
	}
}

// Restaked lists the releases of whose instances something that weighs changed in
// the last batch.
func (v *Inventory) Restaked() []wardround.ReleaseID { return slices.Clone(v.changed.restaked) }

// calling is what an asset calls itself.
type calling struct {
	key  string
	sure wardround.Confidence
	udi  bool // it tells the maker, too
}

func callings(r *record) []calling {
	var out []calling
	for _, name := range [...]string{wardround.AttrModel, wardround.AttrProductToken} {
		a := r.Attributes[name]
		if a.Confidence < wardround.Indicated {
			continue
		}
		if k := foldName(a.Value); k != "" {
			out = append(out, calling{key: k, sure: a.Confidence})
		}
		if n := deviceNumber(a.Value); n != "" {
			out = append(out, calling{key: "#" + n, sure: a.Confidence, udi: true})
		}
	}
	return out
}

// matchRelease finds what r is an instance of, as things stand.
func (v *Inventory) matchRelease(r *record) {
	a, said := r.Attributes[attrRelease]
	said = said && a.Confidence == wardround.Said
	switch {
	case r.into != nil || r.crowd || r.Remote:
		v.setRelease(r, "")
		return
	case said && a.Value == NoRelease:
		v.setRelease(r, "")
		return
	case said:
		v.setRelease(r, wardround.ReleaseID(a.Value))
		return
	case len(v.releases.byID) == 0: // nothing to compare with: a trial of an edit
		return
	}
	certain, likely := v.candidates(r)
	var id wardround.ReleaseID
	if len(certain) == 1 {
		id, likely = certain[0].id, nil
		if a.Value != string(id) {
			if r.Attributes == nil {
				r.Attributes = map[string]wardround.Attribute{}
			}
			r.Attributes[attrRelease] = wardround.Attribute{Value: string(id), Source: source, At: v.o.At, Confidence: wardround.Observed,
				Reason: "maker, model and software version are those of " + certain[0].name}
			v.mark(r)
		}
	} else if a.Value != "" {
		delete(r.Attributes, attrRelease)
		v.mark(r)
	}
	v.setRelease(r, id)
	for _, o := range certain {
		if id == "" {
			likely = append(likely, guess{o, "more than one release fits"})
		}
	}
	v.withdraw(r.ID, func(p *wardround.Proposal) bool {
		return p.Kind == attrRelease && p.Asset == r.ID && !slices.ContainsFunc(likely, func(g guess) bool { return string(g.id) == p.Value })
	}, "what it calls itself changed")
	for _, g := range likely[:min(len(likely), maxReleaseProposals)] {
		v.propose(wardround.Proposal{Kind: attrRelease, Asset: r.ID, Field: attrRelease, Value: string(g.id), Reason: g.reason()})
	}
}

// guess is a release that an asset may be an instance of, and what is not certain.
type guess struct {
	*offer
	why string
}

func (g guess) reason() string { return "may be " + g.name + ": " + g.why }

// candidates returns the releases that fit for certain, and those that may.
func (v *Inventory) candidates(r *record) (certain []*offer, likely []guess) {
	maker, software := r.Attributes[wardround.AttrMaker], r.Attributes[wardround.AttrSoftware]
	brand, version := v.brand(maker.Value), foldVersion(software.Value)
	if software.Confidence < wardround.Indicated {
		version = ""
	}
	for _, c := range callings(r) {
		of := v.releases.byName[c.key]
		of = slices.DeleteFunc(slices.Clone(of), func(o *offer) bool { return !c.udi && brand != "" && o.maker != "" && o.maker != brand })
		for _, o := range of {
			made := c.udi || brand != "" && brand == o.maker && maker.Confidence >= wardround.Observed
			switch {
			case slices.Contains(certain, o) || slices.ContainsFunc(likely, func(g guess) bool { return g.offer == o }):
			case version == "" && len(of) > 1: // nothing tells which
			case version == "":
				likely = append(likely, guess{o, "the version of its software is not known, and this is the only release of that name"})
			case version == o.version && made && c.sure >= wardround.Observed && software.Confidence >= wardround.Observed:
				certain = append(certain, o)
			case version == o.version && !made:
				likely = append(likely, guess{o, "its maker is not certain"})
			case version == o.version:
				likely = append(likely, guess{o, "what it calls itself is not certain"})
			case alike(software.Value, o.version):
				likely = append(likely, guess{o, "its software calls itself " + software.Value})
			}
		}
	}
	if len(certain) > 0 {
		likely = nil
	}
	return certain, likely
}

// setRelease keeps what r is an instance of, and the list of a release's instances.
func (v *Inventory) setRelease(r *record, id wardround.ReleaseID) {
	if r.Release == id {
		return
	}
	v.instance(r, r.Release, false)
	r.Release = id
	v.instance(r, id, true)
	v.mark(r)
}

func (v *Inventory) instance(r *record, id wardround.ReleaseID, is bool) {
	if id == "" {
		return
	}
	all := v.instances[id]
	at, found := slices.BinarySearchFunc(all, r, func(a, b *record) int { return cmp.Compare(a.ID, b.ID) })
	switch {
	case is && !found:
		v.instances[id] = slices.Insert(all, at, r)
	case !is && found && len(all) == 1:
		delete(v.instances, id)
	case !is && found:
		v.instances[id] = slices.Delete(all, at, at+1)
	}
}

// Instances yields the assets that are instances of a release, by id.
func (w View) Instances(id wardround.ReleaseID) iter.Seq[*wardround.Asset] {
	return assetsOf(w.v.instances[id])
}

// Uninstalled reports whether a release has no instance here.
func (w View) Uninstalled(id wardround.ReleaseID) bool { return len(w.v.instances[id]) == 0 }

// brand is how a maker is compared: without the form of the company, and under the
// name that its brand goes by now.
func (v *Inventory) brand(maker string) string {
	if v.brands != nil && strings.TrimSpace(maker) != "" {
		maker = v.brands(maker)
	}
	return foldMaker(maker)
}
