// Command versions compares our order of versions with that of the ecosystems'
// own tools, on generated pairs: dpkg's and RPM's libraries, node-semver,
// packaging, RubyGems, Maven, PHP and apk; and our reading of ranges with that of
// node-semver, packaging and RubyGems. A tool that is not installed is skipped and
// said so. Each difference is printed; with any, the exit status is 1.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"time"
)

func main() {
	n := flag.Int("n", 10000, "pairs for each ecosystem")
	seed := flag.Uint64("seed", 1, "seed of the generator")
	only := flag.String("ecosystem", "", "this ecosystem only")
	show := flag.Int("show", 20, "differences to print for each ecosystem")
	fixtures := flag.String("fixtures", "../shared/data/versions", "the folder of the comparison fixtures")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	failed := false
	fmt.Printf("%-10s %-36s %7s %7s %8s %9s %7s\n", "ecosystem", "tool", "pairs", "same", "refused", "explained", "differ")
	for _, t := range tools {
		if *only != "" && t.ecosystem != *only {
			continue
		}
		if _, err := exec.LookPath(t.needs); err != nil {
			fmt.Printf("%-10s %s is not installed (Debian: %s)\n", t.ecosystem, t.needs, t.debian)
			continue
		}
		name, err := t.named(ctx)
		if err != nil {
			fmt.Printf("%-10s %s does not answer (Debian: %s)\n", t.ecosystem, t.needs, t.debian)
			continue
		}
		v, err := t.judge(ctx, *fixtures, *n, *seed)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", t.ecosystem, err)
			failed = true
			continue
		}
		fmt.Printf("%-10s %-36s %7d %7d %8d %9d %7d\n", t.ecosystem, name, v.pairs, v.same, v.refused, v.explained+v.documented, len(v.differ))
		if v.explained > 0 {
			fmt.Printf("    explained: %s: %d; 1-ga-1 is 1-1 (POM reference): %d\n", v.why, v.explained, v.documented)
		}
		for i, d := range v.differ {
			if i == *show {
				fmt.Printf("    … %d more\n", len(v.differ)-i)
				break
			}
			fmt.Printf("    %s against %s: the tool says %s, we %s\n", d.a, d.b, d.tool, d.ours)
		}
		failed = failed || len(v.differ) > 0
	}
	if *only == "" && !ranges(ctx, *n, *seed, *show) || failed {
		os.Exit(1)
	}
}

// ranges does the same for ranges in the ecosystems' own notations.
func ranges(ctx context.Context, n int, seed uint64, show int) bool {
	ok := true
	fmt.Printf("%-10s %-36s %7s %7s %8s %7s\n", "ranges", "tool", "pairs", "same", "refused", "differ")
	for _, t := range rangeTools {
		same, refused, differ, err := t.judge(ctx, n, seed)
		if err != nil {
			fmt.Printf("%-10s %s does not answer\n", t.typ, t.needs)
			continue
		}
		fmt.Printf("%-10s %-36s %7d %7d %8d %7d\n", t.typ, t.needs, n, same, refused, len(differ))
		for _, d := range differ[:min(show, len(differ))] {
			fmt.Printf("    %s in %q: the tool says %s, we %s\n", d.b, d.a, d.tool, d.ours)
		}
		ok = ok && len(differ) == 0
	}
	return ok
}
