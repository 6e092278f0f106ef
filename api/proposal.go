package api

import (
	"context"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/kind"
)

var proposalRoutes = []Route{
	{Method: GET, Path: "/api/v1/proposals", ID: "list-proposals", Tag: "proposals", Summary: "Open questions of the inventory, and of what was learned",
		Doc: "Sorts: at, kind, field, state.", Needs: account.View, Errors: []int{501}, register: list((*Server).listProposals)},
	{Method: POST, Path: "/api/v1/proposals/{id}/answer", ID: "answer-proposal", Tag: "proposals", Summary: "Answer one",
		Doc: "A baseline is for the whole site's people to answer.", Needs: account.Inventory, Errors: []int{404, 409, 501}, register: handle((*Server).answerProposal)},
}

// Proposal is an open question; of a baseline, with what was learned.
type Proposal struct {
	*board.Proposal
	Members      []Member `json:"members,omitempty" doc:"Of a baseline: what was learned, at most 200."`
	MembersTotal int      `json:"members_total,omitempty"`
}

// Member is something that a check learned as normal.
type Member struct {
	Check  string    `json:"check"`
	Set    string    `json:"set" doc:"What it is a member of."`
	Member string    `json:"member"`
	First  time.Time `json:"first" doc:"When it was seen first."`
}

type proposalsInput struct {
	ListQuery
	Spoken
	State string `query:"state" enum:"open,accepted,rejected" doc:"Any if absent."`
	Kind  string `query:"kind" enum:"merge,split,kind,role,criticality,attribute,baseline"`
	Asset string `query:"asset" maxLength:"100" doc:"That it is about."`
}

func (s *Server) listProposals(ctx context.Context, in *proposalsInput) (RowsFunc[Proposal], error) {
	b, v, err := s.seen(ctx)
	if err != nil {
		return nil, err
	}
	q := board.ProposalQuery{List: board.List{Visible: v, Sort: in.Sort}, State: in.State, Kind: in.Kind, Asset: wardround.AssetID(in.Asset)}
	language := s.language(ctx, in.Language)
	return func(ctx context.Context, cursor string, limit int) (Rows[Proposal], error) {
		q.Cursor, q.Limit = cursor, limit
		p, err := b.Proposals(q)
		if err != nil {
			return Rows[Proposal]{}, err
		}
		items, err := s.proposals(ctx, told(p.Items, language))
		return Rows[Proposal]{Items: items, Next: p.Next, Total: p.Total, Position: p.Position, At: p.At}, err
	}, nil
}

// mostMembers is how many members of a baseline are shown.
const mostMembers = 200

// proposals adds to baselines what was learned.
func (s *Server) proposals(ctx context.Context, rows []*board.Proposal) ([]Proposal, error) {
	out := make([]Proposal, len(rows))
	zones := map[string]*Proposal{}
	for i, p := range rows {
		out[i].Proposal = p
		if p.Kind == "baseline" {
			zones[p.Field] = &out[i]
		}
	}
	if len(zones) == 0 || s.opt.Store == nil {
		return out, nil
	}
	for row, err := range s.opt.Store.Learned(ctx, s.opt.Scope) {
		if err != nil {
			return nil, err
		}
		zone, set := board.LearnedIn(row)
		p := zones[string(zone)]
		if p == nil {
			continue
		}
		if p.MembersTotal++; len(p.Members) < mostMembers {
			p.Members = append(p.Members, Member{row.Check, s.opt.Board.Named(set), s.opt.Board.Named(row.Member), row.First.UTC()})
		}
	}
	return out, nil
}

type answerInput struct {
	ID   string `path:"id" maxLength:"100"`
	Body struct {
		Accept bool   `json:"accept"`
		Reason string `json:"reason,omitempty" maxLength:"1000"`
	}
}

type proposalOutput struct{ Body Proposal }

func (s *Server) answerProposal(ctx context.Context, in *answerInput) (*proposalOutput, error) {
	b, v, err := s.seen(ctx)
	if err != nil {
		return nil, err
	}
	p := b.Proposal(v, in.ID)
	if p == nil {
		return nil, wardround.Errorf(wardround.ENotFound, "api.proposals", "no proposal %q", clip(in.ID, 60))
	}
	if b.Proposal(s.sight(ctx, account.Inventory), in.ID) == nil {
		return nil, wardround.Errorf(wardround.EForbidden, "api.proposals", "it needs the permission %q for what this is about", account.Inventory)
	}
	if p.State != "open" {
		return nil, wardround.Errorf(wardround.EConflict, "api.proposals", "it was %s by %s", p.State, p.By)
	}
	said := &kind.InventorySaidV1{Act: "reject", Proposal: in.ID, By: kind.PersonalText(principal(ctx).Name()), Reason: kind.PersonalText(in.Body.Reason)}
	if in.Body.Accept {
		said.Act = "accept"
	}
	if err := s.say(ctx, said); err != nil {
		return nil, err
	}
	rows := []*board.Proposal{p}
	if now := b.Proposal(board.Visible{}, in.ID); now != nil {
		rows[0] = now
	}
	items, err := s.proposals(ctx, rows)
	if err != nil {
		return nil, err
	}
	return &proposalOutput{items[0]}, nil
}
