package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// served is the program while it serves people, and one of them.
type served struct {
	*testing.T
	cmd    *exec.Cmd
	begun  time.Time
	url    string // "http://localhost:PORT"
	link   string // the one-time link that it printed
	person *http.Client
	ended  chan struct{}

	mu  sync.Mutex
	out bytes.Buffer
}

var (
	aLink = regexp.MustCompile(`(http://localhost:\d+)/welcome#[\w-]+`)
	aHost = regexp.MustCompile(`http://localhost:\d+`)
)

// face starts the program and waits until it says where it can be reached: with a
// link, or without one if it has administrators already.
func face(t *testing.T, link bool, args ...string) *served {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &served{T: t, begun: time.Now(), ended: make(chan struct{}), person: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
	s.cmd = exec.Command(program, args...)
	s.cmd.Env = append(os.Environ(), "WARDROUND_SERVER=", "WARDROUND_TOKEN=")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stdout, s.cmd.Stderr = w, w
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	said := make(chan struct{})
	go func() {
		defer close(s.ended)
		told := false
		lines := bufio.NewScanner(r)
		for lines.Scan() {
			s.mu.Lock()
			s.out.WriteString(lines.Text() + "\n")
			m := aLink.FindStringSubmatch(lines.Text())
			at := aHost.FindString(lines.Text())
			if s.url == "" {
				s.url = at
			}
			if !told && (m != nil || !link && s.url != "") {
				if m != nil {
					s.link = m[0]
				}
				told = true
				close(said)
			}
			s.mu.Unlock()
		}
		_ = s.cmd.Wait()
	}()
	t.Cleanup(func() { s.stop() })
	select {
	case <-said:
	case <-s.ended:
		t.Fatalf("it ended before it served:\n%s", s.printed())
	case <-time.After(patience):
		t.Fatalf("it does not serve:\n%s", s.printed())
	}
	return s
}

func (s *served) printed() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

// stop ends the program as a terminal does, and returns how it ended.
func (s *served) stop() int {
	_ = s.cmd.Process.Signal(os.Interrupt)
	select {
	case <-s.ended:
	case <-time.After(20 * time.Second):
		_ = s.cmd.Process.Kill()
		<-s.ended
		s.Errorf("it did not end:\n%s", s.printed())
	}
	return s.cmd.ProcessState.ExitCode()
}

// ask sends a request as the page does and reads the answer as JSON into a value.
func (s *served) ask(method, path, typ string, body io.Reader, into any) int {
	s.Helper()
	rq, err := http.NewRequest(method, s.url+"/api/v1"+path, body)
	if err != nil {
		s.Fatal(err)
	}
	if typ != "" {
		rq.Header.Set("Content-Type", typ)
	}
	rs, err := s.person.Do(rq)
	if err != nil {
		s.Fatalf("%s %s: %v\n%s", method, path, err, s.printed())
	}
	defer rs.Body.Close()
	b, err := io.ReadAll(rs.Body)
	if err != nil {
		s.Fatal(err)
	}
	if into != nil && rs.StatusCode < 300 {
		if err := json.Unmarshal(b, into); err != nil {
			s.Fatalf("%s %s answered %s: %v", method, path, b, err)
		}
	}
	if rs.StatusCode >= 300 {
		s.Logf("%s %s: %d %s", method, path, rs.StatusCode, b)
	}
	return rs.StatusCode
}

func (s *served) post(path string, body any, into any) int {
	s.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		s.Fatal(err)
	}
	return s.ask(http.MethodPost, path, "application/json", bytes.NewReader(b), into)
}

// enter follows the link; what else the welcome page asks for is in more.
func (s *served) enter(more map[string]string) {
	s.Helper()
	_, token, _ := strings.Cut(s.link, "#")
	body := map[string]string{"token": token}
	for k, v := range more {
		body[k] = v
	}
	var step struct{ Next string }
	if code := s.post("/welcome", body, &step); code != 200 || step.Next != "done" {
		s.Fatalf("the link answers %d, %+v", code, step)
	}
}

// eventually asks again until ok says so.
func (s *served) eventually(what string, within time.Duration, ok func() bool) {
	s.Helper()
	for end := time.Now().Add(within); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			s.Fatalf("not within %v: %s\n%s", within, what, s.printed())
		}
	}
}

type overview struct {
	Now []struct {
		Title, Severity string
	} `json:"now"`
	Counts map[string]int `json:"counts"`
}

// Whoever starts the demo sees a finding within ten seconds, is told how to come in,
// and looks at a ward that lives on at the pace of our own clock.
func TestDemoShowsAFindingWithinTenSeconds(t *testing.T) {
	s := face(t, true, "demo", "--stay", "--speed", "600", "--listen", "127.0.0.1:0")
	s.enter(nil)
	var o overview
	s.eventually("a finding on the overview", 10*time.Second-time.Since(s.begun), func() bool {
		return s.ask(http.MethodGet, "/overview", "", nil, &o) == 200 && len(o.Now) > 0
	})
	t.Logf("%q after %v", o.Now[0].Title, time.Since(s.begun).Round(time.Millisecond))
	var who struct {
		Origin, Site_name string
		Permissions       []string
	}
	if s.ask(http.MethodGet, "/session", "", nil, &who); who.Origin != "simulated" || len(who.Permissions) < 10 {
		t.Errorf("%+v", who)
	}
	// An hour at six hundred times life has passed after some seconds.
	var page struct{ At time.Time }
	s.eventually("the ward's time is ours", 30*time.Second, func() bool {
		s.ask(http.MethodGet, "/findings?limit=1", "", nil, &page)
		return time.Since(page.At) < 5*time.Second
	})
	before := page.At
	s.eventually("the ward lives on", 10*time.Second, func() bool {
		s.ask(http.MethodGet, "/findings?limit=1", "", nil, &page)
		return page.At.After(before.Add(time.Second))
	})
	if page.At.After(time.Now().Add(2 * time.Second)) {
		t.Errorf("the ward is at %v, which is to come", page.At)
	}
	if code := s.stop(); code != 0 || !strings.Contains(s.printed(), "SIMULATED. What the round found:") {
		t.Errorf("it ended with %d:\n%s", code, s.printed())
	}
}

// From the first start to the first finding: the link that was printed makes the
// administrator, once; a capture is read as it is sent; and after a restart nobody
// has to be made again.
func TestFirstStartToFirstFinding(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	capture := filepath.Join(t.TempDir(), "ward.pcap")
	if out, err := exec.Command(program, "sim", "capture", "-q", "--hours", "0.5", "--scenario", "mqtt-anonymous", capture).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s := face(t, true, "serve", "--data", dir, "--learn", "10m", "--listen", "127.0.0.1:0")
	root := map[string]string{"name": "root", "display": "Root", "password": "many words make it long"}
	s.enter(root)
	if code := s.post("/welcome", map[string]string{"token": strings.Split(s.link, "#")[1], "name": "eve", "password": "many words make it long"}, nil); code < 400 {
		t.Errorf("the link worked twice: %d", code)
	}
	var who struct {
		Setup bool `json:"setup"`
	}
	if s.ask(http.MethodGet, "/session", "", nil, &who); !who.Setup {
		t.Error("nothing is watched, and nobody is told")
	}
	stream := s.listen("/events?topics=live,findings,overview")
	send := func(name string, content []byte, into any) int {
		return s.ask(http.MethodPost, "/captures?name="+name, "application/vnd.tcpdump.pcap", bytes.NewReader(content), into)
	}
	content, err := os.ReadFile(capture)
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Input                 string
		Packets, Observations int
	}
	if code := send("ward.pcap", content, &read); code != 200 || read.Packets < 1000 || read.Observations < 100 || !strings.HasPrefix(read.Input, "sha256:") {
		t.Fatalf("the capture: %d, %+v", code, read)
	}
	if code := send("ward.txt", []byte("no capture"), nil); code != 422 {
		t.Errorf("what is no capture: %d", code)
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".unfinished-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	var findings struct{ Total, Position int }
	if s.ask(http.MethodGet, "/findings?check=mqtt.anonymous", "", nil, &findings); findings.Total == 0 {
		t.Error("the finding is not there")
	}
	before := findings.Position
	send("again.pcap", content, &read) // adds nothing but that it was read
	if s.ask(http.MethodGet, "/findings?check=mqtt.anonymous", "", nil, &findings); findings.Position > before+5 {
		t.Errorf("the same capture again moved the log from %d to %d", before, findings.Position)
	}
	stream.hears(t, "event: live")
	if code := s.stop(); code != 0 {
		t.Fatalf("it ended with %d:\n%s", code, s.printed())
	}
	stream.hears(t, "event: bye")

	s = face(t, false, "serve", "--data", dir, "--listen", "127.0.0.1:0")
	if code := s.post("/sign-in/password", map[string]string{"name": "root", "password": root["password"]}, nil); code != 200 {
		t.Errorf("signing in after a restart: %d", code)
	}
	if s.ask(http.MethodGet, "/findings?check=mqtt.anonymous", "", nil, &findings); findings.Total == 0 {
		t.Error("the finding is gone after a restart")
	}
	if strings.Contains(s.printed(), "welcome#") {
		t.Errorf("a link is printed although there is an administrator:\n%s", s.printed())
	}
	// Locked out: the machine lets in again, and says so in the ledger.
	out, err := exec.Command(program, "account", "reset", "root", "--data", dir).Output()
	if s.link = strings.TrimSpace(string(out)); err != nil || !strings.Contains(s.link, "/welcome#") {
		t.Fatalf("reset: %v %q", err, out)
	}
	s.enter(map[string]string{"password": "other words, as many"})
	var audit struct {
		Items []struct{ Act, By, Detail string }
	}
	s.ask(http.MethodGet, "/audit?act=reset-link-made", "", nil, &audit)
	if len(audit.Items) != 1 || !strings.Contains(audit.Items[0].By, "at the machine") || !strings.Contains(audit.Items[0].Detail, "root") {
		t.Errorf("the record of the reset: %+v", audit.Items)
	}
}

// heard is an open event stream.
type heard struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *served) listen(path string) *heard {
	s.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s.Cleanup(cancel)
	rq, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/v1"+path, nil)
	if err != nil {
		s.Fatal(err)
	}
	rs, err := (&http.Client{Jar: s.person.Jar}).Do(rq)
	if err != nil || rs.StatusCode != 200 {
		s.Fatalf("the stream: %v %v", rs, err)
	}
	h := &heard{}
	go func() {
		defer rs.Body.Close()
		lines := bufio.NewReader(rs.Body)
		for {
			line, err := lines.ReadString('\n')
			h.mu.Lock()
			h.text.WriteString(line)
			h.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return h
}

func (h *heard) hears(t *testing.T, what string) {
	t.Helper()
	for range 200 {
		h.mu.Lock()
		ok := strings.Contains(h.text.String(), what)
		h.mu.Unlock()
		if ok {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	t.Errorf("the stream never said %q:\n%.2000s", what, h.text.String())
}

// The simulated ward that a server starts for whoever wants to look first is a
// process of its own: it holds nothing of the server, and ends with it, however that
// ends.
func TestSimulatedWardBesideAServer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := face(t, true, "serve", "--data", dir, "--listen", "127.0.0.1:0")
	s.enter(map[string]string{"name": "root", "password": "many words make it long"})
	start := func() string {
		var born struct{ URL string }
		if code := s.post("/simulation", struct{}{}, &born); code != 200 && code != 201 || !strings.Contains(born.URL, "/welcome#") {
			t.Fatalf("%d, %+v", code, born)
		}
		return born.URL
	}
	alive := func(link string) bool {
		rs, err := http.Get(aHost.FindString(link) + "/healthz")
		if err != nil {
			return false
		}
		rs.Body.Close()
		return rs.StatusCode == 200
	}
	first := start()
	if !alive(first) {
		t.Fatal("it is not there")
	}
	second := start()
	if alive(first) {
		t.Error("the one before is still there")
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	visitor := &served{T: t, url: aHost.FindString(second), link: second, person: &http.Client{Jar: jar, Timeout: 10 * time.Second}}
	visitor.enter(nil)
	var o overview
	visitor.eventually("the simulated ward has findings", 15*time.Second, func() bool {
		return visitor.ask(http.MethodGet, "/overview", "", nil, &o) == 200 && len(o.Now) > 0
	})
	if s.ask(http.MethodGet, "/overview", "", nil, &o); len(o.Now) > 0 {
		t.Errorf("simulated findings are among the live ones: %+v", o.Now)
	}
	if err := s.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-s.ended
	s.eventually("it ends with a server that is killed", 10*time.Second, func() bool { return !alive(second) })
}

// The demo takes the next port when its own is taken, and serves its machine alone.
func TestDemoFindsAPort(t *testing.T) {
	one := face(t, true, "demo", "--stay", "--speed", "0", "--hours", "0.1")
	two := face(t, true, "demo", "--stay", "--speed", "0", "--hours", "0.1")
	if one.url == two.url {
		t.Errorf("both are at %s", one.url)
	}
	out, err := exec.Command(program, "demo", "--listen", "0.0.0.0:0").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "not loopback") {
		t.Errorf("%v\n%s", err, out)
	}
}
