package endoflife

import (
	"testing"
	"time"
)

const old = `[{"cycle":"11","releaseDate":"2021-10-05","support":"2024-10-14","eol":"2026-10-13","lts":false,"latest":"10.0.22000"},
{"cycle":7,"releaseDate":"2009-10-22","support":false,"eol":true},{"cycle":"3.1","releaseDate":"2023-01-01","support":true,"eol":false,"lts":"2023-05-01"}]`

const v1 = `{"schema_version":"1.2.0","result":{"name":"windows-embedded","label":"Windows Embedded","aliases":["wes"],
"identifiers":[{"type":"cpe","id":"cpe:/o:microsoft:windows_embedded"}],
"releases":[{"name":"8.1","label":"8.1 Industry","releaseDate":"2013-10-17","isLts":false,"isEoas":true,"eoasFrom":"2018-07-10","isEol":true,"eolFrom":"2023-07-11","latest":{"name":"6.3.9600"}}]}}`

func at(s string) time.Time { t, _ := time.Parse(time.DateOnly, s); return t }

func TestOld(t *testing.T) {
	p, err := Read([]byte(old), "thing")
	if err != nil {
		t.Fatal(err)
	}
	c := p.Find("11.0.3")
	if c == nil || c.Name != "11" || !c.EOL.At.Equal(at("2026-10-13")) {
		t.Fatalf("%+v", c)
	}
	if over, known := c.EOL.Over(at("2026-10-13")); !over || !known {
		t.Error("the day it ends it has ended")
	}
	if over, _ := c.EOL.Over(at("2026-10-12")); over {
		t.Error("the day before it has not")
	}
	if over, known := p.Find("7").Support.Over(at("2020-01-01")); !over || !known {
		t.Error("support: false means that it ended")
	}
	if over, known := p.Find("3.1.2").Support.Over(at("2024-01-01")); over || !known || !p.Find("3.1").LTS {
		t.Error("support: true means that it lasts")
	}
	if p.Find("111") != nil || p.Find("3.10") != nil {
		t.Error("a prefix counts at a dot only")
	}
}

func TestV1(t *testing.T) {
	p, err := Read([]byte(v1), "")
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "windows-embedded" || p.Identifiers[0] != "cpe:cpe:/o:microsoft:windows_embedded" || p.Cycles[0].Latest != "6.3.9600" {
		t.Errorf("%+v", p)
	}
	if over, known := p.Cycles[0].Extended.Over(at("2030-01-01")); over || known {
		t.Error("what the source does not say is not known")
	}
}

func TestRefuses(t *testing.T) {
	for why, s := range map[string]string{
		"no product": old, "no cycle": `[{"eol":true}]`, "no date": `[{"cycle":"1","eol":"soon"}]`, "empty": `[]`,
		"other": `{"result":{}}`, "number": `[{"cycle":"1","eol":7}]`, "broken": `[{"cycle":`,
	} {
		name := "x"
		if why == "no product" {
			name = ""
		}
		if p, err := Read([]byte(s), name); err == nil {
			t.Errorf("%s: read as %+v", why, p)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(old))
	f.Add([]byte(v1))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Read(b, "x")
		if err == nil && len(p.Cycles) == 0 {
			t.Fatal("a product without cycles")
		}
	})
}
