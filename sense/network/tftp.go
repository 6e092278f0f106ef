package network

import (
	"strings"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/tftp"
	"github.com/wardround/wardround/kind"
)

var _ = Register(Protocol{Name: "tftp", Datagram: tftpDatagram, Ports: []uint16{69}})

func tftpDatagram(d *Datagram) bool {
	if tftp.Recognise(d.Payload) != format.Yes {
		return false
	}
	p, err := tftp.Parse(d.Payload)
	if err != nil {
		d.Failure(err)
		return true
	}
	d.Emit(true, &kind.TFTPRequestV1{
		Write: p.Op == tftp.Write, File: p.Filename != "", Extension: fileExtension(p.Filename), Mode: strings.ToLower(p.Mode),
	})
	return true
}
