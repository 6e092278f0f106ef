package tls

import (
	"bytes"

	"github.com/wardround/wardround/format"
)

// RecogniseClient judges the first bytes a client sends.
func RecogniseClient(p []byte) format.Match {
	if len(p) > 0 && p[0]&0x80 != 0 {
		return recogniseV2(p)
	}
	return recognise(p, MessageClientHello)
}

// RecogniseServer judges the first bytes a server sends.
func RecogniseServer(p []byte) format.Match { return recognise(p, MessageServerHello) }

// recognise says Yes to a hello, Likely to another record, as a capture that
// began late would show.
func recognise(p []byte, hello MessageType) format.Match {
	// A prefix of this is all that fits: type, major version, minor version.
	fits := func(i int, ok func(byte) bool) bool { return len(p) <= i || ok(p[i]) }
	if !fits(0, func(b byte) bool { return b >= 20 && b <= 23 }) || !fits(1, func(b byte) bool { return b == 3 }) ||
		!fits(2, func(b byte) bool { return b <= 4 }) {
		return format.No
	}
	if len(p) < headerSize {
		return format.More
	}
	n := int(p[3])<<8 | int(p[4])
	if n == 0 || n > maxRecord {
		return format.No
	}
	switch RecordType(p[0]) {
	case RecordChangeCipherSpec:
		if n != 1 {
			return format.No
		}
	case RecordAlert:
		if n != 2 && n < 16 {
			return format.No
		}
	case RecordHandshake:
		if len(p) == headerSize {
			return format.More
		}
		if p[headerSize] == byte(hello) {
			return format.Yes
		}
	}
	return format.Likely
}

func recogniseV2(p []byte) format.Match {
	signature := []byte{1, 3}
	if len(p) < 4 {
		if len(p) <= 2 || bytes.HasPrefix(signature, p[2:]) {
			return format.More
		}
		return format.No
	}
	n := int(p[0]&0x7f)<<8 | int(p[1])
	if !bytes.Equal(p[2:4], signature) || n < 9 || n > maxRecord {
		return format.No
	}
	// The lengths of the three parts must make up the whole.
	if len(p) < 11 {
		return format.More
	}
	sum := 9
	for i := 5; i < 11; i += 2 {
		sum += int(p[i])<<8 | int(p[i+1])
	}
	if sum != n {
		return format.No
	}
	return format.Yes
}
