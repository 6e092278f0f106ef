package mds2

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// bounded reports what a workbook's archive holds too much of, and whether it links
// to others.
func bounded(b []byte) (linked bool, err error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return false, fmt.Errorf("no workbook: %v", err)
	}
	if len(z.File) > maxParts {
		return false, fmt.Errorf("%d parts, over the limit of %d", len(z.File), maxParts)
	}
	var sum uint64
	for _, f := range z.File {
		if sum += f.UncompressedSize64; sum > maxUnzipped || f.UncompressedSize64 > maxUnzipped {
			return false, fmt.Errorf("its parts unpack to more than %d bytes", maxUnzipped)
		}
		if f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/max(f.CompressedSize64, 1) > maxRatio {
			return false, fmt.Errorf("%.60q unpacks to more than %d times its size", f.Name, maxRatio)
		}
		linked = linked || strings.HasPrefix(strings.ToLower(f.Name), "xl/externallinks/")
	}
	return linked, nil
}

// readWorkbook reads the cells of an .xlsx file as they were saved.
func readWorkbook(b []byte) (book []sheet, problems []string, err error) {
	linked, err := bounded(b)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if p := recover(); p != nil { // the library trusts that parts fit together
			book, problems, err = nil, nil, fmt.Errorf("no workbook: its parts do not fit together (%v)", p)
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped})
	if err != nil {
		return nil, nil, fmt.Errorf("no workbook: %v", err)
	}
	defer f.Close()
	names := f.GetSheetList()
	if len(names) > maxSheets {
		return nil, nil, fmt.Errorf("%d sheets, over the limit of %d", len(names), maxSheets)
	}
	for _, name := range names {
		s, more, err := readSheet(f, name)
		if err != nil {
			return nil, nil, fmt.Errorf("sheet %.40q: %v", name, err)
		}
		if more {
			problems = append(problems, fmt.Sprintf("sheet %q: only the first %d rows were read", name, maxRows))
		}
		book = append(book, s)
	}
	if linked {
		problems = append(problems, "it links to other files; they were not followed, what was saved with it was read")
	}
	return book, problems, nil
}

func readSheet(f *excelize.File, name string) (s sheet, more bool, err error) {
	s = sheet{name: tidy(name), merged: map[[2]int][2]int{}}
	rows, err := f.Rows(name)
	if err != nil {
		return s, false, err
	}
	defer rows.Close()
	last := 0
	for n := 0; rows.Next(); n++ {
		if n >= maxRows {
			more = true
			break
		}
		cells, err := rows.Columns()
		if err != nil {
			return s, false, err
		}
		cells = cells[:min(len(cells), maxColumns)]
		row := make([]string, len(cells))
		for i, c := range cells {
			if row[i] = tidy(c); row[i] != "" {
				last = n + 1
			}
		}
		s.rows = append(s.rows, row)
	}
	s.rows = s.rows[:min(last, len(s.rows))] // formatted rows below the form hold nothing
	if err := rows.Error(); err != nil {
		return s, false, err
	}
	merged, err := f.GetMergeCells(name, true)
	if err != nil {
		return s, more, nil // without them only the first cell has the text
	}
	for _, m := range merged {
		c1, r1, err1 := excelize.CellNameToCoordinates(m.GetStartAxis())
		c2, r2, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		if errors.Join(err1, err2) != nil || r2-r1 >= 100 || c2 < c1 || r2 < r1 {
			continue
		}
		for r := r1; r <= min(r2, len(s.rows)); r++ {
			for c := c1; c <= min(c2, maxColumns); c++ {
				if len(s.merged) < maxRows*8 {
					s.merged[[2]int{r - 1, c - 1}] = [2]int{r1 - 1, c1 - 1}
				}
			}
		}
	}
	return s, more, nil
}

// readCSV reads a form that was saved as CSV, with comma, semicolon or tab.
func readCSV(b []byte) ([]sheet, error) {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(b, 0) >= 0 {
		return nil, errors.New("neither a workbook (.xlsx) nor CSV")
	}
	cr := csv.NewReader(bytes.NewReader(b))
	cr.FieldsPerRecord, cr.LazyQuotes, cr.TrimLeadingSpace = -1, true, true
	most := 0
	for _, sep := range []rune{',', ';', '\t'} {
		if n := bytes.Count(b, []byte("\n")) + 1; bytes.Count(b, []byte(string(sep))) > max(most, n/2) {
			most, cr.Comma = bytes.Count(b, []byte(string(sep))), sep
		}
	}
	s := sheet{}
	for {
		cells, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return []sheet{s}, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := cr.FieldPos(0)
		if line > maxRows {
			return nil, fmt.Errorf("line %d: more than %d lines", line, maxRows)
		}
		for len(s.rows) < line-1 { // so that rows are lines, also after cells of several
			s.rows = append(s.rows, nil)
		}
		row := make([]string, 0, min(len(cells), maxColumns))
		for _, c := range cells[:min(len(cells), maxColumns)] {
			row = append(row, tidy(c))
		}
		s.rows = append(s.rows, row)
	}
}
