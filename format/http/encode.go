package http

import "strconv"

// Append writes the request's head to dst: start line and fields as they are,
// nothing added. CR and LF inside values become spaces, so that a value can't
// begin a field.
func (r *Request) Append(dst []byte) []byte {
	dst = appendLine(append(appendLine(append(appendLine(dst, r.Method), ' '), r.Target), ' '), r.version().String())
	return append(r.Fields.append(append(dst, '\r', '\n')), '\r', '\n')
}

// Append writes the response's head to dst, as [Request.Append] does.
func (r *Response) Append(dst []byte) []byte {
	dst = append(appendLine(dst, r.version().String()), ' ')
	dst = append(strconv.AppendInt(dst, int64(r.Status), 10), ' ')
	dst = append(appendLine(dst, r.Reason), '\r', '\n')
	return append(r.Fields.append(dst), '\r', '\n')
}

// AppendWith writes the request with its content to dst. If Transfer-Encoding
// lists chunked, the content is written as one chunk; otherwise Content-Length is
// added unless it is there or content is nil.
func (r *Request) AppendWith(dst, content []byte) []byte {
	framed := *r
	framed.Head = r.withLength(content)
	return framed.appendContent(framed.Append(dst), content)
}

// AppendWith writes the response with its content to dst, as [Request.AppendWith].
func (r *Response) AppendWith(dst, content []byte) []byte {
	framed := *r
	framed.Head = r.withLength(content)
	return framed.appendContent(framed.Append(dst), content)
}

func (h *Head) version() Version {
	if h.Version == (Version{}) {
		return V11
	}
	return h.Version
}

func (h *Head) withLength(content []byte) Head {
	framed := *h
	if content != nil && !h.Fields.Lists("Transfer-Encoding", "chunked") && !h.Fields.Has("Content-Length") {
		n := len(h.Fields)
		framed.Fields = append(h.Fields[:n:n], Field{"Content-Length", strconv.Itoa(len(content))})
	}
	return framed
}

func (h *Head) appendContent(dst, content []byte) []byte {
	if !h.Fields.Lists("Transfer-Encoding", "chunked") {
		return append(dst, content...)
	}
	return AppendLastChunk(AppendChunk(dst, content), nil)
}

// AppendChunk writes one chunk (RFC 9112 §7.1); an empty one is not written, for
// it would end the content.
func AppendChunk(dst, content []byte) []byte {
	if len(content) == 0 {
		return dst
	}
	dst = append(strconv.AppendInt(dst, int64(len(content)), 16), '\r', '\n')
	return append(append(dst, content...), '\r', '\n')
}

// AppendLastChunk ends chunked content with these trailer fields.
func AppendLastChunk(dst []byte, trailers Fields) []byte {
	return append(trailers.append(append(dst, '0', '\r', '\n')), '\r', '\n')
}

func (f Fields) append(dst []byte) []byte {
	for i := range f {
		dst = append(appendLine(dst, f[i].Name), ':', ' ')
		dst = append(appendLine(dst, f[i].Value), '\r', '\n')
	}
	return dst
}

// appendLine writes s without its line breaks.
func appendLine(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\r' || c == '\n' {
			c = ' '
		}
		dst = append(dst, c)
	}
	return dst
}
