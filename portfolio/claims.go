package portfolio

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// Question asks what authors state of one vulnerability in one component of one
// product.
type Question struct {
	Vulnerability string
	Aliases       []string
	// Release is the product; nil for an asset of no known release. It must not be
	// changed.
	Release *wardround.Release
	// Within are the products that hold the component through linked bills of
	// materials, the nearest first; the last is Release.
	Within []*wardround.Release
	// Component is the part, equal to the product itself where the advisory is
	// about the device.
	Component *Identity
	// Document and Ref name the component in its bill of materials (BOM-Link).
	Document string
	Ref      string
	// Root is the ref of that document's own product, where it is known.
	Root string
	Path []string
	At   time.Time // of the log: claims expire
}

// Claims says which statement decides. Package vex implements it; nil is none.
type Claims interface {
	Claim(q *Question) *check.Claim
	// Stated yields vulnerabilities that some statement says are affected in the
	// product, though knowledge may not: they become answers of their own.
	Stated(r *wardround.Release) []string
}
