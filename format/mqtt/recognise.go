package mqtt

import (
	"bytes"

	"github.com/wardround/wardround/format"
)

// RecogniseClient judges the first bytes a client sends: CONNECT is certain, a
// run of other packets, as a capture that began late would show, is likely.
func RecogniseClient(p []byte) format.Match {
	if len(p) > 0 && p[0] == byte(CONNECT)<<4 {
		return recogniseConnect(p)
	}
	return recogniseRun(p)
}

// RecogniseServer judges the first bytes a server sends: CONNACK, or a run of
// other packets, is likely. The client's first bytes are the surer sign.
func RecogniseServer(p []byte) format.Match {
	if len(p) == 0 || p[0] != byte(CONNACK)<<4 {
		return recogniseRun(p)
	}
	rem, n := varint(p[1:])
	switch {
	case n == 0:
		return format.More
	case n < 0 || rem < 2 || rem > 1<<16:
		return format.No
	}
	body := p[1+n:]
	if len(body) < 2 {
		return format.More
	}
	// Codes: 0 to 5 before version 5, from 0x80 on in it (MQTT5 §3.2.2.2).
	if body[0] > 1 || body[1] > 5 && (body[1] < 0x80 || body[1] > 0xa2) {
		return format.No
	}
	return format.Likely
}

func recogniseConnect(p []byte) format.Match {
	_, n := varint(p[1:])
	switch {
	case n == 0:
		return format.More
	case n < 0:
		return format.No
	}
	p = p[1+n:]
	for _, signature := range []string{"\x00\x04MQTT\x04", "\x00\x04MQTT\x05", "\x00\x04MQTT\x84", "\x00\x06MQIsdp\x03", "\x00\x06MQIsdp\x83"} {
		if bytes.HasPrefix(p, []byte(signature)) {
			return format.Yes
		}
		if len(p) < len(signature) && signature[:len(p)] == string(p) {
			return format.More
		}
	}
	return format.No
}

func recogniseRun(p []byte) format.Match {
	switch m := judge(p[:min(len(p), window)], Unknown); {
	case m == format.Yes:
		return format.Likely
	case m == format.More && len(p) >= window:
		return format.No
	default:
		return m
	}
}
