// Package mds2 reads what makers declare of the security of a medical device: the
// Manufacturer Disclosure Statement for Medical Device Security, ANSI/NEMA HN 1-2019.
//
// The form is a spreadsheet of about 240 questions in 23 groups. Makers fill it in,
// and on the way move columns, merge cells, hide rows, split it over sheets, or save
// it as CSV. So nothing is expected at a fixed place:
//
//   - A question is a row with its number (TXCF-2, MPII-3.10, CONN-1.1.2). The column
//     of numbers is the one that has most of them.
//   - The answer is in the column, right of the numbers, that most often says Yes, No,
//     N/A or See notes. An answer in merged cells is that of all of them.
//   - A note is beside the answer, or, where the cell has a number or "Note 3", the
//     text that is numbered so further down or on another sheet.
//   - Who made what is in DOC-1, DOC-3, DOC-4 and DOC-7; the version of the software
//     beside a label that says so. The form has no question for it.
//
// The numbers of questions are facts and are used as such; NEMA's wording is neither
// needed nor held here. Contacts of people (DOC-5) are not read.
//
// The form of 2013 asks other questions under other numbers (1-1, 2-3, A, B). It is
// recognised and refused: answers under wrong numbers would be worse than none.
//
// Nothing is computed: of a formula the value that was saved with it is read, and
// links to other files are not followed.
package mds2

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround/format/pattern"
)

// Limits of a form.
const (
	MaxBytes    = 8 << 20  // of the file
	maxUnzipped = 24 << 20 // of all its parts; an empty form has about 1 MB
	maxParts    = 500
	maxRatio    = 200 // unpacked to packed, of any part over 1 MB
	maxSheets   = 30
	maxRows     = 4000
	maxColumns  = 64
	maxCell     = 4 << 10 // bytes that are kept of a cell
	maxAnswer   = 200     // bytes of an answer in the maker's own words
	maxNote     = 400
)

// ErrOldForm says that the form is that of 2013.
var ErrOldForm = errors.New("this is the form of 2013 (HN 1-2013), whose questions have other numbers; ask the maker for the form of 2019")

// Form is a form that was filled in.
type Form struct {
	Maker       string
	Description string
	Model       string
	Document    string // the maker's number of the form
	Version     string // of the software, where a cell names it
	Date        time.Time
	Answers     []Answer // in the order of their numbers
	// Problems are what was not understood, with its place; the rest holds.
	Problems []string
}

// Answer is the answer to one question.
type Answer struct {
	Question string // "TXCF-2"
	Value    string // "Yes", "No", "N/A", "See notes", or the maker's own words
	Note     string
	Sheet    string // "" in CSV
	Row      int    // from 1
}

// groups are the groups of questions of HN 1-2019, in their order.
var groups = []string{
	"DOC", "MPII", "ALOF", "AUDT", "AUTH", "CSUP", "DIDT", "DTBK", "EMRG", "IGAU", "MLDP", "NAUT", "CONN", "PAUT", "PLOK", "RDMP", "SBOM", "SAHD", "SGUD", "STCF", "TXCF", "TXIG", "RMOT",
}

var number = pattern.Of(`^([A-Za-z]{3,4})\s*[-–—‑]\s*(\d{1,2}(?:\.\d{1,2}){0,4})[.:]?$`)

// Question reads the number of a question: "txcf – 2.1." is "TXCF-2.1".
func Question(s string) (string, bool) {
	m := number().FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return "", false
	}
	g := strings.ToUpper(m[1])
	if g == "SHAD" { // one number is misprinted so in the form
		g = "SAHD"
	}
	if !slices.Contains(groups, g) {
		return "", false
	}
	return g + "-" + m[2], true
}

// Compare orders numbers of questions, with or without "mds2/" in front, as the form
// has them; other names come after, by themselves.
func Compare(a, b string) int {
	ga, na, oka := parts(a)
	gb, nb, okb := parts(b)
	switch {
	case oka != okb:
		if oka {
			return -1
		}
		return 1
	case !oka:
		return strings.Compare(a, b)
	}
	return cmp.Or(cmp.Compare(ga, gb), slices.Compare(na, nb), strings.Compare(a, b))
}

func parts(s string) (group int, n []int, ok bool) {
	s = strings.TrimPrefix(s, "mds2/")
	s, _, _ = strings.Cut(s, "/")
	g, rest, ok := strings.Cut(s, "-")
	if group = slices.Index(groups, g); !ok || group < 0 {
		return 0, nil, false
	}
	for p := range strings.SplitSeq(rest, ".") {
		x, err := strconv.Atoi(p)
		if err != nil {
			return 0, nil, false
		}
		n = append(n, x)
	}
	return group, n, true
}

// Declared are the answers as properties of a release: "mds2/TXCF-2" is the answer,
// "mds2/TXCF-2/note" what was noted of it. Questions about the document itself are
// left out.
func (f *Form) Declared() map[string]string {
	out := map[string]string{}
	for _, a := range f.Answers {
		if strings.HasPrefix(a.Question, "DOC-") {
			continue
		}
		out["mds2/"+a.Question] = a.Value
		if a.Note != "" {
			out["mds2/"+a.Question+"/note"] = a.Note
		}
	}
	return out
}

// Read reads a form from an .xlsx file or from CSV. Errors name the place.
func Read(b []byte) (*Form, error) {
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("%d bytes, over the limit of %d", len(b), MaxBytes)
	}
	var book []sheet
	var problems []string
	var err error
	switch {
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		book, problems, err = readWorkbook(b)
	case bytes.HasPrefix(b, []byte{0xd0, 0xcf, 0x11, 0xe0}):
		return nil, errors.New("this is an old Excel file (.xls), or one with a password; save it as .xlsx without a password")
	case bytes.HasPrefix(b, []byte("%PDF")):
		return nil, errors.New("this is a PDF; ask the maker for the spreadsheet")
	default:
		book, err = readCSV(b)
	}
	if err != nil {
		return nil, err
	}
	f, err := interpret(book)
	if err != nil {
		return nil, err
	}
	f.Problems = append(f.Problems, problems...)
	return f, nil
}

// sheet is a table of cells. merged holds, for a cell that is not the first of
// merged ones, which one is.
type sheet struct {
	name   string
	rows   [][]string
	merged map[[2]int][2]int
}

// at is the text at a row and column from 0, "" beyond the table.
func (s *sheet) at(row, col int) string {
	if first, ok := s.merged[[2]int{row, col}]; ok {
		row, col = first[0], first[1]
	}
	if row < 0 || row >= len(s.rows) || col < 0 || col >= len(s.rows[row]) {
		return ""
	}
	return s.rows[row][col]
}

// place says where a cell is, for people.
func (s *sheet) place(row int) string {
	if s.name == "" {
		return fmt.Sprintf("line %d", row+1)
	}
	return fmt.Sprintf("sheet %q, row %d", s.name, row+1)
}

// tidy makes a cell's text one line of single spaces, bounded.
func tidy(s string) string {
	s = strings.ToValidUTF8(s, "�")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\u00a0' || r == '\t' || r == '\n' || r == '\r':
			return ' '
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r == '\ufeff' || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
	return clip(strings.Join(strings.Fields(s), " "), maxCell)
}

// clip shortens a text to at most n bytes, at the end of a rune.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	cut := n - len("…")
	for cut > 0 && s[cut]&0xc0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}
