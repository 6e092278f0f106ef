// Package oui says who registered the block a hardware address comes from, by
// the IEEE registries MA-L, MA-M, MA-S and IAB, and which addresses come from no
// registry because the machine made them up.
//
// The table is derived from Debian's package ieee-data; see [Source]. It holds
// prefix and registered name only. A name is who registered the block, often
// the maker of a network module rather than of the device around it.
package oui

//go:generate go -C ../../tools run ./ouigen -version 20220827.1 -o ../format/oui/ieee-data.gz

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed ieee-data.gz
var compressed []byte

// MAC is an EUI-48 hardware address.
type MAC = [6]byte

// Maker returns the name that the longest registered block around mac carries,
// and the block's length: 36, 28 or 24 bits. It returns "" and 0 when no block
// is listed.
func Maker(mac MAC) (name string, bits int) {
	t := table()
	address := uint64(binary.BigEndian.Uint16(mac[:]))<<32 | uint64(binary.BigEndian.Uint32(mac[2:]))
	for _, b := range t.blocks {
		prefix := address >> (48 - b.bits)
		if i, ok := slices.BinarySearch(b.prefixes, prefix); ok {
			return t.names[b.holders[i]], b.bits
		}
	}
	return "", 0
}

// LocallyAdministered reports whether the address was chosen by software, not
// given by a registry (IEEE 802-2014 §8.2.2, the U/L bit): addresses that
// telephones and laptops randomise, and those of virtual machines. Such an
// address must not identify an asset for long. A few blocks registered before
// 1990 carry the same bit; addresses in them count as registered.
func LocallyAdministered(mac MAC) bool {
	if mac[0]&0x02 == 0 {
		return false
	}
	_, bits := Maker(mac)
	return bits == 0
}

// Group reports a multicast or broadcast address (IEEE 802-2014 §8.2.2, the I/G bit).
func Group(mac MAC) bool { return mac[0]&0x01 != 0 }

// Source returns name and version of the listing that the table was made from.
func Source() string { return table().source }

// registry is the table, decompressed at first use: about 2 MB.
type registry struct {
	source string
	names  []string
	blocks []block // longest prefixes first
}

// block holds the registered prefixes of one length, sorted.
type block struct {
	bits     int
	prefixes []uint64
	holders  []uint32 // index into names, parallel to prefixes
}

var table = sync.OnceValue(func() *registry {
	t, err := read(decompress())
	if err != nil {
		panic("oui: embedded table: " + err.Error())
	}
	return t
})

// decompress returns the embedded text; a broken one is a broken build.
func decompress() string {
	z, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		panic("oui: embedded table: " + err.Error())
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic("oui: embedded table: " + err.Error())
	}
	return string(text)
}

// read builds the table from the generator's text: a line with the source, then
// lines of name, tab, prefixes.
func read(text string) (*registry, error) {
	source, text, _ := strings.Cut(text, "\n")
	t := &registry{source: source, blocks: []block{{bits: 36}, {bits: 28}, {bits: 24}}}
	for line := range strings.Lines(text) {
		name, prefixes, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok {
			return nil, fmt.Errorf("line %q has no prefixes", line)
		}
		holder := uint32(len(t.names))
		t.names = append(t.names, name)
		for p := range strings.FieldsSeq(prefixes) {
			v, err := strconv.ParseUint(p, 16, 36)
			i := slices.IndexFunc(t.blocks, func(b block) bool { return b.bits == 4*len(p) })
			if err != nil || i < 0 {
				return nil, fmt.Errorf("prefix %q of %q", p, name)
			}
			b := &t.blocks[i]
			b.prefixes = append(b.prefixes, v)
			b.holders = append(b.holders, holder)
		}
	}
	for i := range t.blocks {
		t.blocks[i].sort()
	}
	return t, nil
}

func (b *block) sort() {
	order := make([]int, len(b.prefixes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int {
		if b.prefixes[x] < b.prefixes[y] {
			return -1
		}
		return 1
	})
	prefixes, holders := make([]uint64, len(order)), make([]uint32, len(order))
	for to, from := range order {
		prefixes[to], holders[to] = b.prefixes[from], b.holders[from]
	}
	b.prefixes, b.holders = prefixes, holders
}
