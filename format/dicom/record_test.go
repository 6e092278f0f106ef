package dicom

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// record is a handler that writes down what it is told, one line an event.
type record struct{ lines []string }

func (r *record) add(format string, args ...any) {
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

func (r *record) String() string { return strings.Join(r.lines, "\n") }

func (r *record) PDU(t PDUType, length uint32, offset int64) {
	r.add("pdu %v %d @%d", t, length, offset)
}
func (r *record) AssociateRequest(a *AssociateRQ) { r.add("request %s", dump(a)) }
func (r *record) AssociateAccept(a *AssociateAC)  { r.add("accept %s", dump(a)) }
func (r *record) AssociateReject(j Reject) {
	r.add("reject %v %v %s", j.Result, j.Source, j.ReasonText())
}
func (r *record) ReleaseRequest()                   { r.add("release request") }
func (r *record) ReleaseResponse()                  { r.add("release response") }
func (r *record) Abort(a Abort)                     { r.add("abort %v %s", a.Source, a.ReasonText()) }
func (r *record) Command(context uint8, c *Command) { r.add("command %d %s", context, dump(c)) }
func (r *record) Malformed(err error)               { r.add("malformed %v", err) }

func (r *record) Element(context uint8, e *Element) { r.add("element %d %s", context, elementLine(e)) }

func (r *record) DataSetEnd(context uint8, d DataSetEnd) {
	r.add("data set end %d %+v", context, d)
}

func elementLine(e *Element) string {
	value := fmt.Sprintf("%q", e.Value)
	if !e.Whole {
		value += "…"
	}
	return fmt.Sprintf("@%d %v%v %v %d %s", e.Offset, e.Path, e.Tag, e.VR, int32(e.Length), value)
}

// dump prints a value with what its pointers point to.
func dump(v any) string {
	switch v := v.(type) {
	case *AssociateRQ:
		return fmt.Sprintf("%04x %q %q %s %v %s", v.Version, v.Called, v.Calling, v.ApplicationContext, v.Contexts, dump(v.User))
	case *AssociateAC:
		return fmt.Sprintf("%04x %q %q %s %v %s", v.Version, v.Called, v.Calling, v.ApplicationContext, v.Contexts, dump(v.User))
	case UserInformation:
		s := fmt.Sprintf("%d %s %q %v %v %v %v", v.MaxLength, v.ImplementationClass, v.ImplementationVersion, v.Roles, v.Extended, v.CommonExtended, v.Other)
		if v.Asynchronous != nil {
			s += fmt.Sprintf(" async %v", *v.Asynchronous)
		}
		if v.Identity != nil {
			s += fmt.Sprintf(" identity %+v", *v.Identity)
		}
		if v.IdentityResponse != nil {
			s += " server " + hex.EncodeToString(v.IdentityResponse.Server)
		}
		return s
	case *Command:
		return fmt.Sprintf("%+v", *v)
	}
	return fmt.Sprint(v)
}

// decode feeds stream to a decoder in pieces of the sizes that next returns and
// gives what happened, a line each.
func decode(cfg *Config, n *Negotiation, stream []byte, next func() int) *record {
	r := &record{}
	d := NewDecoder(cfg, n, r)
	for len(stream) > 0 {
		k := min(next(), len(stream))
		piece := append([]byte(nil), stream[:k]...)
		if err := d.Feed(piece); err != nil {
			r.add("error %v", err)
			break
		}
		for i := range piece {
			piece[i] = 0xDB // what was fed must not be looked at again
		}
		stream = stream[k:]
	}
	if err := d.Close(); err != nil {
		r.add("close %v", err)
	}
	return r
}

func whole() int { return 1 << 30 }

func single() int { return 1 }
