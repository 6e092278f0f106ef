// Package portfolio holds the manufacturer's releases and the hospital's fleet in
// one index, and judges again exactly what a change touches.
//
//	release ── SBOM ── component ── identity ─┐
//	release ── what it is called ─────────────┼─ key ── knowledge ── vulnerability
//	asset   ── what it calls itself ──────────┘
//
// An [Index] holds releases, their components in compact columns, and the assets
// that are instances of them. Components that look the same to knowledge share one
// [Identity], however many releases ship them; so a changed advisory is matched
// against identities, not against components, and only what it says differently
// now reaches the releases and assets behind them.
//
// # Answers
//
// The answer to one vulnerability in one subject is a [check.Exposure]. A subject
// is a release, or an asset that is no instance of a known release. An exposure is
// one answer however many components have the vulnerability: its places say where,
// with the path from the product down. The state is the worst of the places: fail
// before unknown before pass, so that "cannot tell" is never hidden by "not
// affected". What was never said to be affected is no answer; what was, and is not
// any more, stays as a pass with the reason.
//
// # Deltas
//
// Whatever changes (an advisory, a statement, a bill of materials, a release, an
// asset) puts (subject, vulnerability) pairs into a queue, and [Index.Drain] makes
// portions of at most [MaxPortion] answers of it. The queue holds keys, not
// answers: what changed again while it waited is said once, as it is then.
//
// # Folding
//
// [Fold] is the index as the pipeline sees it: observations of the portfolio's
// kinds in, rows of releases and documents and a [check.Portfolio] out. It reads
// no clock. A generation file ([Index.Save], [Load]) spares the next start the
// reading of every document.
package portfolio
