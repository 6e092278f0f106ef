package knowledge

import (
	"bufio"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
)

// A fileWriter writes the sections of a generation one after another beside the
// file whose place it takes in the end, so that a reader finds the old one or the
// new one. The first error stays, and everything after it does nothing.
type fileWriter struct {
	path string
	f    *os.File
	w    *bufio.Writer
	at   uint64
	dir  []byte // entries so far
	err  error
}

func createFile(path string) (*fileWriter, error) {
	f, err := os.CreateTemp(filepath.Dir(path), FileName+".*.tmp")
	if err != nil {
		return nil, err
	}
	w := &fileWriter{path: path, f: f, w: bufio.NewWriterSize(f, 1<<20)}
	w.bytes(make([]byte, headBytes+sections*dirBytes)) // known in the end
	return w, nil
}

func (w *fileWriter) bytes(b []byte) {
	if w.err == nil {
		_, w.err = w.w.Write(b)
	}
	w.at += uint64(len(b))
}

// section writes one that is checked as a whole.
func (w *fileWriter) section(b []byte) {
	from := w.at
	w.bytes(b)
	w.entry(from, crc32.Checksum(b, castagnoli))
}

func (w *fileWriter) entry(from uint64, sum uint32) {
	w.dir = binary.LittleEndian.AppendUint64(w.dir, from)
	w.dir = binary.LittleEndian.AppendUint64(w.dir, w.at-from)
	w.dir = binary.LittleEndian.AppendUint32(w.dir, sum)
	w.dir = binary.LittleEndian.AppendUint32(w.dir, 0)
}

// finish writes the directory and puts the file in its place.
func (w *fileWriter) finish() error {
	if w.err == nil {
		w.err = w.w.Flush()
	}
	head := append([]byte(magic), make([]byte, headBytes-len(magic))...)
	binary.LittleEndian.PutUint32(head[8:], sections)
	binary.LittleEndian.PutUint32(head[12:], crc32.Checksum(w.dir, castagnoli))
	binary.LittleEndian.PutUint64(head[16:], w.at)
	if w.err == nil {
		_, w.err = w.f.WriteAt(append(head, w.dir...), 0)
	}
	if w.err == nil {
		w.err = w.f.Sync()
	}
	if w.err != nil {
		w.drop()
		return w.err
	}
	if err := w.f.Close(); err != nil {
		_ = os.Remove(w.f.Name())
		return err
	}
	if err := os.Rename(w.f.Name(), w.path); err != nil {
		_ = os.Remove(w.f.Name())
		return err
	}
	if d, err := os.Open(filepath.Dir(w.path)); err == nil {
		_ = d.Sync() // not every system can
		_ = d.Close()
	}
	return nil
}

// drop gives the file up.
func (w *fileWriter) drop() {
	_ = w.f.Close()
	_ = os.Remove(w.f.Name())
}
