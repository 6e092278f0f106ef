package api

import (
	"strings"
	"time"
)

// short makes a list of rows that are all at hand, as of now.
func short[T any](s *Server, rows []T) RowsFunc[T] {
	position, at := s.position()
	return allRows(rows, position, at)
}

// position is the log position and site time of what is shown.
func (s *Server) position() (uint64, time.Time) {
	if s.opt.Board == nil {
		return 0, s.opt.Now()
	}
	position, at := s.opt.Board.Position()
	if at.IsZero() {
		at = s.opt.Now()
	}
	return position, at
}

// contains reports whether every word of q occurs in one of texts, whatever the case.
func contains(q string, texts ...string) bool {
	all := strings.ToLower(strings.Join(texts, "\n"))
	for word := range strings.FieldsSeq(strings.ToLower(q)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

// comparing compares by the keys of a sort, the first that differs decides.
func comparing[T any](by string, keys map[string]func(a, b T) int) func(a, b T) int {
	return func(a, b T) int {
		for key := range strings.SplitSeq(by, ",") {
			name, down := strings.CutPrefix(key, "-")
			n := keys[name](a, b)
			if down {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return 0
	}
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
