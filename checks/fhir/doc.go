// Package fhir holds the checks of FHIR interfaces: whether strangers can read
// records on the way or from the server itself, whether somebody takes more of
// them than usual, and whether systems understand each other.
package fhir
