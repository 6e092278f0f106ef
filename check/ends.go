package check

import (
	"strconv"

	"github.com/wardround/wardround"
)

// Name is how a person knows an asset: never its id, which means nothing at the
// bedside.
func (p *Pass) Name(id wardround.AssetID) string {
	if a := p.Asset(id); a != nil && a.Name() != string(a.ID) {
		return a.Name()
	}
	return "an unknown component"
}

// Exposure says how far two assets are from each other.
func (p *Pass) Exposure(a, b wardround.AssetID) wardround.Exposure {
	x, y := p.Asset(a), p.Asset(b)
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
