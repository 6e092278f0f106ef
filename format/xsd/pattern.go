package xsd

import (
	"fmt"
	"regexp"
	"strings"
)

// translate makes a Go expression of one of XML Schema (Part 2, appendix F). The
// two look alike and differ where it is dangerous: XML Schema matches the whole
// text, has no anchors (^ and $ are letters), no groups that do not capture and no
// lazy repetition, and its escapes mean Unicode classes. What is not known here is
// an error.
func translate(p string) (*regexp.Regexp, error) {
	t := &translator{in: []rune(p)}
	if err := t.run(); err != nil {
		return nil, fmt.Errorf("the pattern %q: %w", p, err)
	}
	re, err := regexp.Compile(`\A(?:` + t.out.String() + `)\z`)
	if err != nil {
		return nil, fmt.Errorf("the pattern %q: %w", p, err)
	}
	return re, nil
}

type translator struct {
	in  []rune
	pos int
	out strings.Builder
}

// classes are the escapes that stand for several characters, as what stands
// between brackets.
var classes = map[rune]string{
	's': ` \t\n\r`,
	'd': `\p{Nd}`,
	'w': `\p{L}\p{M}\p{N}\p{S}`, // all but \p{P}, \p{Z} and \p{C}
	'i': `:A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}-\x{200D}\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}`,
}

func init() { classes['c'] = classes['i'] + `\-.0-9\x{B7}\x{300}-\x{36F}\x{203F}-\x{2040}` }

func (t *translator) peek() rune {
	if t.pos < len(t.in) {
		return t.in[t.pos]
	}
	return -1
}

func (t *translator) run() error {
	depth := 0
	repeatable := false // an atom stands before
	for t.pos < len(t.in) {
		c := t.in[t.pos]
		t.pos++
		switch c {
		case '\\':
			s, err := t.escape(false)
			if err != nil {
				return err
			}
			t.out.WriteString(s)
			repeatable = true
		case '[':
			if err := t.class(); err != nil {
				return err
			}
			repeatable = true
		case '(':
			depth++
			t.out.WriteString("(?:")
			repeatable = false
		case ')':
			if depth--; depth < 0 {
				return fmt.Errorf("a ) without its (")
			}
			t.out.WriteByte(')')
			repeatable = true
		case '|':
			t.out.WriteByte('|')
			repeatable = false
		case '*', '+', '?', '{':
			if !repeatable {
				return fmt.Errorf("%q repeats nothing", c)
			}
			repeatable = false
			if err := t.quantity(c); err != nil {
				return err
			}
		case '.':
			t.out.WriteString(`[^\n\r]`)
			repeatable = true
		case ']', '}':
			return fmt.Errorf("%q stands alone", c)
		default:
			t.out.WriteString(regexp.QuoteMeta(string(c))) // ^ and $ too
			repeatable = true
		}
	}
	if depth > 0 {
		return fmt.Errorf("a ( without its )")
	}
	return nil
}

func (t *translator) quantity(c rune) error {
	t.out.WriteRune(c)
	if c != '{' {
		return nil
	}
	for c = t.peek(); c != '}'; c = t.peek() {
		if (c < '0' || c > '9') && c != ',' {
			return fmt.Errorf("a repetition that is no number")
		}
		t.out.WriteRune(c)
		t.pos++
	}
	t.pos++
	t.out.WriteByte('}')
	return nil
}

// escape translates what follows a backslash; inside says: between brackets.
func (t *translator) escape(inside bool) (string, error) {
	c := t.peek()
	t.pos++
	switch c {
	case 'n', 'r', 't':
		return `\` + string(c), nil
	case '\\', '|', '.', '?', '*', '+', '(', ')', '{', '}', '-', '[', ']', '^':
		return `\` + string(c), nil
	case 's', 'd', 'w', 'i', 'c':
		if inside {
			return classes[c], nil
		}
		return "[" + classes[c] + "]", nil
	case 'S', 'D', 'W', 'I', 'C':
		if inside {
			return "", fmt.Errorf(`\%c between brackets is not supported`, c)
		}
		return "[^" + classes[c+'a'-'A'] + "]", nil
	case 'p', 'P':
		end := t.pos
		for end < len(t.in) && t.in[end] != '}' {
			end++
		}
		if t.peek() != '{' || end == len(t.in) {
			return "", fmt.Errorf(`\%c without {}`, c)
		}
		name := string(t.in[t.pos+1 : end])
		t.pos = end + 1
		if strings.HasPrefix(name, "Is") || len(name) > 2 {
			return "", fmt.Errorf(`the block %s is not supported`, name)
		}
		return `\` + string(c) + "{" + name + "}", nil
	}
	return "", fmt.Errorf(`the escape \%c is not known`, c)
}

// class translates what stands between brackets.
func (t *translator) class() error {
	t.out.WriteByte('[')
	if t.peek() == '^' {
		t.out.WriteByte('^')
		t.pos++
	}
	for first := true; ; first = false {
		c := t.peek()
		t.pos++
		switch c {
		case -1:
			return fmt.Errorf("a [ without its ]")
		case ']':
			if first {
				return fmt.Errorf("an empty []")
			}
			t.out.WriteByte(']')
			return nil
		case '[':
			return fmt.Errorf("subtraction of classes is not supported")
		case '\\':
			s, err := t.escape(true)
			if err != nil {
				return err
			}
			t.out.WriteString(s)
		case '-':
			// At an end it is itself; between two characters, a range.
			if first || t.peek() == ']' {
				t.out.WriteString(`\-`)
			} else {
				t.out.WriteByte('-')
			}
		case '^':
			t.out.WriteString(`\^`)
		default:
			t.out.WriteRune(c)
		}
	}
}
