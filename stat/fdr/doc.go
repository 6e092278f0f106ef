// Package fdr keeps false alarms within what was promised when many tests are made:
// at once ([BenjaminiHochberg], [BenjaminiYekutieli]) and one after the other without
// end ([LORD], [ELond]).
//
// What is promised differs, and so does what it needs:
//
//	BenjaminiYekutieli  of the alarms, a share of at most α is expected to be false, however the tests depend
//	BenjaminiHochberg   the same, for tests that are independent or positively dependent
//	LORD                the same, over time, for p-values that are valid given the past
//	ELond               the same, over time, from e-values, however they depend
//
// A monitor that reads the same patients in many columns has tests that depend; one
// that compares every day with the same reference has days that depend. Where
// nothing is known of it, take those that hold "however".
package fdr
