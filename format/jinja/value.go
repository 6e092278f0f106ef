package jinja

import (
	"strings"
	"unicode/utf8"
)

// value is what is known of an expression: texts it may be, a list of such, or
// that it is a text put together from what we can't see.
type value struct {
	strs  []string
	list  []value
	isSeq bool
	built bool
	num   int64
	isNum bool
}

const (
	maxStrs = 8      // texts that a value may be
	maxLen  = 512    // bytes of a text that is followed; names of attributes are short
	maxList = 64     // items of a list that are followed
	maxOps  = 20_000 // joins, formats and filters that are followed
)

func text1(s string) value { return value{strs: []string{s}} }

// isText reports whether v is known to be a text, at least in one case.
func (v value) isText() bool { return len(v.strs) > 0 || v.built }

// add puts an item on a list; past the bound the list is one that can't be seen.
func (v *value) add(item value) {
	if len(v.list) >= maxList {
		v.built = true
		return
	}
	v.list = append(v.list, item)
}

// or joins what a variable may be.
func (v value) or(o value) value {
	out := value{strs: append([]string{}, v.strs...), built: v.built || o.built}
	for _, s := range o.strs {
		known := false
		for _, t := range out.strs {
			known = known || s == t
		}
		if known {
			continue
		}
		if len(out.strs) >= maxStrs {
			out.built = true
			break
		}
		out.strs = append(out.strs, s)
	}
	switch {
	case v.isSeq:
		out.list, out.isSeq = v.list, true
	case o.isSeq:
		out.list, out.isSeq = o.list, true
	}
	return out
}

// each applies fn to every text v may be.
func (v value) each(fn func(string) string) value {
	out := value{built: v.built}
	for _, s := range v.strs {
		if r := fn(s); len(r) <= maxLen {
			out.strs = append(out.strs, r)
		} else {
			out.built = true
		}
	}
	return out
}

// concat is a ~ b, and a + b of texts.
func concat(a, b value) value {
	if len(a.strs) == 0 && a.isNum {
		a = text1(digits(a.num))
	}
	if len(b.strs) == 0 && b.isNum {
		b = text1(digits(b.num))
	}
	out := value{built: a.built || b.built || len(a.strs) == 0 || len(b.strs) == 0}
	for _, x := range a.strs {
		for _, y := range b.strs {
			if len(out.strs) >= maxStrs || len(x)+len(y) > maxLen {
				out.built = true
				return out
			}
			out.strs = append(out.strs, x+y)
		}
	}
	return out
}

func digits(n int64) string {
	if n < 0 {
		return "-" + digits(-n)
	}
	if n < 10 {
		return string(rune('0' + n))
	}
	return digits(n/10) + string(rune('0'+n%10))
}

// join is items|join(sep) of a list whose items are known.
func join(items, sep value) value {
	if !items.isSeq {
		// The characters of a text, with sep between them.
		if len(items.strs) > 0 {
			s := first(sep)
			return items.each(func(t string) string { return strings.Join(strings.Split(t, ""), s) })
		}
		return value{built: true}
	}
	out := text1("")
	out.built = items.built
	for i, it := range items.list {
		if i > 0 && len(sep.strs) > 0 {
			out = concat(out, sep)
		}
		out = concat(out, it)
	}
	return out
}

func first(v value) string {
	if len(v.strs) > 0 {
		return v.strs[0]
	}
	return ""
}

func reversed(s string) string {
	r := []rune(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}

// slice is s[from:to:step].
func slice(v value, from, to, step value) value {
	if v.isSeq {
		rest := value{isSeq: true, list: v.list}
		if step.isNum && step.num == -1 && !from.isNum && !to.isNum {
			rest.list = nil
			for i := len(v.list) - 1; i >= 0; i-- {
				rest.list = append(rest.list, v.list[i])
			}
		}
		return rest
	}
	if len(v.strs) == 0 {
		return value{built: v.built}
	}
	return v.each(func(s string) string {
		r := []rune(s)
		n := int64(len(r))
		st := int64(1)
		if step.isNum && step.num != 0 {
			st = step.num
		}
		bound := func(x value, def int64) int64 {
			if !x.isNum {
				return def
			}
			i := x.num
			if i < 0 {
				i += n
			}
			lo, hi := int64(0), n
			if st < 0 {
				lo, hi = -1, n-1
			}
			return max(lo, min(hi, i))
		}
		var b strings.Builder
		if st > 0 {
			for i := bound(from, 0); i < bound(to, n); i += st {
				b.WriteRune(r[i])
				if st > n {
					break
				}
			}
		} else {
			for i := bound(from, n-1); i > bound(to, -1); i += st {
				b.WriteRune(r[i])
				if -st > n {
					break
				}
			}
		}
		return b.String()
	})
}

// percent is format % args, as far as %s, %c, %d and %x of known values go.
func percent(f value, args []value) value {
	if len(f.strs) == 0 {
		return value{built: true}
	}
	out := value{built: f.built}
	for _, s := range f.strs {
		r := value{strs: []string{""}}
		n := 0
		for i := 0; i < len(s); i++ {
			if s[i] != '%' || i+1 >= len(s) {
				next := strings.IndexByte(s[i+1:], '%')
				if next < 0 || i+2+next >= len(s) {
					next = len(s) - i - 1
				}
				r = concat(r, text1(s[i:i+1+next]))
				i += next
				continue
			}
			i++
			switch s[i] {
			case '%':
				r = concat(r, text1("%"))
				continue
			case 'c', 's', 'd', 'r', 'i':
			default:
				r.built = true
				continue
			}
			if n >= len(args) {
				r = value{built: true}
				break
			}
			a := args[n]
			n++
			if s[i] == 'c' && a.isNum && a.num > 0 && a.num <= utf8.MaxRune {
				a = text1(string(rune(a.num)))
			}
			r = concat(r, a)
		}
		out = out.or(r)
	}
	return out
}

// braces is format.format(args), of plain {} and {0} and {:c} fields. It says
// whether a field reaches into its argument, as in {0.__class__}.
func braces(f value, args []value) (v value, reaches bool) {
	if len(f.strs) == 0 {
		return value{built: true}, f.built
	}
	out := value{built: f.built}
	for _, s := range f.strs {
		r := text1("")
		auto := 0
		for len(s) > 0 {
			i := strings.IndexByte(s, '{')
			if i < 0 {
				r = concat(r, text1(strings.ReplaceAll(s, "}}", "}")))
				break
			}
			r = concat(r, text1(s[:i]))
			s = s[i+1:]
			if strings.HasPrefix(s, "{") {
				r, s = concat(r, text1("{")), s[1:]
				continue
			}
			field, rest, _ := strings.Cut(s, "}")
			s = rest
			ref, spec, _ := strings.Cut(field, ":")
			if strings.ContainsAny(ref, ".[") {
				reaches = true
			}
			k := auto
			if ref == "" {
				auto++
			} else if len(ref) == 1 && ref[0] >= '0' && ref[0] <= '9' {
				k = int(ref[0] - '0')
			} else {
				k = -1
			}
			a := value{}
			if k >= 0 && k < len(args) {
				a = args[k]
			}
			if spec == "c" && a.isNum && a.num > 0 && a.num <= utf8.MaxRune {
				a = text1(string(rune(a.num)))
			}
			r = concat(r, a)
		}
		out = out.or(r)
	}
	return out, reaches
}
