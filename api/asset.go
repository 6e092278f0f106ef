package api

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/inventory"
	"github.com/wardround/wardround/kind"
)

var assetRoutes = []Route{
	{Method: GET, Path: "/api/v1/assets", ID: "list-assets", Tag: "assets", Summary: "Who is on the network",
		Doc: "Sorts: name, last, first, criticality, severity, findings, kind, zone, ward, role.", Needs: account.View, Errors: []int{501}, register: list((*Server).listAssets)},
	{Method: GET, Path: "/api/v1/assets/{id}", ID: "get-asset", Tag: "assets", Summary: "One asset, or what it was merged into",
		Doc:   "The ETag is for edits: it changes with what people say and identifiers, not with times and counts.",
		Needs: account.View, Errors: []int{404, 501}, register: handle((*Server).getAsset)},
	{Method: PATCH, Path: "/api/v1/assets/{id}", ID: "edit-asset", Tag: "assets", Summary: "Say what an asset is",
		Doc:   "What a person says is never overwritten by what is observed; an empty value takes it back.",
		Needs: account.Inventory, Errors: []int{404, 412, 422, 428, 501}, register: handle((*Server).editAsset)},
	{Method: POST, Path: "/api/v1/assets/{id}/merge", ID: "merge-assets", Tag: "assets", Summary: "Say that another asset is this one",
		Needs: account.Inventory, Errors: []int{404, 409, 422, 501}, register: handle((*Server).mergeAssets)},
	{Method: POST, Path: "/api/v1/assets/{id}/split", ID: "split-asset", Tag: "assets", Summary: "Say that one asset is two",
		Doc:   "Either takes out an asset that was merged, or the identifiers that belong to another one.",
		Needs: account.Inventory, Errors: []int{404, 409, 422, 501}, register: handle((*Server).splitAsset)},
}

type assetsInput struct {
	ListQuery
	Spoken
	Q           string    `query:"q" maxLength:"200" doc:"Words that all must occur in name, role, ward, zone, maker, model or identifiers."`
	Kind        string    `query:"kind" enum:"device,intermediary,service,model,unknown"`
	Zone        string    `query:"zone" maxLength:"200"`
	Ward        string    `query:"ward" maxLength:"500"`
	Role        string    `query:"role" maxLength:"200"`
	Criticality string    `query:"criticality" enum:"unknown,administrative,monitoring,diagnostic,therapeutic,life-sustaining"`
	Maker       string    `query:"maker" maxLength:"500"`
	Concern     string    `query:"concern" enum:"security,privacy,interoperability" doc:"With status: in this concern; otherwise in any."`
	Status      string    `query:"status" enum:"failing,passing,unknown,unwatched"`
	Severity    string    `query:"severity" enum:"info,low,medium,high,critical" doc:"Its worst finding is this or worse."`
	NewSince    time.Time `query:"new_since" doc:"First seen then or later."`
	Remote      bool      `query:"remote" doc:"Also public peers."`
	Merged      bool      `query:"merged" doc:"Only what was merged into others."`
	Protocol    string    `query:"protocol" maxLength:"100" doc:"Speaks it."`
}

func (s *Server) listAssets(ctx context.Context, in *assetsInput) (RowsFunc[*board.Asset], error) {
	b, v, err := s.seen(ctx)
	if err != nil {
		return nil, err
	}
	q := board.AssetQuery{
		List: board.List{Visible: v, Sort: in.Sort}, Q: in.Q, Kind: kindOf(in.Kind), Zone: wardround.ZoneID(in.Zone), Ward: in.Ward, Role: in.Role,
		Criticality: criticalityOf(in.Criticality), Maker: in.Maker, Concern: wardround.Concern(in.Concern), Status: in.Status,
		Severity: severityOf(in.Severity), NewSince: in.NewSince, Remote: in.Remote, Merged: in.Merged, Protocol: in.Protocol,
	}
	language := s.language(ctx, in.Language)
	return func(_ context.Context, cursor string, limit int) (Rows[*board.Asset], error) {
		q.Cursor, q.Limit = cursor, limit
		p, err := b.Assets(q)
		p.Items = told(p.Items, language)
		return Rows[*board.Asset](p), err
	}, nil
}

// The names below were checked against the enum of their parameter; "" is any.

func kindOf(name string) *wardround.AssetKind {
	if name == "" {
		return nil
	}
	k, _ := wardround.ParseAssetKind(name)
	return &k
}

func criticalityOf(name string) *wardround.Criticality {
	if name == "" {
		return nil
	}
	c, _ := wardround.ParseCriticality(name)
	return &c
}

func severityOf(name string) wardround.Severity {
	s, _ := wardround.ParseSeverity(name)
	return s
}

type assetOutput struct {
	ETag string `header:"ETag"`
	Body *board.Asset
}

func assetAnswer(a *board.Asset, language string) *assetOutput {
	return &assetOutput{quote(a.ETag), a.In(language)}
}

type getAssetInput struct {
	Spoken
	ID string `path:"id" maxLength:"100"`
}

func (s *Server) getAsset(ctx context.Context, in *getAssetInput) (*assetOutput, error) {
	b, v, err := s.seen(ctx)
	if err != nil {
		return nil, err
	}
	a, err := assetOf(b, v, in.ID)
	if err != nil {
		return nil, err
	}
	return assetAnswer(a, s.language(ctx, in.Language)), nil
}

// assetOf returns an asset that the caller may see. Errors: ENotFound, also for one
// that is there and not to be seen.
func assetOf(b *board.Board, v board.Visible, id string) (*board.Asset, error) {
	if a := b.Asset(v, wardround.AssetID(id)); a != nil {
		return a, nil
	}
	return nil, wardround.Errorf(wardround.ENotFound, "api.assets", "no asset %q", clip(id, 60))
}

// editable is assetOf for who may edit it. Errors: ENotFound, EForbidden.
func (s *Server) editable(ctx context.Context, id string) (*board.Asset, error) {
	b, v, err := s.seen(ctx)
	if err != nil {
		return nil, err
	}
	a, err := assetOf(b, v, id)
	if err != nil {
		return nil, err
	}
	if b.Asset(s.sight(ctx, account.Inventory), a.ID) == nil {
		return nil, wardround.Errorf(wardround.EForbidden, "api.assets", "it needs the permission %q for the product line of %s", account.Inventory, a.Name)
	}
	return a, nil
}

type editAssetInput struct {
	Spoken
	ID string `path:"id" maxLength:"100"`
	IfMatch
	Body struct {
		Set    map[string]string `json:"set" minProperties:"1" maxProperties:"50" doc:"Values by name: name, role, ward, maker, kind, criticality, zone, gateway …; an empty value takes back what was said."`
		Reason string            `json:"reason,omitempty" maxLength:"1000"`
	}
}

func (s *Server) editAsset(ctx context.Context, in *editAssetInput) (*assetOutput, error) {
	a, err := s.editable(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.check(a.ETag); err != nil {
		return nil, err
	}
	said := &kind.InventorySaidV1{Act: "set", Asset: a.ID, Set: trimmed(in.Body.Set)}
	if err := s.saysOf(ctx, in.Body.Reason, said); err != nil {
		return nil, err
	}
	if a, err = assetOf(s.opt.Board, board.Visible{}, in.ID); err != nil {
		return nil, err
	}
	return assetAnswer(a, s.language(ctx, in.Language)), nil
}

func trimmed(set map[string]string) map[string]string {
	out := make(map[string]string, len(set))
	for name, value := range set {
		out[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	return out
}

// saysOf puts what the caller says of the inventory into the log, if it can be
// applied as things stand.
func (s *Server) saysOf(ctx context.Context, reason string, said ...*kind.InventorySaidV1) error {
	inv, err := s.inventoryNow(ctx)
	if err != nil {
		return err
	}
	fields := make([]any, len(said))
	for i, x := range said {
		if err := inv.Validate(x); err != nil {
			return err
		}
		x.By, x.Reason = kind.PersonalText(principal(ctx).Name()), kind.PersonalText(reason)
		fields[i] = x
	}
	return s.say(ctx, fields...)
}

// inventoryNow is the inventory as it is shown, to try things out on.
func (s *Server) inventoryNow(ctx context.Context) (*inventory.Inventory, error) {
	if s.opt.Board == nil {
		return nil, missing("the inventory")
	}
	return inventory.Restore(ctx, inventory.Options{Scope: s.opt.Scope, Zones: s.opt.Board.Zones()}, s.opt.Board.Inventory())
}

// AssetEdit is an asset after it was merged or split, and what takes that back.
type AssetEdit struct {
	Asset *board.Asset `json:"asset"`
	Undo  []Statement  `json:"undo,omitempty" doc:"POST these to /statements to take it back."`
}

type assetEditOutput struct{ Body AssetEdit }

type mergeInput struct {
	ID   string `path:"id" maxLength:"100"`
	Body struct {
		Other  string `json:"other" maxLength:"100" doc:"The asset that becomes an alias."`
		Reason string `json:"reason,omitempty" maxLength:"1000"`
	}
}

func (s *Server) mergeAssets(ctx context.Context, in *mergeInput) (*assetEditOutput, error) {
	before, err := s.editable(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	other, err := s.editable(ctx, in.Body.Other)
	if err != nil {
		return nil, err
	}
	if err := s.saysOf(ctx, in.Body.Reason, &kind.InventorySaidV1{Act: "merge", Asset: before.ID, Other: other.ID}); err != nil {
		return nil, err
	}
	after, err := assetOf(s.opt.Board, board.Visible{}, string(before.ID))
	if err != nil {
		return nil, err
	}
	undo := []Statement{{Act: "split", Asset: string(before.ID), Other: string(other.ID)}}
	if back := takeBack(before, after); len(back) > 0 {
		undo = append(undo, Statement{Act: "set", Asset: string(before.ID), Set: back})
	}
	return &assetEditOutput{AssetEdit{after.In(s.language(ctx, "")), undo}}, nil
}

// takeBack is what has to be said so that what people said of an asset is again
// what it was before.
func takeBack(before, after *board.Asset) map[string]string {
	back := map[string]string{}
	for name, is := range after.Attributes {
		was, there := before.Attributes[name]
		switch {
		case is.Confidence != wardround.Said:
		case !there || was.Confidence != wardround.Said:
			back[name] = ""
		case was.Value != is.Value:
			back[name] = was.Value
		}
	}
	return back
}

type splitInput struct {
	ID   string `path:"id" maxLength:"100"`
	Body struct {
		Other       string   `json:"other,omitempty" maxLength:"100" doc:"An alias that stands for itself again."`
		Identifiers []SaidID `json:"identifiers,omitempty" maxItems:"50" doc:"What belongs to another asset."`
		Reason      string   `json:"reason,omitempty" maxLength:"1000"`
	}
}

func (s *Server) splitAsset(ctx context.Context, in *splitInput) (*assetEditOutput, error) {
	before, err := s.editable(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if (in.Body.Other == "") == (len(in.Body.Identifiers) == 0) {
		return nil, wardround.Errorf(wardround.EInvalid, "api.assets", "say either the asset to take out as other, or the identifiers that belong to another one")
	}
	said := &kind.InventorySaidV1{Act: "split", Asset: before.ID, Other: wardround.AssetID(in.Body.Other), Match: saidIDs(in.Body.Identifiers)}
	known := s.carriers(in.Body.Identifiers)
	if err := s.saysOf(ctx, in.Body.Reason, said); err != nil {
		return nil, err
	}
	after, err := assetOf(s.opt.Board, board.Visible{}, string(before.ID))
	if err != nil {
		return nil, err
	}
	edit := AssetEdit{Asset: after.In(s.language(ctx, ""))}
	if in.Body.Other != "" {
		edit.Undo = []Statement{{Act: "merge", Asset: string(before.ID), Other: in.Body.Other}}
	} else {
		for id := range s.carriers(in.Body.Identifiers) {
			if !known[id] {
				edit.Undo = []Statement{{Act: "merge", Asset: string(before.ID), Other: string(id)}}
			}
		}
	}
	return &assetEditOutput{edit}, nil
}

// carriers are the assets that carry one of the identifiers.
func (s *Server) carriers(ids []SaidID) map[wardround.AssetID]bool {
	out := map[wardround.AssetID]bool{}
	for _, id := range ids {
		value, ok := inventory.Normalise(kind.IDType(id.Type), id.Value)
		if !ok {
			continue
		}
		for _, a := range s.opt.Board.Carriers(id.Type, value) {
			out[a] = true
		}
	}
	return out
}

// SaidID is an identifier as a person says it.
type SaidID struct {
	Type  string `json:"type" maxLength:"50" doc:"mac, ip, serial …"`
	Value string `json:"value" maxLength:"500"`
}

func saidIDs(ids []SaidID) []kind.SaidID {
	var out []kind.SaidID
	for _, id := range ids {
		out = append(out, kind.SaidID{Type: kind.IDType(id.Type), Value: id.Value})
	}
	return out
}

// sortedNames are the names of a map, for texts that are the same each time.
func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
