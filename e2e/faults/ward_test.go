package faults

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/format/pcap"
)

// packetsOf runs the simulated ward and gives each packet of its capture. The
// packet is valid during the call only.
func packetsOf(t testing.TB, args []string, each func(p *pcap.Packet)) {
	t.Helper()
	cmd := exec.Command(program, append(append([]string{"sim", "capture"}, args...), "-")...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r, err := pcap.NewReader(out, pcap.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for {
		p, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		each(p)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
}

// captures writes the simulated ward's traffic to files of the same number of
// packets each, in order. Times are moved so that the last packet came ago before
// now.
func captures(t testing.TB, files int, ago time.Duration, args ...string) []string {
	t.Helper()
	type frame struct {
		at     int64
		length int
		data   []byte
	}
	var all []frame
	var link packet.LinkType
	packetsOf(t, args, func(p *pcap.Packet) {
		link = p.Link
		all = append(all, frame{p.At, p.Length, bytes.Clone(p.Data)})
	})
	shift := time.Now().Add(-ago).UnixNano() - all[len(all)-1].at
	dir := t.TempDir()
	var names []string
	for i := range files {
		name := filepath.Join(dir, fmt.Sprintf("part%03d.pcap", i))
		var b bytes.Buffer
		w := pcap.NewWriter(&b, pcap.Header{Link: link, Nano: true})
		for _, f := range all[len(all)*i/files : len(all)*(i+1)/files] {
			if err := w.Write(f.at+shift, f.data, f.length); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}
