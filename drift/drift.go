// Package drift compares two files of a model's inputs or outputs, column by column: has the world changed that the model was
// built for?
//
//	report, err := drift.Compare(ctx, reference, current, drift.Config{})
//
// Reference and current are tables (package table: CSV, Parquet). Each column is given a type, a test that fits type and size,
// and a decision:
//
//	drift    the difference is significant and large enough to matter
//	ok       it is not, and a difference that matters would have been seen
//	unknown  the data can't tell: too few, unreadable, on one side only, too many categories
//
// # How it is decided
//
// Significance alone finds drift in every large sample; a distance alone finds it in every small one. A decision needs both: p,
// adjusted over all columns so that of the alarms at most the share alpha is false (Benjamini–Hochberg), at most alpha, and an
// effect of at least its limit. Where p is above alpha, the column is ok only if a difference of size Detect would have been
// found with power 0.8; otherwise it is unknown, with the number of values that would do. Where dependent rows belong to one
// patient, name that column as Unit: sizes are then effective ones.
//
// Beside the distribution, the quality of the data is compared: missing and unreadable values, ranges, new categories, and values
// that look like the same quantity in another unit. [Kinds] names what kind of shift it all amounts to.
//
// # Memory
//
// Columns are read once, in batches. Values are kept exactly up to a bound over all columns; a column beyond it is folded into a
// quantile sketch and its p is an interval. Categories are counted up to a bound, then the column is unknown: too many.
package drift

import (
	"math"

	"github.com/wardround/wardround"
)

// Decision on a column, or on all.
type Decision string

// The decisions.
const (
	Drift   Decision = "drift"
	OK      Decision = "ok"
	Unknown Decision = "unknown"
)

// Number is a float64 whose JSON is null where it is not finite.
type Number float64

// MarshalJSON writes null for NaN and infinities.
func (n Number) MarshalJSON() ([]byte, error) { return marshalNumber(float64(n)) }

// Report is what was found. Its JSON is stable.
type Report struct {
	Reference    Side          `json:"reference"`
	Current      Side          `json:"current"`
	Decision     Decision      `json:"decision"`
	Reason       string        `json:"reason"`
	Alpha        float64       `json:"alpha"`
	Correction   string        `json:"correction"`
	Columns      []Column      `json:"columns"`
	Multivariate *Multivariate `json:"multivariate,omitempty"`
	Shift        []Kind        `json:"shift,omitempty"`
	Notes        []string      `json:"notes,omitempty"`
}

// Side is one of the two files.
type Side struct {
	File    string `json:"file"`
	Rows    int64  `json:"rows"`
	Refused int64  `json:"refused,omitempty"` // rows that could not be read
	Units   int64  `json:"units,omitempty"`
}

// Column is one comparison: of a column, or of a column within a group.
type Column struct {
	Name  string `json:"column"`
	Group string `json:"group,omitempty"` // "sex=F"
	Type  string `json:"type"`            // number, category, bool, time, identifier
	Test  string `json:"test"`
	Why   string `json:"why,omitempty"` // this test

	Statistic Number `json:"statistic"`
	P         Number `json:"p"`
	PLow      Number `json:"p_low"` // the interval of p where a sketch or random tables gave it
	PHigh     Number `json:"p_high"`
	Adjusted  Number `json:"p_adjusted"`
	Method    string `json:"method,omitempty"`

	Effect     Number `json:"effect"`
	EffectKind string `json:"effect_kind,omitempty"`
	Limit      Number `json:"effect_limit"`

	N          int64      `json:"n"` // values compared, both sides together
	NReference int64      `json:"n_reference"`
	NCurrent   int64      `json:"n_current"`
	Effective  *[2]Number `json:"n_effective,omitempty"`
	NNeeded    int64      `json:"n_needed,omitempty"` // a side, where there were too few

	Decision Decision  `json:"decision"`
	Reason   string    `json:"reason"`
	Quality  []Quality `json:"quality,omitempty"`

	effLow, effHigh float64 // the interval of Effect
	enough          bool
	hypothesis      int // index into the family, -1: none
	leftOut         bool
}

// Quality is a difference in the data rather than in what it measures.
type Quality struct {
	Kind      string   `json:"kind"` // missing, invalid, range, categories, unit, type, schema, infinite
	Text      string   `json:"text"`
	Reference Number   `json:"reference"`
	Current   Number   `json:"current"`
	P         Number   `json:"p"`
	Adjusted  Number   `json:"p_adjusted"`
	Decision  Decision `json:"decision,omitempty"` // empty: a remark

	limit      float64
	hypothesis int
}

// Multivariate is the comparison of rows as a whole.
type Multivariate struct {
	Test      string   `json:"test"`
	Statistic Number   `json:"statistic"` // the classifier's area under the curve, or MMD²
	P         Number   `json:"p"`
	Adjusted  Number   `json:"p_adjusted"`
	Rows      [2]int   `json:"rows"`
	Columns   int      `json:"columns"`
	Top       []string `json:"top_columns,omitempty"`
	Decision  Decision `json:"decision"`
	Reason    string   `json:"reason"`

	enough, matters bool
	size            string
}

// Kind of shift, with what speaks for it.
type Kind struct {
	Kind    string   `json:"kind"` // covariate, label, concept, data-quality, source
	Reasons []string `json:"reasons"`
}

func invalid(format string, args ...any) error {
	return wardround.Errorf(wardround.EInvalid, "model.drift", format, args...)
}

func nan() Number { return Number(math.NaN()) }
