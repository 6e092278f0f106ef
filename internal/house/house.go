// Package house holds the tests that keep the house in order: floors, embedded
// data, pins, and that a new check or protocol edits nothing else.
package house
