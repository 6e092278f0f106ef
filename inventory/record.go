package inventory

import (
	"net/netip"
	"sort"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// record is an asset with what is known of it only while running.
type record struct {
	wardround.Asset
	ord    int     // place in order
	into   *record // merged into
	crowd  bool    // collective asset for what there was no room for
	shared bool    // several devices speak from its address
	router bool    // forwards for others: its hardware address identifies nobody
	via    *record // the router it was last seen through
	weak   bool    // known from unanswered calls only

	behind   int       // devices it speaks for
	reported time.Time // when its gateway last spoke for it
	links    []*link

	stakes stakes // as of the last batch

	dirty, touched bool
	saved          time.Time // Last as last handed to the store
}

func (r *record) id() wardround.AssetID {
	if r == nil {
		return ""
	}
	return r.ID
}

// survivor follows merges to the asset that stands for r.
func (r *record) survivor() *record {
	for r != nil && r.into != nil {
		r = r.into
	}
	return r
}

// create brings an asset to light. At the limit it returns the collective asset
// of the zone that addr lies in.
func (v *Inventory) create(addr netip.Addr) *record {
	if v.stats.Assets >= v.limits.Assets {
		v.stats.AssetsBeyond++
		return v.crowdOf(v.zoneOf(addr))
	}
	v.stats.Assets++
	return v.add(addr)
}

func (v *Inventory) add(addr netip.Addr) *record {
	r := &record{ord: len(v.order)}
	r.ID = wardround.AssetID(v.nextID("a", "asset"))
	r.Scope, r.First, r.Last = v.scope, v.o.At, v.o.At
	r.Zone = v.zoneOf(addr)
	v.order = append(v.order, r)
	v.byID[r.ID] = r
	v.lists.stale()
	v.mark(r)
	v.res.New = append(v.res.New, r.ID)
	return r
}

func (v *Inventory) crowdOf(zone wardround.ZoneID) *record {
	if r := v.crowds[zone]; r != nil {
		return r
	}
	r := v.add(netip.Addr{})
	r.crowd, r.Zone = true, zone
	r.Attributes = map[string]wardround.Attribute{
		wardround.AttrName: {Value: "others in " + string(zone), Source: source, At: v.o.At, Confidence: wardround.Observed,
			Reason: "more assets than the inventory has room for"},
		attrCrowd: {Value: "true", Source: source, At: v.o.At, Confidence: wardround.Observed},
	}
	v.crowds[zone] = r
	return r
}

// source names the inventory where it decides by itself.
const source = "inventory"

// Attributes that keep what is said or proposed of an asset's own fields, with
// their reasons, and what the inventory must know again after a restart.
const (
	attrKind        = "kind"
	attrCriticality = "criticality"
	attrZone        = "zone"
	attrGateway     = "gateway"
	attrReplaces    = "replaces"
	attrCrowd       = "collective"
)

// The values of AttrSpeaksFor.
const (
	forNetworks = "networks"               // a router
	forDevices  = "devices"                // reports for them
	forAddress  = "devices at its address" // they identify themselves where it is
)

func (r *record) seen(v *Inventory, at time.Time) {
	if at.After(r.Last) {
		r.Last = at
		v.touch(r)
	} else if at.Before(r.First) {
		r.First = at
		v.touch(r)
	}
}

// find returns the position of an identifier in r, -1 if r does not carry it.
func (r *record) find(t kind.IDType, value string) int {
	for i := range r.Identifiers {
		if id := &r.Identifiers[i]; id.Value == value && id.Type == string(t) {
			return i
		}
	}
	return -1
}

// holds reports whether r carries the identifier now.
func (r *record) holds(t kind.IDType, value string) bool {
	i := r.find(t, value)
	return i >= 0 && r.Identifiers[i].Confidence >= wardround.Indicated
}

// current returns the newest value of a type that r carries now, nil if none.
func (r *record) current(t kind.IDType) *wardround.Identifier {
	var best *wardround.Identifier
	for i := range r.Identifiers {
		id := &r.Identifiers[i]
		if id.Type == string(t) && id.Confidence >= wardround.Indicated && (best == nil || id.Last.After(best.Last)) {
			best = id
		}
	}
	return best
}

// put notes that r carries an identifier, spelled normally, and returns its
// position, or -1 if it could not be kept.
func (v *Inventory) put(r *record, t kind.IDType, value string, sure wardround.Confidence) int {
	if i := r.find(t, value); i >= 0 {
		id := &r.Identifiers[i]
		v.freshen(r, id)
		if sure > id.Confidence {
			id.Confidence = sure
			id.Source = v.source()
			v.mark(r)
		}
		if id.Confidence >= wardround.Indicated {
			v.index(r, t, value)
		}
		return i
	}
	id := wardround.Identifier{Type: string(t), Value: value, Source: v.source(), First: v.o.At, Last: v.o.At, Confidence: sure}
	i := v.room(r, t)
	if i < 0 {
		v.stats.IdentifiersBeyond++
		return -1
	}
	if i == len(r.Identifiers) {
		r.Identifiers = append(r.Identifiers, id)
	} else {
		old := r.Identifiers[i]
		v.unindex(r, kind.IDType(old.Type), old.Value)
		r.Identifiers[i] = id
		v.gen++
	}
	if sure >= wardround.Indicated {
		v.index(r, t, value)
	}
	v.mark(r)
	return i
}

// source is where the present fact comes from.
func (v *Inventory) source() string {
	if said, ok := v.o.Fields.(*kind.InventorySaidV1); ok {
		return saidBy(said)
	}
	return v.o.Kind
}

func (v *Inventory) freshen(r *record, id *wardround.Identifier) {
	if v.o.At.After(id.Last) {
		id.Last = v.o.At
		v.touch(r)
	} else if v.o.At.Before(id.First) {
		id.First = v.o.At
		v.touch(r)
	}
}

// room returns where a new identifier of type t goes in r: a free place, or that
// of the least sure and longest unseen one of its type, which a person has not
// said. -1 means there is none.
func (v *Inventory) room(r *record, t kind.IDType) int {
	n, worst := 0, -1
	for i := range r.Identifiers {
		id := &r.Identifiers[i]
		if id.Type != string(t) {
			continue
		}
		n++
		if id.Confidence == wardround.Said {
			continue
		}
		if worst < 0 || id.Confidence < r.Identifiers[worst].Confidence ||
			id.Confidence == r.Identifiers[worst].Confidence && id.Last.Before(r.Identifiers[worst].Last) {
			worst = i
		}
	}
	if n < ruleOf(t).limit && len(r.Identifiers) < v.limits.Identifiers && v.carried < 16*v.limits.Assets {
		v.carried++
		return len(r.Identifiers)
	}
	if worst >= 0 {
		v.stats.IdentifiersBeyond++
	}
	return worst
}

// lose notes that r no longer carries an identifier.
func (v *Inventory) lose(r *record, t kind.IDType, value string) {
	v.unindex(r, t, value)
	v.gen++
	if i := r.find(t, value); i >= 0 && r.Identifiers[i].Confidence != wardround.Said && r.Identifiers[i].Confidence > wardround.Guessed {
		r.Identifiers[i].Confidence = wardround.Guessed
		v.mark(r)
	}
}

// index makes r findable by an identifier. Hardware addresses have their own
// place: see hardware.
func (v *Inventory) index(r *record, t kind.IDType, value string) {
	switch k := (idKey{t, value}); {
	case t == kind.IDMAC:
	case t == kind.IDIP:
		if a := parseAddr(value); v.holders[a] == nil {
			v.holders[a] = r
		}
	case ruleOf(t).unique:
		if v.owners[k] == nil {
			v.owners[k] = r
			v.sameHardware(k)
		}
	default:
		all := v.bearers[k]
		for _, b := range all {
			if b == r {
				return
			}
		}
		if len(all) < maxBearers {
			v.bearers[k] = append(all, r)
		}
	}
}

func (v *Inventory) unindex(r *record, t kind.IDType, value string) {
	switch k := (idKey{t, value}); {
	case t == kind.IDMAC:
		if m, ok := parseMAC(value); ok && v.macs[m] != nil && v.macs[m].rec == r {
			v.macs[m].rec = nil
		}
	case t == kind.IDIP:
		a := parseAddr(value)
		if v.holders[a] != r {
			break
		}
		delete(v.holders, a)
		if s := v.saidAddr[a].survivor(); s != nil && s != r {
			v.holders[a] = s // back to whom a person said it belongs
		}
	case ruleOf(t).unique:
		if v.owners[k] == r {
			delete(v.owners, k)
		}
	default:
		all := v.bearers[k]
		for i, b := range all {
			if b == r {
				if all = append(all[:i:i], all[i+1:]...); len(all) == 0 {
					delete(v.bearers, k)
				} else {
					v.bearers[k] = all
				}
				return
			}
		}
	}
}

// maxSpeaks is how many protocols an asset's row lists.
const maxSpeaks = 32

func (v *Inventory) speaks(r *record, protocol string) {
	for _, p := range r.Speaks {
		if p == protocol {
			return
		}
	}
	if len(r.Speaks) >= maxSpeaks || protocol == "" || len(protocol) > maxValue {
		return
	}
	i := sort.SearchStrings(r.Speaks, protocol)
	r.Speaks = append(r.Speaks, "")
	copy(r.Speaks[i+1:], r.Speaks[i:])
	r.Speaks[i] = protocol
	v.mark(r)
}
