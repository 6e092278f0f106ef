package mqtt

import (
	"math/rand/v2"
	"testing"
)

// event is a packet as a test remembers it: with copies of what the decoder only lends.
type event struct {
	Dir    Direction
	Packet Packet
}

type recorder struct{ events []event }

func (r *recorder) Packet(d Direction, p Packet) {
	r.events = append(r.events, event{d, clone(p)})
}

func clone(p Packet) Packet {
	b := func(s []byte) []byte {
		if len(s) == 0 {
			return nil
		}
		return append([]byte(nil), s...)
	}
	switch p := p.(type) {
	case *Connect:
		q := *p
		q.Properties, q.ClientID, q.UserName, q.Password = b(q.Properties), b(q.ClientID), b(q.UserName), b(q.Password)
		q.Will.Properties, q.Will.Topic, q.Will.Payload = b(q.Will.Properties), b(q.Will.Topic), b(q.Will.Payload)
		return &q
	case *ConnAck:
		q := *p
		q.Properties = b(q.Properties)
		return &q
	case *Publish:
		q := *p
		q.Topic, q.Properties, q.Payload = b(q.Topic), b(q.Properties), b(q.Payload)
		return &q
	case *Ack:
		q := *p
		q.Properties = b(q.Properties)
		return &q
	case *Subscribe:
		q := *p
		q.Properties, q.Filters.raw = b(q.Properties), b(q.Filters.raw)
		return &q
	case *SubAck:
		q := *p
		q.Properties, q.Codes = b(q.Properties), b(q.Codes)
		return &q
	case *Ping:
		q := *p
		return &q
	case *Disconnect:
		q := *p
		q.Properties = b(q.Properties)
		return &q
	case *Auth:
		q := *p
		q.Properties = b(q.Properties)
		return &q
	case *Oversize:
		q := *p
		return &q
	}
	panic("a packet the tests do not know")
}

// chunk is some bytes of a stream, or lost ones when p is nil.
type chunk struct {
	p   []byte
	gap int64
}

// decode feeds chunks to a decoder that knows version v, cut by cut, and returns
// what came out and the last error.
func decode(v Version, l Limits, cut func(n int) int, chunks ...chunk) ([]event, *Decoder, error) {
	var r recorder
	d := NewDecoder(ToServer, l, &r)
	d.SetVersion(v)
	var err error
	for _, c := range chunks {
		if c.p == nil {
			err = d.Gap(c.gap)
			continue
		}
		for p := c.p; len(p) > 0; {
			n := min(max(cut(len(p)), 1), len(p))
			err = d.Feed(append([]byte(nil), p[:n]...)) // a copy: p must not be kept
			p = p[n:]
		}
	}
	if err == nil {
		err = d.Close()
	}
	return r.events, d, err
}

func whole(n int) int { return n }
func singly(int) int  { return 1 }
func random(seed uint64) func(int) int {
	rng := rand.New(rand.NewPCG(seed, 7))
	return func(n int) int { return 1 + rng.IntN(min(n, 40)) }
}

func encode(t testing.TB, v Version, packets ...Packet) (b []byte) {
	t.Helper()
	for _, p := range packets {
		var err error
		if b, err = Append(b, p, v); err != nil {
			t.Fatalf("%s: %v", p.Type(), err)
		}
	}
	return b
}

// all returns one packet of each type and several shapes that version v has.
func all(v Version) []Packet {
	props := func(list ...Property) Properties {
		if v != Version5 {
			return nil
		}
		var p Properties
		for _, q := range list {
			p = p.With(q)
		}
		return p
	}
	reason := func(r Reason) Reason {
		if v != Version5 {
			return 0
		}
		return r
	}
	user := Property{ID: UserProperty, Key: []byte("ward"), Value: []byte("ICU 2")}
	packets := []Packet{
		&Connect{Version: v, CleanStart: true, KeepAlive: 60, ClientID: []byte("pump-17")},
		&Connect{
			Version: v, KeepAlive: 10, ClientID: []byte("gw"), HasUserName: true, UserName: []byte("nurse"),
			HasPassword: true, Password: []byte("secret"),
			Properties: props(Property{ID: SessionExpiry, Number: 3600}, Property{ID: ReceiveMaximum, Number: 20}, user),
			HasWill:    true,
			Will: Will{QoS: 1, Retain: true, Topic: []byte("gw/state"), Payload: []byte("gone"),
				Properties: props(Property{ID: WillDelay, Number: 5})},
		},
		&ConnAck{SessionPresent: true, V5: v == Version5, Properties: props(Property{ID: AssignedClientID, Value: []byte("auto-1")})},
		&ConnAck{Code: ReturnUnauthorized, V5: v == Version5},
		&Publish{Topic: []byte("vitals/bed1/hr"), Payload: []byte(`{"hr":72}`), PayloadSize: 9},
		&Publish{Dup: true, QoS: 2, Retain: true, PacketID: 77, Topic: []byte("a"),
			Properties: props(Property{ID: MessageExpiry, Number: 30}, Property{ID: CorrelationData, Value: []byte("c-1")}, user)},
		&Ack{Of: PUBACK, PacketID: 1, Reason: reason(0x10)},
		&Ack{Of: PUBREC, PacketID: 2, Reason: reason(NotAuthorized), Properties: props(Property{ID: ReasonString, Value: []byte("no")})},
		&Ack{Of: PUBREL, PacketID: 3},
		&Ack{Of: PUBCOMP, PacketID: 4},
		&Subscribe{PacketID: 9, Properties: props(Property{ID: SubscriptionID, Number: 300}), Filters: Subscriptions(
			Subscription{Filter: []byte("vitals/#"), QoS: 1},
			Subscription{Filter: []byte("cmd/+/set"), QoS: 2})},
		&SubAck{PacketID: 9, Codes: []byte{1, 0x80}},
		&Subscribe{Off: true, PacketID: 10, Filters: Names("vitals/#", "x")},
		&Ping{}, &Ping{Response: true},
		&Disconnect{Reason: reason(0x04)},
	}
	unsuback := &SubAck{Off: true, PacketID: 10}
	if v == Version5 {
		unsuback.Codes = []byte{0, 0x11}
		packets = append(packets, &Auth{Reason: 0x18, Properties: props(Property{ID: AuthMethod, Value: []byte("SCRAM-SHA-256")})})
	}
	return append(packets, unsuback)
}
