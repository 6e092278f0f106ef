// Package mqtt reads and writes MQTT control packets: version 5.0 and 3.1.1
// (OASIS standards, cited as MQTT5 and MQTT3), and the older 3.1 whose protocol
// name is "MQIsdp".
//
// A [Decoder] reads one direction of a connection and hands each control packet
// to a [Handler]:
//
//	c := mqtt.NewConversation(mqtt.Limits{}, mqtt.Func(func(d mqtt.Direction, p mqtt.Packet) {
//		switch p := p.(type) {
//		case *mqtt.Connect: … // p.ClientID, p.UserName, p.HasPassword
//		case *mqtt.Publish: … // p.Topic, p.QoS, p.PayloadSize
//		}
//	}))
//	err := c.ToServer.Feed(segment)
//
// The layout of most packets depends on the protocol version, which only the
// client's CONNECT names. A [Conversation] tells the server's direction; a lone
// decoder is told by [Decoder.SetVersion]. A decoder that saw no CONNECT (the
// capture began later) learns the version from the first packet that fits only
// one, and until then leaves out what it cannot know.
//
// Payloads of PUBLISH are not held: the event carries their size and at most
// [Limits.PayloadHead] of their first bytes, and the rest is skipped.
//
// MQTT has no mark at which a reader could find its way back after lost bytes.
// The decoder therefore searches for a place from which on a short run of packets
// is valid; see [Decoder.Gap].
package mqtt
