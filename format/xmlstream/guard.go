package xmlstream

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/wardround/wardround/format"
)

// guard stands before the decoder, which holds a token in memory before anyone
// can look at it, and stops the input where a token becomes too long, the document
// too large, or a document type declaration begins. It follows only as much of
// the grammar as it takes to know where tokens begin and end.
type guard struct {
	src   *bufio.Reader
	lim   Limits
	read  int64
	token int  // length of the current token
	state byte // text, tag, attribute quote, comment, section, instruction, or a '<' just read
	quote byte
	tail  uint64 // the last bytes read, for the ends and beginnings of several bytes
	wide  bool
	err   error
}

const (
	inText = iota
	inOpen // after '<'
	inMark // after '<!'
	inTag
	inQuote
	inComment
	inSection
	inInstruction
)

func (g *guard) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		c, err := g.ReadByte()
		if err != nil {
			if n > 0 && errors.Is(err, io.EOF) {
				return n, nil
			}
			return n, err
		}
		p[n] = c
		n++
	}
	return n, nil
}

// ReadByte makes the guard an [io.ByteReader], which encoding/xml reads from
// without a buffer of its own.
func (g *guard) ReadByte() (byte, error) {
	if g.err != nil {
		return 0, g.err
	}
	c, err := g.src.ReadByte()
	if err != nil {
		if !errors.Is(err, io.EOF) {
			g.err = fmt.Errorf("xml: reading at byte %d: %w", g.read, err)
			return 0, g.err
		}
		return 0, err
	}
	g.read++
	g.token++
	g.tail = g.tail<<8 | uint64(c)
	g.step(c)
	switch {
	case g.read > g.lim.Bytes:
		g.refuse(format.ErrLimit, fmt.Sprintf("the document has more than %d bytes", g.lim.Bytes))
	case g.token > g.lim.Token:
		g.refuse(format.ErrLimit, fmt.Sprintf("a tag, text or comment of more than %d bytes", g.lim.Token))
	}
	if g.err != nil {
		return 0, g.err
	}
	return c, nil
}

func (g *guard) refuse(cause error, text string) {
	if g.err == nil {
		g.err = &format.Error{Format: "xml", Offset: g.read, Err: fmt.Errorf("%w: %s", cause, text)}
	}
}

// to begins a token or goes on with one.
func (g *guard) to(state byte, fresh bool) {
	g.state = state
	if fresh {
		g.token, g.tail = 0, 0
	}
}

func (g *guard) step(c byte) {
	switch g.state {
	case inText:
		if c == '<' {
			g.to(inOpen, true)
		}
	case inOpen:
		switch c {
		case '!':
			g.to(inMark, false)
		case '?':
			g.to(inInstruction, true)
		case '>':
			g.to(inText, true)
		default:
			g.to(inTag, false)
		}
	case inMark:
		switch {
		case g.tail&0xffff == '-'<<8|'-':
			g.to(inComment, true)
		case c == '[':
			g.to(inSection, true)
		case c != '-':
			g.refuse(format.ErrMalformed, doctype)
		}
	case inTag:
		switch c {
		case '"', '\'':
			g.quote = c
			g.to(inQuote, false)
		case '>':
			g.to(inText, true)
		}
	case inQuote:
		if c == g.quote {
			g.to(inTag, false)
		}
	case inComment:
		if g.tail&0xffffff == '-'<<16|'-'<<8|'>' {
			g.to(inText, true)
		}
	case inSection:
		if g.tail&0xffffff == ']'<<16|']'<<8|'>' {
			g.to(inText, true)
		}
	case inInstruction:
		if g.tail&0xffff == '?'<<8|'>' {
			g.to(inText, true)
		}
	}
}
