package performance

import "github.com/wardround/wardround/stat/labelfree"

// Version of the report's form. It changes only when a field's meaning does.
const Version = 1

// A Report is what one run found. Its JSON form is stable.
type Report struct {
	Version     int               `json:"version"`
	Type        string            `json:"kind"` // "binary", "multiclass", "regression"
	Predictions Input             `json:"predictions"`
	Reference   *Input            `json:"reference,omitempty"`
	LabelsFile  *Input            `json:"labels_file,omitempty"`
	Labels      *Join             `json:"labels,omitempty"`
	Method      labelfree.Method  `json:"estimator,omitempty"`
	Caveat      string            `json:"caveat,omitempty"`
	AlsoCalled  map[string]string `json:"also_called"`

	Decision string   `json:"decision"` // ok, breach, unknown; "" when nothing is limited
	Why      []string `json:"why,omitempty"`

	Limits    map[string]Bounds   `json:"limits,omitempty"`
	Whole     *Whole              `json:"whole,omitempty"` // over all rows
	Chunks    []Chunk             `json:"chunks"`
	Groups    []Group             `json:"groups,omitempty"`
	Gaps      []Gap               `json:"gaps,omitempty"`
	Estimator map[string]Standing `json:"estimator_record,omitempty"` // how the estimator itself did, by metric
	Notes     []string            `json:"notes,omitempty"`
}

// An Input is a file as read.
type Input struct {
	File     string            `json:"file"`
	Rows     int               `json:"rows"` // used
	Left     Left              `json:"left_out"`
	Columns  map[string]string `json:"columns"`
	How      map[string]string `json:"columns_because,omitempty"` // where the name alone does not say it
	Classes  []string          `json:"classes,omitempty"`
	Features []string          `json:"features,omitempty"`
	Notes    []string          `json:"notes,omitempty"`
	read     int               // how many notes say how the file was read, which people are not shown
}

// Bounds of a metric, and where they come from: "declared" or "reference".
type Bounds struct {
	AtLeast *Number `json:"at_least,omitempty"`
	AtMost  *Number `json:"at_most,omitempty"`
	From    string  `json:"from"`
}

// A Chunk is a run of rows.
type Chunk struct {
	Index     int               `json:"index"`
	From      string            `json:"from,omitempty"` // time of its first row
	To        string            `json:"to,omitempty"`   // and last
	Rows      int               `json:"rows"`
	Units     int               `json:"units"`
	Labelled  int               `json:"labelled"`
	Cases     int               `json:"cases,omitempty"`
	Realised  map[string]Figure `json:"realised,omitempty"`
	Estimated map[string]Figure `json:"estimated,omitempty"`
	Baselines map[string]Figure `json:"estimated_accuracy_by,omitempty"` // ATC, DoC
	Classes   []ClassReport     `json:"classes,omitempty"`
	Effective Number            `json:"effective_reference_rows,omitempty"`
	Decision  string            `json:"decision,omitempty"`
	Judged    []Judgement       `json:"judged,omitempty"`
	Why       []string          `json:"why,omitempty"`
}

// A Judgement is one metric of one chunk against its limit.
type Judgement struct {
	Metric   string `json:"metric"`
	Decision string `json:"decision"`
	By       string `json:"by"` // "realised" or "estimated"
	Why      string `json:"why,omitempty"`
	Need     int    `json:"need,omitempty"` // labelled rows that would do, with unknown
}

// A Group is what the model does in one group of one column.
type Group struct {
	Column   string            `json:"column"`
	Group    string            `json:"group"`
	Rows     int               `json:"rows"`
	Cases    int               `json:"cases"`
	Units    int               `json:"units"`
	Realised map[string]Figure `json:"realised"`
}

// A Gap between two groups.
type Gap struct {
	Column   string `json:"column"`
	Group    string `json:"group"`
	Against  string `json:"against"`
	Measure  string `json:"measure"`
	Figure   Figure `json:"figure"`
	Decision string `json:"decision"`
	Need     int    `json:"need,omitempty"`
	Why      string `json:"why,omitempty"`
}

// A Standing is the record of the estimator for one metric.
type Standing struct {
	Chunks   int    `json:"chunks"`
	MAE      Number `json:"mean_absolute_error"`
	Bias     Number `json:"bias"`
	Coverage Number `json:"coverage"`
	P        Number `json:"p"`
	Believed string `json:"believed"` // ok, breach (no longer), unknown
	Widen    Number `json:"widen"`    // by how much intervals would have to be wider; null: not known
	Why      string `json:"why,omitempty"`
}
