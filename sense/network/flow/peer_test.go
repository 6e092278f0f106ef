package flow

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/format/pcap"
	"github.com/wardround/wardround/internal/testkit"
)

// streams collects what every TCP flow carried, in the order of opening.
type streams struct {
	sink
	flows []*stream
}

type stream struct {
	Ends  [2]string
	Sent  [2]count
	bytes [2][]byte
	gaps  int64
}

type count struct{ Packets, Bytes, Payload uint64 }

func (s *streams) Open(f *Flow, _ int64) {
	x := &stream{Ends: [2]string{f.Client().AddrPort().String(), f.Server().AddrPort().String()}}
	f.User = x
	if f.Protocol == packet.TCP {
		s.flows = append(s.flows, x)
	}
}
func (s *streams) Data(f *Flow, d Direction, p []byte, _ int64) {
	x := f.User.(*stream)
	x.bytes[d] = append(x.bytes[d], p...)
}
func (s *streams) Gap(f *Flow, _ Direction, n int64, _ int64) { f.User.(*stream).gaps += n }
func (s *streams) Close(f *Flow, _ Reason, _ int64) {
	x := f.User.(*stream)
	for d, c := range f.Sent {
		x.Sent[d] = count{c.Packets, c.Bytes, c.Payload}
	}
}

func replay(t testing.TB, file string, h Handler) Stats {
	t.Helper()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	r, err := pcap.NewReader(in, pcap.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	table := New(h, Limits{})
	for {
		c, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := table.Decode(c.Link, c.Data, c.Length, c.At); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	table.Close()
	return table.Stats()
}

var captures = []string{
	"dicom_echo_store_find_get_move", "dicom_reject_malformed", "dicom_wrongaet_echo_store", "dicomweb_qido_wado_stow",
	"hl7v2_mllp_oru_prt", "mqtt_311_and_5", "mqtt_311_and_5_port1883", "wsdiscovery_sdc_hello_synthetic",
}

// Per flow, packets, bytes and payload in each direction are those that tshark adds up.
func TestCountsAgainstTshark(t *testing.T) {
	tshark := testkit.Need(t, "tshark")
	for _, name := range captures {
		file := testkit.Data(t, "captures/"+name+".pcap")
		var got streams
		stats := replay(t, file, &got)
		out, err := exec.Command(tshark, "-n", "-r", file, "-Y", "tcp", "-T", "fields", "-e", "tcp.stream", "-e", "ip.src", "-e", "tcp.srcport",
			"-e", "ip.dst", "-e", "tcp.dstport", "-e", "frame.len", "-e", "tcp.len").Output()
		if err != nil {
			t.Fatal(err)
		}
		var want []*stream
		for line := range strings.Lines(string(out)) {
			f := strings.Fields(line)
			id, _ := strconv.Atoi(f[0])
			length, _ := strconv.ParseUint(f[5], 10, 64)
			payload, _ := strconv.ParseUint(f[6], 10, 64)
			src := f[1] + ":" + f[2]
			if id == len(want) {
				want = append(want, &stream{Ends: [2]string{src, f[3] + ":" + f[4]}})
			}
			d := 0
			if src != want[id].Ends[0] {
				d = 1
			}
			c := &want[id].Sent[d]
			c.Packets, c.Bytes, c.Payload = c.Packets+1, c.Bytes+length, c.Payload+payload
		}
		opt := cmp.FilterPath(func(p cmp.Path) bool {
			s := p.Last().String()
			return s == ".bytes" || s == ".gaps"
		}, cmp.Ignore())
		if diff := cmp.Diff(want, got.flows, opt); diff != "" {
			t.Errorf("%s (-tshark +own):\n%s", name, diff)
		}
		if stats.Late+stats.Malformed+stats.OutOfWindow+stats.Conflicts != 0 || stats.Buffered != 0 {
			t.Errorf("%s: %+v", name, stats)
		}
	}
}

// The bytes of every flow are those that tshark follows.
func TestContentAgainstTshark(t *testing.T) {
	tshark := testkit.Need(t, "tshark")
	for _, name := range []string{"dicom_wrongaet_echo_store", "dicom_reject_malformed", "hl7v2_mllp_oru_prt", "mqtt_311_and_5"} {
		file := testkit.Data(t, "captures/"+name+".pcap")
		var got streams
		replay(t, file, &got)
		args := []string{"-n", "-q", "-r", file}
		for i := range min(len(got.flows), 12) {
			args = append(args, "-z", "follow,tcp,raw,"+strconv.Itoa(i))
		}
		out, err := exec.Command(tshark, args...).Output()
		if err != nil {
			t.Fatal(err)
		}
		for i, followed := range parseFollow(t, out) {
			own := got.flows[i]
			if own.gaps != 0 || !bytes.Equal(own.bytes[0], followed[0]) || !bytes.Equal(own.bytes[1], followed[1]) {
				t.Errorf("%s stream %d: %d and %d bytes, %d missing; tshark has %d and %d", name, i,
					len(own.bytes[0]), len(own.bytes[1]), own.gaps, len(followed[0]), len(followed[1]))
			}
		}
	}
}

// parseFollow reads tshark's -z follow,tcp,raw output: hexadecimal lines, those of
// the second node after a tab.
func parseFollow(t *testing.T, out []byte) map[int][2][]byte {
	t.Helper()
	all := map[int][2][]byte{}
	id := -1
	sc := bufio.NewScanner(bytes.NewReader(out))
	sc.Buffer(nil, 1<<24)
	for sc.Scan() {
		line := sc.Text()
		if _, err := fmt.Sscanf(line, "Filter: tcp.stream eq %d", &id); err == nil {
			all[id] = [2][]byte{}
			continue
		}
		text, second := strings.CutPrefix(line, "\t")
		b, err := hex.DecodeString(text)
		if err != nil || len(b) == 0 || id < 0 {
			continue
		}
		x, d := all[id], 0
		if second {
			d = 1
		}
		x[d] = append(x[d], b...)
		all[id] = x
	}
	if len(all) == 0 {
		t.Fatal("tshark followed nothing")
	}
	return all
}
