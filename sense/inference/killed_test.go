package inference

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense"
)

// TestKilledAtAnyTime: batches that come again until they are acknowledged, a process
// that is killed between any two steps, and a sink that fails: each record is counted
// once.
func TestKilledAtAnyTime(t *testing.T) {
	t.Parallel()
	m := mapping(t, triage)
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 9))
		dir, l, c := t.TempDir(), &ledger{}, &clock{t: noon}
		f := folder(t, m, dir, l, c)
		ctx := t.Context()
		var acked, sent uint64 // batches
		for acked < 40 {
			if sent == acked || r.IntN(3) > 0 {
				sent++
			} else {
				sent = acked + 1 // again from the first that is not acknowledged
			}
			sent = min(sent, 40)
			var recs []Record
			for i := range 10 {
				recs = append(recs, record(int(sent)*10+i, c.now()))
			}
			if in := sent; in > acked+1 && f.Position("a") < in-1 {
				sent = f.Position("a")
				continue
			}
			f.Add(Batch{Input: "a", Position: sent, Records: recs})
			c.add(time.Minute)
			l.fail = nil
			if r.IntN(4) == 0 {
				l.fail = errors.New("the log is away")
			}
			switch r.IntN(4) {
			case 0: // killed before the commit: everything since the last is gone
				f = folder(t, m, dir, l, c)
				sent = f.Position("a")
				if sent < acked {
					t.Fatalf("batch %d was acknowledged, the state is at %d", acked, sent)
				}
			case 1, 2:
				if err := f.Commit(ctx); err == nil || errors.Is(err, l.fail) {
					acked = f.Position("a")
				} else {
					t.Fatal(err)
				}
				if r.IntN(2) == 0 { // killed after it
					f = folder(t, m, dir, l, c)
				}
			}
		}
		l.fail = nil
		c.add(3 * time.Hour)
		if err := f.Commit(ctx); err != nil {
			t.Fatal(err)
		}
		if rows, _ := l.rows(t); rows != 400 {
			t.Fatalf("seed %d: %d rows of 400", seed, rows)
		}
		if err := f.Commit(ctx); err != nil {
			t.Fatal(err)
		}
		left, err := filepath.Glob(filepath.Join(dir, "out-*"))
		if err != nil || len(left) > 0 {
			t.Errorf("left behind: %v %v", left, err)
		}
	}
}

// TestReplayIsByteEqual: the same records in the same batches give the same blobs,
// with and without being killed in between.
func TestReplayIsByteEqual(t *testing.T) {
	t.Parallel()
	m := mapping(t, triage)
	run := func(kill bool) *ledger {
		dir, l, c := t.TempDir(), &ledger{}, &clock{t: noon}
		f := folder(t, m, dir, l, c)
		for b := range 60 {
			var recs []Record
			for i := range 50 {
				recs = append(recs, record(b*50+i, c.now()))
			}
			f.Add(Batch{Records: recs})
			c.add(3 * time.Minute)
			if err := f.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			if kill && b%7 == 3 {
				f = folder(t, m, dir, l, c)
			}
		}
		if err := f.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		return l
	}
	a, b := run(false), run(true)
	if len(a.blobs) != len(b.blobs) || len(a.blobs) < 3 {
		t.Fatalf("%d and %d windows", len(a.blobs), len(b.blobs))
	}
	for p := range a.blobs {
		if !bytes.Equal(a.blobs[p], b.blobs[p]) {
			t.Errorf("window %d differs", p)
		}
		if fmt.Sprintf("%+v", a.took[p].Fields) != fmt.Sprintf("%+v", b.took[p].Fields) && fmt.Sprint(a.took[p].Fields.(*kind.InferenceWindowV1).Sources) != fmt.Sprint(b.took[p].Fields.(*kind.InferenceWindowV1).Sources) {
			t.Errorf("fact %d differs", p)
		}
	}
}

// TestNothingOfAPersonIsOnDisk plants values in every field.
func TestNothingOfAPersonIsOnDisk(t *testing.T) {
	t.Parallel()
	dir, l, c := t.TempDir(), &ledger{}, &clock{t: noon}
	f := folder(t, mapping(t, triage), dir, l, c)
	const plant = "Zz9Planted"
	var recs []Record
	for i := range 200 {
		r := record(i, noon)
		for _, n := range []string{"patient", "id", "who", "name", "features.note", "born2"} {
			r[n] = fmt.Sprint(plant, n, i)
		}
		r["features.site"] = fmt.Sprint(plant, "site", i) // an identifier under the name of a category
		r["born"] = "19610312"
		recs = append(recs, r)
	}
	f.Add(Batch{Input: "x", Position: 1, Records: recs})
	f.Add(Batch{Records: []Record{{"id": plant + "id3", "died": 1.0, "at": noon.Format(time.RFC3339)}}})
	look := func(when string, planted ...string) {
		t.Helper()
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(p)
			for _, s := range planted {
				if bytes.Contains(b, []byte(s)) {
					t.Errorf("%s: %s holds %s", when, filepath.Base(p), s)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	look("after", plant, "19610312", "1961-03")
	for p, b := range l.blobs {
		if bytes.Contains(b, []byte(plant)) || bytes.Contains(b, []byte("19610312")) {
			t.Errorf("blob %d holds what was planted", p)
		}
		if s := fmt.Sprintf("%+v", l.took[p].Fields); strings.Contains(s, plant) {
			t.Errorf("fact %d holds what was planted: %s", p, s)
		}
	}
	if f.Counts().Withheld == 0 {
		t.Error("a column of identifiers was not withheld")
	}
}

func TestStateThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{"cut": `{"Version":1,"Open":[`, "another version": `{"Version":9}`, "a broken window": `{"Version":1,"Open":[{"Window":"AAAA"}]}`, "no journal": `{"Version":1,"Journal":"../../etc/passwd","Length":5}`, "journal gone": `{"Version":1,"Journal":"pending-4.jsonl","Length":50}`} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, stateFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := New(Options{Sensor: "e", Mapping: mapping(t, triage), Pseudonyms: sense.NewPseudonyms("e", make([]byte, 16)), Dir: dir, Sink: &ledger{}, Now: func() time.Time { return noon }})
		if wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), "Move the folder away") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnotherMappingHandsOverWhatIsOpen(t *testing.T) {
	t.Parallel()
	dir, l, c := t.TempDir(), &ledger{}, &clock{t: noon}
	f := folder(t, mapping(t, triage), dir, l, c)
	f.Add(Batch{Records: []Record{record(1, noon)}})
	if err := f.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	f = folder(t, mapping(t, strings.Replace(triage, "unit: mmol/L", "unit: mg/dL", 1)), dir, l, c)
	f.Add(Batch{Records: []Record{record(2, noon)}})
	if err := f.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(l.took) != 2 || l.took[1].Fields.(*kind.InferenceWindowV1).Rows != 1 || l.took[2].Fields.(*kind.InferenceWindowV1).Rows != 1 {
		t.Errorf("%d facts", len(l.took))
	}
}
