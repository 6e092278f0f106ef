package main

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/sense/network"
	"github.com/wardround/wardround/sqlite"

	"github.com/wardround/wardround/internal/testkit"
)

// cables stands for capture processes: each interface begins, or cannot.
type cables struct {
	mu      sync.Mutex
	broken  map[string]error
	watched map[string]int // processes at work, by interface
	begun   chan string
}

func (c *cables) start(ctx context.Context, s sensorConfig, ready func()) error {
	c.mu.Lock()
	err := c.broken[s.Interface]
	if err == nil {
		c.watched[s.Interface]++
	}
	c.mu.Unlock()
	c.begun <- s.Interface
	if err != nil {
		return err
	}
	ready()
	<-ctx.Done()
	c.mu.Lock()
	c.watched[s.Interface]--
	c.mu.Unlock()
	return nil
}

func (c *cables) at(name string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.watched[name]
}

// attendants is a set of sensors over cables, with the documents of a server.
func attendants(t *testing.T, c *cables, docs *sqlite.Accounts) (*sensors, func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	m := &sensors{ctx: ctx, start: c.start, docs: docs, said: func(string, ...any) {}, failed: func(err error) { t.Error(err) }}
	ended := false
	end := func() {
		if !ended {
			ended = true
			cancel()
			m.wait()
		}
	}
	t.Cleanup(end)
	return m, end
}

func loopbackName(t *testing.T) string {
	t.Helper()
	list, err := net.Interfaces()
	if err != nil || len(list) == 0 {
		testkit.Missing(t, "this machine has no network interface")
	}
	return list[0].Name
}

// A person adds an interface, which is watched at once and again after a restart; who
// takes it away ends that. What the configuration names is not theirs to take.
func TestSensorsAreAddedAndRemoved(t *testing.T) {
	name := loopbackName(t)
	docs, err := sqlite.OpenAccounts(sqlite.Memory, sqlite.AccountsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer docs.Close()
	c := &cables{broken: map[string]error{}, watched: map[string]int{}, begun: make(chan string, 100)}
	m, end := attendants(t, c, docs)
	m.fix(sensorConfig{Name: "mirror", Interface: "mirror0"})
	<-c.begun
	refused := func(what string, err error, code wardround.Code) {
		t.Helper()
		if wardround.ErrorCode(err) != code {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := m.add(t.Context(), sensorConfig{Interface: name}); err != nil {
		t.Fatal(err)
	}
	if c.at(name) != 1 {
		t.Fatal("it is not watched")
	}
	refused("the same again", m.add(t.Context(), sensorConfig{Interface: name, Name: "other"}), wardround.EConflict)
	refused("the same name", m.add(t.Context(), sensorConfig{Interface: name, Filter: "tcp", Name: "mirror"}), wardround.EConflict)
	refused("no interface", m.add(t.Context(), sensorConfig{Interface: "no-such-0"}), wardround.EInvalid)
	refused("that of the configuration", m.remove(t.Context(), "mirror"), wardround.EForbidden)
	refused("one that is not there", m.remove(t.Context(), "nothing"), wardround.ENotFound)
	rows := m.known([]board.Sensor{{ID: "mirror", State: "watching"}, {ID: "capture", State: "ended"}})
	if len(rows) != 3 || rows[0].Interface != "mirror0" || rows[0].Removable || rows[1].Interface != "" || rows[2].ID != name || !rows[2].Removable {
		t.Errorf("%+v", rows)
	}
	end()
	if c.at(name) != 0 || c.at("mirror0") != 0 {
		t.Error("a process is left over")
	}

	// After a restart it is watched again; and when it cannot be, that ends nothing.
	again, end := attendants(t, c, docs)
	if err := again.restore(t.Context()); err != nil {
		t.Fatal(err)
	}
	within(t, "it is watched again", func() bool { return c.at(name) == 1 })
	if err := again.remove(t.Context(), name); err != nil || c.at(name) != 0 {
		t.Fatalf("%v; %d processes", err, c.at(name))
	}
	end()
	third, _ := attendants(t, c, docs)
	if err := third.restore(t.Context()); err != nil || len(third.list()) != 0 {
		t.Errorf("%v; what was taken away is back: %+v", err, third.list())
	}
}

// An interface that cannot be captured is refused with its reason and not kept.
func TestSensorThatCannotBegin(t *testing.T) {
	name := loopbackName(t)
	docs, err := sqlite.OpenAccounts(sqlite.Memory, sqlite.AccountsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer docs.Close()
	c := &cables{broken: map[string]error{name: errors.New("no right to capture")}, watched: map[string]int{}, begun: make(chan string, 100)}
	m, end := attendants(t, c, docs)
	if err := m.add(t.Context(), sensorConfig{Interface: name}); err == nil || !strings.Contains(err.Error(), "no right to capture") {
		t.Errorf("%v", err)
	}
	if len(m.list()) != 0 {
		t.Errorf("%+v", m.list())
	}
	// One that was kept, and whose interface has gone since, is told as lost.
	if err := m.edit(t.Context(), func([]sensorConfig) []sensorConfig { return []sensorConfig{{Name: "kept", Interface: name}} }); err != nil {
		t.Fatal(err)
	}
	if err := m.restore(t.Context()); err != nil {
		t.Fatal(err)
	}
	within(t, "its state is told", func() bool {
		rows := m.known(nil)
		return len(rows) == 1 && rows[0].State == "lost" && strings.Contains(rows[0].Detail, "no right to capture")
	})
	end()
	if err := m.add(t.Context(), sensorConfig{Interface: name, Filter: "tcp", Name: "late"}); wardround.ErrorCode(err) != wardround.ECannotTell {
		t.Errorf("after the end: %v", err)
	}
}

func within(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 200 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("not within two seconds: %s", what)
}

// failing gives some bytes and then what went wrong.
type failing struct {
	text io.Reader
	err  error
}

func (f *failing) Read(p []byte) (int, error) {
	if n, err := f.text.Read(p); err == nil {
		return n, nil
	}
	return 0, f.err
}

// A capture that is sent waits in a file that is gone whatever happens, and one is
// read at a time.
func TestUploads(t *testing.T) {
	dir := t.TempDir()
	inside, release := make(chan struct{}), make(chan struct{})
	u := &uploads{dir: dir, into: func(ctx context.Context, input string, read func(*network.Sensor) error) (network.Stats, int64, error) {
		close(inside)
		<-release
		return network.Stats{Packets: 7}, 3, nil
	}}
	gone := func(what string) {
		t.Helper()
		if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
			hidden, _ := os.ReadDir(dir)
			t.Errorf("%s: left behind: %v %v", what, left, hidden)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: left behind: %v", what, left)
		}
	}
	cut := errors.New("the connection was cut")
	if _, err := u.take(t.Context(), "x.pcap", &failing{strings.NewReader("half"), cut}); !errors.Is(err, cut) {
		t.Errorf("a capture that is cut: %v", err)
	}
	gone("cut")
	if _, err := u.take(t.Context(), "x.pcap", strings.NewReader("")); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Errorf("an empty capture: %v", err)
	}
	gone("empty")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := u.take(ctx, "x.pcap", strings.NewReader("text")); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits for it: %v", err)
	}
	gone("given up")
	done := make(chan error, 1)
	go func() {
		c, err := u.take(t.Context(), "x.pcap", strings.NewReader("packets"))
		if err == nil && (c.Packets != 7 || c.Observations != 3 || !strings.HasPrefix(c.Input, "sha256:")) {
			err = errors.New(c.Input)
		}
		done <- err
	}()
	<-inside
	if _, err := u.take(t.Context(), "y.pcap", strings.NewReader("packets")); wardround.ErrorCode(err) != wardround.EConflict {
		t.Errorf("two at a time: %v", err)
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
	gone("read")
	if _, err := (&uploads{dir: filepath.Join(dir, "none")}).take(t.Context(), "x", strings.NewReader("x")); err == nil {
		t.Error("a folder that is not there is written to")
	}
}
