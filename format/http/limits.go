package http

import "github.com/wardround/wardround/format/http/content"

// Limits bound what a decoder holds. A zero field means its default; the zero
// Limits are usable.
type Limits struct {
	// Line is the longest start line or chunk-size line in bytes. Default 8 KiB.
	Line int
	// Head is the longest start line with its fields, and the longest trailer
	// section, in bytes. Default 64 KiB.
	Head int
	// Fields is how many fields of one section are kept. Default 256.
	Fields int
	// Outstanding is how many requests may wait for their response. Default 32.
	Outstanding int
	// Inflate bounds the undoing of gzip and deflate.
	Inflate content.InflateLimits
}

var defaultLimits = Limits{Line: 8 << 10, Head: 64 << 10, Fields: 256, Outstanding: 32}

func (l Limits) orDefault() Limits {
	d := defaultLimits
	if l.Line > 0 {
		d.Line = l.Line
	}
	if l.Head > 0 {
		d.Head = l.Head
	}
	d.Line = min(d.Line, d.Head)
	if l.Fields > 0 {
		d.Fields = l.Fields
	}
	if l.Outstanding > 0 {
		d.Outstanding = l.Outstanding
	}
	d.Inflate = l.Inflate
	return d
}
