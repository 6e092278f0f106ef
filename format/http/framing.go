package http

// Framing is how a reader finds the end of a message's content (RFC 9112 §6.3).
type Framing uint8

const (
	// Empty: there is no content.
	Empty Framing = iota
	// Fixed: Content-Length says it.
	Fixed
	// Chunked: the chunked transfer coding says it.
	Chunked
	// UntilClose: the connection's end is the content's end.
	UntilClose
	// Tunnel: what follows is no longer HTTP.
	Tunnel
	// Lost: the head contradicts itself; readers will disagree.
	Lost
)

var framingNames = [...]string{"empty", "fixed", "chunked", "until-close", "tunnel", "lost"}

func (f Framing) String() string {
	if int(f) < len(framingNames) {
		return framingNames[f]
	}
	return "invalid"
}

func (r *Request) frame() {
	r.Length = -1
	if r.Version.Major == 2 { // the preface that starts HTTP/2 (RFC 9113 §3.4)
		r.Framing = Tunnel
		return
	}
	if r.Framing = r.declared(false); r.Framing == UntilClose {
		r.Framing = Empty
	}
}

// frame sets how the content ends, given the method the response answers.
func (r *Response) frame(method string) {
	r.Length = -1
	declared := r.declared(true)
	switch {
	case switches(method, r.Status):
		r.Framing = Tunnel
	case method == "HEAD", r.Status < 200, r.Status == 204, r.Status == 304:
		r.Framing = Empty
	default:
		r.Framing = declared
		return
	}
	r.Length = -1
}

// declared applies rules 3 to 8 of RFC 9112 §6.3; UntilClose stands for "nothing
// declared". response says whether a non-final chunked coding means UntilClose.
func (h *Head) declared(response bool) Framing {
	length, seen := int64(-1), false
	codings, chunked, final := 0, 0, false
	var bad Anomaly
	for i := range h.Fields {
		f := &h.Fields[i]
		switch {
		case len(f.Name) == len("Content-Length") && equalFold(f.Name, "Content-Length"):
			if trim(f.Value) == "" {
				bad |= LengthInvalid
			}
			for member := range members(f.Value) {
				n, ok := decimal(member)
				switch {
				case !ok:
					bad |= LengthInvalid
				case seen && n != length:
					bad |= LengthConflict
				case seen:
					bad |= LengthRepeated
				default:
					length, seen = n, true
				}
			}
		case len(f.Name) == len("Transfer-Encoding") && equalFold(f.Name, "Transfer-Encoding"):
			for member := range members(f.Value) {
				codings++
				final = false
				switch {
				case equalFold(member, "chunked"):
					chunked++
					final = true
				case equalFold(member, "gzip"), equalFold(member, "x-gzip"), equalFold(member, "deflate"),
					equalFold(member, "compress"), equalFold(member, "x-compress"):
				case equalFold(member, "identity"): // of RFC 2616, without meaning now
					codings--
				default:
					bad |= CodingUnknown
				}
			}
		}
	}
	if codings > 0 {
		if seen || bad&LengthInvalid != 0 {
			bad |= LengthAndChunked
		}
		if h.Version == V10 {
			bad |= CodingIn10
		}
		if chunked > 1 || !final {
			bad |= ChunkedNotFinal
		}
		h.Anomalies |= bad
		switch {
		case final:
			return Chunked
		case response:
			return UntilClose
		}
		return Lost
	}
	h.Anomalies |= bad
	if bad&(LengthInvalid|LengthConflict) != 0 {
		return Lost
	}
	if !seen {
		return UntilClose
	}
	h.Length = length
	return Fixed
}

// decimal reads 1*DIGIT; false if it is anything else or does not fit.
func decimal(s string) (int64, bool) {
	if s == "" || len(s) > 18 {
		return 0, false
	}
	var n int64
	for i := 0; i < len(s); i++ {
		c := s[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	return n, true
}
