package knowledge

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"

	"github.com/wardround/wardround"
)

// Bounds of a bundle.
const (
	MaxBundleLine = 32 << 20
	MaxBundleRows = 5_000_000
)

// WriteBundle writes rows as the blob of an observation knowledge.received has
// them: one [Entry] in JSON per line. The same rows give the same bytes. Error:
// EInvalid for a row that is not exactly one thing, or what w returns.
func WriteBundle(w io.Writer, rows []Entry) error {
	const op = "knowledge.bundle"
	if len(rows) > MaxBundleRows {
		return wardround.Errorf(wardround.EFull, op, "%d rows; a bundle has at most %d: divide the feed", len(rows), MaxBundleRows)
	}
	out := bufio.NewWriterSize(w, 1<<16)
	for i := range rows {
		if !rows[i].one() {
			return wardround.Errorf(wardround.EInvalid, op, "row %d is not exactly one of a record, a score, a date and a withdrawal", i+1)
		}
		line, err := json.Marshal(&rows[i])
		if err != nil {
			return wardround.Errorf(wardround.EInvalid, op, "row %d: %w", i+1, err)
		}
		if len(line) > MaxBundleLine {
			return wardround.Errorf(wardround.EInvalid, op, "row %d has %d bytes; at most %d", i+1, len(line), MaxBundleLine)
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return out.Flush()
}

// ReadBundle reads what [WriteBundle] wrote. Error: EInvalid, with the line; then
// no row is returned, so that nothing half-read is taken in.
func ReadBundle(r io.Reader) ([]Entry, error) {
	const op = "knowledge.bundle"
	in := bufio.NewReaderSize(r, 1<<16)
	var rows []Entry
	for n := 1; ; n++ {
		line, err := readLine(in)
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, wardround.Errorf(wardround.EInvalid, op, "line %d: %w", n, err)
		}
		if len(line) == 0 {
			continue
		}
		if len(rows) == MaxBundleRows {
			return nil, wardround.Errorf(wardround.EInvalid, op, "line %d: more than %d rows", n, MaxBundleRows)
		}
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, wardround.Errorf(wardround.EInvalid, op, "line %d: %w", n, err)
		}
		if !e.one() {
			return nil, wardround.Errorf(wardround.EInvalid, op, "line %d is not exactly one of a record, a score, a date and a withdrawal", n)
		}
		rows = append(rows, e)
	}
}

// readLine reads up to the next line feed; EOF only when nothing is left.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > MaxBundleLine {
			return nil, errors.New("the line is too long")
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			line = append(line, part...)
			continue
		case errors.Is(err, io.EOF) && len(line)+len(part) > 0:
			return append(line, part...), nil
		case err != nil:
			return nil, err
		case line == nil:
			return part[:len(part)-1], nil
		}
		line = append(line, part...)
		return line[:len(line)-1], nil
	}
}

// one reports whether exactly one thing is set.
func (e *Entry) one() bool {
	n := 0
	for _, set := range []bool{e.Record != nil, e.Exploited != nil, e.Score != nil, e.Cycle != nil, e.Gone != ""} {
		if set {
			n++
		}
	}
	return n == 1
}
