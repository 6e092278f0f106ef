package dicom

import (
	"github.com/wardround/wardround/format/http/content"
)

// deflated reads a data set that is compressed as a whole (PS3.5 §A.5): a raw deflate
// stream of explicit VR little endian. It is inflated as it passes, within the bounds of
// package content, and no further than to the last wanted element.
type deflated struct {
	inner  *DataSetReader
	z      *content.Inflater
	failed bool
}

// inflated is where the inflated bytes go.
type inflated struct{ r *DataSetReader }

func (p inflated) Feed(b []byte) { p.r.Feed(b) }
func (p inflated) Gap(n int64)   { p.r.Gap(n) }
func (p inflated) Close(bool)    {}

// inflate makes r read a deflated data set.
func (r *DataSetReader) inflate() {
	d := &deflated{inner: &DataSetReader{limits: r.limits, want: r.want, emit: r.emit}}
	d.inner.Begin(Syntax{}, false)
	d.z = content.NewInflater("deflate", inflated{d.inner}, content.InflateLimits{})
	r.deflated, r.state = d, readRest
}

func (d *deflated) feed(p []byte) {
	if !d.failed && d.inner.state != readRest {
		d.z.Feed(p)
		d.failed = d.z.Err() != nil
	}
}

// gap ends reading: what follows lost bytes can't be inflated.
func (d *deflated) gap() {
	if d.inner.state != readRest {
		d.inner.lose(0)
	}
}

// end says why not all could be read. Bytes are counted as they passed, compressed.
func (d *deflated) end(at int64) error {
	d.z.Close(true)
	if d.failed && d.inner.state != readRest {
		return malformed(at, "deflated data set", "PS3.5 §A.5")
	}
	return d.inner.End()
}
