package performance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/wardround/wardround"
)

// maxConfig is the size of a configuration.
const maxConfig = 1 << 20

// Config says what the columns mean and what is asked. The zero value goes by
// convention.
type Config struct {
	Columns Columns `yaml:"columns"`
	// Type is "binary", "multiclass" or "regression"; found out unless told.
	Type string `yaml:"type"`
	// Positive is the label that means "case", where labels are texts or not 0 and 1.
	Positive string `yaml:"positive"`
	// Threshold at and above which a score is a positive call, where no
	// prediction is given. 0.5 unless told.
	Threshold *float64 `yaml:"threshold"`
	Chunks    Chunks   `yaml:"chunks"`
	// Prevalence at the place of use, for PPV and NPV there.
	Prevalence float64 `yaml:"prevalence"`
	// Sensitivity at fixed specificity, and the other way round.
	FixedSpecificity []float64 `yaml:"fixed_specificity"`
	FixedSensitivity []float64 `yaml:"fixed_sensitivity"`
	// Decision thresholds of the decision curve.
	DecisionCurve []float64 `yaml:"decision_curve"`
	// Limits by metric. A metric that has one is not judged by the reference.
	Limits map[string]Limit `yaml:"limits"`
	// Thresholds "reference" (default, when there is one), "3sd" as NannyML has them, or "none".
	Thresholds string      `yaml:"thresholds"`
	Groups     GroupConfig `yaml:"groups"`
	// Value of an answer that is right or wrong in either way; without it no value is measured.
	Value *Value `yaml:"value"`
	// MinRows labelled in a chunk, of each class, before realised figures are
	// judged. 20 unless told.
	MinRows int `yaml:"min_rows"`
	// Late is the age from which a label counts as late. A year unless told.
	Late time.Duration `yaml:"late"`
	// Estimator is "conditional" (default), "weighted" or "cbpe".
	Estimator string `yaml:"estimator"`
	// Tolerance is the error of an estimate that does not matter: within it the
	// estimator is believed however narrow its interval. 0.02 for binary models,
	// 0 for regression, unless told.
	Tolerance *float64 `yaml:"tolerance"`
}

// A task is what a model does.
type task string

const (
	binary     task = "binary"
	multiclass task = "multiclass"
	regression task = "regression"
)

// Columns by name; "" is by convention.
type Columns struct {
	ID         string   `yaml:"id"`
	Time       string   `yaml:"time"`
	Score      string   `yaml:"score"`
	Scores     string   `yaml:"scores"` // what the names of the columns of one probability per class begin with
	Prediction string   `yaml:"prediction"`
	Label      string   `yaml:"label"`
	LabelTime  string   `yaml:"label_time"`
	Unit       string   `yaml:"unit"`
	Final      string   `yaml:"final"` // what a person decided in the end
	Groups     []string `yaml:"groups"`
	// Features are inputs of the model; all other columns that predictions and
	// reference share unless told.
	Features []string `yaml:"features"`
	// Ignore these.
	Ignore []string `yaml:"ignore"`
}

// Value of one row, in any unit (money, minutes, patients).
type Value struct {
	TP float64 `yaml:"true_positive"`
	FP float64 `yaml:"false_positive"`
	FN float64 `yaml:"false_negative"`
	TN float64 `yaml:"true_negative"`
}

// Chunks says how rows are cut: by number (10 unless told), size, length of time,
// or calendar (UTC).
type Chunks struct {
	Number int           `yaml:"number"`
	Size   int           `yaml:"size"`
	Every  time.Duration `yaml:"every"`
	Period string        `yaml:"period"` // "day", "week" (from Monday), "month", "quarter", "year"
}

var periods = []string{"day", "week", "month", "quarter", "year"}

// ReadChunks reads "10", "500rows", "36h" or a period. Error: EInvalid.
func ReadChunks(s string) (Chunks, error) {
	if n, ok := strings.CutSuffix(s, "rows"); ok {
		if v, err := strconv.Atoi(n); err == nil && v > 0 {
			return Chunks{Size: v}, nil
		}
	} else if v, err := strconv.Atoi(s); err == nil && v > 0 {
		return Chunks{Number: v}, nil
	} else if d, err := time.ParseDuration(s); err == nil && d > 0 {
		return Chunks{Every: d}, nil
	} else if slices.Contains(periods, s) {
		return Chunks{Period: s}, nil
	}
	return Chunks{}, wardround.Errorf(wardround.EInvalid, "performance.config", "chunks %q: want a number of pieces (10), of rows (500rows), a length of time (36h), or %s", s, strings.Join(periods, ", "))
}

// A Limit on a metric.
type Limit struct {
	AtLeast *float64 `yaml:"at_least"`
	AtMost  *float64 `yaml:"at_most"`
}

// GroupConfig says how groups are compared.
type GroupConfig struct {
	Against map[string]string `yaml:"against"` // column → group compared with
	Limit   float64           `yaml:"limit"`   // largest tolerated gap, 0.1 unless told
	Judge   bool              `yaml:"judge"`   // gaps count in the decision
}

// metrics that can be limited. Of several classes those without a word more are
// means over the classes, each against the rest (macro averages).
var metrics = []string{"auroc", "auroc_weighted", "f1_weighted", "ppv_weighted", "sensitivity_weighted", "value_per_row", "auprc", "sensitivity", "specificity", "ppv", "npv", "accuracy", "f1", "mcc", "prevalence", "called",
	"brier", "log_loss", "ece", "calibration_slope", "calibration_intercept", "mae", "mse", "rmse", "mape", "msle", "rmsle", "r2", "bias"}

// lowerIsBetter among them.
var lowerIsBetter = map[string]bool{"brier": true, "log_loss": true, "ece": true, "mae": true, "mse": true, "rmse": true, "mape": true, "msle": true, "rmsle": true}

// ReadConfig reads YAML, strictly: a word it does not know is an error with its
// line. Error: EInvalid.
func ReadConfig(r io.Reader) (*Config, error) {
	const op = "performance.config"
	data, err := io.ReadAll(io.LimitReader(r, maxConfig+1))
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "reading the configuration: %w", err)
	}
	if len(data) > maxConfig {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the configuration is larger than %d bytes", maxConfig)
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	c := &Config{}
	if err := d.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the configuration cannot be read: %s", strings.ReplaceAll(err.Error(), "\n", " "))
	}
	return c, c.Check()
}

// Check says what is wrong with a configuration. Error: EInvalid.
func (c *Config) Check() error {
	const op = "performance.config"
	bad := func(format string, a ...any) error {
		return wardround.Errorf(wardround.EInvalid, op, "configuration: %s", fmt.Sprintf(format, a...))
	}
	share := func(name string, v float64) error {
		if !(v >= 0 && v <= 1) {
			return bad("%s is %v; want a share from 0 to 1", name, v)
		}
		return nil
	}
	if !slices.Contains([]string{"", string(binary), string(multiclass), string(regression)}, c.Type) {
		return bad("type %q; want binary, multiclass or regression", c.Type)
	}
	if !slices.Contains([]string{"", "reference", "3sd", "none"}, c.Thresholds) {
		return bad("thresholds %q; want reference, 3sd or none", c.Thresholds)
	}
	if !slices.Contains([]string{"", "conditional", "weighted", "cbpe"}, c.Estimator) {
		return bad("estimator %q; want conditional, weighted or cbpe", c.Estimator)
	}
	if c.Chunks.Number < 0 || c.Chunks.Size < 0 || c.Chunks.Every < 0 {
		return bad("chunks cannot be negative")
	}
	if c.Chunks.Period != "" && !slices.Contains(periods, c.Chunks.Period) {
		return bad("chunks: period %q; want %s", c.Chunks.Period, strings.Join(periods, ", "))
	}
	if c.Tolerance != nil && !(*c.Tolerance >= 0) {
		return bad("tolerance is %v; want 0 or more", *c.Tolerance)
	}
	ways := 0
	for _, set := range []bool{c.Chunks.Number > 0, c.Chunks.Size > 0, c.Chunks.Every > 0, c.Chunks.Period != ""} {
		if set {
			ways++
		}
	}
	if ways > 1 {
		return bad("chunks are cut by number, size, every or period, not by several")
	}
	if c.Threshold != nil && (math.IsNaN(*c.Threshold) || math.IsInf(*c.Threshold, 0)) {
		return bad("threshold is not a number")
	}
	for _, v := range append(append(append([]float64{c.Prevalence, c.Groups.Limit}, c.FixedSensitivity...), c.FixedSpecificity...), c.DecisionCurve...) {
		if err := share("a share", v); err != nil {
			return err
		}
	}
	for _, v := range c.DecisionCurve {
		if v == 0 || v == 1 {
			return bad("a decision curve has no point at %v: want more than 0 and less than 1", v)
		}
	}
	names := make([]string, 0, len(c.Limits))
	for m := range c.Limits {
		names = append(names, m)
	}
	sort.Strings(names)
	for _, m := range names {
		if !slices.Contains(metrics, m) {
			return bad("limits: no metric is called %q; there are %s", m, strings.Join(metrics, ", "))
		}
		if l := c.Limits[m]; l.AtLeast == nil && l.AtMost == nil {
			return bad("limits: %s has neither at_least nor at_most", m)
		}
	}
	return nil
}

func (c *Config) threshold() float64 {
	if c.Threshold != nil {
		return *c.Threshold
	}
	return 0.5
}

func (c *Config) tolerance(t task) float64 {
	switch {
	case c.Tolerance != nil:
		return *c.Tolerance
	case t == regression:
		return 0
	}
	return 0.02
}

func (c *Config) minRows() int {
	if c.MinRows > 0 {
		return c.MinRows
	}
	return 20
}

func (c *Config) late() time.Duration {
	if c.Late > 0 {
		return c.Late
	}
	return 365 * 24 * time.Hour
}
