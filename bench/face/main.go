// Command face measures the face of a running demo as its users meet it: reads at
// a steady rate, event streams beside them, and what the process holds in memory.
//
//	wardround demo --stay --listen 127.0.0.1:8420 >demo.out 2>&1 &
//	go run ./bench/face -link "$(grep -o 'http://localhost[^ ]*#[^ ]*' demo.out | head -1)" -rate 500 -seconds 30
//
// It starts a request each 1/rate seconds whether or not the ones before have been
// answered (an open loop, so that a slow answer is not hidden by waiting for it) and
// counts time from when a request was due.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The reads of a person at work, and how often each: lists, single things, and the
// overview that every screen asks for.
var reads = []struct {
	path  string
	share int
}{
	{"/api/v1/overview", 25},
	{"/api/v1/findings?limit=50", 20},
	{"/api/v1/findings/{finding}", 20},
	{"/api/v1/assets?limit=50", 10},
	{"/api/v1/assets/{asset}", 10},
	{"/api/v1/cases?limit=50", 5},
	{"/api/v1/search?q=pump", 5},
	{"/api/v1/session", 5},
}

// perSession is how many event streams one session may hold.
const perSession = 8

type client struct {
	base, cookie string
	http         *http.Client
}

func main() {
	link := flag.String("link", "", "the link that the demo printed")
	rate := flag.Int("rate", 500, "reads a second")
	seconds := flag.Int("seconds", 30, "for how long")
	streams := flag.Int("streams", 0, "event streams beside the reads")
	flag.Parse()
	if err := run(*link, *rate, *seconds, *streams); err != nil {
		fmt.Fprintln(os.Stderr, "face:", err)
		os.Exit(1)
	}
}

func run(link string, rate, seconds, streams int) error {
	c, err := signIn(link)
	if err != nil {
		return err
	}
	assets, err := c.ids("/api/v1/assets?limit=200&fields=id")
	if err != nil {
		return err
	}
	findings, err := c.ids("/api/v1/findings?limit=200&fields=id")
	if err != nil {
		return err
	}
	if len(assets) == 0 || len(findings) == 0 {
		return fmt.Errorf("%d assets and %d findings: the demo has just begun", len(assets), len(findings))
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(seconds)*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	var events atomic.Int64
	listener := c
	for i := range streams {
		if i%perSession == 0 {
			if listener, err = signIn(link); err != nil {
				return err
			}
		}
		from := listener
		wg.Go(func() { from.listen(ctx, &events) })
	}
	var mu sync.Mutex
	took := map[string][]time.Duration{}
	var all []time.Duration
	var failed atomic.Int64
	random := rand.New(rand.NewPCG(1, 2))
	begin := time.Now()
	n := rate * seconds
	for i := range n {
		due := begin.Add(time.Duration(i) * time.Second / time.Duration(rate))
		time.Sleep(time.Until(due))
		path := pick(random)
		target := strings.NewReplacer("{asset}", assets[random.IntN(len(assets))], "{finding}", findings[random.IntN(len(findings))]).Replace(path)
		wg.Go(func() {
			if err := c.get(target, nil); err != nil {
				if failed.Add(1) <= 3 {
					fmt.Fprintln(os.Stderr, target, err)
				}
				return
			}
			d := time.Since(due)
			mu.Lock()
			took[path] = append(took[path], d)
			all = append(all, d)
			mu.Unlock()
		})
	}
	cancelled := time.AfterFunc(5*time.Second, cancel)
	defer cancelled.Stop()
	if streams > 0 {
		cancel()
	}
	wg.Wait()
	fmt.Printf("%d reads in %.1f s (%d a second), %d failed; %d event streams, %d events\n", n, time.Since(begin).Seconds(), rate, failed.Load(), streams, events.Load())
	for _, r := range reads {
		fmt.Printf("%-34s %s\n", r.path, line(took[r.path]))
	}
	fmt.Printf("%-34s %s\n", "all", line(all))
	if failed.Load() > 0 {
		return fmt.Errorf("%d reads failed", failed.Load())
	}
	return nil
}

func line(d []time.Duration) string {
	if len(d) == 0 {
		return "none"
	}
	slices.Sort(d)
	at := func(p float64) time.Duration {
		return d[min(len(d)-1, int(p*float64(len(d))))].Round(10 * time.Microsecond)
	}
	return fmt.Sprintf("n %6d  p50 %8v  p90 %8v  p99 %8v  max %8v", len(d), at(.5), at(.9), at(.99), d[len(d)-1].Round(10*time.Microsecond))
}

func pick(r *rand.Rand) string {
	x := r.IntN(100)
	for _, k := range reads {
		if x -= k.share; x < 0 {
			return k.path
		}
	}
	return reads[0].path
}

// signIn opens a session with the link of a demo. Its cookie is Secure, which Go's
// cookie jar does not send over plain HTTP, loopback or not; browsers do.
func signIn(link string) (*client, error) {
	base, token, ok := strings.Cut(link, "/welcome#")
	if !ok {
		return nil, fmt.Errorf("-link %q: want the link that the demo printed", link)
	}
	c := &client{base: base, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256, MaxConnsPerHost: 512}, Timeout: time.Minute}}
	body, err := json.Marshal(map[string]string{"token": token})
	if err != nil {
		return nil, err
	}
	rq, err := http.NewRequest(http.MethodPost, base+"/api/v1/welcome", strings.NewReader(string(body)))
	if err != nil {
		return nil, err
	}
	rq.Header.Set("Content-Type", "application/json")
	rs, err := c.http.Do(rq)
	if err != nil {
		return nil, err
	}
	defer rs.Body.Close()
	for _, k := range rs.Cookies() {
		if k.Name == "__Host-wardround" || k.Name == "wardround" {
			c.cookie = k.Name + "=" + k.Value
		}
	}
	if rs.StatusCode != http.StatusOK || c.cookie == "" {
		b, _ := io.ReadAll(io.LimitReader(rs.Body, 500))
		return nil, fmt.Errorf("sign in: %s %s", rs.Status, b)
	}
	return c, nil
}

func (c *client) get(path string, into any) error {
	rq, err := http.NewRequest(http.MethodGet, c.base+path, nil)
	if err != nil {
		return err
	}
	rq.Header.Set("Cookie", c.cookie)
	rs, err := c.http.Do(rq)
	if err != nil {
		return err
	}
	defer rs.Body.Close()
	if rs.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(io.LimitReader(rs.Body, 300))
		return fmt.Errorf("%s: %s", rs.Status, b)
	}
	if into != nil {
		return json.NewDecoder(rs.Body).Decode(into)
	}
	_, err = io.Copy(io.Discard, rs.Body)
	return err
}

func (c *client) ids(path string) ([]string, error) {
	var page struct{ Items []struct{ ID string } }
	if err := c.get(path, &page); err != nil {
		return nil, err
	}
	var ids []string
	for _, i := range page.Items {
		ids = append(ids, i.ID)
	}
	return ids, nil
}

// listen holds one event stream open and counts what it says.
func (c *client) listen(ctx context.Context, events *atomic.Int64) {
	rq, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/api/v1/events?topics=live,findings,overview", nil)
	if err != nil {
		return
	}
	rq.Header.Set("Cookie", c.cookie)
	rs, err := (&http.Client{Transport: c.http.Transport}).Do(rq)
	if err != nil {
		return
	}
	defer rs.Body.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := rs.Body.Read(buf)
		events.Add(int64(strings.Count(string(buf[:n]), "\nevent:")))
		if err != nil {
			return
		}
	}
}
