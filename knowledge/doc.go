// Package knowledge holds what is known of vulnerabilities, and answers what of it
// concerns one component.
//
// A [Base] takes rows from feeds: advisories of every source in the one form of
// format/advisory, the catalogue of what is exploited (CISA KEV), the probability
// that it will be (EPSS), and when products stop being looked after
// (endoflife.date). Records that name each other as aliases are folded into one
// vulnerability. A component is identified once ([Identify]) and matched
// ([Base.Match]); each vulnerability that has been recorded for its package is one
// [Hit], which says affected, not affected, or cannot tell, and why.
//
// What [Base.Put] returns is the [Delta]: the packages, CPEs and products whose
// answers may have changed, and the vulnerabilities that have. An index that looks
// again at these, and only these, is up to date.
//
// # Rules
//
//   - A record is replaced by the same id in the same feed, and document, whatever
//     its date: what came last holds, so that the same log gives the same answers.
//   - Aliases fold; related and upstream ids never do. Withdrawn records fold with
//     nothing. A group of more than [MaxFold] ids is a mistake or an attack, and
//     its records stand alone.
//   - A vulnerability is called by its oldest CVE id, else by its GHSA id, else by
//     the first of its ids in order of bytes.
//   - Among records of several sources, those of a component's own distribution
//     decide about its packages; then those by package; then those by CPE (NVD),
//     then those by a product's name. Within a rank affected stands over cannot
//     tell, and that over not affected.
//   - Products without package and CPE are compared by [Products], all statements
//     that share words with a thing at once; what is below certainty is a proposal
//     ([Hit.Proposal]).
//   - Nothing is guessed: a range that was not understood, a commit, a platform
//     that is not known, a distribution that does not say its release: all of them
//     are "cannot tell". What no component can be found by is counted
//     ([Feed.Unfiled]).
//
// # Files
//
// [Base.Save] writes a generation: one immutable file, mapped into memory by [Open],
// of which only what is looked at is read. Versions stand in it in their order, so
// that a component's version has to be placed once for all records of its package.
// It is a cache: when it is damaged or of another version, it is made anew from the
// bundles that were received.
package knowledge
