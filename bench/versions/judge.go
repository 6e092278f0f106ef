package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/wardround/wardround/format/version"
)

// difference is a pair on which we and the tool disagree.
type difference struct {
	pair
	tool, ours string
}

// verdict counts the answers to the pairs of one ecosystem.
type verdict struct {
	pairs, same int // that the tool took
	refused     int // by the tool: it has no opinion, so neither has this comparison
	explained   int // differ for the reason stated, and agree once it is taken away
	why         string
	documented  int // differ, and we follow the ecosystem's documentation, see tool.except
	differ      []difference
}

// judge asks the tool and us for the same pairs, until the tool has taken n of them
// or three times as many are drawn.
func (t tool) judge(ctx context.Context, fixtures string, n int, seed uint64) (verdict, error) {
	versions, err := real(fixtures, t.fixtures)
	if err != nil {
		return verdict{}, err
	}
	drawn := pairs(versions, t.words, 3*n, seed)
	var in strings.Builder
	for _, p := range drawn {
		in.WriteString(p.a + "\t" + p.b + "\n")
	}
	dir, err := os.MkdirTemp("", "wardround-versions")
	if err != nil {
		return verdict{}, err
	}
	defer os.RemoveAll(dir)
	out, err := t.ask(ctx, dir, in.String())
	if err != nil {
		return verdict{}, err
	}
	answers := strings.Fields(string(out))
	if len(answers) != len(drawn) {
		return verdict{}, fmt.Errorf("%s: %d answers to %d pairs", t.ecosystem, len(answers), len(drawn))
	}
	v := verdict{}
	for i, p := range drawn {
		if v.pairs == n {
			break
		}
		if answers[i] == "?" {
			v.refused++
			continue
		}
		v.pairs++
		ours := compare(t.ecosystem, p)
		if ours == answers[i] {
			v.same++
			continue
		}
		if t.explain != nil {
			as, why := t.explain(p)
			if compare(t.ecosystem, as) == answers[i] {
				v.explained++
				v.why = why
				continue
			}
		}
		if t.except != nil && (t.except.MatchString(p.a) || t.except.MatchString(p.b)) {
			v.documented++
			continue
		}
		v.differ = append(v.differ, difference{p, answers[i], ours})
	}
	return v, nil
}

func compare(ecosystem string, p pair) string {
	got, err := version.Compare(ecosystem, p.a, p.b)
	if err != nil {
		return "refused"
	}
	return fmt.Sprint(got)
}

// named is what the tool calls itself; the error says that it, or a part of it, is
// not installed.
func (t tool) named(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, t.version[0], t.version[1:]...).Output()
	return strings.TrimSpace(string(out)), err
}
