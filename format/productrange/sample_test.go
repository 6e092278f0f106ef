package productrange

import (
	"math/rand/v2"
	"regexp"
	"sort"
	"strings"
)

// The seeds of the two samples. Whoever doubts the labels draws another sample
// with another seed, labels it, and runs the same test.
const (
	uniformSeed = 20261122
	shapeSeed   = 20261123
)

// draw takes n product_version_range branches, each with the same chance.
func draw(all []branch, n int) []branch {
	var ranges []branch
	for _, b := range all {
		if b.isRange {
			ranges = append(ranges, b)
		}
	}
	return pick(ranges, n, uniformSeed)
}

// drawShapes takes n branches, one of each of n different shapes: the digits of a
// shape count as one. Most shapes occur once, so this sample is the harder one.
func drawShapes(all []branch, n int) []branch {
	digits := regexp.MustCompile(`[0-9]+(?:[._-][0-9]+)*`)
	first := map[string]branch{}
	var shapes []string
	for _, b := range all {
		k := digits.ReplaceAllString(strings.ToLower(b.text), "9")
		if _, ok := first[k]; !ok && b.isRange {
			first[k] = b
			shapes = append(shapes, k)
		}
	}
	sort.Strings(shapes)
	var out []branch
	for _, k := range shapes {
		out = append(out, first[k])
	}
	return pick(out, n, shapeSeed)
}

func pick(from []branch, n int, seed uint64) []branch {
	r := rand.New(rand.NewPCG(seed, 0))
	var out []branch
	for _, i := range r.Perm(len(from))[:n] {
		out = append(out, from[i])
	}
	return out
}
