package drift

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
	"unicode"
)

// WriteTable writes the report for people: what is decided first, then one line a column, what moved before what didn't.
func (r *Report) WriteTable(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s.\n", strings.ToUpper(string(r.Decision)), r.Reason)
	fmt.Fprintf(&b, "%s against %s; at most %.3g of the alarms are expected to be false (%s).\n", r.Current.words(), r.Reference.words(), r.Alpha, correction(r.Correction))
	for _, k := range r.Shift {
		fmt.Fprintf(&b, "Kind of shift: %s: %s.\n", k.Kind, clean(strings.Join(k.Reasons, "; ")))
	}
	b.WriteString("\n")
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "decision\tcolumn\ttype\ttest\tstatistic\tp adjusted\teffect\tvalues\tbecause")
	for _, d := range []Decision{Drift, Unknown, OK} {
		for i := range r.Columns {
			c := &r.Columns[i]
			if c.Decision != d {
				continue
			}
			name := c.Name
			if c.Group != "" {
				name += " (" + c.Group + ")"
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d / %d\t%s\n", c.Decision, clean(name), c.Type, dash(c.Test), short(c.Statistic), short(c.Adjusted), short(c.Effect), c.NReference, c.NCurrent, clean(c.Reason))
			for _, q := range c.Quality {
				if q.Text != c.Reason && (q.Decision == Drift || q.Decision == "") {
					fmt.Fprintf(t, "\t\t\t\t\t\t\t\t%s: %s\n", q.Kind, clean(q.Text))
				}
			}
		}
	}
	if m := r.Multivariate; m != nil {
		fmt.Fprintf(t, "%s\trows as a whole\t%d columns\t%s\t%s\t%s\t\t%d / %d\t%s\n", m.Decision, m.Columns, m.Test, short(m.Statistic), short(m.Adjusted), m.Rows[0], m.Rows[1], clean(m.Reason))
		if len(m.Top) > 0 {
			fmt.Fprintf(t, "\t\t\t\t\t\t\t\tmost by: %s\n", clean(strings.Join(m.Top, ", ")))
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", clean(n))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (s Side) words() string {
	out := fmt.Sprintf("%s (%d rows", clean(s.File), s.Rows)
	if s.Units > 0 {
		out += fmt.Sprintf(" of %d units", s.Units)
	}
	return out + ")"
}

func correction(c string) string {
	switch c {
	case "by":
		return "Benjamini–Yekutieli"
	case "none":
		return "of each column, not corrected for their number"
	}
	return "Benjamini–Hochberg"
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func short(n Number) string {
	switch x := float64(n); {
	case x != x:
		return "–"
	case math.IsInf(x, 0):
		return "∞"
	case x != 0 && math.Abs(x) < 1e-4:
		return fmt.Sprintf("%.1e", x)
	default:
		return fmt.Sprintf("%.4g", x)
	}
}

// clean keeps names from files from writing to the terminal, or into other cells.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return '�'
		}
		return r
	}, s)
}
