package pickle

import (
	"bytes"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
)

func seeds(f *testing.F) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		f.Add(program(rng))
	}
	for _, b := range ways("os", "system") {
		f.Add(b)
	}
	f.Add(manyOps(300))
	f.Add(cat(opProto, 4, frame(3), 'C', 4, "abcd", '.'))
	f.Add(cat("cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(U\x05shape(K\x02tU\x05dtypecnumpy\ndtype\n(U\x02i1tRU\x05orderU\x01Cub\x00\x00."))
}

var tight = Limits{Ops: 1 << 16, Memo: 1 << 12, Stack: 1 << 12, Objects: 1 << 14, Globals: 256, Strings: 1 << 14, Inner: 1 << 12}

// FuzzScan: no input makes the machine panic or hang, the report holds together,
// and what is clean was read to its end by an unpickler.
func FuzzScan(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, pol := range []Policy{{}, {Torch: true, Plain: true}} {
			rep, err := Scan(bytes.NewReader(b), tight, pol)
			if err != nil {
				t.Fatal(err)
			}
			if rep.End > int64(len(b)) || rep.End < 0 {
				t.Fatalf("ends at %d of %d", rep.End, len(b))
			}
			if rep.Class <= Safe && (!rep.Stopped || rep.Accepts&(C|Python) == 0) {
				t.Fatalf("%s, and nobody reads it: %+v", rep.Class, rep)
			}
			worst := Class(0)
			for _, c := range rep.Callables {
				worst = max(worst, c.Class)
			}
			if worst > rep.Class {
				t.Fatalf("%s, and a name is %s", rep.Class, worst)
			}
			for _, s := range rep.Inner {
				if s.Start > s.End || s.End > int64(len(b)) {
					t.Fatalf("span %d to %d of %d", s.Start, s.End, len(b))
				}
			}
		}
	})
}

// FuzzPrefix: no beginning of a malicious stream is clean.
func FuzzPrefix(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 512 {
			return
		}
		rep, _ := Scan(bytes.NewReader(b), tight, Policy{})
		if rep.Class != Malicious {
			return
		}
		for cut := range int(min(rep.End, int64(len(b)))) {
			p, _ := Scan(bytes.NewReader(b[:cut]), tight, Policy{})
			if p.Class <= Safe && !p.Stopped {
				t.Fatalf("cut at %d: %s", cut, p.Class)
			}
		}
	})
}

// TestChunks: the size of reads changes nothing.
func TestChunks(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		b := program(rng)
		want, _ := Scan(bytes.NewReader(b), tight, Policy{})
		got, _ := Scan(&trickle{b}, tight, Policy{})
		if want.Class != got.Class || want.Accepts != got.Accepts || want.End != got.End || len(want.Callables) != len(got.Callables) {
			t.Fatalf("%q: %+v by the byte, %+v at once", b, got, want)
		}
	}
}

type trickle struct{ b []byte }

func (r *trickle) Read(p []byte) (int, error) {
	if len(r.b) == 0 {
		return 0, os.ErrClosed // a failing reader is told apart from an ending one
	}
	p[0] = r.b[0]
	r.b = r.b[1:]
	return 1, nil
}

// TestHostileMemory: streams made to fill arenas stay within their limits.
func TestHostileMemory(t *testing.T) {
	var before, after runtime.MemStats
	for name, b := range map[string][]byte{
		"marks":     bytes.Repeat([]byte{'('}, 1<<22),
		"lists":     bytes.Repeat([]byte{']'}, 1<<22),
		"dups":      append([]byte{'N'}, bytes.Repeat([]byte{'2'}, 1<<22)...),
		"names":     bytes.Repeat([]byte("cx\ny\n0"), 1<<18),
		"far memo":  bytes.Repeat([]byte("Nr\xff\xff\xff\xff0"), 1<<18),
		"tuples":    append([]byte{opProto, 2, ')'}, bytes.Repeat([]byte{opTuple1}, 1<<22)...),
		"no end":    bytes.Repeat([]byte("S"), 1<<22),
		"big bytes": append([]byte{opBinBytes8, 0, 0, 0, 0, 0xff, 0, 0, 0}, make([]byte, 1<<20)...),
	} {
		runtime.GC()
		runtime.ReadMemStats(&before)
		rep, err := Scan(bytes.NewReader(b), Limits{}, Policy{})
		runtime.ReadMemStats(&after)
		if err != nil || rep.Class <= Safe {
			t.Errorf("%s: %v %v", name, rep.Class, err)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 128<<20 {
			t.Errorf("%s: %d MB", name, grown>>20)
		}
	}
}
