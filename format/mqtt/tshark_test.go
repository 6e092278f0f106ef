package mqtt

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/internal/testkit/wire"
)

// row is what tshark and the decoder must agree on for one control packet.
type row struct{ Port, Type, Topic, QoS, ClientID, User, ID, Retain, Code string }

// tsharkRows returns one row per control packet. Where a frame holds several
// packets tshark prints lists, so a capture must keep to one packet per frame.
func tsharkRows(t *testing.T, path, port string) (rows []row) {
	fields := []string{"tcp.srcport", "mqtt.msgtype", "mqtt.topic", "mqtt.qos", "mqtt.clientid", "mqtt.username",
		"mqtt.msgid", "mqtt.retain", "mqtt.conack.val", "mqtt.connack.reason_code"}
	for _, f := range wire.Tshark(t, path, "mqtt", fields, "-d", "tcp.port=="+port+",mqtt") {
		rows = append(rows, row{f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8] + f[9]})
	}
	return rows
}

func ourRow(port string, p Packet) row {
	r := row{Port: port, Type: strconv.Itoa(int(p.Type()))}
	flag := func(on bool) string {
		if on {
			return "1"
		}
		return "0"
	}
	id := func(n uint16) string { return strconv.Itoa(int(n)) }
	switch p := p.(type) {
	case *Connect:
		r.ClientID, r.User = string(p.ClientID), string(p.UserName)
	case *ConnAck:
		r.Code = strconv.Itoa(int(p.Code))
	case *Publish:
		r.Topic, r.QoS, r.Retain = string(p.Topic), strconv.Itoa(int(p.QoS)), flag(p.Retain)
		if p.QoS > 0 {
			r.ID = id(p.PacketID)
		}
	case *Ack:
		r.ID = id(p.PacketID)
	case *Subscribe:
		var filters []string
		for f := range p.Filters.All() {
			filters = append(filters, string(f.Filter))
		}
		r.Topic, r.ID = strings.Join(filters, "|"), id(p.PacketID)
	case *SubAck:
		r.ID = id(p.PacketID)
	}
	return r
}

// ourRows decodes a capture in which no segment is lost or out of order.
func ourRows(t *testing.T, path string, port uint16) (rows []row) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcapgo.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	conversations := map[layers.TCPPort]*Conversation{}
	for {
		data, _, err := r.ReadPacketData()
		if err == io.EOF {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		tcp, ok := gopacket.NewPacket(data, r.LinkType(), gopacket.Default).Layer(layers.LayerTypeTCP).(*layers.TCP)
		if !ok || len(tcp.Payload) == 0 {
			continue
		}
		client := tcp.SrcPort
		if uint16(client) == port {
			client = tcp.DstPort
		}
		c := conversations[client]
		if c == nil {
			c = NewConversation(Limits{}, Func(func(d Direction, p Packet) {
				from := client
				if d == ToClient {
					from = layers.TCPPort(port)
				}
				rows = append(rows, ourRow(strconv.Itoa(int(from)), p))
			}))
			conversations[client] = c
		}
		d := c.ToServer
		if tcp.SrcPort != client {
			d = c.ToClient
		}
		if err := d.Feed(tcp.Payload); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCapturesAgreeWithTshark(t *testing.T) {
	for name, port := range map[string]int{"mqtt_311_and_5.pcap": 18830, "mqtt_311_and_5_port1883.pcap": 1883} {
		t.Run(name, func(t *testing.T) {
			path := testkit.Data(t, "captures/"+name)
			want := tsharkRows(t, path, strconv.Itoa(port))
			if len(want) < 25 {
				t.Fatalf("tshark found only %d packets", len(want))
			}
			if diff := cmp.Diff(want, ourRows(t, path, uint16(port))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What the encoder writes, tshark reads without complaint and as it was meant.
func TestTsharkReadsTheEncoder(t *testing.T) {
	for _, v := range []Version{Version31, Version311, Version5} {
		t.Run(v.String(), func(t *testing.T) {
			w := wire.New(t)
			conv := w.TCP("10.0.0.9:41000", "10.0.0.1:1883")
			var want []row
			for i, p := range all(v) {
				b := encode(t, v, p)
				from := p.Type().From()
				r := ourRow("41000", p)
				if from == ToClient || from == Either && i%2 == 0 {
					conv.Server(b)
					r.Port = "1883"
				} else {
					conv.Client(b)
				}
				if v == Version31 && fixedFlags(p.Type()) != 0 {
					r.QoS = "1" // what later versions made a fixed flag
				}
				want = append(want, r)
			}
			conv.Close()
			if diff := cmp.Diff(want, tsharkRows(t, w.Path(), "1883")); diff != "" {
				t.Error(diff)
			}
			if v != Version5 {
				return
			}
			if diff := cmp.Diff(ourProperties(t), tsharkProperties(t, w.Path())); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// ourProperties lists the property ids and values of all packets of version 5.
func ourProperties(t *testing.T) (list []string) {
	for _, p := range all(Version5) {
		var blocks []Properties
		switch p := p.(type) {
		case *Connect:
			blocks = append(blocks, p.Properties, p.Will.Properties)
		case *ConnAck:
			blocks = append(blocks, p.Properties)
		case *Publish:
			blocks = append(blocks, p.Properties)
		case *Ack:
			blocks = append(blocks, p.Properties)
		case *Subscribe:
			blocks = append(blocks, p.Properties)
		case *Auth:
			blocks = append(blocks, p.Properties)
		}
		var ids, values []string
		for _, b := range blocks {
			for q := range b.All() {
				ids = append(ids, fmt.Sprintf("0x%02x", uint8(q.ID)))
				switch {
				case q.Key != nil:
					values = append(values, string(q.Key)+"="+string(q.Value))
				case q.Value != nil:
					values = append(values, string(q.Value))
				default:
					values = append(values, fmt.Sprint(q.Number))
				}
			}
		}
		if ids != nil {
			list = append(list, strings.Join(ids, "|"), strings.Join(values, "|"))
		}
	}
	return list
}

func tsharkProperties(t *testing.T, path string) (list []string) {
	fields := []string{"mqtt.property_id", "mqtt.prop_number", "mqtt.prop_string", "mqtt.prop_key", "mqtt.prop_value"}
	for _, f := range wire.Tshark(t, path, "mqtt.property_id", fields) {
		var values []string
		number, str, key, value := strings.Split(f[1], "|"), strings.Split(f[2], "|"), strings.Split(f[3], "|"), strings.Split(f[4], "|")
		for id := range strings.SplitSeq(f[0], "|") {
			n, err := strconv.ParseUint(id, 0, 8)
			if err != nil {
				t.Fatal(err)
			}
			switch PropertyID(n).encoding() {
			case pair:
				values = append(values, key[0]+"="+value[0])
				key, value = key[1:], value[1:]
			case text:
				values = append(values, str[0])
				str = str[1:]
			default:
				values = append(values, number[0])
				number = number[1:]
			}
		}
		list = append(list, f[0], strings.Join(values, "|"))
	}
	return list
}
