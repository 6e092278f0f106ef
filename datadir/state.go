package datadir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/durable"
	"github.com/wardround/wardround/ledger"
	"github.com/wardround/wardround/sqlite"
)

// FileCheckpoint is the newest signed checkpoint, kept outside the database, for
// whatever carries it off the machine.
const FileCheckpoint = "checkpoint.txt"

// OpenState opens state.db for writing. Before its schema is upgraded a copy is put
// into upgrade/, for [Rollback]; and a ledger that does not continue the checkpoint
// in [FileCheckpoint] is refused. Errors: as [sqlite.Open]; EIntegrity (rolled back
// or rewritten).
func (d *Dir) OpenState(ctx context.Context, opt sqlite.Options, now time.Time) (*sqlite.Store, error) {
	if opt.Origin == "" {
		opt.Origin = d.Origin
	}
	if err := d.copyBeforeUpgrade(ctx, opt, now); err != nil {
		return nil, err
	}
	st, err := sqlite.Open(d.State(), opt)
	if err != nil {
		return nil, err
	}
	if err := d.checkLedger(ctx, st); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return st, nil
}

// checkLedger holds the ledger against the checkpoint outside the database.
func (d *Dir) checkLedger(ctx context.Context, st *sqlite.Store) error {
	const op = "datadir.state"
	b, err := os.ReadFile(filepath.Join(d.Path, FileCheckpoint))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return durable.Error(op, d.Path, err)
	}
	c, err := ledger.ParseCheckpoint(b)
	if err != nil {
		return wardround.Errorf(wardround.EIntegrity, op, "%s is damaged: %w", FileCheckpoint, err)
	}
	if err := ledger.Continues(ctx, st, d.Scope(), c); err != nil {
		return fmt.Errorf("%w; if a backup was put back by hand, use the restore command, or move %s away and tell whoever holds it", err, filepath.Join(d.Path, FileCheckpoint))
	}
	return nil
}

// SaveCheckpoint replaces the checkpoint outside the database.
func (d *Dir) SaveCheckpoint(c *ledger.Checkpoint) error {
	return durable.Error("datadir.state", d.Path, durable.Replace(d.Path, FileCheckpoint, c.Signed))
}

// The folder of copies made before upgrades: state-schema1-20261121T120000Z.db.
const (
	dirUpgrade = "upgrade"
	copyPrefix = "state-schema"
)

func (d *Dir) upgrades() string { return filepath.Join(d.Path, dirUpgrade) }

// stampOf writes a time so that names sort by it.
func stampOf(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

func (d *Dir) copyBeforeUpgrade(ctx context.Context, opt sqlite.Options, now time.Time) error {
	const op = "datadir.upgrade"
	want, err := sqlite.Schema(opt)
	if err != nil {
		return wardround.Wrap(wardround.EInternal, op, err)
	}
	have, err := sqlite.FileSchema(ctx, d.State())
	if err != nil {
		return err
	}
	if have == 0 || have >= want {
		return nil
	}
	if err := os.MkdirAll(d.upgrades(), 0o700); err != nil {
		return durable.Error(op, d.upgrades(), err)
	}
	// Under another name until it is whole: a copy cut short must not be rolled back
	// to.
	part := filepath.Join(d.upgrades(), "unfinished.db")
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return durable.Error(op, part, err)
	}
	if err := sqlite.CopyFile(ctx, d.State(), part); err != nil {
		return err
	}
	name := fmt.Sprintf("%s%d-%s.db", copyPrefix, have, stampOf(now))
	err = os.Rename(part, filepath.Join(d.upgrades(), name))
	return durable.Error(op, d.upgrades(), errors.Join(err, durable.SyncDir(d.upgrades())))
}

// RolledBack tells what a roll-back did.
type RolledBack struct {
	Copy   string    `json:"copy"`  // the copy that was put back
	Aside  string    `json:"aside"` // where the newer state lies now
	Schema int       `json:"schema"`
	At     time.Time `json:"at"`
}

// Rollback puts back the state from before the newest upgrade, so that the program
// of then can run again; it is called with the newer one still installed, under the
// writer's lock. Nothing is deleted: the newer state is moved aside. The log keeps
// all observations, and those behind the old state's position are judged again.
//
// The ledger is rolled back with the state. Whoever holds a checkpoint from after
// the upgrade will see that, so export the evidence since then first; the
// checkpoint outside the database is moved aside as well. The caller puts what was
// done on the record. Errors: ENotFound (no upgrade was made).
func (d *Dir) Rollback(now time.Time) (*RolledBack, error) {
	const op = "datadir.rollback"
	if d.lock == nil {
		return nil, wardround.Errorf(wardround.EForbidden, op, "%s is open for reading only", d.Path)
	}
	name, schema, err := d.newestCopy()
	if err != nil {
		return nil, err
	}
	done := &RolledBack{Copy: name, Aside: "rolled-back-" + stampOf(now), Schema: schema, At: now.UTC()}
	aside := filepath.Join(d.upgrades(), done.Aside)
	if err := os.Mkdir(aside, 0o700); err != nil {
		return nil, durable.Error(op, aside, err)
	}
	note, err := json.MarshalIndent(done, "", "  ")
	if err != nil {
		return nil, wardround.Wrap(wardround.EInternal, op, err)
	}
	if err := durable.Replace(aside, "rollback.json", append(note, '\n')); err != nil {
		return nil, durable.Error(op, aside, err)
	}
	for _, f := range []string{"state.db", "state.db-wal", "state.db-shm", FileCheckpoint} {
		err := os.Rename(filepath.Join(d.Path, f), filepath.Join(aside, f))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, durable.Error(op, d.Path, err)
		}
	}
	err = os.Rename(filepath.Join(d.upgrades(), name), d.State())
	return done, durable.Error(op, d.Path, errors.Join(err, durable.SyncDir(aside), durable.SyncDir(d.upgrades()), durable.SyncDir(d.Path)))
}

// newestCopy finds the newest copy made before an upgrade.
func (d *Dir) newestCopy() (name string, schema int, err error) {
	entries, err := os.ReadDir(d.upgrades())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", 0, durable.Error("datadir.rollback", d.upgrades(), err)
	}
	type kept struct {
		name, stamp string
		schema      int
	}
	var copies []kept
	for _, e := range entries {
		var k kept
		if n, _ := fmt.Sscanf(e.Name(), copyPrefix+"%d-%s", &k.schema, &k.stamp); n == 2 && strings.HasSuffix(e.Name(), ".db") {
			k.name = e.Name()
			copies = append(copies, k)
		}
	}
	if len(copies) == 0 {
		return "", 0, wardround.Errorf(wardround.ENotFound, "datadir.rollback", "no upgrade was made in %s that could be rolled back", d.Path)
	}
	slices.SortFunc(copies, func(a, b kept) int { return strings.Compare(a.stamp, b.stamp) })
	last := copies[len(copies)-1]
	return last.name, last.schema, nil
}
