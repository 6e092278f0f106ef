//go:build !linux

package capture

import (
	"fmt"
	"runtime"

	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/format/pcap"
)

// Live is an interface as a source; it exists on Linux only.
type Live struct{}

// OpenLive fails: live capture needs Linux.
func OpenLive(o Options) (*Live, error) {
	return nil, fmt.Errorf("capture: %s: live capture works on Linux only; on %s read a capture file, or pipe one in (tcpdump -i %s -U -w - | wardround replay -)",
		o.Interface, runtime.GOOS, o.Interface)
}

// Link returns the link type of its frames.
func (*Live) Link() packet.LinkType { return packet.Ethernet }

// Next implements [Source].
func (*Live) Next() (*pcap.Packet, error) { return nil, ErrQuiet }

// Stats implements [Source].
func (*Live) Stats() Stats { return Stats{} }

// Close implements [Source].
func (*Live) Close() error { return nil }

// Unprivilege fails: it works on Linux only.
func Unprivilege(Identity) error {
	return fmt.Errorf("capture: privileges can be given up on Linux only, not on %s", runtime.GOOS)
}
