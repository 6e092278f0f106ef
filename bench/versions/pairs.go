package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// pair is two versions whose order a judge and we are asked for.
type pair struct{ a, b string }

// real reads the versions that occur in the comparison fixtures of one
// ecosystem: what packages are really called is what a generator should vary.
func real(dir, prefix string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, prefix+"-versions*.txt"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no %s-versions*.txt in %s: %v", prefix, dir, err)
	}
	seen := map[string]bool{}
	var out []string
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		scan := bufio.NewScanner(f)
		for scan.Scan() {
			p := strings.Fields(scan.Text())
			if len(p) != 3 || strings.HasPrefix(p[0], "#") || strings.HasPrefix(p[0], "//") {
				continue
			}
			for _, v := range []string{p[0], p[2]} {
				if !seen[v] && ascii(v) {
					seen[v] = true
					out = append(out, v)
				}
			}
		}
		f.Close()
	}
	return out, nil
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// pairs draws n pairs: a real version against another, against one mutation of
// itself, or two mutations against each other. The same seed gives the same pairs.
func pairs(versions, words []string, n int, seed uint64) []pair {
	r := rand.New(rand.NewPCG(seed, 4))
	pick := func() string { return versions[r.IntN(len(versions))] }
	out := make([]pair, 0, n)
	for len(out) < n {
		a := pick()
		var b string
		switch r.IntN(8) {
		case 0:
			b = pick()
		case 1, 2, 3:
			b = mutate(r, a, words)
		case 4, 5:
			b = mutate(r, mutate(r, a, words), words)
		default:
			b, a = mutate(r, a, words), mutate(r, a, words)
		}
		if a == "" || b == "" || len(a) > 100 || len(b) > 100 {
			continue
		}
		if r.IntN(2) == 0 {
			a, b = b, a
		}
		out = append(out, pair{a, b})
	}
	return out
}

// mutate changes one thing about a version.
func mutate(r *rand.Rand, v string, words []string) string {
	if v == "" {
		return v
	}
	i := r.IntN(len(v))
	switch r.IntN(10) {
	case 0: // one more, or less, in a number
		for j := range len(v) {
			k := (i + j) % len(v)
			if '0' <= v[k] && v[k] <= '8' {
				return v[:k] + string(v[k]+1) + v[k+1:]
			}
		}
		return v
	case 1: // a field falls away at the end
		if j := strings.LastIndexAny(v, ".-_+~"); j > 0 {
			return v[:j]
		}
		return v
	case 2: // a field more at the end
		return v + "." + []string{"0", "1", "00", "10"}[r.IntN(4)]
	case 3: // a word at the end
		return v + words[r.IntN(len(words))]
	case 4: // a word within
		return v[:i] + words[r.IntN(len(words))] + v[i:]
	case 5: // a leading zero
		for j := range len(v) {
			k := (i + j) % len(v)
			if '0' <= v[k] && v[k] <= '9' {
				return v[:k] + "0" + v[k:]
			}
		}
		return v
	case 6: // one character gone
		return v[:i] + v[i+1:]
	case 7: // a number more within
		return v[:i] + []string{"0", "7", "12", "20230101"}[r.IntN(4)] + v[i:]
	case 8: // letters of the other case
		if r.IntN(2) == 0 {
			return strings.ToUpper(v)
		}
		return strings.ToLower(v)
	default: // another separator
		seps := ".-_+"
		for j := range len(v) {
			k := (i + j) % len(v)
			if strings.IndexByte(seps, v[k]) >= 0 {
				return v[:k] + string(seps[r.IntN(len(seps))]) + v[k+1:]
			}
		}
		return v
	}
}
