package dicom

import "encoding/binary"

// ParseCommand reads a command set: always implicit VR little endian
// (PS3.7 §6.3.1). Unknown and retired elements are passed over.
func ParseCommand(b []byte) (Command, error) {
	var c Command
	err := c.parse(b)
	return c, err
}

// parse reads b into c. Strings that are the same as those c held before are
// not allocated again: a C-STORE resembles the one before it.
func (c *Command) parse(b []byte) error {
	last := *c
	*c = Command{}
	for at := 0; at < len(b); {
		if len(b)-at < 8 {
			return truncated(int64(at), "command element")
		}
		t := NewTag(binary.LittleEndian.Uint16(b[at:]), binary.LittleEndian.Uint16(b[at+2:]))
		length := int64(binary.LittleEndian.Uint32(b[at+4:]))
		if t.Group() != 0 {
			return malformed(int64(at), "command element "+t.String(), "PS3.7 §6.3.1")
		}
		if length > int64(len(b)-at-8) {
			return malformed(int64(at), "length of "+t.String(), "PS3.7 §6.3.1")
		}
		c.set(t, b[at+8:at+8+int(length)], &last)
		at += 8 + int(length)
	}
	if !c.Has(0x0100) {
		return malformed(int64(len(b)), "command field missing", "PS3.7 §E.1")
	}
	return nil
}

// set stores the value v of element t; last is the command read before.
func (c *Command) set(t Tag, v []byte, last *Command) {
	number := func() uint16 {
		if len(v) < 2 {
			return 0
		}
		return binary.LittleEndian.Uint16(v)
	}
	for i := range commandTags {
		if commandTags[i] == t {
			c.present |= 1 << i
		}
	}
	switch t.Element() {
	case 0x0002:
		c.AffectedSOPClass = same(trimUID(v), last.AffectedSOPClass)
	case 0x0003:
		c.RequestedSOPClass = same(trimUID(v), last.RequestedSOPClass)
	case 0x0100:
		c.Field = CommandField(number())
	case 0x0110:
		c.MessageID = number()
	case 0x0120:
		c.RespondingTo = number()
	case 0x0600:
		c.MoveDestination = same(trimTitle(v), last.MoveDestination)
	case 0x0700:
		c.Priority = number()
	case 0x0800:
		c.DataSet = number() != noDataSet
	case 0x0900:
		c.Status = Status(number())
	case 0x0901:
		c.OffendingElements = tagList(v)
	case 0x0902:
		c.ErrorComment = string(trimTitle(v))
	case 0x0903:
		c.ErrorID = number()
	case 0x1000:
		c.AffectedSOPInstance = same(trimUID(v), last.AffectedSOPInstance)
	case 0x1001:
		c.RequestedSOPInstance = same(trimUID(v), last.RequestedSOPInstance)
	case 0x1002:
		c.EventType = number()
	case 0x1005:
		c.AttributeList = tagList(v)
	case 0x1008:
		c.ActionType = number()
	case 0x1020:
		c.Remaining = number()
	case 0x1021:
		c.Completed = number()
	case 0x1022:
		c.Failed = number()
	case 0x1023:
		c.Warnings = number()
	case 0x1030:
		c.MoveOriginator = same(trimTitle(v), last.MoveOriginator)
	case 0x1031:
		c.MoveOriginatorMessageID = number()
	}
}

// same returns b as a string, which is last when they are equal.
func same(b []byte, last string) string {
	if string(b) == last {
		return last
	}
	if s, ok := wellKnown[string(b)]; ok {
		return s
	}
	return string(b)
}

func tagList(v []byte) []Tag {
	tags := make([]Tag, 0, len(v)/4)
	for ; len(v) >= 4; v = v[4:] {
		tags = append(tags, NewTag(binary.LittleEndian.Uint16(v), binary.LittleEndian.Uint16(v[2:])))
	}
	return tags
}

// Append appends the command set as it goes on the wire: its group length, the
// elements that PS3.7 §9.3 and §10.3 require of the message, and those that are
// not zero or were in the set it was read from.
func (c *Command) Append(dst []byte) []byte {
	start := len(dst)
	implicit := Syntax{Implicit: true}
	dst = AppendUint32(dst, implicit, 0, UL, 0)
	for i, t := range commandTags {
		if c.present&(1<<i) != 0 || c.due(t) {
			dst = c.appendElement(dst, t)
		}
	}
	binary.LittleEndian.PutUint32(dst[start+8:], uint32(len(dst)-start-12))
	return dst
}

// due reports whether t is mandatory in the message or has a value.
func (c *Command) due(t Tag) bool {
	rsp := c.Field.Response()
	switch t.Element() {
	case 0x0002:
		return c.AffectedSOPClass != ""
	case 0x0003:
		return c.RequestedSOPClass != ""
	case 0x0100, 0x0800:
		return true
	case 0x0110:
		return !rsp && c.Field != CCancelRQ
	case 0x0120:
		return rsp || c.Field == CCancelRQ
	case 0x0600:
		return c.Field == CMoveRQ
	case 0x0700:
		return c.Field == CStoreRQ || c.Field == CFindRQ || c.Field == CGetRQ || c.Field == CMoveRQ
	case 0x0900:
		return rsp
	case 0x0901:
		return len(c.OffendingElements) > 0
	case 0x0902:
		return c.ErrorComment != ""
	case 0x0903:
		return c.ErrorID != 0
	case 0x1000:
		return c.AffectedSOPInstance != ""
	case 0x1001:
		return c.RequestedSOPInstance != ""
	case 0x1002:
		return c.Field == NEventReportRQ || c.EventType != 0
	case 0x1005:
		return len(c.AttributeList) > 0
	case 0x1008:
		return c.Field == NActionRQ || c.ActionType != 0
	case 0x1020:
		return c.Remaining != 0
	case 0x1021, 0x1022, 0x1023:
		return rsp && (c.Field == CGetRSP || c.Field == CMoveRSP)
	case 0x1030:
		return c.MoveOriginator != ""
	case 0x1031:
		return c.MoveOriginator != ""
	}
	return false
}

func (c *Command) appendElement(dst []byte, t Tag) []byte {
	implicit := Syntax{Implicit: true}
	text := func(v VR, s string) []byte { return AppendText(dst, implicit, t, v, s) }
	number := func(n uint16) []byte { return AppendUint16(dst, implicit, t, US, n) }
	switch t.Element() {
	case 0x0002:
		return text(UI, c.AffectedSOPClass)
	case 0x0003:
		return text(UI, c.RequestedSOPClass)
	case 0x0100:
		return number(uint16(c.Field))
	case 0x0110:
		return number(c.MessageID)
	case 0x0120:
		return number(c.RespondingTo)
	case 0x0600:
		return text(AE, c.MoveDestination)
	case 0x0700:
		return number(c.Priority)
	case 0x0800:
		if c.DataSet {
			return number(1)
		}
		return number(noDataSet)
	case 0x0900:
		return number(uint16(c.Status))
	case 0x0901:
		return AppendTags(dst, implicit, t, c.OffendingElements...)
	case 0x0902:
		return text(LO, c.ErrorComment)
	case 0x0903:
		return number(c.ErrorID)
	case 0x1000:
		return text(UI, c.AffectedSOPInstance)
	case 0x1001:
		return text(UI, c.RequestedSOPInstance)
	case 0x1002:
		return number(c.EventType)
	case 0x1005:
		return AppendTags(dst, implicit, t, c.AttributeList...)
	case 0x1008:
		return number(c.ActionType)
	case 0x1020:
		return number(c.Remaining)
	case 0x1021:
		return number(c.Completed)
	case 0x1022:
		return number(c.Failed)
	case 0x1023:
		return number(c.Warnings)
	case 0x1030:
		return text(AE, c.MoveOriginator)
	default:
		return number(c.MoveOriginatorMessageID)
	}
}
