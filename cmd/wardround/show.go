package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/behaviour/picture"
	"github.com/wardround/wardround/ledger"
	"github.com/wardround/wardround/live"
	"github.com/wardround/wardround/sense/network"
	"github.com/wardround/wardround/sim"
	"github.com/wardround/wardround/sqlite"
)

// demoListen is where a demo is served, and demoPorts how many ports from there are
// tried when it is taken.
const (
	demoListen = "127.0.0.1:8420"
	demoPorts  = 50
)

// longest is how long a ward lives that goes on: nobody looks on for longer.
const longest = 365 * 24 * time.Hour

// show serves a simulated ward's pages while it lives, prints findings as they come,
// and after the simulated hours what the round found. On a terminal, or when asked
// to, the ward then lives on.
func (c *demoCmd) show(a *app, opt sim.Options) error {
	stay := c.Stay || c.Open || c.Parent || terminal(a.stdout)
	length := opt.Length
	p := &pacer{speed: c.Speed}
	if stay {
		// It begins so long ago that, made up at speed, it comes to now and lives on.
		opt.Start = time.Now().UTC().Truncate(time.Second).Add(-length)
		opt.Length, p.life = longest, true
	}
	ctx, cancel := context.WithCancel(a.ctx)
	defer cancel()
	w, err := a.openWard(learnDemo)
	if err != nil {
		return err
	}
	defer w.Close()
	l, err := c.listen()
	if err != nil {
		return err
	}
	defer l.Close()
	f, err := a.demoFace(w, l)
	if err != nil {
		return err
	}
	show := a.live(nil)
	if c.Parent {
		show = func(*wardround.Commit) {}
	}
	w.commit = func(cm *wardround.Commit) { f.commit(cm); show(cm) }
	w.each = f.judged
	if err := f.load(ctx, w.store); err != nil {
		return errors.Join(err, f.people.Close())
	}
	f.start(ctx)
	simulated := sim.New(opt)
	end := simulated.Now().Add(length)
	if !c.Parent {
		fmt.Fprintf(a.stdout, "SIMULATED: a ward of six beds, radiology, home monitoring; seed %d, %s at %s. Not a patient alarm.\n", c.Seed, length, pace(c.Speed))
	}
	err = w.begin(context.WithoutCancel(ctx), simulated) // a second; an interrupted demo still shows what it found
	if err == nil {
		err = c.welcome(context.WithoutCancel(ctx), a, f)
	}
	if err != nil {
		cancel()
		return errors.Join(err, f.stop())
	}
	begun := time.Now()
	var stats network.Stats
	ran := make(chan error, 1)
	told := make(chan struct{})
	done := told
	go func() { // ends with ctx or the ward
		rest, err := w.live(ctx, simulated, p, func(now time.Time, so func() network.Stats) {
			if !now.Before(end) && told != nil {
				stats = so()
				close(told)
				told = nil
			}
		})
		if told != nil {
			stats = rest
		}
		ran <- err
	}()
	if c.Parent {
		go func() { // ends with the process that started us
			_, _ = io.Copy(io.Discard, a.stdin) // nothing is ever sent
			cancel()
		}()
	}
	var result error
	reported := false
	report := func(took time.Duration) {
		reported = true
		if c.Parent {
			return
		}
		fmt.Fprintln(a.stdout, "\nSIMULATED. What the round found:")
		b := *a
		b.ctx = context.WithoutCancel(a.ctx) // an interrupted demo still shows what it found
		result = errors.Join(result, w.report(&b, stats, took, c.FailOn))
	}
	var failed error
	select {
	case failed = <-ran:
	case <-done:
		if stay {
			report(time.Since(begun))
			a.note("\nThe ward lives on: %s\nCtrl-C ends it.", c.link)
		}
		failed = <-ran
	}
	if a.ctx.Err() != nil || ctx.Err() != nil {
		failed = ignored(failed)
	}
	if failed == nil && !reported {
		report(time.Since(begun))
	}
	cancel()
	return errors.Join(failed, f.stop(), result)
}

// ignored drops the error of what was ended on purpose.
func ignored(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// listen listens where asked, or on the first port that is free.
func (c *demoCmd) listen() (net.Listener, error) {
	if c.Listen != "" {
		if err := loopback(c.Listen); err != nil {
			return nil, err
		}
		l, err := net.Listen("tcp", c.Listen)
		if err != nil {
			return nil, wardround.Errorf(wardround.EInvalid, "demo", "--listen: %w", err)
		}
		return l, nil
	}
	at, err := net.ResolveTCPAddr("tcp", demoListen)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInternal, "demo", err)
	}
	for n := 0; ; n++ {
		l, err := net.ListenTCP("tcp", at)
		if err == nil {
			return l, nil
		}
		if n == demoPorts { // "in use" has many names
			return nil, wardround.Errorf(wardround.EInvalid, "demo", "no port can be had; say one with --listen 127.0.0.1:PORT: %w", err)
		}
		at.Port++
	}
}

// demoFace is the face of a ward: everything in memory.
func (a *app) demoFace(w *ward, l net.Listener) (*face, error) {
	key, err := passingKey()
	if err != nil {
		return nil, err
	}
	var f *face
	f, err = openFace(faceOptions{
		listener: l, scope: w.scope, origin: w.origin, name: "Simulated ward", learn: learnDemo, store: w.book, keys: []*ledger.Key{key}, say: w.say,
		people: peopleOptions{file: sqlite.Memory, demo: true}, version: a.about(""), health: w.health, lag: func() time.Duration { return 0 },
		statement: func(ctx context.Context) (ledger.Statement, error) { return statement(ctx, w.store, w.scope) },
		stats:     w.pipe.Stats,
		portfolio: w.parts,
		models:    picture.New(w.models, w.blobs),
		metrics:   figures(w.figures, func() live.Health { return f.hub.Health() }),
		now:       a.now, log: a.logger(false),
	})
	return f, err
}

// passingKey is a key of a ledger that is gone with the process.
func passingKey() (*ledger.Key, error) {
	dir, err := os.MkdirTemp("", "wardround-")
	if err != nil {
		return nil, wardround.Wrap(wardround.EFull, "demo", err)
	}
	defer os.RemoveAll(dir)
	return ledger.NewKey(filepath.Join(dir, "ledger"), nil)
}

// announced is what a parent reads of a demo that it started.
type announced struct {
	URL string `json:"url"`
}

// welcome says how to get in: as somebody who may do everything, and as the second
// person whom some acts need.
func (c *demoCmd) welcome(ctx context.Context, a *app, f *face) error {
	link, err := f.people.DemoLink(ctx)
	if err != nil {
		return err
	}
	c.link = link.URL
	if c.Parent {
		return json.NewEncoder(a.stdout).Encode(announced{link.URL})
	}
	fmt.Fprintf(a.stdout, "Look at it:  %s\n", link.URL)
	name, password, err := f.people.second(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "What needs a second person, one of the two of clinical engineering: in another browser, %s as %s, password %s\n\n", f.url, name, password)
	if c.Open {
		if err := browse(link.URL); err != nil {
			a.note("The browser could not be opened: %v", err)
		}
	}
	return nil
}

// second makes the second person of a demo: a clinical engineer.
func (p *people) second(ctx context.Context) (name, password string, err error) {
	who := account.NewAccount{
		Name: "erin", Display: "Erin, clinical engineering",
		Grants: []account.Grant{{Role: account.ClinicalEngineering, Site: account.Any, Product: account.Any}},
	}
	_, link, err := p.Invite(ctx, account.Client{}, machine(), who)
	if err != nil {
		return "", "", err
	}
	text := strings.ToLower(rand.Text())
	password = text[:4] + "-" + text[4:8] + "-" + text[8:12]
	_, err = p.Welcome(ctx, account.Client{}, link.Secret, account.Welcome{Display: who.Display, Password: password})
	return who.Name, password, err
}
