package sim

import (
	"time"

	"github.com/wardround/wardround/format/mqtt"
)

// mqttSession is an MQTT connection of a client to a broker.
type mqttSession struct {
	c  *Conn
	v  mqtt.Version
	id uint16
}

func mqttBytes(p mqtt.Packet, v mqtt.Version) []byte {
	b, err := mqtt.Append(nil, p, v)
	if err != nil {
		panic(err) // our own packets fit the format
	}
	return b
}

// mqttConnect connects; an empty user means none is sent.
func mqttConnect(from, broker *Host, port uint16, v mqtt.Version, client, user, password string) *mqttSession {
	c := from.dial(broker, port)
	p := &mqtt.Connect{Version: v, CleanStart: true, KeepAlive: 60, ClientID: []byte(client)}
	if user != "" {
		p.HasUserName, p.UserName = true, []byte(user)
		p.HasPassword, p.Password = true, []byte(password)
	}
	c.exchange(mqttBytes(p, v), 2*time.Millisecond, mqttBytes(&mqtt.ConnAck{V5: v == mqtt.Version5}, v))
	return &mqttSession{c: c, v: v}
}

// publish sends one message at QoS 1.
func (s *mqttSession) publish(topic string, payload []byte) {
	s.id++
	s.c.exchange(mqttBytes(&mqtt.Publish{QoS: 1, Topic: []byte(topic), PacketID: s.id, Payload: payload}, s.v),
		time.Millisecond, mqttBytes(&mqtt.Ack{Of: mqtt.PUBACK, PacketID: s.id}, s.v))
}

// deliver is the broker handing a message to a subscriber.
func (s *mqttSession) deliver(topic string, payload []byte) {
	s.c.send(down, mqttBytes(&mqtt.Publish{Topic: []byte(topic), Payload: payload}, s.v))
}

// subscribe asks for topics.
func (s *mqttSession) subscribe(filters ...string) {
	s.id++
	list := make([]mqtt.Subscription, len(filters))
	codes := make([]byte, len(filters))
	for i, f := range filters {
		list[i] = mqtt.Subscription{Filter: []byte(f)}
	}
	s.c.exchange(mqttBytes(&mqtt.Subscribe{PacketID: s.id, Filters: mqtt.Subscriptions(list...)}, s.v),
		time.Millisecond, mqttBytes(&mqtt.SubAck{PacketID: s.id, Codes: codes}, s.v))
}

func (s *mqttSession) ping() {
	s.c.exchange(mqttBytes(&mqtt.Ping{}, s.v), time.Millisecond, mqttBytes(&mqtt.Ping{Response: true}, s.v))
}
