package api

import (
	"context"
	"time"

	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/coverage"
)

var overviewRoutes = []Route{
	{Method: GET, Path: "/api/v1/overview", ID: "get-overview", Tag: "overview",
		Summary: "What is dangerous for patients now, what changed, and where nobody looks",
		Needs:   account.View, Errors: []int{501}, register: handle((*Server).getOverview)},
}

// Most lines of the overview.
const (
	mostNow     = 8
	mostChanges = 30
)

// Overview is the first screen.
type Overview struct {
	At            time.Time         `json:"at" doc:"Site time."`
	Now           []*board.CaseLine `json:"now" doc:"Open cases, the worst first. What somebody has acknowledged is left out, unless it is critical."`
	More          int               `json:"more" doc:"Cases that would follow."`
	Counts        map[string]int    `json:"counts" doc:"Findings that ask for attention, by severity."`
	Changes       []board.Change    `json:"changes" doc:"Of the last 24 hours of site time, the newest first."`
	ChangesMore   int               `json:"changes_more"`
	Sensors       []board.Sensor    `json:"sensors"`
	Coverage      *coverage.Matrix  `json:"coverage"`
	LearningUntil *time.Time        `json:"learning_until,omitempty" doc:"Until then checks of novelty learn what is normal."`
	Proposals     int               `json:"proposals" doc:"Open questions of the inventory."`
}

type overviewInput struct{ Spoken }

type overviewOutput struct{ Body Overview }

func (s *Server) getOverview(ctx context.Context, in *overviewInput) (*overviewOutput, error) {
	b, v, err := s.seen(ctx)
	if err != nil {
		return nil, err
	}
	var o Overview
	_, o.At = s.position()
	o.At = o.At.UTC()
	language := s.language(ctx, in.Language)
	o.Now, o.More = b.Now(v, mostNow, language)
	o.Counts = b.Counts(v)
	changes, more := b.Changes(v, mostChanges)
	o.Changes, o.ChangesMore = told(changes, language), more
	o.Sensors, o.Coverage = s.sensors(), b.Coverage(v)
	if t := b.LearningUntil(); !t.IsZero() {
		t = t.UTC()
		o.LearningUntil = &t
	}
	open, err := b.Proposals(board.ProposalQuery{List: board.List{Visible: v}, State: "open"})
	if err != nil {
		return nil, err
	}
	o.Proposals = open.Total
	return &overviewOutput{o}, nil
}

// seen returns the board, and what the caller may see of it.
func (s *Server) seen(ctx context.Context) (*board.Board, board.Visible, error) {
	if s.opt.Board == nil {
		return nil, board.Visible{}, missing("what was judged")
	}
	return s.opt.Board, s.sight(ctx, account.View), nil
}
