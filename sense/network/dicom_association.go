package network

import (
	"slices"
	"strings"

	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/kind"
)

const (
	dicomTold   = 9 << 10 // bytes of UIDs of contexts that are told
	dicomStores = 32      // groups of C-STOREs kept at once
)

// dicomAssociation is what is kept of an open association.
type dicomAssociation struct {
	out       kind.DICOMAssociationV1
	requestor dicom.Side
	began     int64
	request   *dicom.AssociateRQ // until it is answered
	stores    []*dicomTally      // C-STOREs to be told together, oldest first
	// machine is the equipment seen first, devices all that was told, by a key of
	// their values.
	machine *kind.DICOMEquipmentV1
	devices map[string]struct{}
}

func newDICOMAssociation(requestor dicom.Side, at int64) *dicomAssociation {
	return &dicomAssociation{
		requestor: requestor, began: at,
		out: kind.DICOMAssociationV1{Result: kind.DICOMUnseen, FromServer: requestor == dicom.Acceptor},
	}
}

// asked takes the request.
func (a *dicomAssociation) asked(rq *dicom.AssociateRQ) {
	o := &a.out
	o.Result = kind.DICOMUnanswered
	o.Calling, o.Called = dicomTitle(rq.Calling), dicomTitle(rq.Called)
	if rq.ApplicationContext != dicom.ApplicationContextName {
		o.ApplicationContext = dicomClass(rq.ApplicationContext)
	}
	u := &rq.User
	o.Implementation, o.ImplementationVersion, o.MaxLength = dicomClass(u.ImplementationClass), dicomVersion(u.ImplementationVersion), u.MaxLength
	if i := u.Identity; i != nil {
		o.UserIdentity = i.Type.String()
		o.User, o.Passcode = len(i.Primary) > 0, len(i.Secondary) > 0
	}
	o.Offered = len(rq.Contexts)
	a.request = rq
}

// accepted takes the answer.
func (a *dicomAssociation) accepted(ac *dicom.AssociateAC) {
	o := &a.out
	o.Result = kind.DICOMAccepted
	if a.request == nil && o.Offered == 0 { // not seen: the answer repeats the titles
		o.Calling, o.Called = dicomTitle(ac.Calling), dicomTitle(ac.Called)
	}
	u := &ac.User
	o.AcceptorImplementation, o.AcceptorVersion, o.AcceptorMaxLength = dicomClass(u.ImplementationClass), dicomVersion(u.ImplementationVersion), u.MaxLength
	o.IdentityAnswered = u.IdentityResponse != nil
	a.contexts(ac.Contexts)
}

func (a *dicomAssociation) rejected(r dicom.Reject) {
	o := &a.out
	o.Result = kind.DICOMRejected
	o.RejectResult, o.RejectSource, o.RejectReason = r.Result.String(), r.Source.String(), r.ReasonText()
}

func (a *dicomAssociation) aborted(by dicom.Side, b dicom.Abort) {
	o := &a.out
	if o.Result == kind.DICOMUnanswered {
		o.Result = kind.DICOMAborted
	}
	o.AbortBy, o.AbortSource, o.AbortReason = "requestor", b.Source.String(), b.ReasonText()
	if by != a.requestor {
		o.AbortBy = "acceptor"
	}
}

func (a *dicomAssociation) ended(end string, at int64) {
	if a.request != nil {
		a.contexts(nil)
	}
	a.out.End = end
	a.out.DurationMS = dicomMS(at - a.began)
}

// contexts joins what was offered with what was answered, and puts together the
// contexts that are alike: a client that offers a hundred SOP classes offers
// them in one or two ways.
func (a *dicomAssociation) contexts(answers []dicom.AnsweredContext) {
	o := &a.out
	room := dicomTold
	told := func(c kind.DICOMContextV1, abstract string) {
		for i := range o.Contexts {
			g := &o.Contexts[i]
			if g.Result == c.Result && g.Transfer == c.Transfer && slices.Equal(g.Offered, c.Offered) {
				if room -= len(abstract) + 3; room < 0 {
					o.ContextsCut++
					return
				}
				g.Abstract = append(g.Abstract, abstract)
				return
			}
		}
		room -= len(abstract) + len(c.Transfer) + 80
		for _, s := range c.Offered {
			room -= len(s) + 3
		}
		if room < 0 {
			o.ContextsCut++
			return
		}
		c.Abstract = []string{abstract}
		o.Contexts = append(o.Contexts, c)
	}
	if a.request != nil {
		for _, offered := range a.request.Contexts {
			c := kind.DICOMContextV1{Result: "unanswered"}
			for _, s := range offered.TransferSyntaxes {
				c.Offered = append(c.Offered, dicomClass(s))
			}
			for _, answer := range answers {
				if answer.ID == offered.ID {
					c.Result = answer.Result.String()
					if answer.Result == dicom.ContextAccepted {
						o.Accepted++
						c.Transfer = dicomClass(answer.TransferSyntax)
					}
					break
				}
			}
			told(c, dicomClass(offered.AbstractSyntax))
		}
		a.request = nil
		return
	}
	for _, answer := range answers { // what was offered was not seen
		c := kind.DICOMContextV1{Result: answer.Result.String()}
		if answer.Result == dicom.ContextAccepted {
			o.Accepted++
			c.Transfer = dicomClass(answer.TransferSyntax)
		}
		told(c, "")
	}
}

// count counts an operation that is over.
func (a *dicomAssociation) count(o *dicom.Operation) {
	c := kind.DICOMCountV1{Operation: o.Request.Field.Service(), ByAcceptor: o.Invoker != a.requestor}
	if c.Operation == "" {
		c.Operation = "unknown"
	}
	i := slices.IndexFunc(a.out.Operations, func(k kind.DICOMCountV1) bool {
		return k.Operation == c.Operation && k.ByAcceptor == c.ByAcceptor
	})
	if i < 0 {
		i = len(a.out.Operations)
		a.out.Operations = append(a.out.Operations, c)
	}
	k := &a.out.Operations[i]
	k.Count++
	switch {
	case !o.Answered:
		k.Unanswered++
	case o.Response.Status.Class() == dicom.Failure:
		k.Failed++
	}
}

// dicomUID returns s if it is a UID (PS3.5 §9.1): digits and dots. What stands
// there else must not leave.
func dicomUID(s string) string {
	if len(s) > 64 {
		return ""
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && c != '.' {
			return ""
		}
	}
	return s
}

// dicomClass returns s if it is the UID of a SOP class, transfer syntax or
// implementation, which are short. Those of patients' objects are long, or hold a
// date or a number of many digits.
func dicomClass(s string) string {
	if s = dicomUID(s); len(s) > 40 || strings.HasPrefix(s, "2.25.") { // a UUID, anything's
		return ""
	}
	for part := range strings.SplitSeq(s, ".") {
		if len(part) > 6 && part != "7230010" && part != "3680043" { // what many programs' UIDs hold
			return ""
		}
	}
	return s
}

// dicomTitle returns an AE title: printable, 16 characters.
func dicomTitle(s string) string { return identifier(s, 16) }

// dicomVersion returns the name of an implementation's version: printable, 16
// characters.
func dicomVersion(s string) string { return unmarked(s, 16, productMarks|byNumber) }
