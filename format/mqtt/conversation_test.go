package mqtt

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The server's direction reads version 5 because the client's said so; a
// conversation seen from its middle learns the version from what fits only one.
func TestConversationSharesTheVersion(t *testing.T) {
	var r recorder
	c := NewConversation(Limits{}, &r)
	feed := func(d *Decoder, b []byte) {
		t.Helper()
		if err := d.Feed(b); err != nil {
			t.Fatal(err)
		}
	}
	feed(c.ToServer, encode(t, Version5, &Connect{Version: Version5}))
	publish := &Publish{Topic: []byte("t"), Properties: Properties{}.With(Property{ID: ContentType, Value: []byte("x")})}
	feed(c.ToClient, encode(t, Version5, publish))
	want := []event{{ToServer, &Connect{Version: Version5}}, {ToClient, publish}}
	if diff := cmp.Diff(want, r.events, same); diff != "" {
		t.Error(diff)
	}

	for _, tt := range []struct {
		name string
		p    Packet
		v    Version
		want Version
	}{
		{"SUBSCRIBE with properties", &Subscribe{PacketID: 1, Filters: Subscriptions(Subscription{Filter: []byte("vitals/#")})}, Version5, Version5},
		{"SUBSCRIBE without", &Subscribe{PacketID: 1, Filters: Subscriptions(Subscription{Filter: []byte("vitals/#")})}, Version311, Unknown},
		{"UNSUBACK with codes", &SubAck{Off: true, PacketID: 1, Codes: []byte{0}}, Version5, Version5},
		{"PUBACK with a reason", &Ack{Of: PUBACK, PacketID: 1, Reason: 0x10}, Version5, Version5},
		{"DISCONNECT with a reason", &Disconnect{Reason: 0x8e}, Version5, Version5},
		{"AUTH", &Auth{Reason: 0x18}, Version5, Version5},
		{"CONNACK", &ConnAck{V5: true}, Version5, Version5},
		{"old CONNACK", &ConnAck{}, Version311, Version311},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := NewConversation(Limits{}, &recorder{})
			feed(c.ToClient, encode(t, tt.v, tt.p))
			if c.Version() != tt.want {
				t.Errorf("learned version %s, want %s", c.Version(), tt.want)
			}
		})
	}
}
