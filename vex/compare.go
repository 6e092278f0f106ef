package vex

import (
	"github.com/wardround/wardround/format/cpe"
	"github.com/wardround/wardround/format/vers"
	"github.com/wardround/wardround/format/version"
)

// compareLoose orders two versions of a product by the makers' own numbering.
func compareLoose(a, b string) (int, error) { return version.Compare("", a, b) }

// inRange says whether a version lies in a vers range; authors write constraints in
// any order.
func inRange(r, v string) (bool, error) {
	x, err := vers.Read(r)
	if err != nil {
		return false, err
	}
	return x.Contains(v)
}

// covers says whether the CPE of a statement speaks of one that is there.
func covers(says, has cpe.Name) bool {
	rel := cpe.Compare(says, has)
	return rel == cpe.Superset || rel == cpe.Equal
}
