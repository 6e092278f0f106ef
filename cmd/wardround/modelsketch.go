package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/table"
	"github.com/wardround/wardround/internal/durable"
	"github.com/wardround/wardround/sense"
	"github.com/wardround/wardround/sense/inference"
	"github.com/wardround/wardround/stat/sketch"
)

// modelSketchCmd makes and shows sketches.
type modelSketchCmd struct {
	Files   []string `arg:"" name:"file" help:"Tables, CSV or Parquet, and sketches; several are merged."`
	Out     string   `short:"o" placeholder:"FILE" help:"Write the sketch there."`
	Show    bool     `help:"Print each column: how many values, quantiles, most frequent categories, with their error. Without --out this is done anyway."`
	Groups  bool     `help:"Also print the columns of subgroups."`
	Model   string   `placeholder:"NAME" help:"Of which model, where the mapping does not say."`
	K       int      `placeholder:"N" help:"Size of the quantile sketches: ranks are within 0.55 % for 512, the default, and half of that for 1024."`
	UnitKey string   `placeholder:"FILE" type:"existingfile" help:"Key of the pseudonyms under which units are counted, at least 16 bytes. Sketches that will be merged need the same; else a key of this run alone is used."`
}

func (c *modelSketchCmd) Help() string {
	return "With --config FILE the columns mean what a mapping says (docs/reference/inference-mapping.md); else every column is a feature of the kind it looks like.\n\n" +
		"A sketch is what may be kept of data that may not be kept: for each column counts, quantiles with their error, moments, the most frequent categories. " +
		"No row can be had back from it; but it holds single values, so columns that name persons are left out, and texts that look like identifiers are withheld.\n\n" +
		"Exit status 2 if a file cannot be read, with the line, or the row group and column."
}

func (c *modelSketchCmd) Run(a *app) error {
	const op = "model sketch"
	opt := inference.TableOptions{K: c.K, At: a.now()}
	if a.Config != "" {
		f, err := os.Open(a.Config)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, op, err)
		}
		defer f.Close()
		if opt.Mapping, err = inference.ReadMapping(f); err != nil {
			return err
		}
	}
	if c.K != 0 && (c.K < sketch.MinK || c.K > sketch.MaxK) {
		return wardround.Errorf(wardround.EInvalid, op, "--k %d; want %d to %d", c.K, sketch.MinK, sketch.MaxK)
	}
	key := make([]byte, 32)
	if c.UnitKey != "" {
		b, err := os.ReadFile(c.UnitKey)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, op, err)
		}
		if key = bytes.TrimSpace(b); len(key) < 16 {
			return wardround.Errorf(wardround.EInvalid, op, "the key in %s has %d bytes; want at least 16", c.UnitKey, len(key))
		}
	} else if _, err := rand.Read(key); err != nil {
		return wardround.Wrap(wardround.EInternal, op, err)
	}
	opt.Pseudonyms = sense.NewPseudonyms("sketch", key)
	var all *sketch.Window
	for _, name := range c.Files {
		w, err := c.read(a, name, opt)
		if err != nil {
			return err
		}
		if all == nil {
			all = w
		} else if err := all.Merge(w); err != nil {
			return wardround.Errorf(wardround.EInvalid, op, "%s: %w", name, err)
		}
	}
	if c.Out != "" {
		b, err := all.AppendBinary(nil)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, op, err)
		}
		dir := filepath.Dir(c.Out)
		if err := durable.Replace(dir, filepath.Base(c.Out), b); err != nil {
			return durable.Error(op, dir, err)
		}
		if !c.Show {
			a.note("%s: %d rows, %d columns, %d bytes", c.Out, all.Rows, len(all.Columns), len(b))
			return nil
		}
	}
	return c.show(a, all)
}

// read makes a window of a table, or reads one.
func (c *modelSketchCmd) read(a *app, name string, opt inference.TableOptions) (*sketch.Window, error) {
	const op = "model sketch"
	f, err := os.Open(name)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	defer f.Close()
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(f, head)
	if n == 0 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s: %w", name, orEmpty(err))
	}
	if head = head[:n]; sketch.IsSketch(head) {
		w, err := sketch.Decode(bufio.NewReader(io.MultiReader(bytes.NewReader(head), f)), sketch.Limits{})
		if err != nil {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%s: %w", name, err)
		}
		return w, nil
	}
	st, err := f.Stat()
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	t, err := table.OpenReaderAt(f, st.Size(), filepath.Base(name), table.Options{})
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	opt.Seed = inference.SeedOf(fmt.Sprint(st.Size()), head)
	s, err := inference.Sketch(a.ctx, t, opt)
	if err != nil {
		return nil, err
	}
	if opt.Mapping == nil && c.Model != "" {
		s.Window.Model = c.Model
	}
	for _, note := range t.Notes() {
		a.note("%s: %s", name, note)
	}
	if len(s.Left) > 0 {
		a.note("%s: left out, by their names, for they identify persons, are points in time or are not mapped: %s", name, strings.Join(s.Left, ", "))
	}
	if len(s.Withheld) > 0 {
		a.note("%s: texts withheld, for most rows have one of their own: %s", name, strings.Join(s.Withheld, ", "))
	}
	if bad, why := t.Refused(); bad > 0 {
		a.note("%s: %d rows refused; the first: %v", name, bad, why[0])
	}
	return s.Window, nil
}

func orEmpty(err error) error {
	if err == io.EOF || err == nil {
		return fmt.Errorf("the file is empty")
	}
	return err
}

// shownColumn is a column as it is printed.
type shownColumn struct {
	Name      string      `json:"name"`
	Group     string      `json:"group,omitempty"`
	Type      string      `json:"holds"`
	Role      string      `json:"role,omitempty"`
	Unit      string      `json:"unit,omitempty"`
	N         int64       `json:"n"`
	Missing   int64       `json:"missing"`
	Invalid   int64       `json:"invalid"`
	Infinite  int64       `json:"infinite"`
	Mean      *float64    `json:"mean,omitempty"`
	SD        *float64    `json:"sd,omitempty"`
	Min       *float64    `json:"min,omitempty"`
	Max       *float64    `json:"max,omitempty"`
	Quantiles []quantile  `json:"quantiles,omitempty"`
	RankError float64     `json:"rank_error,omitempty"` // share of n, at 99 %
	Distinct  int64       `json:"distinct,omitempty"`
	Top       []shownItem `json:"top,omitempty"`
}

type quantile struct {
	Q     float64 `json:"q"`
	Low   float64 `json:"low"`
	Value float64 `json:"value"`
	High  float64 `json:"high"`
}

type shownItem struct {
	Text string `json:"text"`
	Low  int64  `json:"low"`
	High int64  `json:"high"`
}

func (c *modelSketchCmd) show(a *app, w *sketch.Window) error {
	var units *int64
	if w.Units != nil {
		n := w.Units.Estimate()
		units = &n
	}
	var columns []shownColumn
	for _, col := range w.Columns {
		if col.Group == "" || c.Groups {
			columns = append(columns, shown(col))
		}
	}
	if a.Format == "json" {
		if err := a.object("sketch", struct {
			Model   string `json:"model"`
			Service string `json:"service,omitempty"`
			Version string `json:"version,omitempty"`
			Rows    int64  `json:"rows"`
			Refused int64  `json:"refused"`
			Units   *int64 `json:"units,omitempty"`
			Schema  string `json:"schema"`
		}{w.Model, w.Service, w.Release, w.Rows, w.Refused, units, w.Schema}); err != nil {
			return err
		}
		for _, s := range columns {
			if err := a.object("sketch-column", s); err != nil {
				return err
			}
		}
		return nil
	}
	fmt.Fprintf(a.stdout, "%s: %d rows", w.Model, w.Rows)
	if units != nil {
		fmt.Fprintf(a.stdout, " of about %d units", *units)
	}
	if w.Refused > 0 {
		fmt.Fprintf(a.stdout, ", %d more refused", w.Refused)
	}
	fmt.Fprintln(a.stdout)
	var rows [][]string
	for _, s := range columns {
		name := s.Name
		if s.Group != "" {
			name += " (" + s.Group + ")"
		}
		row := []string{name, s.Type, fmt.Sprint(s.N), fmt.Sprint(s.Missing), fmt.Sprint(s.Invalid + s.Infinite)}
		if s.Mean != nil {
			q := s.Quantiles
			row = append(row, fmt.Sprintf("%.4g … %s, %s, %s … %.4g", *s.Min, between(q[1]), between(q[2]), between(q[3]), *s.Max), fmt.Sprintf("%.2g %%", 100*s.RankError))
		} else {
			var top []string
			for _, i := range s.Top[:min(4, len(s.Top))] {
				count := fmt.Sprint(i.Low)
				if i.Low != i.High {
					count += "–" + fmt.Sprint(i.High)
				}
				top = append(top, fmt.Sprintf("%s %s", printable(i.Text), count))
			}
			row = append(row, strings.Join(top, ", "), fmt.Sprintf("%d different", s.Distinct))
		}
		rows = append(rows, row)
	}
	return a.grid([]string{"COLUMN", "TYPE", "N", "MISSING", "INVALID", "MIN … 25 %, 50 %, 75 % … MAX, OR MOST FREQUENT", "ERROR"}, rows)
}

func between(q quantile) string {
	if q.Low == q.High {
		return fmt.Sprintf("%.4g", q.Value)
	}
	return fmt.Sprintf("%.4g [%.4g–%.4g]", q.Value, q.Low, q.High)
}

func shown(c *sketch.Column) shownColumn {
	s := shownColumn{Name: c.Name, Group: c.Group, Type: string(c.Type), Role: string(c.Role), Unit: c.Unit, N: c.N, Missing: c.Missing, Invalid: c.Invalid, Infinite: c.PosInf + c.NegInf}
	if c.Ranks != nil {
		if c.N == 0 {
			return s
		}
		m := c.Moments
		s.Mean, s.Min, s.Max = &m.Mean, &m.Min, &m.Max
		if sd := m.SD(); !math.IsNaN(sd) {
			s.SD = &sd
		}
		for _, q := range []float64{.05, .25, .5, .75, .95} {
			lo, mid, hi := c.Ranks.Quantile(q)
			s.Quantiles = append(s.Quantiles, quantile{q, lo, mid, hi})
		}
		s.RankError = c.Ranks.RankError(sketch.Confidence)
		return s
	}
	s.Distinct = c.Distinct.Estimate()
	for _, i := range c.Top.Top(20) {
		s.Top = append(s.Top, shownItem{i.Text, i.Low, i.High})
	}
	return s
}
