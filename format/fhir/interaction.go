package fhir

// Interaction is one of the RESTful interactions (R5 http.html §3.2.0).
type Interaction uint8

const (
	// None: not an interaction, as far as one can see.
	None Interaction = iota
	Read
	VRead
	Update
	Patch
	Delete
	History
	Create
	Search
	Capabilities
	// Batch is a batch or a transaction; the Bundle's type tells them apart.
	Batch
	// Operation is an extended operation, "$name".
	OperationCall
)

var interactionNames = [...]string{"", "read", "vread", "update", "patch", "delete", "history", "create", "search", "capabilities", "batch", "operation"}

// String is the interaction's name as the specification writes it.
func (i Interaction) String() string {
	if int(i) < len(interactionNames) {
		return interactionNames[i]
	}
	return "invalid"
}

// Level is what an interaction is about.
type Level uint8

const (
	// System: the whole server.
	System Level = iota
	// Type: all resources of one type.
	Type
	// Instance: one resource.
	Instance
	// Compartment: what belongs to one resource, such as a patient.
	Compartment
)

var levelNames = [...]string{"system", "type", "instance", "compartment"}

func (l Level) String() string {
	if int(l) < len(levelNames) {
		return levelNames[l]
	}
	return "invalid"
}

// Fit says how much a method and target prove.
type Fit uint8

const (
	// Misfit: they cannot be an interaction.
	Misfit Fit = iota
	// Possible: they can, if content or media type says FHIR.
	Possible
	// Probable: they have the shape of one, but other services could look the same.
	Probable
	// Certain: they have the shape of one below a base that names FHIR.
	Certain
)
