package network

import (
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/dhcp"
	"github.com/wardround/wardround/format/ssh"
	"github.com/wardround/wardround/format/wsdiscovery"
	"github.com/wardround/wardround/kind"
)

// Whatever bytes come, no protocol of the local network panics, and what it tells
// can be written into the log.
func FuzzLocalNetwork(f *testing.F) {
	names := []string{"arp", "dhcp", "dns", "ftp", "nfs", "ssh", "telnet", "tftp", "wsdiscovery"}
	add := func(name int, client, server string) { f.Add(uint8(name), []byte(client), []byte(server)) }
	add(0, "\x00\x01\x08\x00\x06\x04\x00\x01\x00\x09\xfb\x01\x02\x03\x0a\x00\x00\x05\x00\x00\x00\x00\x00\x00\x0a\x00\x00\x01", "")
	add(1, string((&dhcp.Message{Options: []dhcp.Option{{Code: 53, Data: []byte{1}}, {Code: 12, Data: []byte("bed4")}}}).Append(nil)), "")
	add(3, "USER a\r\nPASS b\r\nRETR fw.bin\r\n", "220 FTP\r\n331 x\r\n230 y\r\n226 z\r\n")
	add(5, "SSH-2.0-a\r\n", string((&ssh.KexInit{Kex: []string{"a"}}).Append([]byte("SSH-2.0-b\r\n"), [16]byte{})))
	add(6, "anna\r\npass\r\n", "\xff\xfb\x01login: Password: ")
	add(7, "\x00\x01fw.bin\x00octet\x00", "")
	add(8, string((&wsdiscovery.Message{Kind: wsdiscovery.Hello, Targets: []wsdiscovery.Target{{Types: []wsdiscovery.Name{wsdiscovery.MedicalDevice}, XAddrs: []string{"http://10.0.0.1:80"}}}}).Append(nil)), "")
	f.Fuzz(func(t *testing.T, which uint8, client, server []byte) {
		emit := func(o *wardround.Observation) {
			if _, err := (kind.Codec{}).Append(nil, o); err != nil {
				t.Error(err)
			}
			if c, ok := o.Fields.(kind.Claimer); ok {
				c.Claims(o, &kind.Claims{})
			}
		}
		name := names[int(which)%len(names)]
		flow := between(nurse, served)
		if p := protocol(t, name); p.Open != nil {
			p.Recognise(client, server)
			c := NewTestConn(name, &flow, emit)
			s := p.Open(c)
			for i, b := range [][]byte{client, server} {
				if len(b) > 0 && s.Data(Direction(1-i), b, 1) != nil {
					break
				}
			}
			s.Close(2)
		}
		if p := protocol(t, name); p.Datagram != nil {
			d := NewTestDatagram(name, flow, client, emit)
			p.Datagram(d)
		}
	})
}
