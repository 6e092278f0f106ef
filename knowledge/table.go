package knowledge

import (
	"encoding/binary"
	"sort"
	"strings"
)

// A table is a sorted list of keys with a value each, in two sections: an index
// that is checked when the file is opened, and values that carry a checksum each
// and are checked when they are read.
//
//	index:  u32 n · u64 offset of key, n+1 times · u64 offset of value, n+1 times · keys
//	values: value · u32 CRC-32C of it …
//
// Offsets count from where keys and values begin. Numbers are little endian.
type table struct {
	n            int
	keyAt, valAt []byte // of 8 bytes each
	keys, vals   []byte
}

// readTable checks the offsets of an index, so that no key or value lies outside. That
// keys are sorted is not checked: their checksum is right. A list is a table whose
// keys are all empty.
func readTable(index, vals []byte) (t table, ok bool) {
	if len(index) < 4 {
		return t, false
	}
	n := int(binary.LittleEndian.Uint32(index))
	index = index[4:]
	if n < 0 || len(index)/16 < n+1 {
		return t, false
	}
	t = table{n: n, keyAt: index[:8*(n+1)], valAt: index[8*(n+1) : 16*(n+1)], keys: index[16*(n+1):], vals: vals}
	return t, ascending(t.keyAt, n, len(t.keys)) && ascending(t.valAt, n, len(vals))
}

func ascending(at []byte, n, end int) bool {
	last := uint64(0)
	for i := 0; i <= n; i++ {
		v := binary.LittleEndian.Uint64(at[8*i:])
		if v < last || v > uint64(end) {
			return false
		}
		last = v
	}
	return last == uint64(end)
}

func (t *table) key(i int) []byte {
	return t.keys[binary.LittleEndian.Uint64(t.keyAt[8*i:]):binary.LittleEndian.Uint64(t.keyAt[8*i+8:])]
}

// value returns the value of the i-th key; false when its checksum is wrong.
func (t *table) value(i int) ([]byte, bool) {
	return unseal(t.vals[binary.LittleEndian.Uint64(t.valAt[8*i:]):binary.LittleEndian.Uint64(t.valAt[8*i+8:])])
}

// find is the number of a key.
func (t *table) find(key string) (int, bool) {
	i := t.from(key)
	return i, i < t.n && string(t.key(i)) == key
}

// from is the number of the first key that is not before one.
func (t *table) from(key string) int {
	return sort.Search(t.n, func(i int) bool { return string(t.key(i)) >= key })
}

// prefixed yields the numbers of the keys with a prefix.
func (t *table) prefixed(prefix string, yield func(i int, key string)) {
	for i := t.from(prefix); i < t.n; i++ {
		k := string(t.key(i))
		if !strings.HasPrefix(k, prefix) {
			return
		}
		yield(i, k)
	}
}

// tableWriter writes the two sections of a table: values as they come, the index
// in the end. Keys must come sorted.
type tableWriter struct {
	*fileWriter
	from         uint64
	n            int
	keyAt, valAt []byte
	keys, value  []byte
}

func (w *fileWriter) table() *tableWriter { return &tableWriter{fileWriter: w, from: w.at} }

// add enters a key; value appends what belongs to it.
func (t *tableWriter) add(key string, value func([]byte) []byte) {
	t.keyAt = binary.LittleEndian.AppendUint64(t.keyAt, uint64(len(t.keys)))
	t.valAt = binary.LittleEndian.AppendUint64(t.valAt, t.at-t.from)
	t.keys = append(t.keys, key...)
	t.value = sealed(value(t.value[:0]), 0)
	t.bytes(t.value)
	t.n++
}

func (t *tableWriter) end() {
	size := t.at - t.from
	t.entry(t.from, 0)
	out := binary.LittleEndian.AppendUint32(nil, uint32(t.n))
	out = binary.LittleEndian.AppendUint64(append(out, t.keyAt...), uint64(len(t.keys)))
	out = binary.LittleEndian.AppendUint64(append(out, t.valAt...), size)
	t.section(append(out, t.keys...))
}
