package trial

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/table"
)

// Bounds of a file that is held as a whole.
const (
	maxTableRows  = 2_000_000
	maxTableCells = 50_000_000
)

// columns are a table in memory.
type columns struct {
	names []string
	rows  int
	nums  map[string][]float64 // NaN where there is none
	texts map[string][]string
}

// readTable reads a table as a whole. Errors: EInvalid, with the file and the place.
func readTable(name, op string) (*columns, error) {
	f, err := table.Open(name, table.Options{})
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s: %w", name, err)
	}
	defer f.Close()
	c := &columns{nums: map[string][]float64{}, texts: map[string][]string{}}
	var v table.Values
	for _, col := range f.Columns() {
		c.names = append(c.names, col.Name)
	}
	for {
		b, err := f.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%s: %w", name, err)
		}
		c.rows += b.Rows
		if c.rows > maxTableRows || c.rows*len(c.names) > maxTableCells {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%s: more than %d rows or %d values; give a sample of it", name, maxTableRows, maxTableCells)
		}
		for i, n := range c.names {
			if err := b.Read(i, &v); err != nil {
				return nil, wardround.Errorf(wardround.EInvalid, op, "%s: %w", name, err)
			}
			for k := range b.Rows {
				switch {
				case v.Kind == table.Text && v.Ok(k):
					c.texts[n] = append(c.texts[n], v.Dict[v.Codes[k]])
				case v.Kind == table.Text:
					c.texts[n] = append(c.texts[n], "")
				case v.Ok(k):
					c.nums[n] = append(c.nums[n], v.Numbers[k])
				default:
					c.nums[n] = append(c.nums[n], math.NaN())
				}
			}
		}
	}
	if bad, why := f.Refused(); bad > 0 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s: %d rows cannot be read; the first: %w", name, bad, why[0])
	}
	if c.rows == 0 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s: the file has no rows", name)
	}
	return c, nil
}

// number returns a column of numbers, or an error that names what is there.
func (c *columns) number(file, name, op string) ([]float64, error) {
	x, ok := c.nums[name]
	if !ok {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s has no column of numbers %q; it has: %s", file, name, strings.Join(c.names[:min(len(c.names), 20)], ", "))
	}
	for i, v := range x {
		if !finite(v) {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%s: row %d, column %s: no number", file, i+1, name)
		}
	}
	return x, nil
}

// labels returns a column as small numbers, one for each value, and the values.
func (c *columns) labels(file, name, op string) ([]int, []string, error) {
	text := c.texts[name]
	if nums, ok := c.nums[name]; ok {
		for _, v := range nums {
			s := ""
			if finite(v) {
				s = strconv.FormatFloat(v, 'g', -1, 64)
			}
			text = append(text, s)
		}
	}
	if text == nil {
		return nil, nil, wardround.Errorf(wardround.EInvalid, op, "%s has no column %q; it has: %s", file, name, strings.Join(c.names[:min(len(c.names), 20)], ", "))
	}
	at, out, names := map[string]int{}, make([]int, len(text)), []string(nil)
	for i, s := range text {
		if s == "" {
			return nil, nil, wardround.Errorf(wardround.EInvalid, op, "%s: row %d, column %s: no label", file, i+1, name)
		}
		k, ok := at[s]
		if !ok {
			if k = len(names); k >= 1000 {
				return nil, nil, wardround.Errorf(wardround.EInvalid, op, "%s: column %s has more than 1,000 labels; is it one?", file, name)
			}
			at[s] = k
			names = append(names, s)
		}
		out[i] = k
	}
	return out, names, nil
}

// truth reads a column of yes and no.
func (c *columns) truth(file, name, op string) ([]bool, error) {
	out := make([]bool, c.rows)
	if x, ok := c.nums[name]; ok {
		for i, v := range x {
			if v != 0 && v != 1 {
				return nil, wardround.Errorf(wardround.EInvalid, op, "%s: row %d, column %s: %v; want 0 or 1", file, i+1, name, v)
			}
			out[i] = v == 1
		}
		return out, nil
	}
	text, ok := c.texts[name]
	if !ok {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s has no column %q; it has: %s", file, name, strings.Join(c.names[:min(len(c.names), 20)], ", "))
	}
	for i, s := range text {
		switch strings.ToLower(s) {
		case "true", "yes", "in", "1":
			out[i] = true
		case "false", "no", "out", "0":
		default:
			return nil, wardround.Errorf(wardround.EInvalid, op, "%s: row %d, column %s: neither yes nor no", file, i+1, name)
		}
	}
	return out, nil
}

func (c *columns) has(name string) bool { return c.nums[name] != nil || c.texts[name] != nil }

func percent(x float64) string { return fmt.Sprintf("%.3g %%", 100*x) }

// usual are other names of columns that are asked for by name.
var usual = map[string][]string{
	"score":     {"y_pred_proba", "predicted_probability", "probability", "proba", "y_score", "y_prob", "prob", "risk", "confidence"},
	"label":     {"y_true", "target", "ground_truth", "true_label"},
	"patient":   {"patient_id", "test_patient", "subject_id", "subject"},
	"included":  {"member", "is_member", "in", "inserted"},
	"guess":     {"guessed", "prediction"},
	"loss":      {"log_loss", "cross_entropy"},
	"reference": {"reference_score", "score_reference"},
	"series":    {"signal", "trace", "ecg", "waveform"},
	"image":     {"file", "path", "filename", "image_path"},
}

// called gives the columns the names that are asked for, where a file has exactly one
// of the usual other names and not the name itself.
func (c *columns) called(names ...string) *columns {
	for _, want := range names {
		if c.has(want) {
			continue
		}
		var found []int
		for i, n := range c.names {
			if slices.Contains(usual[want], strings.ToLower(n)) {
				found = append(found, i)
			}
		}
		if len(found) != 1 {
			continue
		}
		n := c.names[found[0]]
		c.names[found[0]] = want
		if x, ok := c.nums[n]; ok {
			c.nums[want] = x
			delete(c.nums, n)
		}
		if x, ok := c.texts[n]; ok {
			c.texts[want] = x
			delete(c.texts, n)
		}
	}
	return c
}
