package api

import (
	"context"
	"io"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/notify"
	"github.com/wardround/wardround/pipeline"
)

// judge says content to the board as the pipeline would.
func (h *house) judge(seq uint64) {
	h.t.Helper()
	var c wardround.Commit
	c.Scope, c.Origin, c.After, c.To, c.At = site, wardround.Live, seq-1, seq, h.clock()
	for _, f := range acts[*kind.ContentChangedV1](h) {
		c.Content = append(c.Content, wardround.ContentRow{Name: f.Name, Generation: seq, Value: []byte(f.Value), By: string(f.By), Reason: string(f.Reason), At: h.clock()})
	}
	h.server.opt.Board.Apply(&c)
}

func TestZonesGoThroughTheLog(t *testing.T) {
	seq := uint64(0)
	var h *house
	h = build(t, routes, func(o *Options) {
		o.Say = func(ctx context.Context, fields ...any) error {
			if err := h.say(ctx, fields...); err != nil {
				return err
			}
			seq++
			h.judge(seq)
			return nil
		}
	})
	v := h.role(account.ClinicalEngineering)
	var x Setting[[]wardround.Zone]
	w := v.get("/api/v1/settings/zones")
	v.read(w, &x)
	if len(x.Value) != 0 || x.ETag != w.Header().Get("Etag") || x.Name != "zones" {
		t.Fatalf("%+v", x)
	}
	zones := map[string]any{"value": []map[string]any{{"id": "icu", "name": "ICU <b>2</b>", "prefixes": []string{"10.2.0.0/16"}}}, "reason": "the new wing"}
	v.refused(428, "precondition", v.send(PUT, "/api/v1/settings/zones", zones))
	v.refused(412, "precondition", v.send(PUT, "/api/v1/settings/zones", zones, "If-Match", `"zz"`))
	first := x.ETag
	v.read(v.send(PUT, "/api/v1/settings/zones", zones, "If-Match", first), &x)
	if len(x.Value) != 1 || x.Value[0].Name != "ICU <b>2</b>" || x.By != v.name || x.Reason != "the new wing" || x.ETag == first || x.At == nil {
		t.Fatalf("%+v", x)
	}
	said := acts[*kind.ContentChangedV1](h)
	if len(said) != 1 || said[0].Name != pipeline.ContentZones || string(said[0].By) != v.name {
		t.Fatalf("%+v", said)
	}
	v.refused(412, "precondition", v.send(PUT, "/api/v1/settings/zones", zones, "If-Match", first))
	for name, bad := range map[string]any{
		"a name every site has": []map[string]any{{"id": "public", "name": "x"}},
		"twice":                 []map[string]any{{"id": "a", "name": "x"}, {"id": "a", "name": "y"}},
		"no prefix":             []map[string]any{{"id": "a", "name": "x", "prefixes": []string{"10.0.0.0/99"}}},
		"unknown field":         []map[string]any{{"id": "a", "name": "x", "colour": "red"}},
		"no list":               "icu",
	} {
		w := v.send(PUT, "/api/v1/settings/zones", map[string]any{"value": bad, "reason": "x"}, "If-Match", x.ETag)
		if w.Code != 422 && w.Code != 400 {
			t.Errorf("%s: status %d: %s", name, w.Code, w.Body)
		}
	}
	ward := h.role(account.Ward)
	ward.want(200, ward.get("/api/v1/settings/zones"))
	ward.refused(403, "forbidden", ward.send(PUT, "/api/v1/settings/zones", zones, "If-Match", x.ETag))
}

func TestSettingsAreKeptRecordedAndInForce(t *testing.T) {
	var changed []string
	var refuse error
	h := build(t, routes, func(o *Options) {
		o.Control.Changed = func(_ context.Context, name string, value []byte) error {
			if refuse != nil {
				return refuse
			}
			changed = append(changed, name+" "+string(value))
			return nil
		}
	})
	admin := h.first()
	var x Setting[SiteSetting]
	admin.read(admin.get("/api/v1/settings/site"), &x)
	if x.Value.Name != "St. Anna" || x.Value.TimeZone != "UTC" {
		t.Fatalf("%+v", x)
	}
	put := func(value any, etag string) int {
		return admin.send(PUT, "/api/v1/settings/site", map[string]any{"value": value, "reason": "merger"}, "If-Match", etag).Code
	}
	good := SiteSetting{"St. Anna & Söhne", "de", "Europe/Berlin"}
	if code := put(good, x.ETag); code != 200 {
		t.Fatalf("status %d", code)
	}
	if code := put(good, x.ETag); code != 412 {
		t.Errorf("with the old ETag: status %d", code)
	}
	admin.read(admin.get("/api/v1/settings/site"), &x)
	if x.Value != good || x.By != "root" || x.Reason != "merger" {
		t.Fatalf("%+v", x)
	}
	if code := put(SiteSetting{"x", "de", "Mars/Olympus"}, x.ETag); code != 422 {
		t.Errorf("a time zone that is none: status %d", code)
	}
	var s Session
	admin.read(admin.get("/api/v1/session"), &s)
	if s.SiteName != good.Name {
		t.Errorf("the site is called %q", s.SiteName)
	}
	if len(changed) != 1 || !strings.HasPrefix(changed[0], `site {"name":"St. Anna`) {
		t.Errorf("in force: %v", changed)
	}
	recorded := func() int {
		n := 0
		for _, a := range acts[*kind.OperatorActedV1](h) {
			if a.Act == "setting-changed" && a.By == "root" && string(a.Detail) == "site: merger" {
				n++
			}
		}
		return n
	}
	if recorded() != 1 {
		t.Errorf("recorded %d times", recorded())
	}
	// What is refused leaves no trace.
	refuse = wardround.Errorf(wardround.EInvalid, "notify", "no such host")
	if code := put(SiteSetting{"y", "en", "UTC"}, x.ETag); code != 422 || recorded() != 1 {
		t.Errorf("status %d, recorded %d times", code, recorded())
	}
	refuse = nil
	// What cannot be recorded is not kept.
	h.mu.Lock()
	h.refuse = wardround.Errorf(wardround.EFull, "log", "no room")
	h.mu.Unlock()
	if code := put(SiteSetting{"z", "en", "UTC"}, x.ETag); code != 507 {
		t.Errorf("status %d", code)
	}
	admin.read(admin.get("/api/v1/settings/site"), &x)
	if x.Value != good {
		t.Errorf("kept: %+v", x)
	}
	h.mu.Lock()
	h.refuse = nil
	h.mu.Unlock()
	if last := changed[len(changed)-1]; !strings.Contains(last, "Söhne") {
		t.Errorf("in force: %s", last)
	}

	// The next start finds it.
	changed = nil
	next, err := New(h.server.opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Restore(t.Context()); err != nil || len(changed) != 1 || next.siteName() != good.Name {
		t.Errorf("%v %v %q", err, changed, next.siteName())
	}
}

func TestWaysToSignInAreASetting(t *testing.T) {
	h := build(t, routes)
	admin := h.first()
	var x Setting[account.Policy]
	admin.read(admin.get("/api/v1/settings/sign-in"), &x)
	if !x.Value.Password {
		t.Fatalf("%+v", x)
	}
	p := map[string]any{"password": true, "idle_minutes": 15, "absolute_hours": 8, "oidc": []map[string]any{{
		"id": "house", "name": "House", "issuer": "https://idp.st-anna.example", "client_id": "wardround", "client_secret": "very secret words",
	}}}
	w := admin.send(PUT, "/api/v1/settings/sign-in", map[string]any{"value": p, "reason": "x"}, "If-Match", x.ETag)
	admin.read(w, &x)
	if strings.Contains(w.Body.String(), "very secret") || len(x.Value.OIDC) != 1 || !x.Value.OIDC[0].HasSecret || x.Value.IdleMinutes != 15 {
		t.Fatalf("%s", w.Body)
	}
	if w := admin.get("/api/v1/settings/sign-in"); strings.Contains(w.Body.String(), "secret words") || strings.Contains(w.Body.String(), "sealed") {
		t.Errorf("%s", w.Body)
	}
	if d, err := h.store.Document(t.Context(), "settings/sign-in"); err != nil || strings.Contains(string(d.Value), "very secret") {
		t.Errorf("%v %s", err, d.Value)
	}
	var m SignInMethods
	h.stranger().read(h.stranger().get("/api/v1/sign-in"), &m)
	if len(m.OIDC) != 1 || m.OIDC[0].ID != "house" {
		t.Errorf("%+v", m)
	}
	for _, bad := range []map[string]any{
		{"password": true, "oidc": []map[string]any{{"id": "../x", "name": "X", "issuer": "https://x.example", "client_id": "x"}}, "idle_minutes": 15, "absolute_hours": 8},
		{"password": true, "oidc": []map[string]any{{"id": "x", "name": "X", "issuer": "ftp://x.example", "client_id": "x"}}, "idle_minutes": 15, "absolute_hours": 8},
	} {
		admin.refused(422, "invalid", admin.send(PUT, "/api/v1/settings/sign-in", map[string]any{"value": bad, "reason": "x"}, "If-Match", x.ETag))
	}
	// Whoever may change settings but not people may not open doors.
	r := h.role(account.Security)
	r.refused(403, "forbidden", r.get("/api/v1/settings/sign-in"))
}

func TestWhatTheProgramCanBeAskedToDo(t *testing.T) {
	h := build(t, routes)
	admin := h.first()
	admin.refused(501, "unavailable", admin.get("/api/v1/interfaces"))
	admin.refused(501, "unavailable", admin.send(POST, "/api/v1/sensors", map[string]string{"interface": "eth1"}))
	admin.refused(501, "unavailable", admin.send(POST, "/api/v1/simulation", nil))
	admin.refused(501, "unavailable", admin.get("/api/v1/notifications"))

	var got, name string
	h = build(t, routes, func(o *Options) {
		o.Control = Control{
			Interfaces: func(context.Context) (Interfaces, error) { return Interfaces{MayCapture: true}, nil },
			AddSensor: func(_ context.Context, n NewSensor) (board.Sensor, error) {
				return board.Sensor{ID: n.Name, Interface: n.Interface, State: "quiet"}, nil
			},
			RemoveSensor: func(_ context.Context, id string) error {
				return wardround.Errorf(wardround.ENotFound, "serve", "no sensor %s", id)
			},
			Capture: func(_ context.Context, n string, r io.Reader) (Captured, error) {
				b, err := io.ReadAll(r)
				got, name = string(b), n
				return Captured{"sha256:1", 3, 2}, err
			},
			Simulate: func(context.Context) (string, error) { return "http://localhost:8421/", nil },
			Notifications: func(context.Context) ([]Notification, error) {
				return []Notification{{ID: "n-1", Title: "=1+1", Severity: wardround.High, At: noon}}, nil
			},
			TestNotification: func(_ context.Context, route string) error { return nil },
		}
		o.Health = func() error { return io.ErrUnexpectedEOF }
	})
	admin = h.first()
	if w := admin.want(200, admin.get("/api/v1/interfaces")); !strings.Contains(w.Body.String(), `"items":[]`) {
		t.Errorf("%s", w.Body)
	}
	admin.want(201, admin.send(POST, "/api/v1/sensors", map[string]string{"interface": "eth1", "name": "mirror"}))
	admin.refused(404, "not_found", admin.send(DELETE, "/api/v1/sensors/none", nil))
	for sent, want := range map[string]string{"ward.pcapng": "ward.pcapng", "../../etc/passwd": "passwd", `C:\x\y.pcap`: "y.pcap", "..": "capture", "": "capture", "a\x00b\nc": "abc", "=cmd.pcap": "=cmd.pcap"} {
		r := admin.request(POST, "/api/v1/captures", strings.NewReader("bytes of a capture"))
		q := r.URL.Query()
		q.Set("name", sent)
		r.URL.RawQuery = q.Encode()
		r.Header.Set("Content-Type", "application/octet-stream")
		admin.want(200, admin.do(r))
		if got != "bytes of a capture" || name != want {
			t.Errorf("%q: %q, %q", sent, name, got)
		}
	}
	admin.refused(415, "invalid", admin.send(POST, "/api/v1/captures", `{}`))
	admin.want(200, admin.send(POST, "/api/v1/simulation", nil))
	admin.want(204, admin.send(POST, "/api/v1/notifications/test", map[string]string{"route": "night"}))
	if w := admin.want(200, admin.get("/api/v1/notifications?format=csv")); !strings.Contains(w.Body.String(), "'=1+1") {
		t.Errorf("%s", w.Body)
	}
	var said []string
	for _, a := range acts[*kind.OperatorActedV1](h) {
		if a.By == "root" {
			said = append(said, a.Act)
		}
	}
	for _, act := range []string{"sensor-added", "sensor-removed", "capture-read", "simulation-started", "notification-tested"} {
		if !slices.Contains(said, act) {
			t.Errorf("%s is not on the record: %v", act, said)
		}
	}
	if w := admin.get("/healthz"); w.Code != 503 || strings.Contains(w.Body.String(), "EOF") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAboutAndMetrics(t *testing.T) {
	h := build(t, routes, func(o *Options) {
		o.Version = Version{Version: "1.0", DataDir: "/var/lib/wardround", SBOM: []byte(`{"bomFormat":"CycloneDX"}`)}
	})
	var a About
	admin := h.first()
	admin.read(admin.get("/api/v1/about"), &a)
	if a.DataDir == "" || a.Modules == nil {
		t.Errorf("%+v", a)
	}
	v := h.role(account.Viewer)
	v.read(v.get("/api/v1/about"), &a)
	if a.DataDir != "" {
		t.Errorf("a viewer is told of %s", a.DataDir)
	}
	if w := v.want(200, v.get("/api/v1/about/sbom")); w.Header().Get("Content-Type") != "application/vnd.cyclonedx+json" {
		t.Errorf("%v", w.Header())
	}
	h.stranger().refused(401, "unauthenticated", h.stranger().get("/metrics"))
	r := h.stranger().request(GET, "/metrics", nil)
	r.RemoteAddr = "127.0.0.1:1"
	h.stranger().refused(401, "unauthenticated", h.stranger().do(r)) // behind a proxy everybody is near

	near := build(t, routes, func(o *Options) { o.TLS = false }).stranger()
	near.refused(501, "unavailable", near.do(r))
	far := near.request(GET, "/metrics", nil)
	near.refused(401, "unauthenticated", near.do(far))
}

// A secret is written and never read; sent back as a mask it stays, but only for
// where it went before.
func TestSecretsOfSettingsAreNotShown(t *testing.T) {
	var inForce notify.Config
	h := build(t, routes, func(o *Options) {
		o.Control.Changed = func(_ context.Context, name string, value []byte) (err error) {
			if name == "notifications" {
				inForce, err = notify.Parse(value)
			}
			return err
		}
	})
	admin := h.first()
	var x Setting[notify.Config]
	admin.read(admin.get("/api/v1/settings/notifications"), &x)
	put := func(v any, status int) *httptest.ResponseRecorder {
		t.Helper()
		w := admin.want(status, admin.send(PUT, "/api/v1/settings/notifications", map[string]any{"value": v, "reason": "x"}, "If-Match", x.ETag))
		if strings.Contains(w.Body.String(), "hush") {
			t.Fatalf("shown: %s", w.Body)
		}
		if status == 200 {
			x.Value = notify.Config{}
			admin.read(w, &x)
		}
		return w
	}
	route := func(url, secret string) notify.Config {
		return notify.Config{Routes: []notify.Route{
			{Name: "night", Channel: notify.Channel{Kind: "webhook", URL: url, Secret: secret}, When: notify.When{Severity: wardround.High}},
			{Name: "mail", Channel: notify.Channel{Kind: "mail", Server: "mail.example:587", User: "u", Password: strings.Replace(secret, "one", "two", 1), From: "a@b.example", Addresses: []string{"c@d.example"}}},
		}}
	}
	stored := func() string {
		d, err := h.store.Document(t.Context(), "settings/notifications")
		if err != nil {
			t.Fatal(err)
		}
		return string(d.Value)
	}
	put(route("https://a.example/", "hush one"), 200)
	if x.Value.Routes[0].Channel.Secret != mask || x.Value.Routes[1].Channel.Password != mask {
		t.Fatalf("%+v", x.Value)
	}
	put(x.Value, 200) // as it came
	if inForce.Routes[0].Channel.Secret != "hush one" || inForce.Routes[1].Channel.Password != "hush two" {
		t.Fatalf("in force: %+v", inForce)
	}
	if s := stored(); strings.Contains(s, "hush") || strings.Contains(s, mask) || strings.Count(s, sealedMark) != 2 {
		t.Fatalf("stored: %s", s)
	}
	// The next start acts by them; with another key they are gone, and nothing else.
	next := func(a *account.Service) notify.Config {
		inForce = notify.Config{}
		opt := h.server.opt
		opt.Accounts = a
		again, err := New(opt)
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Restore(t.Context()); err != nil {
			t.Fatal(err)
		}
		return inForce
	}
	if c := next(h.accounts); c.Routes[0].Channel.Secret != "hush one" || c.Routes[1].Channel.Password != "hush two" {
		t.Fatalf("at the next start: %+v", c)
	}
	other, err := account.New(account.Options{Store: h.store, URL: "https://ward.example:8443", Now: h.clock, Key: [32]byte{1}, Audit: func(context.Context, account.Event) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	if c := next(other); c.Routes[0].Channel.Secret != "" || c.Routes[0].Channel.URL != "https://a.example/" {
		t.Fatalf("with another key: %+v", c)
	}
	elsewhere := route("https://evil.example/", mask)
	if w := put(elsewhere, 422); !strings.Contains(w.Body.String(), "say it again") {
		t.Errorf("%s", w.Body)
	}
	bare := x.Value
	bare.Routes = append([]notify.Route{}, x.Value.Routes...)
	bare.Routes[1].Channel.Server = "evil.example:587"
	put(bare, 422)
	put(map[string]any{"routes": []map[string]any{{"name": "x", "channel": map[string]any{"kind": "pigeon"}}}}, 422)
	if w := put(map[string]any{"routes": []map[string]any{{"name": "x", "channel": map[string]any{"kind": "webhook", "url": "https://a.example/", "colour": "red"}}}}, 422); !strings.Contains(w.Body.String(), "colour") {
		t.Errorf("%s", w.Body)
	}

	var o Setting[notify.Orders]
	admin.read(admin.get("/api/v1/settings/work-orders"), &o)
	for link, status := range map[string]int{
		"https://cmms.example/new?asset={asset}&t={title}": 200, "javascript:alert({title})": 422, "https://{asset}.example/": 422, "//x": 422, "": 200,
	} {
		admin.read(admin.get("/api/v1/settings/work-orders"), &o)
		admin.want(status, admin.send(PUT, "/api/v1/settings/work-orders", map[string]any{"value": notify.Orders{Link: link}, "reason": ""}, "If-Match", o.ETag))
	}
}
