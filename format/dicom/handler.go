package dicom

// Handler is told what a [Decoder] reads, in the order of the stream. Pointers
// and slices are valid only during the call, except those of an AssociateRQ and
// an AssociateAC, which are the handler's to keep.
type Handler interface {
	AssociateRequest(a *AssociateRQ)
	AssociateAccept(a *AssociateAC)
	AssociateReject(r Reject)
	ReleaseRequest()
	ReleaseResponse()
	Abort(a Abort)

	// Command is called for each command set.
	Command(context uint8, c *Command)
	// Element is called for each wanted element of the data set that follows a
	// command, before DataSetEnd.
	Element(context uint8, e *Element)
	// DataSetEnd is called once for each data set of which at least a fragment
	// was seen.
	DataSetEnd(context uint8, d DataSetEnd)

	// Malformed is called for each unit that could not be read; the decoder goes
	// on behind it. The error is a *format.Error with the offset in the stream.
	Malformed(err error)
}

// DataSetEnd is the end of a data set.
type DataSetEnd struct {
	Length   int64  // bytes of the data set that passed, Missing included
	Missing  int64  // bytes the capture lost, at most
	Complete bool   // the last fragment was seen
	Syntax   Syntax // how it was written, as far as it was read
	Err      error  // why not all of it could be read; offset in the data set
}

// PDUHandler may be implemented by a [Handler] to be told of every PDU as well,
// before what is in it: its type, the length of its body, and where it begins
// in the stream.
type PDUHandler interface {
	PDU(t PDUType, length uint32, offset int64)
}

// Ignore is a [Handler] that does nothing; embed it to implement only some methods.
type Ignore struct{}

// AssociateRequest implements [Handler].
func (Ignore) AssociateRequest(*AssociateRQ) {}

// AssociateAccept implements [Handler].
func (Ignore) AssociateAccept(*AssociateAC) {}

// AssociateReject implements [Handler].
func (Ignore) AssociateReject(Reject) {}

// ReleaseRequest implements [Handler].
func (Ignore) ReleaseRequest() {}

// ReleaseResponse implements [Handler].
func (Ignore) ReleaseResponse() {}

// Abort implements [Handler].
func (Ignore) Abort(Abort) {}

// Command implements [Handler].
func (Ignore) Command(uint8, *Command) {}

// Element implements [Handler].
func (Ignore) Element(uint8, *Element) {}

// DataSetEnd implements [Handler].
func (Ignore) DataSetEnd(uint8, DataSetEnd) {}

// Malformed implements [Handler].
func (Ignore) Malformed(error) {}
