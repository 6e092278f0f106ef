package epss

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
	"time"
)

const day = "#model_version:v2025.03.14,score_date:2026-08-26T00:00:00+0000\ncve,epss,percentile\nCVE-1999-0001,0.01141,0.77881\nCVE-2021-44228,0.94358,0.99959\n"

func TestRead(t *testing.T) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write([]byte(day))
	w.Close()
	for _, in := range []string{day, z.String(), strings.ReplaceAll(day, "\n", "\r\n")} {
		f, err := Read(strings.NewReader(in))
		if err != nil {
			t.Fatal(err)
		}
		if f.Model != "v2025.03.14" || !f.Date.Equal(time.Date(2026, 8, 26, 0, 0, 0, 0, time.UTC)) || len(f.Scores) != 2 || f.Scores[1].EPSS != 0.94358 {
			t.Errorf("%+v", f)
		}
	}
	old, err := Read(strings.NewReader("cve,epss\nCVE-2020-5902,0.65117\n"))
	if err != nil || old.Scores[0].Percentile != -1 {
		t.Errorf("the form of 2021 had no percentile: %+v, %v", old, err)
	}
}

func TestRefuses(t *testing.T) {
	for why, s := range map[string]string{
		"empty":          "",
		"other columns":  "name,value\nx,1\n",
		"no number":      "cve,epss,percentile\nCVE-2020-1,high,0.1\n",
		"not 0 to 1":     "cve,epss,percentile\nCVE-2020-1,1.5,0.1\n",
		"not a number":   "cve,epss,percentile\nCVE-2020-1,NaN,0.1\n",
		"line broken":    "cve,epss,percentile\nCVE-2020-1,0.5\n",
		"not a CVE":      "cve,epss,percentile\nGHSA-1,0.5,0.1\n",
		"an endless one": "cve,epss,percentile\n" + strings.Repeat("x", 5000),
		"broken gzip":    "\x1f\x8b\x08\x00",
	} {
		if _, err := Read(strings.NewReader(s)); err == nil {
			t.Errorf("%s: was read", why)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(day))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1 && b[0] == 0x1f {
			return // what gzip does with noise is not ours to find out
		}
		file, err := Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		for _, s := range file.Scores {
			if !(s.EPSS >= 0 && s.EPSS <= 1) {
				t.Fatal(s)
			}
		}
	})
}
