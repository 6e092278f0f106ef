package inventory

import (
	"maps"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// saidBy names who said something: an import by its file, a person by name.
func saidBy(s *kind.InventorySaidV1) string {
	if s.Source != "" {
		return s.Source
	}
	return "person:" + string(s.By)
}

// said folds what a person or an import said. What cannot be applied is counted:
// [Inventory.Validate] tells beforehand.
func (v *Inventory) said(s *kind.InventorySaidV1) {
	if err := v.Validate(s); err != nil {
		v.stats.SaidRefused++
		return
	}
	switch s.Act {
	case "accept":
		v.accept(v.proposals[s.Proposal], s)
	case "reject":
		v.decide(v.proposals[s.Proposal], rejected, saidBy(s))
	case "merge":
		r := v.byID[s.Asset].survivor()
		v.merge(r, v.byID[s.Other], saidBy(s))
		v.res.Said = r.id()
	case "split":
		r := v.byID[s.Asset].survivor()
		if s.Other != "" {
			v.split(v.byID[s.Other])
		} else {
			r = v.carve(r, s.Match)
		}
		v.res.Said = r.id()
	case "set", "identify":
		r := v.saidOf(s)
		v.identify(r, s.Match)
		for _, name := range slices.Sorted(maps.Keys(s.Set)) {
			v.set(r, name, s.Set[name])
		}
		v.res.Said = r.survivor().id()
	}
}

// Validate reports why what a person says cannot be applied as things stand, nil
// if it can. Errors: EInvalid, ENotFound, EConflict.
func (v *Inventory) Validate(s *kind.InventorySaidV1) error {
	const op = "inventory.said"
	asset := func(id wardround.AssetID) error {
		if r := v.byID[id]; r == nil {
			return wardround.Errorf(wardround.ENotFound, op, "no asset %q", id)
		} else if r.crowd {
			return wardround.Errorf(wardround.EInvalid, op, "asset %q stands for many", id)
		}
		return nil
	}
	switch s.Act {
	case "accept", "reject":
		p := v.proposals[s.Proposal]
		if p == nil {
			return wardround.Errorf(wardround.ENotFound, op, "no proposal %q", s.Proposal)
		}
		if p.State != open {
			return wardround.Errorf(wardround.EConflict, op, "proposal %q was %s by %s", p.ID, p.State, p.By)
		}
		return nil
	case "merge", "split":
		if err := asset(s.Asset); err != nil {
			return err
		}
		if s.Act == "split" && s.Other == "" {
			if len(s.Match) == 0 {
				return wardround.Errorf(wardround.EInvalid, op, "split needs the asset to take out, or the identifiers that belong to another one")
			}
			return validMatch(op, s.Match)
		}
		if err := asset(s.Other); err != nil {
			return err
		}
		r, o := v.byID[s.Asset].survivor(), v.byID[s.Other]
		if s.Act == "split" && (o.into == nil || o.survivor() != r) {
			return wardround.Errorf(wardround.EConflict, op, "%q is not merged into %q", s.Other, r.ID)
		}
		if s.Act == "merge" && o.survivor() == r {
			return wardround.Errorf(wardround.EConflict, op, "%q and %q are one asset already", s.Asset, s.Other)
		}
		return nil
	case "set", "identify":
		if s.Asset != "" {
			if err := asset(s.Asset); err != nil {
				return err
			}
		} else if len(s.Match) == 0 {
			return wardround.Errorf(wardround.EInvalid, op, "%s needs an asset or an identifier", s.Act)
		}
		for _, name := range slices.Sorted(maps.Keys(s.Set)) {
			if err := v.validSet(op, name, s.Set[name]); err != nil {
				return err
			}
		}
		return validMatch(op, s.Match)
	}
	return wardround.Errorf(wardround.EInvalid, op, "act %q: want accept, reject, set, identify, merge or split", s.Act)
}

func validMatch(op string, ids []kind.SaidID) error {
	for _, id := range ids {
		if !Known(id.Type) {
			return wardround.Errorf(wardround.EInvalid, op, "identifier type %q is not known", id.Type)
		}
		if _, ok := Normalise(id.Type, id.Value); !ok {
			return wardround.Errorf(wardround.EInvalid, op, "%q is no %s that tells one asset from another", id.Value, id.Type)
		}
	}
	return nil
}

func (v *Inventory) validSet(op, name, value string) error {
	var err error
	switch {
	case name == "" || len(name) > maxValue || len(value) > maxValue:
		return wardround.Errorf(wardround.EInvalid, op, "%.40q: names and values have 1 to %d bytes", name, maxValue)
	case name == attrCrowd || name == attrBlock:
		return wardround.Errorf(wardround.EInvalid, op, "%q is not for people to set", name)
	case value == "": // takes back what was said
	case name == attrKind:
		_, err = wardround.ParseAssetKind(value)
	case name == attrCriticality:
		_, err = wardround.ParseCriticality(value)
	case name == attrRelease && value != NoRelease && !v.releases.has(wardround.ReleaseID(value)):
		return wardround.Errorf(wardround.ENotFound, op, "no release %q to be an instance of; %q says that it is of none", value, NoRelease)
	case name == attrGateway && v.byID[wardround.AssetID(value)] == nil:
		return wardround.Errorf(wardround.ENotFound, op, "no asset %q to be the gateway", value)
	}
	return wardround.Wrap(wardround.EInvalid, op, err)
}

// saidOf finds the asset that is spoken of: by id, else by its strongest
// identifier, else a new one.
func (v *Inventory) saidOf(s *kind.InventorySaidV1) *record {
	if s.Asset != "" {
		return v.byID[s.Asset].survivor()
	}
	if r := v.match(s.Match); r != nil {
		return r
	}
	var first string
	for _, id := range s.Match {
		if id.Type == kind.IDIP {
			first = id.Value
			break
		}
	}
	return v.create(parseAddr(first))
}

// identify gives r the identifiers a person said. Where another asset carries a
// unique one, the two may be one: a person is asked.
func (v *Inventory) identify(r *record, ids []kind.SaidID) {
	if r.crowd {
		return
	}
	for _, id := range ids {
		val, _ := Normalise(id.Type, id.Value) // validated
		k := idKey{id.Type, val}
		if o := v.bearer(k); o != nil && o != r {
			if ruleOf(id.Type).unique || id.Type == kind.IDMAC {
				v.propose(wardround.Proposal{Kind: "merge", Asset: o.ID, Other: r.ID,
					Reason: saidBy(v.o.Fields.(*kind.InventorySaidV1)) + " gives " + r.Name() + " the " + string(id.Type) + " " + val + " of " + o.Name()})
			}
			if id.Type == kind.IDIP || id.Type == kind.IDMAC {
				v.retract(o, id.Type, val)
			}
		}
		if o := v.saidAddr[parseAddr(val)].survivor(); id.Type == kind.IDIP && o != nil && o != r {
			v.retract(o, id.Type, val)
		}
		v.put(r, id.Type, val, wardround.Said)
		switch id.Type {
		case kind.IDIP:
			if a := parseAddr(val); !r.Remote {
				v.saidAddr[a] = r
				v.hold(r, a, wardround.Said)
			}
		case kind.IDMAC:
			m, _ := parseMAC(val)
			if h := v.hardware(m); h != nil && !h.router {
				h.rec = r
			}
		}
	}
	v.rezone(r)
}

// retract notes that r does not carry an address that a person now says is
// another's, even if a person said so before.
func (v *Inventory) retract(r *record, t kind.IDType, value string) {
	if i := r.find(t, value); i >= 0 && r.Identifiers[i].Confidence > wardround.Guessed {
		r.Identifiers[i].Confidence = wardround.Guessed
		v.mark(r)
	}
	if t == kind.IDIP && v.saidAddr[parseAddr(value)].survivor() == r {
		delete(v.saidAddr, parseAddr(value))
	}
	v.lose(r, t, value)
}

// set applies one property a person said.
func (v *Inventory) set(r *record, name, value string) {
	if r.crowd {
		return
	}
	if value == "" { // a person takes back what was said
		if a, ok := r.Attributes[name]; ok && a.Confidence == wardround.Said {
			delete(r.Attributes, name)
			v.takeBack(r, name)
		}
		return
	}
	if r.Attributes == nil {
		r.Attributes = map[string]wardround.Attribute{}
	}
	by := v.source()
	r.Attributes[name] = wardround.Attribute{Value: value, Source: by, At: v.o.At, Confidence: wardround.Said}
	v.mark(r)
	switch name {
	case attrKind:
		r.Kind, _ = wardround.ParseAssetKind(value) // validated
		r.KindReason = "said by " + by
	case attrCriticality:
		c, _ := wardround.ParseCriticality(value) // validated
		v.setCriticality(r, c, "said by "+by)
	case attrZone:
		r.Zone = wardround.ZoneID(value)
		v.lists.stale()
	case attrGateway:
		if g := v.byID[wardround.AssetID(value)].survivor(); g != nil && g != r {
			delete(r.Attributes, attrGateway)
			v.setGateway(r, g)
			r.Attributes[name] = wardround.Attribute{Value: value, Source: by, At: v.o.At, Confidence: wardround.Said}
		}
	case attrReplaces:
		v.succeed(r, v.byID[wardround.AssetID(value)].survivor())
	}
	v.withdraw(r.ID, func(p *wardround.Proposal) bool { return p.Asset == r.ID && p.Field == name }, "answered by "+by)
}

// takeBack leaves a field of r to behaviour again.
func (v *Inventory) takeBack(r *record, name string) {
	switch name {
	case attrKind:
		r.Kind, r.KindReason = 0, ""
	case attrCriticality:
		r.Criticality, r.CriticalityReason = wardround.CriticalityUnknown, ""
	case attrZone:
		v.rezone(r)
	}
	v.mark(r)
}

// succeed lets r take over what people said of old, where they have not spoken of
// r itself: names of single devices stay.
func (v *Inventory) succeed(r, old *record) {
	if old == nil || old == r {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(old.Attributes)) {
		a := old.Attributes[name]
		if a.Confidence != wardround.Said || name == wardround.AttrSerial || name == wardround.AttrSoftware || name == attrReplaces || v.saidField(r, name) {
			continue
		}
		v.set(r, name, a.Value)
	}
}

// accept does what a proposal proposes, on a person's word.
func (v *Inventory) accept(p *wardround.Proposal, s *kind.InventorySaidV1) {
	v.decide(p, accepted, saidBy(s))
	r := v.byID[p.Asset].survivor()
	v.res.Said = r.id()
	if r == nil {
		return
	}
	switch p.Kind {
	case "merge":
		if o := v.byID[p.Other].survivor(); o != nil && o != r {
			v.merge(r, o, saidBy(s))
		}
	case "split":
		typ, val, _ := strings.Cut(p.Value, " ")
		v.res.Said = v.carve(r, []kind.SaidID{{Type: kind.IDType(typ), Value: val}}).id()
	default:
		if v.validSet("inventory.said", p.Field, p.Value) == nil {
			v.set(r, p.Field, p.Value)
		}
	}
}

// carve takes identifiers out of r into an asset of their own.
func (v *Inventory) carve(r *record, ids []kind.SaidID) *record {
	n := v.create(r.addr())
	if n.crowd {
		return r
	}
	for _, id := range ids {
		val, ok := Normalise(id.Type, id.Value)
		if !ok {
			continue
		}
		if a := parseAddr(val); id.Type == kind.IDIP && v.saidAddr[a].survivor() == r {
			delete(v.saidAddr, a)
		}
		if i := r.find(id.Type, val); i >= 0 {
			v.lose(r, id.Type, val)
			r.Identifiers = slices.Delete(r.Identifiers, i, i+1)
			v.carried--
			v.gen++
			v.mark(r)
		}
		v.identify(n, []kind.SaidID{{Type: id.Type, Value: val}})
	}
	return n
}
