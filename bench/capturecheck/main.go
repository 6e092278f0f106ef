// Command capturecheck proves that a capture is what the benchmarks say it is:
// large enough, frames and pixel data no larger than they may be, and enough of
// the protocols that cost something to read.
//
//	go run ./bench/capturecheck FILE
//
// It reads packet headers and recognises each connection by the first bytes of its
// content, and shares no code with the sensor beyond that. Exit status 1 says that
// a property does not hold.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/format/hl7"
	"github.com/wardround/wardround/format/http"
	"github.com/wardround/wardround/format/mqtt"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/format/pcap"
)

// What the bench capture must be.
const (
	minBytes    = 500_000_000 // of frames, file headers left out
	maxFrame    = 1514        // bytes: 14 of Ethernet and 1,500 of IP
	maxMedian   = 600         // bytes
	maxPixels   = 0.40        // of all bytes
	minMessages = 0.20        // of all packets: MLLP, MQTT and HTTP with content
)

// protocol is what a connection carries.
type protocol uint8

const (
	unknown protocol = iota
	otherTCP
	mllp
	mqttTCP
	web
	dicomTCP
	protocols
)

var names = [protocols]string{"", "other TCP", "MLLP", "MQTT", "HTTP", "DICOM"}

type end struct {
	addr packet.Addr
	port uint16
}

// connKey is both ends, the lower first.
type connKey struct{ a, b end }

// tally counts what a capture holds.
type tally struct {
	packets, bytes int64
	sizes          [65536]int64 // frames by length
	largest        int
	conns          map[connKey]*conn
	content        [protocols]int64 // packets with content
	all            [protocols]int64 // packets of these connections, acknowledgements included
	pixels         int64            // bytes that may be pixel data, an upper bound
}

type conn struct {
	proto protocol
	bare  int64 // packets before the first content
	image bool  // a DICOMweb answer with objects is under way
}

func (t *tally) add(p *packet.Packet, frame int) {
	t.packets++
	t.bytes += int64(frame)
	t.sizes[min(frame, len(t.sizes)-1)]++
	t.largest = max(t.largest, frame)
	if p.Protocol != packet.TCP || !p.TransportOK {
		return
	}
	k := connKey{end{p.Src, p.SrcPort}, end{p.Dst, p.DstPort}}
	if bytes.Compare(k.a.addr[:], k.b.addr[:]) > 0 || k.a.addr == k.b.addr && k.a.port > k.b.port {
		k.a, k.b = k.b, k.a
	}
	c := t.conns[k]
	if c == nil || p.TCPFlags&(packet.SYN|packet.ACK) == packet.SYN {
		c = &conn{}
		t.conns[k] = c
	}
	if len(p.Payload) == 0 {
		if c.proto == unknown {
			c.bare++
		} else {
			t.all[c.proto]++
		}
		return
	}
	if c.proto == unknown {
		c.proto = recognise(p.Payload)
		t.all[c.proto] += c.bare
	}
	t.all[c.proto]++
	t.content[c.proto]++
	switch c.proto {
	case dicomTCP: // commands and other elements too: an upper bound
		t.pixels += int64(len(p.Payload))
	case web:
		if bytes.Contains(p.Payload, []byte("multipart/related")) {
			c.image = true
		}
		if c.image {
			t.pixels += int64(len(p.Payload))
		}
	}
}

func recognise(b []byte) protocol {
	yes := func(m format.Match) bool { return m == format.Yes || m == format.Likely }
	switch {
	case yes(dicom.Recognise(b)):
		return dicomTCP
	case yes(hl7.Recognise(b)):
		return mllp
	case yes(http.RecogniseClient(b)) || yes(http.RecogniseServer(b)):
		return web
	case yes(mqtt.RecogniseClient(b)):
		return mqttTCP
	}
	return otherTCP
}

func (t *tally) median() int {
	var n int64
	for size, k := range t.sizes {
		if n += k; 2*n >= t.packets {
			return size
		}
	}
	return 0
}

func read(name string) (*tally, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := pcap.NewReader(f, pcap.Limits{})
	if err != nil {
		return nil, err
	}
	t := &tally{conns: map[connKey]*conn{}}
	var p packet.Packet
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return t, r.Tail()
		}
		if err != nil {
			return nil, err
		}
		if err := p.Decode(rec.Link, rec.Data, rec.Length); err != nil {
			return nil, fmt.Errorf("packet %d: %w", t.packets+1, err)
		}
		t.add(&p, rec.Length)
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: capturecheck FILE")
		os.Exit(2)
	}
	t, err := read(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "capturecheck:", err)
		os.Exit(2)
	}
	share := func(n int64) float64 { return 100 * float64(n) / float64(max(1, t.packets)) }
	var messages int64
	for _, p := range []protocol{mllp, mqttTCP, web} {
		messages += t.content[p]
	}
	ok := true
	row := func(what, got, want string, holds bool) {
		mark := "ok"
		if !holds {
			mark, ok = "NOT MET", false
		}
		fmt.Printf("%-52s %14s  %-12s %s\n", what, got, want, mark)
	}
	row("bytes of frames", fmt.Sprint(t.bytes), fmt.Sprintf(">= %d", int64(minBytes)), t.bytes >= minBytes)
	row("largest frame, bytes", fmt.Sprint(t.largest), fmt.Sprintf("<= %d", maxFrame), t.largest <= maxFrame)
	row("median frame, bytes", fmt.Sprint(t.median()), fmt.Sprintf("<= %d", maxMedian), t.median() <= maxMedian)
	pixels := float64(t.pixels) / float64(max(1, t.bytes))
	row("pixel data, at most, % of bytes", fmt.Sprintf("%.1f", 100*pixels), fmt.Sprintf("<= %.0f", 100*maxPixels), pixels <= maxPixels)
	row("packets with MLLP, MQTT or HTTP content, % of packets", fmt.Sprintf("%.1f", share(messages)), fmt.Sprintf(">= %.0f", 100*minMessages), share(messages) >= 100*minMessages)
	fmt.Printf("\n%d packets, mean %.0f bytes, %d connections\n", t.packets, float64(t.bytes)/float64(max(1, t.packets)), len(t.conns))
	for p := otherTCP; p < protocols; p++ {
		fmt.Printf("%-10s %5.1f %% of packets with content, %5.1f %% with those that only acknowledge\n", names[p], share(t.content[p]), share(t.all[p]))
	}
	if !ok {
		os.Exit(1)
	}
}
