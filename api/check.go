package api

import (
	"context"
	"encoding/json"
	"io/fs"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/checks"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/pipeline"
)

var checkRoutes = []Route{
	{Method: GET, Path: "/api/v1/checks", ID: "list-checks", Tag: "checks", Summary: "What is judged, when it last ran, what it costs",
		Needs: account.View, register: list((*Server).listChecks)},
	{Method: GET, Path: "/api/v1/checks/{id}", ID: "get-check", Tag: "checks", Summary: "One check: what it says, and examples",
		Needs: account.View, Errors: []int{404}, register: handle((*Server).getCheck)},
	{Method: PUT, Path: "/api/v1/checks/{id}/off", ID: "switch-check-off", Tag: "checks", Summary: "Switch a check off at this site",
		Doc: "Its verdicts become unknown. It is content: versioned, audited, and said in every bundle of evidence.", Needs: account.Tune, Errors: []int{404, 422}, register: handle((*Server).switchOff)},
	{Method: DELETE, Path: "/api/v1/checks/{id}/off", ID: "switch-check-on", Tag: "checks", Summary: "Switch a check on again",
		Needs: account.Tune, Status: http.StatusOK, Errors: []int{404, 409}, register: handle((*Server).switchOn)},
	{Method: PUT, Path: "/api/v1/checks/{id}/thresholds", ID: "tune-check", Tag: "checks", Summary: "Set the thresholds of a check at this site",
		Doc: "All of them: what is left out goes back to its default.", Needs: account.Tune, Errors: []int{404, 422}, register: handle((*Server).tune)},
}

// Check is a check of the catalogue, and how it fares here.
type Check struct {
	ID         string             `json:"id"`
	Version    int                `json:"version"`
	Title      string             `json:"title"`
	Doc        string             `json:"doc"`
	Concern    wardround.Concern  `json:"concern"`
	Applies    string             `json:"applies"`
	Speaks     []string           `json:"speaks,omitempty"`
	Stage      wardround.Stage    `json:"stage"`
	Severity   wardround.Severity `json:"severity" doc:"From which the severity table starts."`
	Fresh      string             `json:"fresh" doc:"How long a verdict holds."`
	Novelty    bool               `json:"novelty,omitempty"`
	Controls   []string           `json:"controls"`
	Watch      []string           `json:"watch" doc:"The kinds of observations it is run for."`
	Off        *Off               `json:"off,omitempty"`
	Thresholds map[string]float64 `json:"thresholds,omitempty" doc:"In force; those that last are in seconds."`
	Defaults   map[string]float64 `json:"defaults,omitempty" doc:"What they are unless the site says otherwise."`
	LastRun    *time.Time         `json:"last_run,omitempty" doc:"Site time; of this process."`
	Runs       int64              `json:"runs"`
	CostUS     float64            `json:"cost_us" doc:"Mean of one batch, in microseconds."`
	Verdicts   map[string]int     `json:"verdicts" doc:"Current ones by state."`
	Findings   int                `json:"findings" doc:"That ask for attention or are accepted."`
	Paused     *time.Time         `json:"paused_until,omitempty"`
	Failure    string             `json:"failure,omitempty" doc:"What its newest failure said."`
}

// Off is why a check does not judge.
type Off struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// CheckDetail is a check with what it says and examples of what it sees.
type CheckDetail struct {
	Check
	Language string       `json:"language"`
	Say      check.Say    `json:"say"`
	Fixtures []Fixture    `json:"fixtures"`
	Details  []ControlRef `json:"control_details"`
}

// Fixture is an example: observations in, verdicts and findings out.
type Fixture struct {
	Name string `json:"name" enum:"hit,miss"`
	Text string `json:"text"`
}

type checksInput struct {
	ListQuery
	Q       string `query:"q" maxLength:"200"`
	Concern string `query:"concern" enum:"security,privacy,interoperability"`
}

func (s *Server) listChecks(ctx context.Context, in *checksInput) (RowsFunc[Check], error) {
	by, err := in.sorted("id", "id", "title", "concern", "severity", "runs", "cost_us", "findings")
	if err != nil {
		return nil, err
	}
	stats := s.stats()
	rows := []Check{}
	for _, c := range check.All() {
		if in.Concern != "" && string(c.Concern) != in.Concern || !contains(in.Q, c.ID, c.Title, c.Doc) {
			continue
		}
		rows = append(rows, s.checkRow(c, stats))
	}
	slices.SortStableFunc(rows, comparing(by, map[string]func(a, b Check) int{
		"id":       func(a, b Check) int { return strings.Compare(a.ID, b.ID) },
		"title":    func(a, b Check) int { return strings.Compare(a.Title, b.Title) },
		"concern":  func(a, b Check) int { return strings.Compare(string(a.Concern), string(b.Concern)) },
		"severity": func(a, b Check) int { return int(a.Severity) - int(b.Severity) },
		"runs":     func(a, b Check) int { return int(min(max(a.Runs-b.Runs, -1), 1)) },
		"cost_us":  func(a, b Check) int { return int(math.Copysign(1, a.CostUS-b.CostUS)) },
		"findings": func(a, b Check) int { return a.Findings - b.Findings },
	}))
	return short(s, rows), nil
}

func (s *Server) stats() map[string]pipeline.CheckStats {
	if s.opt.Stats == nil {
		return nil
	}
	return s.opt.Stats()
}

func (s *Server) checkRow(c *check.Check, stats map[string]pipeline.CheckStats) Check {
	r := Check{
		ID: c.ID, Version: c.Version, Title: c.Title, Doc: c.Doc, Concern: c.Concern, Applies: c.Applies.String(), Speaks: c.Speaks, Stage: c.Stage,
		Severity: c.Severity, Fresh: c.Fresh.String(), Novelty: c.Novelty, Controls: some(c.Controls), Watch: []string{}, Verdicts: map[string]int{},
		Thresholds: maps.Clone(c.Thresholds), Defaults: c.Thresholds,
	}
	if c.Applies == 0 {
		r.Applies = "site and sensors"
	}
	if c.Fresh == 0 {
		r.Fresh = "for ever"
	}
	for _, k := range c.Watch {
		r.Watch = append(r.Watch, string(k))
	}
	if b := s.opt.Board; b != nil {
		t := b.Tally(c.ID)
		r.Verdicts = map[string]int{"pass": t.Pass, "fail": t.Fail, "unknown": t.Unknown}
		r.Findings = t.Findings
		if row, ok := b.Content("check/" + c.ID + "/off"); ok {
			r.Off = &Off{By: row.By, At: row.At.UTC(), Reason: row.Reason}
			if r.Off.Reason == "" {
				_ = json.Unmarshal(row.Value, &r.Off.Reason) // a string: checked when it was set
			}
		}
		if row, ok := b.Content("check/" + c.ID); ok {
			_ = json.Unmarshal(row.Value, &r.Thresholds) // over the defaults; an object of numbers: checked when it was set
		}
	}
	if n, ok := stats[c.ID]; ok && n.Runs > 0 {
		last := n.Last.UTC()
		r.Runs, r.LastRun, r.CostUS, r.Failure = n.Runs, &last, float64(n.Mean())/float64(time.Microsecond), n.Failure
		if _, now := s.position(); n.Paused.After(now) {
			until := n.Paused.UTC()
			r.Paused = &until
		}
	}
	return r
}

type checkInput struct {
	ID       string `path:"id" minLength:"1" maxLength:"100"`
	Language string `query:"language" maxLength:"35" doc:"BCP 47; of what it says."`
}

type checkOutput struct{ Body *CheckDetail }

func (s *Server) getCheck(ctx context.Context, in *checkInput) (*checkOutput, error) {
	c, err := lookup(in.ID)
	if err != nil {
		return nil, err
	}
	return s.checkDetail(ctx, c, in.Language), nil
}

func lookup(id string) (*check.Check, error) {
	c := check.Lookup(id)
	if c == nil {
		return nil, wardround.Errorf(wardround.ENotFound, "api.check", "there is no check %q", clip(id, 60))
	}
	return c, nil
}

func (s *Server) checkDetail(ctx context.Context, c *check.Check, language string) *checkOutput {
	d := &CheckDetail{Check: s.checkRow(c, s.stats()), Fixtures: examples(c.ID), Details: controlsOf(c.ID)}
	d.Title, d.Say, d.Language = c.SayIn(s.language(ctx, language))
	return &checkOutput{d}
}

// examples are the check's fixtures, which its tests run.
func examples(id string) []Fixture {
	out := []Fixture{}
	for _, name := range []string{"hit", "miss"} {
		files, err := fs.Glob(checks.Fixtures, "*/testdata/"+id+"/"+name+".txtar")
		if err != nil || len(files) == 0 {
			continue
		}
		if b, err := fs.ReadFile(checks.Fixtures, files[0]); err == nil {
			out = append(out, Fixture{name, string(b)})
		}
	}
	return out
}

type switchOffInput struct {
	ID   string `path:"id" minLength:"1" maxLength:"100"`
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"1000"`
	}
}

func (s *Server) switchOff(ctx context.Context, in *switchOffInput) (*checkOutput, error) {
	c, err := lookup(in.ID)
	if err != nil {
		return nil, err
	}
	reason := strings.TrimSpace(in.Body.Reason)
	value, err := json.Marshal(reason)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "api.check", err)
	}
	if err := s.setContent(ctx, "check/"+c.ID+"/off", string(value), reason); err != nil {
		return nil, err
	}
	return s.checkDetail(ctx, c, ""), nil
}

type switchOnInput struct {
	ID     string `path:"id" minLength:"1" maxLength:"100"`
	Reason string `query:"reason" maxLength:"1000"`
}

func (s *Server) switchOn(ctx context.Context, in *switchOnInput) (*checkOutput, error) {
	c, err := lookup(in.ID)
	if err != nil {
		return nil, err
	}
	if s.opt.Board != nil {
		if _, off := s.opt.Board.Content("check/" + c.ID + "/off"); !off {
			return nil, wardround.Errorf(wardround.EConflict, "api.check", "%s is not switched off", c.ID)
		}
	}
	if err := s.setContent(ctx, "check/"+c.ID+"/off", "", in.Reason); err != nil {
		return nil, err
	}
	return s.checkDetail(ctx, c, ""), nil
}

type tuneInput struct {
	ID   string `path:"id" minLength:"1" maxLength:"100"`
	Body struct {
		Thresholds map[string]float64 `json:"thresholds"`
		Reason     string             `json:"reason" minLength:"1" maxLength:"1000"`
	}
}

func (s *Server) tune(ctx context.Context, in *tuneInput) (*checkOutput, error) {
	c, err := lookup(in.ID)
	if err != nil {
		return nil, err
	}
	changed := map[string]float64{}
	for name, v := range in.Body.Thresholds {
		def, ok := c.Thresholds[name]
		switch {
		case !ok && len(c.Thresholds) == 0:
			return nil, wardround.Errorf(wardround.EInvalid, "api.check", "%s has no thresholds", c.ID)
		case !ok:
			return nil, wardround.Errorf(wardround.EInvalid, "api.check", "%s has no threshold %q; there are %s", c.ID, clip(name, 64), strings.Join(slices.Sorted(maps.Keys(c.Thresholds)), ", "))
		case v < 0:
			return nil, wardround.Errorf(wardround.EInvalid, "api.check", "thresholds.%s: %g is negative", name, v)
		case v != def:
			changed[name] = v
		}
	}
	value := ""
	if len(changed) > 0 {
		b, err := json.Marshal(changed)
		if err != nil {
			return nil, wardround.Wrap(wardround.EInvalid, "api.check", err)
		}
		value = string(b)
	}
	if err := s.setContent(ctx, "check/"+c.ID, value, strings.TrimSpace(in.Body.Reason)); err != nil {
		return nil, err
	}
	return s.checkDetail(ctx, c, ""), nil
}

// setContent changes what changes verdicts: for the whole site, so not by who
// speaks for some product lines.
func (s *Server) setContent(ctx context.Context, name, value, reason string) error {
	if err := s.everywhere(ctx, account.Tune); err != nil {
		return err
	}
	if strings.HasPrefix(name, "check/") && value != "" && reason == "" {
		return wardround.Errorf(wardround.EInvalid, "api.check", "say why: a reason is needed")
	}
	if err := pipeline.ValidateContent(name, value); err != nil {
		return err
	}
	return s.say(ctx, &kind.ContentChangedV1{Name: name, Value: value, By: kind.PersonalText(principal(ctx).Name()), Reason: kind.PersonalText(reason)})
}
