package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/datadir"
	"github.com/wardround/wardround/ledger"
)

// evidenceCmd is the ledger for an auditor.
type evidenceCmd struct {
	Export evidenceExportCmd `cmd:"" help:"Write a bundle over a period: entries, salts, proofs, gaps, digests, a plain README."`
	Verify evidenceVerifyCmd `cmd:"" help:"Verify a bundle offline; needs no data directory."`
}

type evidenceExportCmd struct {
	File string `arg:"" help:"Where the bundle is written."`
	From string `placeholder:"DATE" help:"First day (UTC, YYYY-MM-DD) or time; default: the beginning."`
	To   string `placeholder:"DATE" help:"First day or time no longer in the period; default: now."`
}

func (c *evidenceExportCmd) Run(a *app) error {
	from, err := when(c.From)
	if err != nil {
		return err
	}
	to, err := when(c.To)
	if err != nil {
		return err
	}
	if !to.IsZero() && !from.Before(to) {
		return wardround.Errorf(wardround.EInvalid, "evidence export", "--from %s is not before --to %s", c.From, c.To)
	}
	path, err := filepath.Abs(c.File)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "evidence export", err)
	}
	if _, err := os.Stat(path); err == nil {
		return wardround.Errorf(wardround.EConflict, "evidence export", "%s is there already", c.File)
	}
	done := a.busy("exporting")
	defer done()
	if err := c.export(a, request{Act: "export", Path: path, From: from, To: to}); err != nil {
		return err
	}
	r, err := ledger.VerifyFile(a.ctx, path, ledger.Trust{}, ledger.Limits{})
	if err != nil {
		return err
	}
	if a.Format == "json" {
		return a.object("export", map[string]any{"file": c.File, "entries": r.Entries, "fingerprint": r.Signer, "manifest": r.Manifest})
	}
	fmt.Fprintf(a.stdout, "%s: %d entries of %d, signed by %s\nGive the auditor the fingerprint by another way than the bundle.\n", c.File, r.Entries, r.Manifest.Size, r.Signer)
	return nil
}

// export has the bundle written: by a server, by the one that serves the data
// directory, or by us alone.
func (c *evidenceExportCmd) export(a *app, rq request) error {
	server, err := a.remote()
	if err != nil {
		return err
	}
	if server != nil {
		return beside(rq.Path, func(f *os.File) error {
			_, err := server.Export(a.ctx, rq.From, rq.To, f)
			return err
		})
	}
	dir, err := a.data()
	if err != nil {
		return err
	}
	if _, err := datadir.Read(dir); err != nil {
		return err // evidence of nothing, from a directory made for it, helps nobody
	}
	ok, err := ask(a.ctx, dir, rq)
	if !ok {
		err = a.aloneDo(rq)
	}
	return err
}

func when(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, wardround.Errorf(wardround.EInvalid, "evidence export", "%q: want YYYY-MM-DD or a time like 2026-01-31T12:00:00Z", s)
}

// export writes a bundle.
func (w *writer) export(rq request) error {
	return beside(rq.Path, func(f *os.File) error {
		st, err := w.statement(w.ctx)
		if err != nil {
			return err
		}
		_, _, err = ledger.Export{
			Scope: w.scope, From: rq.From, To: rq.To, Keys: w.keys, Now: w.now(), Statement: st,
		}.Write(w.ctx, w.store, f)
		return err
	})
}

// beside writes a file beside its place and moves it there when it is whole.
func beside(path string, write func(*os.File) error) (err error) {
	tmp := path + ".part"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "evidence export", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(tmp))
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return wardround.Wrap(wardround.EFull, "evidence export", err)
	}
	if err := f.Close(); err != nil {
		return wardround.Wrap(wardround.EFull, "evidence export", err)
	}
	return wardround.Wrap(wardround.EInvalid, "evidence export", os.Rename(tmp, path))
}

// statement is what a bundle of this directory tells besides its entries.
func (w *writer) statement(ctx context.Context) (ledger.Statement, error) {
	st, err := statement(ctx, w.store, w.scope)
	for _, g := range w.log.Gaps() {
		st.Gaps = append(st.Gaps, ledger.Unwatched{What: "log", Reason: g.String()})
	}
	return st, err
}

// statement is what a bundle tells besides its entries.
func statement(ctx context.Context, r wardround.Reader, scope wardround.Scope) (ledger.Statement, error) {
	v, _ := versionOf()
	st := ledger.Statement{Program: "wardround " + v, Binary: binaryDigest(), Checks: checksDigest()}
	h := sha256.New()
	for row, err := range r.Content(ctx, scope) {
		if err != nil {
			return st, err
		}
		fmt.Fprintf(h, "%s\x00%s\x00", row.Name, row.Value)
		if id, ok := strings.CutSuffix(strings.TrimPrefix(row.Name, "check/"), "/off"); ok {
			st.Off = append(st.Off, ledger.SwitchedOff{Check: id, By: row.By, Reason: row.Reason, Since: row.At})
		}
	}
	st.Content = "sha256:" + hex.EncodeToString(h.Sum(nil))
	for v, err := range r.Verdicts(ctx, scope, wardround.VerdictFilter{Check: "sensor.gap"}) {
		if err != nil {
			return st, err
		}
		for t, err := range r.Transitions(ctx, scope, v.Key) {
			if err != nil {
				return st, err
			}
			if t.To == wardround.Fail && t.From != wardround.Fail {
				st.Gaps = append(st.Gaps, ledger.Unwatched{What: v.Subject.String(), From: t.At, Reason: "the sensor missed traffic"})
			}
		}
	}
	return st, nil
}

// binaryDigest is the digest of the running program's file, "" if it cannot be read.
func binaryDigest() string {
	self, err := os.Executable()
	if err != nil {
		return ""
	}
	f, err := os.Open(self)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// checksDigest is the digest of the checks' descriptions, ids and versions.
func checksDigest() string {
	h := sha256.New()
	for _, c := range check.All() {
		b, err := json.Marshal(rowOf(c))
		if err != nil {
			panic(err) // plain strings and numbers
		}
		h.Write(b)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

type evidenceVerifyCmd struct {
	File    string `arg:"" help:"A bundle, as evidence export writes it."`
	Key     string `placeholder:"FILE|FINGERPRINT" help:"The ledger's public key, or its fingerprint, obtained elsewhere."`
	Trusted string `placeholder:"CHECKPOINT" help:"A signed checkpoint obtained earlier: a file."`
}

func (c *evidenceVerifyCmd) Run(a *app) error {
	var t ledger.Trust
	if c.Key != "" {
		if b, err := os.ReadFile(c.Key); err == nil {
			t.Key = strings.TrimSpace(string(b))
		} else {
			t.Fingerprint = c.Key
		}
	}
	if c.Trusted != "" {
		b, err := os.ReadFile(c.Trusted)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, "evidence verify", err)
		}
		t.Checkpoint = b
	}
	done := a.busy("verifying")
	r, err := ledger.VerifyFile(a.ctx, c.File, t, ledger.Limits{})
	done()
	if err != nil {
		return err
	}
	if a.Format == "json" {
		if err := a.object("verification", r); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(a.stdout, "%s: %s\n", c.File, r.Outcome)
		fmt.Fprintf(a.stdout, "  ledger %s, %d entries, %d erased, signed by %s\n  vouched for by: %s\n",
			printable(r.Manifest.Ledger), r.Entries, r.Erased, printable(r.Signer), printable(r.Trusted))
		for _, p := range r.Problems {
			fmt.Fprintf(a.stdout, "  %s\n", printable(p.String()))
		}
		if r.More > 0 {
			fmt.Fprintf(a.stdout, "  and %d more\n", r.More)
		}
		if r.Outcome == ledger.SelfConsistent {
			fmt.Fprintln(a.stdout, "  Nothing contradicts, but nothing from outside vouches for it: give --key or --trusted.")
		}
	}
	switch r.Outcome {
	case ledger.Failed:
		return status(exitFindings)
	case ledger.SelfConsistent:
		return status(exitCannotTell)
	}
	return nil
}
