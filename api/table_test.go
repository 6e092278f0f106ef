package api

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/account"
)

var parameter = regexp.MustCompile(`\{[^}]+\}`)

// ask makes a request that a route would look at, with nothing in it that is there.
func (v *visitor) ask(rt *Route) *http.Request {
	path := strings.NewReplacer("{seq}", "999999999", "{index}", "999999999").Replace(rt.Path)
	path = parameter.ReplaceAllString(path, "x-elsewhere")
	var r *http.Request
	switch {
	case rt.Method == GET || rt.Method == DELETE:
		r = v.request(rt.Method, path, nil)
	case len(rt.Upload) > 0:
		r = v.request(rt.Method, path, strings.NewReader("nothing"))
		r.Header.Set("Content-Type", rt.Upload[0])
	default:
		r = v.request(rt.Method, path, strings.NewReader(`{}`))
	}
	ctx, cancel := context.WithTimeout(r.Context(), 100*time.Millisecond) // streams have no end
	v.h.t.Cleanup(cancel)
	return r.WithContext(ctx)
}

// notAllowed reports whether an answer refuses because of the permission.
func notAllowed(body string) bool { return strings.Contains(body, "it needs the permission") }

// The table says who may what; the server does as the table says. Every route is
// asked by a stranger and by every role.
func TestEveryRouteByEveryRole(t *testing.T) {
	h := build(t, routes)
	roles := map[account.Role]*visitor{}
	for _, r := range account.Roles {
		roles[r] = h.role(r)
	}
	for i := range routes {
		rt := &routes[i]
		t.Run(rt.ID, func(t *testing.T) {
			h.t = t
			w := h.stranger().do(h.stranger().ask(rt))
			if !rt.Public {
				h.stranger().refused(401, "unauthenticated", w)
				if w.Header().Get("WWW-Authenticate") == "" {
					t.Error("no WWW-Authenticate")
				}
			} else if w.Code == 403 {
				t.Errorf("a stranger at a public route: %d %s", w.Code, w.Body)
			}
			h.pass(time.Second) // strangers are throttled
			if rt.Public {
				return
			}
			for _, role := range account.Roles {
				v := roles[role]
				if rt.ID == "sign-out" {
					v = h.role(role)
				}
				w := v.do(v.ask(rt))
				may := rt.Needs == "" || role.May(rt.Needs)
				switch {
				case w.Code == 401:
					t.Errorf("%s is not signed in: %s", role, w.Body)
				case may && notAllowed(w.Body.String()):
					t.Errorf("%s may, and is refused: %s", role, w.Body)
				case !may:
					v.refused(403, "forbidden", w)
					if !notAllowed(w.Body.String()) {
						t.Errorf("%s is refused for another reason: %s", role, w.Body)
					}
				}
				if may && rt.Method == GET && strings.Contains(rt.Path, "{") && w.Code != 404 {
					t.Errorf("%s asks for what is not at this site: status %d: %s", role, w.Code, w.Body)
				}
				if w.Code >= 500 && w.Code != 501 {
					t.Errorf("%s: status %d: %s\n%s", role, w.Code, w.Body, h.log)
				}
				if w.Code/100 >= 4 && w.Header().Get("Content-Type") != "application/problem+json" {
					t.Errorf("%s: status %d of type %q", role, w.Code, w.Header().Get("Content-Type"))
				}
			}
		})
	}
}

// A grant at another site is no grant at this one.
func TestAGrantElsewhereIsNoneHere(t *testing.T) {
	h := build(t, routes)
	v := h.person(account.Grant{Role: account.Administrator, Site: "elsewhere", Product: "*"},
		account.Grant{Role: account.Security, Site: "elsewhere", Product: "*"})
	var s Session
	v.read(v.get("/api/v1/session"), &s)
	if len(s.Permissions) != 0 {
		t.Errorf("permissions here: %v", s.Permissions)
	}
	for i := range routes {
		rt := &routes[i]
		if rt.Public || rt.Needs == "" {
			continue
		}
		t.Run(rt.ID, func(t *testing.T) {
			h.t = t
			v.refused(403, "forbidden", v.do(v.ask(rt)))
		})
	}
}

// What is of the whole site is not for who answers for one product line.
func TestAProductLineIsNotTheSite(t *testing.T) {
	h := build(t, routes)
	everything := []account.Grant{}
	for _, r := range account.Roles {
		everything = append(everything, account.Grant{Role: r, Site: "*", Product: "Acme"})
	}
	v := h.person(everything...)
	n := 0
	for i := range routes {
		rt := &routes[i]
		if !rt.Whole {
			continue
		}
		n++
		t.Run(rt.ID, func(t *testing.T) {
			h.t = t
			v.refused(403, "forbidden", v.do(v.ask(rt)))
		})
	}
	if n < 15 {
		t.Errorf("only %d routes are of the whole site", n)
	}
	h.t = t
	var s Session
	v.read(v.get("/api/v1/session"), &s)
	if slices.Contains(s.Permissions, account.Audit) || slices.Contains(s.Permissions, account.Settings) || !slices.Contains(s.Permissions, account.View) {
		t.Errorf("permissions %v", s.Permissions)
	}
	// Of people they see those of their line, and themselves.
	other := h.role(account.Viewer)
	mate := h.person(account.Grant{Role: account.Viewer, Site: "*", Product: "acme"})
	var people Page[account.Account]
	v.read(v.get("/api/v1/people"), &people)
	var seen []string
	for _, a := range people.Items {
		seen = append(seen, a.Name)
	}
	if want := []string{v.name, mate.name}; !slices.Equal(seen, want) {
		t.Errorf("saw %v, want %v", seen, want)
	}
	v.refused(404, "not_found", v.get("/api/v1/people/"+other.id))
	v.refused(404, "not_found", v.get("/api/v1/people/"+h.admin.id+"/sessions"))
	v.refused(404, "not_found", v.send(PATCH, "/api/v1/people/"+other.id, map[string]any{"disabled": true}, "If-Match", "*"))
	for _, rt := range []string{"", "/reset"} {
		method := DELETE
		if rt != "" {
			method = POST
		}
		if w := v.send(method, "/api/v1/people/"+other.id+rt, nil); w.Code != 403 && w.Code != 404 {
			t.Errorf("%s %s: status %d: %s", method, rt, w.Code, w.Body)
		}
	}
	v.refused(403, "forbidden", v.send(POST, "/api/v1/people", map[string]any{"name": "more", "display": "M", "grants": []account.Grant{{Role: account.Viewer, Site: "*", Product: "*"}}}))
}

// A token may less than its owner, nothing about the person, and nothing once it is
// revoked, over, or its owner switched off.
func TestATokenIsLessThanItsOwner(t *testing.T) {
	h := build(t, routes)
	owner := h.role(account.Security)
	var made Token
	owner.read(owner.send(POST, "/api/v1/tokens", map[string]any{"name": "script", "permissions": []string{"view"}, "expires": noon.Add(48 * time.Hour)}), &made)
	if made.Secret == "" || !slices.Equal(made.Permissions, []account.Permission{account.View}) {
		t.Fatalf("%+v", made)
	}
	script := &visitor{h: h, token: made.Secret}
	for i := range routes {
		rt := &routes[i]
		if rt.Public {
			continue
		}
		t.Run(rt.ID, func(t *testing.T) {
			h.t = t
			w := script.do(script.ask(rt))
			switch {
			case rt.InPerson:
				script.refused(403, "forbidden", w)
				if !strings.Contains(w.Body.String(), "a token cannot") {
					t.Errorf("%s", w.Body)
				}
			case rt.Needs != "" && rt.Needs != account.View:
				script.refused(403, "forbidden", w)
			case w.Code == 401, notAllowed(w.Body.String()):
				t.Errorf("status %d: %s", w.Code, w.Body)
			}
		})
	}
	h.t = t
	owner.refused(403, "forbidden", owner.send(POST, "/api/v1/tokens", map[string]any{"name": "more", "permissions": []string{"people"}, "expires": noon.Add(time.Hour)}))
	var shown Page[Token]
	w := owner.get("/api/v1/tokens")
	owner.read(w, &shown)
	if len(shown.Items) != 1 || strings.Contains(w.Body.String(), made.Secret) {
		t.Fatalf("%s", w.Body)
	}

	owner.want(204, owner.send(DELETE, "/api/v1/tokens/"+made.ID, nil))
	script.refused(401, "unauthenticated", script.get("/api/v1/session"))

	owner.read(owner.send(POST, "/api/v1/tokens", map[string]any{"name": "short", "permissions": []string{"view"}, "expires": h.clock().Add(time.Hour)}), &made)
	script = &visitor{h: h, token: made.Secret}
	script.want(200, script.get("/api/v1/session"))
	h.pass(61 * time.Minute)
	script.refused(401, "unauthenticated", script.get("/api/v1/session"))
}

func TestWhatIsNoTokenOpensNothing(t *testing.T) {
	h := build(t, routes)
	h.first()
	for _, header := range []string{"Bearer", "Bearer ", "Basic cm9vdDpyb290", "Bearer wr_" + strings.Repeat("a", 43), "Bearer " + strings.Repeat("x", 10000), "bearer \x00", "Token abc"} {
		v := h.stranger()
		r := v.request(GET, "/api/v1/session", nil)
		r.Header.Set("Authorization", header)
		v.refused(401, "unauthenticated", v.do(r))
		h.pass(time.Second)
	}
	// A bad token beside a good session is not overlooked.
	r := h.admin.request(GET, "/api/v1/session", nil)
	r.Header.Set("Authorization", "Bearer wr_bad")
	h.admin.refused(401, "unauthenticated", h.admin.do(r))
}

// Sessions end: by signing out, by being idle, by age, by revocation, by switching
// the account off, and by new grants.
func TestSessionsEnd(t *testing.T) {
	h := build(t, routes)
	admin := h.first()
	alive := func(v *visitor) bool { return v.get("/api/v1/session").Code == 200 }
	ends := map[string]func(v *visitor){
		"revoked by an administrator": func(v *visitor) { admin.want(204, admin.send(DELETE, "/api/v1/people/"+v.id+"/sessions", nil)) },
		"switched off": func(v *visitor) {
			admin.want(200, admin.send(PATCH, "/api/v1/people/"+v.id, map[string]any{"disabled": true}, "If-Match", h.tag(v.id)))
		},
		"deleted": func(v *visitor) { admin.want(204, admin.send(DELETE, "/api/v1/people/"+v.id, nil)) },
		"new grants": func(v *visitor) {
			admin.want(200, admin.send(PATCH, "/api/v1/people/"+v.id, map[string]any{"grants": []account.Grant{{Role: account.Ward, Site: "*", Product: "*"}}}, "If-Match", h.tag(v.id)))
		},
		"signed out": func(v *visitor) {
			keep := *v.cookies["__Host-wardround"]
			v.want(204, v.send(DELETE, "/api/v1/session", nil))
			if v.cookies["__Host-wardround"] != nil {
				t.Error("the cookie was not taken back")
			}
			v.cookies["__Host-wardround"] = &keep // who copied it has nothing
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			h.t = t
			v := h.role(account.Viewer)
			if !alive(v) {
				t.Fatal("not signed in")
			}
			end(v)
			v.refused(401, "unauthenticated", v.get("/api/v1/session"))
		})
	}
	t.Run("idle, then age", func(t *testing.T) {
		h.t = t
		v := h.role(account.Viewer)
		h.pass(29 * time.Minute)
		if !alive(v) {
			t.Fatal("over too early")
		}
		h.pass(31 * time.Minute)
		if alive(v) {
			t.Fatal("idle for 31 minutes")
		}
		v = h.role2(account.Viewer)
		for range 30 {
			h.pass(25 * time.Minute)
			if !alive(v) {
				return // 12 hours are over
			}
		}
		t.Fatal("older than 12 hours")
	})
}

// role2 invites with a fresh administrator, after time has passed.
func (h *house) role2(r account.Role) *visitor {
	h.t.Helper()
	h.admin.want(200, h.admin.send(POST, "/api/v1/sign-in/password", map[string]string{"name": "root", "password": passphrase}))
	return h.role(r)
}

// tag is the ETag of an account.
func (h *house) tag(id string) string {
	h.t.Helper()
	w := h.admin.want(200, h.admin.get("/api/v1/people/"+id))
	return w.Header().Get("Etag")
}

// The table is a table: ids and paths once, in our form, with words.
func TestTheTableIsInOrder(t *testing.T) {
	ids, paths := map[string]bool{}, map[string]bool{}
	form := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	for _, rt := range routes {
		name := rt.Method + " " + rt.Path
		if ids[rt.ID] || paths[name] {
			t.Errorf("%s (%s) is there twice", name, rt.ID)
		}
		ids[rt.ID], paths[name] = true, true
		if !form.MatchString(rt.ID) {
			t.Errorf("%s: id %q", name, rt.ID)
		}
		if rt.Summary == "" || rt.Tag == "" || rt.register == nil {
			t.Errorf("%s lacks a summary, a tag or a handler", name)
		}
		if rt.Needs != "" && !rt.Needs.Known() {
			t.Errorf("%s needs %q, which nobody has", name, rt.Needs)
		}
		if rt.Public && (rt.Needs != "" || rt.InPerson) {
			t.Errorf("%s is public and asks for something", name)
		}
		own := rt.Tag == "views" // of whoever looks
		if rt.Method != GET && rt.Needs == account.View && !own {
			t.Errorf("%s changes something for whoever may look", name)
		}
		if !strings.HasPrefix(rt.Path, "/api/v1/") && !rt.Public && !rt.Near {
			t.Errorf("%s is outside the API", name)
		}
	}
	if len(routes) < 40 {
		t.Errorf("only %d routes", len(routes))
	}
}

// Public routes are few, and each is here for a reason.
func TestPublicRoutes(t *testing.T) {
	var got []string
	for _, rt := range routes {
		if rt.Public {
			got = append(got, rt.ID)
		}
	}
	slices.Sort(got)
	want := "get-health get-openapi get-sign-in get-welcome oidc-callback oidc-start sign-in-passkey-begin sign-in-passkey-finish sign-in-password sign-in-totp welcome"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("public: %s\nwant:   %s", s, want)
	}
}
