package network

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/mqtt"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense"
)

func mqttBytes(t testing.TB, v mqtt.Version, packets ...mqtt.Packet) string {
	t.Helper()
	var b []byte
	for _, p := range packets {
		var err error
		if b, err = mqtt.Append(b, p, v); err != nil {
			t.Fatal(err)
		}
	}
	return string(b)
}

func TestMQTTSession(t *testing.T) {
	for name, tt := range map[string]struct {
		connect *mqtt.Connect
		answer  mqtt.Packet
		want    kind.MQTTSessionV1
	}{
		"anonymous": {
			&mqtt.Connect{Version: mqtt.Version311, CleanStart: true, KeepAlive: 60, ClientID: []byte("pump-17")}, &mqtt.ConnAck{},
			kind.MQTTSessionV1{Version: "3.1.1", ClientID: "pump-17", ClientIDThere: true, CleanStart: true, KeepAlive: 60, Result: "accepted"},
		},
		"with a password": {
			&mqtt.Connect{Version: mqtt.Version5, ClientID: []byte("mueller-ipad"), HasUserName: true, UserName: []byte("mueller"), HasPassword: true, Password: []byte("geheim")},
			&mqtt.ConnAck{V5: true, SessionPresent: true},
			kind.MQTTSessionV1{Version: "5.0", ClientIDThere: true, User: true, Password: true, SessionPresent: true, Result: "accepted"},
		},
		"refused": {
			&mqtt.Connect{Version: mqtt.Version311}, &mqtt.ConnAck{Code: mqtt.ReturnUnauthorized},
			kind.MQTTSessionV1{Version: "3.1.1", Result: "refused", Code: 5, Reason: "not authorised", Denied: true},
		},
		"busy": {
			&mqtt.Connect{Version: mqtt.Version5, HasWill: true, Will: mqtt.Will{Topic: []byte("t")}}, &mqtt.ConnAck{V5: true, Code: 0x89},
			kind.MQTTSessionV1{Version: "5.0", Will: true, Result: "refused", Code: 0x89, Reason: "server busy"},
		},
		"unanswered": {
			&mqtt.Connect{Version: mqtt.Version31, Bridge: true, Properties: nil}, nil,
			kind.MQTTSessionV1{Version: "3.1", Bridge: true, Result: "unanswered"},
		},
		"extended authentication": {
			&mqtt.Connect{Version: mqtt.Version5, Properties: mqtt.Properties{}.With(mqtt.Property{ID: mqtt.AuthMethod, Value: []byte("scram-sha-256")})},
			&mqtt.ConnAck{V5: true},
			kind.MQTTSessionV1{Version: "5.0", AuthMethod: "SCRAM-SHA-256", Result: "accepted"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			steps := []said{{ToServer, mqttBytes(t, tt.connect.Version, tt.connect)}}
			if tt.answer != nil {
				steps = append(steps, said{ToClient, mqttBytes(t, tt.connect.Version, tt.answer)})
			}
			got := conversation(t, "mqtt", steps...)
			if diff := cmp.Diff([]any{&tt.want}, fields(got)); diff != "" {
				t.Error(diff)
			}
			v := got[0].Fields.(*kind.MQTTSessionV1)
			if mechanism, readable := v.Credentials(); mechanism != "MQTT CONNECT" || readable != bool(tt.want.Password) {
				t.Errorf("credentials %q, readable %v", mechanism, readable)
			}
			link, ok := v.Link(got[0])
			if ok != (tt.want.Result == "accepted") || ok && (link.Encrypted != wardround.No || link.Authenticated != wardround.TriOf(!v.Anonymous())) {
				t.Errorf("link %+v, %v", link, ok)
			}
		})
	}
}

func TestMQTTPublishIsCounted(t *testing.T) {
	publish := func(topic, payload string) string {
		return mqttBytes(t, mqtt.Version311, &mqtt.Publish{Topic: []byte(topic), Payload: []byte(payload)})
	}
	hello := said{ToServer, mqttBytes(t, mqtt.Version311, &mqtt.Connect{Version: mqtt.Version311, ClientID: []byte("gateway-1")})}
	f := between(nurse, served)
	var list []*wardround.Observation
	c := NewTestConn("mqtt", &f, func(o *wardround.Observation) { list = append(list, o) })
	s := c.proto.Open(c)
	feed := func(dir Direction, p string, at int64) {
		t.Helper()
		if err := s.Data(dir, []byte(p), at*1e9); err != nil {
			t.Fatal(err)
		}
	}
	feed(hello.dir, hello.p, 0)
	feed(ToClient, mqttBytes(t, mqtt.Version311, &mqtt.ConnAck{}), 0)
	for i := range 10 {
		feed(ToServer, publish("vitals/bed1/hr", `{"hr":72}`), int64(1+i))
	}
	feed(ToServer, publish("vitals/4711/hr", `{"hr":72}`), 20)
	feed(ToServer, publish("vitals/4712/hr", `{"patient_name":"Müller","dob":"1970-01-01"}`), 21)
	feed(ToClient, publish("cmd/pump1/set", "x"), 22)
	if got := len(list); got != 4 {
		t.Fatalf("%d observations before the minute is over, want the session and three first messages", got)
	}
	feed(ToServer, mqttBytes(t, mqtt.Version311, &mqtt.Ping{}), 61)
	feed(ToServer, publish("vitals/bed1/hr", `{"hr":72}`), 62)
	s.Close(90e9)

	var got []string
	for _, o := range list[1:] {
		p := o.Fields.(*kind.MQTTPublishV1)
		got = append(got, fmt.Sprintf("%d %s %s %d/%d first=%v delivered=%v %s clinical=%v %s", o.At.Unix(), p.Client, p.Topic, p.Messages, p.Bytes,
			p.First, p.Delivered, p.Payload, p.Clinical, strings.Join(p.PersonalFields(), ",")))
	}
	want := []string{
		"1 gateway-1 vitals/bed1/hr 1/9 first=true delivered=false json clinical=true ",
		"20 gateway-1 vitals/*/hr 1/9 first=true delivered=false json clinical=true ",
		"22 gateway-1 cmd/pump1/set 1/1 first=true delivered=true text clinical=false ",
		"10 gateway-1 vitals/bed1/hr 9/81 first=false delivered=false json clinical=true ",
		"21 gateway-1 vitals/*/hr 1/45 first=false delivered=false json clinical=true payload: patient name,payload: birth date",
		"62 gateway-1 vitals/bed1/hr 1/9 first=false delivered=false json clinical=true ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMQTTSubscribe(t *testing.T) {
	sub := func(id uint16, filters ...string) *mqtt.Subscribe {
		var list []mqtt.Subscription
		for _, f := range filters {
			list = append(list, mqtt.Subscription{Filter: []byte(f)})
		}
		return &mqtt.Subscribe{PacketID: id, Filters: mqtt.Subscriptions(list...)}
	}
	many := make([]string, 30)
	for i := range many {
		many[i] = "vitals/+/hr"
	}
	got := conversation(t, "mqtt",
		said{ToServer, mqttBytes(t, mqtt.Version311, &mqtt.Connect{Version: mqtt.Version311}, sub(1, "#", "patient/8812/+"), sub(2, "vitals/#"), sub(3, many...))},
		said{ToClient, mqttBytes(t, mqtt.Version311, &mqtt.ConnAck{}, &mqtt.SubAck{PacketID: 2, Codes: []byte{0x80}}, &mqtt.SubAck{PacketID: 1, Codes: []byte{0, 1}})})
	want := []any{
		&kind.MQTTSessionV1{Version: "3.1.1", Result: "accepted"},
		&kind.MQTTSubscribeV1{Filters: []string{"vitals/#"}, Answered: true, Refused: 1},
		&kind.MQTTSubscribeV1{Filters: []string{"#", "patient/*/+"}, All: true, Answered: true},
		&kind.MQTTSubscribeV1{Filters: many[:24], Cut: true},
	}
	if diff := cmp.Diff(want, fields(got)); diff != "" {
		t.Error(diff)
	}
}

func TestTopicShapes(t *testing.T) {
	for topic, want := range map[string]mqttShape{
		"vitals/bed1/hr":            {"vitals/bed1/hr", true, false},
		"vitals/bed2/spo2":          {"vitals/bed2/spo2", true, false},
		"icu/bed/12/alarm":          {"icu/bed/12/alarm", true, false},
		"patient/123456/hr":         {"patient/*/hr", true, true},
		"patient/12/hr":             {"patient/*/hr", true, true},
		"patients/anna-schmidt/hr":  {"patients/*/hr", true, true},
		"hospital/Schmidt/hr":       {"hospital/*/hr", true, false},
		"home/jdoe/vitals":          {"home/*/vitals", true, false},
		"device/7/status":           {"device/7/status", false, false},
		"device/700417/status":      {"device/*/status", false, false},
		"pump-17/cmd":               {"pump-17/cmd", false, false},
		"$SYS/broker/uptime":        {"$SYS/broker/uptime", false, false},
		"sensor/v1/temp":            {"sensor/v1/temp", false, false},
		"19700412":                  {"*", false, false},
		"42":                        {"*", false, false},
		"jd":                        {"*", false, false},
		"mm120579/hr":               {"*/hr", true, false},
		"bett/3":                    {"*/*", false, false},
		"müller":                    {"*", false, false},
		"a@b.example/x":             {"*/*", false, false},
		"+/#":                       {"+/#", false, false},
		"vitals//hr":                {"vitals//hr", true, false},
		"":                          {},
		"a/b/c/d/e/f/g/h/i/j/k/l/m": {"*/*/*/*/*/*/*/*/*/*/*/*/*", false, false},
		"VITALS/HR":                 {"VITALS/HR", true, false},
	} {
		if got := shapeOf([]byte(topic)); got != want {
			t.Errorf("%q: %+v, want %+v", topic, got, want)
		}
	}
}

// No word that may leave is a name that people commonly bear.
func TestTopicWordsAreNoNames(t *testing.T) {
	for _, name := range strings.Fields("max min art ray anna ali mia leon emma paul jan lee kim maria mark bill grace rose dean may june hunter mason " +
		"mueller schmidt smith jones garcia miller cook baker young king wright hill green adams nelson bell ward") {
		if name == "ward" {
			continue // what the house is about
		}
		if isWord(topicWords, name) || isWord(clinicalWords, name) {
			t.Errorf("%q would leave in a topic", name)
		}
	}
}

func TestMQTTClientID(t *testing.T) {
	for id, want := range map[string]bool{
		"pump-17": true, "bedside-gw": true, "icu.monitor:3": true, "infusion/pump/2": true,
		"mueller": false, "anna-ipad": false, "mm120579": false, "123456": false, "x1": false, "": false,
		"auto-8F2C1A": false, "pump\x00": false, "+491701234567": false, "pump-" + strings.Repeat("1", 70): false,
	} {
		if got := mqttClientID([]byte(id), philip); (got == id && id != "") != want {
			t.Errorf("%q: %q", id, got)
		}
	}
}

// Canaries in every field of every packet leave in no observation.
func TestMQTTCanariesStay(t *testing.T) {
	const c = "KANARI"
	canary := func(n int) []byte { return fmt.Appendf(nil, "%s%02d", c, n) }
	for _, v := range []mqtt.Version{mqtt.Version31, mqtt.Version311, mqtt.Version5} {
		props := func(n int, ids ...mqtt.PropertyID) (p mqtt.Properties) {
			if v != mqtt.Version5 {
				return nil
			}
			for i, id := range append(ids, mqtt.UserProperty) {
				p = p.With(mqtt.Property{ID: id, Key: canary(n + i), Value: canary(n + i)})
			}
			return p
		}
		up := mqttBytes(t, v,
			&mqtt.Connect{Version: v, ClientID: canary(1), HasUserName: true, UserName: canary(2), HasPassword: true, Password: canary(3),
				HasWill: true, Will: mqtt.Will{Topic: canary(4), Payload: canary(5), Properties: props(6, mqtt.ContentType, mqtt.ResponseTopic, mqtt.CorrelationData)},
				Properties: props(10, mqtt.AuthMethod, mqtt.AuthData)},
			&mqtt.Subscribe{PacketID: 1, Properties: props(15), Filters: mqtt.Subscriptions(
				mqtt.Subscription{Filter: canary(16)}, mqtt.Subscription{Filter: []byte("vitals/KANARI17/#")})},
			&mqtt.Publish{Topic: []byte("patient/KANARI18/hr"), Payload: []byte(`{"patient":"KANARI19","KANARI20":1}`), Properties: props(21, mqtt.ContentType, mqtt.ResponseTopic)},
			&mqtt.Publish{Topic: canary(24), Payload: []byte("MSH|^~\\&|KANARI25\rPID|||KANARI26||KANARI27")},
			&mqtt.Publish{QoS: 1, PacketID: 4, Topic: []byte("vitals/KANARI28-hr"), Payload: []byte("<Patient>KANARI29")},
			&mqtt.Subscribe{Off: true, PacketID: 2, Properties: props(30), Filters: mqtt.Names("KANARI31")},
			&mqtt.Disconnect{Properties: props(32, mqtt.ReasonString)})
		down := mqttBytes(t, v,
			&mqtt.ConnAck{V5: v == mqtt.Version5, Properties: props(35, mqtt.AssignedClientID, mqtt.ReasonString, mqtt.ServerReference, mqtt.ResponseInfo)},
			&mqtt.SubAck{PacketID: 1, Codes: []byte{0, 0}, Properties: props(41, mqtt.ReasonString)},
			&mqtt.Publish{Topic: []byte("user/KANARI43"), Payload: canary(44)},
			&mqtt.Ack{Of: mqtt.PUBACK, PacketID: 4, Properties: props(45, mqtt.ReasonString)})
		got := conversation(t, "mqtt", said{ToServer, up}, said{ToClient, down})
		if len(got) < 6 {
			t.Fatalf("%d observations", len(got))
		}
		nothingOf(t, got, c)
		for _, o := range got {
			for _, spelling := range hl7Spellings(c + "18") {
				if strings.Contains(fmt.Sprint(o.Fields), spelling) {
					t.Errorf("%q left the sensor", spelling)
				}
			}
		}
		found := false
		for _, o := range got {
			if p, ok := o.Fields.(*kind.MQTTPublishV1); ok && strings.Join(p.PersonalFields(), "|") == "topic: subject|payload: patient id" {
				found = true
			}
		}
		if !found {
			t.Error("what is personal is not even told as present")
		}
	}
}

// A capture that began late is read from the next message on; one that took the
// server for the client is given up, and says so.
func TestMQTTMidStream(t *testing.T) {
	open := func() (*Conn, Stream, *[]*wardround.Observation) {
		f := between(nurse, served)
		var list []*wardround.Observation
		c := NewTestConn("mqtt", &f, func(o *wardround.Observation) { list = append(list, o) })
		c.MidStream = true
		return c, c.proto.Open(c), &list
	}
	publish := mqttBytes(t, mqtt.Version311, &mqtt.Publish{Topic: []byte("vitals/bed1/hr"), Payload: []byte("72")})
	c, s, list := open()
	if err := s.Data(ToServer, []byte("end of a payload"+publish), 1); err != nil || len(*list) != 1 || c.sensor.stats.ParseFailures != 0 {
		t.Errorf("%v, %d observations, %d failures", err, len(*list), c.sensor.stats.ParseFailures)
	}
	s.Close(2)

	c, s, list = open()
	ping := mqttBytes(t, mqtt.Version311, &mqtt.Ping{}, &mqtt.Ping{})
	if err := s.Data(ToClient, []byte(ping+publish), 1); err != nil || len(*list) != 0 || c.sensor.stats.ParseFailures != 1 {
		t.Errorf("a client's words from the server: %v, %d observations, %d failures", err, len(*list), c.sensor.stats.ParseFailures)
	}
}

// The captures through the whole sensor, with no hint from the port.
func TestMQTTCapture(t *testing.T) {
	for _, name := range []string{"mqtt_311_and_5.pcap", "mqtt_311_and_5_port1883.pcap"} {
		t.Run(name, func(t *testing.T) {
			f, err := os.Open(testkit.Data(t, "captures/"+name))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			r, err := pcapgo.NewReader(f)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			s := New(Options{Sensor: "t", Input: "t", Origin: wardround.Replay, Pseudonyms: sense.NewPseudonyms("t", []byte("test key of 16 b")),
				Emit: func(o *wardround.Observation) {
					switch v := o.Fields.(type) {
					case *kind.MQTTSessionV1:
						got = append(got, fmt.Sprintf("session %s %s %s user=%v", v.Version, v.ClientID, v.Result, v.User))
					case *kind.MQTTPublishV1:
						got = append(got, fmt.Sprintf("publish %s q%d x%d delivered=%v", v.Topic, v.QoS, v.Messages, v.Delivered))
					case *kind.MQTTSubscribeV1:
						got = append(got, fmt.Sprintf("subscribe %v", v.Filters))
					}
				}})
			for {
				data, ci, err := r.ReadPacketData()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				s.Packet(packet.LinkType(r.LinkType()), data, ci.Length, ci.Timestamp.UnixNano())
			}
			s.Close()
			want := []string{
				"session 3.1.1 bedside-gw accepted user=false", "subscribe [vitals/#]",
				"session 3.1.1 pump-0 accepted user=false", "publish vitals/bed1/hr q0 x1 delivered=false", "publish vitals/bed1/hr q0 x1 delivered=true",
				"session 3.1.1 pump-1 accepted user=false", "publish vitals/bed1/hr q1 x1 delivered=false",
				"session 3.1.1 pump-2 accepted user=false", "publish vitals/bed1/hr q2 x1 delivered=false",
				"publish vitals/bed1/hr q0 x2 delivered=true",
				"session 5.0 pump-5 accepted user=true", "publish vitals/bed2/spo2 q0 x1 delivered=false",
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if n := s.Stats().ParseFailures; n != 0 {
				t.Errorf("%d parse failures: %v", n, s.Stats().Failures)
			}
		})
	}
}

func BenchmarkMQTTStream(b *testing.B) {
	f := between(nurse, served)
	c := NewTestConn("mqtt", &f, func(*wardround.Observation) {})
	s := c.proto.Open(c)
	if err := s.Data(ToServer, []byte(mqttBytes(b, mqtt.Version311, &mqtt.Connect{Version: mqtt.Version311, ClientID: []byte("pump-1")})), 0); err != nil {
		b.Fatal(err)
	}
	p := []byte(mqttBytes(b, mqtt.Version311, &mqtt.Publish{Topic: []byte("vitals/bed1/hr"), Payload: []byte(`{"hr":72,"spo2":98,"time":"2026-03-01T08:00:00Z"}`)}))
	b.ReportAllocs()
	at := int64(0)
	for b.Loop() {
		at += 1e6
		if err := s.Data(ToServer, p, at); err != nil {
			b.Fatal(err)
		}
	}
}
