package jinja

import (
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/issue"
)

// attacks are templates that Jinja runs, each with the rule it must meet and
// where in the template. TestTheAttacksAreReal runs them.
var attacks = map[string]struct {
	src  string
	rule string
	at   int64
}{
	"plain":                 {`{{ ''.__class__.__mro__[1].__subclasses__()|length }}`, "python-internals", 6},
	"loop over subclasses":  {`{% for c in [].__class__.__base__.__subclasses__() %}{% if c.__name__ == 'x' %}{{ c }}{% endif %}{% endfor %}`, "python-internals", 15},
	"subscript":             {`{{ ''['__class__'] }}`, "python-internals", 5},
	"hex escapes":           {`{{ ''['\x5f\x5fclass\x5f\x5f'] }}`, "python-internals", 5},
	"unicode escapes":       {`{{ ''['\u005f\u005fclass\u005f\u005f'] }}`, "python-internals", 5},
	"octal escapes":         {`{{ ''['\137\137class\137\137'] }}`, "python-internals", 5},
	"named escapes":         {`{{ ''['\N{LOW LINE}\N{LOW LINE}class\N{LOW LINE}\N{LOW LINE}'] }}`, "python-internals", 5},
	"adjacent strings":      {`{{ ''['__cl' 'ass__'] }}`, "python-internals", 5},
	"plus":                  {`{{ ''['__cla' + 'ss__'] }}`, "python-internals", 5},
	"tilde":                 {`{{ ''['_' ~ '_class_' ~ '_'] }}`, "python-internals", 5},
	"variables":             {`{% set a = '__cla' %}{% set b = 'ss__' %}{{ ''[a ~ b] }}`, "python-internals", 46},
	"namespace":             {`{% set ns = namespace(x='__cla') %}{% set ns.x = ns.x ~ 'ss__' %}{{ ''[ns.x] }}`, "python-internals", 70},
	"loop builds it":        {`{% set ns = namespace(x='') %}{% for p in ['__cla', 'ss__'] %}{% set ns.x = ns.x ~ p %}{% endfor %}{{ ''[ns.x] }}`, "python-internals", 104},
	"list joined":           {`{{ ''[['__cl', 'ass__']|join] }}`, "python-internals", 5},
	"method join":           {`{{ ''[''.join(['__cl', 'ass__'])] }}`, "python-internals", 5},
	"reversed by slice":     {`{{ ''['__ssalc__'[::-1]] }}`, "python-internals", 5},
	"reversed by filter":    {`{{ ''['__ssalc__'|reverse] }}`, "python-internals", 5},
	"replaced":              {`{{ ''['XXclassXX'|replace('X', '_')] }}`, "python-internals", 5},
	"replaced by a method":  {`{{ ''['XXclassXX'.replace('X', '_')] }}`, "python-internals", 5},
	"lowered":               {`{{ ''['__CLASS__'|lower] }}`, "python-internals", 5},
	"multiplied":            {`{{ ''['_'*2 + 'class' + '_'*2] }}`, "python-internals", 5},
	"format filter":         {`{{ ''['%s%s%s'|format('__', 'class', '__')] }}`, "python-internals", 5},
	"characters":            {`{{ ''['%c%cclass%c%c'|format(95, 95, 95, 95)] }}`, "python-internals", 5},
	"percent":               {`{{ ''['%sclass%s' % ('__', '__')] }}`, "python-internals", 5},
	"format method":         {`{{ ''['{0}class{0}'.format('__')] }}`, "python-internals", 5},
	"format with :c":        {`{{ ''['{0:c}{0:c}class{0:c}{0:c}'.format(95)] }}`, "python-internals", 5},
	"attr":                  {`{{ ''|attr('__class__') }}`, "python-internals", 6},
	"attr, put together":    {`{{ ''|attr(['_'*2, 'class', '_'*2]|join) }}`, "python-internals", 6},
	"attr of a variable":    {`{{ ''|attr(bos_token) }}`, "attr-filter", 6},
	"map attribute":         {`{{ ['']|map(attribute='__class__')|list }}`, "python-internals", 8},
	"map attribute, deep":   {`{{ ['']|map(attribute='__class__.__base__')|list }}`, "python-internals", 8},
	"map attr":              {`{{ ['']|map('attr', '__class__')|list }}`, "python-internals", 8},
	"sum attribute":         {`{{ ['']|sum(attribute='__len__', start=0) if false }}`, "python-internals", 8},
	"selectattr":            {`{{ ['']|selectattr('__class__')|list }}`, "python-internals", 8},
	"groupby":               {`{{ ['']|groupby('__doc__')|list|length }}`, "python-internals", 8},
	"ternary":               {`{{ ''['__class__' if true else 'x'] }}`, "python-internals", 5},
	"default":               {`{{ ''[nothing|default('__class__')] }}`, "python-internals", 5},
	"format reaches":        {`{{ '{0.__class__}'.format('') }}`, "hidden-internals", 3},
	"format reaches, split": {`{{ ('{0._' ~ '_class__}').format('') }}`, "format-reaches", 26},
	"cycler":                {`{{ cycler.__init__.__globals__.os is defined }}`, "python-internals", 10},
	"lipsum":                {`{{ lipsum.__globals__.os is defined }}`, "python-internals", 10},
	"joiner":                {`{{ joiner.__init__.__globals__ is defined }}`, "python-internals", 10},
	"self":                  {`{{ self.__init__ is defined }}`, "python-internals", 8},
	"generator's frame":     {`{% set g = dict.mro() %}{{ g }}`, "python-internals", 16},
	"from an object's text": {`{{ ''[(lipsum|string|list)[18] ~ 'x'] }}`, "unneeded-global", 7},
	"dict of names":         {`{{ ''[dict(__cla=1, ss__=2)|join] }}`, "built-name", 5},
	"macro's default":       {`{% macro m(a='__class__') %}{{ ''[a] }}{% endmacro %}{{ m() }}`, "python-internals", 33},
	"full-width letters":    {`{{ ''.__ｃlass__ is defined }}`, "python-internals", 6},
	"comment between":       {`{{ ''.__class__ }}{# {{ harmless }} #}`, "python-internals", 6},
	"after raw":             {`{% raw %}{{ x }}{% endraw %}{{ ''.__class__ }}`, "python-internals", 34},
	"call block":            {`{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ ''.__class__ }}{% endcall %}`, "python-internals", 63},
	"with":                  {`{% with a = '__cla' ~ 'ss__' %}{{ ''[a] }}{% endwith %}`, "python-internals", 36},
	"filter block":          {`{% filter upper %}{{ ''.__class__ }}{% endfilter %}`, "python-internals", 24},
	"unpacked":              {`{% set a, b = '__cla', 'ss__' %}{{ ''[a ~ b] }}`, "python-internals", 37},
	"picked from a list":    {`{% set a = ['x', '__cla' ~ 'ss__'] %}{{ ''[a[1]] }}`, "python-internals", 42},
	"picked from a dict":    {`{% set a = {'k': '__cla' ~ 'ss__'} %}{{ ''[a['k']] }}`, "python-internals", 42},
	"trimmed":               {`{{ ''['  __class__ '|trim] }}`, "python-internals", 5},
	"split":                 {`{{ ''['x,__cla!ss__'.replace('!', '').split(',')[1]] }}`, "python-internals", 5},
}

func TestAttacksAreFound(t *testing.T) {
	for name, c := range attacks {
		r := Analyse("chat_template", c.src, Limits{})
		if !slices.ContainsFunc(r.Issues, func(i issue.Issue) bool {
			return i.Rule == "jinja."+c.rule && i.Offset == c.at && i.Where == "chat_template"
		}) {
			t.Errorf("%s: want %s at %d, have %v", name, c.rule, c.at, r.Issues)
		}
		want := issue.Malicious
		if slices.Contains([]string{"attr-filter", "format-reaches", "unneeded-global", "built-name"}, c.rule) {
			want = issue.Unknown
		}
		if got := issue.Worst(r.Issues); got < want {
			t.Errorf("%s is %v: %v", name, got, r.Issues)
		}
	}
}

// benign are templates in the ways of those that models carry.
var benign = map[string]string{
	"chatml": `{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}`,
	"roles":  `{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate user/assistant') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'].strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token }}{% else %}{{ raise_exception('?') }}{% endif %}{% endfor %}`,
	"tools": `{%- macro json(x, depth=0) -%}{%- if x is mapping -%}{ {%- for k, v in x|dictsort -%}{{ k|tojson }}: {{ json(v, depth + 1) }}{{ ", " if not loop.last }}{%- endfor -%} }{%- else -%}{{ x|tojson(indent=2, ensure_ascii=false) }}{%- endif -%}{%- endmacro -%}
{%- set ns = namespace(first=true, last=messages|length - 1, text='') -%}
{%- for m in messages[::-1] -%}{%- set i = (messages|length - 1) - loop.index0 -%}{%- if ns.first and m.role == "user" and not (m.content is string and m.content.startswith('<tool_response>')) -%}{%- set ns.first = false -%}{%- set ns.last = i -%}{%- endif -%}{%- endfor -%}
{%- for tool in tools or [] if tool.type == 'function' -%}{{ json(tool.function) }}{%- endfor -%}
{%- for m in messages -%}{%- set body = m.content.split('</think>')[-1].lstrip('\n') if '</think>' in m.content else m.content -%}{%- set ns.text = ns.text ~ body ~ m['x_' ~ '1']|default('') -%}{%- if messages[loop.index0 - 1].role != 'tool' and m.tool_calls is defined and m.tool_calls is not none -%}{%- for c in m.tool_calls -%}{%- set args = c.arguments if c.arguments is string else c.arguments|tojson -%}{{ c.name ~ args }}{%- endfor -%}{%- endif -%}{%- endfor -%}`,
	"date":       `{% if not date_string is defined %}{% if strftime_now is defined %}{% set date_string = strftime_now("%d %b %Y") %}{% else %}{% set date_string = "26 Jul 2024" %}{% endif %}{% endif %}{{ date_string }}`,
	"generation": `{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% else %}{{ m.content }}{% if loop.last %}{% break %}{% endif %}{% endif %}{% endfor %}`,
	"lists":      `{% set known = ['description', 'type'] %}{{ tools|selectattr('type', 'equalto', 'function')|map(attribute='function.name')|join(', ') }}{{ messages|rejectattr("role", "in", ["system"])|list|length }}{{ {'system': 'S', 'user': 'U'}[messages[0].role] }}{{ x['items']['required'] | default([]) }}{% set _ = known.append('a') %}`,
	"whitespace": "{%+ if a -%}\n{{- a -}}\n{%- endif +%}{#- a comment {{ with }} braces -#}{% raw %}{{ not.__class__ }}{% endraw %}",
	"underlines": `{{ '____' }}{{ "fill in: ______" }}{% set _args = m.arguments %}{{ _args|items|list }}{{ m.get('_raw') }}`,
	"text":       "Write __init__ methods; a class has __class__. {{ messages[0].content }}",
	"empty":      ``,
}

func TestOrdinaryTemplatesAreClean(t *testing.T) {
	for name, src := range benign {
		if r := Analyse("", src, Limits{}); len(r.Issues) != 0 {
			t.Errorf("%s: %v", name, r.Issues)
		}
	}
	r := Analyse("", benign["roles"], Limits{})
	if !slices.Equal(r.Variables, []string{"bos_token", "eos_token", "messages"}) || !slices.Equal(r.Calls, []string{".strip", "raise_exception"}) {
		t.Errorf("%v %v", r.Variables, r.Calls)
	}
}

func TestTheRestIsUnknownOrUnreadable(t *testing.T) {
	for src, want := range map[string]string{
		`{{ x|run }}`:             "unknown jinja.unknown-filter ( @5)",
		`{{ run(1) }}`:            "unknown jinja.unknown-call ( @6)",
		`{{ x.run() }}`:           "unknown jinja.unknown-method ( @5)",
		`{{ (x or y)() }}`:        "unknown jinja.unknown-call ( @11)",
		`{% include 'x' %}`:       "unknown jinja.loads-template ( @3)",
		`{% from 'x' import y %}`: "unknown jinja.loads-template ( @3)",
		`{% shell 'x' %}`:         "unknown jinja.unknown-statement ( @3)",
		`{{ x._secret }}`:         "unknown jinja.private-attribute ( @5)",
		`{% for i in range(999999999) %}{% endfor %}`: "unknown jinja.exhaustion ( @17)",
		`{{ 'a' * 1000000000 }}`:                      "unknown jinja.exhaustion ( @7)",
		"{{ 'a\u202eb' }}":                            "unknown jinja.hidden-text ( @5)",
		`{{ x is evil }}`:                             "unknown jinja.unknown-test ( @8)",
		`{{ x`:                                        "unreadable jinja.bad-syntax ( @0)",
		`{% if x %}`:                                  "unreadable jinja.bad-syntax ( @10)",
		`{% endif %}`:                                 "unreadable jinja.bad-syntax ( @3)",
		`{{ 'x }}`:                                    "unreadable jinja.bad-syntax ( @3)",
		`{{ x ! y }}`:                                 "unreadable jinja.bad-syntax ( @5)",
		`{{ ) }}`:                                     "unreadable jinja.bad-syntax ( @3)",
		`{{ ` + strings.Repeat("(", 5000):             "unreadable jinja.bad-syntax",
		`{{ ` + strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000) + ` }}`: "nest too deep",
		`{{ ` + strings.Repeat("-", 5000) + `1 }}`:                                  "nest too deep",
		strings.Repeat("{% if x %}", 500):                                           "nest too deep",
		strings.Repeat("x", 2<<20):                                                  "unreadable jinja.too-large",
	} {
		r := Analyse("", src, Limits{})
		if len(r.Issues) != 1 || !strings.Contains(r.Issues[0].String(), want) {
			t.Errorf("%.60s: %v, want %s", src, r.Issues, want)
		}
	}
}

// TestATemplateCostsLittle: templates that make an analyser compute without end.
func TestATemplateCostsLittle(t *testing.T) {
	list := "{% set l = [" + strings.Repeat("'aaaaaaaaaaaaaaaa',", 500) + "] %}"
	for name, src := range map[string]string{
		"joins":      list + strings.Repeat("{{ l|join }}", 60_000),
		"formats":    "{% set f = '" + strings.Repeat("%s", 200) + "' %}" + list + strings.Repeat("{{ f % l }}", 60_000),
		"grows":      "{% set a = 'x' %}" + strings.Repeat("{% set a = a ~ a %}", 30_000),
		"namespaces": strings.Repeat("{{ namespace(a=1) }}", 30_000),
		"variables":  strings.Repeat("{% set a = b ~ c %}{% set b = a ~ 'x' %}", 15_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			Analyse("", src, Limits{Tokens: 1 << 20})
		})
	}
}

func FuzzAnalyse(f *testing.F) {
	for _, c := range attacks {
		f.Add(c.src)
	}
	for _, src := range benign {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		for _, i := range Analyse("t", src, Limits{}).Issues {
			if i.Offset < 0 || i.Offset > int64(len(src)) {
				t.Fatalf("%v is outside of %d bytes", i, len(src))
			}
		}
	})
}
