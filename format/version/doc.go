// Package version says which of two versions is older, in the order of the
// ecosystem they come from.
//
//	n, err := version.Compare("Debian:12", "1.0~rc1-1", "1.0-1") // -1
//
// Every ecosystem has its own order: 1.0-1 is newer than 1.0 to dpkg and older to
// npm. [ParseEcosystem] finds the order by OSV's name of the ecosystem; a [Scheme]
// is the order itself. What is compared often is parsed once ([Scheme.Parse]);
// [Version.Compare] then allocates nothing.
//
// Never conclude anything from an error. It means that nothing is known: the text
// is no version ([ErrInvalid]), or two versions have no order ([ErrIncomparable]).
//
// # Where the orders come from
//
// Each follows the tool that installs the packages. All agree with the 71,818
// fixtures of osv-scalibr, which also orders Python's versions from before PEP 440
// for us, and with the tools themselves on generated versions (bench/versions),
// which showed what fixtures do not: to apk 1.0-r0 is newer than 1.0. We differ on
// purpose: Maven's .RC1 is older than -RC1, as it was until Maven 3.8.6 and is in
// the POM reference and in published advisories.
//
// # Makers' own numbering
//
// Device firmware follows no scheme. [Loose] reads what makers write by rules that
// hold for nearly all of them, and refuses where they would be a guess:
//
//   - Before the number, v, version, firmware and the like count for nothing, as do
//     R and Rev; but V against R is refused, and so is a maker's own word (MX-V5)
//     against another or none.
//   - A letter before the first dot is a revision: D.01.05 is older than E.00.01,
//     Rev. Z older than Rev. AA. Letters against digits are refused.
//   - Numbers between dots are compared in turn; missing ones are 0. In versions of
//     two fields 4.02 against 4.1 is refused: it depends on whether the maker
//     counts in decimals.
//   - One letter after a number is a later revision: 2.7, 2.7A, 2.7B. A letter with
//     a number (22D24) is compared with such only.
//   - After the numbers count, in this order: release (R2), service pack, update or
//     maintenance release, hotfix or patch, pre-release, build. Each is newer than
//     its absence, but pre-releases (alpha, beta, rc) are older. SP2 Update 3 is
//     thus between SP2 and SP3. Different words of one place (HF1, Patch 2) are
//     refused.
//   - Dates are compared with dates, if the month is certain.
//   - Two versions whose numbers are the same and that carry words not known here
//     are the same when the words are, and otherwise refused.
//   - Prose, ranges (< V3.1, "and later") and wildcards (2.x) are no versions.
//
// All answers come from one total order, so they never contradict each other.
package version
