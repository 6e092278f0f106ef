// Package mqtt holds the checks of message brokers: whether strangers can read
// what passes through them, connect to them, or speak in a device's place.
package mqtt

import (
	"strconv"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// listener names the port that a flow's server listens on, "1883/tcp".
func listener(f *wardround.Flow) string {
	return strconv.Itoa(int(f.Dst.Port)) + "/" + f.Transport
}

// name is how a person knows an asset.
func name(p *check.Pass, id wardround.AssetID) string {
	if a := p.Asset(id); a != nil {
		return a.Name()
	}
	return string(id)
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

// maxListeners bounds the ports remembered for one asset.
const maxListeners = 64
