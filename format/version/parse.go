package version

import "fmt"

// parse dispatches to the scheme. A nil error means a usable order.
func (s Scheme) parse(v string) (order, error) {
	switch s {
	case Loose:
		return parseLoose(v)
	case SemVer, NuGet, Pub:
		return parseSemver(v, s)
	case Debian:
		return parseDeb(v)
	case RPM:
		return parseRPM(v)
	case APK:
		return parseAPK(v)
	case Maven:
		return parseMaven(v)
	case PyPI:
		return parsePyPI(v)
	case Gem:
		return parseGem(v)
	case Composer:
		return parseComposer(v)
	case CRAN:
		return parseDotted(v, true, true)
	case Hackage:
		return parseDotted(v, false, true)
	case Bitbake:
		return parseBitbake(v)
	case Conan:
		return parseConan(v)
	case Alpm:
		return parseAlpm(v)
	case Gentoo:
		return parseGentoo(v)
	case OpenSSL:
		return parseOpenSSL(v)
	case Nginx:
		return parseDotted(v, false, false)
	case Datetime:
		return parseInstant(v)
	case Lexicographic:
		return bytewise(v), nil
	}
	return nil, fmt.Errorf("%w: unknown scheme %d", ErrInvalid, s)
}
