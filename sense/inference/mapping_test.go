package inference

import (
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
)

func TestAMappingThatIsWrongSaysWhere(t *testing.T) {
	t.Parallel()
	const head = "inference: 1\nmodel: m\nfields:\n"
	for in, want := range map[string]string{
		"":                                   "the file is empty",
		"inference: 2\n":                     "inference: 2; this program reads inference: 1",
		head:                                 "fields: 0",
		head + "  a: {as: feature, tyep: x}": "tyep",
		head + "  a: {as: wish}":             `a: as: "wish" is not known`,
		head + "  a: {as: feature, type: x}": `type: "x"`,
		head + "  dob: {as: feature}":        "dob: by its name it identifies a person",
		head + "  patient.birthDate: {as: group}":                                "is no group; give bands",
		head + "  a: {as: feature, type: time}":                                  "can name a person",
		head + "  a: {as: unit}\n  b: {as: unit}":                                "a and b are both the unit",
		head + "  a: {as: feature, name: x}\n  b: {as: output, name: x}":         "a and b are both called x",
		head + "  a: {as: group, bands: [3, 1]}":                                 "bands",
		head + "  a: {as: feature, bands: [3]}":                                  "bands are of a group",
		head + "  a: {as: score, low: 3, high: 1}":                               "do not ascend",
		head + "  a: {as: score, type: category}":                                "a score is a number",
		head + "  a: {as: feature, name: a=b}":                                   "holds =",
		"inference: 1\nfields:\n  a: {as: feature}":                              "says which model it is",
		"inference: 1\nmodel: m\nwindow: 7h\nfields:\n  a: {as: feature}":        "no whole part of a day",
		"inference: 1\nmodel: m\nlabels_for: 1000h\nfields:\n  a: {as: feature}": "labels_for",
		head + "  a: {as: feature}\n---\nx: 1\n":                                 "more than one document",
	} {
		_, err := ReadMapping(strings.NewReader(in))
		if wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v\nwant %s", in, err, want)
		}
	}
	if _, err := ReadMapping(strings.NewReader(strings.Repeat("#", MaxMapping+1))); err == nil {
		t.Error("a mapping of more than 1 MiB is read")
	}
}

func TestBands(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		v    any
		want string
	}{
		{17.0, "<18"}, {18.0, "18-65"}, {"64.9", "18-65"}, {65.0, "65+"}, {"1961-03-12", "18-65"}, {"1961-02-12", "65+"}, {"19610312", "18-65"},
		{19610312.0, "18-65"}, {"2026-03-02", "!"}, {"unknown", "!"}, {wrong{}, "!"}, {"1961-03-12T04:00:00Z", "18-65"},
	} {
		got, ok := band(c.v, []float64{18, 65}, at)
		if !ok {
			got = "!"
		}
		if got != c.want {
			t.Errorf("%v: %s, want %s", c.v, got, c.want)
		}
	}
}

func TestMoments(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, v := range []any{"2026-03-01T12:00:00Z", "2026-03-01T13:00:00+01:00", "2026-03-01 12:00:00", float64(want.Unix()), float64(want.UnixMilli()), float64(want.UnixMicro()), float64(want.UnixNano())} {
		if got, ok := moment(v); !ok || !got.Equal(want) {
			t.Errorf("%v: %v %v", v, got, ok)
		}
	}
	for _, v := range []any{"yesterday", 3.0, true, nil, wrong{}, "", 1e300} {
		if got, ok := moment(v); ok {
			t.Errorf("%v is %v", v, got)
		}
	}
}

func TestRecordsThatAreNone(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`[1]`:                                    "a JSON object",
		`{"a":1`:                                 "no whole JSON object",
		`{"a":1}{"b":2}`:                         "something follows",
		`{"a":1,"a":2}`:                          "there twice",
		`{"a":{"b":1},"a.b":2}`:                  "there twice",
		strings.Repeat(`{"a":`, 12) + "1":        "nested more than",
		`{"a":` + strings.Repeat("[", 80):        "nested more than 64",
		`{"` + strings.Repeat("x", 900) + `":1}`: "a name that is too long",
		strings.Repeat(" ", MaxRecord+1):         "over the limit",
	} {
		if r, err := ReadRecord([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v %v, want %s", in, r, err, want)
		}
	}
	r, err := ReadRecord([]byte(`{"a":{"b":{"c":1.5}},"l":[1,{"x":2}],"n":null,"t":true,"s":"x"}`))
	if err != nil || r["a.b.c"] != 1.5 || r["t"] != true || r["s"] != "x" || r["n"] != nil || r["l"] != (wrong{}) || len(r) != 5 {
		t.Errorf("%v %v", r, err)
	}
}
