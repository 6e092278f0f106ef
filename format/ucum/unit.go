package ucum

import (
	"math"
	"strconv"
	"strings"
)

// Dimension holds the exponents of the base units.
type Dimension [dimensions]int8

// The base units: those of UCUM §4.2 that results are made of, and besides them
// amounts of what only a procedure defines, which convert into nothing else.
const (
	metre = iota
	second
	gram
	kelvin
	mole
	coulomb
	candela
	radian
	equivalent // of charge: a mole divided by valence
	international
	osmole
	logarithm // pH, dB: no factor leads elsewhere
	dimensions
)

// Unit is a unit of measure.
type Unit struct {
	Code      string // canonical, without annotations; "1" for none but a number
	Size      float64
	Dimension Dimension
	// Offset is what is added to a value in kelvin before it is one of this unit: of Cel
	// and [degF] alone.
	Offset float64
}

// maxUnit is the longest code that is read, in bytes.
const maxUnit = 64

// Parse reads a unit; ok is false for what is none. The empty text is no unit.
func Parse(s string) (u Unit, ok bool) {
	s = strings.Trim(s, " ")
	if s == "" || len(s) > maxUnit {
		return Unit{}, false
	}
	p := parser{s: s}
	if u, ok = p.whole(); ok && u.Code == "K/uL" {
		return Parse("10*3/uL") // thousands, as laboratories write it: nobody counts kelvins
	}
	for _, list := range [...]map[string]string{spelt, folded} {
		if code, found := list[fold(s)]; !ok && found {
			p = parser{s: code}
			u, ok = p.whole()
		}
	}
	return u, ok
}

// whole reads a term to the end of the text.
func (p *parser) whole() (Unit, bool) {
	u, ok := p.term(0)
	if !ok || p.at != len(p.s) || u.Size <= 0 || math.IsInf(u.Size, 0) {
		return Unit{}, false
	}
	if u.Code = p.code.String(); len(u.Code) > 1 {
		u.Code = strings.TrimPrefix(u.Code, "1") // 1/min is /min, and 10*3 is itself
		if u.Code[0] != '/' {
			u.Code = p.code.String()
		}
	}
	if u.Offset != 0 && p.parts > 1 {
		return Unit{}, false // a temperature on a scale is no part of another unit (§22)
	}
	return u, true
}

// parser reads the grammar of UCUM §7 to §12.
type parser struct {
	s     string
	at    int
	code  strings.Builder
	parts int
}

const maxNested = 4

// term reads components joined by . and /.
func (p *parser) term(nested int) (Unit, bool) {
	u := Unit{Size: 1}
	sign := 1
	if p.next('/') {
		sign = -1
		p.code.WriteByte('/')
	}
	for {
		c, ok := p.component(nested)
		if !ok {
			return u, false
		}
		u.Size *= math.Pow(c.Size, float64(sign))
		u.Offset += c.Offset
		for i := range u.Dimension {
			d := int(u.Dimension[i]) + sign*int(c.Dimension[i])
			if d > 24 || d < -24 {
				return u, false
			}
			u.Dimension[i] = int8(d)
		}
		switch {
		case p.next('.'):
			sign = 1
			p.code.WriteByte('.')
		case p.next('/'):
			sign = -1
			p.code.WriteByte('/')
		default:
			return u, true
		}
	}
}

func (p *parser) next(c byte) bool {
	if p.at < len(p.s) && p.s[p.at] == c {
		p.at++
		return true
	}
	return false
}

// component reads a unit with its exponent, a number, an annotation or a term in
// parentheses.
func (p *parser) component(nested int) (Unit, bool) {
	p.parts++
	if p.next('(') {
		if nested == maxNested {
			return Unit{}, false
		}
		p.code.WriteByte('(')
		u, ok := p.term(nested + 1)
		if !ok || !p.next(')') {
			return Unit{}, false
		}
		p.code.WriteByte(')')
		return p.raised(u)
	}
	if p.annotation() { // {beats}: a number of something
		p.code.WriteByte('1')
		return Unit{Size: 1}, p.annotated()
	}
	start := p.at
	for p.at < len(p.s) && p.s[p.at] >= '0' && p.s[p.at] <= '9' {
		p.at++
	}
	if n := p.s[start:p.at]; n != "" && !(n == "10" && p.at < len(p.s) && (p.s[p.at] == '*' || p.s[p.at] == '^')) {
		x, err := strconv.ParseUint(n, 10, 32)
		if err != nil || x == 0 || len(n) > 9 {
			return Unit{}, false
		}
		p.code.WriteString(strconv.FormatUint(x, 10))
		p.annotation()
		return Unit{Size: float64(x)}, p.annotated()
	}
	p.at = start
	u, ok := p.symbol()
	if !ok {
		return u, false
	}
	return p.raised(u)
}

// raised reads an exponent and an annotation.
func (p *parser) raised(u Unit) (Unit, bool) {
	start, sign := p.at, 1
	switch {
	case p.next('-'):
		sign = -1
	case p.next('+'):
	}
	digits := p.at
	for p.at < len(p.s) && p.s[p.at] >= '0' && p.s[p.at] <= '9' {
		p.at++
	}
	if digits == p.at {
		if p.at != start {
			return u, false
		}
		p.annotation()
		return u, p.annotated()
	}
	n, err := strconv.Atoi(p.s[digits:p.at])
	if err != nil || n > 24 || n == 0 || u.Offset != 0 {
		return u, false
	}
	n *= sign
	p.code.WriteString(strconv.Itoa(n))
	u.Size = math.Pow(u.Size, float64(n))
	for i := range u.Dimension {
		d := int(u.Dimension[i]) * n
		if d > 24 || d < -24 {
			return u, false
		}
		u.Dimension[i] = int8(d)
	}
	p.annotation()
	return u, p.annotated()
}

// annotation skips one in braces.
func (p *parser) annotation() bool {
	if p.at >= len(p.s) || p.s[p.at] != '{' {
		return false
	}
	end := strings.IndexByte(p.s[p.at:], '}')
	if end < 0 {
		return false
	}
	p.at += end + 1
	return true
}

// annotated reports whether what was read ends here: at an operator, or the end.
func (p *parser) annotated() bool {
	return p.at == len(p.s) || strings.IndexByte("./)", p.s[p.at]) >= 0
}

// symbol reads an atom, with a prefix if it is metric. The longest atom without a
// prefix counts first: "cd" is a candela, and no centiday (§14).
func (p *parser) symbol() (Unit, bool) {
	end := p.at
	for end < len(p.s) && !strings.ContainsRune("./(){}+-0123456789", rune(p.s[end])) {
		if p.s[end] == '[' { // may hold anything up to its end: m[H2O], [in_i]
			shut := strings.IndexByte(p.s[end:], ']')
			if shut < 0 {
				return Unit{}, false
			}
			end += shut
		}
		end++
	}
	if strings.HasPrefix(p.s[p.at:], "10*") || strings.HasPrefix(p.s[p.at:], "10^") {
		p.at += 3
		p.code.WriteString("10*")
		return Unit{Size: 10}, true
	}
	name := p.s[p.at:end]
	a, prefix, ok := atom(name)
	if !ok {
		return Unit{}, false
	}
	p.at = end
	p.code.WriteString(prefix.code)
	p.code.WriteString(a.code)
	return Unit{Size: prefix.size * a.size, Dimension: a.dimension, Offset: a.offset}, true
}

func atom(name string) (atomOf, prefixOf, bool) {
	if a, ok := atoms[name]; ok {
		return a, prefixOf{"", 1}, true
	}
	for _, n := range [...]int{2, 1} { // da before d
		if len(name) <= n {
			continue
		}
		x, ok := prefixes[name[:n]]
		if !ok {
			continue
		}
		if a, ok := atoms[name[n:]]; ok && a.metric {
			return a, x, true
		}
	}
	return atomOf{}, prefixOf{}, false
}

// Factor returns what a value in u is multiplied by to be one in to. molar is the molar
// mass in g/mol and valence the charge of what is measured, for units of mass,
// substance and equivalents; 0 is not known. ok is false where nothing leads from one
// to the other, and for temperatures on a scale, which no factor converts.
func Factor(u, to Unit, molar, valence float64) (factor float64, ok bool) {
	if u.Offset != to.Offset || u.Dimension[logarithm] != 0 {
		return 0, u.Code == to.Code
	}
	u, to = u.inMoles(valence), to.inMoles(valence)
	f := u.Size / to.Size
	if u.Dimension == to.Dimension {
		return f, true
	}
	mass, moles := u.Dimension[gram]-to.Dimension[gram], to.Dimension[mole]-u.Dimension[mole]
	d := u.Dimension
	d[gram], d[mole] = to.Dimension[gram], to.Dimension[mole]
	if molar <= 0 || mass != moles || mass == 0 || d != to.Dimension {
		return 0, false
	}
	return f / math.Pow(molar, float64(mass)), true
}

// inMoles is the unit with equivalents as moles, where the valence is known.
func (u Unit) inMoles(valence float64) Unit {
	if n := u.Dimension[equivalent]; n != 0 && valence > 0 {
		u.Dimension[mole] += n
		u.Dimension[equivalent] = 0
		u.Size /= math.Pow(valence, float64(n))
	}
	return u
}
