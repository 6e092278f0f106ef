package productrange

import (
	"bufio"
	"os"
	"sort"
	"strings"
	"testing"
)

type label struct{ document, product, text, want string }

func readLabels(t *testing.T, file string) []label {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []label
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		if strings.HasPrefix(sc.Text(), "#") {
			continue
		}
		c := strings.Split(sc.Text(), "\t")
		if len(c) < 4 {
			t.Fatalf("%s: %q", file, sc.Text())
		}
		out = append(out, label{c[0], c[1], c[2], c[3]})
	}
	return out
}

// same brings two spellings of one interval together: case, a leading v, spaces
// and the order of alternatives say nothing.
func same(s string) string {
	alt := strings.Split(strings.ToLower(s), " or ")
	for i, a := range alt {
		parts := strings.Split(a, ", ")
		for j, p := range parts {
			op, v, _ := strings.Cut(p, " ")
			v = strings.NewReplacer(" ", "", "_", "").Replace(v)
			if len(v) > 1 && v[0] == 'v' && v[1] >= '0' && v[1] <= '9' {
				v = v[1:]
			}
			parts[j] = op + " " + v
		}
		alt[i] = strings.Join(parts, ", ")
	}
	sort.Strings(alt)
	return strings.Join(alt, " or ")
}

// TestLabelledRanges: 300 ranges drawn from all documents give the interval that a
// person read, at least 99 % of them; serial numbers are counted apart.
func TestLabelledRanges(t *testing.T) {
	for _, s := range []struct {
		file string
		draw func([]branch, int) []branch
		n    int
		min  float64
	}{
		{"testdata/ranges.tsv", draw, 300, 0.99},
		{"testdata/shapes.tsv", drawShapes, 150, 0.95},
	} {
		t.Run(s.file, func(t *testing.T) {
			ls := readLabels(t, s.file)
			if len(ls) != s.n {
				t.Fatalf("%d labels, not %d", len(ls), s.n)
			}
			names := map[string]string{}
			for i, b := range s.draw(branches(t), s.n) {
				if b.document != ls[i].document || b.product != ls[i].product || b.text != ls[i].text {
					t.Fatalf("line %d is not what the seed draws: %s %s", i+1, b.document, b.product)
				}
				names[ls[i].document+" "+ls[i].product] = b.name
			}
			right, n, serialRight, serials, asserted := 0, 0, 0, 0, 0
			for _, l := range ls {
				p := ParseOf(names[l.document+" "+l.product], l.text)
				ok := same(p.String()) == same(l.want)
				if !ok {
					t.Logf("%s %s: %q read as %q, labelled %q %s", l.document, l.product, l.text, p, l.want, p.Why)
					if p.OK() {
						asserted++
					}
				}
				if strings.HasPrefix(l.want, "serial ") {
					serials++
					if ok {
						serialRight++
					}
					continue
				}
				n++
				if ok {
					right++
				}
			}
			t.Logf("%d of %d intervals as labelled (%.1f %%), serial numbers %d of %d; %d read as something else", right, n, 100*float64(right)/float64(n), serialRight, serials, asserted)
			if float64(right) < s.min*float64(n) || serialRight != serials {
				t.Errorf("below %.0f %%", 100*s.min)
			}
			if asserted > 0 {
				t.Errorf("%d read as an interval that nobody meant", asserted)
			}
		})
	}
}

// TestCorpus counts what is read and what is left as text, over every branch, and
// checks that nothing is lost between the two.
func TestCorpus(t *testing.T) {
	all := branches(t)
	if len(all) < 15000 {
		t.Fatalf("%d branches", len(all))
	}
	count := map[string]int{}
	shapes := map[string]bool{}
	for _, b := range all {
		kind := "product_version"
		if b.isRange {
			kind = "product_version_range"
		}
		p := ParseOf(b.name, b.text)
		switch {
		case !p.OK():
			kind += " left as free text"
			shapes[b.text] = true
			if p.All || p.Ranges != nil || p.Versions != nil || p.Why == "" || p.Unread == "" {
				t.Errorf("%q: half read: %+v", b.text, p)
			}
		case p.All || len(p.Ranges) > 0 || len(p.Versions) > 0:
			if len(p.Conditions) > 0 {
				kind += " read, with a condition"
			} else {
				kind += " read"
			}
		default:
			t.Errorf("%q: read as nothing", b.text)
		}
		count[kind]++
	}
	for k, n := range count {
		t.Logf("%6d %s", n, k)
	}
	t.Logf("%d different free texts", len(shapes))
	if n, r := count["product_version_range left as free text"], count["product_version_range read"]; n*50 > r {
		t.Errorf("%d ranges of %d unread", n, n+r)
	}
}
