package dicom

// Reject refuses an association (PS3.8 §9.3.4).
type Reject struct {
	Result RejectResult
	Source RejectSource
	Reason uint8 // its meaning depends on Source; see ReasonText
}

// RejectResult says whether asking again makes sense.
type RejectResult uint8

// The results.
const (
	RejectedPermanent RejectResult = 1
	RejectedTransient RejectResult = 2
)

// String returns "permanent", "transient" or "unknown".
func (r RejectResult) String() string {
	switch r {
	case RejectedPermanent:
		return "permanent"
	case RejectedTransient:
		return "transient"
	}
	return "unknown"
}

// RejectSource says who refused.
type RejectSource uint8

// The sources.
const (
	RejectedByUser         RejectSource = 1
	RejectedByACSE         RejectSource = 2
	RejectedByPresentation RejectSource = 3
)

// String returns "service-user", "service-provider-acse",
// "service-provider-presentation" or "unknown".
func (s RejectSource) String() string {
	switch s {
	case RejectedByUser:
		return "service-user"
	case RejectedByACSE:
		return "service-provider-acse"
	case RejectedByPresentation:
		return "service-provider-presentation"
	}
	return "unknown"
}

// The reasons that checks ask for, of source RejectedByUser.
const (
	ReasonApplicationContext uint8 = 2
	ReasonCallingTitle       uint8 = 3
	ReasonCalledTitle        uint8 = 7
)

// ReasonText returns the reason in the words of PS3.8 table 9-21.
func (r Reject) ReasonText() string {
	switch {
	case r.Source == RejectedByUser && r.Reason == 1, r.Source == RejectedByACSE && r.Reason == 1:
		return "no-reason-given"
	case r.Source == RejectedByUser && r.Reason == ReasonApplicationContext:
		return "application-context-name-not-supported"
	case r.Source == RejectedByUser && r.Reason == ReasonCallingTitle:
		return "calling-AE-title-not-recognized"
	case r.Source == RejectedByUser && r.Reason == ReasonCalledTitle:
		return "called-AE-title-not-recognized"
	case r.Source == RejectedByACSE && r.Reason == 2:
		return "protocol-version-not-supported"
	case r.Source == RejectedByPresentation && r.Reason == 1:
		return "temporary-congestion"
	case r.Source == RejectedByPresentation && r.Reason == 2:
		return "local-limit-exceeded"
	}
	return "reserved"
}

// Abort ends an association at once (PS3.8 §9.3.8).
type Abort struct {
	Source AbortSource
	Reason uint8 // significant for AbortedByProvider only; see ReasonText
}

// AbortSource says which layer aborted.
type AbortSource uint8

// The sources.
const (
	AbortedByUser     AbortSource = 0
	AbortedByProvider AbortSource = 2
)

// String returns "service-user", "service-provider" or "reserved".
func (s AbortSource) String() string {
	switch s {
	case AbortedByUser:
		return "service-user"
	case AbortedByProvider:
		return "service-provider"
	}
	return "reserved"
}

var abortReasons = [...]string{
	"reason-not-specified", "unrecognized-PDU", "unexpected-PDU", "reserved",
	"unrecognized-PDU-parameter", "unexpected-PDU-parameter", "invalid-PDU-parameter-value",
}

// ReasonText returns the reason in the words of PS3.8 table 9-26.
func (a Abort) ReasonText() string {
	if a.Source != AbortedByProvider || int(a.Reason) >= len(abortReasons) {
		return ""
	}
	return abortReasons[a.Reason]
}

// ParseReject reads the body of an A-ASSOCIATE-RJ.
func ParseReject(body []byte) (Reject, error) {
	if len(body) < 4 {
		return Reject{}, truncated(int64(len(body)), "A-ASSOCIATE-RJ")
	}
	return Reject{Result: RejectResult(body[1]), Source: RejectSource(body[2]), Reason: body[3]}, nil
}

// ParseAbort reads the body of an A-ABORT.
func ParseAbort(body []byte) (Abort, error) {
	if len(body) < 4 {
		return Abort{}, truncated(int64(len(body)), "A-ABORT")
	}
	return Abort{Source: AbortSource(body[2]), Reason: body[3]}, nil
}
