// Package fhir holds the checks of FHIR interfaces: whether strangers can read
// records on the way or from the server itself, whether somebody takes more of
// them than usual, and whether systems understand each other.
package fhir

import (
	"strconv"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// listener names the port that a flow's server listens on, "8080/tcp".
func listener(f *wardround.Flow) string {
	return strconv.Itoa(int(f.Dst.Port)) + "/" + f.Transport
}

// name is how a person knows an asset.
func name(p *check.Pass, id wardround.AssetID) string {
	if a := p.Asset(id); a != nil {
		return a.Name()
	}
	return "an unknown component"
}

// exposure says how far the two ends are from each other.
func exposure(p *check.Pass, src, dst wardround.AssetID) wardround.Exposure {
	a, b := p.Asset(src), p.Asset(dst)
	switch {
	case a == nil || b == nil:
		return wardround.ExposedInZone
	case a.Remote || b.Remote:
		return wardround.ExposedToPublic
	case a.Zone != b.Zone:
		return wardround.ExposedAcrossZones
	}
	return wardround.ExposedInZone
}
