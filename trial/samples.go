package trial

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"image"
	"image/png"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/stat/perturb"
)

// Samples are inputs to be tried: of declared test patients, or synthetic.
type Samples struct {
	What    string // "table", "series" or "image"
	kinds   []string
	patient []string
	label   []bool // nil: none
	n       int
	make    func(i int, kind string, severity int, seed uint64) (any, error) // kind "": as it is
	space   space
}

// SamplesOf reads samples of a table: a column patient, which names the test patient;
// label (0 or 1), where there is one; and
//
//	of a table   every other column, as a feature of that name
//	of series    series: numbers with blanks between, sent as {"series": […], "rate": …}
//	of images    image: the name of a PNG, JPEG or DICOM file beside the file, sent as {"image": base64 of a PNG}
//
// Errors: EInvalid, with file, row and column.
func SamplesOf(file, what string, o RobustnessOptions) (*Samples, error) {
	const op = "trial.samples"
	c, err := readTable(file, op)
	if err != nil {
		return nil, err
	}
	c.called(append([]string{"patient", "label"}, map[string][]string{"series": {"series"}, "image": {"image"}}[what]...)...)
	s := &Samples{What: what, n: min(c.rows, cmp.Or(o.Rows, 200))}
	if !c.has("patient") {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s has no column patient: every row names the test patient that it is of", file)
	}
	names, err := c.filled(file, "patient", op)
	if err != nil {
		return nil, err
	}
	s.patient = names[:s.n]
	if c.has("label") {
		if s.label, err = c.truth(file, "label", op); err != nil {
			return nil, err
		}
		s.label = s.label[:s.n]
	}
	switch what {
	case "table":
		s.rows(c)
	case "series":
		err = s.series(c, file, o.Rate, op)
	case "image":
		err = s.images(c, file, op)
	default:
		err = wardround.Errorf(wardround.EInvalid, op, "%q is no kind of sample; there are table, series and image", what)
	}
	return s, err
}

// filled returns a column as texts, of which none is empty.
func (c *columns) filled(file, name, op string) ([]string, error) {
	if t, ok := c.texts[name]; ok {
		if i := slices.Index(t, ""); i >= 0 {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%s: row %d, column %s: nothing there", file, i+1, name)
		}
		return t, nil
	}
	out := make([]string, c.rows)
	for i, v := range c.nums[name] {
		if !finite(v) {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%s: row %d, column %s: nothing there", file, i+1, name)
		}
		out[i] = strconv.FormatFloat(v, 'f', -1, 64)
	}
	return out, nil
}

// rows are samples of a table: numbers are perturbed, texts stay.
func (s *Samples) rows(c *columns) {
	s.kinds = perturb.Rows
	var names, texts []string
	for _, n := range c.names {
		switch {
		case n == "patient" || n == "label":
		case c.nums[n] != nil:
			names = append(names, n)
		default:
			texts = append(texts, n)
		}
	}
	spreads := make([]float64, len(names))
	for j, n := range names {
		mean, m2, k := 0.0, 0.0, 0.0
		for _, v := range c.nums[n] {
			if finite(v) {
				k++
				d := v - mean
				mean += d / k
				m2 += d * (v - mean)
			}
		}
		spreads[j] = math.Sqrt(m2 / max(k-1, 1))
	}
	send := func(i int, row []float64) any {
		out := map[string]any{}
		for j, n := range names {
			if out[n] = nil; finite(row[j]) {
				out[n] = row[j]
			}
		}
		for _, n := range texts {
			if out[n] = nil; c.texts[n][i] != "" {
				out[n] = c.texts[n][i]
			}
		}
		return out
	}
	s.make = func(i int, kind string, severity int, seed uint64) (any, error) {
		row := make([]float64, len(names))
		for j, n := range names {
			row[j] = c.nums[n][i]
		}
		if kind != "" {
			var err error
			if row, err = perturb.Row(row, spreads, kind, severity, seed); err != nil {
				return nil, err
			}
		}
		return send(i, row), nil
	}
	nums := make([][]float64, len(names))
	for j, n := range names {
		nums[j] = c.nums[n]
	}
	s.space = rowSpace(nums, spreads, s.n, send)
}

func (s *Samples) series(c *columns, file string, rate float64, op string) error {
	s.kinds = perturb.SeriesKinds
	if !(rate > 0 && rate <= 1e6) {
		return wardround.Errorf(wardround.EInvalid, op, "series need a rate, in samples a second")
	}
	text, ok := c.texts["series"]
	if !ok {
		return wardround.Errorf(wardround.EInvalid, op, "%s has no column series of numbers with blanks between", file)
	}
	traces := make([][]float64, s.n)
	for i := range traces {
		for _, w := range strings.Fields(text[i]) {
			v, err := strconv.ParseFloat(w, 64)
			if err != nil || !finite(v) {
				return wardround.Errorf(wardround.EInvalid, op, "%s: row %d, column series: %.20q is no number", file, i+1, w)
			}
			traces[i] = append(traces[i], v)
		}
		if len(traces[i]) < 2 {
			return wardround.Errorf(wardround.EInvalid, op, "%s: row %d, column series: fewer than two values", file, i+1)
		}
	}
	send := func(x []float64) any { return map[string]any{"series": x, "rate": rate} }
	s.make = func(i int, kind string, severity int, seed uint64) (any, error) {
		x := traces[i]
		if kind != "" {
			var err error
			if x, err = perturb.Series(x, rate, kind, severity, seed); err != nil {
				return nil, err
			}
		}
		return send(x), nil
	}
	s.space = seriesSpace(traces, send)
	return nil
}

func (s *Samples) images(c *columns, file string, op string) error {
	s.kinds = perturb.Images
	names, ok := c.texts["image"]
	if !ok {
		return wardround.Errorf(wardround.EInvalid, op, "%s has no column image of names of files (PNG, JPEG, DICOM) beside it", file)
	}
	send := func(g *image.Gray16) (any, error) {
		var b bytes.Buffer
		if err := png.Encode(&b, g); err != nil {
			return nil, wardround.Wrap(wardround.EInvalid, op, err)
		}
		return map[string]any{"image": base64.StdEncoding.EncodeToString(b.Bytes())}, nil
	}
	s.make = func(i int, kind string, severity int, seed uint64) (any, error) {
		g, err := readImage(filepath.Dir(file), names[i])
		if err == nil && kind != "" {
			g, err = perturb.Image(g, kind, severity, seed)
		}
		if err != nil {
			return nil, wardround.Errorf(wardround.EInvalid, op, "row %d, column image: %w", i+1, err)
		}
		return send(g)
	}
	s.space = imageSpace(func(i int) (*image.Gray16, error) { return readImage(filepath.Dir(file), names[i]) }, send)
	for i := range s.n { // before anything is sent
		if _, err := readImage(filepath.Dir(file), names[i]); err != nil {
			return wardround.Errorf(wardround.EInvalid, op, "%s: row %d, column image: %w", file, i+1, err)
		}
	}
	return nil
}
