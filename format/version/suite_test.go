package version_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/osv-scalibr/semantic"

	"github.com/wardround/wardround/format/version"
	"github.com/wardround/wardround/internal/testkit"
)

// ecosystemOf the suite's files, by the word before the first dash.
var ecosystemOf = map[string]string{
	"alpine": "Alpine", "cran": "CRAN", "debian": "Debian", "hackage": "Hackage", "maven": "Maven", "nuget": "NuGet",
	"packagist": "Packagist", "pub": "Pub", "pypi": "PyPI", "redhat": "Red Hat", "rubygems": "RubyGems", "semver": "npm",
}

type comparison struct {
	ecosystem, a, b string
	want            int
	where           string
}

func comparisons(t testing.TB) []comparison {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(testkit.Data(t, "versions"), "*-versions*.txt"))
	var all []comparison
	for _, name := range files {
		word, _, _ := strings.Cut(filepath.Base(name), "-")
		ecosystem, ok := ecosystemOf[word]
		if !ok {
			t.Fatalf("%s: no ecosystem", name)
		}
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		scan := bufio.NewScanner(f)
		for n := 1; scan.Scan(); n++ {
			line := strings.TrimSpace(scan.Text())
			if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//") {
				continue
			}
			p := strings.Fields(line)
			if len(p) != 3 {
				t.Fatalf("%s:%d: %q", name, n, line)
			}
			want := map[string]int{"<": -1, "=": 0, ">": 1}[p[1]]
			all = append(all, comparison{ecosystem, p[0], p[2], want, filepath.Base(name)})
		}
		f.Close()
	}
	if len(all) < 70000 {
		t.Fatalf("only %d comparisons", len(all))
	}
	return all
}

// Every comparison of osv-scalibr's fixtures, both ways round.
func TestComparisons(t *testing.T) {
	all := comparisons(t)
	wrong := map[string]int{}
	for _, c := range all {
		got, err := version.Compare(c.ecosystem, c.a, c.b)
		back, errBack := version.Compare(c.ecosystem, c.b, c.a)
		if err != nil || errBack != nil || got != c.want || back != -c.want {
			if wrong[c.where]++; wrong[c.where] <= 20 {
				t.Errorf("%s: %s against %s: %d (%v) and back %d (%v), want %d", c.where, c.a, c.b, got, err, back, errBack, c.want)
			}
		}
	}
	total := 0
	for _, n := range wrong {
		total += n
	}
	t.Logf("%d of %d comparisons right", len(all)-total, len(all))

	type pair struct{ a, b version.Version }
	pairs := make([]pair, 0, len(all))
	for _, c := range all {
		a, errA := version.Parse(c.ecosystem, c.a)
		b, errB := version.Parse(c.ecosystem, c.b)
		if errA == nil && errB == nil {
			pairs = append(pairs, pair{a, b})
		}
	}
	start := time.Now()
	for _, p := range pairs {
		_, _ = p.a.Compare(p.b)
	}
	t.Logf("%d ns a comparison of parsed versions", time.Since(start).Nanoseconds()/int64(len(pairs)))
	start = time.Now()
	for _, c := range all {
		_, _ = version.Compare(c.ecosystem, c.a, c.b)
	}
	t.Logf("%d ns a comparison of texts", time.Since(start).Nanoseconds()/int64(len(all)))
	start = time.Now()
	for _, c := range all {
		if v, err := semantic.Parse(c.a, c.ecosystem); err == nil {
			_, _ = v.CompareStr(c.b)
		}
	}
	t.Logf("%d ns a comparison of texts by osv-scalibr/semantic", time.Since(start).Nanoseconds()/int64(len(all)))
}
