package inference

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	common "go.opentelemetry.io/proto/otlp/common/v1"
	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// running serves a handler on loopback while the folder commits.
func running(t testing.TB, f *Folder, h http.Handler) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- f.Run(ctx) }()
	srv := httptest.NewServer(h)
	t.Cleanup(func() {
		srv.Close()
		stop()
		<-done
	})
	return srv.URL
}

func post(t testing.TB, url, typ, body string, header ...string) (int, answer, http.Header) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", typ)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var a answer
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return res.StatusCode, a, res.Header
}

func TestNDJSON(t *testing.T) {
	t.Parallel()
	c, l := &clock{t: noon}, &ledger{}
	dir := t.TempDir()
	f := folder(t, mapping(t, triage), dir, l, c)
	url := running(t, f, NewHandler(f))
	good := `{"features":{"lactate":1.5,"site":"icu"},"risk":0.7,"at":"2026-03-01T11:59:00Z","patient":"P1"}`
	body := good + "\n\n" + `{"risk":` + "\n[1]\n" + `{"risk":0.5,"at":"2020-01-01T00:00:00Z"}` + "\n"
	code, a, _ := post(t, url, "application/x-ndjson", body, "Wardround-Input", "pacs", "Wardround-Position", "7")
	if code != 200 || a.Rows != 1 || a.Refused["too late"] != 1 || a.Unreadable != 2 || len(a.Problems) != 2 || !strings.HasPrefix(a.Problems[0], "line 3: ") {
		t.Errorf("%d %+v", code, a)
	}
	// What was acknowledged is on disk.
	again := folder(t, mapping(t, triage), dir, l, c)
	if again.Counts().Rows != 1 || again.Position("http:pacs") != 7 {
		t.Errorf("%+v", again.Counts())
	}
	if code, a, _ = post(t, url, "application/x-ndjson", body, "Wardround-Input", "pacs", "Wardround-Position", "7"); code != 200 || !a.Repeated || a.Rows != 0 {
		t.Errorf("%d %+v", code, a)
	}
	for _, x := range []struct {
		body   string
		header []string
		code   int
		want   string
	}{
		{"not json", nil, 400, "nothing in the body is a record"},
		{"", nil, 400, "nothing in the body"},
		{good, []string{"Wardround-Input", "a"}, 400, "belong together"},
		{good, []string{"Wardround-Position", "3"}, 400, "belong together"},
		{good, []string{"Wardround-Input", "a", "Wardround-Position", "-1"}, 400, "belong together"},
		{strings.Repeat(" ", MaxBody+1), nil, 413, "larger than"},
	} {
		if code, a, _ := post(t, url, "application/x-ndjson", x.body, x.header...); code != x.code || !strings.Contains(a.Error, x.want) {
			t.Errorf("%.20s: %d %+v", x.body, code, a)
		}
	}
	res, err := http.Get(url)
	if err != nil || res.StatusCode != 405 {
		t.Errorf("GET: %v %v", res, err)
	}
	res.Body.Close()
	if strings.Contains(fmt.Sprint(a), "P1") {
		t.Error("the answer repeats what was sent")
	}
}

func TestOverloadTurnsAwayAndCounts(t *testing.T) {
	t.Parallel()
	c, l := &clock{t: noon}, &ledger{}
	f := folder(t, mapping(t, triage), t.TempDir(), l, c)
	h := NewHandler(f)
	for range cap(h.slots) {
		h.slots <- struct{}{}
	}
	url := running(t, f, h)
	code, _, header := post(t, url, "application/x-ndjson", `{"risk":0.5}`)
	if code != 429 || header.Get("Retry-After") == "" || f.Counts().Busy != 1 {
		t.Errorf("%d %v %+v", code, header, f.Counts())
	}
}

// TestSoak: many clients at once for a while; what was acknowledged is what is counted.
func TestSoak(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes seconds")
	}
	c, l := &clock{t: noon}, &ledger{}
	f := folder(t, mapping(t, triage), t.TempDir(), l, c, func(o *Options) { o.Commit = 50 * time.Millisecond; o.Pending = 2000 })
	url := running(t, f, NewHandler(f))
	var body bytes.Buffer
	for i := range 500 {
		if err := json.NewEncoder(&body).Encode(record(i, noon)); err != nil {
			t.Fatal(err)
		}
	}
	var acked, busy atomic.Int64
	end := time.Now().Add(2 * time.Second)
	var wg sync.WaitGroup
	for w := range 12 {
		wg.Go(func() {
			for n := 1; time.Now().Before(end); {
				req, _ := http.NewRequest(http.MethodPost, url, bytes.NewReader(body.Bytes()))
				req.Header.Set("Wardround-Input", fmt.Sprint("w", w))
				req.Header.Set("Wardround-Position", fmt.Sprint(n))
				res, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Error(err)
					return
				}
				var a answer
				_ = json.NewDecoder(res.Body).Decode(&a)
				res.Body.Close()
				switch res.StatusCode {
				case 200:
					acked.Add(int64(a.Rows))
					n++
				case 429:
					busy.Add(1)
					time.Sleep(20 * time.Millisecond)
				default:
					t.Errorf("%d %+v", res.StatusCode, a)
				}
			}
		})
	}
	wg.Wait()
	n := f.Counts()
	if n.Rows != acked.Load() || n.Rows < 2000 || n.Busy != busy.Load() {
		t.Errorf("%d rows counted, %d acknowledged, %d and %d times busy", n.Rows, acked.Load(), n.Busy, busy.Load())
	}
	if f.Waiting() > 2000 {
		t.Errorf("%d wait", f.Waiting())
	}
	if err := f.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rows, _ := l.rows(t); rows != n.Rows {
		t.Errorf("%d rows in windows of %d", rows, n.Rows)
	}
	t.Logf("%d records a second, with the client in the same process", n.Rows/2)
}

func value(v any) *common.AnyValue {
	switch v := v.(type) {
	case string:
		return &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: v}}
	case float64:
		return &common.AnyValue{Value: &common.AnyValue_DoubleValue{DoubleValue: v}}
	case int:
		return &common.AnyValue{Value: &common.AnyValue_IntValue{IntValue: int64(v)}}
	case map[string]any:
		m := &common.KeyValueList{}
		for k, x := range v {
			m.Values = append(m.Values, &common.KeyValue{Key: k, Value: value(x)})
		}
		return &common.AnyValue{Value: &common.AnyValue_KvlistValue{KvlistValue: m}}
	}
	return &common.AnyValue{Value: &common.AnyValue_ArrayValue{ArrayValue: &common.ArrayValue{}}}
}

func TestOTLPLogs(t *testing.T) {
	t.Parallel()
	const m = `inference: 1
model: nobody
fields:
  gen_ai.request.model: {as: model}
  service.name: {as: service}
  gen_ai.usage.input_tokens: {as: feature, name: input tokens}
  features.age: {as: feature, name: age}
  score: {as: score}
  otel.time: {as: time}
`
	at := uint64(noon.UnixNano())
	rec := func(event string, at uint64, attrs map[string]any) *logs.LogRecord {
		return &logs.LogRecord{TimeUnixNano: at, EventName: event, Attributes: value(attrs).GetKvlistValue().GetValues(), Body: value(map[string]any{"score": .25, "note": "free text"})}
	}
	data := &logs.LogsData{ResourceLogs: []*logs.ResourceLogs{{
		Resource: &resource.Resource{Attributes: []*common.KeyValue{{Key: "service.name", Value: value("triage-llm")}}},
		ScopeLogs: []*logs.ScopeLogs{{LogRecords: []*logs.LogRecord{
			rec("inference", at, map[string]any{"gen_ai.request.model": "llm-7", "gen_ai.usage.input_tokens": 812, "features": map[string]any{"age": 61.0}, "list": nil}),
			rec("inference", at-uint64(100*time.Hour), map[string]any{"gen_ai.request.model": "llm-7"}),
			rec("heartbeat", at, nil),
		}}},
	}}}
	wire, err := proto.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	text, err := protojson.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	c, l := &clock{t: noon}, &ledger{}
	f := folder(t, mapping(t, m), t.TempDir(), l, c)
	url := running(t, f, NewOTLP(f, "inference"))
	for typ, body := range map[string][]byte{"application/x-protobuf": wire, "application/json": text} {
		res, err := http.Post(url, typ, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != 200 || !bytes.Contains(b, []byte("refused by the mapping")) || res.Header.Get("Content-Type") != typ {
			t.Errorf("%s: %d %q", typ, res.StatusCode, b)
		}
	}
	for typ, want := range map[string]int{"application/x-protobuf": 400, "application/json": 400, "text/plain": 415} {
		if code, _, _ := post(t, url, typ, "\xff\xff{"); code != want {
			t.Errorf("%s: %d, want %d", typ, code, want)
		}
	}
	if err := f.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, merged := l.rows(t)
	w := merged["2026-03-01T12:00:00Z"]
	if rows != 2 || w == nil || w.Model != "llm-7" || w.Service != "triage-llm" || w.Column("age", "").Moments.Mean != 61 || w.Column("input tokens", "").Moments.Mean != 812 || w.Column("score", "").Moments.Mean != .25 {
		t.Errorf("%d rows, %+v", rows, w)
	}
}

func FuzzReadRecord(f *testing.F) {
	for _, s := range []string{`{"a":1,"b":{"c":"x"},"d":[1,{"e":[]}],"f":null,"g":true}`, `{"a":{"a":{"a":{}}}}`, `{"":1}`, `{"a":1}{}`, `{"a":1e999}`, "{\"\xff\":0}"} {
		f.Add([]byte(s))
	}
	m, err := ReadMapping(strings.NewReader(triage))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ReadRecord(b)
		if err != nil {
			return
		}
		for _, v := range r {
			text(v)
			number(v)
			moment(v)
			band(v, []float64{18, 65}, noon)
		}
		for _, n := range m.names {
			grouped(m.Fields[n], r[n], noon)
			category(m.Fields[n], r[n])
		}
	})
}

func FuzzMapping(f *testing.F) {
	f.Add([]byte(triage))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := ReadMapping(bytes.NewReader(b)); err == nil {
			m.open(span{}, 0)
		}
	})
}
