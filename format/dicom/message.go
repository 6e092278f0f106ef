package dicom

import "encoding/binary"

// message is the DIMSE message of which fragments are coming by: a command set
// and perhaps a data set, each in any number of fragments, all in one context
// and never mixed with another message's (PS3.8 §E.1, §E.2).
type message struct {
	context uint8
	command bool // of the PDV at hand: its fragment belongs to a command set
	last    bool // of the PDV at hand: its fragment is the last
	at      int64
	stage   stage
	set     []byte // a command set in several pieces
	parsed  Command
	data    *DataSetReader
}

type stage uint8

const (
	idle       stage = iota
	inCommand        // a command set has begun
	badCommand       // a command set has begun and can't be read
	inDataSet        // a data set has begun
)

// pdvHead reads a PDV header: length, context id, message control header
// (PS3.8 §9.3.5.1, §E.2).
func (d *Decoder) pdvHead(p []byte) []byte {
	if d.nhead == 0 && d.left < uint32(len(d.head)) {
		d.h.Malformed(malformed(d.off, "PDV header", "PS3.8 §9.3.5"))
		d.state = inSkip
		return p
	}
	p, whole := d.cut(p)
	if !whole {
		return nil
	}
	d.left -= uint32(len(d.head))
	at := d.off - int64(len(d.head))
	length := binary.BigEndian.Uint32(d.head[:])
	if length < 2 || length-2 > d.left {
		d.h.Malformed(malformed(at, "PDV length", "PS3.8 §9.3.5.1"))
		d.msg.abandon(d)
		d.state = inSkip
		d.skip(0)
		return p
	}
	if d.msg == nil {
		d.msg = &message{}
	}
	d.pdv = length - 2
	d.state = inPDV
	d.msg.begin(d, d.head[4], d.head[5])
	if d.pdv == 0 {
		d.pdvEnd()
	}
	return p
}

// fragment passes p, which is inside one PDV, to the message.
func (d *Decoder) fragment(p []byte) {
	m, n := d.msg, uint32(len(p))
	whole := n == d.pdv
	d.off += int64(n)
	d.left -= n
	d.pdv -= n
	switch m.stage {
	case inDataSet:
		m.data.Feed(p)
	case inCommand:
		if whole && m.last && len(m.set) == 0 {
			m.commandEnd(d, p)
			break
		}
		if len(m.set)+len(p) > d.cfg.Limits.Command {
			d.h.Malformed(overLimit(m.at, "command set"))
			m.stage, m.set = badCommand, nil
			break
		}
		m.set = append(m.set, p...)
	}
	if d.pdv == 0 {
		d.pdvEnd()
	}
}

// pdvEnd ends the PDV, and what it was the last fragment of.
func (d *Decoder) pdvEnd() {
	m := d.msg
	if d.state = atPDV; d.left == 0 {
		d.state = atPDU
	}
	if !m.last {
		return
	}
	switch m.stage {
	case inCommand:
		m.commandEnd(d, m.set)
		m.set = nil
	case inDataSet:
		m.dataSetEnd(d, true)
	}
	m.stage = idle
}

// begin starts a PDV of the message at hand, or of a new one.
func (m *message) begin(d *Decoder, context, control byte) {
	command := control&pdvCommand != 0
	if m.stage != idle && (m.context != context || command != (m.stage != inDataSet)) {
		m.abandon(d) // the rest of that message was never sent, or lost
	}
	m.context, m.command, m.last = context, command, control&pdvLast != 0
	if m.stage != idle {
		return
	}
	m.at = d.off
	if command {
		m.stage = inCommand
		return
	}
	if m.data == nil {
		m.data = NewDataSetReader(d.cfg, func(e *Element) { d.h.Element(m.context, e) })
	}
	m.stage = inDataSet
	m.data.Begin(d.neg.syntax(context))
}

func (m *message) commandEnd(d *Decoder, b []byte) {
	m.stage = idle
	if err := m.parsed.parse(b); err != nil {
		d.malformedAt(err, m.at)
		return
	}
	d.h.Command(m.context, &m.parsed)
}

func (m *message) dataSetEnd(d *Decoder, complete bool) {
	m.stage = idle
	err := m.data.End()
	d.h.DataSetEnd(m.context, DataSetEnd{
		Length:   m.data.Len(),
		Missing:  m.data.Missing(),
		Complete: complete,
		Syntax:   m.data.Syntax(),
		Err:      err,
	})
}

// abandon ends a message that is in part and reports whether there was one.
func (m *message) abandon(d *Decoder) bool {
	if m == nil || m.stage == idle {
		return false
	}
	switch m.stage {
	case inCommand:
		d.h.Malformed(truncated(m.at, "command set"))
		m.set = nil
	case inDataSet:
		m.dataSetEnd(d, false)
	}
	m.stage = idle
	return true
}
