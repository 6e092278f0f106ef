package api

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/notify"
)

// A person asks for work on a finding: the house's system is told once, a link opens
// its form filled in, and both are on record with who asked.
func TestAskingForWork(t *testing.T) {
	w := busyWard(t)
	var orders []notify.WorkOrder
	w.server.opt.Control.Order = func(_ context.Context, o notify.WorkOrder) (bool, error) {
		orders = append(orders, o)
		return true, nil
	}
	admin, eng := w.first(), w.role(account.ClinicalEngineering)
	id := eng.one(func(f findingRow) bool { return twoPeople(f) && f.State == wardround.Open }).ID
	path := "/api/v1/findings/" + id + "/work-order"
	set := func(o notify.Orders) {
		t.Helper()
		var x Setting[notify.Orders]
		admin.read(admin.get("/api/v1/settings/work-orders"), &x)
		admin.want(200, admin.send(PUT, "/api/v1/settings/work-orders", map[string]any{"value": o, "reason": "x"}, "If-Match", x.ETag))
	}
	ways := func() (x WorkOrderWays) {
		t.Helper()
		eng.read(eng.get(path), &x)
		return x
	}
	if x := ways(); x.Webhook || x.Link {
		t.Errorf("before anybody set it up: %+v", x)
	}
	eng.refused(501, "unavailable", eng.send(POST, path, map[string]any{}))

	set(notify.Orders{Link: "https://cmms.example/new?t={title}&who={asset}&by={due}&see={url}"})
	var out WorkOrdered
	eng.read(eng.send(POST, path, map[string]any{"due": w.in(month)}), &out)
	if x := ways(); x.Webhook || !x.Link || out.Sent || len(orders) != 0 {
		t.Errorf("with a link alone: %+v %+v", x, out)
	}
	f := w.board.Finding(board.Visible{}, id)
	asset := w.board.SubjectAsset(board.Visible{}, f.Subject)
	u, err := url.Parse(out.Link)
	if err != nil || u.Host != "cmms.example" || u.Query().Get("t") == "" || u.Query().Get("who") != asset.Name || !strings.HasPrefix(w.in(month), u.Query().Get("by")) || !strings.HasSuffix(u.Query().Get("see"), "/findings/"+id) {
		t.Errorf("%s: %v", out.Link, err)
	}

	set(notify.Orders{Webhook: notify.OrderWebhook{URL: "https://cmms.example/hook", Secret: "hush"}})
	for range 2 { // a double click is one order
		out = WorkOrdered{}
		eng.read(eng.send(POST, path, map[string]any{"note": " before Monday "}), &out)
	}
	if !out.Sent || out.Link != "" || len(orders) != 2 || orders[0].ID != orders[1].ID || orders[0].ID != out.ID {
		t.Fatalf("%+v %+v", out, orders)
	}
	o := orders[0]
	if o.RequestedBy != eng.name || o.Note != "before Monday" || o.Finding != id || o.Case != f.Case || o.Severity != f.Severity || o.Do == "" || o.Priority == "" || o.Language != "en" {
		t.Errorf("%+v", o)
	}
	if o.Asset.ID != string(asset.ID) || o.Asset.Ward != asset.Ward || o.Asset.MAC == "" && o.Asset.IP == "" && o.Asset.Serial == "" {
		t.Errorf("%+v", o.Asset)
	}
	w.pass(time.Minute)
	eng.read(eng.send(POST, path, map[string]any{}), &out)
	if out.ID == o.ID {
		t.Error("another one later is the same")
	}
	var d FindingDetail
	eng.read(eng.get("/api/v1/findings/"+id), &d)
	asked := 0
	for _, row := range d.Decisions {
		if row.Act == WorkOrderAsked && row.By == eng.name && strings.HasPrefix(row.Detail, id+" wo-") {
			asked++
		}
	}
	if asked != 4 || d.State != wardround.Open {
		t.Errorf("on record %d times, and the finding is %s: %+v", asked, d.State, d.Decisions)
	}

	eng.refused(422, "invalid", eng.send(POST, path, map[string]any{"due": w.in(-time.Hour)}))
	eng.refused(422, "invalid", eng.send(POST, path, map[string]any{"priority": "urgent"}))
	eng.refused(422, "invalid", eng.send(POST, path, map[string]any{"note": strings.Repeat("x", 2001)}))
	eng.refused(404, "not_found", eng.send(POST, "/api/v1/findings/f-none/work-order", map[string]any{}))
	viewer := w.role(account.Viewer)
	viewer.refused(403, "forbidden", viewer.send(POST, path, map[string]any{}))
	viewer.refused(403, "forbidden", viewer.get(path))
	other := w.person(account.Grant{Role: account.ClinicalEngineering, Site: "*", Product: "No such maker"}, account.Grant{Role: account.Viewer, Site: "*", Product: "*"})
	if r := other.send(POST, path, map[string]any{}); r.Code != 403 {
		t.Errorf("for another product line: %d %s", r.Code, r.Body)
	}

	// What cannot be put on record is not sent.
	before := len(orders)
	w.server.opt.Say = func(context.Context, ...any) error { return wardround.Errorf(wardround.EFull, "log", "no room") }
	eng.refused(507, "full", eng.send(POST, path, map[string]any{}))
	if len(orders) != before {
		t.Error("sent, and not on record")
	}
}
