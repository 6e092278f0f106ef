// Package dicomweb recognises the transactions of DICOM Web Services (PS3.18) in
// HTTP messages: searching (QIDO-RS), retrieving (WADO-RS and WADO-URI), storing
// (STOW-RS), worklists (UPS-RS) and capabilities.
//
// [ParseRequest] takes a transaction from method and target and says how well they
// fit; [Recognise] decides with the media types. A [Scanner] is fed a body in
// pieces: it splits multipart bodies into parts, counts the matches of a search and
// the instances of a store response, and says which identifying attributes were
// there. It keeps no content; who wants to see a part's content gives it a sink.
//
// UIDs and query values are returned raw: who may see them is decided by those who
// import this package. [Parameter] knows the published names.
package dicomweb
