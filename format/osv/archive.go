package osv

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/wardround/wardround/format/advisory"
)

// Archive reads all records of a zip as the databases publish them per ecosystem:
// one file a record, in any folder. Nothing is unpacked to disk; files are named
// only in errors. A file that is no record goes to bad and the next is read, but
// what is over the limits ends the reading: it is no archive of advisories.
//
// Files that do not end in .json are passed over.
func Archive(r io.ReaderAt, size int64, lim Limits, yield func(name string, raw []byte, rec *advisory.Record) error, bad func(name string, err error)) error {
	lim = lim.OrDefault()
	z, err := zip.NewReader(r, size)
	if err != nil {
		return fmt.Errorf("not a zip: %w", err)
	}
	if len(z.File) > lim.Records {
		return fmt.Errorf("%d files in the zip, at most %d", len(z.File), lim.Records)
	}
	var buf []byte
	var total int64
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".json") || strings.HasSuffix(f.Name, "/") {
			continue
		}
		raw, err := unpack(f, lim.Bytes, &buf)
		if errors.Is(err, errBomb) {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		if total += int64(len(raw)); total > lim.Total {
			return fmt.Errorf("%s: the zip unpacks to more than %d bytes", f.Name, lim.Total)
		}
		var rec *advisory.Record
		if err == nil {
			rec, err = Decode(raw, lim)
		}
		if err != nil {
			if bad != nil {
				bad(f.Name, err)
			}
			continue
		}
		if err := yield(f.Name, raw, rec); err != nil {
			return err
		}
	}
	return nil
}

// ratio is how much smaller deflate makes a record at the very most; JSON of
// advisories comes to about 10, deflate's own limit is 1,032.
const ratio = 400

var errBomb = errors.New("it unpacks to more than a record may have")

// unpack reads a file of a zip into buf, which it grows. What the directory says
// of the size is not believed.
func unpack(f *zip.File, most int64, buf *[]byte) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if most = min(most, int64(f.CompressedSize64)*ratio+4096); cap(*buf) == 0 {
		*buf = make([]byte, 64<<10)
	}
	b := (*buf)[:0]
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		*buf = b[:0]
		switch {
		case int64(len(b)) > most:
			return nil, errBomb
		case errors.Is(err, io.EOF):
			return b, nil
		case err != nil:
			return nil, err
		}
	}
}
