package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"iter"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/api/client"
	"github.com/wardround/wardround/sense/network"
	"github.com/wardround/wardround/sim"
	"github.com/wardround/wardround/sqlite"
)

// wardServed is a ward that has lived for half an hour, and a client of its server.
func wardServed(t *testing.T) (*ward, *face, *client.Client) {
	t.Helper()
	a := &app{cli: &cli{globals: globals{Format: "table"}}, ctx: t.Context(), stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now}
	w, err := a.openWard(learnDemo)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f, err := a.demoFace(w, l)
	if err != nil {
		t.Fatal(err)
	}
	w.commit, w.each = f.commit, f.judged
	if err := f.load(t.Context(), w.store); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	f.start(ctx)
	t.Cleanup(func() {
		cancel()
		if err := f.stop(); err != nil {
			t.Error(err)
		}
		w.Close()
	})
	s := sim.New(sim.Options{Seed: 7, Length: 30 * time.Minute, Scenarios: []string{"mqtt-anonymous", "gateway-impersonated", "pump-silent"}})
	if err := w.begin(ctx, s); err != nil {
		t.Fatal(err)
	}
	if _, err := w.live(ctx, s, &pacer{}, func(time.Time, func() network.Stats) {}); err != nil {
		t.Fatal(err)
	}
	if err := f.board.Load(ctx, w.store); err != nil { // what only the end of a ward writes down: times and counts
		t.Fatal(err)
	}
	// Somebody who may read everything.
	who, _, err := f.people.Invite(ctx, account.Client{}, machine(), account.NewAccount{Name: "reader", Grants: everyRole()})
	if err != nil {
		t.Fatal(err)
	}
	owner := machine()
	owner.Account = who
	_, secret, err := f.people.MakeToken(ctx, account.Client{}, owner, "test", []account.Permission{account.View, account.Observe, account.Evidence, account.Audit}, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(client.Options{Server: l.Addr().String(), Token: secret})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return w, f, c
}

// empty is the face of a ward in which nothing has happened, served.
func empty(t *testing.T, certs *certificates) *face {
	t.Helper()
	a := &app{cli: &cli{globals: globals{Format: "table"}}, ctx: t.Context(), stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now}
	w, err := a.openWard(learnDemo)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f, err := openFace(faceOptions{
		listener: l, certs: certs, scope: w.scope, origin: w.origin, name: "Test", store: w.book, say: w.say,
		people: peopleOptions{file: sqlite.Memory}, health: w.health, lag: func() time.Duration { return 0 }, now: a.now, log: a.logger(false),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	f.start(ctx)
	t.Cleanup(func() {
		cancel()
		if err := f.stop(); err != nil {
			t.Error(err)
		}
		w.Close()
	})
	return f
}

// rows collects what an iterator yields, as JSON.
func rows[T any](t *testing.T, what string, list iter.Seq2[*T, error]) []string {
	t.Helper()
	var out []string
	for x, err := range list {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		b, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(b))
	}
	return out
}

func same[T any](t *testing.T, what string, least int, store, server iter.Seq2[*T, error]) {
	t.Helper()
	want, got := rows(t, "store: "+what, store), rows(t, "server: "+what, server)
	if len(want) < least {
		t.Fatalf("%s: the store has %d, which tests nothing", what, len(want))
	}
	if d := gocmp.Diff(want, got); d != "" {
		t.Errorf("%s: the server tells (+) something else than the store holds (-):\n%.3000s", what, d)
	}
}

// A client reads from a server what the store there holds, row for row and in the
// same order, so that a command says the same of either.
func TestClientReadsWhatTheStoreHolds(t *testing.T) {
	w, _, c := wardServed(t)
	ctx, s := t.Context(), w.scope
	same(t, "assets", 50, w.store.Assets(ctx, s), c.Assets(ctx, s))
	same(t, "links", 50, w.store.Links(ctx, s), c.Links(ctx, s))
	same(t, "proposals", 3, w.store.Proposals(ctx, s), c.Proposals(ctx, s))
	same(t, "findings", 20, w.store.Findings(ctx, s, wardround.FindingFilter{}), c.Findings(ctx, s, wardround.FindingFilter{}))
	grave := wardround.FindingFilter{Live: true, Severity: wardround.High}
	same(t, "grave findings", 2, w.store.Findings(ctx, s, grave), c.Findings(ctx, s, grave))
	var one *wardround.Finding
	for f, err := range w.store.Findings(ctx, s, grave) {
		if one = f; err != nil {
			t.Fatal(err)
		}
	}
	for _, filter := range []wardround.FindingFilter{{Check: one.Check}, {Subject: one.Subject}, {Case: one.Case}} {
		same(t, "filtered findings", 1, w.store.Findings(ctx, s, filter), c.Findings(ctx, s, filter))
	}
	if got := rows(t, "findings elsewhere", c.Findings(ctx, wardround.Scope{Org: "x", Site: "y"}, wardround.FindingFilter{})); len(got) != 0 {
		t.Errorf("%d findings of another site", len(got))
	}
	of := wardround.VerdictFilter{Subject: one.Subject}
	byKey := func(list iter.Seq2[*wardround.Verdict, error]) iter.Seq2[*wardround.Verdict, error] {
		return func(yield func(*wardround.Verdict, error) bool) {
			var all []*wardround.Verdict
			for v, err := range list {
				if err != nil {
					yield(nil, err)
					return
				}
				all = append(all, v)
			}
			slices.SortFunc(all, func(a, b *wardround.Verdict) int {
				return cmp.Or(strings.Compare(a.Check, b.Check), strings.Compare(a.Item, b.Item))
			})
			for _, v := range all {
				if !yield(v, nil) {
					return
				}
			}
		}
	}
	same(t, "verdicts", 1, byKey(w.store.Verdicts(ctx, s, of)), byKey(c.Verdicts(ctx, s, of)))
	same(t, "transitions", 1, w.store.Transitions(ctx, s, one.Key), c.Transitions(ctx, s, one.Key))
	same(t, "evidence", 20, w.store.Evidence(ctx, s, 10, 40), c.Evidence(ctx, s, 10, 40))
	for _, err := range c.States(ctx, s) {
		if wardround.ErrorCode(err) != wardround.EForbidden {
			t.Errorf("the state of checks: %v", err)
		}
	}
	position, at, err := c.Position(ctx, s)
	want, when, werr := w.store.Position(ctx, s)
	if err != nil || werr != nil || position != want || !at.Equal(when) {
		t.Errorf("position %d at %v (%v), want %d at %v", position, at, err, want, when)
	}
	var bundle bytes.Buffer
	if n, err := c.Export(ctx, time.Time{}, time.Time{}, &bundle); err != nil || n != int64(bundle.Len()) || !bytes.HasPrefix(bundle.Bytes(), []byte("PK")) {
		t.Errorf("a bundle of %d bytes: %v", n, err)
	}
	m, err := c.Coverage(ctx)
	if err != nil || len(m.Rows) < 4 {
		t.Errorf("coverage: %+v, %v", m, err)
	}
}
