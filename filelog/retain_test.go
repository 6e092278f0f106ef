package filelog_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/logtest"
)

const day = 24 * time.Hour

func retain(t *testing.T, l *filelog.Log, r filelog.Retention) filelog.Dropped {
	t.Helper()
	if r.Now.IsZero() {
		r.Now = logtest.Noon.Add(10 * day)
	}
	if r.Before == 0 {
		r.Before = l.Last() + 1
	}
	d, err := l.Retain(context.Background(), r)
	if err != nil {
		t.Fatalf("retain: %v", err)
	}
	if err := l.Verify(context.Background()); err != nil {
		t.Errorf("after retention the log does not verify: %v", err)
	}
	return d
}

// left counts what can still be read of each kind, by day of the ten.
func left(t *testing.T, l *filelog.Log) map[string][]int {
	t.Helper()
	out := map[string][]int{}
	for _, o := range logtest.Read(t, l, 0) {
		if out[o.Kind] == nil {
			out[o.Kind] = make([]int, 10)
		}
		out[o.Kind][(o.Seq-1)/60]++
	}
	return out
}

func TestRetentionByAgeOfKind(t *testing.T) {
	dir := writeDays(t, 10)
	l := open(t, dir, filelog.Options{})
	d := retain(t, l, filelog.Retention{Now: logtest.Noon.Add(10*day - 12*time.Hour), Rules: []filelog.Rule{{Kind: "flow", Age: 3 * day}, {Age: 7 * day}}})
	want := map[string][]int{
		"flow":      {0, 0, 0, 0, 0, 0, 0, 24, 24, 24},
		"test.note": {0, 0, 0, 36, 36, 36, 36, 36, 36, 36},
	}
	check := func() {
		t.Helper()
		if d := cmp.Diff(want, left(t, l)); d != "" {
			t.Errorf("what is left (-want +got):\n%s", d)
		}
	}
	check()
	if len(d.Deleted) != 3 || len(d.Thinned) != 4 || d.Bytes == 0 || l.First() != 181 {
		t.Errorf("deleted %d files, thinned %d, freed %d, First %d", len(d.Deleted), len(d.Thinned), d.Bytes, l.First())
	}
	// It says so only once, survives reopening, and the chain is whole.
	if d := retain(t, l, filelog.Retention{Now: logtest.Noon.Add(10*day - 12*time.Hour), Rules: []filelog.Rule{{Kind: "flow", Age: 3 * day}, {Age: 7 * day}}}); len(d.Deleted)+len(d.Thinned) != 0 {
		t.Errorf("a second time: %+v", d)
	}
	for _, verify := range []int64{-1, 1} {
		l.Close()
		l = open(t, dir, filelog.Options{VerifyBytes: verify})
		check()
		if d := retain(t, l, filelog.Retention{Now: logtest.Noon.Add(10*day - 12*time.Hour), Rules: []filelog.Rule{{Kind: "flow", Age: 3 * day}, {Age: 7 * day}}}); len(d.Deleted)+len(d.Thinned) != 0 {
			t.Errorf("after reopening: %+v", d)
		}
	}
	appendBatch(t, l, 120)
	if l.Last() != 605 || l.Reached("mirror-1", "eth0") != 605 {
		t.Errorf("Last %d", l.Last())
	}
	// Nothing of what was dropped is left on disk.
	for _, name := range files(t, dir) {
		if b, err := os.ReadFile(name); err != nil || len(b) == 0 {
			t.Fatal(err)
		} else if name < filepath.Join(dir, "20261128") && bytes.Contains(b, []byte(`"Kind":"flow"`)) {
			t.Errorf("%s still holds a flow", filepath.Base(name))
		}
	}
}

func TestRetentionKeepsWhatEvidenceRestsOn(t *testing.T) {
	l := open(t, writeDays(t, 10), filelog.Options{})
	// Position 7 is a flow, 63 a note; both in days that would go.
	retain(t, l, filelog.Retention{Rules: []filelog.Rule{{Age: day}}, Needed: []uint64{7, 63}})
	got := logtest.Read(t, l, 0)
	var kept []uint64
	for _, o := range got {
		if o.Seq <= 120 {
			kept = append(kept, o.Seq)
		}
	}
	if d := cmp.Diff([]uint64{7, 9, 61, 63, 65}, kept); d != "" {
		t.Errorf("kept of the first two days (-want +got):\n%s", d)
	}
	if l.First() != 1 {
		t.Errorf("First %d", l.First())
	}
	// When the evidence goes, so do the files.
	d := retain(t, l, filelog.Retention{Rules: []filelog.Rule{{Age: day}}, Needed: []uint64{63}})
	if len(d.Deleted) != 1 || l.First() != 61 {
		t.Errorf("deleted %d, First %d", len(d.Deleted), l.First())
	}
}

// What may be kept for no reason goes, whatever rests on it; what else is needed of the
// same batch stays.
func TestRetentionOfWhatMayNotBeKept(t *testing.T) {
	l := open(t, writeDays(t, 10), filelog.Options{})
	// Position 7 is a flow, 63 a note.
	retain(t, l, filelog.Retention{Rules: []filelog.Rule{{Age: day}, {Kind: "test.note", Age: day, Final: true}}, Needed: []uint64{7, 63}})
	flow, note := false, false
	for _, o := range logtest.Read(t, l, 0) {
		flow = flow || o.Seq == 7
		note = note || o.Seq <= 120 && o.Kind == "test.note"
	}
	if !flow || note {
		t.Errorf("the flow that is needed is there: %v; a note of the days that go is there: %v", flow, note)
	}
}

func TestRetentionKeepsWhatIsNotJudged(t *testing.T) {
	l := open(t, writeDays(t, 3), filelog.Options{})
	d := retain(t, l, filelog.Retention{Rules: []filelog.Rule{{Age: time.Hour}}, Before: 100})
	if len(d.Deleted) != 1 || l.First() != 61 {
		t.Errorf("deleted %d files, First %d; want only the first day", len(d.Deleted), l.First())
	}
	d = retain(t, l, filelog.Retention{Rules: []filelog.Rule{{Age: time.Hour}}})
	if len(d.Deleted) != 1 || l.First() != 121 || len(l.Files()) != 1 {
		t.Errorf("deleted %d files, First %d; the file in use must stay", len(d.Deleted), l.First())
	}
}

func TestRetentionBySize(t *testing.T) {
	l := open(t, writeDays(t, 10), filelog.Options{})
	var total int64
	for _, f := range l.Files() {
		total += f.Size
	}
	retain(t, l, filelog.Retention{Bytes: total / 2})
	if got := len(l.Files()); got < 4 || got > 6 {
		t.Errorf("%d of 10 files are left in half the room", got)
	}
	flows := l.Files()[0].Kinds["flow"]
	retain(t, l, filelog.Retention{Rules: []filelog.Rule{{Kind: "flow", Bytes: 2 * flows.Bytes}}})
	n := 0
	for _, f := range l.Files() {
		n += int(f.Kinds["flow"].Count)
	}
	if want := int(3 * flows.Count); n != want { // two files and the one in use
		t.Errorf("%d flows are left, want %d", n, want)
	}
}

// A kill between the steps of thinning or deleting leaves files that the next
// opening clears away.
func TestRetentionCutShort(t *testing.T) {
	dir := writeDays(t, 3)
	copies := map[string][]byte{}
	for _, name := range files(t, dir) {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		copies[name] = b
	}
	l := open(t, dir, filelog.Options{})
	retain(t, l, filelog.Retention{Now: logtest.Noon.Add(3 * day), Rules: []filelog.Rule{{Kind: "flow", Age: time.Hour}, {Age: 60 * time.Hour}}})
	l.Close()
	if got := len(files(t, dir)); got != 2 {
		t.Fatalf("%d files", got)
	}
	for name, b := range copies { // as if neither had been removed
		if _, err := os.Stat(name); err == nil {
			continue
		}
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "20261122-00000000000000000061.t2.wrl.new"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	l = open(t, dir, filelog.Options{})
	if l.First() != 61 || len(files(t, dir)) != 2 {
		t.Errorf("First %d, files %v", l.First(), files(t, dir))
	}
	if _, err := os.Stat(filepath.Join(dir, "20261122-00000000000000000061.t2.wrl.new")); err == nil {
		t.Error("a half-written file was left behind")
	}
}

func TestRetentionLeavesDamageAlone(t *testing.T) {
	dir := writeDays(t, 3)
	l := open(t, dir, filelog.Options{})
	edit(t, files(t, dir)[0], func(b []byte) []byte { return flip(t, b, 4, 400) })
	d, err := l.Retain(context.Background(), filelog.Retention{Now: logtest.Noon.Add(3 * day), Before: 181, Rules: []filelog.Rule{{Kind: "flow", Age: time.Hour}}})
	if err != nil || len(d.Thinned) != 1 {
		t.Errorf("thinned %v, %v; want only the intact file", d.Thinned, err)
	}
	if err := l.Verify(context.Background()); err == nil {
		t.Error("thinning hid the damage")
	}
}

// What Copy hands out while the log is written is a log of its own.
func TestCopy(t *testing.T) {
	l := open(t, writeDays(t, 3), filelog.Options{})
	retain(t, l, filelog.Retention{Now: logtest.Noon.Add(3 * day), Rules: []filelog.Rule{{Kind: "flow", Age: 20 * time.Hour}}})
	dir := t.TempDir()
	n := 36
	err := l.Copy(context.Background(), func(name string, size int64, content io.Reader) error {
		appendBatch(t, l, n)
		n++
		b, err := io.ReadAll(content)
		if err != nil || int64(len(b)) != size {
			t.Errorf("%s has %d bytes, want %d (%v)", name, len(b), size, err)
		}
		return os.WriteFile(filepath.Join(dir, name), b, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	c := open(t, dir, filelog.Options{VerifyBytes: -1})
	if c.Last() != 180 || c.Cut() != 0 || l.Last() <= 180 {
		t.Errorf("the copy ends at %d, cut %d; the log at %d", c.Last(), c.Cut(), l.Last())
	}
	if d := cmp.Diff(left(t, c)["test.note"], []int{36, 36, 36, 0, 0, 0, 0, 0, 0, 0}); d != "" {
		t.Error(d)
	}
	appendBatch(t, c, 36)
}
