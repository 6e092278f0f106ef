package dicom

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit"
)

// tap is a TCP proxy on loopback that reads along with our decoders.
type tap struct {
	net.Listener
	mu   sync.Mutex
	seen []*tapped
	wait sync.WaitGroup
}

// tapped is one connection through a tap.
type tapped struct {
	notes
	c    *Conversation
	ends sync.WaitGroup // both directions
}

func (w *tapped) OperationBegin(o *Operation) {
	if o.Requested {
		w.add("%s RQ %d%s", o.Request.Field.Service(), o.Request.MessageID, destination(&o.Request))
	}
}

func (w *tapped) OperationResponse(o *Operation) {
	r := &o.Response
	w.add("%s RSP %d %04x%s", r.Field.Service(), r.RespondingTo, uint16(r.Status), suboperations(r))
}
func (w *tapped) OperationEnd(*Operation)                       {}
func (w *tapped) DataSetEnd(s Side, o *Operation, d DataSetEnd) {}

func (w *tapped) AssociateRequest(s Side, a *AssociateRQ) {
	w.add("%s calls %s, %s %s, %d contexts", a.Calling, a.Called, a.User.ImplementationClass, a.User.ImplementationVersion, len(a.Contexts))
	if i := a.User.Identity; i != nil {
		w.add("identity %v %s %s", i.Type, i.Primary, i.Secondary)
	}
}

func destination(c *Command) string {
	if c.MoveDestination != "" {
		return " to " + c.MoveDestination
	}
	return ""
}

func suboperations(c *Command) string {
	if c.Field != CGetRSP && c.Field != CMoveRSP {
		return ""
	}
	remaining := "none"
	if c.Has(0x1020) {
		remaining = strconv.Itoa(int(c.Remaining))
	}
	return fmt.Sprintf(" %s/%d/%d/%d", remaining, c.Completed, c.Failed, c.Warnings)
}

// newTap forwards to the given port on loopback.
func newTap(t *testing.T, port int) *tap {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &tap{Listener: l}
	t.Cleanup(func() { l.Close(); p.wait.Wait() })
	p.wait.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err != nil {
				client.Close()
				continue
			}
			p.mu.Lock()
			w := &tapped{}
			w.c = NewConversation(&Config{Want: NewTagSet(PatientID, QueryRetrieveLevel, Manufacturer, StationName)}, w)
			p.seen = append(p.seen, w)
			p.mu.Unlock()
			w.ends.Go(func() { p.copy(server, client, w, Requestor) })
			w.ends.Go(func() { p.copy(client, server, w, Acceptor) })
		}
	})
	return p
}

func (p *tap) copy(dst, src net.Conn, w *tapped, from Side) {
	defer dst.Close()
	b := make([]byte, 8192)
	for {
		n, err := src.Read(b)
		if err != nil {
			return
		}
		p.mu.Lock()
		if err := w.c.Decoder(from).Feed(b[:n]); err != nil {
			w.add("%v", err)
		}
		p.mu.Unlock()
		if _, err := dst.Write(b[:n]); err != nil && err != io.EOF {
			return
		}
	}
}

func (p *tap) port() int { return p.Addr().(*net.TCPAddr).Port }

// take returns what was seen since the last call, a list per connection. It
// waits for their ends.
func (p *tap) take() (lists [][]string) {
	p.mu.Lock()
	seen := p.seen
	p.seen = nil
	p.mu.Unlock()
	for _, w := range seen {
		w.ends.Wait()
		lists = append(lists, w.lines)
	}
	return lists
}

// freePort returns a port nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// serve starts a dcmtk server and waits until it listens.
func serve(t *testing.T, port int, name string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	cmd := exec.CommandContext(ctx, testkit.Need(t, name), args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = cmd.Wait() })
	for range 100 {
		if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			c.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s does not listen", name)
}

// run runs a dcmtk tool and returns its log.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	out, _ := exec.CommandContext(ctx, testkit.Need(t, name), args...).CombinedOutput()
	return string(out)
}

// logged matches "D: Message Type                  : C-STORE RQ".
var logged = regexp.MustCompile(`(?m)^D: (Message Type|Message ID|Message ID Being Responded To|Move Destination|DIMSE Status|\w+ Suboperations) +: (.*)$`)

// messages gives the messages in a dcmtk tool's debug log as tapped does.
func messages(log string) (lines []string) {
	var line string
	var counts []string
	flush := func() {
		if line != "" {
			if len(counts) == 4 {
				line += " " + strings.Join(counts, "/")
			}
			lines = append(lines, line)
		}
		line, counts = "", nil
	}
	for _, m := range logged.FindAllStringSubmatch(log, -1) {
		switch m[1] {
		case "Message Type":
			flush()
			line = m[2]
		case "Message ID", "Message ID Being Responded To":
			line += " " + m[2]
		case "Move Destination":
			line += " to " + m[2]
		case "DIMSE Status":
			line += " " + strings.TrimPrefix(m[2][:6], "0x")
		default:
			counts = append(counts, m[2])
		}
	}
	flush()
	return lines
}

// objectFile makes an object with dcmtk's own encoder.
func objectFile(t *testing.T, dir string) string {
	t.Helper()
	text, file := filepath.Join(dir, "object.dump"), filepath.Join(dir, "object.dcm")
	dump := `(0002,0010) UI =LittleEndianExplicit
(0008,0016) UI =CTImageStorage
(0008,0018) UI [1.2.826.0.1.3680043.8.498.900.1]
(0008,0020) DA [20261121]
(0008,0050) SH [ACC1]
(0008,0060) CS [CT]
(0008,0070) LO [Acme Imaging]
(0008,1010) SH [CT3]
(0008,1110) SQ
(fffe,e000) na
(0008,1150) UI =MRImageStorage
(0008,1155) UI [1.2.3]
(fffe,e00d) na
(fffe,e0dd) na
(0010,0010) PN [TEST^PATIENT]
(0010,0020) LO [P1]
(0018,1000) LO [SN-1]
(0020,000d) UI [1.2.826.0.1.3680043.8.498.900.2]
(0020,000e) UI [1.2.826.0.1.3680043.8.498.900.3]
(0028,0002) US 1
(0028,0004) CS [MONOCHROME2]
(0028,0010) US 8
(0028,0011) US 2
(0028,0100) US 8
(0028,0101) US 8
(0028,0102) US 7
(0028,0103) US 0
(7fe0,0010) OB 01\02\03\04\05\06\07\08\09\0a\0b\0c\0d\0e\0f\10
`
	if err := os.WriteFile(text, []byte(dump), 0o600); err != nil {
		t.Fatal(err)
	}
	if log := run(t, "dump2dcm", text, file); log != "" {
		t.Fatal(log)
	}
	return file
}

// TestAgreesWithDcmtk lets dcmtk's tools talk through a tap and compares what
// they log with what was read.
func TestAgreesWithDcmtk(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "db"), 0o700); err != nil {
		t.Fatal(err)
	}
	file := objectFile(t, dir)
	server, receiver := freePort(t), freePort(t)
	toReceiver := newTap(t, receiver)
	config := filepath.Join(dir, "qr.cfg")
	err := os.WriteFile(config, fmt.Appendf(nil, `NetworkTCPPort = %d
MaxPDUSize = 16384
MaxAssociations = 16
HostTable BEGIN
ws = (WS, localhost, %d)
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
PACS %s RW (10, 1024mb) ANY
AETable END
`, server, toReceiver.port(), filepath.Join(dir, "db")), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	serve(t, server, "dcmqrscp", "-c", config)
	toServer := newTap(t, server)

	peer := []string{"-d", "-aet", "WS", "-aec", "PACS"}
	where := []string{"localhost", strconv.Itoa(toServer.port())}
	study := []string{"-k", "0008,0052=STUDY", "-k", "0020,000d=1.2.826.0.1.3680043.8.498.900.2"}
	const dcmtk = "WS calls PACS, 1.2.276.0.7230010.3.0.3."
	for _, tt := range []struct {
		name string
		tool string
		args []string
		also []string // lines beside the messages of the tool's log
	}{
		{"echo", "echoscu", nil, []string{"requestor releases", "acceptor agrees"}},
		{"store", "storescu", nil, []string{"requestor sends Manufacturer Acme Imaging", "requestor sends StationName CT3", "requestor sends PatientID P1"}},
		{"store as a named user", "storescu", []string{"-usr", "doctor", "-pwd", "secret"}, []string{"identity username-passcode doctor secret"}},
		{"find", "findscu", append([]string{"-S", "-k", "0010,0020="}, study...), []string{"requestor sends QueryRetrieveLevel STUDY", "acceptor sends PatientID P1"}},
		{"get", "getscu", append([]string{"-S", "-od", dir}, study...), []string{"acceptor sends Manufacturer Acme Imaging"}},
		{"move", "movescu", append([]string{"-S", "-aem", "WS", "+P", strconv.Itoa(receiver), "-od", dir}, study...), nil},
		{"abort", "echoscu", []string{"--abort"}, []string{"requestor aborts"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := append(append(append([]string{}, peer...), tt.args...), where...)
			if tt.tool == "storescu" {
				args = append(args, file)
			}
			log := run(t, tt.tool, args...)
			seen := toServer.take()
			if len(seen) != 1 {
				t.Fatalf("%d connections\n%s", len(seen), log)
			}
			lines := seen[0]
			if !strings.HasPrefix(lines[0], dcmtk) {
				t.Errorf("association %q", lines[0])
			}
			want, got := messages(log), only(lines, " RQ ", " RSP ")
			switch tt.tool {
			case "echoscu": // says nothing about its messages
				want = []string{"C-ECHO RQ 1", "C-ECHO RSP 1 0000"}
			case "movescu": // logs what comes in over the other association, too
				want = without(want, "C-STORE")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("messages (-dcmtk +ours):\n%s\n%s", diff, log)
			}
			for _, line := range tt.also {
				if len(only(lines, line)) == 0 {
					t.Errorf("no %q in\n%s", line, strings.Join(lines, "\n"))
				}
			}
			if bad := only(lines, "malformed", "dicom:"); len(bad) > 0 {
				t.Errorf("%q", bad)
			}
		})
	}
	moved := toReceiver.take()
	if len(moved) != 1 || len(only(moved[0], "PACS calls WS")) != 1 || len(only(moved[0], "C-STORE RSP 1 0000")) != 1 {
		t.Errorf("the other association of the move: %q", moved)
	}
}

// only keeps the lines that contain one of the texts.
func only(lines []string, texts ...string) (kept []string) {
	for _, l := range lines {
		for _, text := range texts {
			if strings.Contains(l, text) {
				kept = append(kept, l)
				break
			}
		}
	}
	return kept
}

func without(lines []string, text string) (kept []string) {
	for _, l := range lines {
		if !strings.Contains(l, text) {
			kept = append(kept, l)
		}
	}
	return kept
}

// TestDcmtkRefusals sees a refused and an aborted association.
func TestDcmtkRefusals(t *testing.T) {
	dir := t.TempDir()
	file := objectFile(t, dir)
	for flag, want := range map[string]string{"--refuse": "acceptor refuses no-reason-given", "--abort-after": "acceptor aborts"} {
		port := freePort(t)
		serve(t, port, "storescp", flag, "-od", dir, strconv.Itoa(port))
		p := newTap(t, port)
		log := run(t, "storescu", "-d", "localhost", strconv.Itoa(p.port()), file)
		seen := p.take()
		if len(seen) != 1 || len(only(seen[0], want)) != 1 {
			t.Errorf("%s: %q\n%s", flag, seen, log)
		}
	}
}
