package productrange

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/pattern"
)

var months = map[string]int{
	"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10, "november": 11, "december": 12,
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
}

// dateWords may stand before a date.
var dateWords = map[string]bool{
	"released": true, "distributed": true, "manufactured": true, "shipped": true, "produced": true, "built": true, "production": true, "manufacturing": true, "manufacture": true, "sold": true,
	"date": true, "dates": true, "dated": true, "devices": true, "units": true, "delivered": true, "made": true, "purchased": true, "product": true, "products": true, "systems": true,
	"all": true, "versions": true, "version": true, "on": true, "in": true, "of": true, "and": true, "the": true, "a": true, "were": true, "was": true, "that": true, "with": true,
}

var (
	isoDate   = pattern.Of(`^((?:19|20)[0-9]{2})-([01][0-9])-([0-3][0-9])$`)
	namedDate = pattern.Of(`(?i)^(?:([0-9]{1,2})[-/])?([a-z]{3,9})(?:[-/]([0-9]{1,2}))?[-/]((?:19|20)[0-9]{2})$`)
	year      = pattern.Of(`^(?:19|20)[0-9]{2}$`)
	day       = pattern.Of(`^([0-9]{1,2})(?:st|nd|rd|th)?$`)
)

// date reads a day, month or year written with the month's name (or ISO, where
// the words before speak of dates), and returns it as YYYY[-MM[-DD]].
func (p *parser) date(spoken bool) (string, bool) {
	start := p.i
	t := p.peek()
	if t.kind != word {
		return "", false
	}
	if m := isoDate().FindStringSubmatch(t.text); m != nil && spoken {
		p.i++
		return t.text, true
	}
	if m := namedDate().FindStringSubmatch(t.text); m != nil && months[strings.ToLower(m[2])] > 0 && (m[1] == "" || m[3] == "") {
		p.i++
		return written(m[4], months[strings.ToLower(m[2])], m[1]+m[3])
	}
	if spoken && year().MatchString(t.text) && p.after(1).kind != word {
		p.i++
		return t.text, true
	}
	var d string
	if m := day().FindStringSubmatch(t.low); m != nil && months[p.after(1).low] > 0 {
		d = m[1]
		p.i++
	}
	m := months[p.peek().low]
	if m == 0 || p.peek().kind != word {
		p.i = start
		return "", false
	}
	p.i++
	if x := day().FindStringSubmatch(p.peek().low); d == "" && x != nil && p.peek().kind == word {
		d = x[1]
		p.i++
	}
	if p.peek().kind == comma {
		p.i++
	}
	if y := p.peek(); y.kind == word && year().MatchString(y.low) {
		p.i++
		return written(y.low, m, d)
	}
	p.fail("a date without a year")
	return "", false
}

func written(y string, m int, d string) (string, bool) {
	if d == "" {
		return fmt.Sprintf("%s-%02d", y, m), true
	}
	n, err := strconv.Atoi(d)
	if err != nil || n < 1 || n > 31 {
		return "", false
	}
	return fmt.Sprintf("%s-%02d-%02d", y, m, n), true
}

// dates reads a text about when a device was made or distributed: "distributed <
// april 1, 2018", "<=production_date_December_2020", "shipped between 26-June-2017
// through 07-August 2018". It reports false, and leaves the parser where it was,
// when the text is not about dates.
func (p *parser) dates() bool {
	start := p.i
	spoken := false
	skip := func() {
		for p.peek().kind == word && dateWords[p.peek().low] {
			switch p.peek().low {
			case "all", "on", "in", "of", "and", "the", "a", "versions", "version", "product", "products", "with", "that":
			default:
				spoken = true
			}
			p.i++
		}
	}
	skip()
	if b, ok := p.bound(); ok {
		skip()
		if b == "=" {
			p.i = start
			return false
		}
		if d, ok := p.date(spoken); ok {
			p.addDate(b, d)
			return true
		}
	} else if p.words("between") || p.words("from") {
		skip()
		from, ok := p.date(true)
		if !ok || !(p.words("through") || p.words("to") || p.words("and") || p.words("until") || p.dash()) {
			p.i = start
			return false
		}
		skip()
		if to, ok := p.date(true); ok {
			p.addDate(">=", from)
			p.addDate("<=", to)
			return true
		}
	}
	if p.err == "" {
		p.i = start
	}
	return false
}
