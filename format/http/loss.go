package http

import (
	"bytes"
	"slices"

	"github.com/wardround/wardround/format"
)

// Gap says that the capture lost n bytes at this point, or an unknown number if n
// is 0. Inside content of known length the decoder stays in step; elsewhere it
// ends the open message and searches for the next start line. Gap(0) before the
// first Feed is how to start in the middle of a connection. The error is always nil.
func (d *Decoder) Gap(n int64) error {
	n = max(n, 0)
	d.offset += n
	switch d.state {
	case inRest, inOpaque:
		d.handler.Gap(n)
		return nil
	case inFixed, inChunk, expecting:
		if d.state == expecting {
			d.commit()
		}
		if n > 0 && n <= d.left {
			d.left -= n
			d.handler.Gap(n)
			switch {
			case d.left > 0:
			case d.state == inChunk:
				d.state = inChunkEnd
			default:
				d.end(Complete)
			}
			return nil
		}
		d.handler.Gap(n)
	}
	d.drop()
	d.end(Gapped)
	d.state = hunting
	return nil
}

// Close says that the stream ends here. The error is a [format.Error] with
// [format.ErrTruncated] if that is inside a message.
func (d *Decoder) Close() error {
	var err error
	end := Cut
	switch d.state {
	case inRest:
		end = Complete
	case inOpaque, hunting:
	case atHead:
		if len(d.buf) > 0 {
			err = d.failure("head", "RFC 9112 §8", format.ErrTruncated)
		}
	case expecting:
		if d.refused && len(d.buf) == 0 {
			end = Withheld
			break
		}
		d.commit()
		err = d.failure("content", "RFC 9112 §8", format.ErrTruncated)
	default:
		err = d.failure("content", "RFC 9112 §8", format.ErrTruncated)
	}
	d.drop()
	d.end(end)
	return err
}

// Switch says that what follows is no longer HTTP. Bytes already taken for the
// beginning of a head are given to the handler's Opaque.
func (d *Decoder) Switch() {
	held := d.buf
	d.drop()
	d.end(Cut)
	d.state = inOpaque
	if len(held) > 0 {
		d.handler.Opaque(held)
	}
}

// Refuse says that the server answered for good a request whose client asked
// with Expect: 100-continue before it sent content. The client may then go on
// without that content (RFC 9110 §10.1.1).
func (d *Decoder) Refuse() {
	if d.state == expecting {
		d.refused = true
	}
}

// expect decides, after Refuse, whether the client sends the promised content or
// its next request: by the first line.
func (d *Decoder) expect(p []byte) (int, error) {
	if !d.refused {
		d.commit()
		return 0, nil
	}
	n := bytes.IndexByte(p, '\n') + 1
	whole := n > 0
	if !whole {
		n = len(p)
	}
	room := min(d.left, int64(d.limits.Line)) - int64(len(d.buf))
	if int64(n) >= room {
		n, whole = int(room), false
	}
	d.buf = append(d.buf, p[:n]...)
	switch {
	case whole && d.start(d.buf):
		line := d.buf
		d.drop()
		d.end(Withheld)
		d.buf, d.line, d.first = line, int32(len(line)), true
	case whole || int64(n) == room:
		d.commit()
	}
	return n, nil
}

// commit takes what follows, and what was held to decide that, for content.
func (d *Decoder) commit() {
	held := d.buf
	d.drop()
	d.state, d.refused = inFixed, false
	if len(held) > 0 {
		d.content(held)
		if d.left == 0 {
			d.end(Complete)
		}
	}
}

// searchWindow is how much of a line is kept in search of a start line, in bytes.
const searchWindow = 4 << 10

// window is that for this decoder; what is found must not exceed Limits.Line.
func (d *Decoder) window() int { return min(searchWindow, d.limits.Line-1) }

// hunt searches for the next start line. A message may begin right behind
// content that doesn't end with a line end, so the whole line is looked at.
func (d *Decoder) hunt(p []byte) (int, error) {
	n := bytes.IndexByte(p, '\n') + 1
	if n == 0 {
		keep, window := p, d.window()
		if len(keep) > window {
			keep = keep[len(keep)-window:]
		}
		if drop := len(d.buf) + len(keep) - window; drop > 0 {
			d.buf = slices.Delete(d.buf, 0, drop)
		}
		d.buf = append(d.buf, keep...)
		return len(p), nil
	}
	line := p[:n]
	if len(d.buf) > 0 {
		d.buf = append(d.buf, line...)
		line = d.buf
	}
	if window := d.window(); len(line) > window+1 {
		line = line[len(line)-window-1:]
	}
	find := findStatusLine
	if d.request {
		find = findRequestLine
	}
	if k := find(line); k >= 0 {
		d.buf = slices.Clone(line[k:])
		d.state, d.line, d.first, d.resumed = atHead, int32(len(d.buf)), true, true
	} else {
		d.buf = d.buf[:0]
	}
	return n, nil
}

// findStatusLine returns where in line, which has a line end, a status line
// begins, or -1.
func findStatusLine(line []byte) int {
	k := bytes.LastIndex(line, []byte("HTTP/1."))
	if k < 0 {
		return -1
	}
	if _, _, _, _, ok := statusLine(string(trimLine(line[k:]))); !ok {
		return -1
	}
	return k
}

// findRequestLine returns where in line, which has a line end, a request line
// begins, or -1.
func findRequestLine(line []byte) int {
	text := trimLine(line)
	const version = len(" HTTP/1.1")
	if len(text) < version || !bytes.HasPrefix(text[len(text)-version:], []byte(" HTTP/1.")) {
		return -1
	}
	best := -1
	for _, method := range methods {
		k := bytes.LastIndex(text, []byte(method+" "))
		if k < 0 || best >= 0 && k >= best {
			continue
		}
		if _, _, _, _, ok := requestLine(string(text[k:])); ok {
			best = k
		}
	}
	if best < 0 {
		if _, _, _, _, ok := requestLine(string(text)); ok {
			best = 0
		}
	}
	return best
}

func trimLine(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{'\n'}), []byte{'\r'})
}

// methods are the methods worth searching for in the middle of a line.
var methods = [...]string{
	"GET", "POST", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE",
	"PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "SEARCH", "REPORT",
	"NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE", "M-SEARCH",
}
