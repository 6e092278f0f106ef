package cpe

import (
	"fmt"
	"strings"
)

// URI is the URI binding, "cpe:/a:…" (NISTIR 7695 §6.1.2). What 2.2 had no room
// for is packed into the edition between tildes.
func (n Name) URI() string {
	parts := make([]string, 0, 7)
	for at := Part; at <= Language; at++ {
		if at != Edition {
			parts = append(parts, uriValue(n[at]))
			continue
		}
		packed := ""
		extended := false
		for _, a := range []Attribute{Edition, SWEdition, TargetSW, TargetHW, Other} {
			if a != Edition {
				extended = extended || !n[a].IsAny()
			}
			packed += "~" + uriValue(n[a])
		}
		if !extended {
			packed = uriValue(n[Edition])
		}
		parts = append(parts, packed)
	}
	return strings.TrimRight("cpe:/"+strings.Join(parts, ":"), ":")
}

func uriValue(v Value) string {
	switch {
	case v.IsAny():
		return ""
	case v.IsNA():
		return "-"
	case v == `\-`:
		return "%2d"
	}
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == '?':
			b.WriteString("%01")
		case c == '*':
			b.WriteString("%02")
		case c == '\\' && i+1 < len(v):
			i++
			fmt.Fprintf(&b, "%%%02x", v[i])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func parseURI(s string) (Name, error) {
	var n Name
	parts := strings.Split(s[len("cpe:/"):], ":")
	if len(parts) > 7 {
		return Name{}, fmt.Errorf("%w: %d components, at most 7", ErrInvalid, len(parts))
	}
	for i, part := range parts {
		at := Attribute(i)
		if at == Edition && strings.HasPrefix(part, "~") {
			packed := strings.Split(part[1:], "~")
			if len(packed) != 5 {
				return Name{}, fmt.Errorf("edition: %w: %d packed parts of 5", ErrInvalid, len(packed))
			}
			for j, a := range []Attribute{Edition, SWEdition, TargetSW, TargetHW, Other} {
				v, err := parseURIValue(packed[j])
				if err != nil {
					return Name{}, fmt.Errorf("%s: %w", a, err)
				}
				n[a] = v
			}
			continue
		}
		v, err := parseURIValue(part)
		if err != nil {
			return Name{}, fmt.Errorf("%s: %w", at, err)
		}
		n[at] = v
	}
	for i, v := range n {
		if v == "" {
			n[i] = Any
		}
	}
	return n, n.check()
}

// parseURIValue decodes one component (NISTIR 7695 §6.1.3.2). %01 and %02 are the
// wildcards; every other code is a character of text.
func parseURIValue(s string) (Value, error) {
	switch s {
	case "":
		return Any, nil
	case "-":
		return NA, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := lower(s[i])
		if c != '%' {
			if c <= ' ' || c >= 0x7f {
				return "", fmt.Errorf("%w: byte %#x", ErrInvalid, c)
			}
			quote(&b, c)
			continue
		}
		if i+2 >= len(s) {
			return "", fmt.Errorf("%w: %q ends within a code", ErrInvalid, s)
		}
		hi, lo := hex(s[i+1]), hex(s[i+2])
		code := hi<<4 | lo
		switch {
		case hi < 0 || lo < 0:
			return "", fmt.Errorf("%w: code %q", ErrInvalid, s[i:i+3])
		case code == 1:
			b.WriteByte('?')
		case code == 2:
			b.WriteByte('*')
		case code <= ' ' || code >= 0x7f:
			return "", fmt.Errorf("%w: code %q", ErrInvalid, s[i:i+3])
		default:
			quote(&b, lower(byte(code)))
		}
		i += 2
	}
	if b.String() == "-" {
		return `\-`, nil
	}
	return wildcards(b.String())
}

func hex(c byte) int {
	switch c = lower(c); {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
