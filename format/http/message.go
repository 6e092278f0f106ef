package http

// Version is a protocol version: major and minor digit.
type Version struct{ Major, Minor uint8 }

// The versions this package is about.
var (
	V10 = Version{1, 0}
	V11 = Version{1, 1}
)

// String is "HTTP/1.1".
func (v Version) String() string {
	return string([]byte{'H', 'T', 'T', 'P', '/', '0' + v.Major%10, '.', '0' + v.Minor%10})
}

// Head is what requests and responses have in common.
type Head struct {
	Version   Version // when encoding, the zero value means 1.1
	Fields    Fields
	Anomalies Anomaly
	Framing   Framing // how the content's end is found
	Length    int64   // bytes of content if Framing is Fixed, otherwise -1
	Size      int     // bytes of the head on the wire
	Offset    int64   // of its first byte in the stream
	Resumed   bool    // found by searching, after a loss or broken framing
}

// A Request is the head of a request.
type Request struct {
	Method string // as sent; methods are case-sensitive (RFC 9110 §9.1)
	Target string // as sent: origin, absolute, authority or asterisk form (RFC 9112 §3.2)
	Head
}

// A Response is the head of a response.
type Response struct {
	Status int // 100–999
	Reason string
	Head
}

// read parses a whole head.
func (r *Request) read(text string, fields int) (ok bool) {
	line, rest, a := cutLine(text)
	r.Method, r.Target, r.Version, r.Anomalies, ok = requestLine(line)
	if !ok {
		return false
	}
	r.Anomalies |= a
	r.parse(rest, fields)
	if r.Version == V11 && !r.Fields.Has("Host") {
		r.Anomalies |= HostMissing
	}
	return true
}

// read parses a whole head.
func (r *Response) read(text string, fields int) (ok bool) {
	line, rest, a := cutLine(text)
	r.Version, r.Status, r.Reason, r.Anomalies, ok = statusLine(line)
	if !ok {
		return false
	}
	r.Anomalies |= a
	r.parse(rest, fields)
	return true
}

// Interim reports whether the response precedes another one for the same
// request (RFC 9110 §15.2). 101 does not: it ends HTTP on the connection.
func (r *Response) Interim() bool { return r.Status >= 100 && r.Status < 200 && r.Status != 101 }

// switches reports whether a response with this status to method turns the
// connection over to another protocol (RFC 9110 §9.3.6, §15.2.2).
func switches(method string, status int) bool {
	return status == 101 || method == "CONNECT" && status >= 200 && status < 300
}

// wantsSwitch reports whether the client may send another protocol after this
// request's content.
func (r *Request) wantsSwitch() bool {
	return r.Method == "CONNECT" || r.Fields.Has("Upgrade") && r.Fields.Lists("Connection", "upgrade")
}
