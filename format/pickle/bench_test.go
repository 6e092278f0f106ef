package pickle

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"
	"time"
)

// manyOps makes a pickle of about size bytes out of tuples of small numbers and
// short strings in lists, all memoised, as Python's own pickler writes rows.
func manyOps(size int) []byte {
	var b bytes.Buffer
	b.Write([]byte{opProto, 4, opEmptyList, opMemoize, opMark})
	for i := 0; b.Len() < size; i++ {
		switch i % 4 {
		case 0:
			b.Write([]byte{opBinInt1, byte(i), opBinInt1, byte(i >> 8), opTuple2, opMemoize})
		case 1:
			b.Write([]byte{opEmptyList, opMemoize, opMark, opBinInt1, 1, opNone, opNewTrue, opAppends})
		case 2:
			b.Write([]byte{opBinInt2, 1, 2, opNone, opTuple2, opMemoize})
		case 3:
			s := fmt.Sprint("k", i%1000)
			b.Write([]byte{opShortBinUnicode, byte(len(s))})
			b.WriteString(s)
			b.WriteByte(opMemoize)
		}
		if i%1000 == 999 {
			b.Write([]byte{opAppends, opMark})
		}
	}
	b.Write([]byte{opAppends, opStop})
	return b.Bytes()
}

// floats makes a pickle of numbers and strings with fewer, larger opcodes.
func floats(size int) []byte {
	var b bytes.Buffer
	b.Write([]byte{opProto, 4, opEmptyList, opMemoize, opMark})
	for i := 0; b.Len() < size; i++ {
		b.Write([]byte{opBinFloat, 1, 2, 3, 4, 5, 6, 7, 8})
		b.Write([]byte{opShortBinUnicode, 12})
		fmt.Fprintf(&b, "patient %04d", i%10000)
		b.WriteByte(opMemoize)
		if i%1000 == 999 {
			b.Write([]byte{opAppends, opMark})
		}
	}
	b.Write([]byte{opAppends, opStop})
	return b.Bytes()
}

func benchmark(b *testing.B, data []byte) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var rep *Report
	for b.Loop() {
		rep, _ = Scan(bytes.NewReader(data), Limits{}, Policy{})
	}
	if rep.Class != Inert {
		b.Fatal(rep.Class, rep.Issues)
	}
	b.ReportMetric(float64(rep.Ops), "opcodes")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rep.Ops), "ns/opcode")
}

func BenchmarkManyOpcodes40MB(b *testing.B) { benchmark(b, manyOps(40<<20)) }
func BenchmarkRows40MB(b *testing.B)        { benchmark(b, floats(40<<20)) }

// TestMemoryOfManyOpcodes: 40 MB of more than ten million opcodes need less than
// 64 MB beside the input.
func TestMemoryOfManyOpcodes(t *testing.T) {
	if testing.Short() {
		t.Skip("allocates 40 MB")
	}
	data := manyOps(40 << 20)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	m := newMachine(Limits{}.withDefaults(), Policy{})
	m.reader = reader{src: bytes.NewReader(data), buf: make([]byte, bufSize), room: 1 << 40}
	m.run()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	grown := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%d opcodes, %d memo entries, %v, %d MB more on the heap", m.ops, m.memo.n, took, grown>>20)
	if m.ops < 10_000_000 {
		t.Errorf("only %d opcodes", m.ops)
	}
	if grown > 56<<20 {
		t.Errorf("%d MB", grown>>20)
	}
	runtime.KeepAlive(m)
}
