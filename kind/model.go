package kind

import (
	"time"
)

// The kinds of what models are, how they behave and what was tried on them. Cards,
// plans, reports and sketches lie in the blob store; the observation says which.
// Rows of patients are in none of them: a window is counts and sketches.
const (
	ModelReceived     Name = "model.received"
	ModelScanned      Name = "model.scanned"
	ModelVerified     Name = "model.verified"
	ModelProbed       Name = "model.probed"
	ModelLogs         Name = "model.logs"
	ModelDecided      Name = "model.decided"
	InferenceWindow   Name = "inference.window"
	InferenceLabelled Name = "inference.labelled"
)

// ModelReceivedV1 says that a document about a model came: the blob is the document
// as it was written.
type ModelReceivedV1 struct {
	// Maker, Product and Version name the release.
	Maker   string `json:"maker,omitempty"`
	Product string `json:"product"`
	Version string `json:"version"`
	// Model is what services call it, NAME or NAME@SERVICE, where that is another name.
	// With a service the document holds there alone.
	Model string `json:"model,omitempty"`
	// Document is "card", "plan", "reference", "acceptance", "scan" or "diff".
	Document string `json:"document"`
	// Part says what a reference is of: "" the records of inference, "inputs" the
	// metadata of what devices send.
	Part      string       `json:"part,omitempty"`
	File      string       `json:"file,omitempty"`
	Format    string       `json:"format,omitempty"` // "wardround-plan/1", "CycloneDX 1.6", "sketch/1"
	Parts     int          `json:"parts,omitempty"`  // indicators, columns, measures
	Problem   string       `json:"problem,omitempty"`
	Issued    time.Time    `json:"issued,omitzero"`
	Signer    string       `json:"signer,omitempty"`
	Trust     string       `json:"trust,omitempty"` // "verified", "unsigned"
	Author    PersonalText `json:"author,omitempty"`
	By        PersonalText `json:"by,omitempty"`
	Source    string       `json:"source,omitempty"`
	Withdrawn bool         `json:"withdrawn,omitempty"` // takes the document of that kind back
}

// ModelScannedV1 is what the gate found in one artefact; the blob is the full
// report, with the trail of what a pickle would do.
type ModelScannedV1 struct {
	Maker   string `json:"maker,omitempty"`
	Product string `json:"product,omitempty"`
	Version string `json:"version,omitempty"`
	Model   string `json:"model,omitempty"` // NAME or NAME@SERVICE
	Host    string `json:"host,omitempty"`  // where it lay, if it was found there
	File    string `json:"file"`            // its name, without the folders of a person
	SHA256  string `json:"sha256"`          // 64 hex digits
	Bytes   int64  `json:"bytes"`
	Format  string `json:"format,omitempty"`
	// Verdict is "inert", "safe", "unknown", "unreadable" or "malicious".
	Verdict     string          `json:"verdict"`
	Rules       []ModelRule     `json:"rules,omitempty"` // at most 32 of RulesOf
	RulesOf     int             `json:"rules_of,omitempty"`
	Callables   []ModelCallable `json:"callables,omitempty"` // at most 32 of CallablesOf
	CallablesOf int             `json:"callables_of,omitempty"`
	Scanner     string          `json:"scanner,omitempty"` // version of the rules
	Took        int64           `json:"took_ms,omitempty"`
	By          PersonalText    `json:"by,omitempty"`
}

// ModelRule is one rule that an artefact met.
type ModelRule struct {
	ID    string `json:"id"`
	Level string `json:"level"` // "note", "unknown", "unreadable", "malicious"
	Where string `json:"where,omitempty"`
	Text  string `json:"text,omitempty"`
}

// ModelCallable is something that loading the artefact would look up or call.
type ModelCallable struct {
	Name  string `json:"name"`  // the full dotted path
	Class string `json:"class"` // "inert", "safe", "unknown", "malicious"
	Where string `json:"where,omitempty"`
}

// ModelVerifiedV1 is the verification of a model's signature.
type ModelVerifiedV1 struct {
	Maker   string `json:"maker,omitempty"`
	Product string `json:"product,omitempty"`
	Version string `json:"version,omitempty"`
	Model   string `json:"model,omitempty"`
	Service string `json:"service,omitempty"` // that loads it
	Host    string `json:"host,omitempty"`    // address or name of the service
	File    string `json:"file,omitempty"`
	SHA256  string `json:"sha256"` // of the artefact, or the root over its files
	// When is "load", "rest" or "release".
	When string `json:"when"`
	// Result is "verified", "weak", "unsigned", "failed" or "unknown".
	Result  string `json:"result"`
	Method  string `json:"method,omitempty"` // "key", "certificate", "sigstore", "in-toto"
	Signer  string `json:"signer,omitempty"`
	Legacy  bool   `json:"legacy,omitempty"` // a format from before 1.0
	Files   int    `json:"files,omitempty"`
	Changed int    `json:"changed,omitempty"` // files that are not what was signed
	Problem string `json:"problem,omitempty"`
}

// InferenceWindowV1 is what a service's inference was in a span of time: the blob is
// the sketches of it, from which no row can be had back.
type InferenceWindowV1 struct {
	// Model and Service name the instance as it was called; Version is the one that it
	// called itself by.
	Model   string `json:"model"`
	Service string `json:"service,omitempty"`
	Version string `json:"version,omitempty"`
	Maker   string `json:"maker,omitempty"`
	Product string `json:"product,omitempty"`
	Host    string `json:"host,omitempty"` // address or DNS name of the service
	// Part is "" for records of inference, "inputs" for metadata of what devices sent.
	Part string    `json:"part,omitempty"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Rows are records, Units different patients or studies (estimated), Refused
	// records that could not be read.
	Rows    int64  `json:"rows"`
	Units   int64  `json:"units"`
	Refused int64  `json:"refused,omitempty"`
	Lost    int64  `json:"lost,omitempty"`   // known to be missing
	Schema  string `json:"schema,omitempty"` // digest of the names and types of columns
	Columns int    `json:"columns,omitempty"`
	Labels  int64  `json:"labels,omitempty"` // rows whose outcome was known at once
	// Outliers are rows that the edge found outside the reference, of Looked that it
	// looked at; Squeezed are those whose answer changed when the input was simplified.
	Outliers int64 `json:"outliers,omitempty"`
	Looked   int64 `json:"looked,omitempty"`
	Squeezed int64 `json:"squeezed,omitempty"`
	Compared int64 `json:"compared,omitempty"` // rows with an answer to the simplified input
	// Echoed are inputs that are what the model itself gave before.
	Echoed    int64               `json:"echoed,omitempty"`
	Errors    int64               `json:"errors,omitempty"`   // calls that the model did not answer
	Fallback  int64               `json:"fallback,omitempty"` // answered without it
	Sources   []InferenceSource   `json:"sources,omitempty"`  // at most 16 of SourcesOf
	SourcesOf int                 `json:"sources_of,omitempty"`
	Clients   []InferenceClient   `json:"clients,omitempty"` // at most 16 of ClientsOf, those with most queries
	ClientsOf int                 `json:"clients_of,omitempty"`
	Oversight *InferenceOversight `json:"oversight,omitempty"`
	Prompts   *InferencePrompts   `json:"prompts,omitempty"`
	Estimates []InferenceMeasure  `json:"estimates,omitempty"` // of performance, without labels; at most 16
	Kept      int64               `json:"kept,omitempty"`      // rows in a reservoir that a person turned on
}

// Inputs is the part of windows of metadata, and what they say instead of a model:
// which models run at a host is for whoever judges. Results is the part of windows of
// laboratory results, whose model is Inputs as well. InputSoftware names their column
// of what devices run.
const (
	Inputs        = "inputs"
	Results       = "results"
	InputSoftware = "software version"
)

// OfHost reports whether the window is of what a host is fed with, for every model
// that runs there.
func (w *InferenceWindowV1) OfHost() bool {
	return (w.Part == Inputs || w.Part == Results) && w.Model == Inputs
}

// InferenceSource is a device that inputs came from.
type InferenceSource struct {
	Name string `json:"name"`           // as the group "source=NAME" of the sketches has it
	Type IDType `json:"type,omitempty"` // what the name is: "ae-title", "serial"; "" for a name alone
	Rows int64  `json:"rows"`
}

// InferenceClient is who asked, and how: the marks of somebody who copies a model.
type InferenceClient struct {
	Client   Pseudonym `json:"client"`
	Queries  int64     `json:"queries"`
	Distinct int64     `json:"distinct,omitempty"`      // different inputs
	Coverage float64   `json:"coverage,omitempty"`      // share of the input space's cells that were visited, 0 to 1
	Entropy  float64   `json:"entropy,omitempty"`       // of the cells of different inputs, of order two, relative to the largest there can be, 0 to 1
	Near     int64     `json:"near_boundary,omitempty"` // answers within the margin of the decision
	Steps    int64     `json:"small_steps,omitempty"`   // inputs that differ little from one before
	Outside  int64     `json:"outside,omitempty"`       // inputs that lie outside the reference
}

// InferenceOversight says what clinicians did with the answers.
type InferenceOversight struct {
	Shown      int64 `json:"shown"`
	Accepted   int64 `json:"accepted"`
	Overridden int64 `json:"overridden"`
	Ignored    int64 `json:"ignored,omitempty"`
	// From showing to deciding, as quantiles, in milliseconds; 0 is not known.
	Decide10 int64 `json:"decide_p10_ms,omitempty"`
	Decide50 int64 `json:"decide_p50_ms,omitempty"`
	Decide90 int64 `json:"decide_p90_ms,omitempty"`
	// Wrong are answers that turned out wrong, WrongAccepted those of them that were
	// accepted: blind trust.
	Wrong         int64 `json:"wrong,omitempty"`
	WrongAccepted int64 `json:"wrong_accepted,omitempty"`
}

// InferencePrompts are the marks of planted instructions in what a language model was
// given, and of secrets in what it gave.
type InferencePrompts struct {
	Seen     int64            `json:"seen"`
	Matched  int64            `json:"matched"`            // held a pattern
	Answered int64            `json:"answered,omitempty"` // of these, not refused by the service
	Leaked   int64            `json:"leaked,omitempty"`   // answers that held a mark that must not leave
	Patterns []InferenceMatch `json:"patterns,omitempty"` // at most 16
}

// InferenceMatch counts one pattern.
type InferenceMatch struct {
	ID    string `json:"id"`
	Count int64  `json:"count"`
}

// InferenceMeasure is a measure with its interval.
type InferenceMeasure struct {
	Name   string  `json:"name"` // "auroc", "brier", "ece"
	Group  string  `json:"group,omitempty"`
	Value  float64 `json:"value"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	N      int64   `json:"n"`
	Method string  `json:"method,omitempty"` // "cbpe", "pape", "atc", "dle"
}

// InferenceLabelledV1 says that outcomes came for answers of before, joined where
// the records are; the blob is tables of outcomes by score and group.
type InferenceLabelledV1 struct {
	Model   string    `json:"model"`
	Service string    `json:"service,omitempty"`
	Version string    `json:"version,omitempty"`
	From    time.Time `json:"from"` // when the answers were given
	To      time.Time `json:"to"`
	Labels  int64     `json:"labels"`
	Units   int64     `json:"units,omitempty"`
	// Unmatched belong to no answer, Repeated came again, Contrary came again and said
	// otherwise, TooLate came after answers were forgotten.
	Unmatched int64 `json:"unmatched,omitempty"`
	Repeated  int64 `json:"repeated,omitempty"`
	Contrary  int64 `json:"contrary,omitempty"`
	TooLate   int64 `json:"too_late,omitempty"`
	Delay50   int64 `json:"delay_p50_s,omitempty"`
	Delay90   int64 `json:"delay_p90_s,omitempty"`
	// Estimates are the estimates of before, each beside what the labels say.
	Estimates []InferenceMeasure `json:"estimates,omitempty"`
}

// ModelProbedV1 is the result of a trial: of robustness, membership, poisoning …
// against an endpoint under a grant, or on files.
type ModelProbedV1 struct {
	Maker   string `json:"maker,omitempty"`
	Product string `json:"product,omitempty"`
	Version string `json:"version,omitempty"`
	Model   string `json:"model,omitempty"`
	Service string `json:"service,omitempty"`
	// Probe is "robustness", "membership", "poisoning", "extraction", "feedback",
	// "prompt" or "outlier".
	Probe    string        `json:"probe"`
	Tool     string        `json:"tool,omitempty"`
	Endpoint string        `json:"endpoint,omitempty"`
	Grant    string        `json:"grant,omitempty"`
	Rows     int64         `json:"rows,omitempty"`
	Requests int64         `json:"requests,omitempty"` // sent to the endpoint, answered or not
	Measures []ModelResult `json:"measures"`           // at most 32 of MeasuresOf
	Of       int           `json:"measures_of,omitempty"`
	Problem  string        `json:"problem,omitempty"` // why it could not be done or ended early
	By       PersonalText  `json:"by,omitempty"`
}

// ModelResult is one measure of a trial.
type ModelResult struct {
	Name  string  `json:"name"` // "blur 2: change of AUROC", "attack AUC"
	Value float64 `json:"value"`
	Low   float64 `json:"low,omitempty"`
	High  float64 `json:"high,omitempty"`
	Limit float64 `json:"limit,omitempty"`
	// State is "pass", "fail" or "unknown".
	State string `json:"state"`
	Why   string `json:"why,omitempty"`
	N     int64  `json:"n,omitempty"`
}

// ModelLogsV1 says what was found of the event logs that a system of high risk has to
// keep (AI Act Art. 12, 19 and 26(6)).
type ModelLogsV1 struct {
	Model     string    `json:"model"`
	Service   string    `json:"service,omitempty"`
	Where     string    `json:"where"` // the kind of place: "file", "syslog", "otlp", "database"
	Records   int64     `json:"records"`
	Oldest    time.Time `json:"oldest,omitzero"`
	Newest    time.Time `json:"newest,omitzero"`
	Present   []string  `json:"present,omitempty"` // "time", "model", "input", "output", "user-action"
	Missing   []string  `json:"missing,omitempty"`
	Retention int64     `json:"retention_days,omitempty"` // as set; 0 is not known
	Began     time.Time `json:"in_use_since,omitzero"`    // no log can be older
	Gaps      int       `json:"gaps,omitempty"`
	GapHours  float64   `json:"longest_gap_hours,omitempty"`
	Chained   bool      `json:"chained,omitempty"` // a changed record would show
	Problem   string    `json:"problem,omitempty"`
}

// ModelDecidedV1 is what a person decided about a model in use.
type ModelDecidedV1 struct {
	Maker   string `json:"maker,omitempty"`
	Product string `json:"product,omitempty"`
	Version string `json:"version,omitempty"`
	Model   string `json:"model,omitempty"`
	Service string `json:"service,omitempty"`
	// Act is "accept" or "refuse" (local acceptance), "allow" (a change outside the
	// plan), "switch-off", "switch-on", "learn" (what is seen now becomes the
	// reference).
	Act    string       `json:"act"`
	Until  time.Time    `json:"until,omitzero"`
	Report string       `json:"report,omitempty"` // digest of what it rests on
	Role   string       `json:"role,omitempty"`
	By     PersonalText `json:"by"`
	Reason PersonalText `json:"reason,omitempty"`
}

var (
	_ = Register[ModelReceivedV1](Schema{Name: ModelReceived, Version: 1, Doc: "A card, a plan, a reference, an acceptance report or another document of a model came."})
	_ = Register[ModelScannedV1](Schema{Name: ModelScanned, Version: 1, Doc: "What the gate found in one model artefact."})
	_ = Register[ModelVerifiedV1](Schema{Name: ModelVerified, Version: 1, Doc: "The signature of a model was verified, when it was loaded, at rest or for its release."})
	_ = Register[ModelProbedV1](Schema{Name: ModelProbed, Version: 1, Doc: "The result of a trial of a model: robustness, membership, poisoning, extraction, planted instructions."})
	_ = Register[ModelLogsV1](Schema{Name: ModelLogs, Version: 1, Doc: "What was found of the event logs of an AI system: since when, with what in them, with which gaps."})
	_ = Register[ModelDecidedV1](Schema{Name: ModelDecided, Version: 1, Doc: "What a person decided about a model in use: accepted, refused, switched off, a change allowed."})
	_ = Register[InferenceWindowV1](Schema{Name: InferenceWindow, Version: 1, Doc: "What a service's inference was in a span of time, as counts and sketches: no record of a patient is in it."})
	_ = Register[InferenceLabelledV1](Schema{Name: InferenceLabelled, Version: 1, Doc: "Outcomes came for answers of before, as tables by score and group."})
)
