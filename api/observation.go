package api

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/live"
)

var observationRoutes = []Route{
	{Method: GET, Path: "/api/v1/observations", ID: "list-observations", Tag: "observations", Summary: "The newest observations, newest first",
		Doc: "Of the newest few ten thousand. Personal fields are shown as present, never what they say.", Needs: account.Observe, register: list((*Server).listObservations)},
	{Method: GET, Path: "/api/v1/observations/{seq}", ID: "get-observation", Tag: "observations", Summary: "One observation, while the log keeps it",
		Needs: account.Observe, Errors: []int{404}, register: handle((*Server).getObservation)},
}

type observationsInput struct {
	ListQuery
	Kind   string `query:"kind" maxLength:"100"`
	Sensor string `query:"sensor" maxLength:"512"`
	Asset  string `query:"asset" maxLength:"100" doc:"Id of an asset at either end."`
	Q      string `query:"q" maxLength:"200" doc:"Words that all occur in what a row shows."`
}

func (s *Server) listObservations(ctx context.Context, in *observationsInput) (RowsFunc[live.ObservationRow], error) {
	if s.opt.Hub == nil || s.opt.Board == nil {
		return nil, missing("the list of observations")
	}
	if _, err := in.sorted("-seq", "-seq"); err != nil {
		return nil, err
	}
	see := s.sight(ctx, account.Observe)
	asset := wardround.AssetID(in.Asset)
	if a := s.opt.Board.Asset(board.Visible{}, asset); a != nil {
		asset = a.ID // what it was merged into
	}
	return func(ctx context.Context, cursor string, limit int) (Rows[live.ObservationRow], error) {
		position, at := s.position()
		out := Rows[live.ObservationRow]{Items: []live.ObservationRow{}, Position: position, At: at}
		before := uint64(1<<64 - 1)
		if cursor != "" {
			var err error
			if before, err = strconv.ParseUint(cursor, 10, 64); err != nil {
				return out, wardround.Errorf(wardround.EInvalid, "api.cursor", "the cursor is none of this list")
			}
		}
		s.opt.Hub.Recent(func(o *wardround.Observation) bool {
			if in.Kind != "" && o.Kind != in.Kind || in.Sensor != "" && o.Sensor != in.Sensor || !s.involves(o, asset, see) {
				return ctx.Err() == nil
			}
			var row live.ObservationRow
			if in.Q != "" {
				if row = live.RowOf(o, s.opt.Board, true); !row.Matches(in.Q) {
					return ctx.Err() == nil
				}
			}
			out.Total++
			switch {
			case o.Seq >= before:
			case len(out.Items) == limit:
				out.Next = strconv.FormatUint(out.Items[limit-1].Seq, 10)
			default:
				if in.Q == "" {
					row = live.RowOf(o, s.opt.Board, true)
				}
				out.Items = append(out.Items, row)
			}
			return ctx.Err() == nil
		})
		return out, ctx.Err()
	}, nil
}

// involves reports whether an asset, "" for any, is at an end of what was observed,
// and the caller may see it.
func (s *Server) involves(o *wardround.Observation, asset wardround.AssetID, see board.Visible) bool {
	if asset == "" && see.All() {
		return true
	}
	if o.Flow == nil {
		return false
	}
	src, dst := s.opt.Board.Holder(o.Flow.Src.Addr), s.opt.Board.Holder(o.Flow.Dst.Addr)
	if asset != "" && src != asset && dst != asset {
		return false
	}
	return see.All() || src != "" && s.opt.Board.Asset(see, src) != nil || dst != "" && s.opt.Board.Asset(see, dst) != nil
}

type observationInput struct {
	Seq uint64 `path:"seq" minimum:"1"`
}

type observationOutput struct{ Body live.ObservationRow }

func (s *Server) getObservation(ctx context.Context, in *observationInput) (*observationOutput, error) {
	if s.opt.Hub == nil || s.opt.Board == nil {
		return nil, missing("observations")
	}
	o, err := s.observation(ctx, in.Seq)
	if err != nil {
		return nil, err
	}
	if !s.involves(o, "", s.sight(ctx, account.Observe)) {
		return nil, wardround.Errorf(wardround.ENotFound, "api.observation", "there is no observation %d that you may see", in.Seq)
	}
	return &observationOutput{live.RowOf(o, s.opt.Board, true)}, nil
}

// observation returns what was observed at a log position: from memory, else from
// the log. Errors: ENotFound.
func (s *Server) observation(ctx context.Context, seq uint64) (*wardround.Observation, error) {
	const op = "api.observation"
	if o := s.opt.Hub.Observation(seq); o != nil {
		return o, nil
	}
	if s.opt.Past == nil {
		return nil, wardround.Errorf(wardround.ENotFound, op, "observation %d is no longer in memory, and there is no log to look in", seq)
	}
	if last := s.opt.Past.Last(); seq > last {
		return nil, wardround.Errorf(wardround.ENotFound, op, "there is no observation %d yet; the newest is %d", seq, last)
	}
	found, err := s.window(ctx, seq, seq, func(*wardround.Observation) bool { return true })
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, wardround.Errorf(wardround.ENotFound, op, "observation %d is not in the log any more: retention has deleted it", seq)
	}
	return found[0], nil
}

// errEnough ends a reading of the log.
var errEnough = errors.New("enough")

// window reads the log from one position to another, both included, and returns
// what keep holds of, newest first.
func (s *Server) window(ctx context.Context, from, to uint64, keep func(*wardround.Observation) bool) ([]*wardround.Observation, error) {
	var out []*wardround.Observation
	err := s.opt.Past.Read(ctx, from-1, func(batch []*wardround.Observation) error {
		for _, o := range batch {
			if o.Seq > to {
				return errEnough
			}
			if keep(o) {
				out = append(out, o)
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	slices.Reverse(out)
	return out, nil
}

// restsOn returns the observations a finding rests on, newest first: of the kinds
// its check watches, at its asset or the ends of its link, when it was judged last
// and since.
func (s *Server) restsOn(ctx context.Context, see board.Visible, f *wardround.Finding, asset *board.Asset) ([]live.ObservationRow, error) {
	out := []live.ObservationRow{}
	c := check.Lookup(f.Check)
	if c == nil || s.opt.Hub == nil {
		return out, nil
	}
	var ends []wardround.AssetID
	switch f.Subject.Kind {
	case wardround.SubjectLink:
		if l := s.opt.Board.Link(board.Visible{}, wardround.LinkID(f.Subject.ID)); l != nil {
			ends = []wardround.AssetID{l.Client, l.Server}
		}
	case wardround.SubjectAsset:
		if asset != nil {
			ends = []wardround.AssetID{asset.ID}
		}
	}
	fits := func(o *wardround.Observation) bool {
		if !slices.ContainsFunc(c.Watch, func(k kind.Name) bool { return string(k) == o.Kind }) || o.At.After(f.LastSeen.Add(time.Minute)) {
			return false
		}
		switch f.Subject.Kind {
		case wardround.SubjectSensor:
			return o.Sensor == f.Subject.ID && see.All()
		case wardround.SubjectSite:
			return see.All()
		}
		if o.Flow == nil || len(ends) == 0 {
			return false
		}
		src, dst := s.opt.Board.Holder(o.Flow.Src.Addr), s.opt.Board.Holder(o.Flow.Dst.Addr)
		if len(ends) == 2 && (src != ends[0] || dst != ends[1]) && (src != ends[1] || dst != ends[0]) {
			return false
		}
		return (slices.Contains(ends, src) || slices.Contains(ends, dst)) && s.involves(o, "", see)
	}
	oldest := s.opt.Hub.Oldest()
	s.opt.Hub.Recent(func(o *wardround.Observation) bool {
		if fits(o) {
			out = append(out, live.RowOf(o, s.opt.Board, true))
		}
		return len(out) < maxSeen && ctx.Err() == nil
	})
	if len(out) == 0 && s.opt.Past != nil && (oldest == 0 || f.Seq < oldest) && f.Seq > 0 {
		// It was judged before what is in memory: its batch ended at f.Seq.
		found, err := s.window(ctx, max(1, f.Seq-min(f.Seq-1, wardround.MaxBatch)), f.Seq, fits)
		if err != nil {
			return nil, err
		}
		for _, o := range found[:min(len(found), maxSeen)] {
			out = append(out, live.RowOf(o, s.opt.Board, true))
		}
	}
	return out, ctx.Err()
}
