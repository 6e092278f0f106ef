// Package vex applies exploitability statements: it says which statement decides of
// a vulnerability in a component of a product, and of every statement what it spoke
// of, or what kept it from speaking of anything.
//
// # What a statement speaks of
//
// A statement names a vulnerability (by any of its ids), products, and within them
// components. A product is compared by everything it is named with: purl, CPE,
// maker and name, version or range, UDI, digest, or its place in a bill of materials
// (BOM-Link). What is not named is not asked. Where a statement names one thing
// only, it may be the product or the component: authors of libraries write the
// latter.
//
// A statement that holds for a version also holds for later ones when its author
// says so (Statement.Inherits); otherwise it lapses when the version changes.
//
// # Which one decides
//
// Where several speak of the same, the order is: a verified signature before none;
// the maker of the product before the maker of the component before anybody else;
// the one that names more (component before product, version before range before
// neither); the newer. What says otherwise at the same rank of trust is listed as a
// conflict: a person looks.
//
// # Diagnostics
//
// [Set.Diagnose] goes the other way round: for each statement what it matched, and
// if nothing, the nearest miss and the field that prevented it. No statement is
// ignored silently.
package vex

import (
	"time"

	"github.com/wardround/wardround"
	model "github.com/wardround/wardround/format/vex"
)

// Limits of what a set holds; documents beyond are refused.
const (
	MaxDocuments  = 20_000
	MaxStatements = 2_000_000
)

// document is one that is in force.
type document struct {
	row   *wardround.Document
	name  string // its identity: a later one of the same name takes its place
	doc   *model.Document
	maker string // author, folded
	list  []*statement
}

// statement is one claim, ready to be compared.
type statement struct {
	*model.Statement
	doc      *document
	products []target
	at       time.Time // updated, else issued, else when the document was
}
