package dicom

import (
	"encoding/binary"
	"math"
)

// appendPDU appends a PDU whose body fill appends (PS3.8 §9.3.1).
func appendPDU(dst []byte, t PDUType, fill func([]byte) []byte) []byte {
	start := len(dst)
	dst = fill(append(dst, byte(t), 0, 0, 0, 0, 0))
	binary.BigEndian.PutUint32(dst[start+2:], uint32(len(dst)-start-6))
	return dst
}

// appendItem appends an item or sub-item. What goes beyond 65,535 bytes is cut:
// there is no way to write it.
func appendItem(dst []byte, kind byte, fill func([]byte) []byte) []byte {
	start := len(dst)
	dst = fill(append(dst, kind, 0, 0, 0))
	if len(dst)-start-4 > math.MaxUint16 {
		dst = dst[:start+4+math.MaxUint16]
	}
	binary.BigEndian.PutUint16(dst[start+2:], uint16(len(dst)-start-4))
	return dst
}

func appendTextItem(dst []byte, kind byte, text string) []byte {
	return appendItem(dst, kind, func(b []byte) []byte { return append(b, text...) })
}

// appendCounted appends a length of 16 bits and v, cut to it.
func appendCounted[T string | []byte](dst []byte, v T) []byte {
	v = v[:min(len(v), math.MaxUint16)]
	return append(binary.BigEndian.AppendUint16(dst, uint16(len(v))), v...)
}

// Append appends the A-ASSOCIATE-RQ PDU. A zero Version is written as 1, an
// empty ApplicationContext as the standard's.
func (a *AssociateRQ) Append(dst []byte) []byte {
	return appendPDU(dst, PDUAssociateRQ, func(b []byte) []byte {
		b = appendTitles(b, a.Version, a.Called, a.Calling, a.ApplicationContext)
		for _, c := range a.Contexts {
			b = appendItem(b, itemOfferedContext, func(b []byte) []byte {
				b = append(b, c.ID, 0, 0, 0)
				b = appendTextItem(b, itemAbstractSyntax, c.AbstractSyntax)
				for _, s := range c.TransferSyntaxes {
					b = appendTextItem(b, itemTransferSyntax, s)
				}
				return b
			})
		}
		return a.User.append(b)
	})
}

// Append appends the A-ASSOCIATE-AC PDU, with the same defaults as a request.
func (a *AssociateAC) Append(dst []byte) []byte {
	return appendPDU(dst, PDUAssociateAC, func(b []byte) []byte {
		b = appendTitles(b, a.Version, a.Called, a.Calling, a.ApplicationContext)
		for _, c := range a.Contexts {
			b = appendItem(b, itemAnsweredContext, func(b []byte) []byte {
				b = append(b, c.ID, 0, byte(c.Result), 0)
				return appendTextItem(b, itemTransferSyntax, c.TransferSyntax)
			})
		}
		return a.User.append(b)
	})
}

func appendTitles(b []byte, version uint16, called, calling, application string) []byte {
	if version == 0 {
		version = 1
	}
	if application == "" {
		application = ApplicationContextName
	}
	b = binary.BigEndian.AppendUint16(b, version)
	b = append(b, 0, 0)
	for _, title := range []string{called, calling} {
		field := [16]byte([]byte("                "))
		copy(field[:], title)
		b = append(b, field[:]...)
	}
	b = append(b, make([]byte, 32)...)
	return appendTextItem(b, itemApplicationContext, application)
}

func (u *UserInformation) append(b []byte) []byte {
	return appendItem(b, itemUserInformation, func(b []byte) []byte {
		b = appendItem(b, subMaxLength, func(b []byte) []byte { return binary.BigEndian.AppendUint32(b, u.MaxLength) })
		b = appendTextItem(b, subImplementationClass, u.ImplementationClass)
		if a := u.Asynchronous; a != nil {
			b = appendItem(b, subAsynchronous, func(b []byte) []byte {
				return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, a.Invoked), a.Performed)
			})
		}
		for _, r := range u.Roles {
			b = appendItem(b, subRole, func(b []byte) []byte {
				return append(appendCounted(b, r.SOPClass), bit(r.SCU), bit(r.SCP))
			})
		}
		if u.ImplementationVersion != "" {
			b = appendTextItem(b, subImplementationVersion, u.ImplementationVersion)
		}
		for _, e := range u.Extended {
			b = appendItem(b, subExtended, func(b []byte) []byte { return append(appendCounted(b, e.SOPClass), e.Information...) })
		}
		for _, c := range u.CommonExtended {
			b = appendItem(b, subCommonExtended, func(b []byte) []byte {
				var related []byte
				for _, uid := range c.Related {
					related = appendCounted(related, uid)
				}
				return appendCounted(appendCounted(appendCounted(b, c.SOPClass), c.ServiceClass), related)
			})
		}
		if i := u.Identity; i != nil {
			b = appendItem(b, subIdentity, func(b []byte) []byte {
				return appendCounted(appendCounted(append(b, byte(i.Type), bit(i.ResponseRequested)), i.Primary), i.Secondary)
			})
		}
		if r := u.IdentityResponse; r != nil {
			b = appendItem(b, subIdentityResponse, func(b []byte) []byte { return appendCounted(b, r.Server) })
		}
		for _, o := range u.Other {
			b = appendItem(b, o.Type, func(b []byte) []byte { return append(b, o.Data...) })
		}
		return b
	})
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// Append appends the A-ASSOCIATE-RJ PDU.
func (r Reject) Append(dst []byte) []byte {
	return append(dst, byte(PDUAssociateRJ), 0, 0, 0, 0, 4, 0, byte(r.Result), byte(r.Source), r.Reason)
}

// Append appends the A-ABORT PDU.
func (a Abort) Append(dst []byte) []byte {
	return append(dst, byte(PDUAbort), 0, 0, 0, 0, 4, 0, 0, byte(a.Source), a.Reason)
}

// AppendReleaseRQ appends the A-RELEASE-RQ PDU.
func AppendReleaseRQ(dst []byte) []byte {
	return append(dst, byte(PDUReleaseRQ), 0, 0, 0, 0, 4, 0, 0, 0, 0)
}

// AppendReleaseRP appends the A-RELEASE-RP PDU.
func AppendReleaseRP(dst []byte) []byte {
	return append(dst, byte(PDUReleaseRP), 0, 0, 0, 0, 4, 0, 0, 0, 0)
}

// The bits of a message control header (PS3.8 §E.2).
const (
	pdvCommand = 1
	pdvLast    = 2
)

// AppendPData appends a P-DATA-TF PDU with one fragment of a message
// (PS3.8 §9.3.5): of its command set or its data set, and whether it is the last.
func AppendPData(dst []byte, context uint8, command, last bool, fragment []byte) []byte {
	dst = append(dst, byte(PDUData), 0)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(fragment)+6))
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(fragment)+2))
	dst = append(dst, context, bit(command)*pdvCommand|bit(last)*pdvLast)
	return append(dst, fragment...)
}

// AppendMessage appends a DIMSE message as P-DATA-TF PDUs: its command set,
// whose DataSet must be set when a data set follows, and dataSet. No PDU's body
// is longer than maxLength bytes, the receiver's UserInformation.MaxLength;
// 0 is no limit.
func AppendMessage(dst []byte, maxLength uint32, context uint8, c *Command, dataSet []byte) []byte {
	dst = appendFragmented(dst, maxLength, context, true, c.Append(nil))
	if c.DataSet {
		dst = appendFragmented(dst, maxLength, context, false, dataSet)
	}
	return dst
}

func appendFragmented(dst []byte, maxLength uint32, context uint8, command bool, b []byte) []byte {
	room := len(b)
	if maxLength > 0 && int(maxLength)-6 < room {
		room = max((int(maxLength)-6)&^1, 2) // fragments are of even length, PS3.8 §E.2
	}
	for len(b) > room {
		dst = AppendPData(dst, context, command, false, b[:room])
		b = b[room:]
	}
	return AppendPData(dst, context, command, true, b)
}
