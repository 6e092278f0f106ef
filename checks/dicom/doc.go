// Package dicom holds the checks of image networks: whether strangers can read
// images or ask for them, whether somebody takes more of them than usual or has
// them sent somewhere new, and whether systems agree on how to exchange them.
package dicom

import (
	"strconv"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// listener names the port that a flow's server listens on, "104/tcp".
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

// ends returns who acted and on whom.
func ends(o *check.Seen, fromServer bool) (actor, other wardround.AssetID) {
	if fromServer {
		return o.Dst, o.Src
	}
	return o.Src, o.Dst
}
