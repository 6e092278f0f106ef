package main

import (
	"fmt"
	"io"
	"time"

	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/format/hl7"
	"github.com/wardround/wardround/format/http"
	"github.com/wardround/wardround/format/mqtt"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/format/pcap"
	"github.com/wardround/wardround/format/tls"
)

// shape says what the connections of a capture are like.
type shape struct {
	flows int
	// talk lets each connection carry one request and its answer before it falls
	// silent: MQTT, HL7, HTTP, DICOM, TLS and something unknown in turn.
	talk    bool
	clients int // hosts that open them, in turn
	servers int // hosts they are opened to, in turn
}

// spacing is the capture time between two connections: a million take 100 s.
const spacing = 100 * time.Microsecond

// content is one first exchange.
type content struct {
	port   uint16
	up, dn []byte
}

func contents() ([]content, error) {
	var out []content
	connect, err := mqtt.Append(nil, &mqtt.Connect{Version: mqtt.Version311, CleanStart: true, KeepAlive: 60, ClientID: []byte("sensor-0001")}, mqtt.Version311)
	if err != nil {
		return nil, err
	}
	connack, err := mqtt.Append(nil, &mqtt.ConnAck{}, mqtt.Version311)
	if err != nil {
		return nil, err
	}
	out = append(out, content{1883, connect, connack})

	message := "MSH|^~\\&|MON|ICU|ENGINE|HOSP|20260302060000||ORU^R01^ORU_R01|1|P|2.6\rPID|1||4711^^^HOSP^MR||Doe^Jo\rOBR|1|||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC\rOBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.0.0.1|70|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||R\r"
	ack := "MSH|^~\\&|ENGINE|HOSP|MON|ICU|20260302060000||ACK^R01^ACK|A1|P|2.6\rMSA|AA|1\r"
	out = append(out, content{2575, hl7.AppendFrame(nil, []byte(message)), hl7.AppendFrame(nil, []byte(ack))})

	rq := http.Request{Method: "GET", Target: "/status"}
	rq.Fields = http.Fields{{Name: "Host", Value: "device"}}
	rs := http.Response{Status: 200, Reason: "OK"}
	rs.Fields = http.Fields{{Name: "Content-Type", Value: "text/plain"}}
	out = append(out, content{8080, rq.AppendWith(nil, nil), rs.AppendWith(nil, []byte("ready"))})

	user := dicom.UserInformation{MaxLength: 16384, ImplementationClass: "1.2.826.0.1.3680043.99999.9", ImplementationVersion: "IDLE_1"}
	arq := dicom.AssociateRQ{Version: 1, Called: "PACS", Calling: "CT1", ApplicationContext: dicom.ApplicationContextName, User: user,
		Contexts: []dicom.OfferedContext{{ID: 1, AbstractSyntax: dicom.Verification, TransferSyntaxes: []string{dicom.ImplicitVRLittleEndian}}}}
	aac := dicom.AssociateAC{Version: 1, Called: "PACS", Calling: "CT1", ApplicationContext: dicom.ApplicationContextName, User: user,
		Contexts: []dicom.AnsweredContext{{ID: 1, TransferSyntax: dicom.ImplicitVRLittleEndian}}}
	out = append(out, content{11112, arq.Append(nil), aac.Append(nil)})

	script := tls.Script{Version: tls.TLS13, ServerName: "ehr.hosp.example", Seed: "idle"}
	hello := content{port: 443}
	for _, f := range script.Begin().Flights {
		if f.From == tls.FromClient {
			hello.up = append(hello.up, f.Bytes...)
		} else {
			hello.dn = append(hello.dn, f.Bytes...)
		}
	}
	out = append(out, hello)

	return append(out, content{7011, []byte{0xa5, 1, 0, 4, 9, 9, 9, 9}, []byte{0xa5, 0x81, 0, 0}}), nil
}

// generate writes a capture of connections that are opened one after the other
// and never closed.
func generate(w io.Writer, s shape) error {
	cs, err := contents()
	if err != nil {
		return err
	}
	pw := pcap.NewWriter(w, pcap.Header{Link: packet.Ethernet})
	start := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC).UnixNano()
	var frame []byte
	for i := range s.flows {
		client, conn := i%s.clients, i/s.clients
		server := (client + conn) % s.servers
		c := cs[server%len(cs)]
		at := start + int64(i)*int64(spacing)
		send := func(up bool, flags packet.Flags, seq, ack uint32, payload []byte) {
			p := packet.Packet{
				SrcMAC: packet.MAC{2, 0, 1, byte(client >> 16), byte(client >> 8), byte(client)}, DstMAC: packet.MAC{2, 0, 2, byte(server >> 16), byte(server >> 8), byte(server)},
				Src: packet.AddrFrom4(10, byte(client>>16), byte(client>>8), byte(client)), Dst: packet.AddrFrom4(172, 16+byte(server>>16), byte(server>>8), byte(server)),
				IPVersion: 4, Protocol: packet.TCP, SrcPort: uint16(10000 + conn), DstPort: c.port,
				TCPFlags: flags, Seq: seq, Ack: ack, Window: 500, Payload: payload,
			}
			if !up {
				p.SrcMAC, p.DstMAC, p.Src, p.Dst, p.SrcPort, p.DstPort = p.DstMAC, p.SrcMAC, p.Dst, p.Src, p.DstPort, p.SrcPort
			}
			frame = p.Append(frame[:0])
			if err == nil {
				err = pw.Write(at, frame, len(frame))
			}
			at += 1000
		}
		send(true, packet.SYN, 1000, 0, nil)
		send(false, packet.SYN|packet.ACK, 5000, 1001, nil)
		send(true, packet.ACK, 1001, 5001, nil)
		if s.talk {
			seq, ack := uint32(1001), uint32(5001)
			for b := c.up; len(b) > 0; {
				n := min(len(b), 1448)
				send(true, packet.ACK|packet.PSH, seq, ack, b[:n])
				seq, b = seq+uint32(n), b[n:]
			}
			for b := c.dn; len(b) > 0; {
				n := min(len(b), 1448)
				send(false, packet.ACK|packet.PSH, ack, seq, b[:n])
				ack, b = ack+uint32(n), b[n:]
			}
			send(true, packet.ACK, seq, ack, nil)
		}
		if err != nil {
			return fmt.Errorf("flow %d: %w", i+1, err)
		}
	}
	return pw.Flush()
}
