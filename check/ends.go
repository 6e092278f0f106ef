package check

import (
	"strconv"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// Name is how a person knows an asset: never its id, which means nothing at the
// bedside.
func (p *Pass) Name(id wardround.AssetID) string {
	if a := p.Asset(id); a != nil {
		return named(a)
	}
	return nameless
}

// Whom is Name with the network address: for those whom somebody must find, also
// when they call themselves by another's name.
func (p *Pass) Whom(id wardround.AssetID) string {
	if a := p.Asset(id); a != nil {
		return located(a)
	}
	return nameless
}

const nameless = "an unknown component"

func named(a *wardround.Asset) string {
	if n := a.Name(); n != string(a.ID) {
		return n
	}
	return nameless
}

func located(a *wardround.Asset) string {
	name := named(a)
	if addr := Address(a); addr != "" && addr != name {
		return name + " (" + addr + ")"
	}
	return name
}

// Address is a network address of an asset, "" if none is known: the one seen
// last of those that are likely its own.
func Address(a *wardround.Asset) string {
	best := -1
	for i, id := range a.Identifiers {
		if id.Type == string(kind.IDIP) && id.Confidence >= wardround.Indicated && (best < 0 || id.Last.After(a.Identifiers[best].Last)) {
			best = i
		}
	}
	if best < 0 {
		return ""
	}
	return a.Identifiers[best].Value
}

// Exposure says how far two assets are from each other.
func (p *Pass) Exposure(a, b wardround.AssetID) wardround.Exposure {
	return Between(p.Asset(a), p.Asset(b))
}

// Between says how far two assets are from each other; nil is one that is not
// known.
func Between(x, y *wardround.Asset) wardround.Exposure {
	switch {
	case x == nil || y == nil:
		return wardround.ExposedInZone
	case x.Remote || y.Remote:
		return wardround.ExposedToPublic
	case x.Zone != y.Zone:
		return wardround.ExposedAcrossZones
	}
	return wardround.ExposedInZone
}

// Reach says from how far away an asset's links reach it, or it reaches out.
func (p *Pass) Reach(id wardround.AssetID) wardround.Exposure {
	inv := p.Inventory()
	far := wardround.ExposedInZone
	for l := range inv.Links(id) {
		far = max(far, Between(inv.Asset(l.Client), inv.Asset(l.Server)))
	}
	return far
}

// Listener names the port that a flow's server listens on, "104/tcp".
func Listener(f *wardround.Flow) string {
	return strconv.Itoa(int(f.Dst.Port)) + "/" + f.Transport
}

// Ends returns who acted and on whom: the client on the server, unless fromServer
// says that the end which accepted the connection acted on the one that opened it.
func (s *Seen) Ends(fromServer bool) (actor, other wardround.AssetID) {
	if fromServer {
		return s.Dst, s.Src
	}
	return s.Src, s.Dst
}
