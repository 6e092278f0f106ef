// Package auth holds the checks of how users and devices prove who they are.
package auth

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// name is how a person knows an asset.
func name(p *check.Pass, id wardround.AssetID) string {
	if a := p.Asset(id); a != nil {
		return a.Name()
	}
	return "an unknown component"
}

// reach says how far the client of a flow is from its server.
func reach(p *check.Pass, o *check.Seen) wardround.Exposure {
	client, server := p.Asset(o.Src), p.Asset(o.Dst)
	switch {
	case client == nil || server == nil:
		return wardround.ExposedInZone
	case client.Remote || server.Remote:
		return wardround.ExposedToPublic
	case client.Zone != server.Zone:
		return wardround.ExposedAcrossZones
	}
	return wardround.ExposedInZone
}
