package dicom

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/wardround/wardround/internal/testkit"
)

// wire writes a capture of one TCP connection.
type wire struct {
	t    *testing.T
	w    *pcapgo.Writer
	now  time.Time
	seqs [2]uint32
}

func newWire(t *testing.T, file string) *wire {
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	w := pcapgo.NewWriter(f)
	if err := w.WriteFileHeader(65536, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	k := &wire{t: t, w: w, now: time.Unix(1_700_000_000, 0), seqs: [2]uint32{1000, 2000}}
	k.packet(Requestor, layers.TCP{SYN: true}, nil)
	k.packet(Acceptor, layers.TCP{SYN: true, ACK: true}, nil)
	k.packet(Requestor, layers.TCP{ACK: true}, nil)
	return k
}

// send writes b in segments of the usual size.
func (k *wire) send(from Side, b []byte) {
	for len(b) > 0 {
		n := min(len(b), 1460)
		k.packet(from, layers.TCP{ACK: true, PSH: true}, b[:n])
		b = b[n:]
	}
}

func (k *wire) packet(from Side, tcp layers.TCP, payload []byte) {
	ports := [2]layers.TCPPort{40000, 11112}
	addrs := [2]net.IP{{192, 0, 2, 1}, {192, 0, 2, 2}}
	macs := [2]net.HardwareAddr{{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}}
	eth := layers.Ethernet{SrcMAC: macs[from], DstMAC: macs[from.Other()], EthernetType: layers.EthernetTypeIPv4}
	ip := layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: addrs[from], DstIP: addrs[from.Other()]}
	tcp.SrcPort, tcp.DstPort, tcp.Window = ports[from], ports[from.Other()], 65535
	tcp.Seq = k.seqs[from]
	if tcp.ACK {
		tcp.Ack = k.seqs[from.Other()]
	}
	if k.seqs[from] += uint32(len(payload)); tcp.SYN {
		k.seqs[from]++
	}
	if err := tcp.SetNetworkLayerForChecksum(&ip); err != nil {
		k.t.Fatal(err)
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, &eth, &ip, &tcp, gopacket.Payload(payload)); err != nil {
		k.t.Fatal(err)
	}
	k.now = k.now.Add(time.Millisecond)
	ci := gopacket.CaptureInfo{Timestamp: k.now, CaptureLength: len(buf.Bytes()), Length: len(buf.Bytes())}
	if err := k.w.WritePacket(ci, buf.Bytes()); err != nil {
		k.t.Fatal(err)
	}
}

// TestTsharkReadsWhatWeWrite sends every PDU, item and message to tshark.
func TestTsharkReadsWhatWeWrite(t *testing.T) {
	bin := testkit.Need(t, "tshark")
	file := filepath.Join(t.TempDir(), "encoded.pcap")
	k := newWire(t, file)
	rq, ac := fullRequest(), fullAcceptance()
	rq.User.Other, rq.User.CommonExtended = nil, nil // tshark 4.0 knows neither
	k.send(Requestor, rq.Append(nil))
	k.send(Acceptor, ac.Append(nil))
	for _, c := range commands() {
		from := Requestor
		if c.Field.Response() {
			from = Acceptor
		}
		k.send(from, AppendMessage(nil, 16384, 3, &c, object(Syntax{}, 3000)))
	}
	k.send(Requestor, AppendReleaseRQ(nil))
	k.send(Acceptor, AppendReleaseRP(nil))
	k.send(Requestor, Abort{Source: AbortedByProvider, Reason: 5}.Append(nil))
	k.send(Acceptor, Reject{Result: RejectedTransient, Source: RejectedByPresentation, Reason: 2}.Append(nil))

	out, err := exec.Command(bin, "-r", file, "-Y", "_ws.malformed || _ws.expert.severity == 0x600000 || _ws.expert.severity == 0x800000", "-T", "fields", "-e", "frame.number", "-e", "_ws.expert.message").Output()
	if err != nil || strings.Count(string(out), "\n") != 2 || !strings.Contains(string(out), "\tAssociation aborted\n") || !strings.Contains(string(out), "\tAssociation rejected\n") {
		t.Errorf("tshark complains of more than the abort and the refusal: %v\n%s", err, out)
	}
	fields := []string{
		"dicom.userinfo.rolesel.sopclassuid", "dicom.userinfo.rolesel.scurole", "dicom.userinfo.rolesel.scprole",
		"dicom.userinfo.asyncneg.maxnumopsinv", "dicom.userinfo.asyncneg.maxnumopsper",
		"dicom.userinfo.extneg.sopclassuid", "dicom.userinfo.extneg.relational",
		"dicom.userinfo.user_identify.type", "dicom.userinfo.user_identify.response_requested",
		"dicom.userinfo.user_identify.primary_field", "dicom.userinfo.user_identify.secondary_field",
	}
	args := []string{"-r", file, "-Y", "dicom.pdu.type == 1", "-T", "fields"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	out, err = exec.Command(bin, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"CT Image Storage", "0x00,0x01", "0x01,0x01", "0", "4", "Study Root", "1", "2", "1", "doctor", "secret"}
	for i, got := range strings.Split(strings.TrimRight(string(out), "\n"), "\t") {
		if !strings.Contains(got, want[i]) {
			t.Errorf("%s is %q, want %q", fields[i], got, want[i])
		}
	}

	theirs := tshark(t, file)
	n := &Negotiation{}
	accounts := map[direction]*accountant{}
	decoders := map[direction]*Decoder{}
	for _, s := range segments(t, file) {
		if decoders[s.direction] == nil {
			accounts[s.direction] = &accountant{t: t}
			decoders[s.direction] = NewDecoder(&Config{Want: EveryTag()}, n, accounts[s.direction])
		}
		if err := decoders[s.direction].Feed(s.data); err != nil {
			t.Fatal(err)
		}
	}
	for d, w := range theirs {
		got := accounts[d].account
		if diff := cmp.Diff(w.PDUs, got.PDUs); diff != "" {
			t.Errorf("%v PDUs (-tshark +ours):\n%s", d, diff)
		}
		if diff := cmp.Diff(sets(w.Commands), sets(got.Commands)); diff != "" {
			t.Errorf("%v command sets (-tshark +ours):\n%s", d, diff)
		}
		if diff := cmp.Diff(w.Elements, got.Elements); diff != "" {
			t.Errorf("%v elements (-tshark +ours):\n%s", d, diff)
		}
	}
	if len(theirs) != 2 {
		t.Errorf("tshark sees %d directions", len(theirs))
	}
}

// sets keeps the elements of command sets and leaves out how tshark sums them up.
func sets(lines []string) (kept []string) {
	for _, l := range lines {
		if strings.HasPrefix(l, "(0000,") {
			kept = append(kept, l)
		}
	}
	return append(kept, fmt.Sprint(len(kept)))
}
