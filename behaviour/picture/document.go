package picture

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/artefact"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/model"
)

// maxText bounds a document that is read whole for a page, in bytes.
const maxText = 64 << 20

// Document is a document about a model in plain fields; one of Card, Plan, Scan, Diff
// and Reference is there.
type Document struct {
	Kind      string     `json:"kind" enum:"card,plan,scan,diff,reference,acceptance"`
	Digest    string     `json:"digest"`
	Card      *Card      `json:"card,omitempty"`
	Plan      any        `json:"plan,omitempty" doc:"As docs/reference/model-plan.md has it."`
	Scan      *Scan      `json:"scan,omitempty"`
	Diff      any        `json:"diff,omitempty" doc:"As model diff prints it."`
	Reference *Reference `json:"reference,omitempty"`
}

// Card is what is said of a model.
type Card struct {
	Format       string    `json:"format"`
	Maker        string    `json:"maker,omitempty"`
	Name         string    `json:"name"`
	Version      string    `json:"version,omitempty"`
	Description  string    `json:"description,omitempty"`
	Licences     []string  `json:"licences,omitempty"`
	Task         string    `json:"task,omitempty"`
	Approach     string    `json:"approach,omitempty"`
	Architecture string    `json:"architecture,omitempty"`
	Inputs       []string  `json:"inputs,omitempty"`
	Outputs      []string  `json:"outputs,omitempty"`
	Users        []string  `json:"users,omitempty"`
	UseCases     []string  `json:"use_cases,omitempty"`
	Limitations  []string  `json:"limitations,omitempty"`
	Risks        []string  `json:"risks,omitempty"`
	Datasets     []Dataset `json:"datasets,omitempty"`
	Claims       []Claim   `json:"claims,omitempty" doc:"Performance that is claimed."`
	Lost         []string  `json:"lost,omitempty" doc:"Fields that could not be read."`
}

// Dataset is data that a model was made from.
type Dataset struct {
	Name  string `json:"name"`
	Use   string `json:"use,omitempty"`
	Rows  string `json:"rows,omitempty"`
	Units string `json:"units,omitempty"`
	Text  string `json:"text,omitempty"`
}

// Claim is a figure of performance as a card claims it.
type Claim struct {
	Metric string   `json:"metric"`
	Slice  string   `json:"slice,omitempty"`
	Point  string   `json:"operating_point,omitempty"`
	Value  float64  `json:"value"`
	Low    *float64 `json:"low,omitempty"`
	High   *float64 `json:"high,omitempty"`
	Level  float64  `json:"level,omitempty" doc:"Of the interval: 0.95; 0 is not said."`
	Units  int64    `json:"units,omitempty"`
}

// Scan is what loading a file would do.
type Scan struct {
	Path    string     `json:"path"`
	Verdict string     `json:"verdict" enum:"inert,safe,unknown,malicious,unreadable"`
	Format  string     `json:"format"`
	Bytes   int64      `json:"bytes"`
	SHA256  string     `json:"sha256,omitempty"`
	Hits    []ScanHit  `json:"hits,omitempty" doc:"What was found, the gravest first."`
	Calls   []ScanCall `json:"calls,omitempty" doc:"What loading it would import, and call."`
	Trail   []ScanStep `json:"trail,omitempty" doc:"The opcodes that lead to what is grave."`
	Parts   []ScanPart `json:"parts,omitempty"`
	Rules   []ScanRule `json:"explained,omitempty" doc:"What the rules that were hit mean."`
}

// ScanRule explains what a hit means.
type ScanRule struct {
	ID       string   `json:"id"`
	Language string   `json:"language,omitempty" doc:"Of the title and the sentences: English where nobody translated them."`
	Title    string   `json:"title"`
	Means    string   `json:"means,omitempty"`
	Do       string   `json:"do,omitempty"`
	Dont     string   `json:"dont,omitempty"`
	Wrong    string   `json:"wrong,omitempty" doc:"When the rule is wrong."`
	ATLAS    []string `json:"atlas,omitempty" doc:"Techniques of MITRE ATLAS."`
	CWE      []string `json:"cwe,omitempty"`
}

// Tell tells what the rules mean, and why names count as they do, in a language.
func (s *Scan) Tell(language string) {
	for i := range s.Rules {
		r := &s.Rules[i]
		r.Language = check.English
		if w, ok := artefact.RuleIn(language, r.ID); ok {
			r.Language, r.Title, r.Means, r.Do, r.Dont, r.Wrong = language, w.Title, w.Means, w.Do, w.Dont, w.Wrong
		}
	}
	for i := range s.Calls {
		c := &s.Calls[i]
		if c.Why == "" {
			continue
		}
		c.Language = check.English
		if why, ok := artefact.ReasonIn(language, c.Why); ok {
			c.Language, c.Why = language, why
		}
	}
}

// ScanHit is one thing that was found.
type ScanHit struct {
	Rule   string `json:"rule"`
	Level  string `json:"level"`
	Part   string `json:"part,omitempty"`
	Where  string `json:"where,omitempty"`
	Offset int64  `json:"offset"`
	Text   string `json:"text"`
}

// ScanCall is a name that loading it would import.
type ScanCall struct {
	Part     string `json:"part,omitempty"`
	Full     string `json:"full"`
	Class    string `json:"class"`
	Called   bool   `json:"called"`
	How      string `json:"how,omitempty"`
	Args     string `json:"args,omitempty"`
	Why      string `json:"why,omitempty"`
	Language string `json:"language,omitempty" doc:"Of why: English where nobody translated it."`
	Offset   int64  `json:"offset"`
}

// ScanStep is one opcode on the way.
type ScanStep struct {
	Part   string `json:"part,omitempty"`
	Offset int64  `json:"offset"`
	Op     string `json:"op"`
	Arg    string `json:"arg,omitempty"`
	Note   string `json:"note,omitempty"`
}

// ScanPart is a member of the file.
type ScanPart struct {
	Path    string `json:"path"`
	Format  string `json:"format"`
	Verdict string `json:"verdict"`
	Bytes   int64  `json:"bytes"`
}

// Reference is what a reference is of.
type Reference struct {
	From    *time.Time        `json:"from,omitempty"`
	To      *time.Time        `json:"to,omitempty"`
	Rows    int64             `json:"rows"`
	Units   int64             `json:"units,omitempty"`
	Schema  string            `json:"schema,omitempty"`
	Columns []ReferenceColumn `json:"columns"`
}

// ReferenceColumn is one of its columns.
type ReferenceColumn struct {
	Name  string `json:"name"`
	Group string `json:"group,omitempty"`
	Unit  string `json:"unit,omitempty"`
	Type  string `json:"type"`
	Role  string `json:"role,omitempty"`
	N     int64  `json:"n"`
}

// Document reads a document of a kind. Errors: EInvalid for one that cannot be read,
// ENotFound, those of the blobs.
func (m *Models) Document(kind, digest string) (*Document, error) {
	const op = "picture.document"
	out := &Document{Kind: kind, Digest: digest}
	if kind == "reference" {
		w, err := m.window(digest)
		if err != nil {
			return nil, err
		}
		r := &Reference{From: moment(w.From), To: moment(w.To), Rows: w.Rows, Schema: w.Schema, Columns: []ReferenceColumn{}}
		if w.Units != nil {
			r.Units = w.Units.Estimate()
		}
		for _, c := range w.Columns[:min(len(w.Columns), maxListed)] {
			r.Columns = append(r.Columns, ReferenceColumn{c.Name, c.Group, c.Unit, string(c.Type), string(c.Role), c.N})
		}
		out.Reference = r
		return out, nil
	}
	b, err := m.text(digest)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "card":
		d, e := modelcard.Read(bytes.NewReader(b), modelcard.Limits{})
		if err = e; err == nil {
			if len(d.Cards) == 0 {
				err = errors.New("it holds no card")
			} else {
				out.Card = cardOf(d)
			}
		}
	case "plan":
		p, e := model.ReadPlan(bytes.NewReader(b))
		if err = e; err == nil {
			_, err = json.Marshal(p) // a limit may be no number
			out.Plan = p
		}
	case "scan":
		s := &Scan{}
		if err = json.Unmarshal(b, s); err == nil {
			s.Hits, s.Calls, s.Trail, s.Parts = s.Hits[:min(len(s.Hits), maxListed)], s.Calls[:min(len(s.Calls), maxListed)], s.Trail[:min(len(s.Trail), maxListed)], s.Parts[:min(len(s.Parts), maxListed)]
			s.Rules = nil
			for _, h := range s.Hits {
				r, ok := artefact.LookupRule(h.Rule)
				if ok && !slices.ContainsFunc(s.Rules, func(x ScanRule) bool { return x.ID == h.Rule }) {
					s.Rules = append(s.Rules, ScanRule{ID: h.Rule, Title: r.Title, Means: r.Means, Do: r.Do, Dont: r.Dont, Wrong: r.Wrong, ATLAS: r.ATLAS, CWE: r.CWE})
				}
			}
			out.Scan = s
		}
	default:
		var v any
		if err = json.Unmarshal(b, &v); err == nil {
			out.Diff = v
		}
	}
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the %s %s cannot be read: %w", kind, digest, err)
	}
	return out, nil
}

func (m *Models) text(digest string) ([]byte, error) {
	r, err := m.blobs.Open(digest)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err == nil && len(b) > maxText {
		err = wardround.Errorf(wardround.EInvalid, "picture.document", "%s is larger than %d bytes", digest, maxText)
	}
	return b, err
}

func cardOf(d *modelcard.Document) *Card {
	c := d.Cards[0]
	out := &Card{Format: d.Format + " " + d.Version, Maker: firstOf(c.Maker, c.Publisher, c.Supplier), Name: c.Name, Version: c.Version, Description: c.Description, Licences: c.Licences,
		Task: c.Task, Approach: c.Approach, Architecture: firstOf(c.Architecture, c.Family), Users: c.Users, UseCases: c.UseCases, Limitations: c.Limitations, Lost: append(append([]string{}, d.Lost...), c.Lost...)}
	for _, p := range c.Inputs {
		out.Inputs = append(out.Inputs, p.Name())
	}
	for _, p := range c.Outputs {
		out.Outputs = append(out.Outputs, p.Name())
	}
	for _, r := range c.Ethical {
		if r.Name != "" {
			out.Risks = append(out.Risks, r.Name)
		}
	}
	for _, x := range c.Datasets {
		out.Datasets = append(out.Datasets, Dataset{Name: firstOf(x.Name, x.To), Use: x.Use, Rows: x.Rows, Units: x.Units, Text: x.Description})
	}
	for _, x := range c.Claims() {
		y := Claim{Metric: x.Metric, Slice: x.Slice, Point: x.Point, Value: x.Value, Level: x.Level, Units: x.Units}
		if number(y.Value) == nil {
			continue
		}
		if x.Ranged {
			y.Low, y.High = number(x.Low), number(x.High)
		}
		out.Claims = append(out.Claims, y)
	}
	return out
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
