package xmlwalk

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/xmlstream"
)

func TestWalk(t *testing.T) {
	var got []string
	var list issue.List
	err := Walk("x", strings.NewReader(`<a k="v"><b>text</b></a>`), xmlstream.Limits{}, &list, Visitor{
		Start: func(e xml.StartElement, path []string, _ int64) {
			got = append(got, strings.Join(path, "/")+Attr(e, "k"))
		},
		Text: func(s string, path []string, _ int64) { got = append(got, s+"@"+strings.Join(path, "/")) },
	})
	if err != nil || len(list.Issues()) != 0 || strings.Join(got, " ") != "av a/b text@a/b" {
		t.Errorf("%v %v %v", err, got, list.Issues())
	}
	for doc, want := range map[string]string{
		`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`:     "malicious x.doctype",
		`<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>`: "malicious x.doctype",
		`<!DOCTYPE a><a/>`:                             "unreadable x.doctype",
		`<a>`:                                          "unreadable x.bad-xml",
		`<a></b>`:                                      "unreadable x.bad-xml",
		``:                                             "unreadable x.bad-xml",
		strings.Repeat("<a>", 10_000):                  "unreadable x.bad-xml",
	} {
		var list issue.List
		if err := Walk("x", strings.NewReader(doc), xmlstream.Limits{}, &list, Visitor{}); err != nil {
			t.Fatal(err)
		}
		if got := list.Issues(); len(got) != 1 || !strings.HasPrefix(got[0].String(), want) {
			t.Errorf("%.60s: %v, want %s", doc, got, want)
		}
	}
	var broken = errors.New("broken")
	if err := Walk("x", io.MultiReader(strings.NewReader("<a>"), iotest.ErrReader(broken)), xmlstream.Limits{}, &list, Visitor{}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

func FuzzWalk(f *testing.F) {
	f.Add(`<a k="v"><b>text</b></a>`)
	f.Fuzz(func(_ *testing.T, s string) {
		var list issue.List
		Walk("x", strings.NewReader(s), xmlstream.Limits{}, &list, Visitor{Start: func(e xml.StartElement, _ []string, _ int64) { Attr(e, "x") }})
	})
}
