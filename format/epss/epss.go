// Package epss reads the scores of the Exploit Prediction Scoring System (FIRST):
// a CSV file a day, gzip or plain, whose first line is a comment with the model's
// version and the date of the scores.
//
//	#model_version:v2025.03.14,score_date:2026-08-26T00:00:00+0000
//	cve,epss,percentile
//	CVE-1999-0001,0.01141,0.77881
package epss

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// Limits of a file: the real one has about 300,000 lines and 10 MB unpacked.
const (
	MaxBytes  = 512 << 20 // unpacked
	MaxScores = 5_000_000
)

// File is one day's scores.
type File struct {
	Model  string // "v2025.03.14"
	Date   time.Time
	Scores []Score
}

// Score is the probability that a vulnerability is exploited within 30 days.
type Score struct {
	CVE        string  `json:"cve"`
	EPSS       float32 `json:"epss"`       // 0 to 1
	Percentile float32 `json:"percentile"` // share of vulnerabilities with this score or a lower one, 0 to 1
}

// Read reads a file. A line that cannot be read refuses the whole.
func Read(r io.Reader) (*File, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	if head, _ := br.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, fmt.Errorf("epss: %w", err)
		}
		br = bufio.NewReaderSize(z, 64<<10)
	}
	limited := &io.LimitedReader{R: br, N: MaxBytes}
	sc := bufio.NewScanner(limited)
	sc.Buffer(make([]byte, 0, 4096), 4096)
	f := &File{}
	columns := map[string]int{}
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimSuffix(strings.TrimPrefix(sc.Text(), "\ufeff"), "\r")
		switch {
		case line == "":
		case strings.HasPrefix(line, "#"):
			f.comment(line[1:])
		case len(columns) == 0:
			for i, c := range strings.Split(line, ",") {
				columns[c] = i
			}
			if _, ok := columns["epss"]; !ok || columns["cve"] != 0 {
				return nil, fmt.Errorf("epss: line %d: the heading is %.60q; want cve,epss,percentile", n, line)
			}
		default:
			s, err := score(line, columns)
			if err != nil {
				return nil, fmt.Errorf("epss: line %d: %w", n, err)
			}
			if len(f.Scores) >= MaxScores {
				return nil, fmt.Errorf("epss: more than %d scores", MaxScores)
			}
			f.Scores = append(f.Scores, s)
		}
	}
	switch err := sc.Err(); {
	case err != nil:
		return nil, fmt.Errorf("epss: %w", err)
	case limited.N <= 0:
		return nil, fmt.Errorf("epss: more than %d bytes unpacked", MaxBytes)
	case len(columns) == 0:
		return nil, errors.New("epss: no heading: not a file of EPSS scores")
	}
	return f, nil
}

func (f *File) comment(s string) {
	for _, part := range strings.Split(s, ",") {
		k, v, _ := strings.Cut(part, ":")
		switch strings.TrimSpace(k) {
		case "model_version":
			f.Model = v
		case "score_date":
			for _, layout := range []string{"2006-01-02T15:04:05-0700", time.RFC3339, time.DateOnly} {
				if t, err := time.Parse(layout, v); err == nil {
					f.Date = t.UTC()
					break
				}
			}
		}
	}
}

func score(line string, columns map[string]int) (Score, error) {
	fields := strings.Split(line, ",")
	at := func(name string) (float32, error) {
		i, ok := columns[name]
		if !ok {
			return -1, nil
		}
		if i >= len(fields) {
			return 0, fmt.Errorf("no %s", name)
		}
		v, err := strconv.ParseFloat(fields[i], 32)
		if err != nil || math.IsNaN(v) || v < 0 || v > 1 {
			return 0, fmt.Errorf("%s is %.20q, not 0 to 1", name, fields[i])
		}
		return float32(v), nil
	}
	s := Score{CVE: fields[0]}
	if !strings.HasPrefix(s.CVE, "CVE-") || len(s.CVE) > 28 {
		return s, fmt.Errorf("%.30q is no CVE id", s.CVE)
	}
	var err error
	if s.EPSS, err = at("epss"); err == nil {
		s.Percentile, err = at("percentile")
	}
	return s, err
}
