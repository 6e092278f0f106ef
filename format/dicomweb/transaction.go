package dicomweb

// Transaction is one of the transactions of PS3.18.
type Transaction uint8

const (
	// None: not DICOMweb, as far as one can see.
	None Transaction = iota
	// Search is QIDO-RS (§10.6).
	Search
	// Retrieve is WADO-RS (§10.4).
	Retrieve
	// Store is STOW-RS (§10.5).
	Store
	// Delete removes studies, series or instances; servers offer it, PS3.18 does not.
	Delete
	// RetrieveURI is WADO-URI (§9.4).
	RetrieveURI
	// Worklist is any transaction on workitems, UPS-RS (§11).
	Worklist
	// Capabilities asks what the server can do (§8.9).
	Capabilities
)

var transactionNames = [...]string{"", "search", "retrieve", "store", "delete", "retrieve-uri", "worklist", "capabilities"}

func (t Transaction) String() string {
	if int(t) < len(transactionNames) {
		return transactionNames[t]
	}
	return "invalid"
}

// Level is what a transaction is about.
type Level uint8

const (
	// Server: all studies, or the server itself.
	Server Level = iota
	Study
	Series
	Instance
	Frame
)

var levelNames = [...]string{"server", "study", "series", "instance", "frame"}

func (l Level) String() string {
	if int(l) < len(levelNames) {
		return levelNames[l]
	}
	return "invalid"
}

// Fit says how much a method and target prove.
type Fit uint8

const (
	// Misfit: they cannot be a transaction.
	Misfit Fit = iota
	// Possible: they can, if a media type says DICOM.
	Possible
	// Certain: UIDs or the base path say so.
	Certain
)
