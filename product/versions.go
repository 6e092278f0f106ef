package product

import (
	"slices"
	"strings"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/pattern"
	"github.com/wardround/wardround/format/productrange"
)

var (
	// modelClause is a model number within the text of a version: "9.x model 35700BAX3".
	modelClause = pattern.Of(`(?i)\b(?:models?|part(?: number| no\.?)?|ref|p/n)\s*:?\s*#?\s*([0-9A-Za-z][0-9A-Za-z/-]{3,})`)
	// modelish is a version that is a model number: "MMT-1740", "3120", "2490C".
	modelish = pattern.Of(`^[A-Z]{2,4}-[0-9]{3,}[A-Z]?$|^[0-9]{4,6}[A-Z]{0,2}$`)
	letter   = pattern.Of(`[A-Za-z]{2,}`)
	series   = pattern.Of(`(?i)\bmodels?\b`)
)

// versions reads the version branch, and returns what in it are names of models
// rather than versions: "882470 Gemini TF 16", "CoaguChek Pro II", "2131 and 2141".
func (e *Entry) versions(numbers *[]string) (descriptors []string) {
	text := e.Product.Version
	if strings.TrimSpace(text) == "" {
		return nil
	}
	e.text = true
	rest := text
	if m := modelClause().FindAllStringSubmatch(text, 8); m != nil {
		for _, x := range m {
			if strings.ContainsAny(x[1], "0123456789") {
				*numbers = append(*numbers, x[1])
				rest = strings.Replace(rest, x[0], " ", 1)
			}
		}
	}
	if strings.TrimSpace(rest) == "" {
		rest = "*"
	}
	e.ranges = productrange.ParseOf(e.Product.Name, rest)
	if full, ok := strings.CutPrefix(e.Product.Full, e.Product.Name); ok {
		if t := strings.TrimLeft(full, " :-"); t != "" {
			e.second = productrange.Parse(t)
		}
	} else if _, t, ok := strings.Cut(e.Product.Full, ": "); ok {
		e.second = productrange.Parse(t)
	}
	models := e.ranges.OK() && !e.ranges.All && len(e.ranges.Ranges) == 0 && len(e.ranges.Versions) > 0
	for _, v := range e.ranges.Versions {
		// four digits and no field may be a version too, where the full name does not say "models"
		models = models && modelish().MatchString(v) && (len(v) != 4 || strings.Trim(v, "0123456789") != "" || series().MatchString(e.Product.Name+" "+e.Product.Full) || v[0] != '1' && v[0] != '2' || e.Product.Full == "")
	}
	if t, ok := strings.CutPrefix(e.Product.Full, e.Product.Name); ok && e.ranges.OK() && len(e.ranges.Ranges) == 0 && series().MatchString(t) {
		models = len(e.ranges.Versions) > 0 // "Models 3002 S3 and 3005 S3"
	}
	switch {
	case models:
		e.models = e.ranges.Versions
		descriptors = e.ranges.Versions
		e.ranges = productrange.Parsed{All: true}
		e.second = productrange.Parsed{}
	case !e.ranges.OK() && letter().MatchString(rest) && len(rest) < 200:
		for _, d := range strings.FieldsFunc(rest, func(r rune) bool { return r == '|' || r == ';' }) {
			if ws := words(d); len(telling(ws)) > 0 && !versionWords(d) {
				descriptors = append(descriptors, strings.TrimSpace(d))
			}
		}
		if len(descriptors) > 0 {
			e.ranges = productrange.Parsed{All: true}
			e.second = productrange.Parsed{}
		}
	}
	return descriptors
}

// versionSigns are signs that a text is about versions after all.
var versionSigns = pattern.Of(`(?i)[<>=]|\b(?:versions?|firmware|software|rev(?:ision)?s?|prior|later|earlier|release[sd]?|before|build|windows|shipped|edition|all|v?[0-9]+\.[0-9x]+)\b`)

func versionWords(s string) bool { return versionSigns().MatchString(s) }

// descriptor adds the name of a model that stands in the version branch.
func (e *Entry) descriptor(of, d string) {
	ws := words(d)
	if slices.Contains(e.models, d) {
		e.add(ws, "model number", nil)
		return
	}
	var number []word
	if numberish().MatchString(ws[0].text) {
		number, ws = ws[:1], ws[1:]
		e.add(number, "model number", nil)
	}
	// The model's name, with the family's where it lacks it.
	full := slices.Clone(ws)
	have := joins(ws)
	base, _ := takeMakers(words(compound().ReplaceAllString(of, "$1$2")))
	for _, w := range telling(base) {
		if _, ok := have[w.key]; !ok {
			full = append(full, w)
		}
	}
	// The family alone is not the model.
	e.names = slices.DeleteFunc(e.names, func(n name) bool { return n.how == "name" })
	e.add(full, "model", nil)
	if len(telling(ws)) >= 2 || len(telling(ws)) == len(telling(full)) {
		e.add(ws, "model", nil)
	}
}

// answer of the versions alone.
type answer struct {
	status Status
	why    string
}

// judge compares a device's versions with those of one statement.
func (e *Entry) judge(a advisory.Affected, d *prepared, own ...string) answer {
	if e.text {
		b := advisory.Affected{Status: a.Status, Product: a.Product}
		e.ranges.Apply(&b, e.Product.Version, own...)
		for _, c := range e.conds {
			if !d.fulfils(c) {
				b.Conditions = append(b.Conditions, c)
			}
		}
		a = b
	}
	got := d.contains(a)
	if got.status != CannotTell || len(a.Conditions) == 0 {
		if e.text && e.second.OK() && e.second.Own(own...) && e.second.String() != "" {
			b := advisory.Affected{}
			e.second.Apply(&b, e.Product.Full, own...)
			b.Conditions = nil
			if two := d.contains(b); two.status != CannotTell && got.status != CannotTell && two.status != got.status {
				return answer{CannotTell, got.why + " by the version branch (“" + clipTo(e.Product.Version, 60) + "”), but the product's full name says “" + clipTo(e.Product.Full, 120) + "”"}
			}
		}
	}
	if e.version != "" && got.status != CannotTell {
		switch in := d.contains(prefixed(e.version)); in.status {
		case Affected:
		case NotAffected:
			if !d.says(e.version) {
				return answer{NotAffected, "the advisory is about release " + e.version + " only; " + in.why}
			}
		default:
			if !d.says(e.version) {
				return answer{CannotTell, "the advisory is about release " + e.version + " only, and the device's release is not known"}
			}
		}
	}
	return got
}

// prefixed is every version that begins with v.
func prefixed(v string) advisory.Affected {
	var a advisory.Affected
	if !strings.ContainsAny(v, "xX*") {
		v += ".x"
	}
	productrange.Parse(v).Apply(&a, v)
	return a
}

func clipTo(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}
