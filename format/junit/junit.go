// Package junit reads and writes test reports in the XML form that JUnit made common
// and that every build server shows. There is no standard; this is what Jenkins,
// GitLab and GitHub's reporters agree on.
package junit

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Limits of a report that is read.
const (
	MaxBytes = 256 << 20
	maxCases = 1_000_000
	maxDepth = 64
)

// Report is a test report.
type Report struct {
	Name   string
	Suites []Suite
}

// Suite is a group of cases.
type Suite struct {
	Name  string
	At    time.Time
	Cases []Case
}

// Case is one test.
type Case struct {
	Class, Name string
	File        string
	Seconds     float64
	Result      Result
	Message     string
	Kind        string // type of the failure
	Text        string
}

// Result is how a case ended.
type Result uint8

// The results.
const (
	Passed Result = iota
	Failed        // an assertion did not hold
	Broken        // an error: the test itself did not run to its end
	Skipped
)

// Counts tells how many cases ended how.
func (r *Report) Counts() (passed, failed, skipped int) {
	for _, s := range r.Suites {
		for _, c := range s.Cases {
			switch c.Result {
			case Passed:
				passed++
			case Skipped:
				skipped++
			default:
				failed++
			}
		}
	}
	return passed, failed, skipped
}

type detail struct {
	Message string `xml:"message,attr,omitempty"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

type wireCase struct {
	Class   string  `xml:"classname,attr,omitempty"`
	Name    string  `xml:"name,attr"`
	File    string  `xml:"file,attr,omitempty"`
	Time    string  `xml:"time,attr,omitempty"`
	Failure *detail `xml:"failure"`
	Error   *detail `xml:"error"`
	Skipped *detail `xml:"skipped"`
}

type wireSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"timestamp,attr,omitempty"`
	Cases    []wireCase  `xml:"testcase"`
	Suites   []wireSuite `xml:"testsuite"`
}

// Write writes a report.
func Write(w io.Writer, r *Report) error {
	type suites struct {
		XMLName  xml.Name    `xml:"testsuites"`
		Name     string      `xml:"name,attr,omitempty"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Suites   []wireSuite `xml:"testsuite"`
	}
	out := suites{Name: valid(r.Name)}
	for _, s := range r.Suites {
		x := wireSuite{Name: valid(s.Name), Tests: len(s.Cases)}
		if !s.At.IsZero() {
			x.Time = s.At.UTC().Format("2006-01-02T15:04:05")
		}
		for _, c := range s.Cases {
			y := wireCase{Class: valid(c.Class), Name: valid(c.Name), File: valid(c.File), Time: strconv.FormatFloat(c.Seconds, 'f', 3, 64)}
			d := &detail{Message: valid(c.Message), Type: valid(c.Kind), Text: valid(c.Text)}
			switch c.Result {
			case Failed:
				y.Failure = d
				x.Failures++
			case Broken:
				y.Error = d
				x.Errors++
			case Skipped:
				y.Skipped = d
				x.Skipped++
			}
			x.Cases = append(x.Cases, y)
		}
		out.Tests, out.Failures, out.Errors, out.Skipped = out.Tests+x.Tests, out.Failures+x.Failures, out.Errors+x.Errors, out.Skipped+x.Skipped
		out.Suites = append(out.Suites, x)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", " ")
	if err := e.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// valid drops what XML 1.0 cannot hold.
func valid(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 {
			return r
		}
		return -1
	}, s)
}

// Read reads a report: a testsuites or a testsuite element, suites within suites.
func Read(r io.Reader) (*Report, error) {
	lr := &io.LimitedReader{R: r, N: MaxBytes + 1}
	d := xml.NewDecoder(lr)
	d.Entity = map[string]string{}
	out := &Report{}
	var open []int // index of the suite at each depth, -1 for others
	n, seen := 0, false
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) && seen && len(open) == 0 {
			return out, nil
		}
		if err != nil {
			if lr.N <= 0 {
				return nil, fmt.Errorf("junit: more than %d bytes", MaxBytes)
			}
			line, _ := d.InputPos()
			return nil, fmt.Errorf("junit: line %d: %w", line, err)
		}
		switch e := t.(type) {
		case xml.StartElement:
			if len(open) >= maxDepth {
				return nil, fmt.Errorf("junit: more than %d elements deep", maxDepth)
			}
			switch e.Name.Local {
			case "testsuites":
				seen = true
				out.Name = attr(e, "name")
				open = append(open, -1)
			case "testsuite":
				seen = true
				s := Suite{Name: attr(e, "name")}
				for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
					if at, err := time.Parse(layout, attr(e, "timestamp")); err == nil {
						s.At = at.UTC()
						break
					}
				}
				out.Suites = append(out.Suites, s)
				open = append(open, len(out.Suites)-1)
			case "testcase":
				in := -1
				for i := len(open) - 1; i >= 0 && in < 0; i-- {
					in = open[i]
				}
				if in < 0 {
					return nil, errors.New("junit: a testcase outside of a testsuite")
				}
				if n++; n > maxCases {
					return nil, fmt.Errorf("junit: more than %d cases", maxCases)
				}
				var w wireCase
				if err := d.DecodeElement(&w, &e); err != nil {
					return nil, fmt.Errorf("junit: %w", err)
				}
				out.Suites[in].Cases = append(out.Suites[in].Cases, w.open())
			default:
				if !seen {
					return nil, fmt.Errorf("junit: the document is %.30q, not testsuites or testsuite", e.Name.Local)
				}
				if err := d.Skip(); err != nil {
					return nil, fmt.Errorf("junit: %w", err)
				}
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.Directive:
			return nil, errors.New("junit: the document has a DTD; none is read")
		}
	}
}

func (w *wireCase) open() Case {
	c := Case{Class: w.Class, Name: w.Name, File: w.File}
	c.Seconds, _ = strconv.ParseFloat(strings.ReplaceAll(w.Time, ",", ""), 64)
	for _, x := range []struct {
		d *detail
		r Result
	}{{w.Skipped, Skipped}, {w.Failure, Failed}, {w.Error, Broken}} {
		if x.d != nil {
			c.Result, c.Message, c.Kind, c.Text = x.r, x.d.Message, x.d.Type, strings.TrimSpace(x.d.Text)
		}
	}
	return c
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
