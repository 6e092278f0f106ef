package logtest

import (
	"encoding/json"

	"github.com/wardround/wardround"
)

// Note is what the suite's observations say.
type Note struct {
	Text string `json:"text"`
}

// Codec encodes the suite's observations as JSON, for logs that need to be told
// how; a product's log is opened with the codec of package kind.
type Codec struct{}

type encoded struct {
	wardround.Observation
	Fields *Note
}

// Append appends the encoding of o to dst.
func (Codec) Append(dst []byte, o *wardround.Observation) ([]byte, error) {
	note, _ := o.Fields.(*Note)
	e := encoded{Observation: *o, Fields: note}
	e.Observation.Fields = nil
	b, err := json.Marshal(e)
	return append(dst, b...), err
}

// Decode is the inverse of Append.
func (Codec) Decode(p []byte) (*wardround.Observation, error) {
	var e encoded
	if err := json.Unmarshal(p, &e); err != nil {
		return nil, err
	}
	e.Observation.Fields = e.Fields
	return &e.Observation, nil
}
