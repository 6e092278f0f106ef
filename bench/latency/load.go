package main

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/pipeline"
	"github.com/wardround/wardround/sense"
	"github.com/wardround/wardround/sense/network"
	"github.com/wardround/wardround/sim"
)

// A fault is a password in clear text to a host that nobody knew: each opens one
// finding.
const (
	faultCheck = "auth.cleartext-credentials"
	faultInput = "faults"
)

// load gives observations at a steady rate.
type load struct {
	ward []*wardround.Observation // what the simulated ward showed, again and again
	next int
	n    int // faults given
}

func newLoad(o options) *load {
	l := &load{}
	want := 20 * o.rate
	enough := fmt.Errorf("enough")
	s := network.New(network.Options{
		Sensor: "mirror-1", Input: "ward", Origin: wardround.Live,
		Pseudonyms: sense.NewPseudonyms("b", []byte("a key for the bench, 32 bytes ..")),
		Emit:       func(o *wardround.Observation) { l.ward = append(l.ward, o) },
	})
	w := sim.New(sim.Options{Seed: 1, Length: 24 * time.Hour, Beds: o.beds, Heavy: 20})
	w.Run(func(at int64, frame []byte) error {
		s.Packet(packet.Ethernet, frame, len(frame), at)
		if len(l.ward) >= want {
			return enough
		}
		return nil
	})
	return l
}

// offer gives observations for so long; what the queue has no room for waits, so
// that the rate holds or the run takes longer, but nothing is shed.
func (l *load) offer(ctx context.Context, in *pipeline.Ingest, o options, d time.Duration) error {
	const step = 2 * time.Millisecond
	start, given := time.Now(), 0
	total := int(d.Seconds() * float64(o.rate))
	for given < total {
		due := min(total, int(time.Since(start).Seconds()*float64(o.rate)))
		for ; given < due; given++ {
			if err := in.Put(ctx, l.take(given%(o.rate/o.faults) == 0)); err != nil {
				return err
			}
		}
		time.Sleep(step)
	}
	return nil
}

// take returns the next observation, dated now.
func (l *load) take(fault bool) *wardround.Observation {
	now := time.Now()
	if fault {
		l.n++
		return &wardround.Observation{
			Kind: string(kind.HTTPTransaction), Version: 1, Sensor: "mirror-1", Input: faultInput, At: now, Origin: wardround.Live,
			Flow: &wardround.Flow{
				Transport: "tcp",
				Src:       wardround.Endpoint{Addr: netip.MustParseAddr("10.20.4.20"), Port: 50000},
				Dst:       wardround.Endpoint{Addr: netip.AddrFrom4([4]byte{10, 90, byte(l.n >> 8), byte(l.n)}), Port: 80, MAC: wardround.MAC{0, 0x1b, 0x21, 9, byte(l.n >> 8), byte(l.n)}},
			},
			Fields: &kind.HTTPTransactionV1{Method: "GET", Path: "/{}", Status: 200,
				HTTP: kind.HTTPExchangeV1{Outcome: kind.HTTPAnswered, Version: "1.1", Auth: "basic", Secret: true, User: true}},
		}
	}
	o := *l.ward[l.next]
	l.next = (l.next + 1) % len(l.ward)
	o.At, o.Position = now, 0
	return &o
}
