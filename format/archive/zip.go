package archive

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/issue"
)

// Flags of a member (APPNOTE §4.4.4).
const (
	flagEncrypted = 1 << 0
	flagDescriber = 1 << 3
	flagPatched   = 1 << 5
	flagStrong    = 1 << 6
	flagUTF8      = 1 << 11
	flagMasked    = 1 << 13
)

// LooksZip reports whether some reader would open r as a zip: a local header at
// the start, or an end record near the end.
func LooksZip(r io.ReaderAt, size int64) bool {
	z := &zipWalk{r: r, size: size}
	if b := z.bytes(0, 4); string(b) == string(sigLocal) {
		return true
	}
	z.findEnds()
	return len(z.ends) > 0
}

// Zip walks an archive: every member of every central directory, and every member
// that only local headers know, each in every way its two headers can be read.
// It returns [ErrNotThis] if no reader would take r for a zip.
func Zip(r io.ReaderAt, size int64, b *Budget, visit Visit) ([]issue.Issue, error) {
	z := &zipWalk{r: r, size: size, budget: b, done: map[reading]bool{}}
	z.findEnds()
	_, first := z.localAt(0)
	if len(z.ends) == 0 && !first {
		return nil, ErrNotThis
	}
	err := z.walk(visit)
	if errors.Is(err, ErrBudget) {
		z.issues.Add("zip.limit", issue.Unreadable, "", -1, "%v", err)
		err = nil
	}
	return z.issues.Issues(), err
}

// ZipNames returns the names that the directories of an archive tell, without looking
// at the members: what a loader that asks for a name would find.
func ZipNames(r io.ReaderAt, size int64) []string {
	z := &zipWalk{r: r, size: size, budget: NewBudget(0, maxMembers)}
	z.findEnds()
	z.findDirs(z.ends)
	var names []string
	for i := range z.dirs {
		if z.readDir(&z.dirs[i]) != nil {
			break
		}
		for _, e := range z.dirs[i].entries {
			names = append(names, e.name)
		}
	}
	return names
}

func (z *zipWalk) walk(visit Visit) error {
	seen := map[int64]bool{} // local headers that a directory knows
	full, from := 0, 0
	read := func(ends []int64) error {
		z.findDirs(ends)
		for ; from < len(z.dirs); from++ {
			d := &z.dirs[from]
			if err := z.readDir(d); err != nil {
				return err
			}
			if len(d.entries) > 0 {
				full++
				z.spans = append(z.spans, span{d.start, d.end(), "(directory)"})
			}
		}
		return nil
	}
	// The last record is the one that every reader finds first. Records inside of a
	// member of its directory are those of an archive in the archive.
	if len(z.ends) > 0 {
		if err := read(z.ends[:1]); err != nil {
			return err
		}
		z.ends = slices.DeleteFunc(z.ends, z.nested)
		if err := read(z.ends[1:]); err != nil {
			return err
		}
	}
	if live := slices.ContainsFunc(z.dirs, z.opens); live {
		// By the second arithmetic a directory may also start at one of the first's own
		// headers: 76 bytes, the zip64 records, is a usual header's length. If not one of
		// its members starts where it says, no reader gets anything out of it.
		for i := range z.dirs {
			if d := &z.dirs[i]; len(d.entries) > 0 && d.base != 0 && z.dead(d) {
				z.spans = slices.DeleteFunc(z.spans, func(s span) bool { return s.from == d.start && s.to == d.end() && s.name == "(directory)" })
				d.entries = nil
				full--
			}
		}
	}
	if full > 0 {
		// A directory of which the arithmetic fits is one that a reader finds; another
		// that starts nowhere is only what another reader fails on.
		z.dirs = slices.DeleteFunc(z.dirs, func(d directory) bool { return len(d.entries) == 0 })
	}
	z.judgeEnds(full)
	z.inDir = map[int64]int{}
	for i := range z.dirs {
		z.dir = i + 1
		if err := z.visitDir(&z.dirs[i], seen, visit); err != nil {
			return err
		}
	}
	if err := z.visitLoose(seen, visit); err != nil {
		return err
	}
	z.judgeOverlaps()
	return nil
}

// opens reports whether all members of a directory start where it says.
func (z *zipWalk) opens(d directory) bool {
	for i := range d.entries {
		if _, ok := z.localAt(d.entries[i].local + d.base); !ok {
			return false
		}
	}
	return len(d.entries) > 0
}

// dead reports whether none of them does.
func (z *zipWalk) dead(d *directory) bool {
	for i := range d.entries {
		if _, ok := z.localAt(d.entries[i].local + d.base); ok {
			return false
		}
	}
	return true
}

// nested reports whether an end record other than the last stands inside the data of
// a member.
func (z *zipWalk) nested(end int64) bool {
	if end == z.ends[0] {
		return false
	}
	for i := range z.dirs {
		d := &z.dirs[i]
		for k := range d.entries {
			e := &d.entries[k]
			// The local header's extra field may be longer: PyTorch aligns members by it.
			if l, ok := z.localAt(e.local + d.base); ok && end >= l.local+l.length && end+endLen <= l.local+l.length+e.stored {
				return true
			}
		}
	}
	return false
}

// end is where the directory's last header ends.
func (d *directory) end() int64 {
	at := d.start
	for i := range d.entries {
		at += d.entries[i].length
	}
	return at
}

// judgeEnds says what is wrong with the records at the end.
func (z *zipWalk) judgeEnds(full int) {
	if len(z.ends) == 0 {
		z.issues.Add("zip.no-directory", issue.Unreadable, "", -1, "there is no end record: the archive is cut off, or made for readers that go by local headers")
		return
	}
	if len(z.ends) > 1 {
		z.issues.Add("zip.end-records", issue.Unknown, "", z.ends[1], "there are %d end records; which one counts depends on the reader", len(z.ends))
	}
	if full > 1 {
		z.issues.Add("zip.directories", issue.Unknown, "", z.dirs[1].start, "there are %d central directories; which one counts depends on the reader", full)
	}
	if e := z.bytes(z.ends[0], endLen); int64(le.Uint16(e[20:]))+z.ends[0]+endLen < z.size {
		z.issues.Add("zip.appended", issue.Unknown, "", z.ends[0]+endLen, "%d bytes follow the end of the archive", z.size-z.ends[0]-endLen-int64(le.Uint16(e[20:])))
	}
	for i := range z.dirs {
		d := &z.dirs[i]
		if n := int64(len(d.entries)); n != d.count || d.end() != d.start+d.size {
			z.issues.Add("zip.directory-size", issue.Unknown, "", d.start, "the end record tells of %d members in %d bytes; the directory has %d in %d", d.count, d.size, n, d.end()-d.start)
		}
		if d.base != 0 {
			z.issues.Add("zip.prepended", issue.Unknown, "", 0, "%d bytes stand before the archive", d.base)
		}
	}
}

// visitDir visits the members of one directory.
func (z *zipWalk) visitDir(d *directory, seen map[int64]bool, visit Visit) error {
	names := map[string]bool{}
	for i := range d.entries {
		c := &d.entries[i]
		if names[c.name] {
			z.issues.Add("zip.duplicate-name", issue.Unknown, c.name, -1, "the directory has this name twice; which one is read depends on the reader")
		}
		names[c.name] = true
		z.judgeName(c.name)
		at := c.local + d.base
		l, ok := z.localAt(at)
		if !ok {
			z.issues.Add("zip.no-local-header", issue.Unreadable, c.name, at, "the directory points to a place where no member starts")
			continue
		}
		if z.inDir[at] == z.dir {
			z.issues.Add("zip.overlap", issue.Unreadable, c.name, at, "two members of the directory are the same bytes")
		}
		again := seen[at]
		seen[at], z.inDir[at] = true, z.dir
		z.compare(c, &l)
		if err := z.visitMember(c, &l, again, visit); err != nil {
			return err
		}
	}
	return nil
}

func (z *zipWalk) judgeName(name string) {
	if escapes(name) {
		z.issues.Add("zip.path-escapes", issue.Unknown, name, -1, "unpacked by a careless program this would be written outside of the folder")
	}
	if strings.IndexByte(name, 0) >= 0 {
		z.issues.Add("zip.name-cut", issue.Unknown, name, -1, "the name holds a zero byte; some readers end it there")
	}
}

// compare reports what the two headers of a member say differently.
func (z *zipWalk) compare(c, l *entry) {
	differ := func(what string, a, b any) {
		z.issues.Add("zip.headers-differ", issue.Unknown, c.name, l.local, "%s: the directory says %v, the member's own header %v; which one counts depends on the reader", what, a, b)
	}
	masked := l.flags&flagMasked != 0
	if c.name != l.name && !masked {
		differ("name", issue.Clip(c.name, 80), issue.Clip(l.name, 80))
	}
	if c.method != l.method {
		differ("method", c.method, l.method)
	}
	if (c.flags^l.flags)&(flagEncrypted|flagPatched|flagStrong) != 0 {
		differ("encryption flags", c.flags, l.flags)
	}
	// Sizes and checksum may stand behind the data (flag 3); then the local ones are zero.
	later := l.flags&flagDescriber != 0
	check := func(what string, a, b int64) {
		if a != b && !masked && (!later || b != 0 && b != 0xFFFFFFFF) {
			differ(what, a, b)
		}
	}
	check("stored size", c.stored, l.stored)
	if c.stored != l.stored && !later {
		z.chain = append(z.chain, l.local+l.length+l.stored)
	}
	check("size", c.size, l.size)
	check("checksum", int64(c.crc), int64(l.crc))
}

// judgeOverlaps finds members that share bytes: one of them is not what it seems,
// or many small entries unpack the same bytes again and again.
func (z *zipWalk) judgeOverlaps() {
	slices.SortStableFunc(z.spans, func(a, b span) int {
		if a.from != b.from {
			return int(min(1, max(-1, a.from-b.from)))
		}
		return int(min(1, max(-1, a.to-b.to)))
	})
	for i := 1; i < len(z.spans); i++ {
		if a, b := z.spans[i-1], z.spans[i]; b.from < a.to {
			z.issues.Add("zip.overlap", issue.Unreadable, b.name, b.from, "shares %d bytes with %s", min(a.to, b.to)-b.from, issue.Clip(a.name, 80))
			if b.to < a.to {
				z.spans[i] = span{b.from, a.to, a.name}
			}
		}
	}
}
