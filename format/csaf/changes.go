package csaf

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"
)

// Change is a line of changes.csv: a document and when it changed.
type Change struct {
	Path string // below the folder: "2026/maker-2026_001.json"
	Time time.Time
}

// IndexTxt writes index.txt: the path of each document, a line each (§7.1.12).
func IndexTxt(docs []Listed) []byte {
	var paths []string
	for _, d := range docs {
		paths = append(paths, d.Path)
	}
	slices.Sort(paths)
	var b strings.Builder
	for _, p := range slices.Compact(paths) {
		b.WriteString(p + "\n")
	}
	return []byte(b.String())
}

// ChangesCSV writes changes.csv, the latest change first (§7.1.13). 2.0 wants
// quotes, 2.1 wants none; both are read alike.
func ChangesCSV(docs []Listed, version string) []byte {
	var b strings.Builder
	for _, d := range latestFirst(docs) {
		if version == "2.1" {
			b.WriteString(d.Path + "," + stampOf(d.Updated) + "\r\n")
		} else {
			fmt.Fprintf(&b, "\"%s\",\"%s\"\r\n", d.Path, stampOf(d.Updated))
		}
	}
	return []byte(b.String())
}

// maxListed bounds the lines of an index that are read.
const maxListed = 2_000_000

// ReadIndex reads index.txt. A path that leads out of the folder, or names no JSON
// file, is an error with its line: a downloader would follow it.
func ReadIndex(b []byte) ([]string, error) {
	var out []string
	for i, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if len(out) == maxListed {
			return nil, fmt.Errorf("line %d: more than %d documents", i+1, maxListed)
		}
		if err := checkPath(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		out = append(out, line)
	}
	return out, nil
}

// ReadChanges reads changes.csv, with quotes or without. The errors are those of
// [ReadIndex], and a time that can't be read.
func ReadChanges(b []byte) ([]Change, error) {
	r := csv.NewReader(strings.NewReader(string(b)))
	r.FieldsPerRecord = 2
	r.ReuseRecord = true
	var out []Change
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		if len(out) == maxListed {
			return nil, fmt.Errorf("line %d: more than %d documents", line, maxListed)
		}
		if err := checkPath(rec[0]); err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		t := parseTime(rec[1])
		if t.IsZero() {
			return nil, fmt.Errorf("line %d: the time %q can't be read", line, rec[1])
		}
		out = append(out, Change{Path: strings.Clone(rec[0]), Time: t})
	}
}

// checkPath takes paths below the folder only, of JSON files.
func checkPath(p string) error {
	if p == "" || strings.HasPrefix(p, "/") || strings.ContainsAny(p, "\\:?#%") || path.Clean(p) != p || strings.HasPrefix(p, "..") || path.Ext(p) != ".json" {
		return fmt.Errorf("the path %q is no path of a document below the folder", p)
	}
	return nil
}

// SHA256File and SHA512File are the contents of the files with a document's hash
// (§7.1.18): the hash and the document's name.
func SHA256File(doc []byte, name string) []byte {
	sum := sha256.Sum256(doc)
	return []byte(hex.EncodeToString(sum[:]) + "  " + path.Base(name) + "\n")
}

// SHA512File is described with [SHA256File].
func SHA512File(doc []byte, name string) []byte {
	sum := sha512.Sum512(doc)
	return []byte(hex.EncodeToString(sum[:]) + "  " + path.Base(name) + "\n")
}

// errNoHash is a hash file without a hash at its start.
var errNoHash = errors.New("the file does not begin with a SHA-256 or SHA-512 hash")

// CheckHashFile reports whether a document is the one of which the file has the
// SHA-256 or SHA-512. The error says that the file has neither.
func CheckHashFile(file, doc []byte) (same bool, err error) {
	text := strings.ToLower(string(file[:min(len(file), 200)]))
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return false, errNoHash
	}
	want, err := hex.DecodeString(fields[0])
	if err != nil {
		return false, errNoHash
	}
	switch len(want) {
	case sha256.Size:
		sum := sha256.Sum256(doc)
		return slices.Equal(sum[:], want), nil
	case sha512.Size:
		sum := sha512.Sum512(doc)
		return slices.Equal(sum[:], want), nil
	}
	return false, errNoHash
}
