// Package hl7 reads and writes HL7 version 2 messages and the MLLP frames that
// carry them over TCP.
//
// # Reading
//
// [Parse] looks at the MSH segment only and returns a [Message], a view of the
// bytes it was given. Segments, fields, repetitions, components and
// subcomponents are found when they are asked for, as slices of those bytes:
//
//	m, err := hl7.Parse(content)
//	for s := range m.Segments() {
//		switch string(s.ID()) {
//		case "OBX":
//			unit := hl7.OBX{Segment: s}.EquipmentInstance()
//			…
//		}
//	}
//
// Numbers are HL7's: fields, repetitions, components and subcomponents count
// from one, and MSH-1 is the field separator itself. What is not there is an
// empty [Value], never an error, because receivers are told to accept missing
// and surplus elements (v2.5.1 §2.6.2).
//
// A message uses the separators that its own MSH-1 and MSH-2 declare. Segments
// end with CR (§2.5.2 demands it); LF and CR LF, which many senders write, are
// accepted too, see [Message.Segments].
//
// # Writing
//
// A [Writer] puts a message together and escapes what must be escaped.
// [AppendACK] answers a message, [AppendFrame] wraps it for MLLP.
//
// # Streams
//
// A [Decoder] finds MLLP frames in one direction of a TCP connection, however
// the bytes are cut, in bounded memory. Frames that lie whole in one chunk are
// not copied.
//
// The package knows positions and names of fields. It holds none of the HL7
// tables; codes are returned as they were sent.
package hl7
