package dicom

import (
	"bytes"
	"encoding/binary"

	"github.com/wardround/wardround/format"
)

// Recognise judges the first bytes of one direction of a connection, whichever
// side sends them and whichever PDU they begin with: an association asked for,
// accepted or refused, an abort, or, where the capture began later, data.
func Recognise(p []byte) format.Match {
	if len(p) == 0 {
		return format.More
	}
	switch PDUType(p[0]) {
	case PDUAssociateRQ, PDUAssociateAC:
		return recogniseAssociate(p)
	case PDUAssociateRJ:
		m := fits(p, "\x03\x00\x00\x00\x00\x04\x00")
		if m != format.Likely || len(p) < 10 {
			return undecided(m)
		}
		if p[7] < 1 || p[7] > 2 || p[8] < 1 || p[8] > 3 || p[9] > 10 {
			return format.No
		}
		return format.Likely
	case PDUAbort:
		m := fits(p, "\x07\x00\x00\x00\x00\x04\x00\x00")
		if m != format.Likely || len(p) < 10 {
			return undecided(m)
		}
		if p[8] > 2 || p[9] > 6 {
			return format.No
		}
		return format.Likely
	case PDUReleaseRQ, PDUReleaseRP:
		return fits(p[1:], "\x00\x00\x00\x00\x04\x00\x00\x00\x00")
	case PDUData:
		return recogniseData(p)
	}
	return format.No
}

// fits answers Likely when p begins with want, More when it may.
func fits(p []byte, want string) format.Match {
	n := min(len(p), len(want))
	switch {
	case string(p[:n]) != want[:n]:
		return format.No
	case n < len(want):
		return format.More
	}
	return format.Likely
}

// undecided turns a Likely on too few bytes into More.
func undecided(m format.Match) format.Match {
	if m == format.Likely {
		return format.More
	}
	return m
}

// recogniseAssociate looks for the version, printable titles and the
// application context name that every implementation puts first.
func recogniseAssociate(p []byte) format.Match {
	const head = 6
	if len(p) > 1 && p[1] != 0 || len(p) > 2 && p[2] != 0 {
		return format.No // 16 MiB of negotiation
	}
	if len(p) >= head && binary.BigEndian.Uint32(p[2:]) < associateFixed {
		return format.No
	}
	if len(p) >= head+2 && p[head+1]&1 == 0 {
		return format.No // not version 1
	}
	if p[0] == byte(PDUAssociateRQ) {
		for i := head + 4; i < min(len(p), head+36); i++ {
			if p[i] < ' ' && p[i] != 0 || p[i] == 0x7F {
				return format.No
			}
		}
	}
	if len(p) < head+associateFixed+4 {
		return format.More
	}
	item := p[head+associateFixed:]
	name := item[4:min(len(item), 4+len(ApplicationContextName))]
	switch {
	case !bytes.HasPrefix([]byte(ApplicationContextName), name):
		return format.Likely
	case item[0] != itemApplicationContext:
		return format.Likely
	case len(name) == len(ApplicationContextName):
		return format.Yes
	}
	return format.More
}

// recogniseData looks for a PDV that fits its PDU, and for a command set's first
// element in it.
func recogniseData(p []byte) format.Match {
	if len(p) > 1 && p[1] != 0 || len(p) > 2 && p[2] != 0 {
		return format.No
	}
	if len(p) < signature {
		return format.More
	}
	pdu, pdv := binary.BigEndian.Uint32(p[2:]), binary.BigEndian.Uint32(p[6:])
	if pdv < 2 || uint64(pdv)+4 > uint64(pdu) || p[10]&1 == 0 || p[11] > pdvCommand|pdvLast {
		return format.No
	}
	if p[11]&pdvCommand == 0 {
		return format.Likely
	}
	switch fits(p[signature:], "\x00\x00\x00\x00\x04\x00\x00\x00") {
	case format.Likely:
		return format.Yes
	case format.More:
		return format.More
	}
	return format.No
}
