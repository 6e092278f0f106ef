package productrange

import (
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/pattern"
)

// labels stand before a version and say no more than that one follows.
var labels = map[string]bool{
	"version": true, "versions": true, "ver": true, "vers": true, "v": true, "rev": true, "revision": true, "revisions": true,
	"release": true, "releases": true, "number": true, "no": true, "all": true, "any": true, "every": true, "the": true,
	"product": true, "prod": true, "level": true, "levels": true, "software/firmware": true,
}

// parts are labels that say whose version follows, in one word.
var parts = map[string]string{
	"firmware": "firmware", "fw": "firmware", "software": "software", "sw": "software", "bios": "BIOS", "fpga": "FPGA", "bootloader": "bootloader",
	"application": "application", "os": "OS", "hardware": "hardware", "hw": "hardware", "image": "image", "driver": "driver",
}

var (
	// core is the main part of a version: digits, with at most a short run of letters before them.
	core = pattern.Of(`^(?:[A-Za-z]{1,4}[.\-]?){0,2}[0-9][0-9A-Za-z.\-+(){}/~:*]*$`)
	// letters is a revision in letters: "K", "LF", "A.B", "E.0x".
	letters = pattern.Of(`^[A-Z]{1,2}(?:[.\-][0-9A-Za-z]+)*$`)
	// glued is a suffix in one word: "SP1", "Upd4", "P021", "T2-Patch", "CU01", "k4".
	glued = pattern.Of(`(?i)^(?:(?:sp|spi|hf|upd?|update|patch|rev|release|cu|ru|mp|build|bld|bn|qu|uc|fp|sr|tcu|rc|hotfix|hotfixrev|beta|alpha|ur|mr|ir|pl|su|ga|ehf|rel|tc|kb)\.?-?|[prbuthfskmdlnecq]-?)[0-9][0-9.]*[a-z]?(?:-patch)?$`)
	// wildcard is a version whose last fields are open: "5.x.x", "7.2.*", "V4.X".
	wildcard = pattern.Of(`^([A-Za-z]{0,3}\.?(?:[0-9]+\.)*)([0-9]+)((?:\.[xX*])+)$`)
	// open placeholders elsewhere: "V3.X.14", "VX.2.11", "C.0x", "7.2x", "2310****".
	placeholder = pattern.Of(`(?:^|[vV.])[xX](?:\.|$)|[0-9]x$|[0-9][xX]\.|-[xX]$|\*|[xX]{2,}|\.\.|(?i:^CVE-)`)
	tens        = pattern.Of(`^([A-Za-z]{0,2}\.?(?:[0-9]+\.)*)0[xX]$`)
	commit      = pattern.Of(`^[0-9a-f]{7,40}$`)
	// code is a further part in letters and digits: "15.3(3) JC1".
	code   = pattern.Of(`^[A-UW-Z][A-Z]{0,2}[0-9]+[a-z]?$`)
	number = pattern.Of(`^[0-9]+[A-Za-z]?$|^[0-9]+(?:[.\-][0-9]+)+[A-Za-z]?$`)
)

// suffixWords introduce a number that belongs to the version: "SP 1", "Update 3", "Service Pack 01".
var suffixWords = map[string]bool{
	"sp": true, "update": true, "upd": true, "hf": true, "hotfix": true, "patch": true, "build": true, "bld": true, "cu": true, "ru": true, "mp": true,
	"r": true, "rev": true, "revision": true, "release": true, "qu": true, "uc": true, "fp": true, "sr": true, "beta": true, "alpha": true, "rc": true,
	"p": true, "mr": true, "bn": true, "b": true, "build-nr": true, "tcu": true, "hotfixrev": true, "pack": true, "ur": true, "u": true, "upgrade": true, "ir": true,
	"level": true, "rel": true, "fix": true, "kit": true, "maintenance": true, "nr": true,
}

// prefixes are words that belong to a version and stand before it: "Build 595".
var prefixes = map[string]bool{"build": true, "update": true, "hotfix": true, "patch": true, "sp": true, "issue": true, "edition": true}

// editions are suffixes without a number.
var editions = map[string]bool{"lts": true, "ga": true, "rtm": true, "esr": true, "fcs": true, "beta": true}

// twoWords are suffix words that need a second one: "service pack 3".
var twoWords = map[string]string{"service": "pack|release|update", "feature": "pack|release", "hot": "fix", "security": "patch|update", "cumulative": "update", "maintenance": "release|pack", "patch": "level|release", "mr": "build", "build": "nr|no|number"}

// A release is a version as read: the text, and what its wildcard stands for.
type release struct {
	text string
	low  string // wildcard: first version in it; else ""
	high string // wildcard: first version after it
}

// version reads "V4.33", "8.1 SP3", "3.6 Build 170215", "02.07.07 (10)" at p.i.
// letter says that a revision in letters may stand here ("<= K").
func (p *parser) version(letter bool) (release, bool) {
	start := p.i
	var prefix []string
	for p.peek().kind == word && (labels[p.peek().low] && (p.peek().low != "v" || p.after(1).digits()) || parts[p.peek().low] != "" && p.after(1).kind == word) {
		if s := parts[p.peek().low]; s != "" {
			p.subject = append(p.subject, s)
		}
		p.i++
	}
	t := p.peek()
	if prefixes[t.low] {
		if n := p.after(1); n.kind == word && number().MatchString(n.text) {
			prefix = append(prefix, t.text)
			p.i++
			t = p.peek()
		}
	}
	if t.kind != word {
		p.i = start
		return release{}, false
	}
	text := t.text
	switch {
	case core().MatchString(text):
	case glued().MatchString(text):
	case letter && t.digits() && p.lonely():
	case letter && letters().MatchString(text) && !(labels[t.low] && t.low != "v" || conditionWords[t.low]):
	default:
		p.i = start
		return release{}, false
	}
	p.i++
	v := release{text: strings.Join(append(prefix, text), " ")}
	if m := wildcard().FindStringSubmatch(text); m != nil && prefix == nil {
		n, err := strconv.ParseUint(m[2], 10, 63)
		if err != nil {
			p.i = start
			return release{}, false
		}
		v.low, v.high = m[1]+m[2], m[1]+strconv.FormatUint(n+1, 10)
		return v, true
	}
	if commit().MatchString(text) && strings.ContainsAny(text, "abcdef") && strings.ContainsAny(text, "0123456789") {
		p.fail("a commit, whose order is not known: " + text)
		return release{}, false
	}
	if m := tens().FindStringSubmatch(text); m != nil && prefix == nil { // "C.0x" is C.00 to C.09
		v.low, v.high = m[1]+"00", m[1]+"10"
		return v, true
	}
	if placeholder().MatchString(text) {
		p.fail("a placeholder within a version: " + text)
		return release{}, false
	}
	for suffixed := false; ; suffixed = true {
		n := p.suffix()
		if t := p.peek(); n == 0 && t.kind == word && (strings.Contains(text, ".") && code().MatchString(t.text) || build(t.text, suffixed)) {
			n = 1
		}
		if n == 0 {
			break
		}
		for range n {
			v.text += " " + p.peek().text
			p.i++
		}
	}
	if p.peek().kind == open { // "1.03.07 (build 317)", "3.5 (12)"
		if c := p.after(1); c.kind == word && p.closes(p.i) > 0 {
			to := p.closes(p.i)
			in := p.toks[p.i+1 : to]
			if len(in) <= 4 && (suffixWords[in[0].low] || twoWords[in[0].low] != "" || glued().MatchString(in[0].text)) && in[len(in)-1].digits() {
				var s []string
				for _, x := range in {
					s = append(s, x.text)
				}
				v.text += " (" + strings.Join(s, " ") + ")"
				p.i = to + 1
			} else if len(in) == 1 && number().MatchString(in[0].text) && !strings.Contains(in[0].text, ".") {
				v.text += " (" + in[0].text + ")"
				p.i = to + 1
			}
		}
	}
	return v, true
}

// build: a bare number after a version is its build, if it is long ("2.9 17030709")
// or follows a suffix ("2.11 R3 2259", "12 SP0 1204.77").
func build(s string, suffixed bool) bool {
	if strings.Trim(s, "0123456789") == "" {
		return len(s) >= 6 || suffixed && len(s) >= 3
	}
	return suffixed && strings.Trim(s, "0123456789.") == "" && strings.Count(s, ".") == 1 && strings.IndexByte(s, '.') >= 3
}

// lonely: the word here is the last, or a clause follows: whatever it looks like,
// it is what the operator before it is about.
func (p *parser) lonely() bool {
	n := p.after(1)
	return n.kind == end || n.kind == bar || n.kind == shut || n.kind == word && conditionWords[n.low]
}

// suffix says how many of the next tokens still belong to a version.
func (p *parser) suffix() int {
	t, n, nn := p.peek(), p.after(1), p.after(2)
	if t.kind != word {
		return 0
	}
	if t.low == "-" || t.low == "/" {
		return 0
	}
	if glued().MatchString(t.text) || editions[t.low] {
		return 1
	}
	if second := twoWords[t.low]; second != "" && n.kind == word {
		for _, s := range strings.Split(second, "|") {
			if n.low == s && nn.kind == word && number().MatchString(nn.text) {
				return 3
			}
		}
	}
	if suffixWords[t.low] && n.kind == word && (number().MatchString(n.text) || (t.low == "rev" || t.low == "revision") && letters().MatchString(n.text)) {
		if n.low == "a" { // the article
			return 0
		}
		return 2
	}
	return 0
}
