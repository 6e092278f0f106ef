package intake

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of one file.
const (
	MaxBytes   = 16 << 20
	MaxRows    = 50_000
	maxColumns = 64
	maxCell    = 256 // bytes
	maxRow     = 8 << 10
	maxFaults  = 50 // reported at a time
)

// Fault says what is wrong with a file, and where.
type Fault struct {
	File   string
	Line   int    // from 1; 0 when not known
	Column int    // in bytes, from 1; 0 when not known
	Path   string // in a FHIR bundle: entry[3].resource.serialNumber
	What   string
}

func (f *Fault) Error() string {
	s := f.File
	if f.Line > 0 {
		s += fmt.Sprintf(":%d", f.Line)
		if f.Column > 0 {
			s += fmt.Sprintf(":%d", f.Column)
		}
	}
	if f.Path != "" {
		s += ": " + f.Path
	}
	return s + ": " + f.What
}

// faults collects what is wrong, up to maxFaults.
type faults struct {
	file string
	all  []error
	more int
}

func (f *faults) add(line, column int, path, format string, args ...any) {
	if len(f.all) >= maxFaults {
		f.more++
		return
	}
	f.all = append(f.all, &Fault{File: f.file, Line: line, Column: column, Path: path, What: fmt.Sprintf(format, args...)})
}

func (f *faults) count() int { return len(f.all) + f.more }

func (f *faults) err() error {
	if f.more > 0 {
		f.all = append(f.all, fmt.Errorf("%s: and %d more", f.file, f.more))
		f.more = 0
	}
	return errors.Join(f.all...)
}

// harmful says why a value must not come in, "" if it may.
func harmful(v string) string {
	switch {
	case v == "":
		return ""
	case len(v) > maxCell:
		return fmt.Sprintf("%d bytes, over the limit of %d", len(v), maxCell)
	case !utf8.ValidString(v):
		return "not UTF-8"
	case strings.ContainsRune("=+-@", rune(v[0])):
		return fmt.Sprintf("begins with %q, which a spreadsheet would run as a formula", v[0])
	}
	if i := strings.IndexFunc(v, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }); i >= 0 {
		return fmt.Sprintf("control character at byte %d", i)
	}
	return ""
}
