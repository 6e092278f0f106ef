package pickle

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// reader hands out bytes of a stream without keeping them.
type reader struct {
	src  io.Reader
	buf  []byte
	p, n int   // buf[p:n] is unread
	hold int   // buf[hold:p] is kept, if there is room: the current opcode
	base int64 // stream offset of buf[0]
	end  bool  // src is exhausted
	err  error // what src failed with, other than its end
	room int64 // bytes that may still be read from src
}

const bufSize = 64 << 10

// line limits: what we look at of a text argument. Longer ones are skipped.
const maxLine = 32 << 10

func (r *reader) offset() int64 { return r.base + int64(r.p) }

// fill makes k bytes available, k at most bufSize, if the stream has them.
func (r *reader) fill(k int) bool {
	if r.n-r.p >= k {
		return true
	}
	keep := r.p
	if r.hold < r.p && k+r.p-r.hold <= len(r.buf) {
		keep = r.hold
	}
	if keep > 0 {
		r.base += int64(keep)
		r.n = copy(r.buf, r.buf[keep:r.n])
		r.p -= keep
	}
	r.hold = 0
	k += r.p
	for idle := 0; r.n < k && !r.end; {
		b := r.buf[r.n:]
		if int64(len(b)) > r.room {
			b = b[:r.room]
		}
		if len(b) == 0 {
			r.end = true
			break
		}
		c, err := r.src.Read(b)
		if c < 0 || c > len(b) {
			c, err = 0, io.ErrNoProgress
		}
		r.n += c
		r.room -= int64(c)
		switch {
		case err == io.EOF:
			r.end = true
		case err != nil:
			r.end, r.err = true, err
		case c == 0:
			if idle++; idle > 100 {
				r.end, r.err = true, io.ErrNoProgress
			}
		default:
			idle = 0
		}
	}
	return r.n >= k
}

// line reads a text argument: its beginning (all of it if whole), its full
// length without the newline, its last byte, and whether a newline ended it. The
// slice is valid until the next read.
func (r *reader) line() (head []byte, length int64, last byte, newline bool) {
	for k := 1; ; {
		if i := bytes.IndexByte(r.buf[r.p:r.n], '\n'); i >= 0 {
			head = r.buf[r.p : r.p+i]
			r.p += i + 1
			if i > 0 {
				last = head[i-1]
			}
			return head, int64(i), last, true
		}
		if r.n-r.p >= maxLine {
			break
		}
		if k = r.n - r.p + 1; !r.fill(k) {
			head = r.buf[r.p:r.n]
			r.p = r.n
			if len(head) > 0 {
				last = head[len(head)-1]
			}
			return head, int64(len(head)), last, false
		}
	}
	keep := append([]byte(nil), r.buf[r.p:r.p+maxLine]...)
	r.p += maxLine
	length, last = maxLine, keep[maxLine-1]
	for r.fill(1) {
		i := bytes.IndexByte(r.buf[r.p:r.n], '\n')
		c := i
		if i < 0 {
			c = r.n - r.p
		}
		if c > 0 {
			last = r.buf[r.p+c-1]
		}
		length += int64(c)
		r.p += c
		if i >= 0 {
			r.p++
			return keep, length, last, true
		}
	}
	return keep, length, last, false
}

// data reads n bytes of a constant: all of them if n is at most keep, else the
// first keep bytes. ok is false when the stream ends first. If text is asked for,
// valid says whether the bytes are UTF-8 in which surrogates are allowed.
func (r *reader) data(n uint64, keep int, text bool) (head []byte, ok, valid bool) {
	if n <= bufSize/2 {
		if !r.fill(int(n)) {
			head = r.buf[r.p:r.n]
			r.p = r.n
			return head, false, true
		}
		head = r.buf[r.p : r.p+int(n)]
		r.p += int(n)
		return head, true, !text || validText(head)
	}
	head = make([]byte, 0, min(uint64(keep), n))
	valid = true
	var carry [4]byte
	c := 0
	for n > 0 {
		if !r.fill(1) {
			return head, false, valid
		}
		b := r.buf[r.p:r.n]
		if uint64(len(b)) > n {
			b = b[:n]
		}
		r.p += len(b)
		n -= uint64(len(b))
		if room := cap(head) - len(head); room > 0 {
			head = append(head, b[:min(room, len(b))]...)
		}
		if !text || !valid {
			continue
		}
		// A character may lie across two buffers.
		for c > 0 && len(b) > 0 && !fullText(carry[:c]) {
			carry[c] = b[0]
			c, b = c+1, b[1:]
		}
		if c > 0 && fullText(carry[:c]) {
			valid = validText(carry[:c])
			c = 0
		}
		cut := len(b)
		for back := 1; back <= 3 && back <= len(b); back++ {
			if x := b[len(b)-back]; x >= 0xc0 {
				if !fullText(b[len(b)-back:]) {
					cut = len(b) - back
				}
				break
			} else if x < 0x80 {
				break
			}
		}
		valid = valid && validText(b[:cut])
		if cut < len(b) {
			c = copy(carry[:], b[cut:])
		}
	}
	return head, true, valid && c == 0
}

// fullText says that b begins with a whole character, or with something that
// can never become one.
func fullText(b []byte) bool {
	switch {
	case b[0] >= 0xf0 && b[0] < 0xf8:
		return len(b) >= 4
	case b[0] >= 0xe0:
		return len(b) >= 3
	case b[0] >= 0xc0:
		return len(b) >= 2
	}
	return true
}

// validText says that b is UTF-8 as Python's surrogatepass decodes it: UTF-8
// that may also encode U+D800 to U+DFFF in three bytes.
func validText(b []byte) bool {
	for !utf8.Valid(b) {
		for len(b) > 0 {
			c, size := utf8.DecodeRune(b)
			if c == utf8.RuneError && size == 1 {
				break
			}
			b = b[size:]
		}
		if len(b) < 3 || b[0] != 0xed || b[1] < 0xa0 || b[1] > 0xbf || b[2]&0xc0 != 0x80 {
			return false
		}
		b = b[3:]
	}
	return true
}

// skip reads up to n bytes and says how many there were.
func (r *reader) skip(n int64) int64 {
	done := int64(0)
	for done < n && r.fill(1) {
		c := min(int64(r.n-r.p), n-done)
		r.p += int(c)
		done += c
	}
	return done
}
