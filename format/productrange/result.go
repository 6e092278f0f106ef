package productrange

import (
	"slices"
	"strings"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/pattern"
	"github.com/wardround/wardround/format/version"
)

func compare(a, b string) (int, error) { return version.Compare("", a, b) }

// span is an interval; an empty bound is open.
type span struct {
	lo, hi         string
	loOpen, hiOpen bool // the bound itself does not belong to it
}

// span turns one statement into an interval. A wildcard covers every version that
// begins with it: "<= 5.x" is "< 6", "= 7.2.x" is ">= 7.2, < 7.3".
func (it item) span() span {
	v := it.v
	low, high := v.text, v.text
	wild := v.low != ""
	if wild {
		low, high = v.low, v.high
	}
	switch it.op {
	case "<":
		return span{hi: low, hiOpen: true}
	case "<=":
		return span{hi: high, hiOpen: wild}
	case ">":
		return span{lo: high, loOpen: !wild}
	case ">=":
		s := span{lo: low}
		if it.hi != nil {
			h := it.hi.span()
			s.hi, s.hiOpen = h.hi, h.hiOpen
		}
		return s
	}
	return span{lo: low, hi: high, hiOpen: wild}
}

func (s span) events() []advisory.Event {
	lo := advisory.Event{Introduced: "0"}
	if s.lo != "" {
		lo = advisory.Event{Introduced: s.lo}
		if s.loOpen {
			lo = advisory.Event{After: s.lo}
		}
	}
	out := []advisory.Event{lo}
	if s.hi != "" {
		if s.hiOpen {
			out = append(out, advisory.Event{Fixed: s.hi})
		} else {
			out = append(out, advisory.Event{Last: s.hi})
		}
	}
	return out
}

// result combines the statements, or says why they do not go together.
func (p *parser) result(text string) (Parsed, string) {
	out := Parsed{All: p.all, Subject: p.of, Conditions: p.conds, Notes: p.notes}
	if len(p.serials) > 0 {
		s := p.serials[0]
		out.Ranges = []advisory.Range{{Kind: advisory.Serial, Events: s.span().events(), Text: text}}
		return out, ""
	}
	if len(p.dateEv) > 0 {
		s := p.dateEv[0].span()
		if len(p.dateEv) == 2 {
			h := p.dateEv[1].span()
			s.hi, s.hiOpen = h.hi, h.hiOpen
		}
		out.Ranges = []advisory.Range{{Kind: advisory.Date, Events: s.events(), Text: text}}
		return out, ""
	}
	spans, single, why := p.combine()
	if why != "" {
		return Parsed{}, why
	}
	if spans, why = p.subtract(spans); why != "" {
		return Parsed{}, why
	}
	if len(p.not) > 0 && p.all {
		out.All = false
	}
	for _, s := range spans {
		out.Ranges = append(out.Ranges, advisory.Range{Kind: advisory.Loose, Events: s.events(), Text: text})
	}
	out.Versions = single
	return out, ""
}

// combine puts bounds together: a lower bound and the upper one after it are an
// interval, whatever separates them; bounds that say nothing of each other are refused.
func (p *parser) combine() (spans []span, single []string, why string) {
	var uppers []span
	for i := 0; i < len(p.items); i++ {
		it := p.items[i]
		if i > 0 && it.sep == "" && !(it.op == "<" || it.op == "<=" || it.op == ">" || it.op == ">=") && !(dotted(it) && dotted(p.items[i-1])) {
			return nil, nil, "versions that nothing separates"
		}
		if it.op == "=" && it.hi == nil && len(p.items) > 1 && packOnly().MatchString(it.v.text) != packOnly().MatchString(p.items[0].v.text) {
			return nil, nil, "a service pack without its version: " + it.v.text
		}
		s := it.span()
		switch {
		case it.op == "=" && it.v.low == "":
			if !slices.Contains(single, it.v.text) {
				single = append(single, it.v.text)
			}
		case it.op == "=" && it.v.low != "" && i+1 < len(p.items) && p.items[i+1].sep == "" && (p.items[i+1].op == "<" || p.items[i+1].op == "<="):
			h := p.items[i+1].span() // "3.x prior to 3.4.2"
			s.hi, s.hiOpen = h.hi, h.hiOpen
			if why := ordered(s); why != "" {
				return nil, nil, why
			}
			spans = append(spans, s)
			i++
		case it.op == "=" || it.hi != nil:
			if packOnly().MatchString(it.v.text) && it.hi != nil && !packOnly().MatchString(it.hi.v.text) {
				return nil, nil, "a service pack without its version: " + it.v.text
			}
			if why := ordered(s); why != "" {
				return nil, nil, why
			}
			spans = append(spans, s)
		case s.lo != "": // a lower bound
			if i+1 < len(p.items) {
				if n := p.items[i+1]; (n.op == "<" || n.op == "<=") && n.sep != "or" {
					h := n.span()
					s.hi, s.hiOpen = h.hi, h.hiOpen
					if why := ordered(s); why != "" {
						return nil, nil, why
					}
					spans = append(spans, s)
					i++
					continue
				}
			}
			if i > 0 && it.sep == "|" && !p.vers && len(uppers) > 0 {
				return nil, nil, "all but a middle, which is nowhere meant"
			}
			for _, o := range spans {
				if o.hi == "" {
					return nil, nil, "two lower bounds"
				}
			}
			spans = append(spans, s)
		default: // an upper bound
			if i > 0 && it.sep == "" {
				return nil, nil, "bounds that nothing separates"
			}
			if i+1 < len(p.items) {
				if n := p.items[i+1]; (n.op == ">" || n.op == ">=") && n.hi == nil && n.sep != "or" && n.sep != "|" {
					l := n.span()
					s.lo, s.loOpen = l.lo, l.loOpen
					if ordered(s) != "" {
						return nil, nil, "bounds that contradict"
					}
					spans = append(spans, s)
					i++
					continue
				}
			}
			uppers = append(uppers, s)
			spans = append(spans, s)
		}
	}
	for i, a := range uppers {
		for _, b := range uppers[:i] {
			// "<= 4.2.21 | <= 5.0.27": of which branch is each? But "<= U61 | <= L81" count separately.
			if _, err := compare(a.hi, b.hi); a != b && (err == nil || letterPrefix(a.hi) == letterPrefix(b.hi)) {
				return nil, nil, "several upper bounds, and no word which releases each is about"
			}
		}
	}
	return slices.CompactFunc(spans, func(a, b span) bool { return a == b }), single, ""
}

// packOnly is a service pack or fix without the version it belongs to.
var packOnly = pattern.Of(`(?i)^(?:sp|fp|hf|update|upd|hotfix|patch|service|feature)\.?-? ?[0-9]`)

func letterPrefix(s string) string {
	return strings.ToLower(s[:len(s)-len(strings.TrimLeft(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))])
}

func dotted(it item) bool { return it.op == "=" && strings.Contains(it.v.text, ".") }

// ordered says why a span cannot be meant.
func ordered(s span) string {
	c, err := compare(s.lo, s.hi)
	if err != nil {
		return "" // both are written down; whether a version lies between is seen when one is asked for
	}
	if c > 0 || c == 0 && (s.loOpen || s.hiOpen) {
		return "an interval that ends before it begins"
	}
	return ""
}

// subtract takes single versions out of the spans.
func (p *parser) subtract(spans []span) ([]span, string) {
	if p.all && len(p.not) > 0 {
		spans = []span{{}}
	}
	for _, n := range p.not {
		v, hit := n.v.text, false
		for i := 0; i < len(spans); i++ {
			in, err := spans[i].contains(v)
			if err != nil {
				return nil, "an exception that cannot be compared: " + v
			}
			if in {
				hit = true
				s := spans[i]
				spans = slices.Replace(spans, i, i+1, span{s.lo, v, s.loOpen, true}, span{v, s.hi, true, s.hiOpen})
				break
			}
		}
		if !hit {
			return nil, "an exception outside the range: " + v
		}
	}
	return spans, ""
}

func (s span) contains(v string) (bool, error) {
	if s.lo != "" {
		c, err := compare(v, s.lo)
		if err != nil || c < 0 || c == 0 && s.loOpen {
			return false, err
		}
	}
	if s.hi != "" {
		c, err := compare(v, s.hi)
		if err != nil || c > 0 || c == 0 && s.hiOpen {
			return false, err
		}
	}
	return true, nil
}

// addDate records one bound of a date.
func (p *parser) addDate(bound, d string) {
	p.dateEv = append(p.dateEv, item{op: bound, v: release{text: d}})
}
