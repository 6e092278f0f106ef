package api

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/notify"
)

// Work orders are kept by the house's own system. We hand one over: by a message to
// that system, by a link that opens its form, or both.
var workOrderRoutes = []Route{
	{Method: GET, Path: "/api/v1/findings/{id}/work-order", ID: "get-work-order-ways", Tag: "findings", Summary: "Whether and how a work order can be asked for",
		Needs: account.Decide, Errors: []int{404}, register: handle((*Server).workOrderWays)},
	{Method: POST, Path: "/api/v1/findings/{id}/work-order", ID: "ask-for-work-order", Tag: "findings", Summary: "Ask the house's maintenance system for work on a finding",
		Doc: "What is sent is in the reference of the webhook. Asking again within the same minute asks for the same order. " +
			"It changes nothing of the finding, which is fixed when it is seen to be.",
		Needs: account.Decide, Errors: []int{404, 409, 422, 501}, register: handle((*Server).askForWork)},
}

// WorkOrderWays says how a work order can be asked for; neither: not at all.
type WorkOrderWays struct {
	Webhook bool `json:"webhook" doc:"It is sent to the house's system."`
	Link    bool `json:"link" doc:"A link opens the form of the house's system."`
}

// WorkOrdered is a work order that was handed over.
type WorkOrdered struct {
	ID   string `json:"id"`
	Link string `json:"link,omitempty" doc:"Opens the house's form, filled in."`
	Sent bool   `json:"sent" doc:"It is on its way to the house's system, and tried again if that is down; the list of notifications says how it went."`
}

type workOrderWaysInput struct {
	ID string `path:"id" minLength:"1" maxLength:"100"`
}

type workOrderWaysOutput struct{ Body WorkOrderWays }

type workOrderInput struct {
	ID   string `path:"id" minLength:"1" maxLength:"100"`
	Body struct {
		Due  time.Time `json:"due,omitzero" doc:"By when; that of the finding if left out."`
		Note string    `json:"note,omitempty" maxLength:"2000"`
	}
}

type workOrderOutput struct{ Body WorkOrdered }

// orders are where work orders go.
func (s *Server) orders(ctx context.Context) (notify.Orders, error) {
	x, _, err := readDocument[notify.Orders](ctx, s, "work-orders")
	x.Value.Webhook.Secret = "" // nobody here signs
	if s.opt.Control.Order == nil {
		x.Value.Webhook.URL = ""
	}
	return x.Value, err
}

// workable returns a finding on which the caller may ask for work. Errors: ENotFound,
// EForbidden.
func (s *Server) workable(ctx context.Context, id string) (*board.Finding, error) {
	f, err := s.finding(s.sight(ctx, account.View), id)
	if err != nil {
		return nil, err
	}
	if !s.mayDo(ctx, account.Decide, f) {
		return nil, wardround.Errorf(wardround.EForbidden, "api.workorder", "it needs the permission %q for this asset", account.Decide)
	}
	return f, nil
}

func (s *Server) workOrderWays(ctx context.Context, in *workOrderWaysInput) (*workOrderWaysOutput, error) {
	f, err := s.workable(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	o, err := s.orders(ctx)
	if err != nil || f.State == wardround.Fixed {
		return &workOrderWaysOutput{}, err
	}
	return &workOrderWaysOutput{WorkOrderWays{Webhook: o.Webhook.URL != "", Link: o.Link != ""}}, nil
}

func (s *Server) askForWork(ctx context.Context, in *workOrderInput) (*workOrderOutput, error) {
	const op = "api.workorder"
	f, err := s.workable(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	o, err := s.orders(ctx)
	if err != nil {
		return nil, err
	}
	_, now := s.position()
	switch {
	case o.Webhook.URL == "" && o.Link == "":
		return nil, missing("work orders")
	case f.State == wardround.Fixed:
		return nil, wardround.Errorf(wardround.EConflict, op, "it was seen to be fixed on %s; there is nothing to work on", f.Fixed.UTC().Format(time.DateOnly))
	case !in.Body.Due.IsZero() && !in.Body.Due.After(now):
		return nil, wardround.Errorf(wardround.EInvalid, op, "due is %s; it is %s at the site already", in.Body.Due.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	w := s.workOrder(ctx, f)
	w.Note = strings.TrimSpace(in.Body.Note)
	if !in.Body.Due.IsZero() {
		w.Due = in.Body.Due.UTC()
	}
	detail := kind.PersonalText(because(f.ID+" "+w.ID, w.Note))
	if err := s.say(ctx, &kind.OperatorActedV1{Act: WorkOrderAsked, By: kind.PersonalText(w.RequestedBy), Detail: detail}); err != nil {
		return nil, err
	}
	out := WorkOrdered{ID: w.ID, Link: o.Open(w)}
	if o.Webhook.URL != "" {
		if out.Sent, err = s.opt.Control.Order(ctx, w); err != nil {
			return nil, err
		}
	}
	return &workOrderOutput{out}, nil
}

// WorkOrderAsked is the act in the audit trail; its detail begins with the finding.
const WorkOrderAsked = "work-order-asked"

// workOrder is what is asked for, in the language of who asks.
func (s *Server) workOrder(ctx context.Context, f *board.Finding) notify.WorkOrder {
	asset := s.opt.Board.SubjectAsset(board.Visible{}, f.Subject)
	said, by, now := voice(s.language(ctx, ""), f, asset), principal(ctx).Name(), s.opt.Now().UTC().Truncate(time.Second)
	w := notify.WorkOrder{
		ID:      wardround.DeriveID("wo", string(s.opt.Scope.Org), string(s.opt.Scope.Site), f.ID, by, now.Format("2006-01-02T15:04")),
		Created: now, RequestedBy: by, Title: said.Title, Finding: f.ID, Case: f.Case, Severity: f.Severity, Priority: notify.Priority(f.Severity),
		Due: f.Due, Do: cmp.Or(said.Do.Engineering, said.Do.Security), Dont: said.Dont, Language: said.Language,
		Link: strings.TrimSuffix(s.opt.PublicURL, "/") + "/findings/" + f.ID, Site: s.siteName(),
		Asset: notify.OrderedAsset{ID: f.Subject.ID, Name: f.AssetName, Role: f.Role, Ward: f.Ward, Zone: string(f.Zone)},
	}
	if asset != nil {
		a := &w.Asset
		a.ID, a.Name = string(asset.ID), asset.Name
		a.Maker, a.Model, a.Serial = asset.Attr(wardround.AttrMaker), asset.Attr(wardround.AttrModel), asset.Attr(wardround.AttrSerial)
		a.UDI, a.MAC, a.IP = newest(asset.Asset, kind.IDUDI), newest(asset.Asset, kind.IDMAC), newest(asset.Asset, kind.IDIP)
		if serial := newest(asset.Asset, kind.IDSerial); a.Serial == "" && serial != "" {
			_, a.Serial, _ = strings.Cut(serial, "/") // MAKER/SERIAL
		}
	}
	return w
}

// newest is the identifier of a type that was seen last, "" for none.
func newest(a *wardround.Asset, t kind.IDType) string {
	var best wardround.Identifier
	for _, x := range a.Identifiers {
		if x.Type == string(t) && (best.Value == "" || x.Last.After(best.Last)) {
			best = x
		}
	}
	return best.Value
}
