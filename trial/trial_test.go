package trial

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround"
)

// file writes a table.
func file(t testing.TB, head string, rows int, row func(i int) string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(head + "\n")
	for i := range rows {
		b.WriteString(row(i) + "\n")
	}
	name := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(name, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// scores are answers of a model that learned its members by heart to a degree.
func scores(t testing.TB, seed uint64, n int, byHeart float64) string {
	rng := rand.New(rand.NewPCG(seed, 1))
	return file(t, "score,label", n, func(int) string {
		y := rng.IntN(2)
		p := .3 + .4*rng.Float64()
		if y == 1 {
			p += (1 - p) * byHeart
		} else {
			p -= p * byHeart
		}
		return fmt.Sprintf("%.6f,%d", p, y)
	})
}

// A model that learned by heart is told from one that did not, and too few people are
// no answer.
func TestMembership(t *testing.T) {
	for name, c := range map[string]struct {
		members string
		want    string
	}{
		"learned nothing by heart":  {scores(t, 1, 3000, 0), Pass},
		"learned members by heart":  {scores(t, 2, 3000, .8), Fail},
		"too few people to say":     {scores(t, 3, 40, .8), Unknown},
		"too few for the intervals": {scores(t, 4, 60, 0), Unknown},
	} {
		r, err := Membership(c.members, scores(t, 9, 3000, 0), MembershipLimits{})
		if err != nil {
			t.Fatal(err)
		}
		if r.Decision != c.want {
			t.Errorf("%s: %s: %+v", name, r.Decision, r.Measures)
		}
	}
}

func TestOneRun(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	guesses := func(n int, right float64) string {
		return file(t, "included,guess", n, func(i int) string {
			in := rng.IntN(2)
			g := in
			if rng.Float64() >= right {
				g = 1 - in
			}
			if i%4 == 0 {
				return fmt.Sprintf("%d,", in)
			}
			return fmt.Sprintf("%d,%d", in, g)
		})
	}
	for name, c := range map[string]struct{ file, want string }{
		"guessing by chance":    {guesses(2000, .5), Pass},
		"nearly always right":   {guesses(2000, .99), Fail},
		"right, but seldom":     {guesses(12, 1), Unknown},
		"by score, well told":   {file(t, "included,score", 1000, func(i int) string { return fmt.Sprintf("%d,%d", i%2, i%2*1000+i) }), Fail},
		"by score, not told":    {file(t, "included,score", 2000, func(i int) string { return fmt.Sprintf("%d,%v", i%2, rng.Float64()) }), Pass},
		"nobody guessed at all": {file(t, "included,guess", 100, func(i int) string { return fmt.Sprintf("%d,abstain", i%2) }), Unknown},
	} {
		r, err := OneRun(c.file, OneRunOptions{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r.Decision != c.want {
			t.Errorf("%s: %s: %+v %v", name, r.Decision, r.Measures, r.Notes)
		}
	}
}

// A clean set passes; one with labels turned, and one with a stamped group, do not, and
// the rows are named.
func TestTraining(t *testing.T) {
	set := func(seed uint64, turned, stamped int) string {
		rng := rand.New(rand.NewPCG(seed, 3))
		return file(t, "a,b,c,d,sex,y", 1200, func(i int) string {
			y := i % 2
			label := y
			if i < turned {
				label = 1 - y
			}
			var x [4]float64
			for k := range x {
				x[k] = rng.NormFloat64() + 3*float64(y)
			}
			if i >= 1200-2*stamped && y == 0 {
				x[2], x[3] = x[2]+14, x[3]+14
			}
			return fmt.Sprintf("%.5f,%.5f,%.5f,%.5f,%s,%s", x[0], x[1], x[2], x[3], []string{"F", "M"}[rng.IntN(2)], []string{"well", "ill"}[label])
		})
	}
	for name, c := range map[string]struct{ file, want, why string }{
		"clean":   {set(1, 0, 0), Pass, ""},
		"turned":  {set(2, 200, 0), Fail, "of its neighbours"},
		"stamped": {set(3, 0, 25), Fail, "strongest direction"},
	} {
		r, err := Training(t.Context(), c.file, TrainingOptions{Label: "y"})
		if err != nil {
			t.Fatal(err)
		}
		if r.Decision != c.want || !strings.Contains(fmt.Sprint(r.Rowwise), c.why) {
			t.Errorf("%s: %s: %+v", name, r.Decision, r.Measures)
		}
	}
	r, err := Training(t.Context(), set(2, 200, 0), TrainingOptions{Label: "y", Trusted: set(4, 0, 0)})
	if err != nil || r.Decision != Fail {
		t.Errorf("against a trusted set: %v %v", r, err)
	}
}

// What cannot be read is refused by name.
func TestBadFiles(t *testing.T) {
	good := scores(t, 1, 100, 0)
	for name, bad := range map[string]string{
		"score, row 1":   file(t, "score,label", 1, func(int) string { return "1.5,1" }),
		"label":          file(t, "score,label", 3, func(i int) string { return fmt.Sprintf("0.5,%d", i) }),
		"no column":      file(t, "p,label", 3, func(int) string { return "0.5,1" }),
		"same columns":   file(t, "loss", 60, func(i int) string { return fmt.Sprint(i) }),
		"no rows":        file(t, "score,label", 0, nil),
		"row 2, column":  file(t, "score,label", 3, func(i int) string { return []string{"0.5,1", ",1", "0.5,0"}[i] }),
		"does-not-exist": "does-not-exist.csv",
	} {
		_, err := Membership(bad, good, MembershipLimits{})
		if wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := OneRun(good, OneRunOptions{}); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Errorf("%v", err)
	}
	if _, err := Training(t.Context(), good, TrainingOptions{Label: "y"}); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Errorf("%v", err)
	}
}
