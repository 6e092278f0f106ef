package pcap

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/internal/testkit"
)

// frames lists what tshark sees in a capture: time, length, captured length.
func frames(t *testing.T, file string) string {
	t.Helper()
	out, err := exec.Command(testkit.Need(t, "tshark"), "-n", "-r", file, "-T", "fields",
		"-e", "frame.time_epoch", "-e", "frame.len", "-e", "frame.cap_len", "-e", "frame.interface_id").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func own(t *testing.T, file string, ng bool) string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := NewReader(f, Limits{})
	if err != nil {
		t.Fatal(file, err)
	}
	var s strings.Builder
	for {
		p, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(file, err)
		}
		id := ""
		if ng {
			id = fmt.Sprint(p.Interface)
		}
		fmt.Fprintf(&s, "%d.%09d\t%d\t%d\t%s\n", p.At/1e9, p.At%1e9, p.Length, len(p.Data), id)
	}
	if r.Tail() != nil {
		t.Error(file, r.Tail())
	}
	return s.String()
}

func different(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("frame %d: tshark %q, own %q", i+1, x[i], y[i])
		}
	}
	return fmt.Sprintf("%d against %d frames", len(x)-1, len(y)-1)
}

// Every shared capture, and tshark's own pcapng, nanosecond and gzip versions of
// it, read as tshark reads them.
func TestAgainstTshark(t *testing.T) {
	tshark := testkit.Need(t, "tshark")
	files, err := filepath.Glob(testkit.Data(t, "captures") + "/*.pcap")
	if err != nil || len(files) == 0 {
		t.Fatal("no captures", err)
	}
	for _, file := range files {
		if got, want := own(t, file, false), strings.ReplaceAll(frames(t, file), "\t0\n", "\t\n"); got != want {
			t.Errorf("%s: %s", file, different(want, got))
		}
		if st, err := os.Stat(file); err != nil || st.Size() > 1<<20 {
			continue // the small ones have every shape
		}
		for _, as := range []string{"pcapng", "nsecpcap", "modpcap"} {
			out := filepath.Join(t.TempDir(), "c")
			if msg, err := exec.Command(tshark, "-n", "-r", file, "-F", as, "-w", out).CombinedOutput(); err != nil {
				if as == "modpcap" {
					continue // not every build writes it
				}
				t.Fatalf("%v: %s", err, msg)
			}
			want := frames(t, out)
			if as != "pcapng" {
				want = strings.ReplaceAll(want, "\t0\n", "\t\n")
			}
			if got := own(t, out, as == "pcapng"); got != want {
				t.Errorf("%s as %s: %s", file, as, different(want, got))
			}
		}
	}
}

// What the Writer writes, tshark reads without complaint.
func TestWriterAgainstTshark(t *testing.T) {
	testkit.Need(t, "tshark")
	for _, nano := range []bool{false, true} {
		file := filepath.Join(t.TempDir(), "own.pcap")
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		w := NewWriter(f, Header{Link: packet.Ethernet, Nano: nano})
		p := packet.Packet{IPVersion: 4, Protocol: packet.UDP, Src: packet.AddrFrom4(10, 0, 0, 1), Dst: packet.AddrFrom4(10, 0, 0, 2), Payload: []byte("x")}
		frame := p.Append(nil)
		for i := range int64(5) {
			if err := w.Write(1_700_000_000_123_456_789+i*1e9, frame, len(frame)+int(i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		f.Close()
		if got, want := own(t, file, false), strings.ReplaceAll(frames(t, file), "\t0\n", "\t\n"); got != want || strings.Count(got, "\n") != 5 {
			t.Error(different(want, got))
		}
	}
}
