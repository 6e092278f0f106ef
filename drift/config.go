package drift

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Config says how columns are compared. The zero value is the default.
type Config struct {
	Version int `yaml:"drift"` // 1

	Alpha      float64 `yaml:"alpha"`      // 0.05: the share of false alarms among alarms
	Correction string  `yaml:"correction"` // bh (default), by (any dependence), none
	Seed       uint64  `yaml:"seed"`

	Unit   string   `yaml:"unit"` // the column that names the patient or study a row belongs to
	ICC    *float64 `yaml:"icc"`  // intra-class correlation; estimated from the data where it is not given
	Ignore []string `yaml:"ignore"`
	Groups []string `yaml:"groups"` // columns whose values are compared one by one as well: sex, age band
	Source string   `yaml:"source"` // the column that names the device or site the row came from

	Label      string `yaml:"label"`      // the truth, 0 or 1
	Prediction string `yaml:"prediction"` // the model's score or answer

	Tests        map[string]string       `yaml:"tests"`  // by type: number, category, bool
	Effect       map[string]float64      `yaml:"effect"` // limits by test, or by number, category, missing
	Detect       float64                 `yaml:"detect"` // 0.2: the effect that must have been found, had it been there
	Bins         int                     `yaml:"bins"`   // 10
	Rounds       int                     `yaml:"rounds"` // 999 permutations
	Columns      map[string]ColumnConfig `yaml:"columns"`
	Multivariate MultivariateConfig      `yaml:"multivariate"`
	Limits       Limits                  `yaml:"limits"`
}

// ColumnConfig is what is said of one column.
type ColumnConfig struct {
	Type   string  `yaml:"type"` // number, category, bool
	Test   string  `yaml:"test"`
	Effect float64 `yaml:"effect"`
}

// MultivariateConfig chooses how whole rows are compared.
type MultivariateConfig struct {
	Method string `yaml:"method"` // classifier (default), mmd, lsdd, pca, none
	Rows   int    `yaml:"rows"`   // 2,000 of each side, drawn by Seed
}

// Limits bound memory.
type Limits struct {
	Values     int `yaml:"values"`     // kept exactly, over all columns and both sides: 64 million (512 MB)
	Categories int `yaml:"categories"` // of a column: 10,000
	Columns    int `yaml:"columns"`    // 5,000
	Groups     int `yaml:"groups"`     // values of a group column: 20
}

// MaxConfig is how many bytes a configuration may have.
const MaxConfig = 1 << 20

var (
	numberTests   = []string{"ks", "cramer-von-mises", "anderson-darling", "mann-whitney", "welch-t", "z", "epps-singleton", "wasserstein", "energy", "psi", "jensen-shannon", "hellinger", "kullback-leibler", "total-variation", "l-infinity"}
	categoryTests = []string{"chi-square", "g", "fisher", "psi", "jensen-shannon", "hellinger", "kullback-leibler", "total-variation", "l-infinity"}
)

// ReadConfig reads a configuration: strict YAML, one document that begins with drift: 1. Error: EInvalid with the line.
func ReadConfig(r io.Reader) (Config, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxConfig+1))
	if err != nil {
		return Config{}, invalid("the configuration could not be read: %w", err)
	}
	if len(b) > MaxConfig {
		return Config{}, invalid("the configuration has more than %d bytes", MaxConfig)
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	var c Config
	if err := d.Decode(&c); err != nil {
		if errors.Is(err, io.EOF) {
			return Config{}, invalid("the configuration is empty; it begins with: drift: 1")
		}
		return Config{}, invalid("configuration: %w", err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Config{}, invalid("the configuration holds more than one document")
	}
	if c.Version != 1 {
		return Config{}, invalid("configuration: drift: %d; this program reads drift: 1", c.Version)
	}
	_, err = c.complete()
	return c, err
}

// complete fills in defaults and refuses what can't be meant.
func (c Config) complete() (Config, error) {
	def := func(p *float64, v float64) {
		if *p == 0 {
			*p = v
		}
	}
	count := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	def(&c.Alpha, 0.05)
	def(&c.Detect, 0.2)
	count(&c.Bins, 10)
	count(&c.Rounds, 999)
	count(&c.Multivariate.Rows, 2000)
	count(&c.Limits.Values, 64_000_000)
	count(&c.Limits.Categories, 10_000)
	count(&c.Limits.Columns, 5_000)
	count(&c.Limits.Groups, 20)
	if c.Correction == "" {
		c.Correction = "bh"
	}
	if c.Multivariate.Method == "" {
		c.Multivariate.Method = "classifier"
	}
	within := func(name string, v, lo, hi float64) error {
		if !(v >= lo && v <= hi) {
			return invalid("configuration: %s: %v; between %v and %v", name, v, lo, hi)
		}
		return nil
	}
	errs := []error{
		within("alpha", c.Alpha, 1e-12, 0.5), within("detect", c.Detect, 0.001, 1), within("bins", float64(c.Bins), 2, 1000),
		within("rounds", float64(c.Rounds), 99, 100_000), within("multivariate.rows", float64(c.Multivariate.Rows), 50, 20_000),
		within("limits.values", float64(c.Limits.Values), 1000, 1e9), within("limits.categories", float64(c.Limits.Categories), 2, 1e6),
		within("limits.columns", float64(c.Limits.Columns), 1, 20_000), within("limits.groups", float64(c.Limits.Groups), 1, 1000),
		oneOf("correction", c.Correction, "bh", "by", "none"), oneOf("multivariate.method", c.Multivariate.Method, "classifier", "mmd", "lsdd", "pca", "none"),
	}
	if c.ICC != nil {
		errs = append(errs, within("icc", *c.ICC, 0, 1))
	}
	for typ, test := range c.Tests {
		errs = append(errs, oneOf("tests", typ, "number", "category", "bool"), testFits("tests."+typ, typ, test))
	}
	for name, v := range c.Effect {
		known := append(append([]string{"number", "category", "missing"}, numberTests...), categoryTests...)
		errs = append(errs, oneOf("effect", name, known...), within("effect."+name, v, 0, 1e9))
	}
	for name, col := range c.Columns {
		at := fmt.Sprintf("columns.%s", name)
		if col.Type != "" {
			errs = append(errs, oneOf(at+".type", col.Type, "number", "category", "bool"))
		}
		if col.Test != "" {
			errs = append(errs, testFits(at+".test", col.Type, col.Test))
		}
		errs = append(errs, within(at+".effect", col.Effect, 0, 1e9))
	}
	return c, errors.Join(errs...)
}

func testFits(at, typ, test string) error {
	switch typ {
	case "number":
		return oneOf(at, test, numberTests...)
	case "category", "bool":
		return oneOf(at, test, categoryTests...)
	}
	return oneOf(at, test, append(slices.Clone(numberTests), categoryTests...)...)
}

func oneOf(at, v string, of ...string) error {
	if slices.Contains(of, v) {
		return nil
	}
	return invalid("configuration: %s: %q is none of %s", at, v, strings.Join(slices.Compact(of), ", "))
}

// limit returns the least effect that matters for a test on a column.
func (c Config) limit(column, typ, test string) float64 {
	if col := c.Columns[column]; col.Effect > 0 {
		return col.Effect
	}
	if v, ok := c.Effect[test]; ok {
		return v
	}
	switch test {
	case "psi", "wasserstein", "energy", "jensen-shannon", "hellinger", "kullback-leibler":
		return 0.1 // the limits in common use, of the test's own distance
	case "total-variation", "l-infinity":
		return 0.05
	case "welch-t", "z", "epps-singleton":
		return 0.1
	}
	if typ == "bool" {
		typ = "category"
	}
	if v, ok := c.Effect[typ]; ok {
		return v
	}
	return 0.05
}

func (c Config) missingLimit() float64 {
	if v, ok := c.Effect["missing"]; ok {
		return v
	}
	return 0.05
}
