package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/live"
)

var eventRoutes = []Route{
	{Method: GET, Path: "/api/v1/events", ID: "stream-events", Tag: "events", Summary: "What happens, as it happens: server-sent events",
		Doc: "Events: hello, tick (each second), live (observations; needs observe), changed (what to read again), bye (why the server ends it). " +
			"The id is the log position: who comes back with Last-Event-ID is told what changed meanwhile. At most 8 streams a session, 100 a person and 250 in all.",
		Needs: account.View, Stream: true, Errors: []int{503}, register: raw([]string{"text/event-stream"}, (*Server).events)},
}

// pace is that of what goes on for long.
type pace struct {
	heartbeat time.Duration // a comment, when nothing else is said
	askAgain  time.Duration // whether the session still is
	upload    time.Duration // how long one may stand still
}

var usualPace = pace{heartbeat: 15 * time.Second, askAgain: 30 * time.Second, upload: 30 * time.Second}

const (
	eventWithin  = 10 * time.Second // for one event to leave
	comeBackWhen = 2 * time.Second  // what a browser waits before it comes back
)

type eventsInput struct {
	Topics []string `query:"topics" maxItems:"5" doc:"live, findings, assets, overview, sensors, by commas; all that are allowed if left out."`
	Kind   string   `query:"kind" maxLength:"100" doc:"Of the observations."`
	Sensor string   `query:"sensor" maxLength:"512"`
	Asset  string   `query:"asset" maxLength:"100"`
	Last   string   `header:"Last-Event-ID" maxLength:"20"`
	After  string   `query:"after" maxLength:"20" doc:"As Last-Event-ID, for who opens a new stream to come back; the header counts if both are there."`
}

// events writes a stream until the reader goes, the session ends or the server stops.
func (s *Server) events(w http.ResponseWriter, r *http.Request, in *eventsInput) error {
	if s.opt.Hub == nil {
		return missing("the event stream")
	}
	ctx := r.Context()
	want, err := s.wanted(ctx, in)
	if err != nil {
		return err
	}
	who := principal(ctx).Account.ID
	if !s.listening.enter(who, maxListening) {
		return crowded(errListening)
	}
	defer s.listening.leave(who)
	stream, err := s.opt.Hub.Open(sessionKey(principal(ctx)), want)
	if err != nil {
		return crowded(err)
	}
	defer stream.End("the reader has gone")
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no") // proxies that hold answers back
	w.WriteHeader(http.StatusOK)
	out := &eventWriter{w: w, rc: http.NewResponseController(w)}
	out.write([]byte("retry: " + strconv.FormatInt(comeBackWhen.Milliseconds(), 10) + "\n\n"))
	quiet, check := time.NewTicker(s.pace.heartbeat), time.NewTicker(s.pace.askAgain)
	defer quiet.Stop()
	defer check.Stop()
	for out.err == nil {
		select {
		case b := <-stream.Frames():
			out.write(b)
			quiet.Reset(s.pace.heartbeat)
		case <-quiet.C:
			out.write([]byte(": still here\n\n"))
		case <-check.C:
			if reason := s.over(r, &want); reason != "" {
				stream.End(reason)
			}
		case <-stream.Done():
			out.write(stream.Bye())
			return nil
		case <-ctx.Done():
			return nil
		}
	}
	return nil // the reader does not take what is sent
}

// maxListening is how many streams the sessions and tokens of one person may have:
// who has many of them leaves room for the others.
const maxListening = 100

var errListening = errors.New("your sessions and tokens have as many event streams open as one person may")

// tally counts what is under way, by name.
type tally struct {
	mu sync.Mutex
	of map[string]int
}

// enter counts one more, unless there are as many as may be.
func (t *tally) enter(name string, most int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of == nil {
		t.of = map[string]int{}
	}
	if t.of[name] >= most {
		return false
	}
	t.of[name]++
	return true
}

// leave takes back what enter counted.
func (t *tally) leave(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of[name]--; t.of[name] == 0 {
		delete(t.of, name)
	}
}

// eventWriter writes events, each with a deadline of its own.
type eventWriter struct {
	w   http.ResponseWriter
	rc  *http.ResponseController
	err error
}

func (e *eventWriter) write(b []byte) {
	if e.err != nil {
		return
	}
	_ = e.rc.SetWriteDeadline(time.Now().Add(eventWithin)) // recorders have none
	if _, e.err = e.w.Write(b); e.err == nil {
		e.err = e.rc.Flush()
	}
}

// sessionKey is what the streams of one session are counted under.
func sessionKey(p *account.Principal) string {
	if p.Session != "" {
		return "session " + p.Session
	}
	return "token " + p.Token
}

// crowded says that there are too many streams.
func crowded(err error) error {
	var p *Problem
	switch {
	case errors.Is(err, live.ErrSession), errors.Is(err, errListening):
		p = problem(codeThrottled, "%s", words(err))
		p.Hint = "Close a tab."
	default:
		p = problem(wardround.ECannotTell, "%s", words(err))
	}
	p.header = http.Header{"Retry-After": {"60"}}
	return p
}

// wanted reads what a stream is asked for. Errors: EInvalid, EForbidden.
func (s *Server) wanted(ctx context.Context, in *eventsInput) (live.Want, error) {
	want := live.Want{Topics: in.Topics, Kind: in.Kind, Sensor: in.Sensor, Asset: wardround.AssetID(in.Asset)}
	watch := s.sight(ctx, account.Observe)
	mayWatch := watch.All() || len(watch.Products) > 0
	if len(want.Topics) == 0 {
		want.Topics = slices.Clone(live.Topics)
		if !mayWatch {
			want.Topics = slices.DeleteFunc(want.Topics, func(t string) bool { return t == live.TopicLive })
		}
	}
	for _, t := range want.Topics {
		if err := oneOf("topics", t, live.Topics...); err != nil {
			return want, err
		}
	}
	want.Products = s.sight(ctx, account.View).Products
	if slices.Contains(want.Topics, live.TopicLive) {
		if !mayWatch {
			return want, wardround.Errorf(wardround.EForbidden, "api.events", "the topic live needs the permission %q", account.Observe)
		}
		if want.Products == nil {
			want.Products = watch.Products // the narrower of the two
		} else if watch.Products != nil {
			want.Products = slices.DeleteFunc(slices.Clone(want.Products), func(p string) bool { return !slices.Contains(watch.Products, p) })
		}
	}
	if heard := cmp.Or(in.Last, in.After); heard != "" {
		last, err := strconv.ParseUint(heard, 10, 64)
		if err != nil {
			return want, wardround.Errorf(wardround.EInvalid, "api.events", "Last-Event-ID and after are the id of an event, a number")
		}
		want.After = last
	}
	if want.Asset != "" && s.opt.Board != nil {
		if a := s.opt.Board.Asset(board.Visible{}, want.Asset); a != nil {
			want.Asset = a.ID // what it was merged into
		}
	}
	return want, nil
}

// over says why a stream must end: the session or the token has, or its owner may
// see less than when it began. Asking does not keep the session alive.
func (s *Server) over(r *http.Request, want *live.Want) string {
	const ended = "the session has ended"
	ctx := r.Context()
	now := principal(ctx)
	if now.Session == "" {
		p, err := s.authenticate(r)
		if err != nil {
			return ended
		}
		now = p
	} else {
		list, err := s.opt.Accounts.Sessions(ctx, now.Account.ID)
		if err != nil || !slices.ContainsFunc(list, func(x account.SessionInfo) bool { return x.ID == now.Session }) {
			return ended
		}
		a, err := s.opt.Accounts.Account(ctx, now.Account.ID)
		if err != nil || a.Disabled {
			return ended
		}
		now = &account.Principal{Account: a, Session: now.Session}
	}
	needs := []account.Permission{account.View}
	if slices.Contains(want.Topics, live.TopicLive) {
		needs = append(needs, account.Observe)
	}
	for _, x := range needs {
		reach, began := now.Reach(x, string(s.opt.Scope.Site)), principal(ctx).Reach(x, string(s.opt.Scope.Site))
		if reach.All != began.All || !slices.Equal(reach.Products, began.Products) {
			return "what you may see has changed; come back"
		}
	}
	return ""
}
