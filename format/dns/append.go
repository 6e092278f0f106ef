package dns

import (
	"encoding/binary"

	"github.com/wardround/wardround/format"
)

func encodeError(field string, err error) error {
	return &format.Error{Format: "dns", Offset: -1, Field: field, Source: "RFC 1035 §2.3.4", Err: err}
}

// Append adds the message to dst, names compressed. It returns
// [format.ErrMalformed] or [format.ErrLimit] for a name, text or message that
// the format can't hold.
//
// Of RCode the low four bits are written; an OPT record among Additionals
// carries the others in its TTL.
func (m *Message) Append(dst []byte) ([]byte, error) {
	start := len(dst)
	dst = binary.BigEndian.AppendUint16(dst, m.ID)
	dst = append(dst,
		bit(m.Response, 7)|m.Opcode&0xf<<3|bit(m.Authoritative, 2)|bit(m.Truncated, 1)|bit(m.RecursionDesired, 0),
		bit(m.RecursionAvailable, 7)|bit(m.AuthenticData, 5)|bit(m.CheckingDisabled, 4)|byte(m.RCode&0xf))
	for _, n := range []int{len(m.Questions), len(m.Answers), len(m.Authorities), len(m.Additionals)} {
		if n > maxRecords {
			return dst[:start], encodeError("records", format.ErrLimit)
		}
		dst = binary.BigEndian.AppendUint16(dst, uint16(n))
	}
	n := &names{start: start, at: map[string]int{}}
	var err error
	for _, q := range m.Questions {
		if dst, err = n.append(dst, q.Name); err != nil {
			return dst[:start], err
		}
		dst = binary.BigEndian.AppendUint16(dst, uint16(q.Type))
		dst = binary.BigEndian.AppendUint16(dst, uint16(q.Class))
	}
	for _, section := range [][]Resource{m.Answers, m.Authorities, m.Additionals} {
		for i := range section {
			if dst, err = section[i].append(dst, n); err != nil {
				return dst[:start], err
			}
		}
	}
	if len(dst)-start > maxMessage {
		return dst[:start], encodeError("message", format.ErrLimit)
	}
	return dst, nil
}

func bit(set bool, at uint) byte {
	if set {
		return 1 << at
	}
	return 0
}

// AppendTCP adds the message to dst behind its length, as it goes over TCP
// (RFC 1035 §4.2.2).
func (m *Message) AppendTCP(dst []byte) ([]byte, error) {
	start := len(dst)
	dst, err := m.Append(append(dst, 0, 0))
	if err != nil {
		return dst[:start], err
	}
	binary.BigEndian.PutUint16(dst[start:], uint16(len(dst)-start-2))
	return dst, nil
}

func (r *Resource) append(dst []byte, n *names) ([]byte, error) {
	dst, err := n.append(dst, r.Name)
	if err != nil {
		return dst, err
	}
	dst = binary.BigEndian.AppendUint16(dst, uint16(r.Type))
	dst = binary.BigEndian.AppendUint16(dst, uint16(r.Class))
	dst = binary.BigEndian.AppendUint32(dst, r.TTL)
	dst = append(dst, 0, 0) // the length of the data, filled in below
	start := len(dst)
	if dst, err = r.appendData(dst, n); err != nil {
		return dst, err
	}
	if len(dst)-start > maxMessage {
		return dst, encodeError("data", format.ErrLimit)
	}
	binary.BigEndian.PutUint16(dst[start-2:], uint16(len(dst)-start))
	return dst, nil
}

func (r *Resource) appendData(dst []byte, n *names) ([]byte, error) {
	switch r.Type {
	case NS, CNAME, SOA, PTR, MX, SRV, DNAME:
		if r.Target == "" { // a record set is named without data, RFC 2136 §2.4
			return dst, nil
		}
	}
	switch r.Type {
	case A, AAAA:
		if r.Addr.IsValid() && r.Addr.Is4() != (r.Type == A) {
			return dst, encodeError("address", format.ErrMalformed)
		}
		return append(dst, r.Addr.AsSlice()...), nil
	case NS, CNAME, PTR:
		return n.append(dst, r.Target)
	case DNAME, SRV: // their names are never compressed: RFC 6672 §2.5, RFC 2782
		if r.Type == SRV {
			dst = binary.BigEndian.AppendUint16(dst, r.Priority)
			dst = binary.BigEndian.AppendUint16(dst, r.Weight)
			dst = binary.BigEndian.AppendUint16(dst, r.Port)
		}
		alone := names{start: len(dst), at: map[string]int{}}
		return alone.append(dst, r.Target)
	case MX:
		return n.append(binary.BigEndian.AppendUint16(dst, r.Priority), r.Target)
	case TXT:
		for _, s := range r.Text {
			if len(s) > 255 {
				return dst, encodeError("text", format.ErrLimit)
			}
			dst = append(append(dst, byte(len(s))), s...)
		}
		return dst, nil
	case SOA:
		dst, err := n.append(dst, r.Target)
		if err != nil {
			return dst, err
		}
		if dst, err = n.append(dst, r.Mailbox); err != nil {
			return dst, err
		}
		for _, t := range r.Times {
			dst = binary.BigEndian.AppendUint32(dst, t)
		}
		return dst, nil
	default:
		return append(dst, r.Data...), nil
	}
}
