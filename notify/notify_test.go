package notify

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/testkit"
)

// receiver is whoever is told, and answers as it was told to.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []*http.Request
	bodies []string
	answer func(n int) int
}

func receive(t *testing.T, answer func(n int) int) *receiver {
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, rq *http.Request) {
		b, _ := io.ReadAll(rq.Body)
		r.mu.Lock()
		r.got, r.bodies = append(r.got, rq), append(r.bodies, string(b))
		n := len(r.got)
		r.mu.Unlock()
		code := 204
		if r.answer != nil {
			code = r.answer(n)
		}
		if code/100 == 3 {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(code)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.got)
}

var icu = Case{
	ID: "c-1", Title: "A broker without a password", Severity: wardround.High, Where: "ICU 2 · 12 assets", Bedside: "No change is known.", Ward: "ICU 2", Zone: "icu", Role: "gateway",
}

// box is an outbox in memory.
type box struct {
	mu sync.Mutex
	b  []byte
}

func (x *box) Load(context.Context) ([]byte, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b, nil
}
func (x *box) Save(_ context.Context, b []byte) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.b = b
	return nil
}

type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time          { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *clock) forward(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for range 1000 {
		if f() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%s: not within five seconds", what)
}

// start runs a notifier until the end of the test.
func start(t *testing.T, opt Options, c Config) *Notifier {
	t.Helper()
	if opt.Case == nil {
		opt.Case = func(id string) (Case, bool) { return icu, id == icu.ID }
	}
	opt.Site, opt.Origin = "St. Example", wardround.Live
	n := New(opt)
	n.Configure(c)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return n
}

var t0 = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC) // a Monday

func notice() *wardround.Notice {
	return &wardround.Notice{ID: "n-1", Case: "c-1", Title: icu.Title, Severity: wardround.High, At: t0}
}

// A webhook gets one signed message, however often the same notice comes.
func TestOneSignedMessage(t *testing.T) {
	r := receive(t, nil)
	c := &clock{t: t0}
	n := start(t, Options{Now: c.now, Link: func(id string) string { return "https://w/cases/" + id }}, Config{Routes: []Route{
		{Name: "ops", Channel: Channel{Kind: Webhook, URL: r.URL, Secret: "s3cret"}},
		{Name: "radiology", Channel: Channel{Kind: Webhook, URL: r.URL}, When: When{Wards: []string{"Radiology"}}},
		{Name: "off", Channel: Channel{Kind: Webhook, URL: r.URL}, Off: true},
	}})
	n.Notice(notice())
	n.Notice(notice())
	eventually(t, "sent", func() bool { d := n.Deliveries(); return len(d) == 1 && d[0].State == Sent })
	if r.count() != 1 {
		t.Fatalf("%d messages", r.count())
	}
	var m Message
	if err := json.Unmarshal([]byte(r.bodies[0]), &m); err != nil {
		t.Fatal(err)
	}
	want := Message{
		Type: "notice", ID: m.ID, Site: "St. Example", Origin: wardround.Live, Case: "c-1", Title: icu.Title, Severity: wardround.High, Where: icu.Where,
		Bedside: icu.Bedside, At: t0, Link: "https://w/cases/c-1", Notice: "Not a patient alarm.",
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	h := r.got[0].Header
	if h.Get("Wardround-Delivery") != m.ID || !Verify("s3cret", h.Get("Wardround-Signature"), []byte(r.bodies[0]), t0, time.Minute) {
		t.Errorf("headers %v", h)
	}
	for _, bad := range []struct{ secret, signature, body string }{
		{"other", h.Get("Wardround-Signature"), r.bodies[0]}, {"s3cret", h.Get("Wardround-Signature"), r.bodies[0] + " "}, {"s3cret", "t=1,v1=00", r.bodies[0]}, {"s3cret", "", ""},
	} {
		if Verify(bad.secret, bad.signature, []byte(bad.body), t0, time.Minute) {
			t.Errorf("a wrong signature holds: %v", bad)
		}
	}
	if Verify("s3cret", h.Get("Wardround-Signature"), []byte(r.bodies[0]), t0.Add(time.Hour), time.Minute) {
		t.Error("an old one holds")
	}
}

// A receiver that is down is tried again, later each time; one that says no is not.
func TestTryingAgain(t *testing.T) {
	down := receive(t, func(n int) int {
		if n < 3 {
			return 503
		}
		return 200
	})
	no, elsewhere := receive(t, func(int) int { return 410 }), receive(t, func(int) int { return 302 })
	c, x := &clock{t: t0}, &box{}
	n := start(t, Options{Now: c.now, Outbox: x}, Config{Routes: []Route{
		{Name: "down", Channel: Channel{Kind: Webhook, URL: down.URL}}, {Name: "no", Channel: Channel{Kind: Webhook, URL: no.URL}},
		{Name: "elsewhere", Channel: Channel{Kind: Slack, URL: elsewhere.URL}},
	}})
	n.Notice(notice())
	by := func(route string) (d Delivery) {
		for _, x := range n.Deliveries() {
			if x.Route == route {
				d = x
			}
		}
		return d
	}
	eventually(t, "first tries", func() bool {
		return by("down").Attempts == 1 && by("no").State == Failed && by("elsewhere").State == Failed
	})
	if d := by("down"); d.State != Waiting || !strings.Contains(d.Error, "503") || d.Next != t0.Add(10*time.Second) {
		t.Errorf("%+v", d)
	}
	c.forward(9 * time.Second)
	n.poke()
	time.Sleep(20 * time.Millisecond)
	if down.count() != 1 {
		t.Error("tried before its time")
	}
	c.forward(time.Second)
	n.poke()
	eventually(t, "second", func() bool { return by("down").Attempts == 2 })
	c.forward(20 * time.Second)
	n.poke()
	eventually(t, "third", func() bool { return by("down").State == Sent })
	if no.count() != 1 || elsewhere.count() != 1 {
		t.Errorf("%d and %d tries of what is refused", no.count(), elsewhere.count())
	}
	eventually(t, "saved", func() bool { b, _ := x.Load(context.Background()); return strings.Count(string(b), `"sent"`) == 1 })
	// After a restart it is known.
	again := start(t, Options{Now: c.now, Outbox: x}, Config{})
	eventually(t, "known", func() bool { return len(again.Deliveries()) == 3 })
}

// What comes at night waits for the day's route and goes to the night's; what nobody
// takes up goes on to the next.
func TestHoursAndEscalation(t *testing.T) {
	r := receive(t, nil)
	c := &clock{t: time.Date(2026, 3, 7, 3, 0, 0, 0, time.UTC)} // Saturday
	taken := false
	var mu sync.Mutex
	n := start(t, Options{Now: c.now, Case: func(id string) (Case, bool) {
		mu.Lock()
		defer mu.Unlock()
		k := icu
		k.TakenUp = taken
		return k, true
	}}, Config{Routes: []Route{
		{Name: "day", Channel: Channel{Kind: Webhook, URL: r.URL}, When: When{Hours: []Hours{{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "07:00", To: "18:00"}}}},
		{Name: "night", Channel: Channel{Kind: Webhook, URL: r.URL}, When: When{Hours: []Hours{{From: "18:00", To: "07:00"}}}, After: 15, To: "chief"},
		{Name: "chief", Channel: Channel{Kind: Webhook, URL: r.URL}, When: When{Severity: wardround.Critical}},
	}})
	n.Notice(notice())
	eventually(t, "night", func() bool { return r.count() == 1 })
	for _, d := range n.Deliveries() {
		if d.Route == "day" && !d.Next.Equal(time.Date(2026, 3, 9, 7, 0, 0, 0, time.UTC)) {
			t.Errorf("the day's route is due %v", d.Next)
		}
	}
	c.forward(15 * time.Minute)
	n.poke()
	eventually(t, "chief", func() bool { return r.count() == 2 })
	if !strings.Contains(r.bodies[1], `"escalation"`) {
		t.Error(r.bodies[1])
	}
	// Once somebody is on it nothing escalates.
	mu.Lock()
	taken = true
	mu.Unlock()
	second := notice()
	second.ID = "n-2"
	n.Notice(second)
	eventually(t, "second night", func() bool { return r.count() == 3 })
	c.forward(time.Hour)
	n.poke()
	time.Sleep(30 * time.Millisecond)
	if r.count() != 3 {
		t.Errorf("%d messages: somebody had taken it up", r.count())
	}
}

// The hours of a week, over midnight and over the two days a year that are not 24
// hours long.
func TestHours(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		testkit.Missing(t, "there are no time zones here: %v", err)
	}
	night := When{Hours: []Hours{{Days: []string{"sat"}, From: "22:00", To: "06:00"}}}
	for _, k := range []struct {
		w    When
		at   time.Time
		open bool
		next time.Time
	}{
		{When{}, t0, true, t0},
		{night, time.Date(2026, 3, 28, 23, 0, 0, 0, berlin), true, time.Time{}},
		{night, time.Date(2026, 3, 29, 5, 59, 0, 0, berlin), true, time.Time{}}, // clocks went forward at two
		{night, time.Date(2026, 3, 29, 6, 0, 0, 0, berlin), false, time.Date(2026, 4, 4, 22, 0, 0, 0, berlin)},
		{night, time.Date(2026, 3, 28, 21, 59, 0, 0, berlin), false, time.Date(2026, 3, 28, 22, 0, 0, 0, berlin)},
		{When{Hours: []Hours{{From: "00:00", To: "24:00"}}}, time.Date(2026, 3, 29, 23, 59, 0, 0, berlin), true, time.Time{}},
	} {
		open, next := k.w.open(k.at)
		if open != k.open || !open && !next.Equal(k.next) {
			t.Errorf("%v: open %v, next %v; want %v, %v", k.at, open, next, k.open, k.next)
		}
	}
}

// The heartbeat goes out every few minutes, stays out while we do not judge, and is
// back as soon as we do.
func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []Beat
		var mu sync.Mutex
		working := error(nil)
		client := &http.Client{Transport: roundTrip(func(rq *http.Request) (*http.Response, error) {
			var b Beat
			if err := json.NewDecoder(rq.Body).Decode(&b); err != nil {
				return nil, err
			}
			mu.Lock()
			defer mu.Unlock()
			got = append(got, b)
			return &http.Response{StatusCode: 200, Body: http.NoBody}, nil
		})}
		n := New(Options{Site: "s", Now: time.Now, Client: client, Case: func(string) (Case, bool) { return Case{}, false }, Working: func() error { mu.Lock(); defer mu.Unlock(); return working }})
		n.Configure(Config{Heartbeat: Heartbeat{URL: "https://watch.example/x", Minutes: 10}})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- n.Run(ctx) }()
		time.Sleep(25 * time.Minute)
		synctest.Wait()
		mu.Lock()
		if len(got) != 3 || got[0].State != "judging" || got[0].Next.Sub(got[0].At) != 10*time.Minute {
			t.Errorf("%+v", got)
		}
		working = io.EOF
		mu.Unlock()
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		mu.Lock()
		if len(got) != 3 {
			t.Errorf("called while nothing was judged: %+v", got)
		}
		working = nil
		mu.Unlock()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		mu.Lock()
		if len(got) != 4 {
			t.Errorf("%+v", got)
		}
		mu.Unlock()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(rq *http.Request) (*http.Response, error) { return f(rq) }

// What makes no sense is refused, and named.
func TestParse(t *testing.T) {
	if c, err := Parse(nil); err != nil || len(c.Routes) != 0 {
		t.Error(c, err)
	}
	for in, want := range map[string]string{
		`{"routs":[]}`:             "unknown field",
		`{"routes":[{"name":""}]}`: "no name",
		`{"routes":[{"name":"a","channel":{"kind":"pigeon"}}]}`:                                                                                    "pigeon",
		`{"routes":[{"name":"a","channel":{"kind":"webhook","url":"file:///etc/passwd"}}]}`:                                                        "no web address",
		`{"routes":[{"name":"a","channel":{"kind":"mail","server":"x","from":"a@b","to":["c@d"]}}]}`:                                               "host:port",
		`{"routes":[{"name":"a","channel":{"kind":"mail","server":"x:25","from":"a@b","to":["c@d\r\nBcc: e@f"]}}]}`:                                "no mail address",
		`{"routes":[{"name":"a","channel":{"kind":"slack","url":"https://h/x"},"when":{"hours":[{"from":"7","to":"9:00"}]}}]}`:                     "hour",
		`{"routes":[{"name":"a","channel":{"kind":"slack","url":"https://h/x"},"when":{"hours":[{"days":["xyz"],"from":"07:00","to":"09:00"}]}}]}`: "day",
		`{"routes":[{"name":"a","channel":{"kind":"slack","url":"https://h/x"},"escalate_after_minutes":5,"escalate_to":"a"}]}`:                    "no other route",
		`{"routes":[{"name":"a","channel":{"kind":"slack","url":"https://h/x"}},{"name":"a","channel":{"kind":"slack","url":"https://h/x"}}]}`:     "another has",
		`{"heartbeat":{"url":"ftp://x"}}`:  "no web address",
		`{"heartbeat":{"minutes":100000}}`: "1440",
	} {
		if _, err := Parse([]byte(in)); err == nil || !strings.Contains(err.Error(), want) || wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%s: %v, want %q", in, err, want)
		}
	}
}
