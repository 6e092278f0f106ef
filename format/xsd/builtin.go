package xsd

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wardround/wardround/format/pattern"
)

// builtin is a type of XML Schema itself: which texts are of it, after white space
// was normalised (Part 2 §3).
type builtin struct {
	name   string
	ok     func(string) bool
	text   bool // has a length
	number bool // has an order of numbers
}

// Builtins returns the names of the built-in types that are known.
func Builtins() []string {
	var out []string
	for name := range builtins {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

var builtins = func() map[string]*simpleType {
	m := map[string]*simpleType{}
	add := func(t simpleType, b builtin) {
		t.builtin = &b
		m[b.name] = &t
	}
	always := func(string) bool { return true }
	add(simpleType{preserve: true}, builtin{name: "anySimpleType", ok: always, text: true})
	add(simpleType{preserve: true}, builtin{name: "string", ok: always, text: true})
	add(simpleType{replace: true}, builtin{name: "normalizedString", ok: always, text: true})
	add(simpleType{}, builtin{name: "token", ok: always, text: true})
	add(simpleType{}, builtin{name: "language", ok: matching(`[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*`), text: true})
	add(simpleType{}, builtin{name: "anyURI", ok: isURI, text: true})
	add(simpleType{}, builtin{name: "boolean", ok: matching(`true|false|1|0`)})
	add(simpleType{}, builtin{name: "decimal", ok: isDecimal, number: true})
	add(simpleType{}, builtin{name: "integer", ok: isInteger, number: true})
	add(simpleType{}, builtin{name: "nonNegativeInteger", ok: func(s string) bool { return isInteger(s) && (s[0] != '-' || isZero(s)) }, number: true})
	add(simpleType{}, builtin{name: "positiveInteger", ok: func(s string) bool { return isInteger(s) && s[0] != '-' && !isZero(s) }, number: true})
	for name, bits := range map[string]int{"long": 64, "int": 32, "short": 16, "byte": 8} {
		add(simpleType{}, builtin{name: name, ok: func(s string) bool {
			_, err := strconv.ParseInt(s, 10, bits)
			return err == nil
		}, number: true})
	}
	add(simpleType{}, builtin{name: "float", ok: isFloat})
	add(simpleType{}, builtin{name: "double", ok: isFloat})
	add(simpleType{}, builtin{name: "dateTime", ok: isDateTime})
	add(simpleType{}, builtin{name: "date", ok: isDate})
	add(simpleType{}, builtin{name: "hexBinary", ok: matching(`([0-9a-fA-F]{2})*`)})
	return m
}()

func matching(re string) func(string) bool {
	compiled := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\A(?:` + re + `)\z`) })
	return func(s string) bool { return compiled().MatchString(s) }
}

var (
	isDecimal = matching(`[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)`)
	isInteger = matching(`[+-]?[0-9]+`)
	isFloat   = matching(`[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|-?INF|NaN`)
)

func isZero(s string) bool { return strings.Trim(s, "+-0") == "" }

// isURI: what is escaped on the way becomes a URI reference (Part 2 §3.2.17), so
// that blanks and letters of any script are allowed. What no escaping mends: a
// second #, a scheme that is none, a broken percent escape.
func isURI(s string) bool {
	if strings.Count(s, "#") > 1 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && (i+2 >= len(s) || !hex(s[i+1]) || !hex(s[i+2])) {
			return false
		}
	}
	if i := strings.IndexAny(s, ":/?#"); i >= 0 && s[i] == ':' {
		return scheme().MatchString(s[:i])
	}
	return true
}

var scheme = pattern.Of(`\A[A-Za-z][A-Za-z0-9+.-]*\z`)

func hex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

const zone = `(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?`

var (
	dateForm = pattern.Of(`\A(-?(?:[1-9][0-9]{4,}|[0-9]{4}))-([0-9]{2})-([0-9]{2})` + zone + `\z`)
	timeForm = pattern.Of(`\A(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?|24:00:00(\.0+)?)` + zone + `\z`)
)

// isDate checks the calendar too: 2023-02-29 is none (Part 2 §3.2.9, appendix D).
func isDate(s string) bool {
	m := dateForm().FindStringSubmatch(s)
	if m == nil {
		return false
	}
	digits := strings.TrimPrefix(m[1], "-")
	if isZero(digits) { // 1.0 has no year 0
		return false
	}
	year, _ := strconv.Atoi(digits[len(digits)-4:]) // leap years repeat every 400
	month, _ := strconv.Atoi(m[2])
	day, _ := strconv.Atoi(m[3])
	return month >= 1 && month <= 12 && day >= 1 && day <= time.Date(2000+year%400, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func isDateTime(s string) bool {
	day, rest, ok := strings.Cut(s, "T")
	return ok && !strings.ContainsAny(day, "Z:+") && isDate(day) && timeForm().MatchString(rest)
}
