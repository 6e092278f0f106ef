package network

import (
	"context"
	"errors"
	"io"

	"github.com/wardround/wardround/format/pcap"
)

// Read reads a whole capture (pcap or pcapng, also compressed) from r into the
// sensor. A capture that ends inside a packet is counted, not refused. Errors: that
// of the reader, a *[format.Error] for what is no capture or breaks inside, and the
// context's. It does not Close the sensor: several files may follow each other.
func (s *Sensor) Read(ctx context.Context, r io.Reader) error {
	pr, err := pcap.NewReader(r, pcap.Limits{})
	if err != nil {
		return err
	}
	var dropped uint64
	for n := 0; ; n++ {
		if n&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			if d := pr.Stats().Dropped; d > dropped {
				s.Dropped(int64(d - dropped))
				dropped = d
			}
		}
		p, err := pr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			s.Truncated() // the rest of the file is lost
			s.failure("pcap", err)
			return err
		}
		s.Packet(p.Link, p.Data, p.Length, p.At)
	}
	if d := pr.Stats().Dropped; d > dropped {
		s.Dropped(int64(d - dropped))
	}
	if pr.Tail() != nil {
		s.Truncated()
	}
	return nil
}
