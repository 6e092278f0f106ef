// Package privacy holds the checks of where patient data goes: whether strangers
// can read it on the way, and whether it reaches those it should. They know no
// protocol; a schema says what it saw by [kind.PersonalFields] and [kind.Linker].
package privacy

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// personal names the kinds of transactions that can carry patient data.
var personal = func() []kind.Name {
	var names []kind.Name
	for _, s := range kind.All() {
		fields := s.New()
		_, data := fields.(kind.PersonalFields)
		_, link := fields.(kind.Linker)
		if data && link {
			names = append(names, s.Name)
		}
	}
	return names
}()

// name is how a person knows an asset.
func name(p *check.Pass, id wardround.AssetID) string {
	if a := p.Asset(id); a != nil {
		return a.Name()
	}
	return string(id)
}

// exposure says how far the two ends are from each other.
func exposure(p *check.Pass, from, to wardround.AssetID) wardround.Exposure {
	a, b := p.Asset(from), p.Asset(to)
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
