package tls

import "encoding/binary"

// RecordType is the content type of a record (RFC 8446 §5.1).
type RecordType uint8

// The content types.
const (
	RecordChangeCipherSpec RecordType = 20
	RecordAlert            RecordType = 21
	RecordHandshake        RecordType = 22
	RecordApplicationData  RecordType = 23
	RecordHeartbeat        RecordType = 24 // RFC 6520
)

const (
	// headerSize is the size of a record's header, in bytes.
	headerSize = 5
	// maxPlain is the largest content of a record (RFC 8446 §5.1), in bytes.
	maxPlain = 1 << 14
	// maxRecord is the largest record before TLS 1.3, encrypted and maybe
	// compressed (RFC 5246 §6.2.3); TLS 1.3 allows less.
	maxRecord = maxPlain + 2048
)

// validHeader checks the five bytes of a record's header.
func validHeader(b []byte) bool {
	return b[0] >= byte(RecordChangeCipherSpec) && b[0] <= byte(RecordHeartbeat) &&
		b[1] == 3 && b[2] <= 4 && int(b[3])<<8|int(b[4]) <= maxRecord
}

// AppendRecord appends content in as many records as it needs.
func AppendRecord(dst []byte, t RecordType, v Version, content []byte) []byte {
	for first := true; first || len(content) > 0; first = false {
		n := min(len(content), maxPlain)
		dst = append(dst, byte(t))
		dst = binary.BigEndian.AppendUint16(dst, uint16(v))
		dst = binary.BigEndian.AppendUint16(dst, uint16(n))
		dst = append(dst, content[:n]...)
		content = content[n:]
	}
	return dst
}
