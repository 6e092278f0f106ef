package pickle

import (
	"io"
	"math"
	"sync"

	"github.com/wardround/wardround/format/issue"
)

func (l Limits) withDefaults() Limits {
	set := func(p *int, v int) {
		if *p <= 0 {
			*p = v
		}
	}
	if l.Bytes <= 0 {
		l.Bytes = 1 << 40
	}
	if l.Ops <= 0 {
		l.Ops = 4e9
	}
	set(&l.Memo, 16<<20)
	set(&l.Stack, 8<<20)
	set(&l.Objects, 16<<20)
	l.Objects = min(l.Objects, payload-2)
	set(&l.Globals, 1<<16)
	set(&l.Strings, 4<<20)
	l.Strings = min(l.Strings, maxStrings)
	set(&l.Inner, 1<<20)
	set(&l.Depth, 4)
	set(&l.Trail, 200)
	if l.Expansion <= 0 {
		l.Expansion = 1 << 27
	}
	if l.Ratio <= 0 {
		l.Ratio = 1024
	}
	return l
}

var buffers = sync.Pool{New: func() any { b := make([]byte, bufSize); return &b }}

// Scan reads one pickle from r, up to its STOP or to where it breaks, and says
// what it would do. The error is about reading r alone: a broken, hostile or
// endless stream is a report, not an error. Scan may read past the end of the
// pickle; Report.End tells where it ends.
func Scan(r io.Reader, lim Limits, pol Policy) (*Report, error) {
	return scan(r, lim.withDefaults(), pol, 0)
}

func scan(r io.Reader, lim Limits, pol Policy, depth int) (*Report, error) {
	m := newMachine(lim, pol)
	m.depth = depth
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	m.reader = reader{src: r, buf: *buf, room: lim.Bytes}
	m.run()
	rep := m.finish()
	return rep, m.reader.err
}

// finish turns what the machine learnt into the report.
func (m *machine) finish() *Report {
	rep := m.rep
	rep.End, rep.Ops, rep.Memo = m.offset(), m.ops, m.memo.n
	rep.Bytes = rep.End
	if rep.Stopped {
		rep.Trailing = m.reader.fill(1)
	}
	for _, g := range m.globals {
		rep.Callables = append(rep.Callables, g.callable)
		m.raise(g.callable.Class)
	}
	m.settleFrames()
	if m.fatal || !rep.Stopped {
		m.alive = 0
		m.raise(Unreadable)
	}
	if m.alive&(C|Python) == 0 {
		m.raise(Unreadable)
	}
	rep.Accepts = m.alive
	rep.Issues = m.list.Issues()
	return rep
}

// ScanAll reads the pickles that follow one another in r, as old torch files and
// many logs hold them, at most max of them, and stops at the first breakage or at
// the first byte after a STOP that begins no pickle. Offsets in each report count
// from the start of r. Rest is where reading stopped.
func ScanAll(r io.ReaderAt, size int64, max int, lim Limits, pol Policy) (reports []*Report, rest int64, err error) {
	lim = lim.withDefaults()
	if max <= 0 {
		max = math.MaxInt32
	}
	at := int64(0)
	for len(reports) < max && at < size {
		rep, err := scan(io.NewSectionReader(r, at, size-at), lim, pol, 0)
		if err != nil {
			return reports, at, err
		}
		if len(reports) > 0 && !plausible(rep) {
			break
		}
		end := at + rep.End
		rep.shift(at)
		reports = append(reports, rep)
		if rep.Alt != 0 && rep.Alt < size && rep.Alt != end {
			// A reader that buffers whole frames goes on here instead.
			if alt, err := scan(io.NewSectionReader(r, rep.Alt, size-rep.Alt), lim, pol, 0); err == nil && plausible(alt) {
				alt.shift(rep.Alt)
				reports = append(reports, alt)
			}
		}
		at = end
		if !rep.Stopped {
			break
		}
	}
	return reports, at, nil
}

// plausible says that a report is of something that was meant as a pickle, and
// not of the bytes that happen to follow one.
func plausible(r *Report) bool {
	return r.Stopped || r.Class == Malicious || len(r.Callables) > 0 || r.Ops > 16
}

func (r *Report) shift(by int64) {
	if by == 0 {
		return
	}
	r.End += by
	if r.Alt != 0 {
		r.Alt += by
	}
	for i := range r.Callables {
		r.Callables[i].Offset += by
	}
	for i := range r.Divergences {
		r.Divergences[i].Offset += by
	}
	for i := range r.Issues {
		if r.Issues[i].Offset >= 0 {
			r.Issues[i].Offset += by
		}
	}
	for i := range r.Trail {
		r.Trail[i].Offset += by
	}
	for i := range r.Inner {
		r.Inner[i].Start += by
		r.Inner[i].End += by
	}
}

var _ = issue.Note
