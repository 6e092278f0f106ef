package api

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/check"
)

var historyRoutes = []Route{
	{Method: GET, Path: "/api/v1/assets/{id}/verdicts", ID: "list-verdicts", Tag: "assets", Summary: "What the checks say of an asset and its links, what fails first",
		Needs: account.View, Errors: []int{404, 501}, register: list((*Server).listVerdicts)},
	{Method: GET, Path: "/api/v1/assets/{id}/days", ID: "get-verdict-days", Tag: "assets", Summary: "What each check said of an asset, day by day",
		Doc: "The worst of each day, UTC.", Needs: account.View, Errors: []int{404, 501}, register: handle((*Server).getDays)},
	{Method: GET, Path: "/api/v1/assets/{id}/timeline", ID: "list-timeline", Tag: "assets", Summary: "What happened with an asset, newest first",
		Doc:   "Verdicts, findings, what people did, identifiers, attributes. Observations are at /observations?asset=.",
		Needs: account.View, Errors: []int{404, 501}, register: list((*Server).listTimeline)},
}

// Verdict is what one check says of one subject and item.
type Verdict struct {
	*wardround.Verdict
	CheckTitle string            `json:"check_title"`
	Concern    wardround.Concern `json:"concern"`
	ItemName   string            `json:"item_name,omitempty" doc:"The item with names for ids."`
	Fresh      bool              `json:"fresh" doc:"It passes or fails by evidence that still holds."`
}

// Limits of a history: what is beyond it is in the ledger.
const (
	mostHistoryLinks = 300  // of an asset, whose verdicts are shown
	mostHistoryKeys  = 300  // whose transitions are read
	mostEvents       = 5000 // of a timeline
)

type verdictsInput struct {
	ListQuery
	Spoken
	ID      string `path:"id" maxLength:"100"`
	Concern string `query:"concern" enum:"security,privacy,interoperability"`
	State   string `query:"state" enum:"pass,fail,unknown"`
	Links   bool   `query:"links" default:"true" doc:"Also those of its links."`
}

func (s *Server) listVerdicts(ctx context.Context, in *verdictsInput) (RowsFunc[Verdict], error) {
	b, v, err := s.seen(ctx)
	if err != nil {
		return nil, err
	}
	a, err := assetOf(b, v, in.ID)
	if err != nil {
		return nil, err
	}
	rows, err := s.verdicts(ctx, a.ID, in.Links, s.language(ctx, in.Language))
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(x Verdict) bool {
		return in.Concern != "" && string(x.Concern) != in.Concern || in.State != "" && x.State.String() != in.State
	})
	by, err := in.sorted("-state,-severity,check", "state", "severity", "check", "at", "since")
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, comparing(by, map[string]func(a, b Verdict) int{
		"state":    func(a, b Verdict) int { return cmp.Compare(stateRank[a.State], stateRank[b.State]) },
		"severity": func(a, b Verdict) int { return cmp.Compare(a.Severity, b.Severity) },
		"check":    func(a, b Verdict) int { return strings.Compare(a.Check, b.Check) },
		"at":       func(a, b Verdict) int { return a.At.Compare(b.At) },
		"since":    func(a, b Verdict) int { return a.Since.Compare(b.Since) },
	}))
	return short(s, rows), nil
}

// stateRank orders states by how much they matter.
var stateRank = map[wardround.State]int{wardround.Pass: 0, wardround.Unknown: 1, wardround.Fail: 2}

// verdicts reads the current verdicts of an asset under all its ids, and with links
// those of its links, told in a language.
func (s *Server) verdicts(ctx context.Context, id wardround.AssetID, links bool, language string) ([]Verdict, error) {
	if s.opt.Store == nil {
		return nil, missing("the history")
	}
	b := s.opt.Board
	_, now := b.Position()
	rows := []Verdict{}
	subjects := b.Subjects(id, links)
	for _, sub := range subjects[:min(len(subjects), mostHistoryLinks)] {
		for v, err := range s.opt.Store.Verdicts(ctx, s.opt.Scope, wardround.VerdictFilter{Subject: sub}) {
			if err != nil {
				return nil, err
			}
			x := Verdict{Verdict: v, CheckTitle: v.Check, Fresh: v.State != wardround.Unknown && (v.Until.IsZero() || !v.Until.Before(now))}
			if c := check.Lookup(v.Check); c != nil {
				x.CheckTitle, x.Concern = checkTitle(language, c.ID, c.Title), c.Concern
			}
			if why, is := check.PhraseIn(language, v.Why); why != v.Why && is == language {
				said := *v
				said.Why, x.Verdict = why, &said
			}
			if name := b.Named(v.Item); name != v.Item {
				x.ItemName = name
			}
			if item, ok := check.FactIn(language, "item", cmp.Or(x.ItemName, v.Item)); ok {
				x.ItemName = item.(string)
			}
			rows = append(rows, x)
		}
	}
	return rows, nil
}

// VerdictDays is a strip of days of one check and item.
type VerdictDays struct {
	Check      string `json:"check"`
	CheckTitle string `json:"check_title"`
	Item       string `json:"item,omitempty"`
	Days       []Day  `json:"days" doc:"Oldest first."`
}

// Day is what was said on one day, UTC.
type Day struct {
	Day   string `json:"day" doc:"2006-01-02."`
	State string `json:"state" enum:"pass,fail,unknown,none" doc:"The worst of the day; none before anything was said."`
}

type daysInput struct {
	Spoken
	ID   string `path:"id" maxLength:"100"`
	Days int    `query:"days" default:"30" minimum:"1" maximum:"366"`
}

type daysOutput struct {
	Body struct {
		Items []VerdictDays `json:"items"`
	}
}

func (s *Server) getDays(ctx context.Context, in *daysInput) (*daysOutput, error) {
	b, v, err := s.seen(ctx)
	if err != nil {
		return nil, err
	}
	a, err := assetOf(b, v, in.ID)
	if err != nil {
		return nil, err
	}
	rows, err := s.verdicts(ctx, a.ID, false, s.language(ctx, in.Language))
	if err != nil {
		return nil, err
	}
	_, now := s.position()
	out := &daysOutput{}
	out.Body.Items = []VerdictDays{}
	for _, x := range rows[:min(len(rows), mostHistoryKeys)] {
		strip := VerdictDays{Check: x.Check, CheckTitle: x.CheckTitle, Item: cmp.Or(x.ItemName, x.Item)}
		changes, err := s.transitions(ctx, x.Key)
		if err != nil {
			return nil, err
		}
		strip.Days = daysOf(changes, x.Verdict, now, in.Days)
		out.Body.Items = append(out.Body.Items, strip)
	}
	slices.SortStableFunc(out.Body.Items, func(a, b VerdictDays) int {
		return cmp.Or(strings.Compare(a.Check, b.Check), strings.Compare(a.Item, b.Item))
	})
	return out, nil
}

// transitions reads the changes of a key that count, by time.
func (s *Server) transitions(ctx context.Context, k wardround.Key) ([]*wardround.Transition, error) {
	var out []*wardround.Transition
	for t, err := range s.opt.Store.Transitions(ctx, s.opt.Scope, k) {
		if err != nil {
			return nil, err
		}
		if !t.Late() {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b *wardround.Transition) int { return cmp.Or(cmp.Compare(a.Seq, b.Seq), a.At.Compare(b.At)) })
	return out, nil
}

// daysOf says for each of the last n days what was the worst that held on it. A
// store that keeps no history still knows the verdict that stands.
func daysOf(changes []*wardround.Transition, v *wardround.Verdict, now time.Time, n int) []Day {
	day := func(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
	first := day(now).AddDate(0, 0, 1-n)
	worst := make([]*wardround.State, n)
	hold := func(s wardround.State, from, to time.Time) { // on each day from from to to
		for i := max(0, int(day(from).Sub(first)/(24*time.Hour))); i < n; i++ {
			if first.AddDate(0, 0, i).After(to) {
				break
			}
			if worst[i] != nil {
				s := worst[i].Worse(s)
				worst[i] = &s
			} else {
				worst[i] = &s
			}
		}
	}
	if len(changes) == 0 {
		hold(v.State, v.Since, now)
	}
	for i, t := range changes {
		until := now
		if i+1 < len(changes) {
			until = changes[i+1].At
		}
		if from := t.At; !until.Before(from) && !until.Before(first) {
			hold(t.To, from, until)
		}
	}
	out := make([]Day, n)
	for i := range out {
		out[i] = Day{Day: first.AddDate(0, 0, i).Format(time.DateOnly), State: "none"}
		if worst[i] != nil {
			out[i].State = worst[i].String()
		}
	}
	return out
}

// Event is something that happened with an asset.
type Event struct {
	At       time.Time          `json:"at"`
	Kind     string             `json:"kind" enum:"observation,verdict,finding,person,identifier,attribute"`
	Title    string             `json:"title"`
	Detail   string             `json:"detail,omitempty"`
	Severity wardround.Severity `json:"severity,omitempty"`
	State    string             `json:"state,omitempty" enum:"pass,fail,unknown"`
	Seq      uint64             `json:"seq,omitempty"`
	Check    string             `json:"check,omitempty"`
	Finding  string             `json:"finding,omitempty"`
	By       string             `json:"by,omitempty"`
}

type timelineInput struct {
	ListQuery
	Spoken
	ID     string    `path:"id" maxLength:"100"`
	Before time.Time `query:"before" doc:"Only what happened before."`
	Kind   string    `query:"kind" enum:"verdict,finding,person,identifier,attribute"`
}

func (s *Server) listTimeline(ctx context.Context, in *timelineInput) (RowsFunc[Event], error) {
	b, v, err := s.seen(ctx)
	if err != nil {
		return nil, err
	}
	a, err := assetOf(b, v, in.ID)
	if err != nil {
		return nil, err
	}
	language := s.language(ctx, in.Language)
	t := timeline{s: s, b: b, v: v, a: a.In(language), language: language}
	if err := t.fill(ctx); err != nil {
		return nil, err
	}
	events := slices.DeleteFunc(t.events, func(e Event) bool {
		return e.At.IsZero() || !in.Before.IsZero() && !e.At.Before(in.Before) || in.Kind != "" && e.Kind != in.Kind
	})
	slices.SortStableFunc(events, func(a, b Event) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Seq, a.Seq)) })
	return short(s, events[:min(len(events), mostEvents)]), nil
}

// timeline collects what happened with one asset.
type timeline struct {
	s      *Server
	b      *board.Board
	v      board.Visible
	a      *board.Asset
	events []Event

	language string
}

func (t *timeline) add(e Event) { e.At = e.At.UTC(); t.events = append(t.events, e) }

func (t *timeline) fill(ctx context.Context) error {
	rows, err := t.s.verdicts(ctx, t.a.ID, false, t.language)
	if err != nil {
		return err
	}
	for _, x := range rows[:min(len(rows), mostHistoryKeys)] {
		changes, err := t.s.transitions(ctx, x.Key)
		if err != nil {
			return err
		}
		for _, c := range changes {
			if c.From == c.To && c.Reason == "renewed" {
				continue
			}
			reason, _ := check.PhraseIn(t.language, c.Reason)
			t.add(Event{At: c.At, Kind: "verdict", Title: x.CheckTitle, Detail: joined(cmp.Or(x.ItemName, x.Item), reason), State: c.To.String(), Seq: c.Seq, Check: x.Check})
		}
	}
	t.identifiers()
	t.attributes()
	return t.findings()
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " · ")
}

func (t *timeline) identifiers() {
	t.add(Event{At: t.a.First, Kind: "identifier", Title: "first seen"})
	for _, id := range t.a.Identifiers {
		t.add(Event{At: id.First, Kind: "identifier", Title: id.Type + " " + id.Value, Detail: joined("first seen", id.Source)})
		if id.Confidence < wardround.Indicated {
			t.add(Event{At: id.Last, Kind: "identifier", Title: id.Type + " " + id.Value, Detail: "last seen; no longer held"})
		}
	}
}

func (t *timeline) attributes() {
	for _, name := range sortedNames(t.a.Attributes) {
		at := t.a.Attributes[name]
		e := Event{At: at.At, Kind: "attribute", Title: name + " " + at.Value, Detail: joined(at.Source, at.Reason)}
		if by, ok := strings.CutPrefix(at.Source, "person:"); ok {
			e.By = by
		}
		t.add(e)
	}
}

// findings adds what was found of the asset and its links, and what people did.
func (t *timeline) findings() error {
	page, err := t.b.Findings(board.FindingQuery{List: board.List{Visible: t.v, Limit: mostEvents}, Asset: t.a.ID, Fixed: true})
	if err != nil {
		return err
	}
	for _, f := range told(page.Items, t.language) {
		e := Event{Kind: "finding", Title: f.Title, Severity: f.Severity, Check: f.Check, Finding: f.ID}
		e.At, e.Detail = f.Opened, joined("opened", cmp.Or(f.ItemName, f.Item))
		t.add(e)
		if f.State == wardround.Fixed {
			e.At, e.Detail = f.Finding.Fixed, "fixed"
			t.add(e)
		}
	}
	about := map[string]bool{string(t.a.ID): true}
	for _, id := range t.a.Aliases {
		about[string(id)] = true
	}
	for _, f := range page.Items {
		about[f.ID] = true
	}
	acts, err := t.b.Audit(board.AuditQuery{List: board.List{Limit: -1}})
	if err != nil {
		return err
	}
	for _, x := range acts.Items {
		if !about[x.About] {
			continue
		}
		e := Event{At: x.At, Kind: "person", Title: x.Act, Detail: x.Detail, Seq: x.Seq, By: x.By}
		if strings.HasPrefix(x.About, "f-") {
			e.Finding = x.About
		}
		t.add(e)
	}
	return nil
}
