package drift

import (
	"math"
	"strings"
	"testing"

	"github.com/wardround/wardround"
)

const wholeConfig = `drift: 1
alpha: 0.01
correction: by
seed: 7
unit: patient
icc: 0.3
ignore: [row]
groups: [sex]
source: scanner
label: outcome
prediction: score
tests: {number: ks, category: g}
effect: {number: 0.1, missing: 0.02, psi: 0.25}
detect: 0.15
bins: 20
rounds: 499
columns:
  age: {type: number, test: mann-whitney, effect: 0.08}
multivariate: {method: mmd, rows: 500}
limits: {values: 2000000, categories: 50, columns: 10, groups: 3}
`

func TestConfig(t *testing.T) {
	c, err := ReadConfig(strings.NewReader(wholeConfig))
	if err != nil || *c.ICC != 0.3 || c.Columns["age"].Test != "mann-whitney" || c.limit("age", "number", "mann-whitney") != 0.08 || c.limit("x", "number", "psi") != 0.25 || c.limit("x", "number", "ks") != 0.1 {
		t.Errorf("%+v %v", c, err)
	}
	for name, text := range map[string]string{
		"empty":               "",
		"no version":          "alpha: 0.05\n",
		"another version":     "drift: 2\n",
		"an unknown field":    "drift: 1\nalhpa: 0.05\n",
		"alpha of two":        "drift: 1\nalpha: 2\n",
		"alpha of NaN":        "drift: 1\nalpha: .nan\n",
		"an unknown test":     "drift: 1\ntests: {number: magic}\n",
		"a test of others":    "drift: 1\ntests: {category: ks}\n",
		"an unknown type":     "drift: 1\ncolumns: {a: {type: colour}}\n",
		"a negative limit":    "drift: 1\neffect: {number: -1}\n",
		"two documents":       "drift: 1\n---\ndrift: 1\n",
		"no mapping":          "- 1\n",
		"too many rows":       "drift: 1\nmultivariate: {rows: 1000000}\n",
		"an unknown distance": "drift: 1\neffect: {colour: 0.1}\n",
		"more than a MB":      "drift: 1\n#" + strings.Repeat("x", MaxConfig),
	} {
		if _, err := ReadConfig(strings.NewReader(text)); wardround.ErrorCode(err) != wardround.EInvalid && !strings.Contains(errText(err), "configuration") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func pow(x, y float64) float64 { return math.Pow(x, y) }

// FuzzConfig: whatever is read is whole, and its limits are numbers.
func FuzzConfig(f *testing.F) {
	f.Add(wholeConfig)
	f.Add("drift: 1\n")
	f.Add("drift: 1\ncolumns: {a: &x {type: number}, b: *x}\n")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<16 {
			return
		}
		c, err := ReadConfig(strings.NewReader(text))
		if err != nil {
			return
		}
		full, err := c.complete()
		if err != nil {
			t.Fatalf("read, and then refused: %v", err)
		}
		for _, test := range numberTests {
			if l := full.limit("a", "number", test); !(l >= 0) {
				t.Fatalf("%s: limit %v", test, l)
			}
		}
	})
}
