package dicom

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// peer is a plain end of an association, made of our encoders and decoders.
type peer struct {
	Ignore
	t        *testing.T
	conn     net.Conn
	decoder  *Decoder
	accepted *AssociateAC
	commands []Command
	released bool
	aborted  bool
}

func (p *peer) AssociateAccept(a *AssociateAC) { p.accepted = a }
func (p *peer) Command(_ uint8, c *Command)    { p.commands = append(p.commands, *c) }
func (p *peer) ReleaseResponse()               { p.released = true }
func (p *peer) Abort(Abort)                    { p.aborted = true }
func (p *peer) Malformed(err error)            { p.t.Errorf("malformed: %v", err) }

func (p *peer) send(b []byte) {
	p.t.Helper()
	if _, err := p.conn.Write(b); err != nil {
		p.t.Fatal(err)
	}
}

// until reads until done.
func (p *peer) until(done func() bool) {
	p.t.Helper()
	b := make([]byte, 4096)
	_ = p.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	for !done() && !p.aborted {
		n, err := p.conn.Read(b)
		if err != nil {
			p.t.Fatal(err)
		}
		if err := p.decoder.Feed(b[:n]); err != nil {
			p.t.Fatal(err)
		}
	}
}

// TestStorescpStoresWhatWeSend sends objects to dcmtk's server in every plain
// syntax, in small fragments, and reads them back with dcmdump.
func TestStorescpStoresWhatWeSend(t *testing.T) {
	dir := t.TempDir()
	port := freePort(t)
	serve(t, port, "storescp", "-od", dir, "--prefer-uncompr", strconv.Itoa(port))
	for i, uid := range []string{ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian} {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		p := &peer{t: t, conn: conn}
		p.decoder = NewDecoder(nil, nil, p)
		rq := &AssociateRQ{
			Called: "STORESCP", Calling: "WARDROUND",
			Contexts: []OfferedContext{
				{ID: 1, AbstractSyntax: Verification, TransferSyntaxes: []string{ImplicitVRLittleEndian}},
				{ID: 3, AbstractSyntax: CTImageStorage, TransferSyntaxes: []string{uid}},
				{ID: 5, AbstractSyntax: "1.2.3.4.5.6", TransferSyntaxes: []string{uid}},
			},
			User: UserInformation{MaxLength: 16384, ImplementationClass: ImplementationClass, ImplementationVersion: "WARDROUND"},
		}
		p.send(rq.Append(nil))
		p.until(func() bool { return p.accepted != nil })
		if p.aborted || len(p.accepted.Contexts) != 3 || p.accepted.Contexts[1].Result != ContextAccepted || p.accepted.Contexts[1].TransferSyntax != uid || p.accepted.Contexts[2].Result != ContextAbstractSyntaxUnsupported {
			t.Fatalf("%s: %+v", uid, p.accepted)
		}
		p.send(AppendMessage(nil, 100, 1, &Command{Field: CEchoRQ, MessageID: 1, AffectedSOPClass: Verification}, nil))
		p.until(func() bool { return len(p.commands) == 1 })

		s, _ := SyntaxOf(uid)
		instance := fmt.Sprintf("1.2.3.4.%d", i)
		b := AppendText(nil, s, SOPClassUID, UI, CTImageStorage)
		b = AppendText(b, s, SOPInstanceUID, UI, instance)
		b = AppendText(b, s, Modality, CS, "CT")
		b = AppendText(b, s, PatientName, PN, "Doe^Jane")
		b = AppendText(b, s, StudyInstanceUID, UI, "1.2.3")
		b = AppendText(b, s, SeriesInstanceUID, UI, "1.2.3.4")
		b = AppendSequence(b, s, RequestAttributes, i == 0, AppendText(nil, s, 0x00401001, SH, "RP1"))
		p.send(AppendMessage(nil, 64, 3, &Command{Field: CStoreRQ, MessageID: 2, AffectedSOPClass: CTImageStorage, AffectedSOPInstance: instance, DataSet: true}, b))
		p.until(func() bool { return len(p.commands) == 2 })
		for n, c := range p.commands {
			if c.Status != StatusSuccess || int(c.RespondingTo) != n+1 {
				t.Errorf("%s: %v %+v", uid, c.Field, c)
			}
		}
		p.send(AppendReleaseRQ(nil))
		p.until(func() bool { return p.released })
		conn.Close() // storescp serves one connection at a time

		out := run(t, "dcmdump", filepath.Join(dir, "CT."+instance))
		for _, want := range []string{"(0002,0010) UI =" + syntaxNames[uid], "(0010,0010) PN [Doe^Jane]", "(0040,1001) SH [RP1]"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", uid, want, out)
			}
		}
	}
}

var syntaxNames = map[string]string{
	ImplicitVRLittleEndian: "LittleEndianImplicit", ExplicitVRLittleEndian: "LittleEndianExplicit", ExplicitVRBigEndian: "BigEndianExplicit",
}

// acceptor answers an association as a server would.
type acceptor struct {
	Ignore
	conn     net.Conn
	answered int
	patient  string
	context  uint8
	store    Command
}

func (a *acceptor) AssociateRequest(rq *AssociateRQ) {
	ac := &AssociateAC{Called: rq.Called, Calling: rq.Calling, User: UserInformation{MaxLength: 4096, ImplementationClass: ImplementationClass}}
	for _, c := range rq.Contexts {
		answer := AnsweredContext{ID: c.ID, Result: ContextAbstractSyntaxUnsupported, TransferSyntax: ImplicitVRLittleEndian}
		if c.AbstractSyntax == CTImageStorage {
			answer.Result, answer.TransferSyntax = ContextAccepted, c.TransferSyntaxes[0]
		}
		ac.Contexts = append(ac.Contexts, answer)
	}
	_, _ = a.conn.Write(ac.Append(nil))
}

func (a *acceptor) Command(context uint8, c *Command) { a.context, a.store = context, *c }
func (a *acceptor) Element(_ uint8, e *Element)       { a.patient = string(e.Bytes()) }

func (a *acceptor) DataSetEnd(uint8, DataSetEnd) {
	rsp := Command{Field: CStoreRSP, RespondingTo: a.store.MessageID, AffectedSOPClass: a.store.AffectedSOPClass, AffectedSOPInstance: a.store.AffectedSOPInstance}
	a.answered++
	_, _ = a.conn.Write(AppendMessage(nil, 0, a.context, &rsp, nil))
}

func (a *acceptor) ReleaseRequest() { _, _ = a.conn.Write(AppendReleaseRP(nil)) }

// TestStorescuAcceptsOurAnswers lets dcmtk's client store to a server of ours.
func TestStorescuAcceptsOurAnswers(t *testing.T) {
	dir := t.TempDir()
	file := objectFile(t, dir)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done := make(chan *acceptor, 1)
	go func() {
		a := &acceptor{}
		defer func() { done <- a }()
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		a.conn = conn
		d := NewDecoder(&Config{Want: NewTagSet(PatientID)}, &Negotiation{}, a)
		b := make([]byte, 1000)
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		for {
			n, err := conn.Read(b)
			if err != nil || d.Feed(b[:n]) != nil {
				return
			}
		}
	}()
	log := run(t, "storescu", "-v", "localhost", strconv.Itoa(l.Addr().(*net.TCPAddr).Port), file)
	l.Close()
	a := <-done
	if !strings.Contains(log, "Received Store Response (Success)") || !strings.Contains(log, "Releasing Association") || strings.Contains(log, "E:") {
		t.Errorf("storescu says\n%s", log)
	}
	if a.answered != 1 || a.patient != "P1" {
		t.Errorf("answered %d, patient %q", a.answered, a.patient)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}
