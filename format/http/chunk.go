package http

import (
	"bytes"

	"github.com/wardround/wardround/format"
)

// chunkSize reads a chunk-size line (RFC 9112 §7.1).
func (d *Decoder) chunkSize(p []byte) (int, error) {
	const source = "RFC 9112 §7.1"
	i := bytes.IndexByte(p, '\n')
	if room := d.limits.Line - len(d.buf); i > room || i < 0 && len(p) > room {
		return room + 1, d.lose("chunk size", source, format.ErrLimit)
	}
	if i < 0 {
		d.buf = append(d.buf, p...)
		return len(p), nil
	}
	line := p[:i]
	if len(d.buf) > 0 {
		line = append(d.buf, line...)
	}
	size, a, ok := parseChunkSize(line)
	d.found |= a
	if !ok {
		return i + 1, d.lose("chunk size", source, format.ErrMalformed)
	}
	d.buf = nil
	if size == 0 {
		d.drop()
		d.state = inTrailer
		return i + 1, nil
	}
	d.state, d.left = inChunk, size
	return i + 1, nil
}

// parseChunkSize reads chunk-size [ chunk-ext ] without its LF. Extensions are
// skipped; spaces after the size are common and harmless, spaces before it are not.
func parseChunkSize(line []byte) (size int64, a Anomaly, ok bool) {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	} else {
		a |= BareLF
	}
	if trimmed := bytes.TrimLeft(line, " \t"); len(trimmed) != len(line) {
		a |= BadChunk
		line = trimmed
	}
	n := 0
	for ; n < len(line); n++ {
		digit, isHex := hexDigit(line[n])
		if !isHex {
			break
		}
		if size >= 1<<59 {
			return 0, a, false
		}
		size = size<<4 | int64(digit)
	}
	if n == 0 {
		return 0, a, false
	}
	rest := bytes.TrimLeft(line[n:], " \t")
	if len(rest) > 0 && rest[0] != ';' {
		return 0, a | BadChunk, false
	}
	if bytes.IndexByte(rest, '\r') >= 0 {
		a |= BareCR | BadChunk
	}
	return size, a, true
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// chunkEnd reads the line end after a chunk; left is 1 once its CR was read.
func (d *Decoder) chunkEnd(p []byte) (int, error) {
	i := 0
	if p[0] == '\r' && d.left == 0 {
		if i = 1; len(p) == 1 {
			d.left = 1
			return 1, nil
		}
	}
	if p[i] != '\n' {
		return i + 1, d.lose("chunk end", "RFC 9112 §7.1", format.ErrMalformed)
	}
	if i == 0 && d.left == 0 {
		d.found |= BareLF
	}
	d.state, d.left = inSize, 0
	return i + 1, nil
}
