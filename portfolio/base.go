package portfolio

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/knowledge"
	"github.com/wardround/wardround/priority"
)

// Base lets an index stand on a [knowledge.Base]: it implements [Knowledge] and
// [Learner].
type Base struct{ *knowledge.Base }

var (
	_ Knowledge = Base{}
	_ Learner   = Base{}
)

// known is an identity in knowledge's words.
func known(id *Identity) knowledge.Identity {
	c := sbom.Component{Type: id.Type, Group: id.Group, Name: id.Name, Version: id.Version, Supplier: id.Supplier, PURL: id.PURL, CPEs: id.CPEs}
	k, _ := knowledge.Identify(&c)
	if id.Device {
		k.Thing = &knowledge.Thing{Maker: id.Supplier, Product: id.Name, Version: id.Version}
	}
	if k.Thing != nil {
		k.Thing.Names, k.Thing.Models = id.Names, id.Models
		if len(id.Serials) > 0 {
			k.Thing.Serial = id.Serials[0]
		}
	}
	k.Label = id.Label()
	return k
}

// Match implements [Knowledge]. A generation file that turns out to be damaged
// makes everything about the identity "cannot tell".
func (b Base) Match(id *Identity) []Hit {
	k := known(id)
	return b.match(&k)
}

// Ask implements [Asker].
func (b Base) Ask(id *Identity) ([]Key, []Hit) {
	k := known(id)
	return keysOf(b.Base.Keys(&k)), b.match(&k)
}

func (b Base) match(k *knowledge.Identity) (out []Hit) {
	err := b.Base.Match(k, func(h *knowledge.Hit) {
		hit := Hit{Vulnerability: h.Vulnerability, State: h.State, Why: h.Why(), Fixed: h.Fixed, Confidence: h.Confidence,
			Advisories: []string{h.Record.String()}, Proposal: h.Proposal()}
		for i := range h.Others {
			if r := h.Others[i].Record.String(); len(hit.Advisories) < maxSaid && !slices.Contains(hit.Advisories, r) {
				hit.Advisories = append(hit.Advisories, r)
			}
		}
		out = append(out, hit)
	})
	if err != nil {
		return nil
	}
	return out
}

// Keys implements [Knowledge].
func (b Base) Keys(id *Identity) []Key {
	k := known(id)
	return keysOf(b.Base.Keys(&k))
}

func keysOf(in []knowledge.Key) []Key {
	out := make([]Key, len(in))
	for i, k := range in {
		out[i] = Key(k)
	}
	return out
}

// Named implements [Knowledge].
func (b Base) Named(v string) []Key { return keysOf(b.Base.Named(v)) }

// OnlyProducts reports whether a vulnerability names products by name, and neither
// packages nor CPEs.
func (b Base) OnlyProducts(v string) bool {
	keys := b.Base.Named(v)
	return len(keys) > 0 && !slices.ContainsFunc(keys, func(k knowledge.Key) bool { return k.Ecosystem() != "product" })
}

// Names are the names of the packages that a vulnerability is about, as bills of
// materials without identifiers write them.
func (b Base) Names(v string) []string {
	var out []string
	for _, k := range b.Base.Named(v) {
		parts := strings.Split(string(k), "\x00")
		if k.Ecosystem() != "product" {
			addAll(&out, parts[len(parts)-1:])
		}
	}
	return out
}

// Facts implements [Knowledge].
func (b Base) Facts(id string) (Facts, bool) {
	v, ok := b.Base.Vulnerability(id)
	if !ok {
		return Facts{}, false
	}
	f := Facts{ID: v.ID, Aliases: v.Aliases, Title: v.Title, Published: v.Published, Changed: v.Modified, Withdrawn: v.Withdrawn, EPSS: -1}
	if v.Exploited != nil {
		f.Exploited, f.DueKEV = true, v.Exploited.Due
	}
	if v.Score != nil {
		f.EPSS = v.Score.EPSS
	}
	f.Severity, f.Score, f.Rating = priority.Base(&priority.Facts{Vulnerability: v.ID, Ratings: v.Severities, Exploited: f.Exploited})
	for _, r := range v.Records {
		addAll(&f.Advisories, []string{r.String()})
	}
	return f, true
}

// Covers implements [Knowledge]: a feed that speaks of the package's ecosystem, of
// CPEs where there is one, or of products where it is one.
func (b Base) Covers(id *Identity) (newest time.Time, ok bool) {
	k := known(id)
	var asked []string
	if e := k.Ecosystem(); e != "" {
		asked = append(asked, e)
	}
	if len(k.CPEs) > 0 {
		asked = append(asked, "cpe")
	}
	if k.Thing != nil {
		asked = append(asked, "product")
	}
	for _, e := range asked {
		if at, has := b.Newest(e); has {
			newest, ok = later(newest, at), true
		}
	}
	return newest, ok
}

// Feeds implements [Knowledge].
func (b Base) Feeds() iter.Seq[check.Feed] {
	return func(yield func(check.Feed) bool) {
		for _, f := range b.Base.Feeds() {
			if !yield(check.Feed{Name: f.Name, Kind: f.Kind, Records: f.Records, Newest: f.Newest, At: f.At, Trust: f.Trust}) {
				return
			}
		}
	}
}

// Learn implements [Learner]: the blob is a bundle of [knowledge.WriteBundle]. It is
// read to its end before any of it counts.
func (b Base) Learn(o *wardround.Observation, r io.Reader) (Delta, error) {
	x, ok := o.Fields.(*kind.KnowledgeReceivedV1)
	if !ok {
		return Delta{}, fmt.Errorf("a %s carries no knowledge", o.Kind)
	}
	rows, err := knowledge.ReadBundle(r)
	if err != nil {
		return Delta{}, err
	}
	d := b.Put(knowledge.Feed{Name: x.Feed, Kind: x.Kind, Complete: x.Complete, At: o.At, Trust: x.Trust}, rows)
	out := Delta{Vulnerabilities: d.Vulnerabilities, Renamed: d.Renamed}
	for _, keys := range [][]knowledge.Key{d.Packages, d.CPEs, d.Products} {
		out.Keys = append(out.Keys, keysOf(keys)...)
	}
	return out, nil
}
