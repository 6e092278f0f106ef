package product

import (
	"fmt"
	"slices"
	"strings"
)

// An identity says how far a device and a product are the same.
type identity struct {
	confidence int // percent
	exact      bool
	// vague: the device says less than the advisory, so that it may be another member
	// of the family: whatever the version, nobody can tell.
	vague bool
	// partial: vague, but only ordinary words are missing, no model number and no word
	// that tells members apart.
	partial bool
	// unlisted: the product, but a model that the advisory does not list.
	unlisted bool
	reason   string
	fields   []string
}

// identify compares a device with a product. It reports false where they are
// different, and where nothing but words that every device has is the same.
func (e *Entry) identify(d *prepared) (identity, bool) {
	t := relate(d.maker, e.vendor, e.Product.Name+" "+d.Model+" "+d.Product)
	if t.factor == 0 {
		return identity{}, false
	}
	for _, x := range e.exclude {
		if all(found(x, d.set)) {
			return identity{}, false
		}
	}
	var best identity
	ok := false
	for i := range e.names {
		if id, same := e.compare(&e.names[i], d, d.set); same && id.confidence > best.confidence {
			best, ok = id, true
		}
	}
	if !ok && len(d.hints) > 0 {
		both := wordSet{}
		for _, m := range []wordSet{d.set, d.hints} {
			for k := range m {
				both[k] = struct{}{}
			}
		}
		for i := range e.names {
			if id, same := e.compare(&e.names[i], d, both); same && id.confidence > best.confidence {
				id.confidence = min(id.confidence, 70) // a host name is a hint
				id.reason += ", by a host name or other hint"
				id.fields = []string{"tokens"}
				best, ok = id, true
			}
		}
	}
	if !ok {
		return identity{}, false
	}
	best.confidence = best.confidence * t.factor / 100
	if d.maker.empty() && best.exact && e.telling() >= 2 {
		best.confidence = max(best.confidence, 75) // a rare name speaks for itself, but not alone
	}
	if d.inferred != "" {
		best.confidence = best.confidence * 95 / 100
		best.reason += fmt.Sprintf("; “%s” is a line of %s", d.inferred, table().byID[d.maker.ids[0]].Names[0])
	}
	if t.reason != "" {
		best.reason += "; " + t.reason
	}
	if d.Maker != "" {
		best.fields = append([]string{"maker"}, best.fields...)
	}
	return best, best.confidence >= floor
}

// telling is the number of words of the longest name.
func (e *Entry) telling() int {
	n := 0
	for _, x := range e.names {
		n = max(n, len(x.words))
	}
	return n
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

func all(b []bool) bool { return !slices.Contains(b, false) }

// compare compares a device with one name of a product.
func (e *Entry) compare(n *name, d *prepared, set wordSet) (identity, bool) {
	hit := found(n.words, set)
	var missing, matched []word
	for i, w := range n.words {
		if !hit[i] && len(n.words) > 1 && len(table().lines[w.key]) == 0 && overlap(table().alias[w.key], e.kin) {
			continue // "Xltek" of Natus' "Xltek NeuroWorks": a company, not a part of the name
		}
		if hit[i] {
			matched = append(matched, w)
		} else {
			missing = append(missing, w)
		}
	}
	inSpan := false
	for _, w := range d.words {
		for _, s := range n.spans {
			inSpan = inSpan || s.holds(plain(w.text))
		}
	}
	var extra, models []word // of the device, not in the advisory
	for i, ok := range found(d.words, e.all) {
		w := d.words[i]
		if ok || e.allow.has(w.key) || slices.ContainsFunc(n.spans, func(s span) bool { return s.holds(plain(w.text)) }) {
			continue
		}
		if w.digits() && !d.isVersion(w.text) || len(w.key) <= 3 && i+1 < len(d.words) && d.words[i+1].digits() && !table().variant[w.key] {
			models = append(models, w) // "009", and "AC" before it
		} else if !w.digits() {
			extra = append(extra, w)
		}
	}
	digits := func(ws []word) (n int) {
		for _, w := range ws {
			if w.digits() {
				n++
			}
		}
		return n
	}
	id := identity{fields: []string{"model"}}
	if d.Product != "" {
		id.fields = append(id.fields, "product")
	}
	what := e.String()
	if len(matched) == 0 && !inSpan {
		return id, false
	}
	if n.how == "model number" && len(missing) == 0 {
		key := joinKeys(n.words)
		id.confidence, id.exact = strength(key), true
		id.reason = fmt.Sprintf("model number %s is the advisory's", texts(n.words))
		if e.sharesWords(d) {
			id.confidence = max(id.confidence, 95)
		}
		return id, true
	}
	if len(e.models) > 0 {
		for k := range set {
			if !e.sibling(k) {
				continue
			}
			if len(missing) > 0 || len(extra) > 0 {
				return id, false
			}
			id.confidence, id.exact, id.unlisted = 92, true, true
			id.reason = fmt.Sprintf("“%s” is the advisory's “%s”, but %s is none of the models that it lists (%s)", d.label(), what, strings.ToUpper(k), strings.Join(e.models, ", "))
			return id, true
		}
		if len(missing) == 0 {
			return e.less(id, "the advisory lists model numbers of “"+what+"”, and the device's is not known"), true
		}
		return id, false
	}
	if len(n.spans) > 0 {
		switch {
		case inSpan:
			id.confidence, id.exact = 92, true
			id.reason = fmt.Sprintf("the model lies in “%s”", what)
			if len(n.words) > 0 && len(matched) == 0 {
				id.confidence = 84
			}
			return id, true
		case len(models) > 0 || digits(d.words) > 0:
			return id, false // a sibling
		case len(missing) == 0 && len(extra) == 0:
			return e.less(id, "the model is not known"), true
		}
		return id, false
	}
	if n.weak && len(missing) > 0 {
		return id, false
	}
	variant := func(ws []word) bool {
		return slices.ContainsFunc(ws, func(w word) bool { return table().variant[w.key] })
	}
	switch {
	case len(missing) == 0 && len(extra) == 0 && len(models) == 0:
		id.confidence, id.exact = 98, true
		if n.how == "abbreviation" {
			id.confidence = 88
			if len(d.words) == 1 && len(n.words[0].key) < 3 {
				id.confidence = 70
			}
		}
		id.reason = fmt.Sprintf("“%s” is the advisory's “%s”", d.label(), what)
		return id, true
	case len(missing) == 0:
		return e.more(id, n, d, extra, models, digits(n.words) > 0)
	case len(extra) == 0 && len(models) == 0:
		return e.fewer(id, n, d, matched, missing, variant(missing), digits(missing), digits(matched))
	case len(models) > 0 && digits(missing) > 0:
		return id, false // siblings: MX800 is not MX850
	}
	// Both say something that the other does not.
	if digits(missing) > 0 || variant(missing) && variant(extra) {
		return id, false
	}
	if strong := slices.ContainsFunc(matched, func(w word) bool { return w.digits() && strength(w.key) >= 90 }); strong && len(missing) <= 2 && len(extra) <= 2 {
		id.confidence = 82 - 5*(len(missing)+len(extra)-2)
		id.reason = fmt.Sprintf("“%s” shares its number with “%s”", d.label(), what)
		return id, true
	}
	if len(extra) == 0 && !variant(missing) && !slices.ContainsFunc(matched, func(w word) bool { return table().family[w.key] || len(w.key) < 4 }) {
		id.vague = true
		id.confidence = 55
		id.reason = fmt.Sprintf("“%s” has a model number, “%s” has none, but has %s", d.label(), what, list(missing))
		return id, true
	}
	if 2*len(matched) >= len(n.words) && len(matched) >= 2 && len(extra) <= len(matched) {
		id.vague = true
		id.confidence = 50
		id.reason = fmt.Sprintf("“%s” and “%s” are alike, but each says something the other does not", d.label(), what)
		return id, true
	}
	return id, false
}

// sibling: a number of the shape of those that the advisory lists, but none of them.
func (e *Entry) sibling(key string) bool {
	for _, m := range e.models {
		if k := plain(m); len(k) == len(key) && letterPrefix(k) == letterPrefix(key) {
			return true
		}
	}
	return false
}

func texts(ws []word) string {
	var s []string
	for _, w := range ws {
		s = append(s, w.text)
	}
	return strings.Join(s, "-")
}

// strength is how much a model number says with nothing beside it.
func strength(key string) int {
	digits := len(key) - len(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, key))
	switch {
	case len(key) >= 6:
		return 94
	case len(key) >= 5 || digits < len(key) && len(key) >= 4:
		return 90
	case digits >= 4 && !strings.HasSuffix(key, "000"):
		return 84
	}
	return 60
}

// sharesWords: the device also has a word of another name of the product.
func (e *Entry) sharesWords(d *prepared) bool {
	for _, n := range e.names {
		if n.how != "model number" && slices.Contains(found(n.words, d.set), true) {
			return true
		}
	}
	return false
}

// more: the device has every word of the advisory, and others. "IntelliVue MX800"
// is a member of "IntelliVue"; "XR656 Plus" is not an "XR656".
func (e *Entry) more(id identity, n *name, d *prepared, extra, models []word, numbered bool) (identity, bool) {
	for _, w := range extra {
		if table().variant[w.key] && !e.family {
			id.confidence, id.vague = 45, true
			id.reason = fmt.Sprintf("the advisory names “%s” without “%s”", e, w.text)
			return id, true
		}
	}
	c := 92
	switch {
	case e.family && !numbered:
		c = 90
	case !numbered && len(n.words) == 1:
		c = 86 - 14*len(extra)
		if n.how == "abbreviation" {
			c -= 4
		}
	case numbered:
		c -= 3 * len(extra) // the number tells, whatever stands beside it
	default:
		c -= 5 * len(extra)
	}
	for _, w := range models {
		p := letterPrefix(plain(w.text))
		for _, m := range n.words {
			if q := letterPrefix(m.key); m.digits() && p == q && len(plain(w.text)) == len(m.key) {
				c = 60 // two models of one series side by side
			}
		}
		if !numbered {
			c -= 2
		}
	}
	id.confidence = max(c, 45)
	id.reason = fmt.Sprintf("“%s” has all words of the advisory's “%s”, and adds %s", d.label(), e, list(append(extra, models...)))
	if id.confidence < Assert {
		id.vague = true
	}
	return id, true
}

func list(ws []word) string {
	var s []string
	for _, w := range ws {
		s = append(s, "“"+w.text+"”")
	}
	return strings.Join(s, ", ")
}

// fewer: the device's words all stand in the advisory, which has more.
func (e *Entry) fewer(id identity, n *name, d *prepared, matched, missing []word, variant bool, missingModels, matchedModels int) (identity, bool) {
	switch {
	case missingModels > 0 || variant:
		return e.less(id, "the advisory's “"+e.String()+"” is more exact: "+list(missing)), true
	case matchedModels > 0:
		longest := ""
		for _, w := range matched {
			if w.digits() && len(w.key) > len(longest) {
				longest = w.key
			}
		}
		id.confidence = strength(longest)
		if len(matched) > 1 {
			id.confidence = max(id.confidence, 88)
		}
		id.vague = id.confidence < Assert
		id.reason = fmt.Sprintf("“%s” is the number in the advisory's “%s”", d.label(), e)
		return id, true
	}
	id.partial = true
	return e.less(id, "the advisory's “"+e.String()+"” is more exact: "+list(missing)), true
}

// less is a device that may be what the advisory means, or a sibling of it.
func (e *Entry) less(id identity, why string) identity {
	id.vague = true
	id.confidence = 55
	id.reason = why
	return id
}

// isVersion: a word of the name is the device's version, not a model.
func (p *prepared) isVersion(s string) bool {
	return slices.ContainsFunc(p.versions, func(v string) bool { return strings.HasPrefix(v, s) }) || strings.Count(s, ".") > 0 && strings.Trim(s, "0123456789.vV") == ""
}

// label is how the device calls itself.
func (p *prepared) label() string {
	s := strings.TrimSpace(p.Model + " " + p.Product)
	if s == "" {
		s = strings.Join(p.Tokens, " ")
	}
	return clipTo(s, 120)
}
