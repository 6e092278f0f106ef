package hl7

import (
	"strings"
	"testing"
	"time"
)

func TestUnescape(t *testing.T) {
	d := Default()
	d.Truncation = '#'
	for in, want := range map[string]string{
		`plain`:                 "plain",
		`a\F\b\S\c\T\d\R\e\E\f`: `a|b^c&d~e\f`,
		`1\P\`:                  "1#",
		`\X0D0A\`:               "\r\n",
		`\xc3\`:                 `\xc3\`, // lower-case x is no command
		`\XC3A4\`:               "ä",
		`\Xc3a4\`:               "ä",
		`\X1\`:                  `\X1\`,
		`\XZZ\`:                 `\XZZ\`,
		`one\.br\two`:           "one\ntwo",
		`one\.sp2\two`:          "one\n\ntwo",
		`one\.sp\two`:           "one\ntwo",
		`a\.sk3\b`:              "a   b",
		`\.in+4\a\.ti-2\b\.fi\`: "ab",
		`\.ce\title`:            "\ntitle",
		`\H\bold\N\`:            "bold",
		`\Zlocal\x`:             `\Zlocal\x`,
		`\C2842\日`:              `\C2842\日`,
		`\`:                     `\`,
		`\\`:                    `\\`,
		`C:\dir\F\`:             `C:\dir|`, // the second of two escape characters begins a sequence
		`\.sp99999\x`:           `\.sp99999\x`,
		`\.xy\`:                 `\.xy\`,
		`\.\`:                   `\.\`,
	} {
		if got := string(d.AppendUnescaped(nil, []byte(in))); got != want {
			t.Errorf("unescape %q = %q, want %q", in, got, want)
		}
	}
	if got := len(d.AppendUnescaped(nil, []byte(`\.sp9999\`))); got != maxSkip {
		t.Errorf(".sp9999 gives %d line feeds, want the bound %d", got, maxSkip)
	}
	none := Delimiters{Field: '|'}
	if got := string(none.AppendUnescaped(nil, []byte(`\F\`))); got != `\F\` {
		t.Errorf("without an escape character: %q", got)
	}
}

func TestEscapeEveryByte(t *testing.T) {
	var all strings.Builder
	for c := range 256 {
		all.WriteByte(byte(c))
	}
	for _, d := range []Delimiters{Default(), {'|', '^', '~', '\\', '&', '#'}, {'$', '%', '?', '!', '@', 0}} {
		escaped := d.AppendEscaped(nil, all.String())
		if i := strings.IndexAny(string(escaped), "\r\n\x0b\x1c"+string(d.Field)+string(d.Component)+string(d.Repetition)+string(d.Subcomponent)); i >= 0 {
			t.Errorf("%q left in the escaped text", escaped[i])
		}
		if got := string(d.AppendUnescaped(nil, escaped)); got != all.String() {
			t.Errorf("with %q: %q", d.Encoding(), got)
		}
	}
}

func TestTime(t *testing.T) {
	berlin := time.FixedZone("", 3600)
	for in, want := range map[string]string{
		"2026":                     "2026-01-01T00:00:00+01:00",
		"202611":                   "2026-11-01T00:00:00+01:00",
		"20261121":                 "2026-11-21T00:00:00+01:00",
		"2026112112":               "2026-11-21T12:00:00+01:00",
		"202611211205":             "2026-11-21T12:05:00+01:00",
		"20261121120507":           "2026-11-21T12:05:07+01:00",
		"20261121120507.25":        "2026-11-21T12:05:07.25+01:00",
		"20261121120507.1234-0500": "2026-11-21T12:05:07.1234-05:00",
		"202611211205+0530":        "2026-11-21T12:05:00+05:30",
		"20261121120507^S":         "2026-11-21T12:05:07+01:00",
		"":                         "",
		"26":                       "",
		"20261321":                 "",
		"20260231":                 "",
		"2026112125":               "",
		"20261121126":              "",
		"20261121120507.":          "",
		"202611211205.5":           "",
		"20261121+1":               "",
		"yesterday":                "",
	} {
		got := ""
		if at, ok := (Value{[]byte(in), Default()}).Time(berlin); ok {
			got = at.Format(time.RFC3339Nano)
		}
		if got != want {
			t.Errorf("time %q = %q, want %q", in, got, want)
		}
	}
	at := time.Date(2026, 11, 21, 12, 5, 7, 0, berlin)
	back, ok := (Value{AppendTime(nil, at), Default()}).Time(nil)
	if !ok || !back.Equal(at) {
		t.Errorf("%v comes back as %v", at, back)
	}
}

func TestCharset(t *testing.T) {
	for _, c := range []struct{ name, raw, want string }{
		{"", "M\xc3\xbcller", "Müller"},
		{"", "M\xfcller", "M\ufffdller"},
		{"ASCII", "Muller", "Muller"},
		{"8859/1", "M\xfcller", "Müller"},
		{"8859/2", "\xa3\xf3d\xbc", "Łódź"},
		{"8859/15", "\xa4", "€"},
		{"ISO-8859-5", "\xb8", "И"},
		{"UNICODE UTF-8", "M\xc3\xbcller", "Müller"},
		{"GB 18030-2000", "\xcd\xf5", "王"},
		{"ISO IR87", "\x1b$B;3ED\x1b(B", "山田"},
		{"KS X 1001", "\xb1\xe8", "김"},
		{"BIG-5", "\xa4\xfd", "王"},
	} {
		set, ok := CharsetNamed(c.name)
		if !ok {
			t.Errorf("%q isn't known", c.name)
		}
		if got := set.String(c.raw); got != c.want {
			t.Errorf("%q in %s = %q, want %q", c.raw, c.name, got, c.want)
		}
	}
	if _, ok := CharsetNamed("KLINGON"); ok {
		t.Error("an unknown set is known")
	}
	set, ok := mustParse(t, "MSH|^~\\&|||||||||||||||| 8859/1~ISO IR87\r").Charset()
	if !ok || set.String("\xfc") != "ü" {
		t.Error("MSH-18 wasn't used")
	}
}
