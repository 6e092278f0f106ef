package api

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/kind"
)

var statementRoutes = []Route{
	{Method: POST, Path: "/api/v1/statements", ID: "say", Tag: "assets", Summary: "Say many things of the inventory: imports, and what takes an edit back",
		Doc:   "All or nothing. With preview nothing is changed; the answer says what would be.",
		Needs: account.Inventory, MaxBody: 8 << 20, Errors: []int{404, 409, 422, 501}, register: handle((*Server).saySome)},
}

// Statement is one thing that a person or an import says of the inventory.
type Statement struct {
	Act      string            `json:"act" enum:"accept,reject,set,identify,merge,split"`
	Proposal string            `json:"proposal,omitempty" maxLength:"100"`
	Asset    string            `json:"asset,omitempty" maxLength:"100"`
	Other    string            `json:"other,omitempty" maxLength:"100"`
	Match    []SaidID          `json:"match,omitempty" maxItems:"50" doc:"Finds the asset when none is named; it is created if none carries them."`
	Set      map[string]string `json:"set,omitempty" maxProperties:"50"`
	Source   string            `json:"source,omitempty" maxLength:"300" doc:"What it is taken from, \"import:FILE\"; the caller's name if absent."`
}

func (x *Statement) said(by string) *kind.InventorySaidV1 {
	return &kind.InventorySaidV1{
		Act: x.Act, Proposal: x.Proposal, Asset: wardround.AssetID(x.Asset), Other: wardround.AssetID(x.Other),
		Match: saidIDs(x.Match), Set: x.Set, By: kind.PersonalText(by), Source: x.Source,
	}
}

type sayInput struct {
	Body struct {
		Statements []Statement `json:"statements" minItems:"1" maxItems:"5000"`
		Preview    bool        `json:"preview,omitempty" doc:"Change nothing, say what would change."`
		Reason     string      `json:"reason,omitempty" maxLength:"1000"`
	}
}

// Difference is what changes of one asset.
type Difference struct {
	Asset string `json:"asset,omitempty" doc:"Absent for a new one."`
	Name  string `json:"name"`
	Text  string `json:"text" doc:"Lines that begin with + for what comes and - for what goes."`
}

type sayOutput struct {
	Body struct {
		Changes []Difference `json:"changes"`
	}
}

// sayAtOnce is how many statements go into the log together.
const sayAtOnce = 500

func (s *Server) saySome(ctx context.Context, in *sayInput) (*sayOutput, error) {
	said := make([]*kind.InventorySaidV1, len(in.Body.Statements))
	for i := range in.Body.Statements {
		said[i] = in.Body.Statements[i].said(principal(ctx).Name())
		said[i].Reason = kind.PersonalText(in.Body.Reason)
	}
	if err := s.mayEditAll(ctx, said); err != nil {
		return nil, err
	}
	inv, err := s.inventoryNow(ctx)
	if err != nil {
		return nil, err
	}
	_, at := s.position()
	changes, err := inv.Preview(said, at)
	if err != nil {
		return nil, refused(err)
	}
	out := &sayOutput{}
	out.Body.Changes = make([]Difference, 0, len(changes))
	for _, d := range changes {
		out.Body.Changes = append(out.Body.Changes, Difference{Asset: string(d.Asset), Name: d.Name, Text: d.String()})
	}
	if in.Body.Preview {
		return out, nil
	}
	fields := make([]any, 0, len(said))
	for _, x := range said {
		fields = append(fields, x)
	}
	for len(fields) > 0 {
		n := min(len(fields), sayAtOnce)
		if err := s.say(ctx, fields[:n]...); err != nil {
			return nil, err
		}
		fields = fields[n:]
	}
	return out, nil
}

// mayEditAll checks that the caller may edit what is spoken of: each asset, or with
// anything that may be new or is not of one asset, the whole site.
func (s *Server) mayEditAll(ctx context.Context, said []*kind.InventorySaidV1) error {
	if principal(ctx).MayAt(account.Inventory, string(s.opt.Scope.Site)) {
		return nil
	}
	for _, x := range said {
		if x.Asset == "" || len(x.Match) > 0 || x.Act == "accept" || x.Act == "reject" {
			return s.everywhere(ctx, account.Inventory)
		}
		for _, id := range []wardround.AssetID{x.Asset, x.Other} {
			if id == "" {
				continue
			}
			if _, err := s.editable(ctx, string(id)); err != nil {
				return err
			}
		}
	}
	return nil
}

// refused names each statement that cannot be applied.
func refused(err error) error {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return err
	}
	p := problem(wardround.ErrorCode(err), "nothing was changed: %d of the statements cannot be applied", len(joined.Unwrap()))
	for _, e := range joined.Unwrap() {
		where, _, _ := strings.Cut(e.Error(), ":")
		var n int
		if _, serr := fmt.Sscan(where, &n); serr == nil {
			where = fmt.Sprintf("body.statements[%d]", n-1)
		}
		p.Errors = append(p.Errors, Detail{Location: where, Message: words(e)})
	}
	return p
}
