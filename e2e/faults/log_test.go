package faults

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/datadir"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/pipeline"
	"github.com/wardround/wardround/sqlite"
)

// copyDir copies a data directory that nobody writes.
func copyDir(t testing.TB, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		if !e.Type().IsRegular() {
			return nil // the socket of a server
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// days makes a data directory with a log of three days, as a server would have.
func days(t testing.TB, dir string) {
	t.Helper()
	ctx := context.Background()
	h := &hand{at: time.Now().Add(-4 * 24 * time.Hour)}
	d, err := datadir.Open(dir, datadir.Format{}, h.now())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	store, err := d.OpenState(ctx, sqlite.Options{Origin: wardround.Live}, h.now())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	log, err := filelog.Open(d.Log(), filelog.Options{Codec: kind.Codec{}, Clock: h.now, Origin: wardround.Live})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	p, err := pipeline.Open(ctx, pipeline.Options{Scope: d.Scope(), Origin: wardround.Live, Store: store, Checks: check.All(), Learn: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	in := pipeline.NewIngest(pipeline.IngestOptions{Log: log, Pipeline: p, Clock: h.now})
	running, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- in.Run(running) }()
	for range 3 {
		h.set(h.now().Add(24 * time.Hour))
		for n := range 20 {
			o := login(h.now().Add(time.Duration(n)*time.Second), false)
			o.Flow.Dst.Addr = o.Flow.Dst.Addr.Next()
			in.Offer(o)
			if err := in.Sync(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := p.Settle(ctx); err != nil {
		t.Fatal(err)
	}
}

// threeDays is made once: it is only copied.
var threeDays sync.Once

func damagedCopy(t *testing.T) string {
	t.Helper()
	whole := filepath.Join(scratch, "days")
	threeDays.Do(func() { days(t, whole) })
	dir := filepath.Join(t.TempDir(), "data")
	copyDir(t, whole, dir)
	return dir
}

// change rewrites a file.
func change(t testing.TB, file string, how func(b []byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, how(b), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A log that is not what was written is named and refused. Whoever goes on without
// what is lost leaves a verdict, a finding and a leaf of evidence.
func TestDamagedLogIsNamedAndRefused(t *testing.T) {
	flip := func(at int) func(b []byte) []byte {
		return func(b []byte) []byte {
			for i := range 3 {
				b[at+i] ^= 0x5a
			}
			return b
		}
	}
	for _, tt := range []struct {
		name string
		// harm damages the log and returns the name that must be said, and what of
		// it is lost.
		harm func(t *testing.T, files []string) (named, what string)
	}{
		{"tail truncated", func(t *testing.T, files []string) (string, string) {
			last := files[len(files)-1]
			change(t, last, func(b []byte) []byte { return b[:len(b)-100] })
			return last, "observation"
		}},
		{"three bytes flipped in the middle", func(t *testing.T, files []string) (string, string) {
			last := files[len(files)-1]
			st, err := os.Stat(last)
			if err != nil {
				t.Fatal(err)
			}
			change(t, last, flip(int(st.Size()/2)))
			return last, "bytes changed"
		}},
		{"three bytes flipped in an older day", func(t *testing.T, files []string) (string, string) {
			change(t, files[1], flip(2000))
			return files[1], "bytes"
		}},
		{"a day's file missing", func(t *testing.T, files []string) (string, string) {
			if err := os.Remove(files[1]); err != nil {
				t.Fatal(err)
			}
			return files[1], "is missing"
		}},
		{"the newest file missing", func(t *testing.T, files []string) (string, string) {
			if err := os.Remove(files[2]); err != nil {
				t.Fatal(err)
			}
			return files[2], "missing"
		}},
		{"the head mark missing", func(t *testing.T, files []string) (string, string) {
			mark := filepath.Join(filepath.Dir(files[0]), "head.mark")
			if err := os.Remove(mark); err != nil {
				t.Fatal(err)
			}
			return mark, "missing"
		}},
		{"all of it missing", func(t *testing.T, files []string) (string, string) {
			dir := filepath.Dir(files[0])
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			return dir, "observations 1 to"
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := damagedCopy(t)
			files := logFiles(t, dir)
			if len(files) != 3 {
				t.Fatalf("%d files, want one a day", len(files))
			}
			before := audit(t, dir)
			named, what := tt.harm(t, files)
			state, err := os.ReadFile(filepath.Join(dir, "state.db"))
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // and refusing changes nothing
				r := cli(t, "--data", dir, "serve", "--listen", "127.0.0.1:0", "--once")
				r.want(t, 2, filepath.Base(named), what, "--accept-gap", "Restore a backup")
				if n := strings.Count(r.stderr, "--accept-gap"); n != 1 {
					t.Errorf("--accept-gap is said %d times: %s", n, r.stderr)
				}
			}
			// A command that would write on its own refuses, too.
			file := filepath.Join(t.TempDir(), "assets.csv")
			if err := os.WriteFile(file, []byte("hostname,ward\nnew,ICU\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			cli(t, "--data", dir, "asset", "import", file).want(t, 2, filepath.Base(named))
			if now, err := os.ReadFile(filepath.Join(dir, "state.db")); err != nil || !slices.Equal(now, state) {
				t.Errorf("a refused start changed the state: %v", err)
			}
			cli(t, "--data", dir, "serve", "--listen", "127.0.0.1:0", "--once", "--accept-gap").want(t, 0)
			list := cli(t, "--data", dir, "--format", "json", "finding", "list").want(t, 0)
			var found string
			for line := range strings.Lines(list.stdout) {
				if field(line, "check") == "sensor.gap" && field(line, "item") == "log" {
					found = line
				}
			}
			if found == "" || !strings.Contains(found, `"subject":"site:main"`) || !strings.Contains(found, filepath.Base(named)) {
				t.Errorf("no finding names the gap: %s", found)
			}
			// From then on it starts as always, and goes on writing.
			cli(t, "--data", dir, "asset", "import", file).want(t, 0)
			s := serve(t, dir).ready()
			s.stop()
			after := audit(t, dir)
			if after.byKind["gap"] == 0 || after.said["new"] != 1 {
				t.Errorf("leaves %v, the import is there %d times", after.byKind, after.said["new"])
			}
			if after.leaves <= before.leaves || after.judged <= before.judged {
				t.Errorf("%d leaves at %d before, %d at %d now", before.leaves, before.judged, after.leaves, after.judged)
			}
			// The gap is in the bundle, too.
			bundle := filepath.Join(t.TempDir(), "bundle.zip")
			cli(t, "--data", dir, "--format", "json", "evidence", "export", bundle).want(t, 0, filepath.Base(named))
		})
	}
}
