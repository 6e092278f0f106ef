package network

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/testkit/wire"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense"
)

// someone is what is planted in every field of a conversation, in the form that fits
// the field.
type someone struct {
	text   string // with a blank
	pn     string // as DICOM and HL7 write names, 16 characters
	host   string // as a host is called
	word   string // as a login is called
	code   string // capital letters, 7
	mail   string
	number string // of a record
	date   string // of birth
	path   string
}

// person must stay in the sensor, whatever field it stands in; machine must leave
// where names of machines may, or the test sees nothing.
var (
	person = someone{"Roswitha Schmidt", "SCHMIDT^ROSWITHA", "roswitha-schmidt", "rschmidt", "SCHMIDT", "roswitha.schmidt@klinik.example", "47110815", "19790512",
		"/home/roswitha.schmidt/47110815/19790512.schmidt"}
	machine = someone{"CT Room 3", "CT_ROOM_3", "ct-room-3", "ctroom3", "CTROOM", "ct", "3", "3", "/firmware/ct.bin"}
	// needles are what would be found of the person.
	needles = []string{"roswitha", "schmidt", "4711081", "1979051", "790512"}
)

// spellings of a value, in lower case but for base64, in which case says something.
func spellings(v string) (folded, exact []string) {
	var little, big strings.Builder
	for _, c := range utf16.Encode([]rune(v)) {
		fmt.Fprintf(&little, "%c\\u0000", c)
		fmt.Fprintf(&big, "\\u0000%c", c)
	}
	folded = []string{v, hex.EncodeToString([]byte(v)), strings.ToLower(strings.ReplaceAll(url.QueryEscape("^"+v), "+", "%20")), little.String(), big.String(),
		strings.Join(strings.Split(v, ""), ".")}
	percent, decimal := "", ""
	for i := range len(v) {
		percent += fmt.Sprintf("%%%02x", v[i])
		decimal += fmt.Sprintf(",%d", v[i])
	}
	folded = append(folded, percent, decimal[1:])
	for _, w := range [...]string{v, strings.ToUpper(v), strings.ToUpper(v[:1]) + v[1:]} {
		for lead := range 3 {
			b := append(make([]byte, lead), w...)
			from, to := (lead*8+5)/6, len(b)*8/6 // what neighbours have no part in
			exact = append(exact, base64.RawStdEncoding.EncodeToString(b)[from:to], base64.RawURLEncoding.EncodeToString(b)[from:to])
		}
	}
	return folded, exact
}

var hunted = func() (h struct{ folded, exact []string }) {
	for _, n := range needles {
		f, e := spellings(n)
		h.folded, h.exact = append(h.folded, f...), append(h.exact, e...)
	}
	return h
}()

// spilled returns what of the person stands in a text, with what is around.
func spilled(text string) (out []string) {
	lower := strings.ToLower(text)
	for _, n := range hunted.folded {
		if i := strings.Index(lower, n); i >= 0 {
			out = append(out, fmt.Sprintf("%s in …%s…", n, text[max(0, i-40):min(len(text), i+40)]))
		}
	}
	for _, n := range hunted.exact {
		if i := strings.Index(text, n); i >= 0 {
			out = append(out, fmt.Sprintf("%s in …%s…", n, text[max(0, i-40):min(len(text), i+40)]))
		}
	}
	return out
}

// The search finds the person in every spelling, or finding nothing says nothing.
func TestSpilledFinds(t *testing.T) {
	for _, n := range needles {
		folded, exact := spellings(n)
		for _, s := range append(folded, exact...) {
			if spilled("before "+s+" after") == nil {
				t.Errorf("%q is not found as %q", n, s)
			}
		}
		if spilled(base64.StdEncoding.EncodeToString([]byte("a longer text with "+n+" in it"))) == nil {
			t.Errorf("%q is not found in base64", n)
		}
	}
	if got := spilled(`{"kind":"dicom.association","calling":"CT_ROOM_3","fingerprint":"SHA256:awLuAm/K4TIqtNZbMYWRO9HCFEbC+HZZO933nwxe55E"}`); got != nil {
		t.Errorf("found %q in what is harmless", got)
	}
}

// uttered is a step of a conversation: bytes, or the loss of some.
type uttered struct {
	dir Direction
	p   []byte
	gap int64
}

// hostileTalk is a conversation over TCP, or datagrams.
type hostileTalk struct {
	protocol  string
	datagrams bool
	silent    bool // names of machines do not leave either
	steps     []uttered
}

// overheard is all that leaves the sensor of one conversation: observations as they
// go into the log, and what is told of failures.
func (x hostileTalk) overheard(t testing.TB, midStream bool, size int) (text string, told int) {
	t.Helper()
	var out strings.Builder
	f := between(nurse, served)
	f.Transport = "tcp"
	emit := func(o *wardround.Observation) {
		b, err := kind.Codec{}.Append(nil, o)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
		told++
	}
	if x.datagrams {
		for _, step := range x.steps {
			d := NewTestDatagram(x.protocol, f, step.p, emit)
			d.Flow.Transport, d.At = "udp", 1
			if x.protocol == "dns" {
				d.Flow.Src.Port = mdnsPort
			}
			d.proto.Datagram(d)
			d.sensor.status(1, true)
			told--
			fmt.Fprint(&out, d.sensor.Stats().Failures)
		}
		return out.String(), told
	}
	c := NewTestConn(x.protocol, &f, emit)
	c.MidStream = midStream
	s := c.proto.Open(c)
	at := int64(1e18)
	feed := func() error {
		for _, step := range x.steps {
			at += 1e6
			if step.gap > 0 {
				if err := s.Gap(step.dir, step.gap, at); err != nil {
					return err
				}
			}
			for p := step.p; len(p) > 0; p = p[min(size, len(p)):] {
				if err := s.Data(step.dir, p[:min(size, len(p))], at); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := feed(); err != nil {
		c.Failure(err)
	}
	s.Close(at)
	c.sensor.status(at, true)
	fmt.Fprint(&out, c.sensor.Stats().Failures)
	return out.String(), told - 1
}

// variant makes one of the ways in which a capture can be bad of a conversation.
func variant(r *rand.Rand, steps []uttered) []uttered {
	out := make([]uttered, 0, len(steps)+4)
	for _, s := range steps {
		out = append(out, uttered{s.dir, append([]byte(nil), s.p...), s.gap})
	}
	for range 1 + r.IntN(3) {
		i := r.IntN(len(out))
		p := out[i].p
		if len(p) < 2 {
			continue
		}
		from := r.IntN(len(p))
		to := min(len(p), from+1+r.IntN(40))
		switch r.IntN(7) {
		case 0: // lost
			rest := append([]uttered{{out[i].dir, p[to:], int64(to - from)}}, out[i+1:]...)
			out = append(append(out[:i:i], uttered{out[i].dir, p[:from], out[i].gap}), rest...)
		case 1: // cut
			out[i].p = p[:from]
			out = out[:i+1]
		case 2: // left out without a word
			out[i].p = append(p[:from:from], p[to:]...)
		case 3: // said twice
			out[i].p = append(p[:to:to], p[from:]...)
		case 4: // the other end says it
			out[i].dir = (1 - out[i].dir) & 1
		case 5: // a delimiter is another
			for j, c := range p {
				if strings.IndexByte("|^&~\\\r\n\x0b\x1c/:;=\"<>", c) >= 0 && r.IntN(30) == 0 {
					p[j] = " |\n\"/"[r.IntN(5)]
				}
			}
		default: // bits
			for range 1 + r.IntN(4) {
				p[r.IntN(len(p))] ^= 1 << r.IntN(8)
			}
		}
	}
	return out
}

// netted are the fields that hold names which administrators gave. Those bear the marks
// of a person only as long as nobody mutilates them, which [variant] does: what
// remains of Roswitha Schmidt may be Roswithadt.
var netted = regexp.MustCompile(`"(calling|called|destination|originator|ae_title|implementation_version|acceptor_version|manufacturer|model|station|serial|software|udi|gantry|` +
	`detector|institution|department|(sending|receiving)_(app|facility)|id|facility|building|floor|point_of_care|room|bed)":"(\\.|[^"\\])*"|"(client|server)":\[[^]]*\]`)

// Whatever stands in whatever field of whatever protocol, and however badly it was
// captured: a person in it stays in the sensor. A machine in the same places leaves.
func TestNobodyLeaves(t *testing.T) {
	variants := 250
	if testing.Short() {
		variants = 40
	}
	for name, talk := range hostileTalks(t, person) {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			for i := range variants {
				bad, size := talk, 1<<20
				switch {
				case i < 4:
					size = [...]int{1 << 20, 1, 7, 64}[i]
				default:
					size = 1 + r.IntN(2000)
					bad.steps = variant(r, talk.steps)
				}
				text, told := bad.overheard(t, i%5 == 4, size)
				if i >= 4 {
					text = netted.ReplaceAllString(text, "")
				}
				if i == 0 && told == 0 {
					t.Fatal("nothing was told")
				}
				if found := spilled(text); found != nil {
					t.Fatalf("variant %d, in pieces of %d: %q", i, size, found)
				}
			}
		})
	}
	for name, talk := range hostileTalks(t, machine) {
		if talk.silent {
			continue
		}
		text, _ := talk.overheard(t, false, 1<<20)
		seen := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(text))
		if !strings.Contains(seen, "ctroom") {
			t.Errorf("%s: not even a machine leaves: %.1500s", name, text)
		}
	}
}

// The same through the whole sensor, in frames: nothing leaves by recognition, by
// flows or by the sensor's status either.
func TestNobodyLeavesACapture(t *testing.T) {
	c := wire.New(t)
	port := 40000
	for _, talk := range hostileTalks(t, person) {
		port++
		client := fmt.Sprintf("10.20.1.7:%d", port)
		if talk.datagrams {
			server := map[string]string{"dhcp": "10.20.9.9:67", "dns": "224.0.0.251:5353", "wsdiscovery": "239.255.255.250:3702", "tftp": "10.20.9.9:69"}[talk.protocol]
			if talk.protocol == "dns" {
				client = "10.20.1.7:5353"
			}
			for _, s := range talk.steps {
				c.UDP(client, server, s.p)
			}
			continue
		}
		conn := c.TCP(client, fmt.Sprintf("10.20.9.9:%d", port-30000))
		for _, s := range talk.steps {
			if s.dir == ToServer {
				conn.Client(s.p)
			} else {
				conn.Server(s.p)
			}
		}
		conn.Close()
	}
	var out strings.Builder
	kinds := map[string]int{}
	s := New(Options{
		Sensor: "test", Input: "test", Origin: wardround.Replay, Pseudonyms: sense.NewPseudonyms("t", []byte("test key of 16 b")),
		Emit: func(o *wardround.Observation) {
			b, err := kind.Codec{}.Append(nil, o)
			if err != nil {
				t.Fatal(err)
			}
			out.Write(b)
			kinds[o.Kind]++
		},
	})
	f, err := os.Open(c.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := s.Read(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	s.Close()
	fmt.Fprint(&out, s.Stats())
	if found := spilled(out.String()); found != nil {
		t.Errorf("%q", found)
	}
	for _, k := range []kind.Name{kind.DICOMAssociation, kind.DICOMEquipment, kind.HL7Message, kind.HTTPTransaction, kind.FHIRInteraction, kind.DICOMwebRequest, kind.MQTTSession, kind.MQTTPublish,
		kind.TLSSession, kind.SSHSession, kind.DNSService, kind.DNSLookup, kind.DHCPMessage, kind.WSDiscoveryTarget, kind.FTPLogin, kind.TelnetLogin, kind.TFTPRequest, kind.NFSAccess, kind.Flow, kind.SensorStatus} {
		if kinds[string(k)] == 0 {
			t.Errorf("no %s was told", k)
		}
	}
}
