// Package wardround holds the nouns of Wardround, which makes the rounds of a
// connected-medical-device ecosystem: it visits every component, asks whether it
// is secure, keeps privacy and still speaks its protocols correctly, writes down
// what it saw, and can prove it later.
//
// Everything Wardround does is one flow:
//
//	sensor → observation → log → resolve → check → verdict → evidence ledger, finding
//
// A sensor turns bytes into an [Observation]. The log orders observations and is
// the only input of everything after it. Resolving folds identifiers into an
// [Asset] and a [Link]. A check judges and returns a [Verdict] for a [Key]. A
// failing key has a [Finding]; findings of one check over many alike assets form
// one [Case]. Each transition of a verdict is a leaf of the ledger: [Evidence].
//
// This package imports the standard library only, does no I/O and never reads
// the clock. Packages around it are named after what they adapt.
package wardround

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// idEncoding is base32 without padding in lower case: short, unambiguous when
// read aloud, and safe in file names and URLs.
var idEncoding = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// DeriveID returns the id of what parts identify: prefix, a dash, and the first
// 80 bits of SHA-256 over the length-prefixed parts. Ids derive from what they
// identify, so a replay of the same log yields the same ids.
func DeriveID(prefix string, parts ...string) string {
	h := sha256.New()
	var n [4]byte
	for _, p := range parts {
		l := len(p)
		n[0], n[1], n[2], n[3] = byte(l>>24), byte(l>>16), byte(l>>8), byte(l)
		h.Write(n[:])
		h.Write([]byte(p))
	}
	sum := h.Sum(nil)
	var b strings.Builder
	b.WriteString(prefix)
	b.WriteByte('-')
	b.WriteString(idEncoding.EncodeToString(sum[:10]))
	return b.String()
}
