// Package dicom reads and writes what DICOM puts on a wire: the upper layer
// protocol over TCP (PS3.8 §9), the DIMSE command sets in it (PS3.7), and the
// elements of data sets (PS3.5), of which it reads only what the caller wants.
//
// # Reading a connection
//
// A connection is two byte streams. Each has a [Decoder], which is fed what was
// captured, in order, and calls a [Handler] for every association request,
// command, wanted element and so on. Which transfer syntax a data set has was
// agreed in the two A-ASSOCIATE PDUs, one in each direction, so both decoders
// share a [Negotiation]. Most callers want a [Conversation], which owns the two
// decoders and joins each request with its responses to an [Operation].
//
// A data set is never held. Its elements are read as they pass by: of a wanted
// element (see [TagSet]) a prefix of the value is kept, everything else, pixel
// data above all, is skipped by adding to a counter. After the last wanted tag
// the rest of a data set is not looked at. A gigabyte in one element therefore
// costs no memory and next to no time.
//
// # What is tolerated
//
// A monitor must read what the two ends understand, not what the standard
// wishes: odd value lengths, padding with spaces or nulls, elements in implicit
// form inside an explicit data set, a data set that is plainly not in the syntax
// agreed on, unknown VRs, missing delimiters inside a known length. What cannot
// be read is reported (Handler.Malformed, [DataSetEnd].Err), never guessed.
//
// Values are returned as they were sent, personal data included. What may be
// kept of them is for the caller to decide.
package dicom
