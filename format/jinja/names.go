package jinja

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/wardround/wardround/format/pattern"
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// What a chat template needs. Everything else is unknown.
var (
	functions = set(`namespace range dict raise_exception strftime_now caller super`)

	methods = set(`strip lstrip rstrip split rsplit splitlines startswith endswith lower upper title capitalize casefold
		swapcase replace join items keys values get append extend insert pop index count find rfind isdigit isnumeric isdecimal
		isalpha isalnum isspace isupper islower partition rpartition removeprefix removesuffix zfill ljust rjust center
		expandtabs update copy setdefault strftime isoformat cycle changed sort reverse tojson`)

	filters = set(`abs batch capitalize center count d default dictsort e escape filesizeformat first float forceescape
		format groupby indent int items join last length list lower map max min pprint random reject rejectattr replace
		reverse round safe select selectattr slice sort string striptags sum title tojson trim truncate unique upper
		urlencode urlize wordcount wordwrap xmlattr from_json strip split`)

	tests = set(`boolean callable defined divisibleby eq equalto escaped even false filter float ge gt greaterthan in
		integer iterable le lessthan lower lt mapping ne none None number odd sameas sequence string test true True False undefined upper`)

	// attributeFilters take the name of an attribute: in their keyword argument or in this position.
	attributeFilters = map[string]int{"map": -1, "selectattr": 0, "rejectattr": 0, "groupby": 0, "sum": 0, "join": 1, "sort": -1, "unique": -1, "min": -1, "max": -1}

	// globals are what Jinja and web frameworks put into every template. A chat
	// template needs none of them, and each is a first step out.
	globals = set(`cycler joiner lipsum self config request session g url_for get_flashed_messages application current_app
		environ environment os sys subprocess builtins get_config settings globals locals vars getattr setattr eval exec open
		compile input breakpoint __builtins__ __import__ handler`)

	// frames lead from an object to the interpreter without an underscore.
	frames = set(`mro func_globals func_code func_closure gi_frame gi_code gi_yieldfrom cr_frame cr_code cr_await ag_frame
		ag_code f_globals f_locals f_builtins f_code f_back tb_frame tb_next co_code co_consts`)

	dunders = set(`class mro base bases subclasses globals builtins init import getattribute getattr getitem dict code closure
		self func module name qualname doc reduce reduce_ex new call loader spec file path defaults kwdefaults annotations
		traceback context cause enter exit del delattr setattr setitem delitem dir format weakref slots init_subclass
		subclasshook set_name get set wrapped`)

	dunder = pattern.Of(`__([A-Za-z_]+?)__`)
)

// plain folds what Python folds before it compares identifiers (NFKC, PEP 3131).
func plain(s string) string { return norm.NFKC.String(s) }

// grave judges the name of an attribute: 2 leads to the interpreter, 1 is internal, 0 is ordinary.
func grave(attr string) int {
	attr = plain(attr)
	switch {
	case frames[attr]:
		return 2
	case strings.HasPrefix(attr, "__") && strings.HasSuffix(attr, "__") && len(attr) > 4:
		return 2
	case strings.HasPrefix(attr, "_"):
		return 1
	}
	return 0
}

// hides reports whether a text holds the name of an attribute of Python's own.
func hides(s string) (string, bool) {
	if !strings.Contains(s, "_") {
		return "", false
	}
	for _, m := range dunder().FindAllStringSubmatch(plain(s), 8) {
		if dunders[strings.ToLower(m[1])] {
			return m[0], true
		}
	}
	return "", false
}
