// Package kev reads CISA's catalogue of known exploited vulnerabilities (JSON form).
package kev

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/wardround/wardround/format/pattern"
)

// MaxBytes is the largest catalogue that is read; the real one has 1.1 MB.
const MaxBytes = 64 << 20

const maxEntries = 200_000

// Catalogue is one edition.
type Catalogue struct {
	Version  string // "2025.08.25"
	Released time.Time
	Entries  []Entry
}

// Entry says that a vulnerability is exploited in the wild.
type Entry struct {
	CVE        string    `json:"cve"`
	Vendor     string    `json:"vendor"`
	Product    string    `json:"product"`
	Name       string    `json:"name"`
	Added      time.Time `json:"added"` // a date, UTC
	Due        time.Time `json:"due"`   // CISA's date for US agencies; a date, UTC
	Action     string    `json:"action"`
	Ransomware bool      `json:"ransomware"` // known in ransomware campaigns
	CWEs       []string  `json:"cwes,omitempty"`
}

var cve = pattern.Of(`^CVE-\d{4}-\d{4,19}$`)

// Read reads a catalogue. One entry that cannot be read refuses the whole: half a
// catalogue would say of the other half that it is not exploited.
func Read(r io.Reader) (*Catalogue, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("kev: more than %d bytes", MaxBytes)
	}
	var w struct {
		Version  string    `json:"catalogVersion"`
		Released time.Time `json:"dateReleased"`
		Count    *int      `json:"count"`
		List     []struct {
			CVE        string   `json:"cveID"`
			Vendor     string   `json:"vendorProject"`
			Product    string   `json:"product"`
			Name       string   `json:"vulnerabilityName"`
			Added      string   `json:"dateAdded"`
			Action     string   `json:"requiredAction"`
			Due        string   `json:"dueDate"`
			Ransomware string   `json:"knownRansomwareCampaignUse"`
			CWEs       []string `json:"cwes"`
		} `json:"vulnerabilities"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return nil, fmt.Errorf("kev: %w", err)
	}
	switch {
	case w.Version == "" || w.List == nil:
		return nil, errors.New("kev: no catalogVersion or no vulnerabilities: not a KEV catalogue")
	case len(w.List) > maxEntries:
		return nil, fmt.Errorf("kev: %d entries; at most %d", len(w.List), maxEntries)
	case w.Count != nil && *w.Count != len(w.List):
		return nil, fmt.Errorf("kev: says it has %d entries and has %d: cut short?", *w.Count, len(w.List))
	}
	c := &Catalogue{Version: w.Version, Released: w.Released, Entries: make([]Entry, 0, len(w.List))}
	for i, e := range w.List {
		if !cve().MatchString(e.CVE) {
			return nil, fmt.Errorf("kev: entry %d: %.40q is no CVE id", i, e.CVE)
		}
		x := Entry{CVE: e.CVE, Vendor: e.Vendor, Product: e.Product, Name: e.Name, Action: e.Action, Ransomware: e.Ransomware == "Known", CWEs: e.CWEs}
		if x.Added, err = time.Parse(time.DateOnly, e.Added); err != nil {
			return nil, fmt.Errorf("kev: %s: dateAdded: %w", e.CVE, err)
		}
		if e.Due != "" {
			if x.Due, err = time.Parse(time.DateOnly, e.Due); err != nil {
				return nil, fmt.Errorf("kev: %s: dueDate: %w", e.CVE, err)
			}
		}
		c.Entries = append(c.Entries, x)
	}
	return c, nil
}
