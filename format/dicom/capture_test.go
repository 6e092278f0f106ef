package dicom

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/wardround/wardround/internal/testkit"
)

// direction names one direction of a TCP connection as tshark does: stream
// number and source port.
type direction struct {
	stream int
	port   uint16
}

func (d direction) String() string { return fmt.Sprintf("stream %d from %d", d.stream, d.port) }

// segment is a piece of a direction, in the order of the capture.
type segment struct {
	direction
	client bool // sent by whoever sent the first SYN
	data   []byte
}

// captures returns the DICOM captures of the shared data.
func captures(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testkit.Data(t, "captures"), "dicom*.pcap"))
	if err != nil || len(files) == 0 {
		testkit.Missing(t, "no DICOM captures: %v", err)
	}
	return files
}

// segments reads the TCP payloads of a capture. The captures have no loss and
// no reordering; what was sent before is dropped, a hole fails the test.
func segments(t *testing.T, file string) []segment {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcapgo.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	type flow struct{ a, b uint16 }
	type end struct {
		next   uint32
		client bool
	}
	streams := map[flow]int{}
	ends := map[direction]*end{}
	var list []segment
	for {
		b, _, err := r.ReadPacketData()
		if err == io.EOF {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		tcp, ok := gopacket.NewPacket(b, r.LinkType(), gopacket.Default).Layer(layers.LayerTypeTCP).(*layers.TCP)
		if !ok {
			continue
		}
		src, dst := uint16(tcp.SrcPort), uint16(tcp.DstPort)
		id := flow{min(src, dst), max(src, dst)}
		if _, known := streams[id]; !known {
			streams[id] = len(streams)
		}
		d := direction{streams[id], src}
		if tcp.SYN {
			ends[d] = &end{next: tcp.Seq + 1, client: !tcp.ACK}
			continue
		}
		e := ends[d]
		if e == nil || len(tcp.Payload) == 0 || int32(tcp.Seq-e.next) < 0 {
			continue
		}
		if tcp.Seq != e.next {
			t.Fatalf("%s: hole in %v", file, d)
		}
		e.next += uint32(len(tcp.Payload))
		list = append(list, segment{d, e.client, tcp.Payload})
	}
}
