package sqlite

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/wardround/wardround"
)

// stamp writes a time as nanoseconds since 1970; nil for the zero time.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixNano()
}

func unstamp(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.Unix(0, n.Int64).UTC()
}

// decodeFacts reads facts so that writing them again gives the same bytes: whole
// numbers stay whole.
func decodeFacts(b []byte) (wardround.Facts, error) {
	if len(b) == 0 {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var f map[string]any
	if err := dec.Decode(&f); err != nil {
		return nil, err
	}
	return numbers(f), nil
}

// numbers replaces each number by an int64 where it is whole, else a float64.
func numbers(f wardround.Facts) wardround.Facts {
	for k, v := range f {
		f[k] = number(v)
	}
	return f
}

func number(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		n, _ := v.Float64()
		return n
	case []any:
		for i := range v {
			v[i] = number(v[i])
		}
	case map[string]any:
		return map[string]any(numbers(v))
	}
	return v
}

// decodeBody reads a JSON body into v with whole numbers kept whole.
func decodeBody(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	return dec.Decode(v)
}
