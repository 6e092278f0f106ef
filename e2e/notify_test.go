package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wardround/wardround/notify"
)

// receiver is whoever is told: it keeps what it was sent.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	heads  []http.Header
	bodies [][]byte
}

func receive(t *testing.T) *receiver {
	x := &receiver{}
	x.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		x.mu.Lock()
		x.heads, x.bodies = append(x.heads, r.Header), append(x.bodies, b)
		x.mu.Unlock()
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(x.Close)
	return x
}

// got are the messages of a type, by their ids, each of which came once and signed.
func (x *receiver) got(t *testing.T, typ, secret string) map[string]map[string]any {
	t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	out := map[string]map[string]any{}
	for i, b := range x.bodies {
		var m map[string]any
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if m["type"] != typ {
			continue
		}
		id, _ := m["id"].(string)
		if out[id] != nil {
			t.Errorf("%s came twice", id)
		}
		if h := x.heads[i]; h.Get("Wardround-Delivery") != id || !notify.Verify(secret, h.Get("Wardround-Signature"), b, time.Now(), 5*time.Minute) {
			t.Errorf("the signature of %s does not hold: %v", b, h)
		}
		out[id] = m
	}
	return out
}

// set changes a setting and returns the status and the answer.
func (s *served) set(name string, value any) (int, string) {
	s.Helper()
	var now struct{ Etag string }
	if code := s.ask(http.MethodGet, "/settings/"+name, "", nil, &now); code != 200 {
		s.Fatalf("reading %s: %d", name, code)
	}
	b, err := json.Marshal(map[string]any{"value": value, "reason": "test"})
	if err != nil {
		s.Fatal(err)
	}
	rq, err := http.NewRequest(http.MethodPut, s.url+"/api/v1/settings/"+name, bytes.NewReader(b))
	if err != nil {
		s.Fatal(err)
	}
	rq.Header.Set("Content-Type", "application/json")
	rq.Header.Set("If-Match", now.Etag)
	rs, err := s.person.Do(rq)
	if err != nil {
		s.Fatal(err)
	}
	defer rs.Body.Close()
	answer, err := io.ReadAll(rs.Body)
	if err != nil {
		s.Fatal(err)
	}
	return rs.StatusCode, string(answer)
}

// invited is a new person of a role, signed in.
func (s *served) invited(name, role string) *served {
	s.Helper()
	var in struct{ Link string }
	who := map[string]any{"name": name, "display": name, "grants": []any{map[string]string{"role": role, "site": "*", "product": "*"}}}
	if code := s.post("/people", who, &in); code != 201 && code != 200 {
		s.Fatalf("inviting %s: %d", name, code)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.Fatal(err)
	}
	p := &served{T: s.T, url: s.url, link: in.Link, person: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
	p.enter(map[string]string{"password": "many words make it long"})
	return p
}

// raw is an answer as it comes.
func (s *served) raw(path string) string {
	s.Helper()
	var b json.RawMessage
	if code := s.ask(http.MethodGet, path, "", nil, &b); code != 200 {
		s.Fatalf("%s: %d", path, code)
	}
	return string(b)
}

// From a packet to whoever must know: one signed message for each case, and no
// second one after a restart; a work order for the house's system; secrets that are
// neither shown nor to be found in the data directory.
func TestFromAPacketToWhoeverMustKnow(t *testing.T) {
	const hush, hush2 = "secret-of-the-route", "secret-of-the-orders"
	dir := filepath.Join(t.TempDir(), "data")
	capture := filepath.Join(t.TempDir(), "ward.pcap")
	if out, err := exec.Command(program, "sim", "capture", "-q", "--hours", "0.5", "--scenario", "mqtt-anonymous", capture).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	content, err := os.ReadFile(capture)
	if err != nil {
		t.Fatal(err)
	}
	x := receive(t)
	s := face(t, true, "serve", "--data", dir, "--learn", "10m", "--listen", "127.0.0.1:0")
	root := map[string]string{"name": "root", "display": "Root", "password": "many words make it long"}
	s.enter(root)

	route := func(change map[string]any) map[string]any {
		r := map[string]any{"name": "ops", "channel": map[string]any{"kind": "webhook", "url": x.URL, "secret": hush}}
		maps.Copy(r, change)
		return map[string]any{"routes": []any{r}, "heartbeat": map[string]any{"url": x.URL, "minutes": 5}}
	}
	for name, bad := range map[string]any{
		"a channel that is none": route(map[string]any{"channel": map[string]any{"kind": "pigeon"}}),
		"escalating to nobody":   route(map[string]any{"escalate_after_minutes": 5, "escalate_to": "nobody"}),
		"an hour that is none":   route(map[string]any{"when": map[string]any{"hours": []any{map[string]any{"from": "25:00", "to": "7"}}}}),
	} {
		if code, answer := s.set("notifications", bad); code != 422 || !strings.Contains(answer, `"invalid"`) {
			t.Errorf("%s: %d %s", name, code, answer)
		}
	}
	if v := s.raw("/settings/notifications"); strings.Contains(v, "ops") {
		t.Fatalf("what was refused is kept: %s", v)
	}
	if code, answer := s.set("notifications", route(nil)); code != 200 || strings.Contains(answer, hush) {
		t.Fatalf("%d %s", code, answer)
	}
	s.eventually("a heartbeat", 10*time.Second, func() bool {
		x.mu.Lock()
		defer x.mu.Unlock()
		return slices.ContainsFunc(x.bodies, func(b []byte) bool { return bytes.Contains(b, []byte(`"state":"judging"`)) })
	})
	if code := s.post("/notifications/test", map[string]string{"route": "ops"}, nil); code != 204 || len(x.got(t, "test", hush)) != 1 {
		t.Errorf("the test: %d, %v", code, x.got(t, "test", hush))
	}
	var read struct{ Observations int }
	if code := s.ask(http.MethodPost, "/captures?name=ward.pcap", "application/vnd.tcpdump.pcap", bytes.NewReader(content), &read); code != 200 {
		t.Fatalf("the capture: %d", code)
	}
	type sent struct {
		Items []struct{ ID, Type, Case, Title, State, Error string }
	}
	var list sent
	s.eventually("everything is sent", 20*time.Second, func() bool {
		list = sent{}
		s.ask(http.MethodGet, "/notifications", "", nil, &list)
		return len(list.Items) > 0 && !slices.ContainsFunc(list.Items, func(n struct{ ID, Type, Case, Title, State, Error string }) bool { return n.State != "sent" })
	})
	notices := x.got(t, "notice", hush)
	cases := map[string]bool{}
	for id, m := range notices {
		id2, _ := m["case"].(string)
		if cases[id2] {
			t.Errorf("case %s was told twice", id2)
		}
		cases[id2] = true
		link, _ := m["link"].(string)
		if m["notice"] != "Not a patient alarm." || m["title"] == "" || id2 != "" && !strings.HasPrefix(link, s.url+"/cases/") {
			t.Errorf("%s: %v", id, m)
		}
	}
	if len(notices) != len(list.Items) {
		t.Errorf("%d came, of %d", len(notices), len(list.Items))
	}

	// A work order, once the house says where they go.
	var findings struct{ Items []struct{ ID, Title string } }
	if s.ask(http.MethodGet, "/findings?check=mqtt.anonymous", "", nil, &findings); len(findings.Items) == 0 {
		t.Fatal("no finding")
	}
	path := "/findings/" + findings.Items[0].ID + "/work-order"
	if code := s.post(path, map[string]string{}, nil); code != 403 {
		t.Errorf("an administrator, who decides nothing: %d", code)
	}
	erin := s.invited("erin", "clinical-engineering")
	if code := erin.post(path, map[string]string{}, nil); code != 501 {
		t.Errorf("with no system to ask: %d", code)
	}
	orders := map[string]any{"link": "https://cmms.example/new?title={title}&asset={asset}", "webhook": map[string]string{"url": x.URL, "secret": hush2}}
	if code, answer := s.set("work-orders", orders); code != 200 || strings.Contains(answer, hush2) {
		t.Fatalf("%d %s", code, answer)
	}
	var order struct {
		ID, Link string
		Sent     bool
	}
	if code := erin.post(path, map[string]string{"note": "please, before Monday"}, &order); code != 200 || !order.Sent || !strings.HasPrefix(order.Link, "https://cmms.example/new?title=") {
		t.Fatalf("%d %+v", code, order)
	}
	s.eventually("the order is sent", 10*time.Second, func() bool { return len(x.got(t, "work-order", hush2)) == 1 })
	if w := x.got(t, "work-order", hush2)[order.ID]; w["requested_by"] != "erin" || w["note"] != "please, before Monday" || w["finding"] != findings.Items[0].ID || w["do"] == "" {
		t.Errorf("%v", w)
	}
	var audit struct {
		Items []struct{ Act, Detail string }
	}
	if s.ask(http.MethodGet, "/audit?act=work-order-asked", "", nil, &audit); len(audit.Items) != 1 || !strings.Contains(audit.Items[0].Detail, order.ID+": please") {
		t.Errorf("on record: %+v", audit.Items)
	}
	for _, p := range []string{"/settings/notifications", "/settings/work-orders", "/notifications", "/audit"} {
		if v := s.raw(p); strings.Contains(v, hush) || strings.Contains(v, hush2) {
			t.Errorf("%s shows a secret: %s", p, v)
		}
	}
	if code := s.stop(); code != 0 {
		t.Fatalf("it ended with %d:\n%s", code, s.printed())
	}
	if err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		if bytes.Contains(b, []byte(hush)) || bytes.Contains(b, []byte(hush2)) {
			t.Errorf("%s holds a secret", name)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}

	// After a restart the same routes are in force, with their secrets, and nothing is
	// told again.
	s = face(t, false, "serve", "--data", dir, "--listen", "127.0.0.1:0")
	if code := s.post("/sign-in/password", map[string]string{"name": "root", "password": root["password"]}, nil); code != 200 {
		t.Fatalf("signing in: %d", code)
	}
	if code := s.post("/notifications/test", map[string]string{"route": "ops"}, nil); code != 204 || len(x.got(t, "test", hush)) != 2 {
		t.Errorf("the test after a restart: %d", code)
	}
	time.Sleep(2 * time.Second) // the outbox is looked at each second
	if again := x.got(t, "notice", hush); len(again) != len(notices) {
		t.Errorf("%d notices before the restart, %d after", len(notices), len(again))
	}
	if s.ask(http.MethodGet, "/notifications", "", nil, &list); len(list.Items) != len(notices)+1 {
		t.Errorf("%d are remembered", len(list.Items))
	}
}
