package pickle

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit"
)

// alike runs b with fast and without, and compares the reports and what the machines
// hold at the end: the reports of two programs may be equal where a flag of a
// dict is not, which only another BUILD would show.
func alike(t *testing.T, b []byte, lim Limits, pol Policy) {
	t.Helper()
	lim = lim.withDefaults()
	got := ran(b, lim, pol)
	lim.slow = true
	want := ran(b, lim, pol)
	if d := differ(want, got); d != "" {
		t.Fatalf("%q: %s", b[:min(len(b), 2000)], d)
	}
	w, g := want.finish(), got.finish()
	if !reflect.DeepEqual(w, g) {
		t.Fatalf("%q: another report (-one by one, +in registers):\n%s", b[:min(len(b), 2000)], cmp.Diff(w, g))
	}
}

func ran(b []byte, lim Limits, pol Policy) *machine {
	m := newMachine(lim, pol)
	m.reader = reader{src: bytes.NewReader(b), buf: make([]byte, bufSize), room: lim.Bytes}
	m.run()
	return m
}

// differ says in what two machines differ.
func differ(a, b *machine) string {
	for _, x := range []struct {
		what string
		a, b any
	}{
		{"opcodes", a.ops, b.ops}, {"end", a.offset(), b.offset()}, {"stack", hexed(a.stack), hexed(b.stack)}, {"marks", fmt.Sprint(a.marks), fmt.Sprint(b.marks)}, {"fence", a.fence, b.fence},
		{"tuples", hexed(a.shapes), hexed(b.shapes)}, {"texts", string(a.strs.text), string(b.strs.text)}, {"dunders", a.strs.dunders, b.strs.dunders},
		{"numbers", fmt.Sprint(a.ints), fmt.Sprint(b.ints)}, {"weight", a.maxWeight, b.maxWeight}, {"unsure", a.unsure, b.unsure}, {"joblib", a.wrap, b.wrap},
		{"containers", cellsOf(a), cellsOf(b)}, {"memo", memoOf(a), memoOf(b)}, {"last steps", a.lately(), b.lately()},
	} {
		if !reflect.DeepEqual(x.a, x.b) {
			return fmt.Sprintf("%s: %v, in registers %v", x.what, x.a, x.b)
		}
	}
	return ""
}

// lately is the ring without what the last opcode left: nobody is shown that.
func (m *machine) lately() [ringSize]step {
	r := m.ring
	r[(m.ops-1)&(ringSize-1)].v = 0
	return r
}

func hexed(vs []value) string { return fmt.Sprintf("%x", vs) }

func cellsOf(m *machine) (out []uint32) {
	for i := range m.cells.n {
		out = append(out, m.cells.get(uint32(i)))
	}
	return out
}

func memoOf(m *machine) (out []value) {
	for i := range len(m.memo.pages) * memoPage {
		v, _ := m.memo.get(int64(i))
		out = append(out, v)
	}
	return out
}

// long makes a program of up to some thousand opcodes that is mostly what a
// pickler writes, with a slip now and then: a name, a short stack, a memo slot that is
// taken or empty, an odd key, a broken frame, a text that holds something.
func long(rng *rand.Rand) []byte {
	var b []byte
	texts := []string{"", "a", "name", "os", "system", "two words", "__class__", "__doc__", "__x", "shape", "dtype", "order", "é", "\xff", "\xc3\x80", "B" + strings.Repeat("x", 30),
		"PK\x03\x04 and more of it", "gASVDAAAAAAAAABLAS4gICAg", "80049503000000000000004b012e2020", "AQAAAAAAAAAAAAAAAAAAAAAA", strings.Repeat("long ", 60), "parser", torchHead}
	frameEnd := -1
	if rng.IntN(3) > 0 {
		b = append(b, opProto, byte(2+rng.IntN(4)))
	}
	height, marks, stored := 0, []int{}, 0
	floor := func() int {
		if len(marks) > 0 {
			return marks[len(marks)-1]
		}
		return 0
	}
	slips := 1 + rng.IntN(400)
	for n := rng.IntN(3000); n > 0; n-- {
		slip := rng.IntN(slips) == 0 && slips < 300
		if frameEnd >= 0 && len(b) >= frameEnd || rng.IntN(300) == 0 {
			size := 20 + rng.IntN(400)
			b = binary.LittleEndian.AppendUint64(append(b, opFrame), uint64(size))
			frameEnd = len(b) + size
		}
		if frameEnd >= 0 && frameEnd-len(b) < 12 && rng.IntN(20) > 0 { // keep to the frame, mostly
			for len(b) < frameEnd {
				b = append(b, opNone)
				height++
			}
			continue
		}
		open := height - floor()
		switch k := rng.IntN(22); {
		case slip && rng.IntN(2) == 0:
			b = append(b, [][]byte{{opAppend}, {opTuple3}, {opSetItems}, {opBinGet, 200}, {opBinPut, 0}, {opBinPut, 250}, {opAppends}, {opAddItems},
				[]byte("cbuiltins\ngetattr\n"), []byte("cos\nsystem\n"), {opPop}, {opDup}, {opLongBinPut, 0, 0, 0, 1}, {opLongBinGet, 0, 0, 0, 1}, {opFrozenSet}, {opNewObj}, {opReduce}, {opDict}, {opBinPersID}, {opEmptyDict, opNone, opBinPersID, opNone, opSetItem}}[rng.IntN(20)]...)
			height = max(height-1, floor()) // near enough
		case k < 3:
			b = append(b, opBinInt1, byte(rng.Uint32()))
			height++
		case k < 4:
			b = binary.LittleEndian.AppendUint32(append(b, opBinInt), rng.Uint32())
			height++
		case k < 5:
			b = append(b, []byte{opNone, opNewTrue, opNewFalse, opEmptyTuple, opEmptyList, opEmptyDict, opEmptySet}[rng.IntN(7)])
			height++
		case k < 5+1 && rng.IntN(3) == 0: // protocol 0
			b = append(b, []string{"I12\n", "I-7\n", "I0\n", "I01\n", "I007\n", "I-0\n", "I999999999999999999\n", "I9999999999999999999\n", "I1_0\n", "I 5\n", "I67108864\n",
				"F1.5\n", "F-0.25\n", "F1e-05\n", "F1e400\n", "F.5\n", "F5.\n", "F1.0e+\n", "Finf\n", "F12345678901234567890123456789012345678901234567890\n",
				"Vtext\n", "V\n", "Va\\u0041\n", "V\xe9\n", "Vn\xc3\xa9\n", "V__class__\n", "VgASVDAAAAAAAAABLAS4gICAg\n", "V" + strings.Repeat("x", 199) + "\n", "V" + strings.Repeat("x", 201) + "\n", "L5L\n",
				"(l", "(d", "(dVk\nNs", "(lI1\na", "(lp200\n", "g0\n", "g01\n", "g-1\n", "g77777\n", "Np01\n"}[rng.IntN(40)]...)
			height++
		case k < 7:
			s := texts[rng.IntN(len(texts))]
			if rng.IntN(2) == 0 {
				s = fmt.Sprint("t", rng.IntN(5000))
			}
			if len(s) < 256 && rng.IntN(2) == 0 {
				b = append(append(b, []byte{opShortBinUnicode, opShortBinBytes}[rng.IntN(2)], byte(len(s))), s...)
			} else {
				b = append(binary.LittleEndian.AppendUint32(append(b, []byte{opBinUnicode, opBinBytes}[rng.IntN(2)]), uint32(len(s))), s...)
			}
			height++
		case k < 8:
			n := rng.IntN(10)
			b = append(append(b, opLong1, byte(n)), "\x01\x02\x83\x04\x05\x06\x07\xff\x09"[:n]...)
			height++
		case k < 10 && open > 0:
			b = append(b, opMemoize)
			stored++
		case k < 11 && open > 0 && stored < 256:
			b = append(b, opBinPut, byte(stored))
			stored++
		case k < 12 && stored > 0:
			b = binary.LittleEndian.AppendUint32(append(b, opLongBinGet), uint32(rng.IntN(stored)))
			height++
		case k < 14:
			b = append(b, opMark)
			marks = append(marks, height)
		case k < 16 && open > 2:
			k := rng.IntN(3)
			b = append(b, byte(opTuple1+k))
			height -= k
		case k < 17 && len(marks) > 0:
			b = append(b, opTuple)
			height = floor() + 1
			marks = marks[:len(marks)-1]
		case k < 19: // a list, a dict or a set of its own, filled
			b = append(b, [][]byte{
				{opEmptyList, opBinInt1, 1, opAppend}, {opEmptyList, opMark, opNone, opEmptyList, opAppends}, {opEmptyDict, opBinInt1, 1, opNone, opSetItem},
				{opEmptyDict, opMark, opShortBinUnicode, 1, 'k', opEmptyTuple, opShortBinUnicode, 5, 'o', 'r', 'd', 'e', 'r', opNone, opSetItems},
				{opEmptyDict, opMark, opShortBinUnicode, 9, '_', '_', 'c', 'l', 'a', 's', 's', '_', '_', opNone, opSetItems}, {opEmptyDict, opEmptyList, opNone, opSetItem},
				{opEmptySet, opMark, opNone, opBinFloat, 1, 2, 3, 4, 5, 6, 7, 8, opAddItems}, {opEmptySet, opMark, opEmptyTuple, opAddItems},
			}[rng.IntN(8)]...)
			height++
		default:
			b = append(b, opEmptyList, opMemoize)
			stored++
			height++
		}
	}
	if len(marks) > 0 || height > 1 {
		for range marks {
			b = append(b, opTuple)
		}
		if len(marks) == 0 {
			b = append(b, opEmptyTuple)
		}
	}
	return append(b, opStop)
}

var torchHead = string(torchText) + "rest"

// TestFastReadsAlike: what fast runs comes out as run's own cases have it, whatever
// the limits are.
func TestFastReadsAlike(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 8))
	reached := 0
	for i := range 500 {
		b := long(rng)
		if i%5 == 0 {
			b = program(rng)
		}
		lim := Limits{}
		switch i % 4 {
		case 1:
			lim = tight
		case 2:
			lim = Limits{Ops: 1 + rng.Int64N(2000), Memo: 1 + rng.IntN(500), Stack: 1 + rng.IntN(600), Objects: 1 + rng.IntN(500), Strings: 1 + rng.IntN(3000), Expansion: float64(1 + rng.IntN(5000)), Ratio: 0.01}
		}
		alike(t, b, lim, Policy{})
		if rep, _ := Scan(bytes.NewReader(b), Limits{}, Policy{}); rep.Ops > 500 {
			reached++
		}
	}
	if reached < 80 {
		t.Errorf("only %d programs came far", reached)
	}
	for _, b := range [][]byte{
		cat("}NQNs", strings.Repeat("N0", 20), "."), // a key of unknown type: whether it has a hash can't be told
		cat("}cx\ny\nNs", strings.Repeat("N0", 20), "."),
		cat("(((", strings.Repeat("N", 20), "tl", opTuple3, "."),
	} {
		alike(t, b, Limits{}, Policy{})
	}
	alike(t, manyOps(1<<20), Limits{}, Policy{})
	alike(t, floats(1<<20), Limits{}, Policy{})
}

// TestFastReadsCorpusAlike: and so do real malicious files.
func TestFastReadsCorpusAlike(t *testing.T) {
	t.Parallel()
	dir := testkit.Data(t, "models/picklescan")
	files := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if len(b) < 1<<20 {
			files++
			alike(t, b, Limits{}, Policy{})
			alike(t, b, tight, Policy{Torch: true})
		}
		return nil
	})
	if err != nil || files < 50 {
		t.Fatal(files, err)
	}
}

// FuzzFast: any bytes are read alike.
func FuzzFast(f *testing.F) {
	seeds(f)
	rng := rand.New(rand.NewPCG(9, 10))
	for range 20 {
		b := long(rng)
		f.Add(b[:min(len(b), 2000)])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		alike(t, b, tight, Policy{})
		alike(t, b, Limits{Ops: 1 << 12, Memo: 16, Stack: 16, Objects: 16, Strings: 64, Expansion: 20, Ratio: 0.1}, Policy{Torch: true})
	})
}
