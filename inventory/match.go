package inventory

import (
	"github.com/wardround/wardround/kind"
)

// bearer returns the one asset an identifier identifies, nil if it does not.
func (v *Inventory) bearer(k idKey) *record {
	switch {
	case k.typ == kind.IDMAC:
		if m, ok := parseMAC(k.value); ok {
			if h := v.macs[m]; h != nil && !h.router {
				return h.rec
			}
		}
		return nil
	case k.typ == kind.IDIP:
		return v.holders[parseAddr(k.value)]
	case ruleOf(k.typ).unique:
		return v.owners[k]
	}
	if all := v.bearers[k]; len(all) == 1 {
		return all[0]
	}
	return nil
}

// strength orders identifier types by what a match is worth: unique ones, then
// hardware, then those that support, then the network address.
func strength(t kind.IDType) int {
	switch {
	case ruleOf(t).unique:
		return 3
	case t == kind.IDMAC:
		return 2
	case t == kind.IDIP:
		return 0
	}
	return 1
}

// match returns the asset that the strongest of the identifiers names, nil if
// none names one. What a person knows only by a host name or an AE title is the
// asset that alone carries it.
func (v *Inventory) match(ids []kind.SaidID) *record {
	for s := 3; s >= 0; s-- {
		for _, id := range ids {
			if strength(id.Type) != s {
				continue
			}
			if val, ok := Normalise(id.Type, id.Value); ok {
				if r := v.bearer(idKey{id.Type, val}); r != nil && !r.crowd {
					return r
				}
			}
		}
	}
	return nil
}
