package notify

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
)

var order = WorkOrder{
	ID: "wo-1", Created: t0, RequestedBy: "m.keller", Title: "A broker without a password", Finding: "f-1", Case: "c-1",
	Asset:    OrderedAsset{ID: "a-1", Name: `Pump "7" & co/#?`, Serial: "SN 4711", Ward: "ICU 2"},
	Severity: wardround.High, Priority: Priority(wardround.High), Due: t0.AddDate(0, 0, 7), Do: "Set a password.", Language: "en", Link: "https://w/findings/f-1",
}

// A work order goes out signed, once, and is forgotten but for its line in the list.
func TestAWorkOrder(t *testing.T) {
	r := receive(t, func(n int) int { return map[bool]int{true: 503, false: 201}[n == 1] })
	c, x := &clock{t: t0}, &box{}
	n := start(t, Options{Now: c.now, Outbox: x}, Config{})
	if sent, err := n.Order(t.Context(), order); sent || err != nil {
		t.Fatalf("sent to nobody: %v, %v", sent, err)
	}
	n.ConfigureOrders(Orders{Webhook: OrderWebhook{URL: r.URL, Secret: "s3cret"}})
	for range 2 {
		if sent, err := n.Order(t.Context(), order); !sent || err != nil {
			t.Fatalf("%v, %v", sent, err)
		}
	}
	eventually(t, "first try", func() bool { return n.Deliveries()[0].Attempts == 1 })
	eventually(t, "kept for the next", func() bool { b, _ := x.Load(t.Context()); return strings.Contains(string(b), "SN 4711") })
	c.forward(firstPause)
	n.poke()
	eventually(t, "sent", func() bool { d := n.Deliveries(); return len(d) == 1 && d[0].State == Sent })
	var got WorkOrder
	if err := json.Unmarshal([]byte(r.bodies[1]), &got); err != nil {
		t.Fatal(err)
	}
	want := order
	want.Type, want.Site, want.Origin, want.Notice = "work-order", "St. Example", wardround.Live, notAnAlarm
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	h := r.got[1].Header
	if h.Get("Wardround-Delivery") != order.ID || !Verify("s3cret", h.Get("Wardround-Signature"), []byte(r.bodies[1]), c.now(), time.Minute) {
		t.Errorf("headers %v", h)
	}
	eventually(t, "forgotten", func() bool {
		b, _ := x.Load(t.Context())
		return strings.Contains(string(b), `"sent"`) && !strings.Contains(string(b), "m.keller")
	})
}

// The link of a house's form carries what came off the wire as text, wherever it
// stands.
func TestOrderLink(t *testing.T) {
	o, err := ParseOrders([]byte(`{"link":"https://cmms.example/new/{asset}?title={title}&sn={serial}&due={due}&udi={udi}#{severity}"}`))
	if err != nil {
		t.Fatal(err)
	}
	got := o.Open(order)
	if want := "https://cmms.example/new/Pump%20%227%22%20%26%20co%2F%23%3F?title=A%20broker%20without%20a%20password&sn=SN%204711&due=2026-03-09&udi=#high"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	long := order
	long.Title = strings.Repeat("ü", 5000)
	u, err := url.Parse(o.Open(long))
	if err != nil || u.Host != "cmms.example" || len([]rune(u.Query().Get("title"))) != maxField {
		t.Errorf("%v %v", u, err)
	}
	for _, f := range OrderFields { // each is filled in with something
		full := order
		full.Note, full.Site = "note", "site"
		full.Asset = OrderedAsset{"a", "n", "r", "m", "mo", "s", "u", "ma", "ip", "w", "z"}
		if full.field(f) == "" {
			t.Errorf("{%s} is never filled in", f)
		}
	}
}

func TestParseOrders(t *testing.T) {
	for raw, ok := range map[string]bool{
		``: true, `{}`: true, `{"link":""}`: true, `{"link":"http://cmms/x?{title}"}`: true,
		`{"link":"javascript:alert({title})"}`: false, `{"link":"https://{asset}.example/"}`: false, `{"link":"https://u:p@cmms.example/"}`: false,
		`{"link":"//x"}`: false, `{"link":"https://cmms.example/{color}"}`: false, `{"link":"https://cmms.example/{title"}`: false,
		`{"link":"https://cmms.example\\@{asset}/"}`: false,
		`{"webhook":{"url":"ftp://x"}}`:              false, `{"webhook":{"url":"https://x","colour":"red"}}`: false, `{`: false,
	} {
		_, err := ParseOrders([]byte(raw))
		if (err == nil) != ok || err != nil && wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

// What was committed before a crash and is not in the outbox is made up for at the
// next start; what is there is not sent again.
func TestANoticeOfBeforeTheCrash(t *testing.T) {
	r := receive(t, nil)
	c, x := &clock{t: t0}, &box{}
	routes := Config{Routes: []Route{{Name: "ops", Channel: Channel{Kind: Webhook, URL: r.URL}}}}
	first := notice()
	n := New(Options{Now: c.now, Outbox: x, Case: func(string) (Case, bool) { return icu, true }})
	n.Configure(routes)
	ctx, crash := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	n.Notice(first)
	eventually(t, "sent", func() bool { d := n.Deliveries(); return len(d) == 1 && d[0].State == Sent })
	crash()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	second := &wardround.Notice{ID: "n-2", Case: "c-1", Title: icu.Title, Severity: wardround.Critical, At: t0.Add(time.Minute)}
	again := start(t, Options{Now: c.now, Outbox: x, Missed: func(_ context.Context, after time.Time) ([]*wardround.Notice, error) {
		if !after.Equal(first.At) {
			t.Errorf("asked for what came after %v", after)
		}
		return []*wardround.Notice{second}, nil
	}}, routes)
	eventually(t, "made up for", func() bool { d := again.Deliveries(); return len(d) == 2 && d[0].State == Sent })
	time.Sleep(20 * time.Millisecond)
	if r.count() != 2 {
		t.Errorf("%d messages", r.count())
	}
}

// With an outbox that cannot be read nothing is sent, and whoever asks is told.
func TestAnOutboxThatCannotBeRead(t *testing.T) {
	r := receive(t, nil)
	n := New(Options{Now: time.Now, Outbox: &box{b: []byte("{")}, Case: func(string) (Case, bool) { return icu, true }})
	n.ConfigureOrders(Orders{Webhook: OrderWebhook{URL: r.URL}})
	if err := n.Run(t.Context()); wardround.ErrorCode(err) != wardround.EIntegrity {
		t.Fatalf("%v", err)
	}
	if sent, err := n.Order(t.Context(), order); sent || wardround.ErrorCode(err) != wardround.EIntegrity {
		t.Errorf("%v, %v", sent, err)
	}
	if n.Err() == nil || r.count() != 0 {
		t.Errorf("%v, %d messages", n.Err(), r.count())
	}
}
