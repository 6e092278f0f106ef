package filelog_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/logtest"
)

// writeDays fills a new log with 12 batches of 5 observations a day and closes it.
func writeDays(t testing.TB, days int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	l := open(t, dir, filelog.Options{})
	for n := range days * 12 {
		appendBatch(t, l, n)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// appendBatch appends the n-th batch: every second hour, five observations, two of
// them flows.
func appendBatch(t testing.TB, l wardround.Log, n int) {
	t.Helper()
	var b []*wardround.Observation
	for i := range 5 {
		o := logtest.Seen("mirror-1", "eth0", uint64(n*5+i+1))
		o.Logged = logtest.Noon.Add(-12*time.Hour + time.Duration(n)*2*time.Hour)
		if i%2 == 1 {
			o.Kind = "flow"
		}
		b = append(b, o)
	}
	if _, err := l.Append(context.Background(), b); err != nil {
		t.Fatalf("append batch %d: %v", n, err)
	}
}

func files(t testing.TB, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.wrl"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

func edit(t testing.TB, file string, change func(b []byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, change(b), 0o600); err != nil {
		t.Fatal(err)
	}
}

// frames returns the offset of each frame of a file.
func frames(t testing.TB, b []byte) (offs []int) {
	t.Helper()
	for off := 0; off < len(b); {
		offs = append(offs, off)
		off += 12 + int(binary.BigEndian.Uint32(b[off+4:])) + 32 + int(binary.BigEndian.Uint32(b[off+8:]))
	}
	return offs
}

// faults is every way the suite damages a log of three days (180 observations),
// and what is then lost.
var faults = []struct {
	name   string
	damage func(t testing.TB, dir string)
	says   []string // in the refusal
	lost   [2]uint64
}{
	{"the newest file loses its tail in the middle of a batch", func(t testing.TB, dir string) {
		edit(t, files(t, dir)[2], func(b []byte) []byte { return b[:len(b)-7] })
	}, []string{"20261123", "ends inside a batch", "176 to 180"}, [2]uint64{176, 180}},
	{"the newest file loses two whole batches", func(t testing.TB, dir string) {
		edit(t, files(t, dir)[2], func(b []byte) []byte { f := frames(t, b); return b[:f[len(f)-2]] })
	}, []string{"20261123", "missing at the end", "171 to 180"}, [2]uint64{171, 180}},
	{"an older file loses its tail", func(t testing.TB, dir string) {
		edit(t, files(t, dir)[1], func(b []byte) []byte { return b[:len(b)-7] })
	}, []string{"20261122", "ends inside a batch", "116 to 120"}, [2]uint64{116, 120}},
	{"an older file loses whole batches", func(t testing.TB, dir string) {
		edit(t, files(t, dir)[1], func(b []byte) []byte { f := frames(t, b); return b[:f[len(f)-3]] })
	}, []string{"20261122", "ends too early", "106 to 120"}, [2]uint64{106, 120}},
	{"three bytes flipped in the middle of the newest file", func(t testing.TB, dir string) {
		edit(t, files(t, dir)[2], func(b []byte) []byte { return flip(t, b, 6, 150, 151, 170) })
	}, []string{"20261123", "bytes changed", "146 to 150"}, [2]uint64{146, 150}},
	{"three bytes flipped in the records of an older batch", func(t testing.TB, dir string) {
		edit(t, files(t, dir)[0], func(b []byte) []byte { return flip(t, b, 4, 400, 410, 420) })
	}, []string{"20261121", "bytes changed", "16 to 20"}, [2]uint64{16, 20}},
	{"a length flipped", func(t testing.TB, dir string) {
		edit(t, files(t, dir)[1], func(b []byte) []byte { return flip(t, b, 3, 4) })
	}, []string{"20261122", "impossible length", "71 to 75"}, [2]uint64{71, 75}},
	{"the last batch flipped", func(t testing.TB, dir string) {
		edit(t, files(t, dir)[2], func(b []byte) []byte { return flip(t, b, 12, 60) })
	}, []string{"20261123", "bytes changed", "176 to 180"}, [2]uint64{176, 180}},
	{"a header flipped", func(t testing.TB, dir string) {
		edit(t, files(t, dir)[1], func(b []byte) []byte { return flip(t, b, 0, 40) })
	}, []string{"20261122", "the chain before observation 61"}, [2]uint64{}},
	{"a batch taken out", func(t testing.TB, dir string) {
		edit(t, files(t, dir)[1], func(b []byte) []byte { f := frames(t, b); return append(b[:f[5]:f[5]], b[f[6]:]...) })
	}, []string{"20261122", "does not follow", "81 to 85"}, [2]uint64{81, 85}},
	{"a middle day's file missing", func(t testing.TB, dir string) { remove(t, files(t, dir)[1]) },
		[]string{"the file for 2026-11-22 is missing", "61 to 120"}, [2]uint64{61, 120}},
	{"the oldest day's file missing", func(t testing.TB, dir string) { remove(t, files(t, dir)[0]) },
		[]string{"the file for 2026-11-21 is missing", "1 to 60"}, [2]uint64{1, 60}},
	{"the newest day's file missing", func(t testing.TB, dir string) { remove(t, files(t, dir)[2]) },
		[]string{"the file for 2026-11-23 is missing", "121 to 180"}, [2]uint64{121, 180}},
	{"all files missing", func(t testing.TB, dir string) {
		for _, f := range files(t, dir) {
			remove(t, f)
		}
	}, []string{"missing", "1 to 180"}, [2]uint64{1, 180}},
	{"the head mark missing", func(t testing.TB, dir string) { remove(t, filepath.Join(dir, "head.mark")) },
		[]string{"head mark is missing"}, [2]uint64{}},
	{"the head mark overwritten", func(t testing.TB, dir string) {
		edit(t, filepath.Join(dir, "head.mark"), func(b []byte) []byte { clear(b); return b })
	}, []string{"head mark is damaged"}, [2]uint64{}},
	{"a file emptied", func(t testing.TB, dir string) {
		edit(t, files(t, dir)[1], func([]byte) []byte { return nil })
	}, []string{"20261122", "61 to 120"}, [2]uint64{61, 120}},
}

func remove(t testing.TB, file string) {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}

// flip inverts bytes at offsets from the beginning of a frame.
func flip(t testing.TB, b []byte, frame int, offs ...int) []byte {
	at := frames(t, b)[frame]
	for _, o := range offs {
		b[at+o] ^= 0xff
	}
	return b
}

func TestDamageIsNamedAndRefused(t *testing.T) {
	for _, tt := range faults {
		t.Run(tt.name, func(t *testing.T) {
			dir := writeDays(t, 3)
			tt.damage(t, dir)
			for _, opt := range []filelog.Options{{}, {ReadOnly: true}} {
				opt.Codec = logtest.Codec{}
				_, err := filelog.Open(dir, opt)
				if wardround.ErrorCode(err) != wardround.EIntegrity {
					t.Fatalf("opened with %v", err)
				}
				for _, want := range tt.says {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("the refusal does not say %q:\n%v", want, err)
					}
				}
				var ie *filelog.IntegrityError
				if !errors.As(err, &ie) || len(ie.Faults) != 1 {
					t.Errorf("want one fault: %v", err)
				}
			}
		})
	}
}

func TestAcceptedGapIsTold(t *testing.T) {
	for _, tt := range faults {
		t.Run(tt.name, func(t *testing.T) {
			dir := writeDays(t, 3)
			tt.damage(t, dir)
			told := 0
			opt := filelog.Options{AcceptGap: true, Clock: func() time.Time { return logtest.Noon.Add(100 * time.Hour) }}
			opt.OnGap = func(g filelog.Gap) *wardround.Observation {
				told++
				return &wardround.Observation{Kind: "log.gap", Version: 1, At: g.Accepted, Fields: &logtest.Note{Text: g.String()}}
			}
			l := open(t, dir, opt)
			if told != 1 || l.Epoch() != 1 || len(l.Gaps()) != 1 {
				t.Fatalf("%d gaps told, epoch %d, gaps %v", told, l.Epoch(), l.Gaps())
			}
			checkAround := func(l *filelog.Log) {
				t.Helper()
				got := logtest.Read(t, l, 0)
				want := uint64(1)
				for _, o := range got[:len(got)-1] {
					if want == tt.lost[0] {
						want = tt.lost[1] + 1
					}
					if o.Seq != want {
						t.Fatalf("position %d where %d was expected", o.Seq, want)
					}
					want++
				}
				if o := got[len(got)-1]; o.Seq != 181 || o.Kind != "log.gap" {
					t.Errorf("the last observation is %d %s", o.Seq, o.Kind)
				}
			}
			checkAround(l)
			if err := l.Verify(context.Background()); err != nil {
				t.Errorf("an accepted gap is a fault again: %v", err)
			}
			l.Close()
			// From then on the log opens as any other, and goes on.
			opt.AcceptGap = false
			l = open(t, dir, opt)
			checkAround(l)
			for n := 60; n < 70; n++ {
				appendBatch(t, l, n)
			}
			l.Close()
			l = open(t, dir, opt)
			if told != 1 || l.Last() != 231 || l.Reached("mirror-1", "eth0") != 350 {
				t.Errorf("told %d times, Last %d, Reached %d", told, l.Last(), l.Reached("mirror-1", "eth0"))
			}
		})
	}
}

func TestGapsAddUp(t *testing.T) {
	dir := writeDays(t, 3)
	for i := range 2 {
		edit(t, files(t, dir)[i], func(b []byte) []byte { return flip(t, b, 4, 150) })
		if _, err := filelog.Open(dir, filelog.Options{Codec: logtest.Codec{}}); wardround.ErrorCode(err) != wardround.EIntegrity {
			t.Fatalf("damage %d was not refused: %v", i, err)
		}
		l := open(t, dir, filelog.Options{AcceptGap: true})
		if l.Epoch() != uint64(i)+1 || len(l.Gaps()) != i+1 {
			t.Errorf("epoch %d, gaps %v", l.Epoch(), l.Gaps())
		}
		appendBatch(t, l, 40+i)
		l.Close()
	}
	l := open(t, dir, filelog.Options{})
	if got := len(logtest.Read(t, l, 0)); got != 180-10+10 {
		t.Errorf("read %d observations", got)
	}
}

// What was never acknowledged is cut off silently, but counted.
func TestTornTail(t *testing.T) {
	for cut := 1; cut < 800; cut += 31 {
		dir := writeDays(t, 1)
		name := files(t, dir)[0]
		intact, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f := frames(t, intact)
		next := intact[f[len(f)-1]:] // stands for a batch that was being written
		if cut >= len(next) {
			break
		}
		edit(t, name, func(b []byte) []byte { return append(b, next[:cut]...) })
		r := open(t, dir, filelog.Options{ReadOnly: true})
		if got := logtest.Read(t, r, 0); len(got) != 60 {
			t.Errorf("a reader sees %d observations", len(got))
		}
		l := open(t, dir, filelog.Options{})
		if l.Cut() != cut || l.Last() != 60 {
			t.Fatalf("torn after %d bytes: cut %d, Last %d", cut, l.Cut(), l.Last())
		}
		if st, err := os.Stat(name); err != nil || st.Size() != int64(len(intact)) {
			t.Errorf("the file has %d bytes, want %d", st.Size(), len(intact))
		}
		appendBatch(t, l, 12)
		l.Close()
		if l := open(t, dir, filelog.Options{}); l.Last() != 65 || l.Cut() != 0 {
			t.Fatalf("after going on: Last %d, cut %d", l.Last(), l.Cut())
		}
	}
}

// A file begun just before a kill, its header cut short, is no damage.
func TestTornHeader(t *testing.T) {
	for _, cut := range []int{0, 5, 12, 100} {
		dir := writeDays(t, 1)
		head, err := os.ReadFile(files(t, writeDays(t, 2))[1])
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, "20261122-00000000000000000061.wrl")
		if err := os.WriteFile(name, head[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		l := open(t, dir, filelog.Options{})
		for n := 12; n < 15; n++ {
			appendBatch(t, l, n)
		}
		l.Close()
		if l := open(t, dir, filelog.Options{}); l.Last() != 75 || len(l.Files()) != 2 {
			t.Errorf("Last %d in %d files", l.Last(), len(l.Files()))
		}
	}
}

func TestStorePositionFindsALostTail(t *testing.T) {
	dir := writeDays(t, 1)
	opt := filelog.Options{Codec: logtest.Codec{}, AtLeast: 61}
	_, err := filelog.Open(dir, opt)
	if wardround.ErrorCode(err) != wardround.EIntegrity || !strings.Contains(err.Error(), "observation 61") {
		t.Fatalf("a log behind its store: %v", err)
	}
	opt.AcceptGap = true
	l := open(t, dir, opt)
	appendBatch(t, l, 20)
	if l.Last() != 66 {
		t.Errorf("Last %d: a position the store has judged was given out again", l.Last())
	}
}

func TestReadFindsDamageOpenDidNotLookFor(t *testing.T) {
	dir := writeDays(t, 3)
	edit(t, files(t, dir)[0], func(b []byte) []byte { return flip(t, b, 4, 400) })
	l := open(t, dir, filelog.Options{VerifyBytes: 1})
	var seen uint64
	err := l.Read(context.Background(), 0, func(b []*wardround.Observation) error { seen = b[len(b)-1].Seq; return nil })
	if wardround.ErrorCode(err) != wardround.EIntegrity || seen != 15 {
		t.Errorf("read up to %d, then %v; want nothing behind the damage", seen, err)
	}
	if err := l.Verify(context.Background()); wardround.ErrorCode(err) != wardround.EIntegrity {
		t.Errorf("verified: %v", err)
	}
	if got := logtest.Read(t, l, 60); len(got) != 120 {
		t.Errorf("reading behind the damage gave %d", len(got))
	}
}

func TestFilesRollBySizeAndDay(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, filelog.Options{MaxFile: 4000})
	for n := range 24 {
		appendBatch(t, l, n)
	}
	var days []string
	for _, f := range l.Files() {
		days = append(days, fmt.Sprintf("%s %d-%d", f.Name[:8], f.First, f.Last))
	}
	if len(days) < 6 || days[0][:8] != "20261121" || days[len(days)-1][:8] != "20261122" {
		t.Errorf("files %v", days)
	}
	l.Close()
	l = open(t, dir, filelog.Options{MaxFile: 4000})
	if got := logtest.Read(t, l, 0); len(got) != 120 {
		t.Errorf("read %d", len(got))
	}
}

func TestReadOnlyBesideAWriter(t *testing.T) {
	dir := t.TempDir()
	w := open(t, dir, filelog.Options{MaxFile: 1})
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for n := range 2000 { // a file each: a listing of the folder takes several calls
			select {
			case <-stop:
				return
			default:
				appendBatch(t, w, n)
			}
		}
	}()
	defer func() { close(stop); <-done }()
	for writing := true; writing; {
		select {
		case <-done:
			writing = false // once more, of all that there is
		default:
		}
		r := open(t, dir, filelog.Options{ReadOnly: true})
		got := logtest.Read(t, r, 0)
		for i, o := range got {
			if o.Seq != uint64(i)+1 {
				t.Fatalf("position %d at %d", o.Seq, i)
			}
		}
		if uint64(len(got)) != r.Last() || !writing && len(got) != 5*2000 {
			t.Errorf("read %d of %d", len(got), r.Last())
		}
		if _, err := r.Append(context.Background(), nil); wardround.ErrorCode(err) != wardround.EForbidden {
			t.Errorf("a reader appended: %v", err)
		}
		r.Close()
	}
}
