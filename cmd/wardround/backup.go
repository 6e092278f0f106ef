package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/datadir"
	"github.com/wardround/wardround/internal/durable"
	"github.com/wardround/wardround/sqlite"
)

// backupCmd writes a backup, also while the directory is served.
type backupCmd struct {
	File string `arg:"" help:"Where the backup is written, one tar file."`
	Keys bool   `help:"Put the keys in. Whoever has the backup can then sign and re-identify; keep it as the keys are kept."`
}

func (c *backupCmd) Run(a *app) error {
	path, err := filepath.Abs(c.File)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "backup", err)
	}
	if _, err := os.Stat(path); err == nil {
		return wardround.Errorf(wardround.EConflict, "backup", "%s is there already", c.File)
	}
	dir, err := a.data()
	if err != nil {
		return err
	}
	if _, err := datadir.Read(dir); err != nil {
		return err
	}
	rq := request{Act: "backup", Path: path, Keys: c.Keys}
	done := a.busy("backing up")
	ok, err := ask(a.ctx, dir, rq)
	if !ok {
		err = a.aloneDo(rq)
	}
	done()
	if err != nil {
		return err
	}
	st, err := os.Stat(path)
	if err != nil {
		return wardround.Wrap(wardround.EInternal, "backup", err)
	}
	if a.Format == "json" {
		return a.object("backup", map[string]any{"file": c.File, "bytes": st.Size(), "keys": c.Keys})
	}
	fmt.Fprintf(a.stdout, "%s: %s", c.File, size(st.Size()))
	if !c.Keys {
		fmt.Fprintf(a.stdout, "; the keys are not in it: keep a copy of %s apart from it", filepath.Join(dir, "keys"))
	}
	fmt.Fprintln(a.stdout)
	return nil
}

// backup writes a backup beside its place and moves it there when it is whole. That
// it was made is on the record before it is.
func (w *writer) backup(ctx context.Context, rq request) (err error) {
	if err := w.acted(ctx, "backup", filepath.Base(rq.Path)); err != nil {
		return err
	}
	tmp := rq.Path + ".part"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "backup", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(tmp))
		}
	}()
	v, _ := versionOf()
	b := datadir.Backup{Store: w.store, Log: w.log, Keys: rq.Keys, Program: "wardround " + v, Now: w.now()}
	if _, err := b.Write(ctx, w.d, f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return wardround.Wrap(wardround.EFull, "backup", err)
	}
	if err := f.Close(); err != nil {
		return wardround.Wrap(wardround.EFull, "backup", err)
	}
	return wardround.Wrap(wardround.EInvalid, "backup", os.Rename(tmp, rq.Path))
}

// restoreCmd makes a data directory from a backup, or goes back behind an upgrade.
type restoreCmd struct {
	File        string `arg:"" optional:"" help:"A backup, as backup writes it."`
	Keys        string `type:"existingdir" placeholder:"DIR" help:"The keys directory that was kept apart from the backup."`
	UndoUpgrade bool   `help:"Instead: put back the state from before the last upgrade, for the older program."`
}

func (c *restoreCmd) Run(a *app) error {
	dir, err := a.data()
	if err != nil {
		return err
	}
	switch {
	case c.UndoUpgrade && c.File == "":
		return c.undo(a, dir)
	case c.UndoUpgrade || c.File == "":
		return wardround.Errorf(wardround.EInvalid, "restore", "say a backup, or --undo-upgrade")
	}
	f, err := os.Open(c.File)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "restore", err)
	}
	defer f.Close()
	done := a.busy("restoring and verifying")
	m, err := datadir.Restore(a.ctx, f, dir, sqlite.Options{})
	done()
	if err != nil {
		return err
	}
	if c.Keys != "" {
		if m.Keys {
			return wardround.Errorf(wardround.EInvalid, "restore", "%s is restored with the keys that the backup held; --keys was not used", dir)
		}
		if err := copyKeys(c.Keys, filepath.Join(dir, "keys")); err != nil {
			return err
		}
	}
	if err := signedOut(a.ctx, filepath.Join(dir, "accounts.db")); err != nil {
		return err
	}
	err = a.alone(func(w *writer) error {
		return w.acted(a.ctx, "restore", fmt.Sprintf("%s, made %s", filepath.Base(c.File), m.Made.UTC().Format("2006-01-02T15:04:05Z")))
	})
	if err != nil {
		return err
	}
	if a.Format == "json" {
		return a.object("restore", map[string]any{"data": dir, "position": m.Position, "leaves": m.Leaves, "keys": m.Keys, "made": m.Made})
	}
	fmt.Fprintf(a.stdout, "%s: restored and verified, %d observations, %d entries of evidence", dir, m.Last, m.Leaves)
	if !m.Keys && c.Keys == "" {
		fmt.Fprint(a.stdout, "; the backup held no keys and none were given, so it signs with a new one from now on")
	}
	fmt.Fprintln(a.stdout)
	return nil
}

// signedOut ends the sessions and links of restored accounts: they are those of the
// day of the backup, and what was ended since must not open anything again.
func signedOut(ctx context.Context, file string) error {
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	st, err := sqlite.OpenAccounts(file, sqlite.AccountsOptions{})
	if err != nil {
		return err
	}
	defer st.Close()
	for _, k := range []account.Kind{account.KindSession, account.KindLink} {
		list, err := st.List(ctx, k, "")
		if err != nil {
			return err
		}
		for _, r := range list {
			if _, err := st.Apply(ctx, account.Change{Record: r, Delete: true, Any: true}); err != nil {
				return err
			}
		}
	}
	return nil
}

// copyKeys copies the keys that were kept apart.
func copyKeys(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "restore", err)
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return wardround.Wrap(wardround.EForbidden, "restore", err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		b, err := os.ReadFile(filepath.Join(from, e.Name()))
		if err != nil {
			return wardround.Wrap(wardround.EForbidden, "restore", err)
		}
		if err := durable.Replace(to, e.Name(), b); err != nil {
			return durable.Error("restore", to, err)
		}
	}
	return nil
}

// undo goes back behind the last upgrade. Nothing is deleted.
func (c *restoreCmd) undo(a *app, dir string) error {
	d, err := datadir.Open(dir, datadir.Format{}, a.now())
	if err != nil {
		return err
	}
	defer d.Close()
	done, err := d.Rollback(a.now())
	if err != nil {
		return err
	}
	if a.Format == "json" {
		return a.object("rollback", done)
	}
	fmt.Fprintf(a.stdout, "%s: state of schema %d is back; the newer one lies in %s. Start the older program now.\n", dir, done.Schema, done.Aside)
	return nil
}
