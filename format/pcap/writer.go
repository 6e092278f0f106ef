package pcap

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/wardround/wardround/format/packet"
)

// Header is what a [Writer] writes at the start of a capture.
type Header struct {
	Link packet.LinkType
	Nano bool // time stamps in nanoseconds; otherwise microseconds
	Snap int  // longest captured length to announce, 262,144 when 0; longer frames are cut to it
}

// Writer writes a pcap capture in little-endian order.
type Writer struct {
	w    *bufio.Writer
	unit int64
	snap int
	head [16]byte
	err  error
}

// NewWriter returns a Writer; the file header is written with the first Flush at the latest.
func NewWriter(w io.Writer, h Header) *Writer {
	if h.Snap <= 0 {
		h.Snap = 262144
	}
	wr := &Writer{w: bufio.NewWriterSize(w, 64<<10), unit: 1000, snap: h.Snap}
	magic := uint32(magicMicro)
	if h.Nano {
		magic, wr.unit = magicNano, 1
	}
	var b [24]byte
	le := binary.LittleEndian
	le.PutUint32(b[0:], magic)
	le.PutUint16(b[4:], 2)
	le.PutUint16(b[6:], 4)
	le.PutUint32(b[16:], uint32(h.Snap))
	le.PutUint32(b[20:], uint32(h.Link))
	_, wr.err = wr.w.Write(b[:])
	return wr
}

// Write appends one frame captured at at (Unix ns), of which length bytes were on the
// wire; a smaller length is taken as len(frame). A time before 1970 or after
// 2106-02-07, which the format cannot hold, is an error. Errors of the underlying
// writer repeat.
func (w *Writer) Write(at int64, frame []byte, length int) error {
	if w.err != nil {
		return w.err
	}
	if at < 0 || at/1e9 > 0xffffffff {
		return fmt.Errorf("pcap: time %d ns is outside 1970 to 2106", at)
	}
	length = max(length, len(frame))
	if len(frame) > w.snap {
		frame = frame[:w.snap]
	}
	le := binary.LittleEndian
	le.PutUint32(w.head[0:], uint32(at/1e9))
	le.PutUint32(w.head[4:], uint32(at%1e9/w.unit))
	le.PutUint32(w.head[8:], uint32(len(frame)))
	le.PutUint32(w.head[12:], uint32(length))
	if _, w.err = w.w.Write(w.head[:]); w.err == nil {
		_, w.err = w.w.Write(frame)
	}
	return w.err
}

// Flush writes out what is buffered.
func (w *Writer) Flush() error {
	if w.err == nil {
		w.err = w.w.Flush()
	}
	return w.err
}
