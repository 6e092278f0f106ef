package openvex

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// document is an OpenVEX document of any version, or an in-toto statement around
// one.
type document struct {
	Context     string      `json:"@context"`
	ID          string      `json:"@id"`
	OldID       string      `json:"id,omitempty"`
	Author      string      `json:"author"`
	Role        string      `json:"role,omitempty"`
	Timestamp   moment      `json:"timestamp,omitzero"`
	LastUpdated moment      `json:"last_updated,omitzero"`
	Version     revision    `json:"version"`
	Statements  []statement `json:"statements"`

	Predicate     json.RawMessage `json:"predicate,omitempty"`
	PredicateType string          `json:"predicateType,omitempty"`
	Subject       []subject       `json:"subject,omitempty"`
}

// subject is what an in-toto statement is about.
type subject struct {
	Name   string            `json:"name"`
	URI    string            `json:"uri"`
	Digest map[string]string `json:"digest"`
}

type statement struct {
	ID            string        `json:"@id,omitempty"`
	Vulnerability vulnerability `json:"vulnerability"`
	Timestamp     moment        `json:"timestamp,omitzero"`
	LastUpdated   moment        `json:"last_updated,omitzero"`
	Products      []product     `json:"products,omitempty"`
	Subcomponents []product     `json:"subcomponents,omitempty"` // 0.0.1
	Status        string        `json:"status"`
	Supplier      string        `json:"supplier,omitempty"`
	Notes         string        `json:"status_notes,omitempty"`
	Justification string        `json:"justification,omitempty"`
	Impact        string        `json:"impact_statement,omitempty"`
	Action        string        `json:"action_statement,omitempty"`
}

// vulnerability is a text in 0.0.1.
type vulnerability struct {
	ID          string   `json:"@id,omitempty"`
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
	Aliases     []string `json:"aliases,omitempty"`
}

func (v *vulnerability) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, &v.Name)
	}
	type plain vulnerability
	return json.Unmarshal(b, (*plain)(v))
}

// product is a text in 0.0.1.
type product struct {
	ID            string            `json:"@id,omitempty"`
	Identifiers   map[string]string `json:"identifiers,omitempty"`
	Hashes        map[string]string `json:"hashes,omitempty"`
	Supplier      string            `json:"supplier,omitempty"`
	Subcomponents []product         `json:"subcomponents,omitempty"`
}

func (p *product) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, &p.ID)
	}
	type plain product
	return json.Unmarshal(b, (*plain)(p))
}

// revision is the version of a document: a number, in 0.0.1 a text.
type revision string

func (r *revision) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, (*string)(r))
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*r = revision(n)
	return nil
}

func (r revision) MarshalJSON() ([]byte, error) {
	n, err := strconv.Atoi(string(r))
	if err != nil || n < 1 {
		return nil, fmt.Errorf("the version %q of the document is no number above 0", string(r))
	}
	return strconv.AppendInt(nil, int64(n), 10), nil
}

// moment is a time; one that cannot be read is kept as it is written, to be told.
type moment struct {
	time.Time
	unread string
}

func (m *moment) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil && s != "" {
		m.unread = s
	}
	m.Time = t.UTC()
	return nil
}

func (m moment) MarshalJSON() ([]byte, error) { return json.Marshal(m.UTC().Format(time.RFC3339Nano)) }

func (m moment) IsZero() bool { return m.Time.IsZero() && m.unread == "" }

// unmarshal is json.Unmarshal with the place in the error.
func unmarshal(b []byte, to any) error {
	err := json.Unmarshal(b, to)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("openvex: line %d, byte %d: %w", line(b, syntax.Offset), syntax.Offset, err)
	case errors.As(err, &kind):
		return fmt.Errorf("openvex: line %d, byte %d: %s is a %s", line(b, kind.Offset), kind.Offset, kind.Field, kind.Value)
	case err != nil:
		return fmt.Errorf("openvex: %w", err)
	}
	return nil
}

func line(b []byte, offset int64) int {
	return 1 + bytes.Count(b[:min(int64(len(b)), max(0, offset))], []byte("\n"))
}

// versionOf is the version a context names; without one it is 0.0.1 (clause
// "Document Struct Fields", @context).
func versionOf(context string) (string, bool) {
	rest, ok := strings.CutPrefix(context, namespace)
	rest = strings.Trim(rest, "/")
	if rest == "" {
		return "0.0.1", ok
	}
	v, named := strings.CutPrefix(rest, "v")
	return v, ok && named
}
