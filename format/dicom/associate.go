package dicom

import (
	"encoding/binary"
	"strings"
)

// PDUType is the first byte of a protocol data unit (PS3.8 §9.3.1).
type PDUType uint8

// The seven PDUs.
const (
	PDUAssociateRQ PDUType = 1
	PDUAssociateAC PDUType = 2
	PDUAssociateRJ PDUType = 3
	PDUData        PDUType = 4
	PDUReleaseRQ   PDUType = 5
	PDUReleaseRP   PDUType = 6
	PDUAbort       PDUType = 7
)

var pduNames = [...]string{"", "A-ASSOCIATE-RQ", "A-ASSOCIATE-AC", "A-ASSOCIATE-RJ", "P-DATA-TF", "A-RELEASE-RQ", "A-RELEASE-RP", "A-ABORT"}

// String returns the PDU's name, "A-ASSOCIATE-RQ".
func (t PDUType) String() string {
	if t == 0 || int(t) >= len(pduNames) {
		return "unknown PDU"
	}
	return pduNames[t]
}

// AssociateRQ asks for an association (PS3.8 §9.3.2). Titles are without their
// insignificant spaces.
type AssociateRQ struct {
	Version            uint16 // bit field of protocol versions; bit 0 is version 1
	Called, Calling    string // AE titles, at most 16 bytes
	ApplicationContext string
	Contexts           []OfferedContext
	User               UserInformation
}

// OfferedContext proposes an abstract syntax and the ways to write it
// (PS3.8 §9.3.2.2).
type OfferedContext struct {
	ID               uint8 // odd
	AbstractSyntax   string
	TransferSyntaxes []string
}

// AssociateAC accepts an association (PS3.8 §9.3.3). The titles are meant to
// repeat those of the request but are not to be relied on.
type AssociateAC struct {
	Version            uint16
	Called, Calling    string
	ApplicationContext string
	Contexts           []AnsweredContext
	User               UserInformation
}

// AnsweredContext is the answer to one OfferedContext (PS3.8 §9.3.3.2).
type AnsweredContext struct {
	ID             uint8
	Result         ContextResult
	TransferSyntax string // not significant unless accepted
}

// ContextResult says what became of an offered context (PS3.8 table 9-18).
type ContextResult uint8

// The results.
const (
	ContextAccepted                    ContextResult = 0
	ContextRejectedByUser              ContextResult = 1
	ContextRejectedNoReason            ContextResult = 2
	ContextAbstractSyntaxUnsupported   ContextResult = 3
	ContextTransferSyntaxesUnsupported ContextResult = 4
)

var contextResults = [...]string{"acceptance", "user-rejection", "no-reason", "abstract-syntax-not-supported", "transfer-syntaxes-not-supported"}

// String returns the result in the standard's words.
func (r ContextResult) String() string {
	if int(r) < len(contextResults) {
		return contextResults[r]
	}
	return "unknown"
}

// The item types of the two PDUs (PS3.8 §9.3.2 and §9.3.3).
const (
	itemApplicationContext = 0x10
	itemOfferedContext     = 0x20
	itemAnsweredContext    = 0x21
	itemAbstractSyntax     = 0x30
	itemTransferSyntax     = 0x40
	itemUserInformation    = 0x50
)

// associateFixed is the length of what precedes the items.
const associateFixed = 68

// ParseAssociateRQ reads the body of an A-ASSOCIATE-RQ: what follows the six
// bytes of type and length. When the items are malformed it returns what was
// read before them together with the error, and nil when not even the titles
// are there.
func ParseAssociateRQ(body []byte, limits Limits) (*AssociateRQ, error) {
	w := walk{left: limits.WithDefaults().Items}
	a := &AssociateRQ{}
	var ok bool
	if a.Version, a.Called, a.Calling, ok = titles(body); !ok {
		return nil, truncated(int64(len(body)), "A-ASSOCIATE-RQ")
	}
	err := w.items(body[associateFixed:], associateFixed, func(kind byte, data []byte, at int64) error {
		switch kind {
		case itemApplicationContext:
			a.ApplicationContext = uidText(data)
		case itemOfferedContext:
			c, err := w.offeredContext(data, at)
			if err != nil {
				return err
			}
			a.Contexts = append(a.Contexts, c)
		case itemUserInformation:
			return w.userInformation(&a.User, data, at)
		}
		return nil // items not known are to be ignored, PS3.8 §9.3.1
	})
	return a, err
}

func (w *walk) offeredContext(data []byte, at int64) (c OfferedContext, err error) {
	if len(data) < 4 {
		return c, malformed(at, "presentation context", "PS3.8 §9.3.2.2")
	}
	c.ID = data[0]
	err = w.items(data[4:], at+4, func(kind byte, data []byte, _ int64) error {
		switch kind {
		case itemAbstractSyntax:
			c.AbstractSyntax = uidText(data)
		case itemTransferSyntax:
			c.TransferSyntaxes = append(c.TransferSyntaxes, uidText(data))
		}
		return nil
	})
	return c, err
}

// ParseAssociateAC reads the body of an A-ASSOCIATE-AC, as [ParseAssociateRQ]
// does that of a request.
func ParseAssociateAC(body []byte, limits Limits) (*AssociateAC, error) {
	w := walk{left: limits.WithDefaults().Items}
	a := &AssociateAC{}
	var ok bool
	if a.Version, a.Called, a.Calling, ok = titles(body); !ok {
		return nil, truncated(int64(len(body)), "A-ASSOCIATE-AC")
	}
	err := w.items(body[associateFixed:], associateFixed, func(kind byte, data []byte, at int64) error {
		switch kind {
		case itemApplicationContext:
			a.ApplicationContext = uidText(data)
		case itemAnsweredContext:
			c, err := w.answeredContext(data, at)
			if err != nil {
				return err
			}
			a.Contexts = append(a.Contexts, c)
		case itemUserInformation:
			return w.userInformation(&a.User, data, at)
		}
		return nil
	})
	return a, err
}

func (w *walk) answeredContext(data []byte, at int64) (c AnsweredContext, err error) {
	if len(data) < 4 {
		return c, malformed(at, "presentation context", "PS3.8 §9.3.3.2")
	}
	c.ID, c.Result = data[0], ContextResult(data[2])
	err = w.items(data[4:], at+4, func(kind byte, data []byte, _ int64) error {
		if kind == itemTransferSyntax && c.TransferSyntax == "" {
			c.TransferSyntax = uidText(data)
		}
		return nil
	})
	return c, err
}

func titles(body []byte) (version uint16, called, calling string, ok bool) {
	if len(body) < associateFixed {
		return 0, "", "", false
	}
	return binary.BigEndian.Uint16(body), titleText(body[4:20]), titleText(body[20:36]), true
}

// titleText removes the spaces of PS3.8 §9.3.2, leading and trailing, and the
// nulls some implementations fill the field with.
func titleText(b []byte) string {
	return strings.Trim(string(b), " \x00")
}

// walk visits items of type, reserved byte, length and data, and counts them.
type walk struct{ left int }

// items calls visit for each item in b, which begins at offset at of the body.
func (w *walk) items(b []byte, at int64, visit func(kind byte, data []byte, at int64) error) error {
	for len(b) > 0 {
		if w.left--; w.left < 0 {
			return overLimit(at, "items")
		}
		if len(b) < 4 {
			return malformed(at, "item header", "PS3.8 §9.3.1")
		}
		n := 4 + int(binary.BigEndian.Uint16(b[2:]))
		if n > len(b) {
			return malformed(at, "item length", "PS3.8 §9.3.1")
		}
		if err := visit(b[0], b[4:n], at+4); err != nil {
			return err
		}
		b, at = b[n:], at+int64(n)
	}
	return nil
}
