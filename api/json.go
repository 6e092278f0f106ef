package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/danielgtaylor/huma/v2"
)

// jsonFormat reads and writes bodies. What cannot be read is told with the place.
var jsonFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false) // answers are JSON and never sniffed as anything else
		return enc.Encode(v)
	},
	Unmarshal: func(data []byte, v any) error {
		err := json.Unmarshal(data, v)
		var syntax *json.SyntaxError
		var kind *json.UnmarshalTypeError
		switch {
		case errors.As(err, &syntax):
			return fmt.Errorf("not JSON: %v at byte %d", syntax, syntax.Offset)
		case errors.As(err, &kind):
			return fmt.Errorf("%s cannot be a %s, at byte %d", kind.Field, kind.Value, kind.Offset)
		}
		return err
	},
}
