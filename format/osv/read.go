package osv

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround/format/advisory"
)

// Limits bound what is read; zero fields take the default.
type Limits struct {
	Bytes   int64 // of one record; 16 MiB
	Events  int   // of one record, with enumerated versions; 200,000
	Records int   // of one archive or stream; 5,000,000
	Total   int64 // bytes of an archive unpacked; 16 GiB
}

// OrDefault fills in the defaults.
func (l Limits) OrDefault() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 16 << 20
	}
	if l.Events <= 0 {
		l.Events = 200_000
	}
	if l.Records <= 0 {
		l.Records = 5_000_000
	}
	if l.Total <= 0 {
		l.Total = 16 << 30
	}
	return l
}

// ErrInvalid is wrapped by the error for a document that is no OSV record.
var ErrInvalid = errors.New("not an OSV record")

// The document, as far as it is read.
type document struct {
	SchemaVersion string     `json:"schema_version"`
	ID            string     `json:"id"`
	Modified      string     `json:"modified"`
	Published     string     `json:"published"`
	Withdrawn     string     `json:"withdrawn"`
	Aliases       []string   `json:"aliases"`
	Related       []string   `json:"related"`
	Upstream      []string   `json:"upstream"`
	Summary       string     `json:"summary"`
	Details       string     `json:"details"`
	Severity      []severity `json:"severity"`
	Affected      []affected `json:"affected"`
	References    []struct {
		Type string `json:"type"`
		URL  string `json:"url"`
	} `json:"references"`
	DatabaseSpecific json.RawMessage `json:"database_specific"`
}

type severity struct {
	Type   string `json:"type"`
	Score  string `json:"score"`
	Source string `json:"source"`
}

type affected struct {
	Package struct {
		Ecosystem string `json:"ecosystem"`
		Name      string `json:"name"`
		PURL      string `json:"purl"`
	} `json:"package"`
	Severity          []severity      `json:"severity"`
	Ranges            []span          `json:"ranges"`
	Versions          []string        `json:"versions"`
	EcosystemSpecific json.RawMessage `json:"ecosystem_specific"`
	DatabaseSpecific  json.RawMessage `json:"database_specific"`
}

type span struct {
	Type   string `json:"type"`
	Repo   string `json:"repo"`
	Events []struct {
		Introduced   string `json:"introduced"`
		Fixed        string `json:"fixed"`
		LastAffected string `json:"last_affected"`
		Limit        string `json:"limit"`
	} `json:"events"`
}

// Decode reads one record. The error says at which byte, or in which field, and
// wraps [ErrInvalid].
func Decode(b []byte, lim Limits) (*advisory.Record, error) {
	lim = lim.OrDefault()
	if int64(len(b)) > lim.Bytes {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrInvalid, len(b), lim.Bytes)
	}
	var d document
	if err := json.Unmarshal(b, &d); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrInvalid, place(err))
	}
	return d.record(lim)
}

func place(err error) string {
	var s *json.SyntaxError
	var t *json.UnmarshalTypeError
	switch {
	case errors.As(err, &s):
		return fmt.Sprintf("byte %d: %s", s.Offset, s.Error())
	case errors.As(err, &t):
		return fmt.Sprintf("byte %d, field %s: a %s", t.Offset, t.Field, t.Value)
	}
	return err.Error()
}

func (d *document) record(lim Limits) (*advisory.Record, error) {
	if d.ID == "" {
		return nil, fmt.Errorf("%w: it has no id", ErrInvalid)
	}
	if len(d.ID) > 256 {
		return nil, fmt.Errorf("%w: an id of %d bytes, at most 256", ErrInvalid, len(d.ID))
	}
	r := &advisory.Record{ID: d.ID, Aliases: d.Aliases, Related: d.Related, Upstream: d.Upstream,
		Source: "osv", Title: d.Summary, Details: d.Details}
	if strings.HasPrefix(d.ID, "GHSA-") {
		r.Source = "ghsa"
	}
	for _, f := range []struct {
		name, text string
		to         *time.Time
	}{{"modified", d.Modified, &r.Modified}, {"published", d.Published, &r.Published}, {"withdrawn", d.Withdrawn, &r.Withdrawn}} {
		if f.text == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, f.text)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: field %s: %q is no time of RFC 3339", ErrInvalid, d.ID, f.name, f.text)
		}
		*f.to = t.UTC()
	}
	if r.Withdrawn.IsZero() && d.Withdrawn != "" {
		// The year 1 is how some databases write "not known": withdrawn all the same.
		r.Withdrawn = time.Unix(0, 0).UTC()
	}
	bounds := 0
	for i := range d.Affected {
		a, n := d.Affected[i].affected()
		if bounds += n; bounds > lim.Events {
			return nil, fmt.Errorf("%w: %s: more than %d events and versions at /affected/%d", ErrInvalid, d.ID, lim.Events, i)
		}
		if a != nil {
			r.Affected = append(r.Affected, *a)
		}
		r.Severities = addSeverities(r.Severities, d.Affected[i].Severity)
	}
	r.Severities = addSeverities(r.Severities, d.Severity)
	for _, f := range d.References {
		r.References = append(r.References, advisory.Reference{Kind: f.Type, URL: f.URL})
	}
	d.specifics(r)
	return r, nil
}

// affected is nil for an entry that names no package and has no commits either.
func (a *affected) affected() (*advisory.Affected, int) {
	out := &advisory.Affected{Status: advisory.IsAffected, Versions: a.Versions, Symbols: symbols(a.EcosystemSpecific)}
	if a.Package.Name == "" && len(a.Ranges) == 0 {
		return nil, len(a.Versions)
	}
	out.Package = &advisory.Package{Ecosystem: a.Package.Ecosystem, Name: a.Package.Name, PURL: a.Package.PURL}
	n := len(a.Versions)
	for _, s := range a.Ranges {
		n += len(s.Events)
		r := advisory.Range{Kind: advisory.RangeKind(strings.ToUpper(s.Type)), Repo: s.Repo}
		switch r.Kind {
		case advisory.Semver, advisory.Ecosystem, advisory.Git:
		default:
			out.Unread = "a range of type " + s.Type
			continue
		}
		r.Events = make([]advisory.Event, 0, len(s.Events))
		for _, e := range s.Events {
			// The schema allows one field an event. Several, as some early records
			// have them, are taken as that many events.
			for _, one := range [...]advisory.Event{{Introduced: e.Introduced}, {Fixed: e.Fixed}, {Last: e.LastAffected}, {Limit: e.Limit}} {
				if one != (advisory.Event{}) {
					r.Events = append(r.Events, one)
				}
			}
		}
		out.Ranges = append(out.Ranges, r)
	}
	return out, n
}

var systems = map[string]string{"CVSS_V2": "CVSS:2.0", "CVSS_V4": "CVSS:4.0", "Ubuntu": "text"}

func addSeverities(to []advisory.Severity, from []severity) []advisory.Severity {
	for _, s := range from {
		out := advisory.Severity{System: systems[s.Type], Vector: s.Score, By: s.Source}
		switch {
		case out.System == "text":
			out.Vector, out.Text, out.By = "", s.Score, "Ubuntu"
		case s.Type == "CVSS_V3" && strings.HasPrefix(s.Score, "CVSS:3.0/"):
			out.System = "CVSS:3.0"
		case s.Type == "CVSS_V3":
			out.System = "CVSS:3.1"
		case out.System == "":
			out.System, out.Vector, out.Text = "text", "", s.Score
		}
		if !slices.Contains(to, out) {
			to = append(to, out)
		}
	}
	return to
}

// symbols are the functions that Go's database names: "net/http.Dir.Open". A
// package without symbols is affected as a whole: "net/http".
func symbols(raw json.RawMessage) []string {
	if len(raw) == 0 || !bytes.Contains(raw, []byte(`"imports"`)) {
		return nil
	}
	var s struct {
		Imports []struct {
			Path    string   `json:"path"`
			Symbols []string `json:"symbols"`
		} `json:"imports"`
	}
	if json.Unmarshal(raw, &s) != nil {
		return nil // a hint in a form of its own
	}
	var out []string
	for _, p := range s.Imports {
		if len(p.Symbols) == 0 {
			out = append(out, p.Path)
		}
		for _, f := range p.Symbols {
			out = append(out, p.Path+"."+f)
		}
	}
	return out
}

// specifics takes GitHub's word of severity and its CWEs.
func (d *document) specifics(r *advisory.Record) {
	var s struct {
		Severity any `json:"severity"`
		CWEs     any `json:"cwe_ids"`
	}
	if len(d.DatabaseSpecific) == 0 || json.Unmarshal(d.DatabaseSpecific, &s) != nil {
		return
	}
	if word, ok := s.Severity.(string); ok && word != "" {
		r.Severities = append(r.Severities, advisory.Severity{System: "text", Text: word, By: database(d.ID)})
	}
	list, _ := s.CWEs.([]any)
	for _, c := range list {
		if id, ok := c.(string); ok {
			r.CWEs = append(r.CWEs, id)
		}
	}
}

// database is the prefix of an id: "GHSA".
func database(id string) string {
	prefix, _, _ := strings.Cut(id, "-")
	return prefix
}

// Lines reads one record after another, as in a file with one per line; white
// space between them is free. It ends at the first that is no JSON, whose error
// says at which byte; a record that is JSON but no OSV record goes to bad, when
// that is not nil, and the next is read.
func Lines(r io.Reader, lim Limits, yield func(*advisory.Record) error, bad func(n int, err error)) error {
	lim = lim.OrDefault()
	bounded := &meter{r: r, left: lim.Total}
	dec := json.NewDecoder(bounded)
	for n := 1; ; n++ {
		if n > lim.Records {
			return fmt.Errorf("more than %d records", lim.Records)
		}
		bounded.record(lim.Bytes)
		var raw json.RawMessage
		switch err := dec.Decode(&raw); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("record %d, byte %d: %w", n, dec.InputOffset(), err)
		}
		rec, err := Decode(raw, lim)
		if err != nil {
			if bad != nil {
				bad(n, err)
			}
			continue
		}
		if err := yield(rec); err != nil {
			return err
		}
	}
}

// meter ends a stream that is longer than it may be, or one record of it.
type meter struct {
	r    io.Reader
	left int64
	one  int64
}

func (m *meter) record(n int64) { m.one = n + 1<<16 }

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 || m.one <= 0 {
		return 0, errors.New("longer than it may be")
	}
	p = p[:min(int64(len(p)), m.left, m.one)]
	n, err := m.r.Read(p)
	m.left -= int64(n)
	m.one -= int64(n)
	return n, err
}
