package network

import (
	"time"

	"github.com/wardround/wardround/format/mqtt"
	"github.com/wardround/wardround/kind"
)

const (
	// mqttRows is how many shapes of topics, by quality of service and direction,
	// are counted apart in one connection; later ones are counted together.
	mqttRows = 48
	// mqttTopics and mqttTopic bound what is remembered of topics seen: how many,
	// and of at most how many bytes each.
	mqttTopics = 64
	mqttTopic  = 128
	// mqttLooked is how many payloads of a row are looked at before only each
	// mqttSample-th is.
	mqttLooked = 4
	mqttSample = 64
)

// mqttTraffic counts the messages of one connection.
type mqttTraffic struct {
	rows   []mqttRow
	topics map[string]mqttShape // seen, so that most shapes are found and not made
	due    int64                // when what was counted is told
}

// mqttRow counts the messages of one shape, quality of service and direction.
type mqttRow struct {
	v      kind.MQTTPublishV1 // Messages and Bytes are those not told yet
	last   int64
	looked int
}

// add counts one message.
func (t *mqttTraffic) add(s *mqttStream, p *mqtt.Publish, delivered bool) {
	shape := t.shape(p)
	r := t.row(shape.text, int(p.QoS), delivered)
	if r == nil {
		r = t.open(shape.text, int(p.QoS), delivered)
	}
	r.last = s.at
	r.v.Messages++
	r.v.Bytes += p.PayloadSize
	r.v.Retained = r.v.Retained || p.Retain
	r.v.Clinical = r.v.Clinical || shape.clinical
	r.v.Personal.TopicSubject = r.v.Personal.TopicSubject || kind.Presence(shape.subject)
	if r.looked++; r.looked <= mqttLooked || r.looked%mqttSample == 0 {
		var clinical bool
		r.v.Payload, clinical = lookAtPayload(p.Payload, &r.v.Personal)
		r.v.Clinical = r.v.Clinical || clinical
	}
	if r.v.First {
		r.v.Client = s.client
		r.tell(s)
		r.v.First = false
	}
}

// shape returns the topic's shape, from memory if it can.
func (t *mqttTraffic) shape(p *mqtt.Publish) mqttShape {
	if shape, ok := t.topics[string(p.Topic)]; ok {
		return shape
	}
	shape := shapeOf(p.Topic)
	if p.AliasUnknown {
		shape.text = withheld
	}
	if len(p.Topic) <= mqttTopic {
		if t.topics == nil || len(t.topics) == mqttTopics {
			t.topics = map[string]mqttShape{}
		}
		t.topics[string(p.Topic)] = shape
	}
	return shape
}

func (t *mqttTraffic) row(topic string, qos int, delivered bool) *mqttRow {
	for i := range t.rows {
		if r := &t.rows[i]; r.v.Topic == topic && r.v.QoS == qos && r.v.Delivered == delivered {
			return r
		}
	}
	return nil
}

// open begins a row, or returns that of all other topics when there is no room.
func (t *mqttTraffic) open(topic string, qos int, delivered bool) *mqttRow {
	if len(t.rows) >= mqttRows {
		topic = withheld
		if r := t.row(topic, qos, delivered); r != nil {
			return r
		}
	}
	t.rows = append(t.rows, mqttRow{v: kind.MQTTPublishV1{Topic: topic, QoS: qos, Delivered: delivered, First: true}})
	return &t.rows[len(t.rows)-1]
}

// minute tells what was counted when a minute has passed.
func (t *mqttTraffic) minute(s *mqttStream, at int64) {
	if t.due == 0 {
		t.due = at + int64(time.Minute)
	}
	if at >= t.due {
		t.due = at + int64(time.Minute)
		t.flush(s)
	}
}

// flush tells what was counted and not told.
func (t *mqttTraffic) flush(s *mqttStream) {
	for i := range t.rows {
		if r := &t.rows[i]; r.v.Messages > 0 {
			r.v.Client = s.client
			r.tell(s)
		}
	}
}

// tell emits a copy of the row with the time of its last message.
func (r *mqttRow) tell(s *mqttStream) {
	v := r.v
	s.conn.Emit(r.last, &v)
	r.v.Messages, r.v.Bytes, r.v.Retained = 0, 0, false
	r.v.Personal, r.v.Clinical = kind.MQTTPersonalV1{}, false
}
