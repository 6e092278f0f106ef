package dns

import (
	"encoding/binary"
	"net/netip"

	"github.com/wardround/wardround/format"
)

// Parse reads one message. On an error it returns what it had read before: a
// header that was whole has been read even if a record was not. Bytes after the
// last record are ignored.
func Parse(p []byte) (Message, error) {
	var m Message
	err := m.Decode(p)
	return m, err
}

// Decode is [Parse] into m, whose slices it uses again.
func (m *Message) Decode(p []byte) error {
	*m = Message{
		Questions: m.Questions[:0], Answers: m.Answers[:0],
		Authorities: m.Authorities[:0], Additionals: m.Additionals[:0],
	}
	r := reader{p: p}
	if len(p) < headerSize {
		return r.fail(len(p), "header", format.ErrTruncated)
	}
	if len(p) > maxMessage {
		return r.fail(0, "message", format.ErrLimit)
	}
	m.ID = binary.BigEndian.Uint16(p)
	m.Response = p[2]&0x80 != 0
	m.Opcode = p[2] >> 3 & 0xf
	m.Authoritative = p[2]&0x04 != 0
	m.Truncated = p[2]&0x02 != 0
	m.RecursionDesired = p[2]&0x01 != 0
	m.RecursionAvailable = p[3]&0x80 != 0
	m.AuthenticData = p[3]&0x20 != 0
	m.CheckingDisabled = p[3]&0x10 != 0
	m.RCode = uint16(p[3] & 0xf)

	off := headerSize
	for range binary.BigEndian.Uint16(p[4:]) {
		q, next, err := r.question(off)
		if err != nil {
			return err
		}
		m.Questions, off = append(m.Questions, q), next
	}
	for i, section := range []*[]Resource{&m.Answers, &m.Authorities, &m.Additionals} {
		for range binary.BigEndian.Uint16(p[6+2*i:]) {
			rr, next, err := r.resource(off)
			if err != nil {
				return err
			}
			if rr.Type == OPT {
				m.RCode |= uint16(rr.TTL>>24) << 4
			}
			*section, off = append(*section, rr), next
		}
	}
	return nil
}

// reader reads one message and counts what it unfolds.
type reader struct {
	p         []byte
	known     [4]known // names read last
	next      int      // the one of known to replace
	nameBytes int
	records   int
}

func (r *reader) fail(off int, field string, err error) error {
	return &format.Error{Format: "dns", Offset: int64(off), Field: field, Source: "RFC 1035 §4.1", Err: err}
}

func (r *reader) count(off int) error {
	if r.records++; r.records > maxRecords {
		return r.fail(off, "records", format.ErrLimit)
	}
	return nil
}

func (r *reader) question(off int) (Question, int, error) {
	if err := r.count(off); err != nil {
		return Question{}, 0, err
	}
	name, end, err := r.name(off)
	if err != nil {
		return Question{}, 0, err
	}
	if end+4 > len(r.p) {
		return Question{}, 0, r.fail(end, "question", format.ErrTruncated)
	}
	return Question{
		Name:  name,
		Type:  Type(binary.BigEndian.Uint16(r.p[end:])),
		Class: Class(binary.BigEndian.Uint16(r.p[end+2:])),
	}, end + 4, nil
}

func (r *reader) resource(off int) (Resource, int, error) {
	if err := r.count(off); err != nil {
		return Resource{}, 0, err
	}
	name, end, err := r.name(off)
	if err != nil {
		return Resource{}, 0, err
	}
	if end+10 > len(r.p) {
		return Resource{}, 0, r.fail(end, "record", format.ErrTruncated)
	}
	rr := Resource{
		Name:  name,
		Type:  Type(binary.BigEndian.Uint16(r.p[end:])),
		Class: Class(binary.BigEndian.Uint16(r.p[end+2:])),
		TTL:   binary.BigEndian.Uint32(r.p[end+4:]),
	}
	start := end + 10
	stop := start + int(binary.BigEndian.Uint16(r.p[end+8:]))
	if stop > len(r.p) {
		return Resource{}, 0, r.fail(end+8, "data length", format.ErrTruncated)
	}
	rr.Data = r.p[start:stop:stop]
	if start < stop { // an update may name a record set by a record without data, RFC 2136 §2.4
		if err := r.data(&rr, start, stop); err != nil {
			return Resource{}, 0, err
		}
	}
	return rr, stop, nil
}

// data reads the typed fields of the record whose data stands from start to stop.
func (r *reader) data(rr *Resource, start, stop int) error {
	d, off, field := rr.Data, start, "data"
	switch rr.Type {
	case A:
		if len(d) == 4 {
			rr.Addr, off = netip.AddrFrom4([4]byte(d)), stop
		}
	case AAAA:
		if len(d) == 16 {
			rr.Addr, off = netip.AddrFrom16([16]byte(d)), stop
		}
	case NS, CNAME, PTR, DNAME:
		return r.target(rr, start, stop)
	case MX:
		if len(d) > 2 {
			rr.Priority = binary.BigEndian.Uint16(d)
			return r.target(rr, start+2, stop)
		}
	case SRV:
		if len(d) > 6 {
			rr.Priority = binary.BigEndian.Uint16(d)
			rr.Weight = binary.BigEndian.Uint16(d[2:])
			rr.Port = binary.BigEndian.Uint16(d[4:])
			return r.target(rr, start+6, stop)
		}
	case TXT:
		for off < stop {
			end := off + 1 + int(r.p[off])
			if end > stop {
				break
			}
			rr.Text = append(rr.Text, string(r.p[off+1:end]))
			off = end
		}
		field = "text"
	case SOA:
		return r.authority(rr, start, stop)
	default:
		return nil
	}
	if off != stop {
		return r.fail(off, field, format.ErrMalformed)
	}
	return nil
}

// target reads the one name that ends the record's data.
func (r *reader) target(rr *Resource, off, stop int) error {
	name, end, err := r.name(off)
	if err != nil {
		return err
	}
	if end != stop {
		return r.fail(off, "target", format.ErrMalformed)
	}
	rr.Target = name
	return nil
}

// authority reads the data of an SOA record (RFC 1035 §3.3.13).
func (r *reader) authority(rr *Resource, off, stop int) error {
	var err error
	if rr.Target, off, err = r.name(off); err != nil {
		return err
	}
	if rr.Mailbox, off, err = r.name(off); err != nil {
		return err
	}
	if off+4*len(rr.Times) != stop {
		return r.fail(off, "start of authority", format.ErrMalformed)
	}
	for i := range rr.Times {
		rr.Times[i] = binary.BigEndian.Uint32(r.p[off+4*i:])
	}
	return nil
}
