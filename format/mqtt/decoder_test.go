package mqtt

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wardround/wardround/format"
)

var same = cmp.Options{cmp.AllowUnexported(Filters{}), cmpopts.EquateEmpty()}

func TestRoundTrip(t *testing.T) {
	for _, v := range []Version{Version31, Version311, Version5} {
		for _, p := range all(v) {
			t.Run(fmt.Sprintf("%s %s", v, p.Type()), func(t *testing.T) {
				b := encode(t, v, p)
				for name, cut := range map[string]func(int) int{"whole": whole, "byte by byte": singly} {
					got, _, err := decode(v, Limits{}, cut, chunk{p: b})
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					if diff := cmp.Diff([]event{{ToServer, p}}, got, same); diff != "" {
						t.Errorf("%s:\n%s", name, diff)
					}
				}
			})
		}
	}
}

// Bytes written by hand from the standards' figures, so that encoder and decoder
// cannot agree on the same mistake.
func TestKnownBytes(t *testing.T) {
	tests := []struct {
		name  string
		v     Version
		bytes string
		want  Packet
	}{
		{"MQTT3 §3.1 figures 3.2 to 3.6", Unknown,
			"\x10\x19\x00\x04MQTT\x04\xce\x00\x0a" + "\x00\x01c" + "\x00\x01t" + "\x00\x01m" + "\x00\x01u" + "\x00\x01p",
			&Connect{Version: Version311, CleanStart: true, KeepAlive: 10, ClientID: []byte("c"), HasWill: true,
				Will:        Will{QoS: 1, Topic: []byte("t"), Payload: []byte("m")},
				HasUserName: true, HasPassword: true, UserName: []byte("u"), Password: []byte("p")}},
		{"MQTT5 §3.1.2 figure 3-6, session expiry 10 s", Unknown,
			"\x10\x12\x00\x04MQTT\x05\x02\x00\x0a\x05\x11\x00\x00\x00\x0a\x00\x00",
			&Connect{Version: Version5, CleanStart: true, KeepAlive: 10, Properties: Properties("\x11\x00\x00\x00\x0a")}},
		{"3.1 with its own protocol name", Unknown, "\x10\x10\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x02ab",
			&Connect{Version: Version31, CleanStart: true, KeepAlive: 60, ClientID: []byte("ab")}},
		{"a bridge", Unknown, "\x10\x0d\x00\x04MQTT\x84\x02\x00\x3c\x00\x01b",
			&Connect{Version: Version311, Bridge: true, CleanStart: true, KeepAlive: 60, ClientID: []byte("b")}},
		{"MQTT3 §3.3.2.3 PUBLISH a/b id 10", Version311, "\x32\x07\x00\x03a/b\x00\x0a",
			&Publish{QoS: 1, Topic: []byte("a/b"), PacketID: 10}},
		{"MQTT5 §3.8.3 SUBSCRIBE a/b QoS 1, c/d QoS 2", Version5, "\x82\x0f\x00\x0a\x00\x00\x03a/b\x01\x00\x03c/d\x02",
			&Subscribe{PacketID: 10, Filters: Subscriptions(Subscription{Filter: []byte("a/b"), QoS: 1}, Subscription{Filter: []byte("c/d"), QoS: 2})}},
		{"MQTT3 §3.10 UNSUBSCRIBE", Version311, "\xa2\x0c\x00\x0a\x00\x03a/b\x00\x03c/d",
			&Subscribe{Off: true, PacketID: 10, Filters: Names("a/b", "c/d")}},
		{"refused by a server without version 5", Version5, "\x20\x02\x00\x01", &ConnAck{Code: ReturnVersion}},
		{"3.1 repeats SUBSCRIBE with DUP", Version31, "\x8a\x06\x00\x0a\x00\x01a\x01",
			&Subscribe{PacketID: 10, Filters: Subscriptions(Subscription{Filter: []byte("a"), QoS: 1})}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := decode(tt.v, Limits{}, whole, chunk{p: []byte(tt.bytes)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]event{{ToServer, tt.want}}, got, same); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMalformed(t *testing.T) {
	tests := []struct {
		name, bytes string
		v           Version
		field       string
		offset      int64
	}{
		{"type 0", "\x00\x00", Unknown, "fixed header flags", 0},
		{"AUTH before version 5", "\xf0\x00", Version311, "AUTH fixed header flags", 0},
		{"QoS 3", "\x36\x05\x00\x01a\x00\x01", Version311, "PUBLISH fixed header flags", 0},
		{"SUBSCRIBE flags", "\x80\x06\x00\x0a\x00\x01a\x01", Version311, "SUBSCRIBE fixed header flags", 0},
		{"length of five bytes", "\xc0\x80\x80\x80\x80\x00", Unknown, "PINGREQ remaining length", 1},
		{"topic over the end", "\xc0\x00\x30\x04\x00\x03ab", Version311, "PUBLISH variable header", 4},
		{"no room for a topic", "\x30\x01\x00", Version311, "PUBLISH topic", 2},
		{"properties over the end", "\x30\x04\x00\x01a\x05", Version5, "PUBLISH variable header", 2},
		{"no room for properties", "\x30\x03\x00\x01a", Version5, "PUBLISH variable header", 2},
		{"unknown property", "\x30\x06\x00\x01a\x02\x7f\x00", Version5, "PUBLISH properties", 8},
		{"protocol name", "\x10\x0c\x00\x04MQTX\x04\x02\x00\x3c\x00\x00", Unknown, "CONNECT protocol name and level", 9},
		{"protocol level", "\x10\x0c\x00\x04MQTT\x06\x02\x00\x3c\x00\x00", Unknown, "CONNECT protocol name and level", 9},
		{"reserved connect flag", "\x10\x0c\x00\x04MQTT\x04\x03\x00\x3c\x00\x00", Unknown, "CONNECT connect flags", 14},
		{"bytes after CONNECT", "\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x00x", Unknown, "CONNECT length", 14},
		{"no filter", "\x82\x02\x00\x0a", Version311, "SUBSCRIBE topic filters", 4},
		{"PINGREQ with content", "\xc0\x01x", Unknown, "PINGREQ length", 2},
		{"PUBACK too short", "\x40\x01\x00", Version311, "PUBACK packet id", 2},
		{"PUBACK too long", "\x40\x03\x00\x01\x00", Version311, "PUBACK length", 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, cut := range []func(int) int{whole, singly} {
				_, d, err := decode(tt.v, Limits{}, cut, chunk{p: []byte(tt.bytes)})
				var e *format.Error
				if !errors.As(err, &e) || !errors.Is(err, format.ErrMalformed) {
					t.Fatalf("got %v, want a malformed packet", err)
				}
				if e.Field != tt.field || e.Offset != tt.offset {
					t.Errorf("got %q at %d, want %q at %d", e.Field, e.Offset, tt.field, tt.offset)
				}
				if again := d.Feed([]byte("\xc0\x00")); again != err {
					t.Errorf("after an error Feed returned %v", again)
				}
			}
		})
	}
}

// The same bytes give the same events and the same error, however they are cut
// and wherever bytes are missing.
func TestSplitsDoNotMatter(t *testing.T) {
	for _, v := range []Version{Version31, Version311, Version5} {
		t.Run(v.String(), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(uint64(v), 1))
			packets := all(v)
			for round := range uint64(300) {
				var stream []byte
				for range 1 + rng.IntN(12) {
					stream = append(stream, encode(t, v, packets[rng.IntN(len(packets))])...)
				}
				chunks := []chunk{{p: stream}}
				start := v
				if round%3 > 0 { // lose some bytes, or begin in the middle
					from := rng.IntN(len(stream))
					to := from + rng.IntN(len(stream)-from)
					chunks = []chunk{{p: stream[:from:from]}, {gap: int64(to - from)}, {p: stream[to:]}}
					if from == 0 || round%3 == 2 {
						chunks, start = []chunk{{gap: 0}, {p: stream[to:]}}, Unknown
					}
				}
				if round%7 == 0 && len(stream) > 2 { // damage one byte
					stream[rng.IntN(len(stream))] ^= byte(1 + rng.IntN(255))
				}
				for i := range chunks {
					if chunks[i].gap == 0 && chunks[i].p != nil && len(chunks[i].p) == 0 {
						chunks[i].p = []byte{}
					}
				}
				want, dw, errWant := decode(start, Limits{}, whole, chunks...)
				for _, cut := range []func(int) int{singly, random(round)} {
					got, dg, errGot := decode(start, Limits{}, cut, chunks...)
					if diff := cmp.Diff(want, got, same); diff != "" {
						t.Fatalf("round %d, stream %x:\n%s", round, stream, diff)
					}
					if fmt.Sprint(errWant) != fmt.Sprint(errGot) || dw.Lost() != dg.Lost() {
						t.Fatalf("round %d: %v and %d lost, cut %v and %d lost", round, errWant, dw.Lost(), errGot, dg.Lost())
					}
				}
			}
		})
	}
}

func TestPayloadIsSkipped(t *testing.T) {
	payload := bytes.Repeat([]byte("0123456789"), 300_000)
	b := encode(t, Version311, &Publish{Topic: []byte("firmware"), Payload: payload}, &Ping{})
	var r recorder
	d := NewDecoder(ToServer, Limits{PayloadHead: 16}, &r)
	for p := b; len(p) > 0; {
		n := min(1000, len(p))
		if err := d.Feed(p[:n]); err != nil {
			t.Fatal(err)
		}
		if p = p[n:]; cap(d.buf) > 256 {
			t.Fatalf("decoder holds %d bytes of a payload", cap(d.buf))
		}
	}
	want := []event{
		{ToServer, &Publish{Topic: []byte("firmware"), Payload: payload[:16], PayloadSize: int64(len(payload))}},
		{ToServer, &Ping{}},
	}
	if diff := cmp.Diff(want, r.events, same); diff != "" {
		t.Error(diff)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

// A packet over the limit is told and skipped, and what follows it is read; what
// is held never passes the limit.
func TestOversize(t *testing.T) {
	long := string(bytes.Repeat([]byte("x"), 900))
	for name, p := range map[string]Packet{
		"CONNECT":                &Connect{Version: Version5, ClientID: []byte(long)},
		"PUBLISH topic":          &Publish{Topic: []byte(long), Payload: []byte("p")},
		"PUBLISH properties":     &Publish{Topic: []byte("t"), Properties: Properties{}.With(Property{ID: ReasonString, Value: []byte(long)})},
		"SUBSCRIBE with filters": &Subscribe{PacketID: 1, Filters: Subscriptions(Subscription{Filter: []byte(long)})},
	} {
		t.Run(name, func(t *testing.T) {
			b := encode(t, Version5, p)
			size := int64(len(b))
			b = append(b, 0xc0, 0)
			for _, cut := range []func(int) int{whole, singly} {
				got, d, err := decode(Version5, Limits{Packet: 500}, cut, chunk{p: b})
				if err != nil {
					t.Fatal(err)
				}
				want := []event{{ToServer, &Oversize{Of: p.Type(), Size: size}}, {ToServer, &Ping{}}}
				if diff := cmp.Diff(want, got, same); diff != "" {
					t.Error(diff)
				}
				if cap(d.buf) > 500 {
					t.Errorf("holds %d bytes", cap(d.buf))
				}
			}
		})
	}
}

// A packet that announces 256 MiB costs nothing until its bytes come.
func TestAnnouncedLengthIsNotAllocated(t *testing.T) {
	d := NewDecoder(ToServer, Limits{Packet: 1 << 30}, &recorder{})
	if err := d.Feed([]byte("\x10\xff\xff\xff\x7f\x00\x04MQTT")); err != nil {
		t.Fatal(err)
	}
	if cap(d.buf) > 64 {
		t.Errorf("holds %d bytes for a packet of which 11 came", cap(d.buf))
	}
	if err := d.Close(); !errors.Is(err, format.ErrTruncated) {
		t.Errorf("Close returned %v, want a truncated packet", err)
	}
}

func TestTopicAlias(t *testing.T) {
	alias := func(n uint32) Properties { return Properties{}.With(Property{ID: TopicAlias, Number: n}) }
	b := encode(t, Version5,
		&Publish{Topic: []byte("vitals/1"), Properties: alias(1)},
		&Publish{Properties: alias(1)},
		&Publish{Topic: []byte("vitals/2"), Properties: alias(1)},
		&Publish{Properties: alias(1)},
		&Publish{Properties: alias(2)},
		&Publish{Topic: bytes.Repeat([]byte("x"), 100), Properties: alias(1)}, // over the limit: forgotten
		&Publish{Properties: alias(1)},
	)
	got, _, err := decode(Version5, Limits{Aliases: 50}, whole, chunk{p: b})
	if err != nil {
		t.Fatal(err)
	}
	type topic struct {
		Topic   string
		Alias   uint16
		Unknown bool
	}
	var topics []topic
	for _, e := range got {
		p := e.Packet.(*Publish)
		topics = append(topics, topic{string(p.Topic[:min(len(p.Topic), 8)]), p.Alias, p.AliasUnknown})
	}
	want := []topic{{"vitals/1", 1, false}, {"vitals/1", 1, false}, {"vitals/2", 1, false}, {"vitals/2", 1, false},
		{"", 2, true}, {"xxxxxxxx", 1, false}, {"", 1, true}}
	if diff := cmp.Diff(want, topics); diff != "" {
		t.Error(diff)
	}
}

func TestGapInsidePayload(t *testing.T) {
	b := encode(t, Version311, &Publish{Topic: []byte("t"), Payload: make([]byte, 5000)}, &Ping{})
	got, d, err := decode(Version311, Limits{}, whole, chunk{p: b[:1000]}, chunk{gap: 3000}, chunk{p: b[4000:]})
	if err != nil || len(got) != 2 || d.Lost() != 0 {
		t.Fatalf("got %d packets, %d bytes lost, %v; want PUBLISH and PINGREQ", len(got), d.Lost(), err)
	}
}

// After a gap the next message with a topic is found again, whatever the bytes
// before it look like.
func TestFindsItsWayBack(t *testing.T) {
	publish := &Publish{Topic: []byte("vitals/bed1/hr"), Payload: []byte("72"), PayloadSize: 2}
	acks := []Packet{&Ack{Of: PUBACK, PacketID: 7}, &Ack{Of: PUBACK, PacketID: 8}}
	for name, tt := range map[string]struct {
		rubbish []byte
		packets []Packet
	}{
		"end of a JSON payload":  {[]byte(`","time":"08:00","values":[1,2,3,"0=12","<<>>;;"]}`), []Packet{publish}},
		"binary payload":         {bytes.Repeat([]byte{0x30, 0x05, 0x00, 0x03, 0x80, 0xff, 0x20, 0x02}, 1000), []Packet{publish}},
		"a long false length":    {[]byte{0x30, 0xff, 0x7f, 0x03, 0x00, 'x', 'y', 'z', 0x40, 0x02}, []Packet{publish}},
		"acknowledgements alone": {[]byte("tail"), acks},
		"nothing before":         {[]byte{}, []Packet{publish}},
	} {
		t.Run(name, func(t *testing.T) {
			b := append(append([]byte{}, tt.rubbish...), encode(t, Version311, tt.packets...)...)
			got, d, err := decode(Version311, Limits{}, whole, chunk{gap: 0}, chunk{p: b})
			if err != nil {
				t.Fatal(err)
			}
			var want []event
			for _, p := range tt.packets {
				want = append(want, event{ToServer, p})
			}
			if diff := cmp.Diff(want, got, same); diff != "" {
				t.Error(diff)
			}
			if d.Lost() != int64(len(tt.rubbish)) {
				t.Errorf("lost %d bytes, want %d", d.Lost(), len(tt.rubbish))
			}
		})
	}
}

func TestFeedDoesNotAllocate(t *testing.T) {
	b := encode(t, Version5, &Publish{QoS: 1, PacketID: 1, Topic: []byte("vitals/bed1/hr"), Payload: make([]byte, 300),
		Properties: Properties{}.With(Property{ID: TopicAlias, Number: 1})}, &Ack{Of: PUBACK, PacketID: 1})
	d := NewDecoder(ToServer, Limits{}, Func(func(Direction, Packet) {}))
	d.SetVersion(Version5)
	if n := testing.AllocsPerRun(1000, func() {
		if err := d.Feed(b); err != nil {
			t.Fatal(err)
		}
	}); n > 0.1 {
		t.Errorf("%v allocations per segment", n)
	}
}

func TestAppendRefuses(t *testing.T) {
	long := bytes.Repeat([]byte("x"), 70_000)
	for name, tt := range map[string]struct {
		p    Packet
		v    Version
		want error
	}{
		"client id":        {&Connect{Version: Version311, ClientID: long}, Version311, format.ErrLimit},
		"topic":            {&Publish{Topic: long}, Version311, format.ErrLimit},
		"packet":           {&Publish{Topic: []byte("t"), Payload: make([]byte, maxRemaining)}, Version311, format.ErrLimit},
		"AUTH":             {&Auth{}, Version311, format.ErrMalformed},
		"a skipped packet": {&Oversize{Of: PUBLISH}, Version311, format.ErrMalformed},
		"not an answer":    {&Ack{Of: PUBLISH}, Version311, format.ErrMalformed},
		"filters mixed up": {&Subscribe{Off: true, Filters: Subscriptions()}, Version311, format.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			dst := []byte("before")
			got, err := Append(dst, tt.p, tt.v)
			if !errors.Is(err, tt.want) || string(got) != "before" {
				t.Errorf("got %d bytes and %v", len(got), err)
			}
		})
	}
}

func TestReasons(t *testing.T) {
	for _, tt := range []struct {
		r    Reason
		t    Type
		want string
	}{
		{0, CONNACK, "accepted"}, {5, CONNACK, "not authorised"}, {0x87, CONNACK, "not authorised"},
		{0, SUBACK, "granted QoS 0"}, {0x80, SUBACK, "unspecified error"}, {0, DISCONNECT, "success"}, {0x55, PUBACK, "reason 85"},
	} {
		if got := tt.r.In(tt.t); got != tt.want {
			t.Errorf("%#x in %s: %q, want %q", uint8(tt.r), tt.t, got, tt.want)
		}
	}
	for r := range Reason(0xff) {
		denied := r == 4 || r == 5 || r == 0x86 || r == 0x87 || r == 0x8c
		if r.Denied() != denied || r.Failure() != (r >= 0x80) {
			t.Errorf("%#x: denied %v, failure %v", uint8(r), r.Denied(), r.Failure())
		}
	}
}
