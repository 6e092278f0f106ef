package capture

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/format/pcap"
	"github.com/wardround/wardround/sense/network/capture/filter"
)

// ErrQuiet is returned by Next of a live source when no frame came for a moment, so
// that the caller can tell time-outs and see to other things.
var ErrQuiet = errors.New("capture: no packets at the moment")

// Source yields captured frames. Next returns the next one, valid until the
// following call; [ErrQuiet] (live sources only); io.EOF at the end or after Close;
// or what went wrong. Next and Stats belong to one goroutine, Close may be called by any.
type Source interface {
	Next() (*pcap.Packet, error)
	Stats() Stats
	Close() error
}

// Stats is what a source delivered and what it could not.
type Stats struct {
	Packets  uint64 // delivered by Next
	Bytes    uint64 // captured bytes of them
	Filtered uint64 // files: rejected by the filter
	Dropped  uint64 // lost for want of space, as the kernel or the capturing program counts
	Freezes  uint64 // live: times the ring was full
	Down     uint64 // live: times the interface went down
	Tail     error  // files: where the capture breaks off inside a record, see pcap.Reader.Tail
}

// File is a capture file as a source.
type File struct {
	r       *pcap.Reader
	closer  io.Closer
	expr    string
	filters map[packet.LinkType]*filter.Filter
	stats   Stats
}

// OpenFile opens a capture file, "-" for standard input, of which it delivers what
// passes the filter (see package filter; "" for everything).
func OpenFile(name, expr string) (*File, error) {
	if _, err := filter.Compile(expr, packet.Ethernet, false); err != nil {
		return nil, err
	}
	in := os.Stdin
	if name != "-" {
		var err error
		if in, err = os.Open(name); err != nil {
			return nil, err
		}
	}
	f, err := NewFile(in, expr)
	if err != nil {
		if name != "-" {
			in.Close()
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if name != "-" {
		f.closer = in
	}
	return f, nil
}

// NewFile reads a capture from r, of which it delivers what passes the filter.
func NewFile(r io.Reader, expr string) (*File, error) {
	p, err := pcap.NewReader(r, pcap.Limits{})
	if err != nil {
		return nil, err
	}
	return &File{r: p, expr: expr, filters: map[packet.LinkType]*filter.Filter{}}, nil
}

// Next implements [Source].
func (f *File) Next() (*pcap.Packet, error) {
	for {
		p, err := f.r.Next()
		if err != nil {
			return nil, err
		}
		if f.expr != "" {
			ok, err := f.passes(p)
			if err != nil {
				return nil, err
			}
			if !ok {
				f.stats.Filtered++
				continue
			}
		}
		f.stats.Packets++
		f.stats.Bytes += uint64(len(p.Data))
		return p, nil
	}
}

func (f *File) passes(p *pcap.Packet) (bool, error) {
	by := f.filters[p.Link]
	if by == nil {
		var err error
		if by, err = filter.Compile(f.expr, p.Link, false); err != nil {
			return false, err
		}
		f.filters[p.Link] = by
	}
	return len(p.Data) > 0 && by.Match(p.Data), nil
}

// Stats implements [Source].
func (f *File) Stats() Stats {
	s := f.stats
	s.Dropped = f.r.Stats().Dropped
	s.Tail = f.r.Tail()
	return s
}

// Close implements [Source]. Standard input stays open.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// Options say what to capture live.
type Options struct {
	Interface string
	Filter    string // see package filter; "" for everything
	Direct    bool   // don't switch the interface to promiscuous mode
	Ring      int    // bytes of the ring, 32 MiB; how much a stall of the reader may pile up
}

// Identity is a user and a group by number.
type Identity struct{ UID, GID int }

// Nobody is who a process without rights of its own runs as on Debian.
var Nobody = Identity{65534, 65534}
