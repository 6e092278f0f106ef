package product

import (
	"bufio"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/csaf"
	"github.com/wardround/wardround/internal/testkit"
)

// A triple is an advisory, a device, and what a person says the one means for the other.
type triple struct {
	line     int
	advisory string
	expected string // "affected", "not affected", "cannot tell", "not this product"
	device   Device
}

func triples(t testing.TB, file string) []triple {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []triple
	sc := bufio.NewScanner(f)
	for n := 1; sc.Scan(); n++ {
		if strings.HasPrefix(sc.Text(), "#") {
			continue
		}
		c := strings.Split(sc.Text(), "\t")
		if len(c) != 9 {
			t.Fatalf("%s:%d: %d columns", file, n, len(c))
		}
		d := Device{Maker: c[2], Model: c[3], Product: c[4], Software: c[5], Firmware: c[6]}
		if c[7] != "" {
			d.Tokens = []string{c[7]}
		}
		out = append(out, triple{n, c[0], c[1], d})
	}
	return out
}

// documents reads CISA's medical advisories of some years.
func documents(t testing.TB, years ...string) map[string][]advisory.Record {
	t.Helper()
	out := map[string][]advisory.Record{}
	for _, y := range years {
		files, err := filepath.Glob(filepath.Join(testkit.Data(t, "advisories/cisa-csaf-medical"), y, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", y, err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			d, err := csaf.ReadBytes(b, csaf.ReadOptions{})
			if err != nil {
				t.Fatalf("%s: %v", f, err)
			}
			out[strings.TrimSpace(d.Tracking.ID)] = d.Records(csaf.RecordOptions{})
		}
	}
	return out
}

// wilson is the 95 % interval of a proportion (Wilson 1927).
func wilson(k, n int) (float64, float64) {
	if n == 0 {
		return 0, 1
	}
	const z = 1.959964
	p, m := float64(k)/float64(n), float64(n)
	mid, half := (p+z*z/(2*m))/(1+z*z/m), z/(1+z*z/m)*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return mid - half, mid + half
}

// score counts the answers to a file of triples. Only an asserted "affected" is a
// positive; proposals stand apart.
func score(t *testing.T, file string, docs map[string][]advisory.Record) (precision, recall float64) {
	index := map[string]*Index{}
	for id, rs := range docs {
		x := NewIndex()
		for _, r := range rs {
			x.Add(r)
		}
		index[id] = x
	}
	used := map[string]bool{}
	var tp, fp, fn, exact, proposed, negatives, wrongOut, cleared, wronglyCleared int
	ts := triples(t, file)
	for _, c := range ts {
		x := index[c.advisory]
		if x == nil {
			t.Fatalf("%s:%d: no document %s", file, c.line, c.advisory)
		}
		used[c.advisory] = true
		ms, _ := x.Match(c.device)
		m, ok := Fold(ms)
		got := "not this product"
		if ok {
			got = m.Status.String()
			if !m.Asserted() {
				proposed++
				got = "cannot tell"
			}
		}
		if c.expected == "not affected" || c.expected == "not this product" {
			negatives++
		}
		positive := ok && m.Asserted() && m.Status == Affected
		switch {
		case positive && c.expected == "affected":
			tp++
		case positive:
			fp++
		case c.expected == "affected":
			fn++
		}
		if got == "not affected" {
			cleared++
			if c.expected != "not affected" && c.expected != "not this product" {
				wronglyCleared++
			}
		}
		if c.expected == "affected" && (got == "not affected" || got == "not this product") {
			wrongOut++
		}
		if got == c.expected {
			exact++
		} else {
			t.Logf("%s:%d %s %s: %s (%d), labelled %s: %s", filepath.Base(file), c.line, c.advisory, clipTo(strings.TrimSpace(strings.Join([]string{c.device.Maker, c.device.Model, c.device.Product, c.device.Software + c.device.Firmware}, " | ")), 90), got, m.Confidence, c.expected, m.Reason)
		}
	}
	for id := range docs {
		if !used[id] {
			t.Logf("no triple about %s", id)
		}
	}
	precision, recall = float64(tp)/float64(max(1, tp+fp)), float64(tp)/float64(max(1, tp+fn))
	pl, ph := wilson(tp, tp+fp)
	rl, rh := wilson(tp, tp+fn)
	t.Logf("%d triples of %d documents, %d negatives (%d %%)", len(ts), len(used), negatives, 100*negatives/len(ts))
	t.Logf("asserted affected: precision %.3f (%.3f–%.3f), recall %.3f (%.3f–%.3f): %d right, %d wrong, %d missed, of which %d are called out", precision, pl, ph, recall, rl, rh, tp, fp, fn, wrongOut)
	cl, ch := wilson(cleared-wronglyCleared, cleared)
	t.Logf("cleared: %d of %d rightly (%.3f–%.3f)", cleared-wronglyCleared, cleared, cl, ch)
	if wrongOut > 0 || wronglyCleared > 0 {
		t.Errorf("%d affected devices are called out, %d are cleared that should not be", wrongOut, wronglyCleared)
	}
	t.Logf("all four answers: %d of %d as labelled; %d answers are proposals", exact, len(ts), proposed)
	return precision, recall
}

// TestTuning: the years by which names and rules may be made.
func TestTuning(t *testing.T) {
	p, r := score(t, "testdata/tuning.tsv", documents(t, "2017", "2018", "2019", "2020"))
	if p < 0.98 || r < 0.95 {
		t.Errorf("precision %.3f, recall %.3f", p, r)
	}
}

// TestTriples: the score. Nothing was tuned on these two years.
func TestTriples(t *testing.T) {
	p, r := score(t, "testdata/triples.tsv", documents(t, "2021", "2022"))
	if p < 0.98 || r < 0.95 {
		t.Errorf("precision %.3f, recall %.3f", p, r)
	}
}

// TestFresh: a second sheet, labelled when the rules stood, for the first had shown
// what to mend by the time it passed.
func TestFresh(t *testing.T) {
	p, r := score(t, "testdata/fresh.tsv", documents(t, "2021", "2022"))
	if p < 0.95 || r < 0.90 {
		t.Errorf("precision %.3f, recall %.3f", p, r)
	}
}
