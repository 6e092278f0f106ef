package dicom

import (
	"encoding/binary"

	"github.com/wardround/wardround/format"
)

// FileReader reads a stored object in the file format of PS3.10 §7 — preamble,
// file meta information, data set — as its bytes come by. Web services carry
// objects in this form.
type FileReader struct {
	data  *DataSetReader
	limit int
	head  []byte // preamble and meta information, until they are whole
	need  int    // bytes head must have
	off   int64
	body  bool
	err   error

	// TransferSyntax is the UID from the meta information, once that was read.
	TransferSyntax string
}

const (
	filePreamble = 132               // 128 bytes of anything and "DICM"
	fileMetaHead = filePreamble + 12 // and the group length that every file begins with
)

// ImplementationClass names this package where a file or an association must
// say what wrote it (PS3.7 §D.3.3.2). It is derived from a UUID (PS3.5 §B.2).
const ImplementationClass = "2.25.93359427132259654967030695493435671885"

// NewFileReader returns a reader that calls emit for each element cfg wants,
// those of the meta information (group 0002) included.
func NewFileReader(cfg *Config, emit func(*Element)) *FileReader {
	cfg = cfg.settled()
	return &FileReader{data: NewDataSetReader(cfg, emit), limit: cfg.Limits.Command, need: fileMetaHead}
}

// Feed reads the next bytes of the file; p is not kept. The error, the same from
// then on, says that this is not such a file.
func (f *FileReader) Feed(p []byte) error {
	f.off += int64(len(p))
	for f.err == nil && !f.body && len(p) > 0 {
		n := min(f.need-len(f.head), len(p))
		f.head = append(f.head, p[:n]...)
		p = p[n:]
		if len(f.head) == f.need {
			f.err = f.meta()
		}
	}
	if f.err == nil && f.body {
		f.data.Feed(p)
	}
	return f.err
}

// meta reads the meta information, or finds out how long it is.
func (f *FileReader) meta() error {
	if f.need == fileMetaHead {
		h := f.head
		if string(h[128:132]) != "DICM" {
			return malformed(128, "prefix", "PS3.10 §7.1")
		}
		if string(h[132:140]) != "\x02\x00\x00\x00UL\x04\x00" {
			return malformed(132, "file meta information group length", "PS3.10 §7.1")
		}
		length := binary.LittleEndian.Uint32(h[140:])
		if int64(length) > int64(f.limit) {
			return overLimit(132, "file meta information")
		}
		if f.need += int(length); length > 0 {
			return nil
		}
	}
	emit, want := f.data.emit, f.data.want
	meta := NewDataSetReader(&Config{Limits: *f.data.limits, Want: EveryTag()}, func(e *Element) {
		if e.Tag == TransferSyntaxUID && e.Depth() == 0 {
			f.TransferSyntax = uidText(e.Value)
		}
		if want.Has(e.Tag) {
			emit(e)
		}
	})
	meta.Begin(Syntax{}, false)
	meta.Feed(f.head[filePreamble:])
	if err := meta.End(); err != nil {
		err.(*format.Error).Offset += filePreamble
		return err
	}
	f.head, f.body = nil, true
	s, _ := SyntaxOf(f.TransferSyntax)
	f.data.Begin(s, f.TransferSyntax == "")
	return nil
}

// End ends the file.
func (f *FileReader) End() error {
	switch {
	case f.err != nil:
		return f.err
	case !f.body:
		return truncated(f.off, "file meta information")
	}
	return f.data.End()
}

// AppendFile appends a file: preamble, meta information and the data set, which
// must be written in the transfer syntax (PS3.10 §7.1).
func AppendFile(dst []byte, transferSyntax, sopClass, sopInstance string, dataSet []byte) []byte {
	var s Syntax
	meta := AppendElement(nil, s, NewTag(2, 1), OB, []byte{0, 1})
	meta = AppendText(meta, s, NewTag(2, 2), UI, sopClass)
	meta = AppendText(meta, s, NewTag(2, 3), UI, sopInstance)
	meta = AppendText(meta, s, TransferSyntaxUID, UI, transferSyntax)
	meta = AppendText(meta, s, NewTag(2, 0x12), UI, ImplementationClass)
	dst = append(dst, make([]byte, 128)...)
	dst = append(dst, "DICM"...)
	dst = AppendUint32(dst, s, NewTag(2, 0), UL, uint32(len(meta)))
	dst = append(dst, meta...)
	return append(dst, dataSet...)
}
