package mqtt

import "strconv"

// Reason is a reason code of version 5 (MQTT5 §2.4) or, in a CONNACK of an older
// version, a return code (MQTT3 §3.2.2.3).
type Reason uint8

// The reason codes that checks ask for.
const (
	Success            Reason = 0x00
	Unspecified        Reason = 0x80
	BadCredentials     Reason = 0x86
	NotAuthorized      Reason = 0x87
	BadAuthMethod      Reason = 0x8c
	ReturnVersion      Reason = 1 // 3.x CONNACK: unacceptable protocol version
	ReturnIdentifier   Reason = 2 // 3.x CONNACK: client id rejected
	ReturnUnavailable  Reason = 3 // 3.x CONNACK: server unavailable
	ReturnCredentials  Reason = 4 // 3.x CONNACK: bad user name or password
	ReturnUnauthorized Reason = 5 // 3.x CONNACK: not authorised
)

// Failure reports whether the code of version 5 means that the request failed.
func (r Reason) Failure() bool { return r >= 0x80 }

// Denied reports whether a CONNACK with this code turned the client away for
// who it is: its credentials, its authorisation, or its authentication method.
func (r Reason) Denied() bool {
	switch r {
	case BadCredentials, NotAuthorized, BadAuthMethod, ReturnCredentials, ReturnUnauthorized:
		return true
	}
	return false
}

var returns = [...]string{
	"accepted", "protocol version refused", "client id refused", "server unavailable",
	"wrong user name or password", "not authorised",
}

var reasons = map[Reason]string{
	0x00: "success", 0x04: "disconnect with will", 0x10: "no matching subscribers",
	0x11: "no subscription existed", 0x18: "continue authentication", 0x19: "authenticate again",
	0x80: "unspecified error", 0x81: "malformed packet", 0x82: "protocol error",
	0x83: "implementation specific error", 0x84: "protocol version refused", 0x85: "client id refused",
	0x86: "wrong user name or password", 0x87: "not authorised", 0x88: "server unavailable",
	0x89: "server busy", 0x8a: "banned", 0x8b: "server shutting down",
	0x8c: "bad authentication method", 0x8d: "keep alive timed out", 0x8e: "session taken over",
	0x8f: "topic filter invalid", 0x90: "topic name invalid", 0x91: "packet id in use",
	0x92: "packet id not found", 0x93: "receive maximum exceeded", 0x94: "topic alias invalid",
	0x95: "packet too large", 0x96: "message rate too high", 0x97: "quota exceeded",
	0x98: "stopped by an administrator", 0x99: "payload format invalid", 0x9a: "retain not supported",
	0x9b: "QoS not supported", 0x9c: "use another server", 0x9d: "server moved",
	0x9e: "shared subscriptions not supported", 0x9f: "connection rate exceeded",
	0xa0: "maximum connect time exceeded", 0xa1: "subscription ids not supported",
	0xa2: "wildcards not supported",
}

// In says in words what the code means in a packet of type t.
func (r Reason) In(t Type) string {
	switch {
	case t == CONNACK && int(r) < len(returns):
		return returns[r]
	case (t == SUBACK) && r <= 2:
		return "granted QoS " + strconv.Itoa(int(r))
	}
	if s := reasons[r]; s != "" {
		return s
	}
	return "reason " + strconv.Itoa(int(r))
}
