// Package openvex reads and writes OpenVEX, the smallest of the VEX formats
// (OpenVEX specification 0.2.0, and 0.0.1 before it).
//
//	d, err := openvex.Decode(file, openvex.Limits{})
//	err = openvex.Encode(out, d)
//
// All versions of the context are read: v0.2.0; v0.0.1, where products are plain
// purls and the parts stand beside them; and the one without a version, which the
// specification takes for v0.0.1 and which is met with either content. A document
// may be JSON, YAML, or the predicate of an in-toto statement, whose subjects are
// then the products of statements that name none (clause "Encapsulating Format").
//
// What does not follow the specification but can be understood is kept and told in
// Document.Problems; a statement without a status that is known is left out, since
// it claims nothing. Nothing is guessed.
package openvex

import (
	"strings"

	"github.com/wardround/wardround/format/vex"
)

// Limits bound what is read; zero fields take the default.
type Limits struct {
	Bytes      int64 // of the document; 64 MiB
	Statements int   // 1,000,000
	Products   int   // of all statements together, parts included; 4,000,000
}

func (l Limits) orDefault() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 64 << 20
	}
	if l.Statements <= 0 {
		l.Statements = 1_000_000
	}
	if l.Products <= 0 {
		l.Products = 4_000_000
	}
	return l
}

// namespace is the context without its version.
const namespace = "https://openvex.dev/ns"

// written is the version this package writes.
const written = "0.2.0"

var statuses = map[vex.Status]bool{vex.NotAffected: true, vex.Affected: true, vex.Fixed: true, vex.UnderInvestigation: true}

var justifications = map[vex.Justification]bool{
	vex.ComponentNotPresent: true, vex.CodeNotPresent: true, vex.NotInExecutePath: true, vex.NotControllable: true, vex.InlineMitigations: true,
}

// algorithms are the names of hash functions as OpenVEX writes them (after IANA's
// textual names) and as CycloneDX and our model do.
var algorithms = [][2]string{
	{"md5", "MD5"}, {"sha1", "SHA-1"}, {"sha-256", "SHA-256"}, {"sha-384", "SHA-384"}, {"sha-512", "SHA-512"},
	{"sha3-224", "SHA3-224"}, {"sha3-256", "SHA3-256"}, {"sha3-384", "SHA3-384"}, {"sha3-512", "SHA3-512"},
	{"blake2s-256", "BLAKE2s-256"}, {"blake2b-256", "BLAKE2b-256"}, {"blake2b-512", "BLAKE2b-512"}, {"blake3", "BLAKE3"},
}

// algorithm returns the model's name of a hash function; sha256 and sha-1 are met,
// too.
func algorithm(name string) string {
	plain := strings.ReplaceAll(strings.ToLower(name), "-", "")
	for _, a := range algorithms {
		if strings.ReplaceAll(a[0], "-", "") == plain {
			return a[1]
		}
	}
	return strings.ToUpper(name)
}

// theirs returns OpenVEX's name of a hash function, "" if it has none.
func theirs(name string) string {
	for _, a := range algorithms {
		if strings.EqualFold(a[1], name) {
			return a[0]
		}
	}
	return ""
}
