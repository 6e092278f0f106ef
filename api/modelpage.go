package api

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/behaviour/picture"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/check"
)

type heatInput struct {
	Key   string `path:"key" minLength:"1" maxLength:"500"`
	Topic string `query:"topic" enum:"drift,output,quality,source" doc:"Only this; otherwise all of them."`
	Limit int    `query:"limit" default:"200" minimum:"1" maximum:"1000" doc:"Most rows."`
}

type heatOutput struct{ Body *picture.Heat }

func (s *Server) modelHeat(ctx context.Context, in *heatInput) (*heatOutput, error) {
	m, _, err := s.modelOf(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	return &heatOutput{picture.HeatOf(m, in.Topic, in.Limit)}, nil
}

type columnInput struct {
	Key     string    `path:"key" minLength:"1" maxLength:"500"`
	Column  string    `path:"column" minLength:"1" maxLength:"500"`
	Group   string    `query:"group" maxLength:"500" doc:"sex=F, source=CT_3; empty: all rows."`
	Part    string    `query:"part" maxLength:"100" doc:"inputs: metadata of what devices send; results: laboratory results that it is fed with; empty: inference."`
	Window  string    `query:"window" maxLength:"100" doc:"Digest of one window."`
	From    time.Time `query:"from" doc:"Windows that end later."`
	To      time.Time `query:"to" doc:"Windows that begin earlier."`
	Windows int       `query:"windows" default:"7" minimum:"1" maximum:"64" doc:"How many of the newest, where neither a window nor times are given."`
}

type columnOutput struct{ Body *picture.Column }

func (s *Server) modelColumn(ctx context.Context, in *columnInput) (*columnOutput, error) {
	if _, _, err := s.modelOf(ctx, in.Key); err != nil {
		return nil, err
	}
	c, err := s.opt.Models.Column(in.Key, picture.Query{Column: in.Column, Group: in.Group, Part: in.Part, Window: in.Window, From: in.From, To: in.To, Newest: in.Windows})
	if err != nil {
		return nil, err
	}
	return &columnOutput{c}, nil
}

type modelDocumentInput struct {
	Spoken
	Key    string `path:"key" minLength:"1" maxLength:"500"`
	Digest string `path:"digest" minLength:"1" maxLength:"100"`
}

type modelDocumentOutput struct{ Body *picture.Document }

func (s *Server) modelDocument(ctx context.Context, in *modelDocumentInput) (*modelDocumentOutput, error) {
	m, v, err := s.modelOf(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	kind := ""
	for _, d := range m.Documents {
		if d.Digest == in.Digest {
			kind = d.Kind
		}
	}
	of := func(list []check.Judgement) {
		for i := range list {
			if list[i].Topic == "artefact" && list[i].Evidence == in.Digest {
				kind = "scan"
			}
		}
	}
	of(m.Judgements)
	if kind == "" {
		of(s.opt.Models.Releases("artefact")[v.release(&m.Summary)])
	}
	if kind == "" {
		return nil, wardround.Errorf(wardround.ENotFound, "api.models", "%s has no document %q", clip(in.Key, 80), clip(in.Digest, 100))
	}
	d, err := s.opt.Models.Document(kind, in.Digest)
	if err != nil {
		return nil, err
	}
	tellScan(d.Scan, s.language(ctx, in.Language))
	return &modelDocumentOutput{d}, nil
}

// ModelEvent is one thing on the timeline of a model.
type ModelEvent struct {
	At       time.Time           `json:"at"`
	Until    *time.Time          `json:"until,omitempty" doc:"When it was over, of a finding that is fixed."`
	Lane     string              `json:"lane" enum:"devices,inputs,outputs,release,security,people" doc:"Where it is drawn."`
	Kind     string              `json:"kind" doc:"first, version, source, schema, document, signature, artefact, verdict, decision, finding."`
	Said     string              `json:"said" doc:"{source} and {item} are to be put in."`
	Language string              `json:"language" doc:"Of said."`
	State    string              `json:"state,omitempty" enum:"pass,fail,unknown"`
	Severity wardround.Severity  `json:"severity"`
	Topic    string              `json:"topic,omitempty"`
	Item     string              `json:"item,omitempty"`
	ItemTold string              `json:"item_told,omitempty" doc:"The item in the language that is read, where it is words of ours."`
	Source   string              `json:"source,omitempty"`
	Before   string              `json:"before,omitempty"`
	After    string              `json:"after,omitempty"`
	Digest   string              `json:"digest,omitempty"`
	Finding  string              `json:"finding,omitempty"`
	Asset    wardround.AssetID   `json:"asset,omitempty"`
	Release  wardround.ReleaseID `json:"release,omitempty"`
	// Candidates are of a verdict that began to fail.
	Candidates []ModelCandidate `json:"candidates,omitempty" doc:"What came before and may have led to it, the closest tie and the shortest time first. No cause is proven."`
}

// ModelCandidate is something that happened before and may have led to a verdict.
type ModelCandidate struct {
	At     time.Time         `json:"at" doc:"As of the event on this timeline."`
	Kind   string            `json:"kind"`
	Said   string            `json:"said" doc:"In the language of the event; {source} and {item} are to be put in."`
	Source string            `json:"source,omitempty"`
	Topic  string            `json:"topic,omitempty"`
	Item   string            `json:"item,omitempty"`
	Before string            `json:"before,omitempty"`
	After  string            `json:"after,omitempty"`
	Link   string            `json:"link" enum:"same-input,same-device,feeds-it,read-by-it,the-model" doc:"What ties the two."`
	Tie    string            `json:"tie" doc:"The same in the language of the event."`
	Ahead  int64             `json:"ahead_s" doc:"How many seconds before."`
	Asset  wardround.AssetID `json:"asset,omitempty" doc:"The device, where it is one of the inventory."`
}

// lanes are where the kinds of event are drawn.
var lanes = map[string]string{
	behaviour.EventFirst: "release", behaviour.EventVersion: "release", behaviour.EventSource: "devices", behaviour.EventSchema: "inputs",
	behaviour.EventDocument: "release", behaviour.EventSignature: "release", behaviour.EventArtefact: "release", behaviour.EventDecision: "people",
}

// laneOf is where a judgement of a topic is drawn.
func laneOf(topic string) string {
	switch topic {
	case "drift", "quality", "outlier", "poisoning":
		return "inputs"
	case "source":
		return "devices"
	case "artefact", "signature", "card", "plan", "change", "acceptance":
		return "release"
	case "extraction", "prompt", "membership", "robustness":
		return "security"
	case "oversight", "logs":
		return "people"
	}
	return "outputs"
}

// mostTimeline is how many findings of one subject are on a timeline.
const mostTimeline = 200

type modelTimelineInput struct {
	ListQuery
	Spoken
	Key string `path:"key" minLength:"1" maxLength:"500"`
}

func (s *Server) modelTimeline(ctx context.Context, in *modelTimelineInput) (RowsFunc[ModelEvent], error) {
	m, v, err := s.modelOf(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	if _, err := in.sorted("at", "at"); err != nil {
		return nil, err
	}
	language := s.language(ctx, in.Language)
	rows := []ModelEvent{}
	answers := map[string]bool{} // columns of what it answers
	for i := range m.Judgements {
		if m.Judgements[i].Topic == "output" {
			answers[m.Judgements[i].Item] = true
		}
	}
	sources := map[string]wardround.AssetID{}
	for _, x := range m.Sources {
		if a := v.asset(x.Asset); a != nil {
			sources[x.Name] = a.ID
		}
	}
	for i, e := range m.Events {
		row := ModelEvent{At: e.At.UTC(), Lane: lanes[e.Kind], Kind: e.Kind, Topic: e.Topic, Item: e.Item, Source: e.Source, Before: e.Before, After: e.After, Digest: e.Digest, Asset: sources[e.Source]}
		row.Said, row.Language = check.PhraseIn(language, e.Said)
		if item, ok := check.FactIn(language, "item", e.Item); ok {
			row.ItemTold, _ = item.(string)
		}
		if e.Kind == behaviour.EventVerdict {
			row.Lane = laneOf(e.Topic)
			if e.Topic == "trend" && !answers[e.Item] {
				row.Lane = "inputs"
			}
		}
		for _, c := range behaviour.Candidates(m.Events, &m.Events[i]) {
			said, _ := check.PhraseIn(language, c.Said)
			tie, _ := check.PhraseIn(language, strings.ReplaceAll(c.Link, "-", " "))
			row.Candidates = append(row.Candidates, ModelCandidate{At: c.At.UTC(), Kind: c.Kind, Said: said, Source: c.Source, Topic: c.Topic, Item: c.Item,
				Before: c.Before, After: c.After, Link: c.Link, Tie: tie, Ahead: int64(c.Ahead / time.Second), Asset: sources[c.Source]})
		}
		switch e.Kind {
		case behaviour.EventVerdict, behaviour.EventArtefact, behaviour.EventSignature:
			row.State = e.State.String()
		}
		rows = append(rows, row)
	}
	told := map[string][]*ModelEvent{}
	for i := range rows {
		if r := &rows[i]; r.Kind == behaviour.EventVerdict {
			told[r.Topic+"\x00"+r.Item] = append(told[r.Topic+"\x00"+r.Item], r)
		}
	}
	add := func(subject wardround.Subject, lane string, row ModelEvent) error {
		list, err := s.findingsAbout(ctx, subject)
		if err != nil {
			return err
		}
		for _, f := range list {
			f = f.In(language)
			topic, ofModel := strings.CutPrefix(f.Check, "model.")
			if events := told[topic+"\x00"+f.Item]; ofModel && lane == "" && len(events) > 0 {
				for _, e := range events {
					e.Finding = f.ID
					if e.State == wardround.Fail.String() {
						e.Severity = f.Severity
					}
				}
				continue
			}
			x := row
			x.At, x.Until, x.Kind, x.Said, x.Severity, x.Item, x.Finding, x.State = f.Opened.UTC(), moment(f.Fixed), "finding", f.Title, f.Severity, f.Item, f.ID, wardround.Fail.String()
			x.Language = f.Language
			if x.Item = s.opt.Board.Named(f.Item); f.ItemName != x.Item { // names for ids
				x.ItemTold = f.ItemName
			}
			x.Lane = cmp.Or(lane, "security")
			if ofModel {
				x.Lane = laneOf(topic)
			}
			rows = append(rows, x)
		}
		return nil
	}
	n := len(rows)
	if a := v.asset(m.Asset); a != nil {
		err = add(wardround.AssetSubject(a.ID), "", ModelEvent{Asset: a.ID})
	}
	if id := v.row(&m.Summary).Release; err == nil && id != "" {
		err = add(wardround.ReleaseSubject(id), "", ModelEvent{Release: id})
	}
	for name, id := range sources {
		if err == nil {
			err = add(wardround.AssetSubject(id), "devices", ModelEvent{Source: name, Asset: id})
		}
	}
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows[n:], func(a, b ModelEvent) int { return strings.Compare(a.Finding, b.Finding) })
	slices.SortStableFunc(rows, func(a, b ModelEvent) int { return a.At.Compare(b.At) })
	return short(s, rows), nil
}

// findingsAbout are the findings of a subject that the caller may see, also fixed ones.
func (s *Server) findingsAbout(ctx context.Context, subject wardround.Subject) ([]*board.Finding, error) {
	if s.opt.Board == nil {
		return nil, nil
	}
	p, err := s.opt.Board.Findings(board.FindingQuery{List: board.List{Visible: s.sight(ctx, account.View), Sort: "-severity", Limit: mostTimeline}, Subject: subject, Fixed: true})
	return p.Items, err
}
