// Package purl reads, writes and matches package URLs (ECMA-427), and says under
// which ecosystem and name vulnerability databases speak of one.
//
//	p, err := purl.Parse("pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12.13&upstream=openssl")
//	at, ok := purl.Locate(p)
//	// at.Ecosystem "Debian:12.13" (branch "12"), at.Name "openssl", at.Binary "libssl3"
//
// [Parse] refuses what the standard forbids, [Canonical] repairs what it says may
// be repaired. Parsing and writing rest on packageurl-go; fixups.go holds what
// the specification's own suite shows to be wrong there.
//
// # Matching
//
// [Match] answers whether a purl in a VEX statement or policy speaks of a
// component. What the pattern leaves out is not asked; distro=debian-12 covers
// debian-12.13; versions are compared in their ecosystem's order, so that v1.2.0
// and 1.2.0 of a Go module are one. When nothing matched, [Differences] names the
// fields that prevented it: a statement that matches nothing and says nothing is
// how a fixed component stays on somebody's list.
//
// # Names
//
// A purl's type decides how its name is written, and that is not always how the
// ecosystem's advisories write it. Compare names by [Key] on both sides.
package purl
