package sim

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/format/pcap"
	"github.com/wardround/wardround/internal/testkit"
)

func names() []string {
	var out []string
	for _, s := range Scenarios() {
		out = append(out, s.Name)
	}
	return out
}

func digest(t *testing.T, o Options) string {
	t.Helper()
	h := sha256.New()
	pw := pcap.NewWriter(h, pcap.Header{Link: packet.LinkType(1)})
	last := int64(0)
	n := 0
	err := New(o).Run(func(at int64, frame []byte) error {
		if at < last {
			t.Fatalf("packet %d goes back in time", n)
		}
		last = at
		n++
		if len(frame) > 1514 {
			t.Fatalf("frame of %d bytes", len(frame))
		}
		return pw.Write(at, frame, len(frame))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := pw.Flush(); err != nil {
		t.Fatal(err)
	}
	if n < 1000 {
		t.Fatalf("%d packets only", n)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// TestSameSeedSameBytes: the same seed gives the same capture at any GOMAXPROCS,
// another seed another.
func TestSameSeedSameBytes(t *testing.T) {
	o := Options{Seed: 7, Length: 14 * time.Minute, Scenarios: names()}
	first := digest(t, o)
	old := runtime.GOMAXPROCS(1)
	second := digest(t, o)
	runtime.GOMAXPROCS(old)
	if first != second {
		t.Error("the same seed gave other bytes at GOMAXPROCS 1")
	}
	o.Seed = 8
	if digest(t, o) == first {
		t.Error("another seed gave the same bytes")
	}
}

// TestTsharkReadsWithoutComplaint: tshark finds nothing malformed and no errors.
func TestTsharkReadsWithoutComplaint(t *testing.T) {
	tshark := testkit.Need(t, "tshark")
	file := filepath.Join(t.TempDir(), "ward.pcap")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	pw := pcap.NewWriter(f, pcap.Header{Link: packet.LinkType(1)})
	w := New(Options{Seed: 3, Length: 14 * time.Minute, Scenarios: names()})
	if err := w.Run(func(at int64, frame []byte) error { return pw.Write(at, frame, len(frame)) }); err != nil {
		t.Fatal(err)
	}
	if err := pw.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), tshark, "-n", "-r", file, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
		"-Y", "_ws.malformed || _ws.expert.severity == error || tcp.checksum.status == 0 || ip.checksum.status == 0 || tcp.analysis.retransmission || tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment",
		"-T", "fields", "-e", "frame.number", "-e", "_ws.col.Protocol", "-e", "_ws.col.Info", "-e", "_ws.expert.message").Output()
	if err != nil {
		t.Fatal(err)
	}
	if lines := bytes.Split(bytes.TrimSpace(out), []byte("\n")); len(lines[0]) > 0 {
		t.Errorf("tshark complains of %d packets, first:\n%s", len(lines), bytes.Join(lines[:min(8, len(lines))], []byte("\n")))
	}
	phs, err := exec.CommandContext(t.Context(), tshark, "-n", "-r", file, "-q", "-z", "io,phs").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"dicom", "hl7", "mqtt", "http", "tls", "ssh", "dns", "mdns", "dhcp", "arp"} {
		if !strings.Contains(string(phs), p) {
			t.Errorf("tshark finds no %s", p)
		}
	}
}

// TestCanaries: 500 different identifiers, planted where people's values stand.
func TestCanaries(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Canaries(3) {
		if len(c) < 10 || seen[c] {
			t.Fatalf("canary %q is short or twice there", c)
		}
		seen[c] = true
	}
	if len(seen) != 500 {
		t.Fatalf("%d canaries", len(seen))
	}
	w := New(Options{Seed: 3, Length: 30 * time.Minute, Scenarios: names()})
	var wire []byte
	if err := w.Run(func(_ int64, frame []byte) error { wire = append(wire, frame...); return nil }); err != nil {
		t.Fatal(err)
	}
	found := 0
	for c := range seen {
		if bytes.Contains(wire, []byte(c)) {
			found++
		}
	}
	if found < 490 {
		t.Errorf("only %d of 500 canaries were sent", found)
	}
}

// TestSmallWard: every scenario plays in a ward of one bed.
func TestSmallWard(t *testing.T) {
	w := New(Options{Seed: 3, Length: 14 * time.Minute, Scenarios: names(), Beds: 1})
	if err := w.Run(func(int64, []byte) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

// TestLargeWard: no two hosts of a large ward share an address, and each is in
// one of the segments.
func TestLargeWard(t *testing.T) {
	w := New(Options{Seed: 3, Length: time.Minute, Beds: 400})
	seen := map[string]string{}
	for name, h := range w.names {
		for _, a := range []string{h.IP.String(), h.MAC.String()} {
			if other := seen[a]; other != "" {
				t.Errorf("%s and %s have the address %s", name, other, a)
			}
			seen[a] = name
		}
		inside := false
		for _, z := range Zones {
			inside = inside || netip.MustParsePrefix(z.Prefix).Contains(h.IP)
		}
		if !inside && h.IP.IsPrivate() {
			t.Errorf("%s at %s is in no segment", name, h.IP)
		}
	}
	if len(w.names) < 1600 {
		t.Errorf("%d hosts in a ward of 400 beds", len(w.names))
	}
	if err := w.Run(func(int64, []byte) error { return nil }); err != nil {
		t.Fatal(err)
	}
}
