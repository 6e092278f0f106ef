// Package ucum reads units of measure as laboratories and devices send them: the
// Unified Code for Units of Measure (UCUM 2.1, case-sensitive), as far as results use
// it, and what is often sent instead of it (IU/L, x10E3/uL, mmHg, MG/DL).
//
// [Parse] gives a unit in a canonical spelling with its size in base units, and
// [Factor] says by how much a value is multiplied to be in another one. Between mass
// and substance (mg/dL, mmol/L) that takes a molar mass.
//
// Annotations in braces may hold any text. They are dropped, so that a canonical unit
// is made of nothing but symbols that are listed here: it can't carry what somebody
// wrote into it.
package ucum
