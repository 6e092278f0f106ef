package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/wardround/wardround/format/vers"
)

// rangeTool is an ecosystem's own reading of its range notation. It reads
// "range<TAB>version" lines and answers each with 1, 0 or ? when it refuses.
type rangeTool struct {
	typ   string // of vers
	needs string
	draw  func(*rand.Rand) string
	ask   func(ctx context.Context, dir, in string) ([]byte, error)
}

var rangeTools = []rangeTool{
	{typ: "npm", needs: "node", draw: npmRange, ask: nodeSatisfies},
	{typ: "pypi", needs: "python3", draw: pypiRange, ask: script("python3", "-c", `
import sys
from packaging.specifiers import SpecifierSet
for line in sys.stdin:
    r, v = line.rstrip("\n").split("\t")
    try:
        print(int(SpecifierSet(r).contains(v, prereleases=True)))
    except ValueError:
        print("?")`)},
	{typ: "gem", needs: "ruby", draw: gemRange, ask: script("ruby", "-e", `
STDIN.each_line do |l|
  r, v = l.chomp.split("\t")
  begin
    puts(Gem::Requirement.new(r.split(",")).satisfied_by?(Gem::Version.new(v)) ? 1 : 0)
  rescue ArgumentError
    puts "?"
  end
end`)},
}

func nodeSatisfies(ctx context.Context, _, in string) ([]byte, error) {
	root, err := output(ctx, "", "npm", "root", "-g")
	if err != nil {
		return nil, err
	}
	return output(ctx, in, "node", "-e", `
const s = require("`+strings.TrimSpace(string(root))+`/npm/node_modules/semver");
for (const l of require("fs").readFileSync(0, "utf8").split("\n")) {
  if (!l) continue;
  const [r, v] = l.split("\t");
  console.log(s.validRange(r) === null ? "?" : +s.satisfies(v, r));
}`)
}

func pick(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }

// small are numbers close enough to each other for ranges to end among them.
func small(r *rand.Rand, fields int) string {
	parts := make([]string, fields)
	for i := range parts {
		parts[i] = fmt.Sprint(r.IntN(4))
	}
	return strings.Join(parts, ".")
}

func npmRange(r *rand.Rand) string {
	alts := make([]string, 1+r.IntN(2))
	for i := range alts {
		if r.IntN(8) == 0 {
			alts[i] = small(r, 1+r.IntN(3)) + " - " + small(r, 1+r.IntN(3))
			continue
		}
		parts := make([]string, 1+r.IntN(2))
		for j := range parts {
			parts[j] = pick(r, "", "=", "<", "<=", ">", ">= ", "~", "^", "^") + small(r, 1+r.IntN(3)) + pick(r, "", "", "", ".x")
		}
		alts[i] = strings.Join(parts, " ")
	}
	return strings.Join(alts, pick(r, "||", " || "))
}

func pypiRange(r *rand.Rand) string {
	parts := make([]string, 1+r.IntN(3))
	for i := range parts {
		parts[i] = pick(r, "==", "!=", "<", "<=", ">", ">=", "~=") + small(r, 1+r.IntN(3))
		if r.IntN(5) == 0 {
			parts[i] = pick(r, "==", "!=") + small(r, 1+r.IntN(2)) + ".*"
		}
	}
	return strings.Join(parts, pick(r, ",", ", "))
}

func gemRange(r *rand.Rand) string {
	parts := make([]string, 1+r.IntN(3))
	for i := range parts {
		parts[i] = pick(r, "=", "!=", "< ", "<=", ">", ">= ", "~> ", "~>") + small(r, 1+r.IntN(3))
	}
	return strings.Join(parts, ", ")
}

// judge asks the tool and us whether drawn versions are in drawn ranges. A range
// that we refuse because nothing satisfies it must contain none of them.
func (t rangeTool) judge(ctx context.Context, n int, seed uint64) (same, refused int, differ []difference, err error) {
	r := rand.New(rand.NewPCG(seed, 5))
	drawn := make([]pair, n)
	var in strings.Builder
	for i := range drawn {
		drawn[i] = pair{t.draw(r), small(r, 3)}
		in.WriteString(drawn[i].a + "\t" + drawn[i].b + "\n")
	}
	out, err := t.ask(ctx, "", in.String())
	if err != nil {
		return 0, 0, nil, err
	}
	answers := strings.Fields(string(out))
	if len(answers) != n {
		return 0, 0, nil, fmt.Errorf("%s: %d answers to %d", t.typ, len(answers), n)
	}
	for i, p := range drawn {
		ours := within(t.typ, p)
		switch {
		case answers[i] == "?":
			refused++
		case ours == answers[i]:
			same++
		default:
			differ = append(differ, difference{p, answers[i], ours})
		}
	}
	return same, refused, differ, nil
}

func within(typ string, p pair) string {
	g, err := vers.FromNative(typ, p.a)
	switch {
	case errors.Is(err, vers.ErrContradiction):
		return "0"
	case err != nil:
		return "refused"
	}
	in, err := g.Contains(p.b)
	tidy, errTidy := g.Simplified().Contains(p.b)
	if err != nil || errTidy != nil || in != tidy {
		return "refused"
	}
	if in {
		return "1"
	}
	return "0"
}
