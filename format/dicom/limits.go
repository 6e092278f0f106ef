package dicom

import "github.com/wardround/wardround/format"

// Limits bounds what one [Decoder] may hold, whatever it is fed. A zero field
// stands for its default.
type Limits struct {
	Associate int // bytes of an association PDU; default 262,144
	Command   int // bytes of a command set; default 65,536
	Value     int // bytes kept of a wanted element's value; default 256
	Depth     int // sequences inside sequences; default 16
	Items     int // items of an association PDU, sub-items included; default 4,096
	Operation int // operations of a [Conversation] without final response; default 64 per side
}

// WithDefaults returns l with its zero fields replaced.
func (l Limits) WithDefaults() Limits {
	set := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	set(&l.Associate, 1<<18)
	set(&l.Command, 1<<16)
	set(&l.Value, 256)
	set(&l.Depth, 16)
	set(&l.Items, 1<<12)
	set(&l.Operation, 64)
	return l
}

// Config is what decoders of one kind have in common; they share a pointer to it.
type Config struct {
	Limits Limits
	Want   *TagSet // elements to report; nil for none
}

// settled returns c with default limits, also for a nil c.
func (c *Config) settled() *Config {
	if c == nil {
		c = &Config{}
	}
	if c.Limits == c.Limits.WithDefaults() {
		return c
	}
	return &Config{Limits: c.Limits.WithDefaults(), Want: c.Want}
}

func malformed(at int64, field, source string) *format.Error {
	return &format.Error{Format: "dicom", Offset: at, Field: field, Source: source, Err: format.ErrMalformed}
}

func truncated(at int64, field string) *format.Error {
	return &format.Error{Format: "dicom", Offset: at, Field: field, Err: format.ErrTruncated}
}

func overLimit(at int64, field string) *format.Error {
	return &format.Error{Format: "dicom", Offset: at, Field: field, Err: format.ErrLimit}
}
