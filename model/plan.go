package model

import "time"

// Plan is what is agreed about one model. See docs/reference/model-plan.md.
type Plan struct {
	Version int    `yaml:"plan" json:"plan"` // of this format: 1
	Name    string `yaml:"name" json:"name"`
	// Issued is when this text was made; a later plan takes the place of an earlier one.
	Issued time.Time `yaml:"issued" json:"issued,omitzero"`

	Model       Identity    `yaml:"model" json:"model"`
	IntendedUse IntendedUse `yaml:"intended_use" json:"intended_use"`
	Inputs      []Input     `yaml:"inputs" json:"inputs,omitempty"`
	Outputs     []Output    `yaml:"outputs" json:"outputs,omitempty"`
	Subgroups   []Subgroup  `yaml:"subgroups" json:"subgroups,omitempty"`
	Training    Training    `yaml:"training" json:"training,omitzero"`

	// The post-market monitoring plan (AI Act Art. 72): what is watched, in which unit,
	// how often an alarm may be false, and who is told.
	Units  Units       `yaml:"units" json:"units,omitzero"`
	Budget Budget      `yaml:"budget" json:"budget,omitzero"`
	Watch  []Indicator `yaml:"watch" json:"watch,omitempty"`
	Told   []string    `yaml:"told" json:"told,omitempty"` // roles or addresses of duty, not private persons

	PCCP       *PCCP       `yaml:"pccp" json:"pccp,omitempty"`
	Acceptance *Acceptance `yaml:"acceptance" json:"acceptance,omitempty"`
	Fallback   *Fallback   `yaml:"fallback" json:"fallback,omitempty"`
	Logs       *LogsPlan   `yaml:"logs" json:"logs,omitempty"`

	lines map[string]int // where in the file a field stands, by path
}

// Identity says which model a plan is about, and how it is recognised when it runs.
type Identity struct {
	Maker   string `yaml:"maker" json:"maker"`
	Product string `yaml:"product" json:"product"`
	// Versions that the plan holds for; "2.*" for all that begin so. Empty: all.
	Versions []string `yaml:"versions" json:"versions,omitempty"`
	// Called are the names under which the model answers at inference.
	Called []string `yaml:"called" json:"called,omitempty"`
	// Services run the model, Sources feed it.
	Services []string `yaml:"services" json:"services,omitempty"`
	Sources  []Source `yaml:"sources" json:"sources,omitempty"`
	UDIDI    string   `yaml:"udi_di" json:"udi_di,omitempty"`
	// Role is who wrote the plan: "maker" (provider), "deployer".
	Role string `yaml:"role" json:"role,omitempty"`
}

// Source is a device or service whose data the model reads.
type Source struct {
	Name     string `yaml:"name" json:"name"`         // as inference records name it: "CT_3"
	Modality string `yaml:"modality" json:"modality"` // "CT", "ECG", "laboratory"
	Maker    string `yaml:"maker" json:"maker,omitempty"`
	Product  string `yaml:"product" json:"product,omitempty"`
	Version  string `yaml:"version" json:"version,omitempty"`
}

// IntendedUse is what the model is for, and what it is not for.
type IntendedUse struct {
	Purpose    string   `yaml:"purpose" json:"purpose"`
	Population string   `yaml:"population" json:"population,omitempty"`
	Users      []string `yaml:"users" json:"users,omitempty"`
	Setting    string   `yaml:"setting" json:"setting,omitempty"`
	NotFor     []string `yaml:"not_for" json:"not_for,omitempty"`
	// Autonomy: "assists", "decides with review", "decides".
	Autonomy string `yaml:"autonomy" json:"autonomy,omitempty"`
}

// Input is a feature of the model.
type Input struct {
	Name string `yaml:"name" json:"name"`
	Type string `yaml:"type" json:"type"` // "number", "category", "bool", "time", "image", "text", "signal"
	Unit string `yaml:"unit" json:"unit,omitempty"`
	// Range is the lowest and the highest value that the model was made for.
	Range      []float64 `yaml:"range" json:"range,omitempty"`
	Categories []string  `yaml:"categories" json:"categories,omitempty"`
	// Shape is that of an array, -1 for any: [-1, 1, 224, 224].
	Shape  []int64 `yaml:"shape" json:"shape,omitempty"`
	System string  `yaml:"system" json:"system,omitempty"` // the system it comes from: "PACS", "DICOM (0018,0060)"
	// Optional: the model was made to do without it. MissingAtMost is the share of rows
	// that may lack it.
	Optional      bool     `yaml:"optional" json:"optional,omitempty"`
	MissingAtMost *float64 `yaml:"missing_at_most" json:"missing_at_most,omitempty"`
}

// Output is what the model answers.
type Output struct {
	Name       string           `yaml:"name" json:"name"`
	Type       string           `yaml:"type" json:"type"`
	Unit       string           `yaml:"unit" json:"unit,omitempty"`
	Range      []float64        `yaml:"range" json:"range,omitempty"`
	Categories []string         `yaml:"categories" json:"categories,omitempty"`
	Shape      []int64          `yaml:"shape" json:"shape,omitempty"`
	Meaning    string           `yaml:"meaning" json:"meaning,omitempty"` // "probability of pneumothorax"
	Points     []OperatingPoint `yaml:"operating_points" json:"operating_points,omitempty"`
}

// OperatingPoint is a threshold at which an output becomes a decision.
type OperatingPoint struct {
	Name        string   `yaml:"name" json:"name"`
	Threshold   float64  `yaml:"threshold" json:"threshold"`
	Sensitivity *float64 `yaml:"sensitivity" json:"sensitivity,omitempty"` // as declared
	Specificity *float64 `yaml:"specificity" json:"specificity,omitempty"`
	Prevalence  *float64 `yaml:"prevalence" json:"prevalence,omitempty"` // where it was declared
}

// Subgroup names people, sites or devices for whom the model is judged apart: by the
// values of a column, or by bands of a number.
type Subgroup struct {
	Column  string    `yaml:"column" json:"column"`
	Values  []string  `yaml:"values" json:"values,omitempty"`
	Bands   []float64 `yaml:"bands" json:"bands,omitempty"`     // [0, 18, 65, 120]: three bands, upper end excluded
	Minimum int       `yaml:"minimum" json:"minimum,omitempty"` // units below which nothing is said of it
}

// Training describes what the model learnt from.
type Training struct {
	Description string    `yaml:"description" json:"description,omitempty"`
	Datasets    []Dataset `yaml:"datasets" json:"datasets,omitempty"`
}

// Dataset is data for training, tuning or testing.
type Dataset struct {
	Name    string   `yaml:"name" json:"name"`
	Use     string   `yaml:"use" json:"use,omitempty"`       // "training", "tuning", "test", "external test"
	Digest  string   `yaml:"digest" json:"digest,omitempty"` // "sha256:…"
	Units   int64    `yaml:"units" json:"units,omitempty"`   // patients or studies
	Rows    int64    `yaml:"rows" json:"rows,omitempty"`
	From    string   `yaml:"from" json:"from,omitempty"` // period: "2019-01", or a year
	To      string   `yaml:"to" json:"to,omitempty"`
	Sites   []string `yaml:"sites" json:"sites,omitempty"`
	Source  string   `yaml:"source" json:"source,omitempty"`
	Licence string   `yaml:"licence" json:"licence,omitempty"`
	Labels  string   `yaml:"labels" json:"labels,omitempty"` // how they were made
	Notes   string   `yaml:"notes" json:"notes,omitempty"`
}

// Units says what counts as one: two images of one patient are not two patients.
type Units struct {
	Is     string `yaml:"is" json:"is,omitempty"`         // "patient", "study", "row"
	Column string `yaml:"column" json:"column,omitempty"` // the field of a record that names it; becomes a pseudonym at the edge
	// RowsPerUnit is what is expected; ICC how alike rows of one unit are (0 to 1).
	RowsPerUnit float64  `yaml:"rows_per_unit" json:"rows_per_unit,omitempty"`
	ICC         *float64 `yaml:"icc" json:"icc,omitempty"`
	// Independent is why rows may be counted as units; "" they may not.
	Independent string `yaml:"independent" json:"independent,omitempty"`
}

// Budget is how many alarms may be false.
type Budget struct {
	AlarmsPerYear float64 `yaml:"alarms_per_year" json:"alarms_per_year,omitempty"` // per device and year
	// Power is how surely a change of Effect (standard deviations) is to be found
	// within Within.
	Power  float64       `yaml:"power" json:"power,omitempty"`
	Effect float64       `yaml:"effect" json:"effect,omitempty"`
	Within time.Duration `yaml:"within" json:"within,omitempty"`
	// Season is what is compared as a whole, because a Sunday is no Monday; "" is a week
	// where the reference is of at least two.
	Season string `yaml:"season" json:"season,omitempty"`
	// Control is how false alarms of drift are kept within bounds; "" is expected.
	Control string `yaml:"control" json:"control,omitempty"`
	// Share is how many of the alarms may be false, where Control is fdr; 0 is a tenth.
	Share float64 `yaml:"share" json:"share,omitempty"`
	// Independent is why tests of different columns and times do not depend on each
	// other; "" they may.
	Independent string `yaml:"independent" json:"independent,omitempty"`
}

// Seasons.
const (
	SeasonNone = "none"
	SeasonDay  = "day"
	SeasonWeek = "week"
)

// Ways in which false alarms are kept within bounds.
const (
	ControlExpected = "expected" // at most so many a year are expected
	ControlFDR      = "fdr"      // of the alarms, at most a share is expected to be false
)

// Kinds of indicator.
const (
	Drift       = "drift"       // a column moved against the reference
	Performance = "performance" // with labels
	Estimate    = "estimate"    // without labels
	Missing     = "missing"     // share of rows that lack a column
	Range       = "range"       // share of rows outside what the model was made for
	Schema      = "schema"      // columns, types or units differ
	Gap         = "subgroup"    // the widest gap of a metric between subgroups
	Override    = "override"    // share of answers that clinicians overrule
	Volume      = "volume"      // rows in a period
	Attack      = "attack"      // indications of an attack at inference
	Stream      = "stream"      // a value, period by period: slow and small changes
)

// Values that a stream may follow.
const (
	OfRank        = "rank"        // how often a value is larger than one of the reference
	OfMean        = "mean"        // of a number
	OfShare       = "share"       // of the reference's most frequent category
	OfMissing     = "missing"     // share of rows that lack a column
	OfPositive    = "positive"    // share of answers at or above the operating point
	OfEstimate    = "estimate"    // a metric, without labels
	OfPerformance = "performance" // a metric, with labels
	OfOverride    = "override"    // share of decisions that overrule the answer
	OfVolume      = "volume"      // records in a period
)

// Detectors of a stream.
const (
	EProcess    = "e-process"
	CUSUM       = "cusum"
	EWMA        = "ewma"
	PageHinkley = "page-hinkley"
	ADWIN       = "adwin"
	KSWIN       = "kswin"
)

// Indicator is one thing that is watched.
type Indicator struct {
	ID     string `yaml:"id" json:"id"`
	Kind   string `yaml:"kind" json:"kind"`
	Column string `yaml:"column" json:"column,omitempty"` // input or output; "*" each input, "outputs" each output
	Metric string `yaml:"metric" json:"metric,omitempty"` // of performance: "auroc", "sensitivity", "ece" …
	Point  string `yaml:"operating_point" json:"operating_point,omitempty"`
	Of     string `yaml:"of" json:"of,omitempty"`     // of a stream: which value
	Test   string `yaml:"test" json:"test,omitempty"` // "ks", "psi", "chi2" …, of a stream its detector; "": fitting
	// The limits: of a metric its value, of drift the size of the change (the test's
	// effect). Whether what is measured could be chance is the budget's matter.
	AtLeast  *float64      `yaml:"at_least" json:"at_least,omitempty"`
	AtMost   *float64      `yaml:"at_most" json:"at_most,omitempty"`
	Every    time.Duration `yaml:"every" json:"every,omitempty"`
	MinUnits int           `yaml:"min_units" json:"min_units,omitempty"` // fewer: not enough data to say
	Group    string        `yaml:"group" json:"group,omitempty"`         // "", "sex=F", "each": every subgroup and all
	Told     []string      `yaml:"told" json:"told,omitempty"`           // besides the plan's
	Do       string        `yaml:"do" json:"do,omitempty"`               // what those who are told do
	Hazard   string        `yaml:"hazard" json:"hazard,omitempty"`       // the entry of the risk file that is opened again
}

// Fallback is what is done without the model.
type Fallback struct {
	Plan string `yaml:"plan" json:"plan"`
	// SwitchOff are the roles that may take the model out of use, Within how soon.
	SwitchOff []string      `yaml:"switch_off" json:"switch_off"`
	Within    time.Duration `yaml:"within" json:"within,omitempty"`
	Tested    time.Time     `yaml:"tested" json:"tested,omitzero"`
	Document  string        `yaml:"document" json:"document,omitempty"`
}

// Acceptance is how the one who runs a model that cannot be looked into accepts it
// here: on own data, against own limits.
type Acceptance struct {
	By        []string `yaml:"by" json:"by"`               // roles that accept
	Reference string   `yaml:"reference" json:"reference"` // digest or name of the local reference sketch
	MinUnits  int      `yaml:"min_units" json:"min_units,omitempty"`
	// Criteria must all be met on local data before the model is used.
	Criteria []Criterion `yaml:"criteria" json:"criteria"`
	// Again is after how long it is accepted anew; on every new version in any case.
	Again time.Duration `yaml:"again" json:"again,omitempty"`
}

// Criterion is a value that a metric must reach.
type Criterion struct {
	Metric  string   `yaml:"metric" json:"metric"`
	Group   string   `yaml:"group" json:"group,omitempty"` // "", "sex=F", "each"
	Dataset string   `yaml:"dataset" json:"dataset,omitempty"`
	Point   string   `yaml:"operating_point" json:"operating_point,omitempty"`
	AtLeast *float64 `yaml:"at_least" json:"at_least,omitempty"`
	AtMost  *float64 `yaml:"at_most" json:"at_most,omitempty"`
	// NoWorseBy is by how much it may be worse than the version before: 0.01.
	NoWorseBy *float64 `yaml:"no_worse_by" json:"no_worse_by,omitempty"`
	// Bound says what of the confidence interval must reach the limit: "estimate"
	// (default), "interval" (all of it).
	Bound    string `yaml:"bound" json:"bound,omitempty"`
	MinUnits int    `yaml:"min_units" json:"min_units,omitempty"`
}

// PCCP is the predetermined change control plan: changes that the maker may make
// without asking again, how they are made, and what can go wrong (FDA final guidance,
// sections V to VIII).
type PCCP struct {
	Reference  string          `yaml:"reference" json:"reference,omitempty"`   // submission or certificate
	Authorised string          `yaml:"authorised" json:"authorised,omitempty"` // by whom; "" is not authorised yet
	Since      time.Time       `yaml:"since" json:"since,omitzero"`
	Changes    []AllowedChange `yaml:"changes" json:"changes"`
	Protocol   Protocol        `yaml:"protocol" json:"protocol"`
	Impact     []Impact        `yaml:"impact" json:"impact"`
	Rollback   string          `yaml:"rollback" json:"rollback"` // how one goes back
}

// AllowedChange is one change that was agreed.
type AllowedChange struct {
	ID          string   `yaml:"id" json:"id"`
	Description string   `yaml:"description" json:"description"`
	What        []string `yaml:"what" json:"what"`         // "weights", "training-data", "operating-point" …; see Kinds
	Of          []string `yaml:"of" json:"of,omitempty"`   // which, by name, with * for any text; none: all
	Not         []string `yaml:"not" json:"not,omitempty"` // but not these
	// Range is between which values an operating point, a range or a number may move.
	Range []float64 `yaml:"range" json:"range,omitempty"`
	// MostRelative bounds the relative change of any one tensor's norm, MostTensors how
	// many may change.
	MostRelative *float64 `yaml:"most_relative" json:"most_relative,omitempty"`
	MostTensors  *int     `yaml:"most_tensors" json:"most_tensors,omitempty"`
	// Criteria that must be met by the new version, whatever changed by this clause.
	Criteria []Criterion `yaml:"criteria" json:"criteria"`
}

// Protocol is how modifications are made.
type Protocol struct {
	Data       string `yaml:"data" json:"data"`             // data management practices
	Retraining string `yaml:"retraining" json:"retraining"` // re-training practices
	Evaluation string `yaml:"evaluation" json:"evaluation"` // performance evaluation
	Update     string `yaml:"update" json:"update"`         // update procedures: who is told, how it is rolled out
}

// Impact is one row of the impact assessment.
type Impact struct {
	Change     string `yaml:"change" json:"change"` // id of the allowed change; "*" all together
	Benefit    string `yaml:"benefit" json:"benefit,omitempty"`
	Risk       string `yaml:"risk" json:"risk"`
	Mitigation string `yaml:"mitigation" json:"mitigation"`
}

// LogsPlan says where the logs of AI Act Art. 12 lie and how long they are kept (Art.
// 19 by the provider, Art. 26(6) by the deployer): at least six months. The sketches
// that are monitored here are not these logs.
type LogsPlan struct {
	Where   string        `yaml:"where" json:"where"`
	Fields  []string      `yaml:"fields" json:"fields"`
	Kept    time.Duration `yaml:"kept" json:"kept"`
	By      string        `yaml:"by" json:"by"` // who keeps them
	Since   time.Time     `yaml:"since" json:"since,omitzero"`
	Purpose string        `yaml:"purpose" json:"purpose,omitempty"`
}
