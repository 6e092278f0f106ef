package portfolio

import (
	"encoding/binary"
	"hash/maphash"
	"net/url"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/sbom"
)

// ident is an [Identity] in numbers of texts. CPEs and the lists of a device are
// one text each, its parts separated by a byte that no name has.
type ident struct {
	purl, cpes, name, group, version, supplier, lists uint32
	typ                                               uint8
	device                                            uint8
	_                                                 uint16 // sizes that are multiples of four lie in a file as they are
}

const separator = "\x1f"

// hit is a remembered [Hit] that is not a pass. Its words are asked for again when
// an answer is made.
type hit struct {
	vuln  uint32
	state uint32 // a wardround.State
	sum   uint32 // of its words: a change of them is a change
}

// identities are all that components and products look like, numbered from 1.
type identities struct {
	rows  []ident
	slots []uint32
	hits  [][]hit    // by vulnerability
	in    [][]uint32 // subjects that hold it, each once
	// byKey are knowledge's keys, byName our own: "pkg:TYPE/NAMESPACE/NAME" and the
	// folded name. Both are made from the identity alone.
	byKey  lists
	byName lists
	// unmatched are those that knowledge was not asked about yet.
	unmatched []uint32
}

// lists are lists of identities by a text.
type lists struct {
	at map[uint32]int
	of [][]uint32
}

func (l *lists) add(key, n uint32) {
	if l.at == nil {
		l.at = map[uint32]int{}
	}
	i, ok := l.at[key]
	if !ok {
		i = len(l.of)
		l.at[key], l.of = i, append(l.of, nil)
	}
	l.of[i] = append(l.of[i], n)
}

func (l *lists) get(key uint32) []uint32 {
	if i, ok := l.at[key]; ok {
		return l.of[i]
	}
	return nil
}

func (d *identities) hash(k ident) uint64 { return maphash.Comparable(seed, k) }

func (d *identities) build(n int) {
	size := 64
	for size < 2*n+2 {
		size *= 2
	}
	d.slots = make([]uint32, size)
	for n := range d.rows {
		d.place(uint32(n + 1))
	}
}

func (d *identities) place(n uint32) {
	mask := uint64(len(d.slots) - 1)
	i := d.hash(d.rows[n-1]) & mask
	for d.slots[i] != 0 {
		i = (i + 1) & mask
	}
	d.slots[i] = n
}

// put returns the number of an identity, and whether it is new.
func (d *identities) put(k ident) (uint32, bool) {
	if 2*(len(d.rows)+1) > len(d.slots) {
		d.build(2 * (len(d.rows) + 1))
	}
	mask := uint64(len(d.slots) - 1)
	for i := d.hash(k) & mask; ; i = (i + 1) & mask {
		n := d.slots[i]
		if n == 0 {
			break
		}
		if d.rows[n-1] == k {
			return n, false
		}
	}
	d.rows = append(d.rows, k)
	d.hits = append(d.hits, nil)
	d.in = append(d.in, nil)
	n := uint32(len(d.rows))
	d.place(n)
	d.unmatched = append(d.unmatched, n)
	return n, true
}

// typeNames number the types of components; 0 is none.
var typeNames = []sbom.Type{"", sbom.Application, sbom.Framework, sbom.Library, sbom.Container, sbom.Platform,
	sbom.OperatingSystem, sbom.Device, sbom.DeviceDriver, sbom.Firmware, sbom.File, sbom.Model, sbom.Data, sbom.Crypto}

func typeNumber(t sbom.Type) uint8 {
	for i, n := range typeNames {
		if n == t {
			return uint8(i)
		}
	}
	return 0
}

// intern numbers an identity and files it under its names.
func (ix *Index) intern(id *Identity) uint32 {
	t := &ix.texts
	k := ident{purl: t.put(id.PURL), name: t.put(id.Name), group: t.put(id.Group), version: t.put(id.Version),
		supplier: t.put(id.Supplier), typ: typeNumber(id.Type)}
	if len(id.CPEs) > 0 {
		k.cpes = t.put(strings.Join(id.CPEs, separator))
	}
	if id.Device {
		k.device = 1
	}
	if parts := join4(id.Models, id.Names, id.Serials, id.UDIs); parts != "" {
		k.lists = t.put(parts)
	}
	n, isNew := ix.ids.put(k)
	if isNew {
		for _, name := range names(id) {
			ix.ids.byName.add(t.put(name), n)
		}
	}
	return n
}

// join4 writes four lists so that split4 reads them back; "" if all are empty.
func join4(lists ...[]string) string {
	var b []byte
	some := false
	for _, l := range lists {
		b = binary.AppendUvarint(b, uint64(len(l)))
		for _, s := range l {
			b = binary.AppendUvarint(b, uint64(len(s)))
			b = append(b, s...)
			some = true
		}
	}
	if !some {
		return ""
	}
	return string(b)
}

func split4(s string, lists ...*[]string) {
	b := []byte(s)
	next := func() int {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)) {
			b = nil
			return 0
		}
		b = b[size:]
		return int(n)
	}
	for _, l := range lists {
		for range next() {
			n := min(next(), len(b))
			*l = append(*l, string(b[:n]))
			b = b[n:]
		}
	}
}

// identity is the inverse of intern.
func (ix *Index) identity(n uint32) Identity {
	k, t := ix.ids.rows[n-1], &ix.texts
	id := Identity{Device: k.device == 1, Type: typeNames[min(int(k.typ), len(typeNames)-1)], Group: t.at(k.group), Name: t.at(k.name),
		Version: t.at(k.version), Supplier: t.at(k.supplier), PURL: t.at(k.purl)}
	if k.cpes != 0 {
		id.CPEs = strings.Split(t.at(k.cpes), separator)
	}
	if k.lists != 0 {
		split4(t.at(k.lists), &id.Models, &id.Names, &id.Serials, &id.UDIs)
	}
	return id
}

// identified reports whether knowledge can be asked by the identity.
func (ix *Index) identified(n uint32) bool {
	k := ix.ids.rows[n-1]
	return k.purl != 0 || k.cpes != 0 || k.lists != 0 || k.device == 1 && k.name != 0
}

// identityOf is what a component looks like to knowledge.
func identityOf(c *sbom.Component) Identity {
	supplier := c.Supplier
	if supplier == "" {
		supplier = c.Manufacturer
	}
	id := Identity{Type: c.Type, Group: c.Group, Name: c.Name, Version: c.Version, Supplier: supplier, PURL: c.PURL, CPEs: clean(c.CPEs)}
	if len(c.Identifiers) > 0 {
		add := func(list *[]string, names ...string) {
			for _, n := range names {
				if v := c.Identifiers[n]; v != "" {
					*list = append(*list, v)
				}
			}
		}
		add(&id.Models, "model-number")
		add(&id.Serials, "serial-number")
		add(&id.UDIs, "udi-di", "gtin")
	}
	return id
}

// clean drops what would break the joined form; no CPE or name has it.
func clean(in []string) []string {
	for _, s := range in {
		if strings.Contains(s, separator) || s == "" {
			out := make([]string, 0, len(in))
			for _, s := range in {
				if s = strings.ReplaceAll(s, separator, ""); s != "" {
					out = append(out, s)
				}
			}
			return out
		}
	}
	return in
}

// deviceOf is what a release calls itself.
func deviceOf(r *wardround.Release) Identity {
	id := Identity{Device: true, Supplier: r.Maker, Name: r.Product, Version: r.Version, Models: clean(r.Models), Names: clean(r.Names)}
	for _, u := range []string{r.UDIDI, r.GTIN} {
		if u != "" {
			id.UDIs = append(id.UDIs, u)
		}
	}
	return id
}

// assetIdentity is what an asset calls itself, zero if it says nothing of use.
func assetIdentity(a *wardround.Asset) Identity {
	id := Identity{Device: true, Supplier: a.Attr(wardround.AttrMaker), Name: a.Attr(wardround.AttrModel), Version: a.Attr(wardround.AttrSoftware)}
	if p := a.Attr(wardround.AttrProductToken); p != "" {
		if id.Name == "" {
			id.Name = p
		} else if p != id.Name {
			id.Names = []string{p}
		}
	}
	if id.Name == "" {
		return Identity{}
	}
	if s := a.Attr(wardround.AttrSerial); s != "" {
		id.Serials = []string{s}
	}
	return id
}

// names are what a query finds an identity by: the package of its purl, and its
// folded name with and without the group.
func names(id *Identity) []string {
	var out []string
	add := func(s string) {
		if s == "" {
			return
		}
		for _, o := range out {
			if o == s {
				return
			}
		}
		out = append(out, s)
	}
	add(packageOf(id.PURL))
	add("name:" + fold(id.Name))
	if id.Group != "" {
		add("name:" + fold(id.Group+"/"+id.Name))
	}
	for _, n := range id.Names {
		add("name:" + fold(n))
	}
	for _, n := range id.Models {
		add("name:" + fold(n))
	}
	return out
}

// packageOf cuts a purl to "pkg:TYPE/NAMESPACE/NAME", in lower case: packages
// that differ by case alone are asked for together.
func packageOf(purl string) string {
	if !strings.HasPrefix(purl, "pkg:") {
		return ""
	}
	if i := strings.IndexAny(purl, "?#"); i >= 0 {
		purl = purl[:i]
	}
	if i := strings.LastIndexByte(purl, '@'); i > strings.LastIndexByte(purl, '/') {
		purl = purl[:i]
	}
	if plain, err := url.PathUnescape(purl); err == nil {
		purl = plain
	}
	return "pkg:" + strings.ToLower(strings.Trim(purl[len("pkg:"):], "/"))
}

// fold makes names comparable: lower case, one space between words.
func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
