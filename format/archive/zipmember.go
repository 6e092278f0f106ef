package archive

import (
	"bufio"
	"bytes"
	"errors"
	"hash/crc32"
	"io"
	"slices"

	"github.com/wardround/wardround/format/issue"
)

// reading is one way to read a member's bytes.
type reading struct {
	from   int64
	length int64
	method uint16
}

// visitMember hands over every reading of one member. c is the directory's header
// and may be nil; l is the member's own.
func (z *zipWalk) visitMember(c, l *entry, again bool, visit Visit) error {
	how := ""
	if c == nil {
		c, how = l, "by its local header"
	}
	from := l.local + l.length
	length := max(c.stored, l.stored)
	if l.flags&flagDescriber != 0 && how != "" {
		length = c.stored
		if length == 0 {
			length = z.untilNext(from, c.method)
		}
	}
	if from+length > z.size {
		z.issues.Add("zip.truncated", issue.Unreadable, c.name, from, "the member ends behind the end of the file")
		length = max(0, z.size-from)
	}
	own := min(c.stored, max(0, z.size-from))
	if how != "" {
		own = length
	}
	if !again {
		z.spans = append(z.spans, span{l.local, from + own + z.descriptor(l, from+own), c.name})
	}
	methods := []uint16{c.method}
	if l.method != c.method {
		methods = append(methods, l.method)
	}
	for i, method := range methods {
		rd := reading{from, length, method}
		if z.done[rd] {
			continue
		}
		z.done[rd] = true
		way := how
		if i > 0 {
			way = "by its local header"
		}
		if err := z.visitReading(c, l, rd, way, i == 0, visit); err != nil {
			return err
		}
	}
	return nil
}

// visitReading hands over a member by one method. sure says that failing to read
// it so is a fault, not only the wrong one of two ways.
func (z *zipWalk) visitReading(c, l *entry, rd reading, how string, sure bool, visit Visit) error {
	if n := len(c.name); n > 0 && (c.name[n-1] == '/') && rd.length == 0 {
		return visit(&Member{Name: c.name, Kind: Dir, How: how, Offset: l.local})
	}
	m := &Member{Name: c.name, How: how, Offset: rd.from, Size: c.size}
	if c.made>>8 == 3 && c.attr>>16&0o170000 == 0o120000 { // Unix: a symbolic link
		target := string(z.bytes(rd.from, int(min(rd.length, 4096))))
		m.Kind, m.Target = Link, target
		if escapes(target) {
			z.issues.Add("zip.link-escapes", issue.Unknown, c.name, l.local, "a link that leaves the folder: %s", issue.Clip(target, 120))
		}
	}
	if (c.flags|l.flags)&(flagEncrypted|flagStrong) != 0 || rd.method == 99 {
		plain, err := z.plain(c, l, rd)
		if err != nil {
			return err
		}
		if !plain {
			z.issues.Add("zip.encrypted", issue.Unreadable, c.name, l.local, "the member is encrypted")
			return nil
		}
		z.issues.Add("zip.encrypted-flag", issue.Unknown, c.name, l.local, "the member is marked as encrypted and is not; scanners that believe the mark see nothing")
	}
	if rd.method == 0 {
		if c.stored != c.size {
			z.issues.Add("zip.size", issue.Unknown, c.name, l.local, "stored without compression, but %d bytes are said to become %d", c.stored, c.size)
		}
		m.At, m.Size = io.NewSectionReader(z.r, rd.from, rd.length), rd.length
		if sure {
			h := crc32.NewIEEE()
			// Only the told length has the told checksum.
			if _, err := io.Copy(h, io.NewSectionReader(z.r, rd.from, min(rd.length, c.size))); err != nil {
				return err
			}
			z.judgeCRC(c, l, h.Sum32())
		}
		return visit(m)
	}
	m.open = func() (io.Reader, error) {
		d, err := z.unpack(c, l, rd)
		if err != nil {
			if sure {
				z.issues.Add("zip.method", issue.Unreadable, c.name, l.local, "%v", err)
			}
			return nil, err
		}
		d.sure = sure
		return d, nil
	}
	return visit(m)
}

func (z *zipWalk) judgeCRC(c, l *entry, sum uint32) {
	if sum != c.crc && (sum != l.crc || l.flags&flagDescriber != 0) {
		z.issues.Add("zip.checksum", issue.Unreadable, c.name, l.local, "the content has the checksum %08x, not %08x: it was damaged or changed", sum, c.crc)
	}
}

// plain reports whether a member that is marked as encrypted can be read as it is.
func (z *zipWalk) plain(c, l *entry, rd reading) (bool, error) {
	if rd.method == 99 {
		return false, nil
	}
	h := crc32.NewIEEE()
	var src io.Reader = io.NewSectionReader(z.r, rd.from, rd.length)
	if rd.method != 0 {
		d, err := z.unpack(c, l, rd)
		if err != nil {
			return false, nil
		}
		src = d
	}
	_, err := io.Copy(h, src)
	if errors.Is(err, ErrBudget) {
		return false, err
	}
	return err == nil && (h.Sum32() == c.crc || h.Sum32() == l.crc), nil
}

// unpacked is the content of a compressed member, checked at its end.
type unpacked struct {
	z    *zipWalk
	c, l *entry
	rd   reading
	in   *counting
	out  io.Reader
	n    int64
	sum  uint32
	sure bool
	done error
}

func (z *zipWalk) unpack(c, l *entry, rd reading) (*unpacked, error) {
	length := rd.length
	if l.flags&flagDescriber != 0 { // the stream says itself where it ends
		length = z.size - rd.from
	}
	in := &counting{r: bufio.NewReaderSize(io.NewSectionReader(z.r, rd.from, length), 32<<10)}
	out, err := zipMethod(rd.method, in, c.size, c.flags|l.flags)
	if err != nil {
		return nil, err
	}
	return &unpacked{z: z, c: c, l: l, rd: rd, in: in, out: &spending{out, z.budget}}, nil
}

func (u *unpacked) Read(p []byte) (int, error) {
	if u.done != nil {
		return 0, u.done
	}
	n, err := u.out.Read(p)
	u.n += int64(n)
	u.sum = crc32.Update(u.sum, crc32.IEEETable, p[:n])
	if err != nil {
		u.done = err
		u.judge(err)
	}
	return n, err
}

// judge looks at a member once it was read.
func (u *unpacked) judge(err error) {
	if !u.sure {
		return
	}
	z, c := u.z, u.c
	switch {
	case errors.Is(err, ErrBudget):
		z.issues.Add("zip.limit", issue.Unreadable, c.name, u.l.local, "%v", err)
		return
	case err != io.EOF:
		z.issues.Add("zip.data", issue.Unreadable, c.name, u.l.local, "the data ends with: %v", err)
		return
	}
	z.judgeCRC(c, u.l, u.sum)
	if u.n != c.size && (c != u.l || c.size != 0) {
		z.issues.Add("zip.size", issue.Unknown, c.name, u.l.local, "%d bytes come out where %d are told; some readers stop there", u.n, c.size)
	}
	if u.in.n != c.stored && (c != u.l || c.stored != 0) {
		z.issues.Add("zip.slack", issue.Unknown, c.name, u.rd.from+u.in.n, "the compressed data is %d bytes long, not %d as told", u.in.n, c.stored)
		z.chain = append(z.chain, u.rd.from+u.in.n)
	}
}

// counting counts the bytes a decompressor really used.
type counting struct {
	r *bufio.Reader
	n int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *counting) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

// descriptor returns the length of the record behind a member's data, 0 if there
// is none (APPNOTE §4.3.9): with or without signature, with sizes of 4 or 8 bytes.
func (z *zipWalk) descriptor(l *entry, at int64) int64 {
	if l.flags&flagDescriber == 0 {
		return 0
	}
	b := z.bytes(at, 28)
	n := int64(12)
	if bytes.HasPrefix(b, sigDesc) {
		n = 16
	}
	// Which width it is shows in what follows: another record.
	for _, wide := range []int64{0, 8} {
		if int64(len(b)) >= n+wide+2 && b[n+wide] == 'P' && b[n+wide+1] == 'K' {
			return n + wide
		}
	}
	if next := z.bytes(at+n+8, 2); string(next) == "PK" {
		return n + 8
	}
	return n
}

// untilNext returns how long the data at from is when nothing tells: to the end of
// the file where the data ends by itself, else to the next record.
func (z *zipWalk) untilNext(from int64, method uint16) int64 {
	if method != 0 {
		return z.size - from
	}
	if at := z.find(from, z.size, sigDesc, sigLocal, sigCentral); at >= 0 {
		return at - from
	}
	return z.size - from
}

// find returns where the first of some signatures is in [from, to), or -1.
func (z *zipWalk) find(from, to int64, sigs ...[]byte) int64 {
	const step = 256 << 10
	for at := from; at < to; at += step {
		b := z.bytes(at, int(min(step+3, to-at)))
		best := -1
		for _, s := range sigs {
			if i := bytes.Index(b, s); i >= 0 && (best < 0 || i < best) {
				best = i
			}
		}
		if best >= 0 {
			return at + int64(best)
		}
	}
	return -1
}

// visitLoose visits what no directory tells of: members that only their local
// headers know, and bytes between members.
func (z *zipWalk) visitLoose(seen map[int64]bool, visit Visit) error {
	for i := 0; i < len(z.chain) && i < maxMembers; i++ { // it grows
		if err := z.follow(z.chain[i], z.size, seen, visit, nil); err != nil {
			return err
		}
	}
	var gaps []span
	at := int64(0)
	spans := slices.Clone(z.spans)
	for _, e := range z.ends {
		n := int64(endLen)
		if b := z.bytes(e, endLen); len(b) == endLen {
			n += int64(le.Uint16(b[20:]))
		}
		spans = append(spans, span{from: e, to: min(z.size, e+n)})
		if b := z.bytes(e-20, 4); bytes.Equal(b, sigLoc64) {
			spans = append(spans, span{from: e - 20, to: e})
			if w := z.bytes(e-76, 12); len(w) == 12 && bytes.HasPrefix(w, sigEnd64) {
				spans = append(spans, span{from: e - 76, to: e - 20})
			}
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return int(min(1, max(-1, a.from-b.from))) })
	for _, s := range spans {
		if s.from > at {
			gaps = append(gaps, span{from: at, to: s.from})
		}
		at = max(at, s.to)
	}
	if at < z.size {
		gaps = append(gaps, span{from: at, to: z.size})
	}
	for _, g := range gaps {
		var loose []span
		if err := z.follow(g.from, g.to, seen, visit, &loose); err != nil {
			return err
		}
		for _, s := range loose {
			if err := z.looseBytes(s, visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// follow visits the members whose local headers stand in [from, to). With loose it
// searches for them and tells what lies between; without, the first must stand at
// from and each next one right behind.
func (z *zipWalk) follow(from, to int64, seen map[int64]bool, visit Visit, loose *[]span) error {
	for at := from; at < to; {
		next := at
		if loose != nil {
			if next = z.find(at, to, sigLocal); next < 0 {
				next = to
			}
			if next > at {
				*loose = append(*loose, span{from: at, to: next})
			}
		}
		if next >= to {
			return nil
		}
		l, ok := z.localAt(next)
		if !ok || seen[next] {
			if loose == nil {
				return nil
			}
			*loose = append(*loose, span{from: next, to: min(to, next+4)})
			at = next + 4
			continue
		}
		seen[next] = true
		if err := z.budget.member(); err != nil {
			return err
		}
		z.issues.Add("zip.not-in-directory", issue.Unknown, l.name, next, "the directory does not tell of this member; readers that go by local headers see it")
		z.judgeName(l.name)
		before := len(z.spans)
		if err := z.visitMember(nil, &l, false, visit); err != nil {
			return err
		}
		at = max(next+l.length, z.spans[before].to)
	}
	return nil
}

// looseBytes tells of bytes that belong to nothing, unless they are all zero.
func (z *zipWalk) looseBytes(s span, visit Visit) error {
	zero := true
	for at := s.from; at < s.to && zero; at += 64 << 10 {
		zero = len(bytes.Trim(z.bytes(at, int(min(64<<10, s.to-at))), "\x00")) == 0
	}
	if zero {
		return nil
	}
	rule, text := "zip.gap", "%d bytes of the archive belong to no member"
	if s.from == 0 {
		rule, text = "zip.prepended", "%d bytes stand before the archive"
	}
	z.issues.Add(rule, issue.Unknown, "", s.from, text, s.to-s.from)
	return visit(&Member{Kind: Loose, Offset: s.from, Size: s.to - s.from, At: io.NewSectionReader(z.r, s.from, s.to-s.from)})
}
