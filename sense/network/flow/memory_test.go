//go:build !race

// The race detector's own memory would be measured, too.

package flow

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/format/packet"
)

// resident returns the resident memory of this process in bytes, or 0 where /proc is not.
func resident() int {
	b, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(v)[0])
			return kb << 10
		}
	}
	return 0
}

// A million connections, each opened, used once in both directions and then idle,
// stay within 400 bytes each on the heap and well below a gigabyte of resident memory.
func TestMillionIdleFlows(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second and 450 MB")
	}
	const flows = 1_000_000
	debug.FreeOSMemory()
	before := resident()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	heap := mem.HeapAlloc
	var s sink
	table := New(&s, Limits{TCP: 24 * time.Hour})
	at := start
	data := []byte("hello")
	for step := range 5 {
		for i := range flows {
			p := packet.Packet{IPVersion: 4, Protocol: packet.TCP, TransportOK: true, TCPFlags: packet.ACK, Window: 1000, Length: 60,
				Src: packet.AddrFrom4(10, byte(i>>16), byte(i>>8), byte(i)), Dst: packet.AddrFrom4(10, 255, 0, 1), SrcPort: 50000, DstPort: 104}
			switch step {
			case 0:
				p.TCPFlags = packet.SYN
			case 1:
				p.TCPFlags, p.Ack = packet.SYN|packet.ACK, 1
			case 2:
				p.Seq, p.Ack = 1, 1
			case 3:
				p.Seq, p.Ack, p.Payload = 1, 1, data
			case 4:
				p.Seq, p.Ack, p.Payload = 1, 6, data
			}
			if step == 1 || step == 4 {
				p.Src, p.Dst, p.SrcPort, p.DstPort = p.Dst, p.Src, p.DstPort, p.SrcPort
			}
			at += 5000
			table.Packet(&p, at)
		}
	}
	for range 3600 { // an idle hour
		at += int64(time.Second)
		table.Advance(at)
	}
	rss := resident() - before
	runtime.GC()
	runtime.ReadMemStats(&mem)
	each := float64(mem.HeapAlloc-heap) / flows
	if open := table.Stats().FlowsOpen; open != flows || s.bytes != 2*5*flows {
		t.Fatalf("%d flows open, %d bytes delivered", open, s.bytes)
	}
	t.Logf("%.0f bytes of heap a flow, %d MB resident", each, rss>>20)
	if each > 400 {
		t.Errorf("%.0f bytes a flow, want at most 400", each)
	}
	if rss > 900<<20 {
		t.Errorf("%d MB resident", rss>>20)
	}
	runtime.KeepAlive(table)
}
