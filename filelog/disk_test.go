package filelog_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/internal/testkit/disk"
	"github.com/wardround/wardround/logtest"
)

// A full disk refuses a batch whole; when there is room again the log goes on, with
// nothing lost or doubled.
func TestDiskFull(t *testing.T) {
	dir := disk.Small(t, 256<<10)
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 128<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	l := open(t, filepath.Join(dir, "log"), filelog.Options{})
	next := uint64(1)
	one := func() error {
		var b []*wardround.Observation
		for i := range uint64(20) {
			b = append(b, logtest.Seen("mirror-1", "eth0", next+i))
		}
		_, err := l.Append(context.Background(), b)
		if err == nil {
			next += 20
		} else if b[0].Seq != 0 {
			t.Errorf("a refused observation kept position %d", b[0].Seq)
		}
		return err
	}
	fill := func() {
		t.Helper()
		for n := 0; ; n++ {
			if err := one(); err != nil {
				if wardround.ErrorCode(err) != wardround.EFull {
					t.Fatalf("a full disk answered %v", err)
				}
				return
			}
			if n > 1000 {
				t.Fatal("the disk never got full")
			}
		}
	}
	fill()
	if err := one(); wardround.ErrorCode(err) != wardround.EFull {
		t.Fatalf("still full: %v", err)
	}
	full := next
	remove(t, ballast)
	if err := one(); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	fill()
	if next < full+200 {
		t.Errorf("only %d more observations in 128 kB", next-full)
	}
	l.Close()
	l = open(t, filepath.Join(dir, "log"), filelog.Options{})
	if l.Cut() != 0 || l.Last() != next-1 {
		t.Errorf("reopened: cut %d, Last %d, want %d", l.Cut(), l.Last(), next-1)
	}
	for i, o := range logtest.Read(t, l, 0) {
		if o.Seq != uint64(i)+1 || o.Position != o.Seq {
			t.Fatalf("observation %d has position %d, Seq %d", i, o.Position, o.Seq)
		}
	}
}

func TestReadOnlyDirectory(t *testing.T) {
	dir := disk.ReadOnly(t, writeDays(t, 2))
	_, err := filelog.Open(dir, filelog.Options{Codec: logtest.Codec{}})
	if wardround.ErrorCode(err) != wardround.EForbidden {
		t.Errorf("opened for writing: %v", err)
	}
	l := open(t, dir, filelog.Options{ReadOnly: true})
	if got := logtest.Read(t, l, 0); len(got) != 120 {
		t.Errorf("read %d", len(got))
	}
	_, err = filelog.Open(filepath.Join(dir, "new"), filelog.Options{Codec: logtest.Codec{}})
	if wardround.ErrorCode(err) != wardround.EForbidden {
		t.Errorf("made a log where none can be: %v", err)
	}
}
