package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/api"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/behaviour/picture"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/live"
	"github.com/wardround/wardround/pipeline"
)

// face is the face of a data directory.
func (c *serveCmd) face(ctx context.Context, a *app, w *writer, m *sensors, sv *serving) (*face, error) {
	var f *face
	u := &uploads{dir: w.dir, into: w.take}
	tw := &twin{a: a, ctx: ctx}
	name := sv.cfg.Name
	if name == "" {
		name = string(w.scope.Site)
	}
	f, err := openFace(faceOptions{
		listener: sv.listener, certs: sv.certs, url: sv.cfg.URL, hosts: sv.cfg.Hosts,
		scope: w.scope, origin: wardround.Live, name: name, public: filepath.Join(w.dir, publicDir), learn: c.Learn, store: w.store, keys: w.keys, say: w.say,
		portfolio: w.portfolio(a), models: picture.New(w.models, behaviour.Opener(func(digest string) (io.ReadCloser, error) { return w.stock.blobs.Open(digest) })),
		past: w.log, stats: w.pipe.Stats, statement: w.statement,
		people: peopleOptions{file: w.d.Accounts(), keys: w.d.Keys()},
		control: api.Control{
			Interfaces:   interfaces,
			AddSensor:    m.added,
			RemoveSensor: m.remove,
			Sensors:      m.known,
			Capture:      func(ctx context.Context, name string, r io.Reader) (api.Captured, error) { return u.take(ctx, name, r) },
			Simulate:     tw.start,
			Changed:      w.settle,
		},
		defaults: map[string][]byte{"retention": fmt.Appendf(nil, `{"observations_days":%d}`, w.retention.Load().days())},
		version:  a.about(w.dir),
		metrics:  figures(w.ingest.Health, func() live.Health { return f.hub.Health() }),
		health:   func() error { return w.ingest.Health().Err },
		lag:      w.lag,
		now:      a.now, log: a.logger(c.Verbose),
	})
	return f, err
}

// added watches an interface that a person named.
func (m *sensors) added(ctx context.Context, n api.NewSensor) (board.Sensor, error) {
	s := sensorConfig{Name: n.Name, Interface: n.Interface, Filter: n.Filter}
	if s.Name == "" {
		s.Name = s.Interface
	}
	if err := m.add(ctx, s); err != nil {
		return board.Sensor{}, err
	}
	now := time.Now().UTC()
	return board.Sensor{ID: s.Name, Interface: s.Interface, State: "watching", Since: now, Last: now, Removable: true, Rate: []*float64{}}, nil
}

// known completes the board's rows with what is being watched: its interface, whether
// people may take it away, and what has not begun or said anything yet.
func (m *sensors) known(rows []board.Sensor) []board.Sensor {
	rows = slices.Clone(rows)
	for _, w := range m.list() {
		i := slices.IndexFunc(rows, func(r board.Sensor) bool { return r.ID == w.Name })
		if i < 0 {
			rows = append(rows, board.Sensor{ID: w.Name, State: "quiet", Since: w.since.UTC(), Last: w.since.UTC(), Rate: []*float64{}})
			i = len(rows) - 1
		}
		r := &rows[i]
		r.Interface, r.Removable = w.Interface, !w.fixed
		if w.why != "" {
			r.State, r.Detail = "lost", w.why
		}
	}
	return rows
}

// settle puts a changed setting in force. Errors: EInvalid.
func (w *writer) settle(_ context.Context, name string, value []byte) error {
	if name != "retention" {
		return nil
	}
	var v struct {
		Days int `json:"observations_days"`
	}
	if err := json.Unmarshal(value, &v); err != nil {
		return wardround.Errorf(wardround.EInvalid, "retention", "%w", err)
	}
	if v.Days < 1 || v.Days > 36500 {
		return wardround.Errorf(wardround.EInvalid, "retention", "observations are kept for 1 to 36500 days, not %d", v.Days)
	}
	now := *w.retention.Load()
	now.Days = v.Days
	w.retention.Store(&now)
	return nil
}

// documentZones keeps the zones of the configuration that were put in force last.
const documentZones = "configuration/zones"

// configured puts the configuration's zones in force when they are others than at the
// last start; what people have changed since then stays.
func (w *writer) configured(ctx context.Context, docs account.Documents, zones string) error {
	if zones == "" {
		return nil
	}
	d, err := docs.Document(ctx, documentZones)
	known := err == nil
	if err != nil && wardround.ErrorCode(err) != wardround.ENotFound {
		return err
	}
	if known && string(d.Value) == zones {
		return nil
	}
	if string(w.zonesNow()) != zones {
		if err := w.say(ctx, &kind.ContentChangedV1{Name: pipeline.ContentZones, Value: zones, By: "configuration", Reason: "start-up"}); err != nil {
			return err
		}
	}
	_, err = docs.PutDocument(ctx, account.Document{Name: documentZones, Value: []byte(zones), Version: d.Version, By: "configuration", At: w.now()})
	return err
}

// welcome returns where a browser is to begin: while there is nobody, at the link that
// makes the first administrator, and until when that is good.
func (c *serveCmd) welcome(ctx context.Context, f *face) (at, until string, err error) {
	first, err := f.people.FirstRun(ctx)
	if err != nil || !first {
		return f.url, "", err
	}
	link, err := f.people.FirstLink(ctx)
	return link.URL, link.Expires.Local().Format("2006-01-02 15:04 MST"), err
}
