package filelog_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/logtest"
)

// Whatever a log file holds, opening and reading end with positions that grow, or
// with an error that has a code; accepting the gap always gives a log that works.
func FuzzOpen(f *testing.F) {
	if _, err := os.Stat("/dev/shm"); err == nil {
		f.Setenv("TMPDIR", "/dev/shm") // syncs cost nothing there
	}
	seed := writeDays(f, 1)
	intact, err := os.ReadFile(files(f, seed)[0])
	if err != nil {
		f.Fatal(err)
	}
	mark, err := os.ReadFile(filepath.Join(seed, "head.mark"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(intact, mark)
	f.Add(intact[:len(intact)-5], mark)
	f.Add(flip(f, append([]byte(nil), intact...), 4, 200, 300), mark)
	f.Add(append(append([]byte(nil), intact...), intact[500:900]...), mark[:100])
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, file, mark []byte) {
		dir := t.TempDir()
		for name, b := range map[string][]byte{filepath.Base(files(t, seed)[0]): file, "head.mark": mark} {
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, opt := range []filelog.Options{{ReadOnly: true}, {}, {AcceptGap: true}, {}} {
			opt.Codec = logtest.Codec{}
			l, err := filelog.Open(dir, opt)
			if err != nil {
				if c := wardround.ErrorCode(err); c == wardround.EInternal || opt.AcceptGap && c == wardround.EIntegrity {
					t.Fatalf("%+v: %v", opt, err)
				}
				continue
			}
			last := uint64(0)
			err = l.Read(context.Background(), 0, func(b []*wardround.Observation) error {
				for _, o := range b {
					if o.Seq <= last || o.Seq > l.Last() {
						t.Fatalf("position %d after %d of %d", o.Seq, last, l.Last())
					}
					last = o.Seq
				}
				return nil
			})
			if err != nil && wardround.ErrorCode(err) == wardround.EInternal {
				t.Fatal(err)
			}
			if opt.AcceptGap {
				o := logtest.Seen("fuzz", "x", l.Reached("fuzz", "x")+1)
				if l.Origin() != "" {
					o.Origin = l.Origin()
				}
				if l.Last() < 1<<63 {
					if out, err := l.Append(context.Background(), []*wardround.Observation{o}); err != nil || len(out) != 1 {
						t.Fatalf("append after accepting the gap: %v", err)
					}
				}
			}
			l.Close()
		}
	})
}

// 5,000 observations a second in batches of 20 ms, without what fsync costs.
func BenchmarkAppend100(b *testing.B) {
	l := open(b, b.TempDir(), filelog.Options{})
	n := uint64(0)
	batch := make([]*wardround.Observation, 100)
	for b.Loop() {
		for i := range batch {
			n++
			batch[i] = logtest.Seen("mirror-1", "eth0", n)
		}
		if _, err := l.Append(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*100/b.Elapsed().Seconds(), "observations/s")
}

func BenchmarkOpenVerify(b *testing.B) {
	dir := b.TempDir()
	l := open(b, dir, filelog.Options{})
	for n := range uint64(200) {
		var batch []*wardround.Observation
		for i := range uint64(1000) {
			batch = append(batch, logtest.Seen("mirror-1", "eth0", n*1000+i+1))
		}
		if _, err := l.Append(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	size := l.Files()[0].Size
	l.Close()
	b.SetBytes(size)
	for b.Loop() {
		open(b, dir, filelog.Options{}).Close()
	}
}
