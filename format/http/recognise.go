package http

import (
	"bytes"

	"github.com/wardround/wardround/format"
)

// RecogniseClient judges the first bytes a client sent.
func RecogniseClient(p []byte) format.Match {
	p = afterEmptyLines(p)
	n := 0
	for n < len(p) && n <= maxMethod && tchar[p[n]] {
		n++
	}
	switch {
	case n == len(p) && n <= maxMethod:
		return couldBe(n > 0 && letters(p))
	case n == 0 || n > maxMethod || p[n] != ' ' || !letters(p[:n]):
		return format.No
	}
	target := bytes.TrimLeft(p[n:], " ")
	if len(target) == 0 {
		return format.More
	}
	known := false
	for _, method := range methods {
		known = known || string(p[:n]) == method
	}
	if i := bytes.IndexByte(p, '\n'); i >= 0 {
		if _, _, v, _, ok := requestLine(string(trimLine(p[:i+1]))); ok && v.Major == 1 {
			return format.Yes
		}
		return format.No
	}
	switch {
	case !targetStart(string(p[:n]), string(target[:1])) && !bytes.HasPrefix([]byte("http"), target[:min(4, len(target))]):
		return format.No
	case known && target[0] == '/':
		return format.Likely
	}
	return format.More
}

// letters reports whether a method in the making has upper-case letters and "-"
// only: all registered ones do, and few other protocols begin that way.
func letters(p []byte) bool {
	for _, c := range p {
		if (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

func couldBe(ok bool) format.Match {
	if ok {
		return format.More
	}
	return format.No
}

// RecogniseServer judges the first bytes a server sent.
func RecogniseServer(p []byte) format.Match {
	p = afterEmptyLines(p)
	const prefix = "HTTP/1."
	if len(p) < len(prefix)+1 {
		return couldBe(bytes.HasPrefix([]byte(prefix), p[:min(len(p), len(prefix))]))
	}
	if string(p[:len(prefix)]) != prefix || p[7] < '0' || p[7] > '9' {
		return format.No
	}
	if i := bytes.IndexByte(p, '\n'); i >= 0 {
		if _, _, _, _, ok := statusLine(string(trimLine(p[:i+1]))); !ok {
			return format.No
		}
	}
	return format.Yes
}

// afterEmptyLines skips what RFC 9112 §2.2 tells readers to skip.
func afterEmptyLines(p []byte) []byte {
	for i := 0; i < 4 && len(p) > 0 && (p[0] == '\r' || p[0] == '\n'); i++ {
		p = p[1:]
	}
	return p
}
