package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/wardround/wardround"
)

// veil is what the caller must not hear of: the ids and titles of vulnerabilities
// under embargo. Lists, counts and pages leave out what it hides; and whatever leaves
// the server all the same, in a note or a name of a file, has the words taken out.
type veil struct {
	ids   map[string]bool // upper case
	words []string        // lower case: ids and titles
}

// shortestTitle is of how many bytes a title is at least, to be looked for in what is
// answered: shorter ones are everyday words.
const shortestTitle = 8

// veil returns what is hidden from the caller, never nil.
func (s *Server) veil(ctx context.Context) *veil {
	v := &veil{}
	for _, e := range s.secrets(ctx) {
		if v.ids == nil {
			v.ids = map[string]bool{}
		}
		ids, title := s.idsOf(e.Vulnerability)
		for _, id := range append(append([]string{e.Vulnerability}, e.IDs...), ids...) {
			v.add(id)
		}
		for _, t := range []string{title, e.Title} {
			if len(t) >= shortestTitle {
				v.words = append(v.words, strings.ToLower(t))
			}
		}
	}
	return v
}

func (v *veil) add(id string) {
	if up := strings.ToUpper(id); id != "" && !v.ids[up] {
		v.ids[up] = true
		v.words = append(v.words, strings.ToLower(id))
	}
}

// any reports whether anything is hidden.
func (v *veil) any() bool { return len(v.ids) > 0 }

// hides reports whether a vulnerability is hidden, by any of its ids.
func (v *veil) hides(id string) bool { return v.ids[strings.ToUpper(id)] }

// hider is hides for a board, nil if nothing is hidden.
func (v *veil) hider() func(string) bool {
	if !v.any() {
		return nil
	}
	return v.hides
}

// mentions reports whether a text names what is hidden.
func (v *veil) mentions(text string) bool {
	if !v.any() || text == "" {
		return false
	}
	text = strings.ToLower(text)
	for _, w := range v.words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// mentionedIn reads a document to see whether it names what is hidden.
func (v *veil) mentionedIn(r io.Reader) (bool, error) {
	longest := 0
	for _, w := range v.words {
		longest = max(longest, len(w))
	}
	buf, n := make([]byte, 64<<10+longest), 0
	for {
		m, err := r.Read(buf[n:])
		n += m
		if v.mentions(string(buf[:n])) {
			return true, nil
		}
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		keep := min(n, longest)
		copy(buf, buf[n-keep:n])
		n = keep
	}
}

// row reports whether a row of a list names what is hidden.
func (v *veil) row(row any) bool {
	if !v.any() {
		return false
	}
	b, err := json.Marshal(row)
	return err == nil && v.mentions(string(b))
}

// withheld stands where words were taken out.
const withheld = "…"

// redactor takes the words of a veil out of what is answered. It holds back the end
// of what was written until it is sure, or flushed.
type redactor struct {
	http.ResponseWriter
	patterns [][]byte // lower case
	longest  int
	held     []byte
	off      bool // a problem: it says nothing but what was asked
	decided  bool
}

// redact wraps an answer. What the caller wrote into the address is not taken out:
// that it is missing would tell more than that it is there.
func (v *veil) redact(w http.ResponseWriter, r *http.Request) *redactor {
	asked := strings.ToLower(r.URL.Path)
	for _, vs := range r.URL.Query() {
		asked += "\n" + strings.ToLower(strings.Join(vs, "\n"))
	}
	out := &redactor{ResponseWriter: w}
	for _, word := range v.words {
		if strings.Contains(asked, word) {
			continue
		}
		b, _ := json.Marshal(word) // a string always marshals
		quoted := bytes.Trim(b, `"`)
		for _, p := range [][]byte{[]byte(word), quoted, []byte(strings.ReplaceAll(word, `"`, `""`)), []byte(strings.ReplaceAll(word, `"`, `\"`))} {
			out.patterns, out.longest = append(out.patterns, p), max(out.longest, len(p))
		}
	}
	return out
}

func (d *redactor) Unwrap() http.ResponseWriter { return d.ResponseWriter }

func (d *redactor) Write(b []byte) (int, error) {
	if !d.decided {
		d.decided, d.off = true, len(d.patterns) == 0 || d.Header().Get("Content-Type") == "application/problem+json"
	}
	if d.off {
		return d.ResponseWriter.Write(b)
	}
	d.held = d.clean(append(d.held, b...))
	if n := len(d.held) - d.longest + 1; n > 0 {
		if _, err := d.ResponseWriter.Write(d.held[:n]); err != nil {
			return 0, err
		}
		d.held = append(d.held[:0], d.held[n:]...)
	}
	return len(b), nil
}

// clean takes the patterns out, whatever their case.
func (d *redactor) clean(b []byte) []byte {
	for _, p := range d.patterns {
		low := lower(b)
		if !bytes.Contains(low, p) {
			continue
		}
		var out []byte
		for from := 0; ; {
			i := bytes.Index(low[from:], p)
			if i < 0 {
				b = append(out, b[from:]...)
				break
			}
			out = append(append(out, b[from:from+i]...), withheld...)
			from += i + len(p)
		}
	}
	return b
}

// lower is ASCII in lower case: the same length.
func lower(b []byte) []byte {
	out := bytes.Clone(b)
	for i, c := range out {
		if c >= 'A' && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return out
}

// FlushError makes a redactor flushable: an event is whole when it is flushed.
func (d *redactor) FlushError() error {
	if err := d.rest(); err != nil {
		return err
	}
	return http.NewResponseController(d.ResponseWriter).Flush()
}

func (d *redactor) rest() error {
	held := d.held
	d.held = nil
	if len(held) == 0 {
		return nil
	}
	_, err := d.ResponseWriter.Write(held)
	return err
}

// veiled answers behind the veil of whoever asks. A stream that began without one is
// looked at again with each event.
func (s *Server) veiled(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.veil(r.Context())
		if !v.any() {
			next.ServeHTTP(w, r)
			return
		}
		d := v.redact(w, r)
		next.ServeHTTP(d, r)
		_ = d.rest() // whoever asked may have gone
	})
}

// openly refuses to hand out files of the whole house while some of it is not for
// the caller.
func (s *Server) openly(ctx context.Context, what string) error {
	if !s.veil(ctx).any() {
		return nil
	}
	return hinted(wardround.Errorf(wardround.EForbidden, "api.embargo", "%s would hold what is not for you", what), "Ask someone who may see all of it.")
}
