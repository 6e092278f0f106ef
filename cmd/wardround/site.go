package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/user"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/api/client"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/datadir"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/ledger"
	"github.com/wardround/wardround/pipeline"
	"github.com/wardround/wardround/sense"
	"github.com/wardround/wardround/sqlite"
)

// site is a data directory open for reading, or a server that is asked instead.
type site struct {
	store  wardround.Reader
	scope  wardround.Scope
	close  func() error
	server *client.Client // nil for a data directory
}

func (s *site) Close() error { return s.close() }

// zones are the zones in force.
func (s *site) zones(ctx context.Context) ([]wardround.Zone, error) {
	for row, err := range s.store.Content(ctx, s.scope) {
		if err != nil {
			return nil, err
		}
		if row.Name == pipeline.ContentZones {
			var z []wardround.Zone
			return z, wardround.Wrap(wardround.EIntegrity, "zones", json.Unmarshal(row.Value, &z))
		}
	}
	return nil, nil
}

// openRead opens the data directory beside whoever serves it, or the server that was
// named.
func (a *app) openRead() (*site, error) {
	if s, err := a.openRemote(); s != nil || err != nil {
		return s, err
	}
	dir, err := a.data()
	if err != nil {
		return nil, err
	}
	d, err := datadir.Read(dir)
	if err != nil {
		return nil, err
	}
	st, err := sqlite.Open(d.State(), sqlite.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	return &site{store: st, scope: d.Scope(), close: st.Close}, nil
}

// writer is a data directory open as its one writer, and everything that writes.
type writer struct {
	ctx        context.Context
	dir        string
	d          *datadir.Dir
	scope      wardround.Scope
	store      *sqlite.Store
	log        *filelog.Log
	pipe       *pipeline.Pipeline
	ingest     *pipeline.Ingest
	pseudonyms *sense.Pseudonyms
	keys       []*ledger.Key
	now        func() time.Time
	signing    sync.Mutex
	signed     time.Time // of the newest checkpoint that reached where it should
	deliver    checkpointConfig
	// What hears of each commit and of each judged batch while serving; nil for nothing.
	committed func(*wardround.Commit)
	judged    func([]*wardround.Observation)
	retention atomic.Pointer[retentionConfig] // in force
	people    *people                         // while serving
	stock     *stock
	models    *behaviour.Fold
}

// openWriter opens the data directory as its one writer and makes it if needed.
func (a *app) openWriter(cfg *config, learn time.Duration, acceptGap bool) (w *writer, err error) {
	dir, err := a.data()
	if err != nil {
		return nil, err
	}
	d, err := datadir.Open(dir, datadir.Format{Org: wardround.Org(cfg.Org), Site: wardround.SiteID(cfg.Site), Origin: wardround.Live}, a.now())
	if err != nil {
		return nil, err
	}
	w = &writer{ctx: context.WithoutCancel(a.ctx), dir: dir, d: d, scope: d.Scope(), now: a.now, deliver: cfg.Checkpoints}
	w.retention.Store(&cfg.Retention)
	defer func() {
		if err != nil {
			w.Close()
			w = nil
		}
	}()
	if w.keys, err = d.LedgerKeys(); err != nil {
		return w, err
	}
	epoch, key, err := d.PseudonymKey(a.now())
	if err != nil {
		return w, err
	}
	w.pseudonyms = sense.NewPseudonyms(epoch, key)
	if w.store, err = d.OpenState(a.ctx, sqlite.Options{Origin: wardround.Live}, a.now()); err != nil {
		return w, err
	}
	position, _, err := w.store.Position(a.ctx, w.scope)
	if err != nil {
		return w, err
	}
	w.log, err = filelog.Open(d.Log(), filelog.Options{
		Codec: kind.Codec{}, Clock: a.now, Origin: wardround.Live, AtLeast: position, AcceptGap: acceptGap,
		OnGap: func(g filelog.Gap) *wardround.Observation {
			return &wardround.Observation{
				Kind: string(kind.LogGap), Version: 1, At: a.now(),
				Fields: &kind.LogGapV1{After: g.From - 1, Reason: kind.PersonalText(g.String()), By: kind.PersonalText(currentUser())},
			}
		},
	})
	if err != nil {
		return w, err
	}
	if w.stock, err = a.openStock(w.dir, d.Blobs(), w.scope, wardround.Live, w.store, false); err != nil {
		return w, err
	}
	if w.models, err = a.openModels(w.stock.blobs, w.scope, wardround.Live, w.store); err != nil {
		return w, err
	}
	w.pipe, err = pipeline.Open(a.ctx, pipeline.Options{
		Portfolio: w.stock.fold, Models: w.models,
		Scope: w.scope, Origin: wardround.Live, Store: w.store, Checks: check.All(), Learn: learn, Maker: maker, Clock: a.now,
		OnCommit: func(c *wardround.Commit) {
			if w.committed != nil {
				w.committed(c)
			}
		},
	})
	if err != nil {
		return w, err
	}
	w.ingest = pipeline.NewIngest(pipeline.IngestOptions{
		Log: w.log, Pipeline: w.pipe, Clock: a.now,
		OnJudged: func(batch []*wardround.Observation) {
			if w.judged != nil {
				w.judged(batch)
			}
		},
	})
	return w, nil
}

// Close closes what is open, in the order in which it depends on each other.
func (w *writer) Close() error {
	var errs []error
	if w.pipe != nil {
		w.pipe.Close()
		if (w.ingest == nil || !w.ingest.Failed()) && w.stock.fold.Resting() { // else the caches are of what was not stored
			errs = append(errs, w.stock.compact(w.ctx))
		}
	}
	w.stock.Close()
	if w.log != nil {
		errs = append(errs, w.log.Close())
	}
	if w.store != nil {
		errs = append(errs, w.store.Close())
	}
	return errors.Join(append(errs, w.d.Close())...)
}

// fact makes an observation of what a person or a command said, now.
func (w *writer) fact(fields any) (*wardround.Observation, error) {
	return fact(fields, w.now(), wardround.Live)
}

// say makes what people said part of the log, all of it or nothing, and returns when
// it is durable and judged. Errors: EInvalid, EFull.
func (w *writer) say(ctx context.Context, fields ...any) error {
	facts := make([]*wardround.Observation, 0, len(fields))
	for _, f := range fields {
		o, err := w.fact(f)
		if err != nil {
			return err
		}
		facts = append(facts, o)
	}
	return w.together(ctx, facts)
}

// together makes facts durable and has them judged: up to [pipeline.MaxTogether] all of
// them or none, more in portions of so many. Errors: EInvalid, EFull.
func (w *writer) together(ctx context.Context, facts []*wardround.Observation) error {
	for portion := range slices.Chunk(facts, pipeline.MaxTogether) {
		if err := w.ingest.PutAll(ctx, portion...); err != nil {
			return err
		}
	}
	return w.ingest.Sync(ctx)
}

// zonesNow returns the zones in force, as content.
func (w *writer) zonesNow() []byte {
	for row, err := range w.store.Content(w.ctx, w.scope) {
		if err == nil && row.Name == pipeline.ContentZones {
			return row.Value
		}
	}
	return nil
}

// checkpointEvery is how often a checkpoint is signed; a copy should leave the
// machine at least as often.
const checkpointEvery = 24 * time.Hour

// checkpoint signs the ledger's head and writes it to checkpoint.txt in the data
// directory, for whatever carries it off the machine.
func (w *writer) checkpoint(ctx context.Context) error {
	w.signing.Lock()
	defer w.signing.Unlock()
	size, _, err := w.store.Head(ctx, w.scope)
	if err != nil || size == 0 {
		return err
	}
	c, err := ledger.MakeCheckpoint(ctx, w.store, w.scope, w.keys, w.now())
	if err != nil {
		return err
	}
	if err := w.d.SaveCheckpoint(c); err != nil {
		return err
	}
	if err := w.deliver.deliver(ctx, w.scope, c.Signed); err != nil {
		return wardround.Errorf(wardround.EInternal, "checkpoint", "signed, but not delivered: %w", err)
	}
	w.signed = w.now()
	return nil
}

// due reports whether it is time for another checkpoint.
func (w *writer) due() bool {
	w.signing.Lock()
	defer w.signing.Unlock()
	return w.now().Sub(w.signed) >= checkpointEvery
}

// housekeeping signs checkpoints and deletes what retention no longer keeps, which does
// not wait for a checkpoint that cannot be delivered.
func (w *writer) housekeeping(ctx context.Context) error {
	if !w.due() {
		return nil
	}
	err := w.checkpoint(ctx)
	return errors.Join(err, w.stock.compact(context.WithoutCancel(ctx)), w.retain(ctx, *w.retention.Load()))
}

// currentUser names who runs a command.
func currentUser() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	for _, v := range []string{"USER", "USERNAME"} {
		if s := os.Getenv(v); s != "" {
			return s
		}
	}
	return "unknown"
}

// lag is how long judging takes now.
func (w *writer) lag() time.Duration { return w.ingest.Health().Lag }
