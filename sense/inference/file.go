package inference

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/table"
)

// fileBatch is how many rows of a file are folded at once; each has a position, so an
// interrupted import goes on where it was.
const fileBatch = 10_000

// Import folds a CSV or Parquet file, row by row, and returns when it is durable. The
// file is known by its content: the same again is not counted again, and what was
// interrupted goes on. Errors: EInvalid with the place; what was read until then stays.
func (f *Folder) Import(ctx context.Context, name string) (rows int64, err error) {
	const op = "inference.import"
	digest, err := contentOf(name)
	if err != nil {
		return 0, wardround.Wrap(wardround.EInvalid, op, err)
	}
	t, err := table.Open(name, table.Options{Limits: table.Limits{Rows: fileBatch}, Kinds: f.kinds()})
	if err != nil {
		return 0, wardround.Wrap(wardround.EInvalid, op, err)
	}
	defer t.Close()
	input := "file:" + digest
	var ticket uint64
	var told int64
	for n := uint64(1); ; n++ {
		if err := ctx.Err(); err != nil {
			return rows, err
		}
		b, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return rows, wardround.Wrap(wardround.EInvalid, op, err)
		}
		records, err := recordsOf(t, b)
		if err != nil {
			return rows, wardround.Wrap(wardround.EInvalid, op, err)
		}
		bad, _ := t.Refused()
		added := f.Add(Batch{Input: input, Position: n, Records: records, Unreadable: bad - told})
		told = bad
		rows += int64(added.Rows)
		ticket = added.Ticket
		if n%16 == 0 { // bounds what is not durable
			if err := f.Commit(ctx); err != nil {
				return rows, err
			}
		}
	}
	if ticket == 0 {
		return rows, nil
	}
	return rows, f.Commit(ctx)
}

// kinds says of a file's columns what the mapping does: ids are texts even if they
// look like numbers.
func (f *Folder) kinds() map[string]table.Kind {
	out := map[string]table.Kind{}
	for _, n := range f.mapping.names {
		switch fl := f.mapping.Fields[n]; fl.As {
		case AsUnit, AsRecord, AsClient, AsModel, AsVersion, AsService, AsSource, AsAction, AsLabel, AsGroup, AsTime:
			out[n] = table.Text
		case AsFeature, AsOutput, AsScore:
			out[n] = table.Text
			if fl.Type == "number" {
				out[n] = table.Number
			}
		}
	}
	return out
}

// contentOf returns the SHA-256 of a file.
func contentOf(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// recordsOf makes records of a batch of columns.
func recordsOf(t *table.File, b *table.Batch) ([]Record, error) {
	out := make([]Record, b.Rows)
	for i := range out {
		out[i] = make(Record, len(t.Columns()))
	}
	var v table.Values
	for c, col := range t.Columns() {
		if err := b.Read(c, &v); err != nil {
			return nil, err
		}
		for i := range out {
			out[i][col.Name] = cell(&v, i)
		}
	}
	return out, nil
}

// Follow imports the files that come into a folder, in order of their names, until ctx
// ends. A file is taken when it has not grown between two looks; *.tmp, *.part and
// hidden ones never. What cannot be read is told to problem and not tried again until
// it changes. Files are left where they are.
func (f *Folder) Follow(ctx context.Context, dir string, every time.Duration, problem func(error)) error {
	if every <= 0 {
		every = 5 * time.Second
	}
	seen := map[string]string{} // by name: size and time when it was last looked at
	done := map[string]bool{}   // by name, size and time
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return wardround.Errorf(wardround.EForbidden, "inference.follow", "%s cannot be read: %w", dir, err)
		}
		slices.SortFunc(entries, func(a, b os.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
		now := map[string]string{}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil || !info.Mode().IsRegular() || strings.HasPrefix(e.Name(), ".") || slices.Contains([]string{".tmp", ".part"}, filepath.Ext(e.Name())) {
				continue
			}
			state := fmt.Sprint(info.Size(), info.ModTime().UnixNano())
			now[e.Name()] = state
			if seen[e.Name()] != state || done[e.Name()+state] {
				continue
			}
			done[e.Name()+state] = true
			if _, err := f.Import(ctx, filepath.Join(dir, e.Name())); err != nil && ctx.Err() == nil {
				problem(err)
			}
		}
		for k := range done {
			if len(done) <= 2*len(now)+1000 {
				break
			}
			delete(done, k) // looked at again, and known by its content
		}
		seen = now
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
