package api

import (
	"context"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/kind"
)

type bulkInput struct {
	Body struct {
		IDs    []string  `json:"ids" minItems:"1" maxItems:"500"`
		Act    string    `json:"act" enum:"acknowledge,accept,false positive,mitigated,confirm claim,reopen,assign"`
		Until  time.Time `json:"until,omitzero"`
		Reason string    `json:"reason,omitempty" maxLength:"2000"`
		To     string    `json:"to,omitempty" maxLength:"200"`
		Due    time.Time `json:"due,omitzero"`
	}
}

// Bulk says of which findings it was done, and why not of the others.
type Bulk struct {
	Done    []string  `json:"done"`
	Refused []Refused `json:"refused"`
}

// Refused is one of many that was not done.
type Refused struct {
	ID      string   `json:"id"`
	Problem *Problem `json:"problem"`
}

type bulkOutput struct{ Body *Bulk }

// bulkStates are the states that the acts of a bulk request lead to.
var bulkStates = map[string]wardround.FindingState{
	"acknowledge": wardround.Acknowledged, "accept": wardround.Accepted, "false positive": wardround.FalsePositive,
	"mitigated": wardround.Mitigated, "reopen": wardround.Reopened, "confirm claim": wardround.ClaimedNotAffected,
}

func (s *Server) decideFindings(ctx context.Context, in *bulkInput) (*bulkOutput, error) {
	b := &in.Body
	give := &Assigned{To: b.To, Due: b.Due}
	if b.Act == "assign" {
		if err := s.assignable(ctx, give); err != nil {
			return nil, err
		}
		if !b.Until.IsZero() {
			return nil, wardround.Errorf(wardround.EInvalid, "api.bulk", "what is assigned is due; until goes with accept and false positive")
		}
		give.Note = b.Reason
	} else if b.To != "" || !b.Due.IsZero() {
		return nil, wardround.Errorf(wardround.EInvalid, "api.bulk", "to and due go with assign")
	}
	see := s.sight(ctx, account.View)
	s.deciding.Lock()
	defer s.deciding.Unlock()
	out := &Bulk{Done: []string{}, Refused: []Refused{}}
	var ids []string
	var said []any
	for _, id := range b.IDs {
		if slices.Contains(ids, id) {
			continue
		}
		fields, err := func() (any, error) {
			f, err := s.finding(see, id)
			if err != nil {
				return nil, err
			}
			if b.Act == "assign" {
				return s.assignment(ctx, f, give)
			}
			state := bulkStates[b.Act]
			if f.TwoPeople && needsTwo(state) {
				return nil, twoNeeded(f)
			}
			return s.decision(ctx, f, &Decided{State: string(state), Until: b.Until, Reason: b.Reason})
		}()
		if err != nil {
			out.Refused = append(out.Refused, Refused{id, s.problem(ctx, err)})
			continue
		}
		ids, said = append(ids, id), append(said, fields)
	}
	if len(said) > 0 {
		if err := s.say(ctx, said...); err != nil { // all of them or none
			return nil, err
		}
	}
	for i, id := range ids {
		if err := s.stands(see, id, said[i]); err != nil {
			out.Refused = append(out.Refused, Refused{id, s.problem(ctx, err)})
			continue
		}
		out.Done = append(out.Done, id)
	}
	return &bulkOutput{out}, nil
}

// stands checks that what was said of a finding is what became of it.
func (s *Server) stands(see board.Visible, id string, said any) error {
	f, err := s.finding(see, id)
	if err != nil {
		return err
	}
	if d, ok := said.(*kind.FindingDecidedV1); ok && !decidedAs(f, d) || f.State == wardround.Fixed {
		return wardround.Errorf(wardround.EConflict, "api.bulk", "it changed meanwhile and is %s", f.State)
	}
	return nil
}
