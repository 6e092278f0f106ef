package cvss

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// TestVectors: every vector of Red Hat's set has the score it should have.
func TestVectors(t *testing.T) {
	dir := testkit.Data(t, "cvss")
	files, err := filepath.Glob(filepath.Join(dir, "vectors_*"))
	if err != nil || len(files) < 11 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	n, wrong := 0, 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		sc := bufio.NewScanner(strings.NewReader(string(b)))
		for sc.Scan() {
			vector, want, ok := strings.Cut(sc.Text(), " - ")
			if !ok {
				continue
			}
			n++
			v, err := Parse(vector)
			if err != nil {
				t.Errorf("%s: %v", filepath.Base(f), err)
				wrong++
				continue
			}
			s := v.Scores()
			got := []float64{s.Base, s.Temporal, s.Environmental}
			exp := strings.Split(strings.Trim(want, "() ,"), ",")
			if len(exp) == 1 {
				got = []float64{s.Overall}
			}
			for i, e := range exp {
				e = strings.TrimSpace(e)
				if e == "" {
					continue
				}
				w := float64(None)
				if e != "None" {
					if w, err = strconv.ParseFloat(e, 64); err != nil {
						t.Fatal(err)
					}
				}
				if got[i] != w {
					if wrong++; wrong < 20 {
						t.Errorf("%s: %s: score %d is %v, want %v", filepath.Base(f), vector, i, got[i], w)
					}
				}
			}
		}
	}
	if n < 7600 {
		t.Errorf("only %d vectors were read", n)
	}
	t.Logf("%d vectors, %d wrong", n, wrong)
}

func TestRefuses(t *testing.T) {
	for _, s := range []string{
		"", "CVSS:3.1/AV:N", "CVSS:5.0/AV:N", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/AV:L", "AV:X/AC:L/Au:N/C:N/I:N/A:N",
		strings.Repeat("AV:N/", 400), "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:S/VI:N/VA:N/SC:N/SI:N/SA:N",
	} {
		if v, err := Parse(s); err == nil {
			t.Errorf("%.60q was read as %s", s, v)
		}
	}
}

func TestLenientVersion2(t *testing.T) {
	for _, s := range []string{"(AV:N/AC:L/Au:N/C:P/I:P/A:P)", "CVSS2#AV:N/AC:L/Au:N/C:P/I:P/A:P", "C:P/I:P/A:P/AV:N/AC:L/Au:N"} {
		v, err := Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		if v.Scores().Overall != 7.5 || v.Severity() != "high" || v.Metric("AV") != "N" {
			t.Errorf("%s: %v %s %q", s, v.Scores(), v.Severity(), v.Metric("AV"))
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("CVSS:4.0/AV:N/AC:L/AT:P/PR:H/UI:A/VC:N/VI:H/VA:L/SC:N/SI:N/SA:N")
	f.Add("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/E:F/RL:X/MAV:L")
	f.Add("AV:A/AC:H/Au:S/C:N/I:P/A:P/E:POC/RL:OF/RC:C/CDP:LM/TD:M/CR:M/IR:L/AR:L")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := Parse(s)
		if err != nil {
			return
		}
		o := v.Scores().Overall
		if !(o >= 0 && o <= 10) {
			t.Fatalf("%s scores %v", s, o)
		}
		w, err := Parse(v.String())
		if err != nil || w.Scores() != v.Scores() {
			t.Fatalf("%s: %v after it was written as %s: %v, %v", s, v.Scores(), v, w, err)
		}
	})
}
