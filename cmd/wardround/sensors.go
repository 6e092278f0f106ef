package main

import (
	"context"
	"encoding/json"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

// sensors are the interfaces being watched: those of the configuration and the
// command line, and those that people added, which are kept as a document and are
// watched again after a restart.
type sensors struct {
	// start watches one interface until ctx is done; ready is called when it does. An
	// interface that was never watched is an error.
	start func(ctx context.Context, s sensorConfig, ready func()) error
	said  func(format string, args ...any)
	docs  account.Documents
	// failed hears of a fixed sensor that could not begin.
	failed func(error)

	ctx context.Context
	wg  sync.WaitGroup

	mu      sync.Mutex
	running map[string]*watched
	closed  bool // nothing more is begun
}

// watched is one of them.
type watched struct {
	sensorConfig
	fixed bool // of the configuration: only that removes it
	stop  context.CancelFunc
	done  chan struct{}
	why   string // it has not begun; "" when it has
	since time.Time
}

const (
	// documentSensors is the document that keeps what people added.
	documentSensors = "sensors"
	// maxSensors is how many interfaces are watched at a time; each is a process.
	maxSensors = 32
	// beginWithin is how long a sensor may take to begin before people are told that
	// it does not.
	beginWithin = 5 * time.Second
	// againEvery is how often one that people added and that cannot begin is tried.
	againEvery = time.Minute
)

// fix watches a sensor of the configuration. If it cannot begin, failed hears it.
func (m *sensors) fix(s sensorConfig) {
	w, ctx := m.enlist(s, true)
	if w == nil {
		return
	}
	go func() {
		defer m.wg.Done()
		defer close(w.done)
		if err := m.start(ctx, s, func() { m.begun(w) }); err != nil {
			m.failed(err)
		}
	}()
}

// enlist puts a sensor on the list; nil when nothing is begun any more.
func (m *sensors) enlist(s sensorConfig, fixed bool) (*watched, context.Context) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, nil
	}
	m.wg.Add(1)
	ctx, stop := context.WithCancel(m.ctx)
	w := &watched{sensorConfig: s, fixed: fixed, stop: stop, done: make(chan struct{}), why: "it has not begun", since: time.Now()}
	if m.running == nil {
		m.running = map[string]*watched{}
	}
	m.running[s.Name] = w
	return w, ctx
}

func (m *sensors) begun(w *watched) {
	m.mu.Lock()
	w.why = ""
	m.mu.Unlock()
	m.said("watching %s", w.Interface)
}

// restore watches again what people added. What cannot begin is tried again and
// ends nothing: the interface may come back.
func (m *sensors) restore(ctx context.Context) error {
	list, _, err := m.kept(ctx)
	if err != nil {
		return err
	}
	for _, s := range list {
		if m.find(s.Name) == nil {
			m.keep(s, nil)
		}
	}
	return nil
}

// keep watches s and tries again when it cannot begin. first, if not nil, gets the
// outcome of the first try.
func (m *sensors) keep(s sensorConfig, first chan<- error) {
	w, ctx := m.enlist(s, false)
	if w == nil {
		if first != nil {
			first <- wardround.Errorf(wardround.ECannotTell, "sensors", "the server is shutting down")
		}
		return
	}
	go func() {
		defer m.wg.Done()
		defer close(w.done)
		tell := func(err error) {
			if first != nil {
				first <- err // has room for one
				first = nil
			}
		}
		for {
			err := m.start(ctx, s, func() { m.begun(w); tell(nil) })
			tell(err)
			if err == nil || ctx.Err() != nil {
				return
			}
			m.mu.Lock()
			fresh := w.why != err.Error()
			w.why = err.Error()
			m.mu.Unlock()
			if fresh {
				m.said("%s is not watched: %v; tried again every %v", s.Interface, err, againEvery)
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(againEvery):
			}
		}
	}()
}

func (m *sensors) find(name string) *watched {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.running[name]
}

// add watches an interface from now on, and after each restart. Errors: EInvalid
// (the interface or the filter), EForbidden (no right to capture), EConflict (it is
// watched already), EFull.
func (m *sensors) add(ctx context.Context, s sensorConfig) error {
	const op = "sensors.add"
	if s.Name == "" {
		s.Name = s.Interface
	}
	if _, err := net.InterfaceByName(s.Interface); err != nil {
		return wardround.Errorf(wardround.EInvalid, op, "there is no interface %q", s.Interface)
	}
	m.mu.Lock()
	n := len(m.running)
	taken := ""
	for _, w := range m.running {
		if w.Name == s.Name || w.Interface == s.Interface && w.Filter == s.Filter {
			taken = w.Name
		}
	}
	m.mu.Unlock()
	switch {
	case taken != "":
		return wardround.Errorf(wardround.EConflict, op, "%s is watched already, as sensor %q", s.Interface, taken)
	case n >= maxSensors:
		return wardround.Errorf(wardround.EFull, op, "%d sensors are at work, which is the most", n)
	}
	first := make(chan error, 1)
	m.keep(s, first)
	late := time.NewTimer(beginWithin)
	defer late.Stop()
	var err error
	select {
	case err = <-first:
	case <-late.C:
		err = wardround.Errorf(wardround.EInvalid, op, "%s does not begin to capture within %v", s.Interface, beginWithin)
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err == nil {
		err = m.edit(context.WithoutCancel(ctx), func(list []sensorConfig) []sensorConfig { return append(list, s) })
	}
	if err != nil {
		m.end(s.Name)
		return err
	}
	return nil
}

// remove stops watching what people added. Errors: ENotFound, EForbidden (it stands
// in the configuration).
func (m *sensors) remove(ctx context.Context, name string) error {
	const op = "sensors.remove"
	w := m.find(name)
	switch {
	case w == nil:
		return wardround.Errorf(wardround.ENotFound, op, "no sensor %q is being watched", name)
	case w.fixed:
		return wardround.Errorf(wardround.EForbidden, op, "%q was named when the server was started; take it out of the configuration or the command line", name)
	}
	if err := m.edit(ctx, func(list []sensorConfig) []sensorConfig {
		return slices.DeleteFunc(list, func(s sensorConfig) bool { return s.Name == name })
	}); err != nil {
		return err
	}
	m.end(name)
	return nil
}

// end stops a sensor and waits for its end.
func (m *sensors) end(name string) {
	m.mu.Lock()
	w := m.running[name]
	delete(m.running, name)
	m.mu.Unlock()
	if w != nil {
		w.stop()
		<-w.done
	}
}

// list returns what is watched, by name.
func (m *sensors) list() []watched {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]watched, 0, len(m.running))
	for _, w := range m.running {
		out = append(out, *w)
	}
	slices.SortFunc(out, func(a, b watched) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// wait begins nothing more and returns when every sensor has ended.
func (m *sensors) wait() {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.wg.Wait()
}

// kept reads the document of what people added.
func (m *sensors) kept(ctx context.Context) ([]sensorConfig, account.Document, error) {
	d, err := m.docs.Document(ctx, documentSensors)
	if wardround.ErrorCode(err) == wardround.ENotFound {
		return nil, account.Document{Name: documentSensors}, nil
	}
	if err != nil {
		return nil, d, err
	}
	var list []sensorConfig
	if err := json.Unmarshal(d.Value, &list); err != nil {
		return nil, d, wardround.Errorf(wardround.EIntegrity, "sensors", "the list of sensors cannot be read: %w", err)
	}
	return list, d, nil
}

// edit changes that document; another change meanwhile is tried over.
func (m *sensors) edit(ctx context.Context, change func([]sensorConfig) []sensorConfig) error {
	for {
		list, d, err := m.kept(ctx)
		if err != nil {
			return err
		}
		if d.Value, err = json.Marshal(change(list)); err != nil {
			return wardround.Wrap(wardround.EInternal, "sensors", err)
		}
		d.At, d.By, d.Reason = time.Now(), "", ""
		_, err = m.docs.PutDocument(ctx, d)
		if wardround.ErrorCode(err) != wardround.EConflict {
			return err
		}
	}
}
