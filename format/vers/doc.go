// Package vers reads, writes and applies version ranges of the VERS standard
// ("vers:npm/>=1.2.0|<2.0.0"), and converts ecosystems' own range notations.
//
//	r, err := vers.Parse("vers:maven/>=2.0|<2.17.1")
//	in, err := r.Contains("2.14.1") // true
//
// A vers is a list of signposts on a line of versions. [Parse] takes what the
// standard calls valid: sorted, every version once, > and < in turn. [Read] also
// takes lists in any order, as advisories hold them, and refuses the ones whose
// constraints contradict each other, with the reason. [Sorted] only sorts.
//
// [FromNative] converts npm, PyPI, Maven, NuGet, RubyGems, Conan, Cargo, Composer,
// nginx and OpenSSL notations. Its text lists the constraints as they were written;
// what it contains is the union of the alternatives, each the intersection of its
// parts, as the ecosystem's own tool has it. [Range.Simplified] writes that set
// as the shortest valid vers.
//
// vers:all/* contains every version and vers:none/* none.
//
// An error of Contains means that nothing is known: the version is none of its
// type, or has no order with the range's.
package vers
