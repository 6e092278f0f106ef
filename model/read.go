package model

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/pattern"
)

// The bounds of a plan: bytes of the file, depth of nesting, and values in it.
const (
	MaxPlan   = 1 << 20
	maxDepth  = 32
	maxValues = 100_000
)

// Day is the longest that "d" means; a month is 31 of them and a year 366, so that
// "6mo" is at least six months whenever they begin.
const (
	Day   = 24 * time.Hour
	Month = 31 * Day
	Year  = 366 * Day
)

// ReadPlan reads a plan: YAML, one document, no field that is not known. It says
// nothing of whether the plan is of use: see [Plan.Problems]. Error: EInvalid with the
// line.
func ReadPlan(r io.Reader) (*Plan, error) {
	const op = "model.plan"
	b, err := io.ReadAll(io.LimitReader(r, MaxPlan+1))
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	if len(b) > MaxPlan {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the plan has more than %d bytes", MaxPlan)
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	var doc yaml.Node
	if err := d.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, wardround.Errorf(wardround.EInvalid, op, "the file is empty; a plan begins with: plan: 1")
		}
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the file holds more than one document; a plan is one")
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, wardround.Errorf(wardround.EInvalid, op, "line %d: a plan is a mapping that begins with: plan: 1", max(doc.Line, 1))
	}
	w := walk{lines: map[string]int{}}
	if err := w.node(doc.Content[0], "", "", 0); err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	// What was rewritten is written out and read again strictly: the line numbers that
	// a decoder gives of unknown fields must be those of the file, so they are looked
	// for first.
	p := Plan{lines: w.lines}
	if err := w.strict(doc.Content[0]); err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	if err := doc.Content[0].Decode(&p); err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	if p.Version != 1 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "line %d: plan: %d; this program reads plan: 1", max(w.lines["plan"], 1), p.Version)
	}
	return &p, nil
}

// walk looks through a document before it is decoded: its size, where its fields
// stand, and lengths of time in days, weeks, months and years, which become hours.
type walk struct {
	lines  map[string]int
	values int
}

// spans are the fields that hold a length of time.
var spans = map[string]bool{"every": true, "within": true, "kept": true, "again": true}

var spanPattern = pattern.Of(`^([0-9]+(?:\.[0-9]+)?)\s*(d|days?|w|weeks?|mo|months?|y|years?)$`)

func (w *walk) node(n *yaml.Node, path, key string, depth int) error {
	if w.values++; w.values > maxValues {
		return fmt.Errorf("line %d: more than %d values", n.Line, maxValues)
	}
	if depth > maxDepth {
		return fmt.Errorf("line %d: nested more than %d deep", n.Line, maxDepth)
	}
	w.lines[path] = n.Line
	switch n.Kind {
	case yaml.AliasNode:
		return fmt.Errorf("line %d: an alias (*%s); a plan says everything where it stands", n.Line, n.Value)
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			if k.Kind != yaml.ScalarNode {
				return fmt.Errorf("line %d: a key that is not text", k.Line)
			}
			at := join(path, k.Value)
			if _, twice := w.lines[at]; twice {
				return fmt.Errorf("line %d: %s is said twice", k.Line, at)
			}
			if err := w.node(n.Content[i+1], at, k.Value, depth+1); err != nil {
				return err
			}
			w.lines[at] = k.Line
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			if err := w.node(c, fmt.Sprintf("%s[%d]", path, i), key, depth+1); err != nil {
				return err
			}
		}
	case yaml.ScalarNode:
		if spans[key] && n.Tag != "!!null" {
			span, err := ParseSpan(n.Value)
			if err != nil {
				return fmt.Errorf("line %d: %s: %w", n.Line, path, err)
			}
			n.Value, n.Tag = span.String(), "!!str"
		}
	}
	return nil
}

// strict decodes once with known fields only.
func (w *walk) strict(n *yaml.Node) error {
	return fields(n, planFields, "")
}

// ParseSpan reads a length of time: "36h", "90m", "1d", "2w", "6mo", "1y". A month is
// 31 days, a year 366.
func ParseSpan(s string) (time.Duration, error) {
	s = strings.TrimSpace(s)
	if m := spanPattern().FindStringSubmatch(s); m != nil {
		n, err := strconv.ParseFloat(m[1], 64)
		unit := map[byte]time.Duration{'d': Day, 'w': 7 * Day, 'm': Month, 'y': Year}[m[2][0]]
		if err != nil || n > 1000*float64(Year)/float64(unit)/10 {
			return 0, fmt.Errorf("%q is longer than a hundred years", s)
		}
		return time.Duration(n * float64(unit)), nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no length of time; write 36h, 1d, 2w, 6mo or 1y", s)
	}
	return d, nil
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// Line is where a field stands in the file that the plan was read from, 0 when it is
// not there. The path is as in [Problem]: "watch[2].at_most".
func (p *Plan) Line(path string) int { return p.lines[path] }
