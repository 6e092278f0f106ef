package wardround

// Concern is one of the three questions Wardround asks of every component.
type Concern string

// The concerns. Availability is part of security, as in ISO/IEC 27000 3.5.
const (
	Security         Concern = "security"
	Privacy          Concern = "privacy"
	Interoperability Concern = "interoperability"
)

// Concerns lists the concerns in the order of the coverage matrix.
var Concerns = []Concern{Security, Privacy, Interoperability}

// Stage is where in its lifecycle a component is when a check looks at it.
type Stage string

// The stages of the lifecycle.
const (
	Design  Stage = "design"
	Build   Stage = "build"
	Ship    Stage = "release"
	Deploy  Stage = "deploy"
	Operate Stage = "operate"
	Retire  Stage = "retire"
)

// Control is an objective of ours in our own words, with references to the
// clauses of law and standards it helps to meet. Checks name the controls they
// give evidence for.
type Control struct {
	ID     string   `json:"id" yaml:"id"`
	Title  string   `json:"title" yaml:"title"`
	Clause []string `json:"clauses" yaml:"clauses"`
}
