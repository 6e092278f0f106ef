// Package issue holds what the readers of model files say about a file: a rule
// with a stable name, how grave it is, where it stands, and a sentence.
//
// A reader never decides what becomes of a file. It says what it saw; the gate
// (package artefact) joins what every reader said into a verdict and maps the
// rules to the weaknesses they stand for.
//
// Rules are written "format.what-is-wrong" ("onnx.external-path-escapes") and
// never change their meaning: people write them into exceptions.
package issue

import "fmt"

// Level says how grave an issue is. Levels are ordered: a greater level is
// graver.
type Level uint8

const (
	// Note is worth telling and changes nothing: the file stays as safe as it was.
	Note Level = iota
	// Unknown is something that may run or reach further than data should, and
	// that we can't judge: a custom operator, a class outside the allowlist.
	Unknown
	// Unreadable is a part of the file that we could not follow, or that readers
	// of this format read differently. What is unreadable is never clean.
	Unreadable
	// Malicious is what has no place in a model: code, a path out of the model's
	// folder, bytes laid out to make a reader write where it must not.
	Malicious
)

var levels = [...]string{"note", "unknown", "unreadable", "malicious"}

func (l Level) String() string {
	if int(l) < len(levels) {
		return levels[l]
	}
	return fmt.Sprintf("level(%d)", uint8(l))
}

// MarshalText writes the level's name.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads a level's name.
func (l *Level) UnmarshalText(b []byte) error {
	for i, name := range levels {
		if string(b) == name {
			*l = Level(i)
			return nil
		}
	}
	return fmt.Errorf("%q is no level; they are %q", b, levels)
}

// Issue is one thing that a reader saw.
type Issue struct {
	Rule   string `json:"rule"`            // stable: "onnx.external-path-escapes"
	Level  Level  `json:"level"`           // how grave
	Where  string `json:"where,omitempty"` // the name of the tensor, node, key, layer …; "" is the whole file
	Offset int64  `json:"offset"`          // in bytes from the start of what was read; -1 where there is none
	Text   string `json:"text"`            // one sentence for the person who reads it
}

func (i Issue) String() string {
	where := i.Where
	if i.Offset >= 0 {
		where = fmt.Sprintf("%s @%d", where, i.Offset)
	}
	return fmt.Sprintf("%s %s (%s): %s", i.Level, i.Rule, where, i.Text)
}

// DefaultMax is how many issues of one rule a List keeps if not told otherwise.
const DefaultMax = 20

// A List collects issues and keeps a bounded number of each rule, so that a
// hostile file with a million faults costs no memory. The zero value is ready.
type List struct {
	Max   int // kept per rule; 0 is DefaultMax
	items []Issue
	seen  map[string]int
}

// Add puts an issue on the list. Past the bound of its rule it is counted only.
func (l *List) Add(rule string, level Level, where string, offset int64, format string, args ...any) {
	if l.seen == nil {
		l.seen = map[string]int{}
	}
	limit := l.Max
	if limit <= 0 {
		limit = DefaultMax
	}
	l.seen[rule]++
	if l.seen[rule] > limit {
		return
	}
	text := fmt.Sprintf(format, args...)
	l.items = append(l.items, Issue{Rule: rule, Level: level, Where: Clip(where, 200), Offset: offset, Text: Clip(text, 600)})
}

// Issues returns what was collected, in the order it was added. Of a rule that
// ran over, the last one kept says how many there were in all.
func (l *List) Issues() []Issue {
	out := append([]Issue(nil), l.items...)
	last := map[string]int{}
	for i, it := range out {
		last[it.Rule] = i
	}
	for rule, i := range last {
		limit := l.Max
		if limit <= 0 {
			limit = DefaultMax
		}
		if n := l.seen[rule]; n > limit {
			out[i].Text += fmt.Sprintf(" (%d more like this)", n-limit)
		}
	}
	return out
}

// Worst is the gravest level on the list, Note if it is empty.
func Worst(list []Issue) Level {
	worst := Note
	for _, i := range list {
		worst = max(worst, i.Level)
	}
	return worst
}

// Clip shortens s to at most n bytes on a rune boundary and makes what is no
// printable text visible, so that names from hostile files can be shown.
func Clip(s string, n int) string {
	cut := false
	if len(s) > n {
		for n > 0 && s[n]&0xC0 == 0x80 {
			n--
		}
		s, cut = s[:n], true
	}
	plain := true
	for _, r := range s {
		if r < 0x20 || r == 0x7f || r == 0xFFFD || (r >= 0x200b && r <= 0x200f) || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) || r == 0x2028 || r == 0x2029 || r == 0xfeff {
			plain = false
			break
		}
	}
	if !plain {
		q := fmt.Sprintf("%+q", s)
		s = q[1 : len(q)-1]
	}
	if cut {
		s += "…"
	}
	return s
}
