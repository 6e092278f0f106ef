package xmlstream_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/xmlstream"
)

// text reads a document and returns its elements and text in a row.
func text(r io.Reader, lim xmlstream.Limits) (string, error) {
	var b strings.Builder
	d := xmlstream.New(r, lim)
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String(), nil
		}
		if err != nil {
			return b.String(), err
		}
		switch t := t.(type) {
		case xml.StartElement:
			b.WriteString("<" + t.Name.Local)
			for _, a := range t.Attr {
				b.WriteString(" " + a.Name.Local + "=" + a.Value)
			}
		case xml.EndElement:
			b.WriteString(">")
		case xml.CharData:
			b.Write(t)
		}
	}
}

func wide(s string, big bool) string {
	b := []byte{}
	for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}

// TestReads: what is well formed is read, in the encodings it may come in.
func TestReads(t *testing.T) {
	for in, want := range map[string]string{
		`<a x="1>2">b<c/>d</a>`: "<a x=1>2b<c>d>",
		`<?xml version="1.0"?><!-- <a> --><a><![CDATA[<x>]]></a><!-- -- > -->`: "",
		`<?xml version="1.0"?><!-- <a> - > --><a><![CDATA[<x>]] >]]></a> `:     "<a<x>]] >>",
		"\xef\xbb\xbf<a>é&lt;</a>":                                     "<aé<>",
		wide(`<?xml version="1.0" encoding="UTF-16"?><a>é</a>`, false): "<aé>",
		wide(`<?xml version="1.0" encoding="utf-16"?><a>é</a>`, true):  "<aé>",
		"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9</a>":   "<aé>",
		`<a xmlns:p="urn:p" p:x="1" x="2"/>`:                           "<a p=urn:p x=1 x=2>",
		`<?xml version='1.0' encoding='utf-8' standalone='yes' ?><a/>`: "<a>",
		`<a><?x <y> ?></a>`:     "<a>",
		`<a b='"' c="'>">t</a>`: `<a b=" c='>t>`,
	} {
		got, err := text(strings.NewReader(in), xmlstream.Limits{})
		if want == "" {
			if err == nil {
				t.Errorf("%q: read as %q", in, got)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

const laughs = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]><lolz>&lol2;</lolz>`

// TestRefuses: what is broken or dangerous is refused, with the place.
func TestRefuses(t *testing.T) {
	for in, cause := range map[string]error{
		``:                             format.ErrTruncated,
		`<a>`:                          format.ErrTruncated,
		`<a><b></a>`:                   format.ErrMalformed,
		`<a/><b/>`:                     format.ErrMalformed,
		`<a/>x`:                        format.ErrMalformed,
		`x<a/>`:                        format.ErrMalformed,
		`<a x="1" x="2"/>`:             format.ErrMalformed,
		`<a>&lol;</a>`:                 format.ErrMalformed,
		` <?xml version="1.0"?><a/>`:   format.ErrMalformed,
		`<a><?xml version="1.0"?></a>`: format.ErrMalformed,
		`<?xml encoding="UTF-8"?><a/>`: format.ErrMalformed,
		`<?xml version="1.0" standalone=""?><a/>`: format.ErrMalformed,
		laughs: format.ErrMalformed,
		`<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>`:    format.ErrMalformed,
		`<?xml version="1.0" encoding="EBCDIC-X"?><a/>`:   format.ErrMalformed,
		"<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>": format.ErrMalformed,
		"<a>\x00</a>":              format.ErrMalformed,
		strings.Repeat("<a>", 600): format.ErrLimit,
	} {
		_, err := text(strings.NewReader(in), xmlstream.Limits{})
		var e *format.Error
		if !errors.Is(err, cause) || !errors.As(err, &e) {
			t.Errorf("%.60q: %v", in, err)
		}
	}
}

type endless struct {
	text string
	gave int64
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.text[e.gave%int64(len(e.text))]
		e.gave++
	}
	return len(p), nil
}

// TestBounds: whatever comes without end is stopped soon.
func TestBounds(t *testing.T) {
	for name, c := range map[string][2]string{
		"white space before": {"", " "},
		"white space inside": {"<a>", "\n"},
		"text":               {"<a>", "x"},
		"text with tags":     {"<a>", "x<b/>"},
		"comment":            {"<!--", "<x>"},
		"section":            {"<a><![CDATA[", "<x>]"},
		"instruction":        {"<?x ", "<x>"},
		"attribute":          {`<a x="`, ">"},
		"attributes":         {`<a `, `x="1" `},
		"tag":                {"<", "a"},
		"entities":           {"<a>", "&lt;"},
	} {
		e := &endless{text: c[1]}
		_, err := text(io.MultiReader(strings.NewReader(c[0]), e), xmlstream.Limits{Bytes: 4 << 20, Token: 1 << 20})
		if !errors.Is(err, format.ErrLimit) || e.gave > 5<<20 {
			t.Errorf("%s: %d bytes, %v", name, e.gave, err)
		}
	}
}

// FuzzReader: any input ends, and what is read once is read again the same.
func FuzzReader(f *testing.F) {
	for _, s := range []string{`<a x="1>2">b<c/>d</a>`, laughs, wide(`<a>é</a>`, true), `<a><![CDATA[<x>]]></a>`, `<!-- - --><a/>`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		lim := xmlstream.Limits{Bytes: 1 << 16, Token: 1 << 12, Depth: 50}
		a, err := text(strings.NewReader(s), lim)
		b, again := text(&endlessOnce{strings.NewReader(s)}, lim)
		if a != b || (err == nil) != (again == nil) {
			t.Fatalf("%q: %q %v, in pieces %q %v", s, a, err, b, again)
		}
	})
}

type endlessOnce struct{ r io.Reader }

func (o *endlessOnce) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }
