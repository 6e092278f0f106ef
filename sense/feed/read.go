package feed

import (
	"bytes"
	"path"
	"strings"
	"time"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/csaf"
	"github.com/wardround/wardround/format/cve5"
	"github.com/wardround/wardround/format/endoflife"
	"github.com/wardround/wardround/format/epss"
	"github.com/wardround/wardround/format/kev"
	"github.com/wardround/wardround/format/nvd"
	"github.com/wardround/wardround/format/osv"
	"github.com/wardround/wardround/format/productrange"
	"github.com/wardround/wardround/knowledge"
)

func readOSV(b []byte, _ string) ([]knowledge.Entry, error) {
	rec, err := osv.Decode(b, osv.Limits{})
	if err == nil {
		return []knowledge.Entry{{Record: rec}}, nil
	}
	// One record per line, as some mirrors keep them.
	var rows []knowledge.Entry
	lines := osv.Lines(bytes.NewReader(b), osv.Limits{}, func(r *advisory.Record) error {
		rows = append(rows, knowledge.Entry{Record: r})
		return nil
	}, nil)
	if lines != nil || len(rows) < 2 {
		return nil, err
	}
	return rows, nil
}

func readNVD(b []byte, _ string) ([]knowledge.Entry, error) {
	p, err := nvd.Read(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	rows := make([]knowledge.Entry, len(p.Records))
	for i, r := range p.Records {
		rows[i].Record = r
	}
	return rows, nil
}

func readCVE5(b []byte, _ string) ([]knowledge.Entry, error) {
	r, err := cve5.Read(b)
	if err != nil {
		return nil, err
	}
	return []knowledge.Entry{{Record: r}}, nil
}

func readCSAF(b []byte, _ string) ([]knowledge.Entry, error) {
	d, err := csaf.ReadBytes(b, csaf.ReadOptions{})
	if err != nil {
		return nil, err
	}
	recs := d.Records(csaf.RecordOptions{})
	rows := make([]knowledge.Entry, len(recs))
	for i := range recs {
		ranges(&recs[i])
		rows[i].Record = &recs[i]
	}
	return rows, nil
}

// ranges reads the versions that CSAF documents write as text.
func ranges(r *advisory.Record) {
	for i := range r.Affected {
		a := &r.Affected[i]
		if a.Product == nil || a.Unread == "" {
			continue
		}
		text := a.Unread
		a.Unread = ""
		productrange.ParseOf(a.Product.Name, text).Apply(a, text, a.Product.Name, a.Product.Family, a.Product.Full)
	}
}

func isVEX(b []byte) bool {
	if !bytes.Contains(bytes.ToLower(b), []byte("vex")) {
		return false // most are none, and are read once
	}
	d, err := csaf.ReadBytes(b, csaf.ReadOptions{})
	return err == nil && strings.Contains(strings.ToLower(d.Category), "vex")
}

func readKEV(b []byte, _ string) ([]knowledge.Entry, error) {
	c, err := kev.Read(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	rows := make([]knowledge.Entry, len(c.Entries))
	for i, e := range c.Entries {
		rows[i].Exploited = &knowledge.Exploited{
			CVE: e.CVE, Vendor: e.Vendor, Product: e.Product, Name: e.Name, Added: e.Added, Due: e.Due, Ransomware: e.Ransomware, Action: e.Action, CWEs: e.CWEs,
		}
	}
	return rows, nil
}

func readEPSS(b []byte, _ string) ([]knowledge.Entry, error) {
	f, err := epss.Read(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	rows := make([]knowledge.Entry, len(f.Scores))
	scores := make([]knowledge.Score, len(f.Scores))
	for i, s := range f.Scores {
		scores[i] = knowledge.Score{CVE: s.CVE, EPSS: float64(s.EPSS), Percentile: float64(s.Percentile), Model: f.Model, Date: f.Date}
		rows[i].Score = &scores[i]
	}
	return rows, nil
}

func readEOL(b []byte, label string) ([]knowledge.Entry, error) {
	name := label
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	name = strings.TrimSuffix(path.Base(strings.ReplaceAll(name, "\\", "/")), ".json")
	p, err := endoflife.Read(b, name)
	if err != nil {
		return nil, err
	}
	rows := make([]knowledge.Entry, len(p.Cycles))
	for i, c := range p.Cycles {
		x := &knowledge.Cycle{
			Product: p.Name, Label: p.Label, Cycle: c.Name, Name: c.Label, Release: c.Released, Support: c.Support.At, Security: c.EOL.At, Extended: c.Extended.At,
			Latest: c.Latest, Identifiers: p.Identifiers,
		}
		if over, known := c.EOL.Over(time.Unix(0, 0)); known && over && c.EOL.At.IsZero() {
			x.Ended = true
		}
		rows[i].Cycle = x
	}
	return rows, nil
}

// readBundle reads rows as they were written, each with the digest of its own document.
func readBundle(b []byte, _ string) ([]knowledge.Entry, error) {
	return knowledge.ReadBundle(bytes.NewReader(b))
}
