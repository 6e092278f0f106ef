// Package endoflife reads what endoflife.date says of products: until when a
// release cycle is supported. Both forms of its API are read: the list of cycles of
// one product (api/PRODUCT.json), and version 1 (api/v1/products/PRODUCT), where
// the product is named inside.
package endoflife

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Limits of a document.
const (
	MaxBytes  = 8 << 20
	maxCycles = 10_000
)

// Product is one product with its cycles.
type Product struct {
	Name    string   `json:"name"` // "windows-embedded"
	Label   string   `json:"label,omitempty"`
	Aliases []string `json:"aliases,omitempty"`
	// Identifiers are purls and CPEs, as "purl:pkg:…" and "cpe:cpe:…".
	Identifiers []string `json:"identifiers,omitempty"`
	Cycles      []Cycle  `json:"cycles"`
}

// Cycle is one line of releases.
type Cycle struct {
	Name     string    `json:"cycle"` // "3.9", "22.04", "10-1809-e-lts"
	Label    string    `json:"label,omitempty"`
	Codename string    `json:"codename,omitempty"`
	Released time.Time `json:"released,omitzero"` // a date
	// Support ends active support, EOL security support, Extended what is sold beyond.
	Support  End    `json:"support,omitzero"`
	EOL      End    `json:"eol,omitzero"`
	Extended End    `json:"extended,omitzero"`
	LTS      bool   `json:"lts,omitempty"`
	Latest   string `json:"latest,omitempty"`
}

// End is when something ends. The source knows three answers: a date, "it has
// ended" and "it has not", the latter two without a date.
type End struct {
	Known bool      `json:"known,omitempty"`
	Ended bool      `json:"ended,omitempty"` // said without a date
	At    time.Time `json:"at,omitzero"`
}

// Over reports whether it has ended at t; known is false when the source does not
// say.
func (e End) Over(t time.Time) (over, known bool) {
	if !e.At.IsZero() {
		return !t.Before(e.At), true
	}
	return e.Ended, e.Known
}

// UnmarshalJSON reads a date, a boolean or null. A support given as true has not
// ended; an eol given as true has: [Read] turns the former round.
func (e *End) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
	case bool:
		*e = End{Known: true, Ended: v}
	case string:
		t, err := time.Parse(time.DateOnly, v)
		if err != nil {
			return fmt.Errorf("%.30q is no date", v)
		}
		*e = End{Known: true, At: t}
	default:
		return fmt.Errorf("%.30s is neither a date nor yes or no", b)
	}
	return nil
}

type yes bool

func (y *yes) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case bool:
		*y = yes(v)
	case string: // a date from which on it is
		*y = v != ""
	}
	return nil
}

type text string

func (t *text) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case string:
		*t = text(v)
	case float64: // 8, 7.1: the old form is careless with quotes
		*t = text(b)
	}
	return nil
}

type oldCycle struct {
	Cycle    text   `json:"cycle"`
	Label    string `json:"releaseLabel"`
	Codename string `json:"codename"`
	Released string `json:"releaseDate"`
	EOL      End    `json:"eol"`
	Support  End    `json:"support"`
	Extended End    `json:"extendedSupport"`
	LTS      yes    `json:"lts"`
	Latest   text   `json:"latest"`
}

type newCycle struct {
	Name     string  `json:"name"`
	Label    string  `json:"label"`
	Codename string  `json:"codename"`
	Released string  `json:"releaseDate"`
	LTS      bool    `json:"isLts"`
	IsEOAS   *bool   `json:"isEoas"`
	EOAS     *string `json:"eoasFrom"`
	IsEOL    *bool   `json:"isEol"`
	EOL      *string `json:"eolFrom"`
	IsEOES   *bool   `json:"isEoes"`
	EOES     *string `json:"eoesFrom"`
	Latest   *struct {
		Name string `json:"name"`
	} `json:"latest"`
}

// Read reads one document. product names it where the document does not: in the
// old form the name stands in the address only.
func Read(b []byte, product string) (*Product, error) {
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("endoflife: %d bytes; at most %d", len(b), MaxBytes)
	}
	var old []oldCycle
	errOld := json.Unmarshal(b, &old)
	if errOld == nil {
		if product == "" {
			return nil, errors.New("endoflife: a list of cycles does not say of which product; name the file after it")
		}
		return fromOld(old, product)
	}
	var w struct {
		Result struct {
			Name        string   `json:"name"`
			Label       string   `json:"label"`
			Aliases     []string `json:"aliases"`
			Identifiers []struct {
				Type string `json:"type"`
				ID   string `json:"id"`
			} `json:"identifiers"`
			Releases []newCycle `json:"releases"`
		} `json:"result"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		var list []json.RawMessage
		if json.Unmarshal(b, &list) == nil {
			err = errOld
		}
		return nil, fmt.Errorf("endoflife: %w", err)
	}
	r := w.Result
	if r.Name == "" || len(r.Releases) == 0 {
		return nil, errors.New("endoflife: no name or no releases: not a product of endoflife.date")
	}
	p := &Product{Name: r.Name, Label: r.Label, Aliases: r.Aliases}
	for _, id := range r.Identifiers {
		p.Identifiers = append(p.Identifiers, id.Type+":"+id.ID)
	}
	for _, c := range r.Releases {
		x := Cycle{Name: c.Name, Label: c.Label, Codename: c.Codename, LTS: c.LTS}
		if c.Latest != nil {
			x.Latest = c.Latest.Name
		}
		var err error
		if x.Released, err = date(c.Released); err == nil {
			if x.Support, err = end(c.IsEOAS, c.EOAS); err == nil {
				if x.EOL, err = end(c.IsEOL, c.EOL); err == nil {
					x.Extended, err = end(c.IsEOES, c.EOES)
				}
			}
		}
		if err != nil {
			return nil, fmt.Errorf("endoflife: %s %s: %w", p.Name, c.Name, err)
		}
		p.Cycles = append(p.Cycles, x)
	}
	return p, limit(p)
}

func fromOld(list []oldCycle, product string) (*Product, error) {
	p := &Product{Name: product}
	for i, c := range list {
		if c.Cycle == "" {
			return nil, fmt.Errorf("endoflife: %s: element %d has no cycle", product, i)
		}
		x := Cycle{
			Name: string(c.Cycle), Label: c.Label, Codename: c.Codename, Support: lasting(c.Support), EOL: c.EOL,
			Extended: lasting(c.Extended), LTS: bool(c.LTS), Latest: string(c.Latest),
		}
		var err error
		if x.Released, err = date(c.Released); err != nil {
			return nil, fmt.Errorf("endoflife: %s %s: %w", product, c.Cycle, err)
		}
		p.Cycles = append(p.Cycles, x)
	}
	if len(p.Cycles) == 0 {
		return nil, fmt.Errorf("endoflife: %s has no cycles", product)
	}
	return p, limit(p)
}

// lasting turns "support: true" (it lasts) into "it has not ended".
func lasting(e End) End {
	if e.Known && e.At.IsZero() {
		e.Ended = !e.Ended
	}
	return e
}

func limit(p *Product) error {
	if len(p.Cycles) > maxCycles {
		return fmt.Errorf("endoflife: %s has %d cycles; at most %d", p.Name, len(p.Cycles), maxCycles)
	}
	return nil
}

func date(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, fmt.Errorf("%.30q is no date", s)
	}
	return t, nil
}

func end(is *bool, from *string) (End, error) {
	var e End
	if is != nil {
		e = End{Known: true, Ended: *is}
	}
	if from != nil && *from != "" {
		t, err := date(*from)
		if err != nil {
			return e, err
		}
		e = End{Known: true, At: t}
	}
	return e, nil
}

// Find returns the cycle that a version belongs to: the one with the longest name
// that is the version or a prefix of it at a dot, nil if there is none.
func (p *Product) Find(version string) *Cycle {
	var best *Cycle
	for i := range p.Cycles {
		c := &p.Cycles[i]
		if c.Name != version && !(len(version) > len(c.Name) && version[:len(c.Name)] == c.Name && (version[len(c.Name)] == '.' || version[len(c.Name)] == '-')) {
			continue
		}
		if best == nil || len(c.Name) > len(best.Name) {
			best = c
		}
	}
	return best
}
