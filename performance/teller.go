package performance

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/table"
)

// A teller reads classes from a column.
type teller struct {
	col  *column
	tell func(i int) (class int, ok bool) // binary: 1 is a case; ok is false where there is no class
	odd  func(i int) bool                 // there is a value, but it is no class
}

var yeses = map[string]bool{"1": true, "1.0": true, "true": true, "yes": true, "y": true, "positive": true, "pos": true, "case": true, "t": true}
var noes = map[string]bool{"0": true, "0.0": true, "false": true, "no": true, "n": true, "negative": true, "neg": true, "control": true, "f": true, "-1": true}

// there reports whether a column has a value of its own kind in row i.
func (c *column) there(i int) bool {
	return c.ok(i) && (c.kind == table.Text || !math.IsNaN(c.numbers[i]))
}

// values counts what a column holds, by text, up to limit different ones; first
// is the first row of each.
func (c *column) values(limit int) (count, first map[string]int) {
	count, first = map[string]int{}, map[string]int{}
	for i := range max(len(c.numbers), len(c.codes)) {
		if !c.there(i) {
			continue
		}
		t := c.text(i)
		if _, seen := count[t]; !seen {
			if len(count) == limit {
				continue
			}
			first[t] = i
		}
		count[t]++
	}
	return count, first
}

func listed(count map[string]int) string {
	var out []string
	for t := range count {
		out = append(out, t)
	}
	sort.Strings(out)
	if len(out) > 8 {
		out = append(out[:8], "…")
	}
	return strings.Join(out, ", ")
}

// newTeller says how a column's values are read as yes and no, or why they cannot be.
func newTeller(file string, col *column, c *Config) (*teller, error) {
	const op = "performance.labels"
	count, first := col.values(1000)
	known, other := 0, ""
	all := 0
	for t, n := range count {
		all += n
		switch l := strings.ToLower(t); {
		case yeses[l] || noes[l]:
			known += n
		case other == "" || first[t] < first[other]:
			other = t
		}
	}
	// The values that are to be counted as neither must be few, and texts: a third
	// number is a third class, or no class at all.
	stray := other != "" && col.kind == table.Text && known*2 > all
	if c.Positive == "" && other != "" && !stray {
		return nil, wardround.Errorf(wardround.EInvalid, op,
			"%s, column %s holds %s (row %d has %q); want 0 and 1, or say which value is a case: --positive VALUE",
			file, col.name, listed(count), first[other]+1, other)
	}
	if c.Positive != "" {
		if len(count) > 2 {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%s, column %s holds more than two values (%s); with --positive there are two. For several classes leave that out and give --type multiclass",
				file, col.name, listed(count))
		}
		return &teller{col, func(i int) (int, bool) {
			if !col.there(i) {
				return 0, false
			}
			return bit(col.text(i) == c.Positive), true
		}, func(i int) bool { return col.ok(i) && !col.there(i) }}, nil
	}
	read := func(i int) (yes, no bool) {
		if !col.there(i) {
			return false, false
		}
		l := strings.ToLower(col.text(i))
		return yeses[l], noes[l]
	}
	return &teller{col, func(i int) (int, bool) {
		yes, no := read(i)
		return bit(yes), yes || no
	}, func(i int) bool {
		yes, no := read(i)
		return col.ok(i) && !yes && !no
	}}, nil
}

// newClassTeller reads the classes by their names.
func newClassTeller(col *column, classes []string) *teller {
	at := make(map[string]int, len(classes))
	for k, n := range classes {
		at[n] = k
	}
	read := func(i int) int {
		if !col.there(i) {
			return -1
		}
		if k, ok := at[col.text(i)]; ok {
			return k
		}
		return -1
	}
	return &teller{col, func(i int) (int, bool) {
		k := read(i)
		return max(k, 0), k >= 0
	}, func(i int) bool { return col.ok(i) && read(i) < 0 }}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// classesOf are the names of the classes: those of the columns of scores, or of
// what the given columns hold.
func classesOf(g *family, cols ...*column) ([]string, error) {
	if g != nil {
		seen := map[string]string{}
		for k, n := range g.classes {
			if was, twice := seen[n]; twice {
				return nil, wardround.Errorf(wardround.EInvalid, "performance.columns", "columns %s and %s are both of class %q", was, g.columns[k].name, n)
			}
			seen[n] = g.columns[k].name
		}
		return g.classes, nil
	}
	var out []string
	for _, c := range cols {
		if c == nil {
			continue
		}
		count, _ := c.values(maxClasses + 1)
		for t := range count {
			if !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
		if len(out) > maxClasses {
			return nil, wardround.Errorf(wardround.EInvalid, "performance.columns", "column %s holds more than %d classes", c.name, maxClasses)
		}
	}
	sort.Strings(out)
	if len(out) < 2 {
		return nil, wardround.Errorf(wardround.EInvalid, "performance.columns", "there is only the class %s; a model that tells classes apart has two or more", fmt.Sprint(out))
	}
	return out, nil
}

// foreign says of labels that are no class of the model, if most are not.
func foreign(file string, col *column, classes []string) error {
	t := newClassTeller(col, classes)
	have, odd, row := 0, 0, 0
	for i := range max(len(col.numbers), len(col.codes)) {
		if t.odd(i) {
			if odd++; odd == 1 {
				row = i + 1
			}
		} else if col.ok(i) {
			have++
		}
	}
	if odd > have {
		return wardround.Errorf(wardround.EInvalid, "performance.labels", "%s, column %s: most values are no class of the model (row %d has %q); its classes are %s, by the names of its columns",
			file, col.name, row, col.text(row-1), strings.Join(classes[:min(len(classes), 12)], ", "))
	}
	return nil
}
