package inference

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Bounds of a record.
const (
	MaxRecord = 1 << 20 // bytes of one in NDJSON
	maxDepth  = 8
	maxText   = 4 << 10 // bytes of a value
)

// Record is one inference as a source tells it: fields by name, those of nested
// objects with dots between. A value is a float64, a string, a bool, or nil for none; a
// whole number beyond what a float64 holds exactly is a string.
type Record map[string]any

// wrong is a value of a shape that no field has, such as a list.
type wrong struct{}

// ReadRecord reads a record of one JSON object, with names and nesting bounded.
func ReadRecord(line []byte) (Record, error) {
	if len(line) > MaxRecord {
		return nil, fmt.Errorf("a record of %d bytes, over the limit of %d", len(line), MaxRecord)
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	r := Record{}
	t, err := d.Token()
	if err != nil {
		return nil, plain(err)
	}
	if t != json.Delim('{') {
		return nil, errors.New("a record is a JSON object")
	}
	if err := r.object(d, "", 1); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, fmt.Errorf("byte %d: something follows the record", d.InputOffset())
	}
	return r, nil
}

// plain is a JSON error without what it was about: that may be a patient's.
func plain(err error) error {
	var s *json.SyntaxError
	if errors.As(err, &s) {
		return fmt.Errorf("byte %d: this is no JSON", s.Offset)
	}
	return errors.New("this is no whole JSON object")
}

func (r Record) object(d *json.Decoder, prefix string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("byte %d: objects nested more than %d deep", d.InputOffset(), maxDepth)
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return plain(err)
		}
		name := prefix + t.(string)
		if len(name) > 4*maxName || len(r) > maxFields {
			return fmt.Errorf("byte %d: a name that is too long, or more than %d fields", d.InputOffset(), maxFields)
		}
		if t, err = d.Token(); err != nil {
			return plain(err)
		}
		if _, twice := r[name]; twice {
			return fmt.Errorf("byte %d: a field is there twice", d.InputOffset())
		}
		switch v := t.(type) {
		case json.Delim:
			if v == '{' {
				if err := r.object(d, name+".", depth+1); err != nil {
					return err
				}
				continue
			}
			if err := skipList(d); err != nil {
				return err
			}
			r[name] = wrong{}
		case json.Number:
			x, err := v.Float64()
			if err != nil {
				return fmt.Errorf("byte %d: a number that is too large", d.InputOffset())
			}
			r[name] = x
			if math.Abs(x) >= 1<<53 && !strings.ContainsAny(v.String(), ".eE") {
				r[name] = v.String() // two ids would be one
			}
		default:
			r[name] = v
		}
	}
	if _, err := d.Token(); err != nil {
		return plain(err)
	}
	return nil
}

func skipList(d *json.Decoder) error {
	for depth := 1; depth > 0; {
		t, err := d.Token()
		if err != nil {
			return plain(err)
		}
		switch t {
		case json.Delim('['), json.Delim('{'):
			if depth++; depth > 64 {
				return fmt.Errorf("byte %d: lists nested more than 64 deep", d.InputOffset())
			}
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
	}
	return nil
}

// number returns the number that a value is; ok is false if it is none.
func number(v any) (x float64, ok bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case string:
		if len(v) > 40 {
			return 0, false
		}
		x, err := strconv.ParseFloat(v, 64)
		return x, err == nil || math.IsInf(x, 0)
	}
	return 0, false
}

// text returns the text that a value is, numbers as short as they can be.
func text(v any) (s string, ok bool) {
	switch v := v.(type) {
	case string:
		return v, len(v) <= maxText
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 { // an id is the same as a number and as a text
			return strconv.FormatFloat(v, 'f', -1, 64), true
		}
		return strconv.FormatFloat(v, 'g', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// absent reports whether a value stands for none.
func absent(v any) bool {
	if v == nil {
		return true
	}
	s, ok := v.(string)
	return ok && s == ""
}

// moment reads a time: RFC 3339, or a number of seconds, milliseconds, microseconds or
// nanoseconds since 1970, told apart by its size (a date from 1973 to 5138).
func moment(v any) (time.Time, bool) {
	if s, ok := v.(string); ok {
		for _, l := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
			if t, err := time.Parse(l, s); err == nil {
				return t.UTC(), true
			}
		}
	}
	x, ok := number(v)
	if _, isBool := v.(bool); !ok || isBool || !(x >= 1e8 && x < 1e20) {
		return time.Time{}, false
	}
	per := 1.0
	for x/per >= 1e11 {
		per *= 1000
	}
	sec := math.Floor(x / per)
	return time.Unix(int64(sec), int64((x/per-sec)*1e9)).UTC(), true
}

// band returns the band that a value falls into: "18-40" is 18 ≤ x < 40. A birth date
// counts as the age at the time given. The value itself goes no further.
func band(v any, bands []float64, at time.Time) (string, bool) {
	x, ok := number(v)
	if !ok || x > 1000 && bands[len(bands)-1] <= 150 { // a date, as a text or as 19610312
		born, isDate := birth(v)
		if !isDate || born.After(at) {
			return "", false
		}
		x = float64(at.Year() - born.Year())
		if at.YearDay() < born.YearDay() {
			x--
		}
	}
	if x != x {
		return "", false
	}
	show := func(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
	for i, b := range bands {
		if x < b {
			if i == 0 {
				return "<" + show(b), true
			}
			return show(bands[i-1]) + "-" + show(b), true
		}
	}
	return show(bands[len(bands)-1]) + "+", true
}

// birth reads a date as FHIR, DICOM and HL7 write it.
func birth(v any) (time.Time, bool) {
	s, ok := text(v)
	if !ok {
		return time.Time{}, false
	}
	for _, l := range [...]string{"2006-01-02", "20060102", "2006-01", time.RFC3339, "2006-01-02 15:04:05"} {
		if t, err := time.Parse(l, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// nanos is a time of OTLP as a text that [moment] reads.
func nanos(n uint64) string {
	if n > math.MaxInt64 {
		return ""
	}
	return time.Unix(0, int64(n)).UTC().Format(time.RFC3339Nano)
}
