package dicom

import "encoding/binary"

// UserInformation is what the two applications tell each other about
// themselves (PS3.7 annex D.3).
type UserInformation struct {
	MaxLength             uint32 // bytes of P-DATA-TF the sender wants to receive at most; 0 for no limit
	ImplementationClass   string // UID
	ImplementationVersion string
	Asynchronous          *AsynchronousOperations
	Roles                 []Role
	Extended              []ExtendedNegotiation
	CommonExtended        []CommonExtendedNegotiation
	Identity              *UserIdentity         // in a request
	IdentityResponse      *UserIdentityResponse // in an acceptance
	Other                 []SubItem             // sub-items not known, or not as they should be
}

// AsynchronousOperations is the window of operations under way at once; 0 is
// unlimited (PS3.7 §D.3.3.3).
type AsynchronousOperations struct{ Invoked, Performed uint16 }

// Role selects who plays user and who provider for a SOP class (PS3.7 §D.3.3.4).
type Role struct {
	SOPClass string
	SCU, SCP bool
}

// ExtendedNegotiation carries information defined by the SOP class (PS3.7 §D.3.3.5).
type ExtendedNegotiation struct {
	SOPClass    string
	Information []byte
}

// CommonExtendedNegotiation says what a SOP class derives from (PS3.7 §D.3.3.6).
type CommonExtendedNegotiation struct {
	SOPClass, ServiceClass string
	Related                []string
}

// IdentityType is the way a user proves to be one (PS3.7 §D.3.3.7.1).
type IdentityType uint8

// The identity types.
const (
	IdentityUsername IdentityType = 1
	IdentityPassword IdentityType = 2 // user name and passcode, both in the clear
	IdentityKerberos IdentityType = 3
	IdentitySAML     IdentityType = 4
	IdentityJWT      IdentityType = 5
)

var identityTypes = [...]string{"", "username", "username-passcode", "kerberos", "saml", "jwt"}

// String returns "username", "username-passcode", "kerberos", "saml", "jwt" or "unknown".
func (t IdentityType) String() string {
	if t == 0 || int(t) >= len(identityTypes) {
		return "unknown"
	}
	return identityTypes[t]
}

// UserIdentity identifies the user of a request. Both fields are secrets or
// personal data.
type UserIdentity struct {
	Type              IdentityType
	ResponseRequested bool
	Primary           []byte // user name, ticket, assertion or token
	Secondary         []byte // passcode, for IdentityPassword only
}

// UserIdentityResponse is the acceptor's positive answer.
type UserIdentityResponse struct{ Server []byte }

// SubItem is a user information sub-item as it was sent.
type SubItem struct {
	Type byte
	Data []byte
}

// The sub-item types of PS3.7 annex D.3.3.
const (
	subMaxLength             = 0x51
	subImplementationClass   = 0x52
	subAsynchronous          = 0x53
	subRole                  = 0x54
	subImplementationVersion = 0x55
	subExtended              = 0x56
	subCommonExtended        = 0x57
	subIdentity              = 0x58
	subIdentityResponse      = 0x59
)

// userInformation reads the sub-items in data. One whose inside is not as it
// should be goes to Other: the association may be granted all the same, and is
// to be seen then.
func (w *walk) userInformation(u *UserInformation, data []byte, at int64) error {
	return w.items(data, at, func(kind byte, data []byte, _ int64) error {
		if !u.set(kind, data, w) {
			u.Other = append(u.Other, SubItem{Type: kind, Data: append([]byte(nil), data...)})
		}
		return nil
	})
}

// set stores one sub-item and reports whether it could be read.
func (u *UserInformation) set(kind byte, data []byte, w *walk) bool {
	f := fields{b: data}
	switch kind {
	case subMaxLength:
		if len(data) != 4 {
			return false
		}
		u.MaxLength = binary.BigEndian.Uint32(data)
	case subImplementationClass:
		u.ImplementationClass = uidText(data)
	case subImplementationVersion:
		u.ImplementationVersion = titleText(data)
	case subAsynchronous:
		if len(data) != 4 {
			return false
		}
		u.Asynchronous = &AsynchronousOperations{Invoked: f.uint16(), Performed: f.uint16()}
	case subRole:
		r := Role{SOPClass: uidText(f.counted())}
		rest := f.rest()
		if f.short || len(rest) != 2 {
			return false
		}
		r.SCU, r.SCP = rest[0] == 1, rest[1] == 1
		u.Roles = append(u.Roles, r)
	case subExtended:
		e := ExtendedNegotiation{SOPClass: uidText(f.counted())}
		e.Information = append([]byte(nil), f.rest()...)
		if f.short {
			return false
		}
		u.Extended = append(u.Extended, e)
	case subCommonExtended:
		return u.setCommonExtended(f, w)
	case subIdentity:
		return u.setIdentity(f)
	case subIdentityResponse:
		server := append([]byte(nil), f.counted()...)
		if f.short {
			return false
		}
		u.IdentityResponse = &UserIdentityResponse{Server: server}
	default:
		return false
	}
	return true
}

func (u *UserInformation) setCommonExtended(f fields, w *walk) bool {
	c := CommonExtendedNegotiation{SOPClass: uidText(f.counted()), ServiceClass: uidText(f.counted())}
	related := fields{b: f.counted()}
	for len(related.b) > 0 && !related.short {
		if w.left--; w.left < 0 {
			return false
		}
		c.Related = append(c.Related, uidText(related.counted()))
	}
	if f.short || related.short {
		return false
	}
	u.CommonExtended = append(u.CommonExtended, c)
	return true
}

func (u *UserInformation) setIdentity(f fields) bool {
	kind := f.bytes(2)
	primary, secondary := f.counted(), f.counted()
	if f.short {
		return false
	}
	u.Identity = &UserIdentity{
		Type:              IdentityType(kind[0]),
		ResponseRequested: kind[1] == 1,
		Primary:           append([]byte(nil), primary...),
		Secondary:         append([]byte(nil), secondary...),
	}
	return true
}

// fields takes fields from the front of a sub-item; short is set when one is
// longer than what is left.
type fields struct {
	b     []byte
	short bool
}

func (f *fields) bytes(n int) []byte {
	if n > len(f.b) {
		f.b, f.short = nil, true
		return nil
	}
	v := f.b[:n]
	f.b = f.b[n:]
	return v
}

func (f *fields) uint16() uint16 {
	if v := f.bytes(2); v != nil {
		return binary.BigEndian.Uint16(v)
	}
	return 0
}

// counted takes a length of 16 bits and as many bytes.
func (f *fields) counted() []byte { return f.bytes(int(f.uint16())) }

func (f *fields) rest() []byte { return f.bytes(len(f.b)) }
