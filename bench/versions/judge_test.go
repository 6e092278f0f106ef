package main

import (
	"context"
	"os/exec"
	"testing"
	"time"

	"github.com/wardround/wardround/internal/testkit"
)

// A thousand pairs of each ecosystem, judged by its own tool. `go run
// ./bench/versions` asks for ten thousand.
func TestAgainstTheEcosystemsOwnTools(t *testing.T) {
	fixtures := testkit.Data(t, "versions")
	for _, tool := range tools {
		t.Run(tool.ecosystem, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(tool.needs); err != nil && tool.optional {
				t.Skipf("%s is in no package; judge.sh builds it", tool.needs)
			}
			testkit.Need(t, tool.needs)
			if _, err := tool.named(t.Context()); err != nil {
				testkit.Missing(t, "%s does not answer (Debian: %s): %v", tool.needs, tool.debian, err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			v, err := tool.judge(ctx, fixtures, 1000, 7)
			if err != nil {
				t.Fatal(err)
			}
			if v.pairs != 1000 {
				t.Errorf("the tool took only %d pairs and refused %d", v.pairs, v.refused)
			}
			for _, d := range v.differ {
				t.Errorf("%s against %s: the tool says %s, we %s", d.a, d.b, d.tool, d.ours)
			}
			t.Logf("%s: %d the same, %d refused by the tool, %d explained (%s)", name(t, tool), v.same, v.refused, v.explained, v.why)
		})
	}
}

// Ranges in the ecosystems' own notations, judged the same way.
func TestRangesAgainstTheEcosystemsOwnTools(t *testing.T) {
	for _, tool := range rangeTools {
		t.Run(tool.typ, func(t *testing.T) {
			t.Parallel()
			testkit.Need(t, tool.needs)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			same, refused, differ, err := tool.judge(ctx, 2000, 7)
			if err != nil {
				testkit.Missing(t, "%s: %v", tool.needs, err)
			}
			if same < 1000 {
				t.Errorf("only %d of 2000 the same, %d refused by the tool", same, refused)
			}
			for i, d := range differ {
				if i == 20 {
					t.Fatalf("… %d more", len(differ)-i)
				}
				t.Errorf("%s in %q: the tool says %s, we %s", d.b, d.a, d.tool, d.ours)
			}
			t.Logf("%d the same, %d refused by the tool", same, refused)
		})
	}
}

func name(t *testing.T, tool tool) string {
	t.Helper()
	s, err := tool.named(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPairsAreTheSameForTheSameSeed(t *testing.T) {
	versions := []string{"1.0", "1.2.3-rc1", "2:3.4~a"}
	a, b := pairs(versions, []string{"x"}, 50, 3), pairs(versions, []string{"x"}, 50, 3)
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("pair %d: %v, then %v", i, a[i], b[i])
		}
	}
	if c := pairs(versions, []string{"x"}, 50, 4); c[0] == a[0] && c[1] == a[1] && c[2] == a[2] {
		t.Error("another seed, the same pairs")
	}
}
