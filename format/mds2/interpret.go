package mds2

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/pattern"
)

// fewest is how many questions make a form.
const fewest = 8

// located is a question where it stands.
type located struct {
	question string
	row, col int
}

// interpret finds questions, answers and notes in tables.
func interpret(book []sheet) (*Form, error) {
	f := &Form{}
	notes := numberedNotes(book)
	seen := map[string]string{}
	old := 0
	for i := range book {
		s := &book[i]
		at := questions(s)
		old += oldQuestions(s)
		if len(at) == 0 {
			continue
		}
		answer := answerColumn(s, at)
		note := noteColumn(s, at, answer)
		for _, q := range at {
			if strings.HasPrefix(q.question, "DOC-") {
				f.document(s, q, answer)
				continue
			}
			a := Answer{Question: q.question, Sheet: s.name, Row: q.row + 1}
			text := ""
			if a.Value, text = answerOf(s, q, answer); a.Value == "" {
				continue // a heading, or a question left open
			}
			a.Note = noteOf(s, q, note, text, notes)
			if was, twice := seen[a.Question]; twice {
				if was != a.Value {
					f.Problems = append(f.Problems, fmt.Sprintf("%s: %s is answered %q, and %q before; the first counts", s.place(q.row), a.Question, clip(a.Value, 40), clip(was, 40)))
				}
				continue
			}
			seen[a.Question] = a.Value
			f.Answers = append(f.Answers, a)
		}
	}
	switch {
	case len(f.Answers) >= fewest:
	case old >= fewest:
		return nil, ErrOldForm
	case len(f.Answers) > 0:
		return nil, fmt.Errorf("only %d questions of HN 1-2019 are answered; a form has about 240", len(f.Answers))
	default:
		return nil, errors.New("no MDS2 form: no cell has the number of a question (such as TXCF-2) with an answer")
	}
	slices.SortStableFunc(f.Answers, func(a, b Answer) int { return Compare(a.Question, b.Question) })
	for i := range book {
		f.version(&book[i])
	}
	return f, nil
}

// questions finds the column that has most numbers, and its questions.
func questions(s *sheet) []located {
	var all []located
	count := map[int]int{}
	for r, row := range s.rows {
		for c := range row {
			if q, ok := Question(row[c]); ok {
				all, count[c] = append(all, located{q, r, c}), count[c]+1
			}
		}
	}
	best := -1
	for c, n := range count {
		if best < 0 || n > count[best] || n == count[best] && c < best {
			best = c
		}
	}
	return slices.DeleteFunc(all, func(l located) bool { return l.col != best })
}

var oldNumber = pattern.Of(`^(\d{1,2}-\d{1,2}(\.\d)?|[A-F]|[B-D]\.\d{1,2})$`)

// oldQuestions counts rows that look like those of the form of 2013.
func oldQuestions(s *sheet) (n int) {
	for _, row := range s.rows {
		for _, c := range row {
			if c != "" {
				if oldNumber().MatchString(c) {
					n++
				}
				break
			}
		}
	}
	return n
}

// Answers in the words of the form, and of makers who write them otherwise.
var answers = map[string]string{
	"yes": "Yes", "y": "Yes", "no": "No", "n": "No", "n/a": "N/A", "na": "N/A", "not applicable": "N/A",
	"see note": "See notes", "see notes": "See notes", "see note(s)": "See notes",
}

var answered = pattern.Of(`(?i)^(yes|no|n/?a|not applicable|see notes?(?:\(s\))?)\b[\s.,;:()–—-]*(.*)$`)

// normal reads an answer: what it is in the form's words, and what was added to it.
// ok is false for a text that begins with none.
func normal(s string) (value, rest string, ok bool) {
	l := strings.ToLower(strings.Trim(s, " .:;"))
	if v, ok := answers[l]; ok {
		return v, "", true
	}
	if m := answered().FindStringSubmatch(s); m != nil {
		l := strings.ToLower(m[1])
		if l == "na" && !strings.HasPrefix(s, "NA") || l == "no" && len(m[2]) > 60 { // "No changes can be made …" is a text
			return "", "", false
		}
		if v, ok := answers[strings.TrimSuffix(l, "(s)")]; ok {
			return v, strings.TrimRight(m[2], ")"), true
		}
	}
	return "", "", false
}

// answerColumn is the column right of the numbers that most often has an answer; -1
// when none does.
func answerColumn(s *sheet, at []located) int {
	count := map[int]int{}
	for _, q := range at {
		if strings.HasPrefix(q.question, "DOC-") {
			continue
		}
		for c := q.col + 1; c < len(s.rows[q.row]); c++ {
			if _, rest, ok := normal(s.at(q.row, c)); ok && rest == "" {
				count[c] += 2
			} else if ok {
				count[c]++
			}
		}
	}
	best := -1
	for c, n := range count {
		if best < 0 || n > count[best] || n == count[best] && c < best {
			best = c
		}
	}
	return best
}

// answerOf reads the answer to a question: in the column of answers, else in the
// only cell of the row that is an answer and nothing else. Where the column has a
// text of the maker's own, that is the answer.
func answerOf(s *sheet, q located, column int) (value, rest string) {
	if column < 0 {
		return "", ""
	}
	text := s.at(q.row, column)
	if v, rest, ok := normal(text); ok {
		return v, rest
	}
	if strings.Trim(text, "_-– .") != "" {
		return clip(text, maxAnswer), ""
	}
	for c := q.col + 1; c < len(s.rows[q.row]); c++ {
		if v, rest, ok := normal(s.at(q.row, c)); ok && rest == "" {
			if value != "" && value != v {
				return "", "" // two, and nothing says which
			}
			value = v
		}
	}
	return value, ""
}

var references = pattern.Of(`(?i)\b(iec|iso|nist|sp 800|80001)\b`)

// noteColumn is the column of notes: headed so, else the one right of the answers
// unless it is headed as one of the references to other standards; -1 for none.
func noteColumn(s *sheet, at []located, answer int) int {
	if answer < 0 {
		return -1
	}
	first := at[0].row
	reference := map[int]bool{}
	for r := 0; r < min(len(s.rows), first+200); r++ {
		if r > first && slices.ContainsFunc(at, func(q located) bool { return q.row == r }) {
			continue
		}
		for c := answer + 1; c < len(s.rows[r]); c++ {
			head := strings.ToLower(s.rows[r][c])
			switch {
			case len(head) > 60:
			case head == "notes" || head == "note" || head == "note #" || strings.HasPrefix(head, "see note") || strings.HasPrefix(head, "note ("):
				return c
			case references().MatchString(head):
				reference[c] = true
			}
		}
	}
	if reference[answer+1] {
		return -1
	}
	return answer + 1
}

// referenceColumn reports whether a column is headed as a reference to another
// standard.
func (s *sheet) referenceColumn(c int) bool {
	for r := range min(len(s.rows), 30) {
		if text := s.at(r, c); len(text) <= 60 && references().MatchString(text) {
			return true
		}
	}
	return false
}

var noteNumber = pattern.Of(`(?i)^(?:see\s+)?notes?\s*#?\s*(\d{1,3})\s*[:.)\-–—]*\s*(.*)$`)
var bareNumber = pattern.Of(`^#?\(?(\d{1,3})\)?$`)

// numberedNotes collects texts that are numbered as notes: "Note 3: …", or "Note 3"
// with the text in the next cell.
func numberedNotes(book []sheet) map[int]string {
	out := map[int]string{}
	for i := range book {
		for _, row := range book[i].rows {
			for c, text := range row {
				m := noteNumber().FindStringSubmatch(text)
				if m == nil {
					continue
				}
				if _, ok := Question(row[0]); ok && c > 0 {
					break // a question that refers to it
				}
				n, _ := strconv.Atoi(m[1])
				body := m[2]
				if body == "" && c+1 < len(row) {
					body = row[c+1]
				}
				if body != "" && out[n] == "" && len(out) < 500 {
					out[n] = body
				}
				break
			}
		}
	}
	return out
}

// noteOf is what was noted of an answer.
func noteOf(s *sheet, q located, column int, text string, numbered map[int]string) string {
	for _, t := range []string{text, func() string {
		if column < 0 {
			return ""
		}
		return s.at(q.row, column)
	}()} {
		m := noteNumber().FindStringSubmatch(t)
		if m == nil || m[2] != "" {
			if m = bareNumber().FindStringSubmatch(t); m == nil {
				if _, rest, ok := normal(t); t != "" && t != "__" && !(ok && rest == "") {
					return clip(t, maxNote)
				}
				continue
			}
		}
		n, _ := strconv.Atoi(m[1])
		if numbered[n] != "" {
			return clip(numbered[n], maxNote)
		}
	}
	return ""
}

// document reads what a question about the document itself is answered with: the
// cell in the column of answers, else the second of the row, after its label, that
// is under no reference to another standard.
func (f *Form) document(s *sheet, q located, answer int) {
	value := ""
	if answer >= 0 {
		value = s.at(q.row, answer)
	}
	if value == "" {
		label := false
		for c, text := range s.rows[q.row] {
			switch {
			case c <= q.col || text == "" || s.referenceColumn(c):
			case !label:
				label = true
			case value == "":
				value = text
			}
		}
	}
	set := func(to *string) {
		if *to == "" {
			*to = clip(value, maxAnswer)
		}
	}
	switch q.question {
	case "DOC-1":
		set(&f.Maker)
	case "DOC-2":
		set(&f.Description)
	case "DOC-3":
		set(&f.Model)
	case "DOC-4":
		set(&f.Document)
	case "DOC-7":
		if t, ok := date(value); ok {
			f.Date = t
		} else if value != "" {
			f.Problems = append(f.Problems, fmt.Sprintf("%s: %q is not understood as a date", s.place(q.row), clip(value, 40)))
		}
	}
}

var versionLabel = pattern.Of(`(?i)^(software|firmware|product|device)?\s*/?\s*(version|revision|release)(\s+(number|no\.?))?\s*(\(s\))?\s*:?$`)
var versionInline = pattern.Of(`(?i)\b(?:software|firmware)\s+(?:version|revision|release)\s*:?\s*([vV]?\d[\w.+-]{0,40})`)

// version finds the version of the software: beside or under a cell that names it.
func (f *Form) version(s *sheet) {
	if f.Version != "" {
		return
	}
	for r := 0; r < min(len(s.rows), 60); r++ {
		for c, text := range s.rows[r] {
			if versionLabel().MatchString(text) {
				for _, v := range []string{s.at(r, c+1), s.at(r, c+2), s.at(r+1, c)} {
					if v != "" && len(v) <= 60 && strings.ContainsAny(v, "0123456789") {
						f.Version = v
						return
					}
				}
			}
		}
	}
	if m := versionInline().FindStringSubmatch(f.Model + " ; " + f.Description); m != nil {
		f.Version = strings.TrimRight(m[1], ".")
	}
}
