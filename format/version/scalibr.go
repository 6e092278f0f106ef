package version

import (
	"fmt"

	"github.com/google/osv-scalibr/semantic"
)

// scalibr orders by osv-scalibr's package semantic.
type scalibr struct{ v semantic.Version }

func (a scalibr) compare(o order) (int, error) {
	n, err := a.v.Compare(o.(scalibr).v)
	if err != nil {
		return 0, fmt.Errorf("%w: %v", ErrIncomparable, err)
	}
	return n, nil
}

var scalibrName = map[Scheme]string{
	Maven: "Maven", PyPI: "PyPI", Gem: "RubyGems", Composer: "Packagist", CRAN: "CRAN", Hackage: "Hackage", Bitbake: "Debian",
	Conan: "ConanCenter",
}

func (s Scheme) parse(v string) (order, error) {
	switch s {
	case SemVer, NuGet, Pub:
		return parseSemver(v, s)
	case Debian:
		return parseDeb(v)
	case RPM:
		return parseRPM(v)
	case APK:
		return parseAPK(v)
	}
	name, ok := scalibrName[s]
	if !ok {
		return nil, fmt.Errorf("%w: no order for %s yet", ErrInvalid, s)
	}
	w, err := semantic.Parse(v, name)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrInvalid, err)
	}
	return scalibr{w}, nil
}
