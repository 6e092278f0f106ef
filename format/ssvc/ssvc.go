// Package ssvc evaluates decision tables of the Stakeholder-Specific Vulnerability
// Categorization (CERT/CC, SSVC; JSON form of schema 2.0.0). The tables are data:
// CERT/CC's own, unmodified, are embedded, and others of the same form can be read.
//
// A table maps each combination of its decision points' values to an outcome. What
// is not known has no default here: [Table.Decide] then gives the outcomes that are
// still possible, and says which decision points are missing.
package ssvc

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"
	"sync"
)

// The embedded tables; see docs/third-party-data.md.
//
//go:embed tables/*.json
var files embed.FS

// Limits of a table that is read.
const (
	MaxBytes  = 4 << 20
	maxPoints = 24
	maxRows   = 20_000
)

// Table is a decision table.
type Table struct {
	Namespace  string  `json:"namespace"`
	Key        string  `json:"key"`
	Version    string  `json:"version"`
	Name       string  `json:"name"`
	Definition string  `json:"definition"`
	Inputs     []Point `json:"inputs"` // in the order in which the table asks
	Outcome    Point   `json:"outcome"`

	rows map[string]int // values of the inputs, joined → index of the outcome's value
}

// Point is a decision point, or the group of outcomes. Values are ordered from the
// least to the most urgent, as the standard asks.
type Point struct {
	ID         string  `json:"id"` // "ssvc:E:1.1.0"
	Key        string  `json:"key"`
	Name       string  `json:"name"`
	Definition string  `json:"definition"`
	Values     []Value `json:"values"`
}

// Value is one of a point's values.
type Value struct {
	Key        string `json:"key"`
	Name       string `json:"name"`
	Definition string `json:"definition"`
}

// Find returns the index of a value named by key or name, -1 if there is none; case
// and the difference between space, dash and underscore do not matter.
func (p *Point) Find(v string) int {
	for i := range p.Values {
		if p.Values[i].Key == v {
			return i
		}
	}
	w := fold(v)
	for i := range p.Values {
		if fold(p.Values[i].Key) == w || fold(p.Values[i].Name) == w {
			return i
		}
	}
	return -1
}

func fold(s string) string {
	return strings.NewReplacer(" ", "", "-", "", "_", "", ",", "", "&", "and").Replace(strings.ToLower(s))
}

// Is reports whether the point is called so, by id, key or name.
func (p *Point) Is(name string) bool {
	return p.ID == name || strings.EqualFold(p.Key, name) || fold(p.Name) == fold(name)
}

type wirePoint struct {
	Namespace  string  `json:"namespace"`
	Key        string  `json:"key"`
	Version    string  `json:"version"`
	Name       string  `json:"name"`
	Definition string  `json:"definition"`
	Values     []Value `json:"values"`
}

// Read reads a table in the JSON form of schema 2.0.0. It refuses one that gives a
// combination no outcome, or two.
func Read(b []byte) (*Table, error) {
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("ssvc: table of %d bytes; at most %d", len(b), MaxBytes)
	}
	var w struct {
		wirePoint
		Points  map[string]wirePoint `json:"decision_points"`
		Outcome string               `json:"outcome"`
		Mapping []map[string]string  `json:"mapping"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return nil, fmt.Errorf("ssvc: %w", err)
	}
	if len(w.Points) < 2 || len(w.Points) > maxPoints || len(w.Mapping) == 0 || len(w.Mapping) > maxRows {
		return nil, fmt.Errorf("ssvc: %q has %d decision points and %d rows; 2 to %d and 1 to %d are read", w.Name, len(w.Points), len(w.Mapping), maxPoints, maxRows)
	}
	t := &Table{Namespace: w.Namespace, Key: w.Key, Version: w.Version, Name: w.Name, Definition: w.Definition, rows: make(map[string]int, len(w.Mapping))}
	combinations := 1
	for _, id := range orderOf(b, w.Points) {
		p := w.Points[id]
		point := Point{ID: id, Key: p.Key, Name: p.Name, Definition: p.Definition, Values: p.Values}
		if len(p.Values) == 0 || len(p.Values) > 64 {
			return nil, fmt.Errorf("ssvc: decision point %s has %d values", id, len(p.Values))
		}
		if id == w.Outcome {
			t.Outcome = point
			continue
		}
		t.Inputs = append(t.Inputs, point)
		if combinations *= len(p.Values); combinations > maxRows {
			return nil, fmt.Errorf("ssvc: %q has more than %d combinations", w.Name, maxRows)
		}
	}
	if t.Outcome.ID == "" {
		return nil, fmt.Errorf("ssvc: %q: the outcome %q is no decision point of the table", w.Name, w.Outcome)
	}
	for n, row := range w.Mapping {
		key := make([]byte, len(t.Inputs))
		for i := range t.Inputs {
			v := slices.IndexFunc(t.Inputs[i].Values, func(v Value) bool { return v.Key == row[t.Inputs[i].ID] })
			if v < 0 {
				return nil, fmt.Errorf("ssvc: row %d: %q is no value of %s", n, row[t.Inputs[i].ID], t.Inputs[i].ID)
			}
			key[i] = byte(v)
		}
		out := slices.IndexFunc(t.Outcome.Values, func(v Value) bool { return v.Key == row[t.Outcome.ID] })
		if out < 0 {
			return nil, fmt.Errorf("ssvc: row %d: %q is no outcome", n, row[t.Outcome.ID])
		}
		if old, ok := t.rows[string(key)]; ok && old != out {
			return nil, fmt.Errorf("ssvc: row %d contradicts an earlier one", n)
		}
		t.rows[string(key)] = out
	}
	if len(t.rows) != combinations {
		return nil, fmt.Errorf("ssvc: %q gives %d of %d combinations an outcome", w.Name, len(t.rows), combinations)
	}
	return t, nil
}

// orderOf lists the decision points as the document does: a map has no order, the
// document does.
func orderOf(b []byte, points map[string]wirePoint) []string {
	var ids []string
	for id := range points {
		ids = append(ids, id)
	}
	at := func(id string) int { return strings.Index(string(b), `"`+id+`"`) }
	sort.Slice(ids, func(i, j int) bool {
		if a, c := at(ids[i]), at(ids[j]); a != c {
			return a < c
		}
		return ids[i] < ids[j]
	})
	return ids
}

// Decision is what a table says.
type Decision struct {
	Table   string   `json:"table"`
	Outcome Value    `json:"outcome"`           // the gravest that is possible
	Least   Value    `json:"least"`             // the least grave that is possible; equal to Outcome when all is known
	Given   []string `json:"given"`             // "Exploitation: active"
	Missing []string `json:"missing,omitempty"` // decision points that were not given
}

// Certain reports whether what was given leaves one outcome.
func (d *Decision) Certain() bool { return d.Outcome == d.Least }

// Decide looks the outcome up. in maps decision points, by id, key or name, to
// values by key or name. A point or value that the table does not know is refused;
// one that is missing is kept open.
func (t *Table) Decide(in map[string]string) (*Decision, error) {
	fixed := make([]int, len(t.Inputs))
	for i := range fixed {
		fixed[i] = -1
	}
	for name, v := range in {
		i := slices.IndexFunc(t.Inputs, func(p Point) bool { return p.Is(name) })
		if i < 0 {
			return nil, fmt.Errorf("ssvc: %s asks for %s, not for %q", t.Name, t.asks(), name)
		}
		if fixed[i] = t.Inputs[i].Find(v); fixed[i] < 0 {
			return nil, fmt.Errorf("ssvc: %s is one of %s, not %q", t.Inputs[i].Name, names(t.Inputs[i].Values), v)
		}
	}
	d := &Decision{Table: t.Name}
	for i, v := range fixed {
		if v < 0 {
			d.Missing = append(d.Missing, t.Inputs[i].Name)
		} else {
			d.Given = append(d.Given, t.Inputs[i].Name+": "+t.Inputs[i].Values[v].Name)
		}
	}
	worst, least := -1, len(t.Outcome.Values)
	key := make([]byte, len(fixed))
	var walk func(int)
	walk = func(i int) {
		if i == len(fixed) {
			o := t.rows[string(key)]
			worst, least = max(worst, o), min(least, o)
			return
		}
		if fixed[i] >= 0 {
			key[i] = byte(fixed[i])
			walk(i + 1)
			return
		}
		for v := range t.Inputs[i].Values {
			key[i] = byte(v)
			walk(i + 1)
		}
	}
	walk(0)
	d.Outcome, d.Least = t.Outcome.Values[worst], t.Outcome.Values[least]
	return d, nil
}

func (t *Table) asks() string {
	var out []string
	for _, p := range t.Inputs {
		out = append(out, p.Name+" ("+p.Key+")")
	}
	return strings.Join(out, ", ")
}

func names(values []Value) string {
	var out []string
	for _, v := range values {
		out = append(out, v.Name+" ("+v.Key+")")
	}
	return strings.Join(out, ", ")
}

var embedded = sync.OnceValue(func() map[string]*Table {
	out := map[string]*Table{}
	list, err := fs.Glob(files, "tables/*.json")
	if err != nil {
		panic(err)
	}
	for _, f := range list {
		b, err := files.ReadFile(f)
		if err == nil {
			var t *Table
			if t, err = Read(b); err == nil {
				out[slug(f)] = t
				continue
			}
		}
		panic("ssvc: " + f + ": " + err.Error()) // ours: the first test finds it
	}
	return out
})

// slug is a table's short name: the file's without its version.
func slug(file string) string {
	s := strings.TrimSuffix(file[strings.LastIndexByte(file, '/')+1:], ".json")
	parts := strings.Split(s, "_")
	parts = parts[:max(1, len(parts)-3)]
	return strings.TrimSuffix(strings.Join(parts, "-"), "-decision-table")
}

// short names that people use.
var short = map[string]string{
	"deployer": "deployer-patch-application-priority", "supplier": "supplier-patch-development-priority",
	"bod-26-04": "cisa-bod-26-04", "cisa": "cisa-coordinator", "coordinator": "coordinator-triage", "publish": "coordinator-publish",
}

// Names lists the embedded tables by short name.
func Names() []string {
	var out []string
	for n := range embedded() {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// Lookup returns an embedded table by short name, key or full name, or nil.
func Lookup(name string) *Table {
	n := strings.ToLower(strings.ReplaceAll(name, "_", "-"))
	if s := short[n]; s != "" {
		n = s
	}
	if t := embedded()[n]; t != nil {
		return t
	}
	for _, t := range embedded() {
		if strings.EqualFold(t.Key, name) || fold(t.Name) == fold(name) {
			return t
		}
	}
	return nil
}
