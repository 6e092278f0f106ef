package api

import (
	"strings"
	"testing"

	"github.com/wardround/wardround/account"
)

func TestPeopleAreInvitedChangedAndLetGo(t *testing.T) {
	h := build(t, routes)
	admin := h.first()
	var inv Invitation
	admin.read(admin.send(POST, "/api/v1/people", map[string]any{
		"name": "mo", "display": "Mo <script>alert(1)</script>", "email": "mo@st-anna.example",
		"grants": []account.Grant{{Role: account.Ward, Site: string(site.Site), Product: "*"}},
	}), &inv)
	if !strings.HasPrefix(inv.Link, "https://ward.example:8443/welcome#") || inv.Account.Display != "Mo <script>alert(1)</script>" {
		t.Fatalf("%+v", inv)
	}
	path := "/api/v1/people/" + inv.Account.ID
	admin.refused(428, "precondition", admin.send(PATCH, path, map[string]any{"display": "Mo"}))
	admin.refused(412, "precondition", admin.send(PATCH, path, map[string]any{"display": "Mo"}, "If-Match", `"old"`))
	tag := h.tag(inv.Account.ID)
	var a account.Account
	w := admin.send(PATCH, path, map[string]any{"display": "Mo"}, "If-Match", tag)
	admin.read(w, &a)
	if a.Display != "Mo" || w.Header().Get("Etag") == tag || w.Header().Get("Etag") != a.ETag {
		t.Fatalf("%+v %v", a, w.Header())
	}
	admin.refused(412, "precondition", admin.send(PATCH, path, map[string]any{"display": "Moe"}, "If-Match", tag))
	r := admin.request(GET, path, nil)
	r.Header.Set("If-None-Match", a.ETag)
	if w := admin.do(r); w.Code != 304 || w.Body.Len() != 0 || w.Header().Get("Etag") != a.ETag {
		t.Errorf("status %d %v %s", w.Code, w.Header(), w.Body)
	}

	p := admin.refused(422, "invalid", admin.send(PATCH, path, map[string]any{"role": "boss"}, "If-Match", a.ETag))
	if !strings.Contains(p.Detail, "role") {
		t.Errorf("%q does not name the field", p.Detail)
	}
	admin.refused(422, "invalid", admin.send(PATCH, path, map[string]any{"grants": []map[string]string{{"role": "boss", "site": "*", "product": "*"}}}, "If-Match", a.ETag))
	admin.refused(409, "conflict", admin.send(POST, "/api/v1/people", map[string]any{"name": "mo", "display": "x", "grants": []account.Grant{}}))

	var people Page[account.Account]
	admin.read(admin.get("/api/v1/people?q=mo&sort=-created&fields=name,id"), &people)
	if people.Total != 1 || people.Items[0].Name != "mo" || people.Items[0].Display != "" {
		t.Fatalf("%+v", people)
	}
	w = admin.want(200, admin.get("/api/v1/people?format=csv"))
	if !strings.HasPrefix(w.Body.String(), "id,name,display,") {
		t.Errorf("%s", w.Body)
	}
	admin.want(200, admin.send(POST, path+"/reset", nil))
	admin.want(204, admin.send(DELETE, path, nil))
	admin.refused(404, "not_found", admin.get(path))
	admin.refused(404, "not_found", admin.get(path+"/sessions"))
	// The last administrator stays.
	w = admin.send(DELETE, "/api/v1/people/"+admin.id, nil)
	if w.Code != 409 && w.Code != 403 {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestIAndMySessions(t *testing.T) {
	h := build(t, routes)
	v := h.role(account.Viewer)
	var me account.Account
	w := v.send(PATCH, "/api/v1/me", map[string]any{"display": "Dr. א Ω", "language": "de", "theme": "dark", "time_zone": "Europe/Berlin"})
	v.read(w, &me)
	if me.Display != "Dr. א Ω" || me.Language != "de" || me.Theme != "dark" || me.TimeZone != "Europe/Berlin" {
		t.Fatalf("%+v", me)
	}
	v.refused(422, "invalid", v.send(PATCH, "/api/v1/me", map[string]any{"theme": "pink"}))
	v.refused(422, "invalid", v.send(PATCH, "/api/v1/me", map[string]any{"grants": []account.Grant{{Role: account.Administrator, Site: "*", Product: "*"}}}))
	second := h.stranger()
	second.signIn(v.name, passphrase)
	var s Page[SessionRow]
	v.read(v.get("/api/v1/me/sessions"), &s)
	if s.Total != 2 {
		t.Fatalf("%+v", s)
	}
	for _, row := range s.Items {
		if !row.Current {
			v.want(204, v.send(DELETE, "/api/v1/me/sessions/"+row.ID, nil))
		}
	}
	second.refused(401, "unauthenticated", second.get("/api/v1/session"))
	v.want(200, v.get("/api/v1/session"))
	// Nobody ends the sessions of others this way.
	other := h.role(account.Viewer)
	var theirs Page[SessionRow]
	other.read(other.get("/api/v1/me/sessions"), &theirs)
	v.refused(404, "not_found", v.send(DELETE, "/api/v1/me/sessions/"+theirs.Items[0].ID, nil))
	other.want(200, other.get("/api/v1/session"))
}
