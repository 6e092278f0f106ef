package http

import (
	"math/bits"
	"strings"
)

// Anomaly is a set of deviations from RFC 9112 found in one message.
type Anomaly uint32

const (
	// BareLF: a line ended with LF alone (RFC 9112 §2.2).
	BareLF Anomaly = 1 << iota
	// BareCR: a CR that is not followed by LF inside a line (RFC 9112 §2.2).
	BareCR
	// ObsFold: a field value was continued on the next line (RFC 9112 §5.2).
	ObsFold
	// SpaceBeforeColon: whitespace between field name and colon (RFC 9112 §5.1).
	SpaceBeforeColon
	// BadFieldName: a field line without colon, or a name that is no token.
	BadFieldName
	// BadFieldValue: a control character in a field value (RFC 9110 §5.5).
	BadFieldValue
	// BadStartLine: a start line with surplus or unusual whitespace (RFC 9112 §3).
	BadStartLine
	// SpaceInTarget: a request target with whitespace in it (RFC 9112 §3.2).
	SpaceInTarget
	// OddVersion: a version other than 1.0 and 1.1.
	OddVersion
	// LengthAndChunked: Content-Length beside Transfer-Encoding (RFC 9112 §6.3 rule 3).
	LengthAndChunked
	// LengthRepeated: the same Content-Length more than once (RFC 9112 §6.3 rule 5).
	LengthRepeated
	// LengthConflict: two different Content-Lengths (RFC 9112 §6.3 rule 5).
	LengthConflict
	// LengthInvalid: a Content-Length that is no decimal number in range.
	LengthInvalid
	// ChunkedNotFinal: chunked is not the last transfer coding, or applied twice (RFC 9112 §6.3 rule 4).
	ChunkedNotFinal
	// CodingUnknown: a transfer coding that RFC 9112 §7 does not define.
	CodingUnknown
	// CodingIn10: Transfer-Encoding in an HTTP/1.0 message (RFC 9112 §6.1).
	CodingIn10
	// BadChunk: a chunk-size line with surplus characters (RFC 9112 §7.1).
	BadChunk
	// HostMissing: an HTTP/1.1 request without Host (RFC 9112 §3.2).
	HostMissing
	// HostRepeated: more than one Host field (RFC 9112 §3.2).
	HostRepeated
	// TooManyFields: more fields than Limits.Fields; the surplus is dropped.
	TooManyFields
	// Unasked: a response nobody was seen asking for.
	Unasked
	// Bomb: the content inflates beyond the limits.
	Bomb
	// BadCoding: the content is not in its declared content coding.
	BadCoding
	anomalyEnd
)

var anomalyNames = [...]string{
	"bare-lf", "bare-cr", "obs-fold", "space-before-colon", "bad-field-name", "bad-field-value",
	"bad-start-line", "space-in-target", "odd-version",
	"length-and-chunked", "length-repeated", "length-conflict", "length-invalid",
	"chunked-not-final", "coding-unknown", "coding-in-1.0", "bad-chunk",
	"host-missing", "host-repeated", "too-many-fields", "unasked", "bomb", "bad-coding",
}

// Smuggling holds the deviations by which two readers of one request can see
// different messages, the means of request smuggling.
const Smuggling = BareCR | SpaceBeforeColon | LengthAndChunked | LengthConflict | LengthInvalid |
	ChunkedNotFinal | CodingUnknown | CodingIn10 | BadChunk | HostRepeated

// Has reports whether any deviation of b is in a.
func (a Anomaly) Has(b Anomaly) bool { return a&b != 0 }

// Names lists the deviations in a, in a fixed order.
func (a Anomaly) Names() []string {
	if a == 0 {
		return nil
	}
	names := make([]string, 0, bits.OnesCount32(uint32(a)))
	for i, name := range anomalyNames {
		if a&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// String joins [Anomaly.Names] with commas.
func (a Anomaly) String() string { return strings.Join(a.Names(), ",") }
