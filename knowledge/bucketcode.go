package knowledge

import (
	"encoding/binary"
	"encoding/json"
	"slices"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/osv"
	"github.com/wardround/wardround/format/version"
)

// schemes by name, so that a file does not depend on their numbers.
var schemes = func() map[string]version.Scheme {
	m := map[string]version.Scheme{}
	for s := version.Scheme(0); s.String() != "unknown"; s++ {
		m[s.String()] = s
	}
	return m
}()

const (
	rowSymbols = 1 << iota
	rowCompiled
)

// encode appends a bucket. Records are numbered by number.
func (b *bucket) encode(out []byte, number func(recID) recID) []byte {
	var ecosystems []string
	ecosystem := func(e version.Ecosystem) int {
		s := e.String()
		i := slices.Index(ecosystems, s)
		if i < 0 {
			i = len(ecosystems)
			ecosystems = append(ecosystems, s)
		}
		return i
	}
	for i := range b.rows {
		ecosystem(b.rows[i].ecosystem)
	}
	out = binary.AppendUvarint(out, uint64(len(ecosystems)))
	for _, e := range ecosystems {
		out = appendText(out, e)
	}
	out = binary.AppendUvarint(out, uint64(len(b.lines)))
	for _, l := range b.lines {
		out = appendText(out, l.scheme.String())
		out = binary.AppendUvarint(out, uint64(len(l.marks)))
		for _, m := range l.marks {
			out = appendText(out, m.String())
		}
	}
	out = binary.AppendUvarint(out, uint64(len(b.rows)))
	for i := range b.rows {
		r := &b.rows[i]
		out = binary.AppendUvarint(out, uint64(number(r.rec)))
		out = binary.AppendUvarint(out, uint64(r.part))
		out = binary.AppendUvarint(out, uint64(ecosystem(r.ecosystem)))
		out = appendText(out, r.name)
		out = appendText(out, string(r.status))
		var flags byte
		if r.symbols {
			flags |= rowSymbols
		}
		if r.compiled {
			flags |= rowCompiled
		}
		out = append(out, flags, byte(r.doubt))
		if !r.compiled {
			text, _ := json.Marshal(r.said)
			out = appendText(out, string(text))
			continue
		}
		out = binary.AppendUvarint(out, uint64(slices.Index(b.lines, r.line)+1))
		out = appendSpans(out, r.spans)
		out = appendSpans(out, r.named)
		out = binary.AppendUvarint(out, uint64(len(r.fixed)))
		last := uint32(0)
		for _, f := range r.fixed {
			out = binary.AppendUvarint(out, uint64(f-last))
			last = f
		}
	}
	return out
}

func appendSpans(out []byte, spans []span) []byte {
	out = binary.AppendUvarint(out, uint64(len(spans)))
	last := uint32(0)
	for _, s := range spans {
		out = binary.AppendUvarint(out, uint64(s.lo-last))
		out = binary.AppendUvarint(out, uint64(s.hi-s.lo))
		last = s.hi
	}
	return out
}

// decodeBucket reads a bucket whose records are below most. Versions are ordered
// once more: a file that was written when their order was another one is refused.
func decodeBucket(text string, most recID) (*bucket, bool) {
	c := &cursor{s: text}
	ecosystems := make([]version.Ecosystem, c.count(1))
	for i := range ecosystems {
		ecosystems[i] = version.ParseEcosystem(c.text())
	}
	b := &bucket{lines: make([]*line, c.count(2))}
	for i := range b.lines {
		scheme, ok := schemes[c.text()]
		l := &line{scheme: scheme, marks: make([]version.Version, c.count(1))}
		b.lines[i] = l
		if !ok || !l.read(c) {
			return nil, false
		}
	}
	none := &line{}
	b.rows = make([]row, c.count(8))
	for i := range b.rows {
		r := &b.rows[i]
		rec, part, eco := c.uint(), c.uint(), c.uint()
		r.name, r.status = c.text(), advisory.Status(c.text())
		flags := c.byte()
		r.doubt = osv.Reason(c.byte())
		if r.doubt != osv.Out && r.doubt.Known() || r.doubt > osv.OtherKind {
			return nil, false
		}
		if c.bad || rec >= uint64(most) || part > 1<<31 || eco >= uint64(len(ecosystems)) {
			return nil, false
		}
		r.rec, r.part, r.ecosystem = recID(rec), uint32(part), ecosystems[eco]
		r.symbols, r.compiled = flags&rowSymbols != 0, flags&rowCompiled != 0
		if !r.compiled {
			r.said = new(advisory.Affected)
			if json.Unmarshal([]byte(c.text()), r.said) != nil {
				return nil, false
			}
			continue
		}
		n := c.uint()
		if n > uint64(len(b.lines)) {
			return nil, false
		}
		if r.line = none; n > 0 {
			r.line = b.lines[n-1]
		}
		r.spans, r.named = c.spans(r.line.end()), c.spans(r.line.end())
		r.fixed = make([]uint32, c.count(1))
		last := uint64(0)
		for j := range r.fixed {
			last += c.uint()
			if last >= uint64(r.line.end()) || j > 0 && uint32(last) <= r.fixed[j-1] {
				return nil, false
			}
			r.fixed[j] = uint32(last)
		}
	}
	return b, !c.bad && c.s == ""
}

// read parses the marks and checks their order.
func (l *line) read(c *cursor) bool {
	for i := range l.marks {
		v, err := l.scheme.Parse(c.text())
		if err != nil || c.bad {
			return false
		}
		l.marks[i] = v
		if i > 0 {
			if n, err := l.marks[i-1].Compare(v); err != nil || n >= 0 {
				return false
			}
		}
	}
	return true
}

func (c *cursor) spans(end uint32) []span {
	n := c.count(2)
	if n == 0 {
		return nil
	}
	out := make([]span, n)
	last := uint64(0)
	for i := range out {
		lo := last + c.uint()
		hi := lo + c.uint()
		if hi > uint64(end) || lo >= hi || lo < last || i > 0 && lo == last {
			c.fail()
			return nil
		}
		out[i] = span{uint32(lo), uint32(hi)}
		last = hi
	}
	return out
}
