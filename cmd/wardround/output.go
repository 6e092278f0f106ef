package main

import (
	"encoding/json"
	"fmt"
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"

	"github.com/wardround/wardround"
)

// object prints one JSON object on a line, with its type first.
func (a *app) object(typ string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return wardround.Wrap(wardround.EInternal, "output", err)
	}
	line := make([]byte, 0, len(b)+len(typ)+12)
	line = append(line, `{"type":"`...)
	line = append(line, typ...)
	line = append(line, '"')
	if len(b) > 2 {
		line = append(line, ',')
	}
	line = append(append(line, b[1:]...), '\n')
	_, err = a.stdout.Write(line)
	return err
}

// grid prints rows under headers, aligned; severities are coloured on a terminal.
func (a *app) grid(headers []string, rows [][]string) error {
	if len(rows) == 0 {
		return nil
	}
	fancy := terminal(a.stdout)
	for _, r := range rows {
		for i := range r {
			r[i] = printable(r[i])
		}
	}
	t := table.New().Headers(headers...).Rows(rows...).
		BorderTop(false).BorderBottom(false).BorderLeft(false).BorderRight(false).
		BorderColumn(false).BorderRow(false).BorderHeader(fancy).
		StyleFunc(func(row, col int) lipgloss.Style {
			st := lipgloss.NewStyle().PaddingRight(2)
			if !fancy {
				return st
			}
			if row == table.HeaderRow {
				return st.Faint(true)
			}
			if c := severityColour(rows[row][col]); c != nil {
				return st.Foreground(c)
			}
			return st
		})
	out := t.String()
	lines := strings.Split(out, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	_, err := fmt.Fprintln(a.stdout, strings.Join(lines, "\n"))
	return err
}

func severityColour(s string) color.Color {
	word := strings.TrimLeft(s, "▲●? ")
	switch {
	case strings.HasPrefix(word, "critical"):
		return lipgloss.Color("9")
	case strings.HasPrefix(word, "high"):
		return lipgloss.Color("208")
	case strings.HasPrefix(word, "medium"):
		return lipgloss.Color("11")
	}
	return nil
}

// mark writes a severity with its shape, so that colour is never alone.
func mark(s wardround.Severity) string {
	switch s {
	case wardround.Critical, wardround.High:
		return "▲ " + s.String()
	case wardround.SeverityNone:
		return ""
	}
	return "● " + s.String()
}

// printable replaces what could take over a terminal: control and direction
// characters from names that came off the wire.
func printable(s string) string {
	clean := true
	for _, r := range s {
		if hostileRune(r) {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hostileRune(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func hostileRune(r rune) bool {
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x2069 || r == 0xfeff || r == 0xfffd
}

// clip shortens s to n runes for a table.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
