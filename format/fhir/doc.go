// Package fhir recognises the FHIR RESTful interactions (R4 and R5, http.html) in
// HTTP messages and says what a resource or Bundle holds while it passes.
//
// [ParseRequest] takes an interaction from method and target and says how well
// they fit; media types ([IsMediaType]) and the content decide where the path
// alone can't ([Recognise]). A [Scanner] is fed a JSON, XML or NDJSON body in
// pieces and counts: resource types, Bundle.type, total and entries, the issues of
// an OperationOutcome, and which identifying elements were there. It keeps no
// content.
//
// Ids, search values and paths are returned raw: who may see them is decided by
// those who import this package. [IsType], [Parameter] and [Operation] know the
// published names, which say nothing about a person.
package fhir
