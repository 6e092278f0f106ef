package filelog

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wardround/wardround/internal/durable"
)

// Copy hands out the log as it is now, file by file, for a backup. Appending goes
// on meanwhile; retention waits. A folder with these files is a log that ends where
// this one ended when Copy was called.
func (l *Log) Copy(ctx context.Context, fn func(name string, size int64, content io.Reader) error) error {
	const op = "filelog.copy"
	l.hold.RLock()
	defer l.hold.RUnlock()
	type part struct {
		name string
		size int64
	}
	l.mu.Lock()
	var parts []part
	for _, s := range l.segments {
		size := s.size
		if size <= 0 {
			size = s.File.Size
		}
		parts = append(parts, part{s.Name, size})
	}
	head := l.head
	l.mu.Unlock()
	gaps, err := os.ReadFile(filepath.Join(l.dir, gapsName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return durable.Error(op, l.dir, err)
	}
	for _, p := range parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		f, err := os.Open(filepath.Join(l.dir, p.name))
		if err != nil {
			return durable.Error(op, l.dir, err)
		}
		err = fn(p.name, p.size, io.NewSectionReader(f, 0, p.size))
		f.Close()
		if err != nil {
			return err
		}
	}
	if gaps != nil {
		if err := fn(gapsName, int64(len(gaps)), bytes.NewReader(gaps)); err != nil {
			return err
		}
	}
	mark := make([]byte, markSlot, markSlot+markBytes)
	copy(mark, head.encode())
	mark = append(mark, head.encode()...)
	return fn(markName, int64(len(mark)), bytes.NewReader(mark))
}
