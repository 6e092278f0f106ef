package inventory

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// Difference is what would change of one asset.
type Difference struct {
	Asset wardround.AssetID `json:"asset,omitempty"` // "" for a new one: its id comes with its log position
	Name  string            `json:"name"`
	New   bool              `json:"new,omitempty"`
	// MergedInto names the asset it would become an alias of.
	MergedInto string   `json:"merged_into,omitempty"`
	Changes    []Change `json:"changes,omitempty"` // by field
}

// Change is one field before and after; an empty side means it is not there.
type Change struct {
	Field  string `json:"field"` // "kind", "identifier mac", "@ward"
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

func (d Difference) String() string {
	var b strings.Builder
	switch {
	case d.New:
		fmt.Fprintf(&b, "+ %s\n", d.Name)
	case d.MergedInto != "":
		fmt.Fprintf(&b, "= %s (%s) becomes an alias of %s\n", d.Name, d.Asset, d.MergedInto)
	default:
		fmt.Fprintf(&b, "~ %s (%s)\n", d.Name, d.Asset)
	}
	for _, c := range d.Changes {
		if c.Before != "" {
			fmt.Fprintf(&b, "    - %s: %s\n", c.Field, c.Before)
		}
		if c.After != "" {
			fmt.Fprintf(&b, "    + %s: %s\n", c.Field, c.After)
		}
	}
	return b.String()
}

// Preview returns what the assets and open questions would become if these facts
// were said at the given time. The inventory itself stays as it is. Errors: those
// of [Inventory.Validate], joined, each with the number of the fact from 1.
func (v *Inventory) Preview(said []*kind.InventorySaidV1, at time.Time) ([]Difference, error) {
	twin, err := Restore(context.Background(), Options{Scope: v.scope, Zones: v.zones, Maker: v.maker, Brands: v.brands, Limits: v.limits}, &rowsOf{v: v})
	if err != nil {
		return nil, err
	}
	twin.releases = &catalogue{byID: v.releases.byID, byName: v.releases.byName}
	var errs []error
	for i, s := range said {
		if err := twin.Validate(s); err != nil {
			if errs = append(errs, fmt.Errorf("%d: %w", i+1, err)); len(errs) >= 50 {
				break
			}
			continue
		}
		// The position is far from any that the log has now.
		twin.Resolve(&wardround.Observation{Seq: 1<<62 + uint64(i), Kind: string(kind.InventorySaid), At: at, Fields: s})
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	twin.MatchReleases()
	return Compare(v.View(), twin.View()), nil
}

// rowsOf lets an inventory be read as a store would give it.
type rowsOf struct {
	wardround.Reader
	v *Inventory
}

func (r *rowsOf) Assets(context.Context, wardround.Scope) iter.Seq2[*wardround.Asset, error] {
	return each(r.v.order, func(r *record) *wardround.Asset { return &r.Asset })
}

func (r *rowsOf) Links(context.Context, wardround.Scope) iter.Seq2[*wardround.Link, error] {
	return each(r.v.linkOrder, func(l *link) *wardround.Link { return &l.Link })
}

func (r *rowsOf) Proposals(context.Context, wardround.Scope) iter.Seq2[*wardround.Proposal, error] {
	ids := slices.Sorted(maps.Keys(r.v.proposals))
	return each(ids, func(id string) *wardround.Proposal { p := *r.v.proposals[id]; return &p })
}

func each[T, V any](all []T, of func(T) V) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for _, x := range all {
			if !yield(of(x), nil) {
				return
			}
		}
	}
}

// Compare returns the differences between two states of one site's inventory:
// what is new, in order of name, then what changed, in order of id. Times are left
// out.
func Compare(before, after View) []Difference {
	var added, changed []Difference
	for b := range after.Assets() {
		a := before.v.byID[b.ID]
		if a == nil {
			added = append(added, Difference{Name: b.Name(), New: true, Changes: fieldsOf(&wardround.Asset{}, b)})
			continue
		}
		if c := fieldsOf(&a.Asset, b); len(c) > 0 {
			changed = append(changed, Difference{Asset: b.ID, Name: b.Name(), Changes: c})
		}
	}
	for a := range before.Assets() {
		if b := after.v.byID[a.ID]; b != nil && b.into != nil {
			changed = append(changed, Difference{Asset: a.ID, Name: a.Name(), MergedInto: after.Asset(a.ID).Name()})
		}
	}
	slices.SortStableFunc(added, func(a, b Difference) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(changed, func(a, b Difference) int { return strings.Compare(string(a.Asset), string(b.Asset)) })
	return append(added, changed...)
}

// fieldsOf lists the fields that differ between two states of an asset.
func fieldsOf(a, b *wardround.Asset) []Change {
	fields := map[string]Change{}
	put := func(name, before, after string) {
		if before != after {
			fields[name] = Change{name, before, after}
		}
	}
	word := func(s fmt.Stringer) string {
		if s := s.String(); s != "unknown" {
			return s
		}
		return ""
	}
	put("kind", word(a.Kind), word(b.Kind))
	put("criticality", word(a.Criticality), word(b.Criticality))
	put("zone", string(a.Zone), string(b.Zone))
	put("gateway", string(a.Gateway), string(b.Gateway))
	put("release", string(a.Release), string(b.Release))
	for name, x := range b.Attributes {
		if name != attrKind && name != attrCriticality && name != attrZone && name != attrGateway && name != attrRelease {
			put("@"+name, a.Attr(name), x.Value)
		}
	}
	for name, x := range a.Attributes {
		if _, ok := b.Attributes[name]; !ok && name != attrRelease {
			put("@"+name, x.Value, "")
		}
	}
	was, is := carried(a), carried(b)
	for k, sure := range is {
		put("identifier "+k, was[k], sure)
	}
	for k, sure := range was {
		put("identifier "+k, sure, is[k])
	}
	out := make([]Change, 0, len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		out = append(out, fields[name])
	}
	return out
}

// carried returns what an asset is known by now, and by whose word.
func carried(a *wardround.Asset) map[string]string {
	m := map[string]string{}
	for _, id := range a.Identifiers {
		switch {
		case id.Confidence == wardround.Said:
			m[id.Type+" "+id.Value] = "said by " + id.Source
		case id.Confidence >= wardround.Indicated:
			m[id.Type+" "+id.Value] = "seen"
		}
	}
	return m
}
