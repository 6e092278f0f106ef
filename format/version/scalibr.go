package version

import (
	"fmt"

	"github.com/google/osv-scalibr/semantic"
)

// pypi orders by osv-scalibr, whose reading of PEP 440 and of the versions from
// before it agrees with packaging on everything that was tried (bench/versions).
type pypi struct{ v semantic.PyPIVersion }

func (a pypi) compare(o order) (int, error) {
	n, err := a.v.Compare(o.(pypi).v)
	if err != nil {
		return 0, fmt.Errorf("%w: %v", ErrIncomparable, err)
	}
	return n, nil
}

func parsePyPI(s string) (pypi, error) {
	v, err := semantic.ParsePyPIVersion(s)
	if err != nil {
		return pypi{}, fmt.Errorf("%w: %v", ErrInvalid, err)
	}
	return pypi{v}, nil
}
