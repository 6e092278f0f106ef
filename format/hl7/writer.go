package hl7

// Writer puts a message together, segment by segment and field by field in
// ascending order:
//
//	w, err := hl7.NewWriter(hl7.Default())
//	w.Segment("MSH").Field(3, "PUMP").Field(9, "ORU", "R01", "ORU_R01").Field(10, "17")
//	w.Segment("OBX").Field(1, "1").Field(2, "NM").Field(5, "7.5")
//	frame := hl7.AppendFrame(nil, w.Bytes())
//
// Values are escaped; separators after the last value are left out. MSH, FHS and
// BHS get their first two fields by themselves.
type Writer struct {
	d     Delimiters
	buf   []byte
	field int // the last field written in the segment
}

// NewWriter returns a writer that uses the separators d. The error is that of
// [Delimiters.Check].
func NewWriter(d Delimiters) (*Writer, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	return &Writer{d: d}, nil
}

// Reset forgets what was written and keeps the memory.
func (w *Writer) Reset() { w.buf, w.field = w.buf[:0], 0 }

// Bytes returns what was written, its last segment ended; valid until the next
// call.
func (w *Writer) Bytes() []byte {
	w.end()
	return w.buf
}

func (w *Writer) end() {
	if n := len(w.buf); n > 0 && w.buf[n-1] != '\r' {
		w.buf = append(w.buf, '\r')
	}
}

// Segment ends the current segment and begins the next. The id is written as it
// is.
func (w *Writer) Segment(id string) *Writer {
	w.end()
	w.buf = append(w.buf, id...)
	w.field = 0
	switch id {
	case "MSH", "FHS", "BHS":
		w.buf = append(w.buf, w.d.Field)
		w.buf = append(w.buf, w.d.Encoding()...)
		w.field = 2
	}
	return w
}

// Field writes field n from its components, which are escaped. Writing no or
// only empty components leaves the field empty. A field at or before the last one
// written is ignored, as fields can't be changed.
func (w *Writer) Field(n int, components ...string) *Writer {
	if last(components) > 0 && w.begin(n) {
		w.components(components)
	}
	return w
}

// Repeat writes one more repetition of the field written last.
func (w *Writer) Repeat(components ...string) *Writer {
	if w.field == 0 {
		return w
	}
	w.buf = append(w.buf, w.d.Repetition)
	w.components(components)
	return w
}

// Raw writes field n as it is, already escaped. A CR, which would end the
// segment, must not be in it.
func (w *Writer) Raw(n int, value []byte) *Writer {
	if len(value) > 0 && w.begin(n) {
		w.buf = append(w.buf, value...)
	}
	return w
}

// Tree writes field n from its parts, which are escaped.
func (w *Writer) Tree(n int, t Tree) *Writer {
	if len(t) == 0 || !w.begin(n) {
		return w
	}
	for i, repetition := range t {
		if i > 0 {
			w.buf = append(w.buf, w.d.Repetition)
		}
		for j, component := range repetition {
			if j > 0 {
				w.buf = append(w.buf, w.d.Component)
			}
			for k, sub := range component {
				if k > 0 {
					w.buf = append(w.buf, w.d.Subcomponent)
				}
				w.buf = w.d.AppendEscaped(w.buf, sub)
			}
		}
	}
	return w
}

// begin writes the separators up to field n, if the field can still be written.
func (w *Writer) begin(n int) bool {
	if n <= w.field || len(w.buf) == 0 {
		return false
	}
	for ; w.field < n; w.field++ {
		w.buf = append(w.buf, w.d.Field)
	}
	return true
}

func (w *Writer) components(parts []string) {
	for i, c := range parts[:last(parts)] {
		if i > 0 {
			w.buf = append(w.buf, w.d.Component)
		}
		w.buf = w.d.AppendEscaped(w.buf, c)
	}
}

// last returns the number of parts up to the last that isn't empty.
func last(parts []string) int {
	n := len(parts)
	for n > 0 && parts[n-1] == "" {
		n--
	}
	return n
}
