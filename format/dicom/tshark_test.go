package dicom

import (
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/internal/testkit"
)

// account is what one direction carries, as either dissector tells it.
type account struct {
	PDUs     []string // type and length
	Control  []string // titles, contexts, user information, refusals, aborts
	Commands []string // context, message, id, status, and each element of the set
	Elements []string // tag, length and first bytes of each data element
}

// accountPrefix is how many bytes of an element's value are compared.
const accountPrefix = 128

// field is an element of tshark's PDML.
type field struct {
	Name     string  `xml:"name,attr"`
	Show     string  `xml:"show,attr"`
	ShowName string  `xml:"showname,attr"`
	Value    string  `xml:"value,attr"`
	Fields   []field `xml:"field"`
}

type packet struct {
	Protos []field `xml:"proto"`
}

// tshark dissects a capture.
func tshark(t *testing.T, file string) map[direction]*account {
	t.Helper()
	cmd := exec.Command(testkit.Need(t, "tshark"), "-r", file, "-Y", "dicom", "-T", "pdml")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	accounts := map[direction]*account{}
	dec := xml.NewDecoder(out)
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "packet" {
			continue
		}
		var p packet
		if err := dec.DecodeElement(&p, &start); err != nil {
			t.Fatal(err)
		}
		var d direction
		for _, proto := range p.Protos {
			switch proto.Name {
			case "tcp":
				for _, f := range proto.Fields {
					n, _ := strconv.Atoi(f.Show)
					switch f.Name {
					case "tcp.stream":
						d.stream = n
					case "tcp.srcport":
						d.port = uint16(n)
					}
				}
			case "dicom":
				if accounts[d] == nil {
					accounts[d] = &account{}
				}
				accounts[d].dissected(proto.Fields)
			}
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return accounts
}

// commandShown matches "PDV, C-STORE-RSP ID=1 (Success)".
var commandShown = regexp.MustCompile(`^PDV, [CN]-[A-Z-]+ ID=`)

// elementShown matches "(0000,0110)          2 Message ID    1".
var elementShown = regexp.MustCompile(`^\(([0-9a-f]{4}),([0-9a-f]{4})\)\s+(-?\d+) `)

// dissected adds tshark's fields of one PDU, in order.
func (a *account) dissected(fields []field) {
	var add func(fields []field)
	control := func(format string, args ...any) { a.Control = append(a.Control, fmt.Sprintf(format, args...)) }
	text := func(f field) string { b, _ := hex.DecodeString(f.Value); return strings.Trim(string(b), " \x00") }
	var kind, contextID string
	add = func(fields []field) {
		for _, f := range fields {
			switch f.Name {
			case "dicom.pdu.type":
				kind = f.Show
			case "dicom.pdu.len":
				n, _ := strconv.ParseUint(kind, 0, 8)
				a.PDUs = append(a.PDUs, fmt.Sprintf("%v %s", PDUType(n), f.Show))
			case "dicom.assoc.ae.called", "dicom.assoc.ae.calling", "dicom.actx", "dicom.pctx.abss.syntax", "dicom.pctx.xfer.syntax", "dicom.userinfo.uid", "dicom.userinfo.version":
				control("%s %s", strings.TrimPrefix(f.Name, "dicom."), text(f))
			case "dicom.assoc.version", "dicom.max_pdu_len", "dicom.pctx.id", "dicom.pctx.result", "dicom.assoc.reject.result", "dicom.assoc.reject.source", "dicom.assoc.reject.reason", "dicom.assoc.abort.source", "dicom.assoc.abort.reason":
				n, _ := strconv.ParseUint(f.Show, 0, 32)
				control("%s %d", strings.TrimPrefix(f.Name, "dicom."), n)
			case "dicom.pdv.ctx":
				contextID = f.Show
			case "":
				if commandShown.MatchString(f.Show) {
					// The context comes inside, and so do the elements.
					defer func(said string) {
						a.Commands = append(a.Commands, fmt.Sprintf("%s in context %s", said, contextID))
					}(strings.TrimPrefix(f.Show, "PDV, "))
				}
				if m := elementShown.FindStringSubmatch(f.Show); m != nil {
					a.shown(m, f)
				}
			}
			add(f.Fields)
		}
	}
	add(fields)
}

// shown adds an element as tshark shows it; its value is the end of f.Value,
// which begins with the header.
func (a *account) shown(m []string, f field) {
	length, _ := strconv.ParseInt(m[3], 10, 64)
	b, _ := hex.DecodeString(f.Value)
	value := b[max(0, int64(len(b))-length):]
	line := fmt.Sprintf("(%s,%s) %d %x", m[1], m[2], length, value[:min(len(value), accountPrefix)])
	switch {
	case m[1] == "0000":
		a.Commands = append(a.Commands, line)
	case m[1] == "fffe" || strings.Contains(f.Show, "Sequence"):
		// Shown in another form when the length is undefined.
	default:
		a.Elements = append(a.Elements, line)
	}
}

// accountant makes an account of what a decoder reads.
type accountant struct {
	Ignore
	account
	t *testing.T
}

func (a *accountant) control(format string, args ...any) {
	a.Control = append(a.Control, fmt.Sprintf(format, args...))
}

func (a *accountant) PDU(t PDUType, length uint32, _ int64) {
	a.PDUs = append(a.PDUs, fmt.Sprintf("%v %d", t, length))
}

func (a *accountant) head(version uint16, called, calling, application string) {
	a.control("assoc.version %d", version)
	a.control("assoc.ae.called %s", called)
	a.control("assoc.ae.calling %s", calling)
	a.control("actx %s", application)
}

func (a *accountant) user(u UserInformation) {
	a.control("max_pdu_len %d", u.MaxLength)
	a.control("userinfo.uid %s", u.ImplementationClass)
	a.control("userinfo.version %s", u.ImplementationVersion)
}

func (a *accountant) AssociateRequest(rq *AssociateRQ) {
	a.head(rq.Version, rq.Called, rq.Calling, rq.ApplicationContext)
	for _, c := range rq.Contexts {
		a.control("pctx.id %d", c.ID)
		a.control("pctx.abss.syntax %s", c.AbstractSyntax)
		for _, s := range c.TransferSyntaxes {
			a.control("pctx.xfer.syntax %s", s)
		}
	}
	a.user(rq.User)
}

func (a *accountant) AssociateAccept(ac *AssociateAC) {
	a.head(ac.Version, ac.Called, ac.Calling, ac.ApplicationContext)
	for _, c := range ac.Contexts {
		a.control("pctx.id %d", c.ID)
		a.control("pctx.result %d", c.Result)
		a.control("pctx.xfer.syntax %s", c.TransferSyntax)
	}
	a.user(ac.User)
}

func (a *accountant) AssociateReject(r Reject) {
	a.control("assoc.reject.result %d", r.Result)
	a.control("assoc.reject.source %d", r.Source)
	a.control("assoc.reject.reason %d", r.Reason)
}

func (a *accountant) Abort(b Abort) {
	a.control("assoc.abort.source %d", b.Source)
	a.control("assoc.abort.reason %d", b.Reason)
}

func (a *accountant) Command(context uint8, c *Command) {
	set := NewDataSetReader(&Config{Want: EveryTag()}, func(e *Element) {
		a.Commands = append(a.Commands, fmt.Sprintf("%v %d %x", e.Tag, e.Length, e.Value[:min(len(e.Value), accountPrefix)]))
	})
	set.Begin(Syntax{Implicit: true}, false)
	set.Feed(c.Append(nil))
	a.Commands = append(a.Commands, fmt.Sprintf("%s in context %d", sumShown(c), context))
}

func (a *accountant) Element(_ uint8, e *Element) {
	if e.VR == SQ {
		return
	}
	a.Elements = append(a.Elements, fmt.Sprintf("%v %d %x", e.Tag, e.Length, e.Value[:min(len(e.Value), accountPrefix)]))
}

func (a *accountant) Malformed(err error) { a.t.Errorf("malformed: %v", err) }

func (a *accountant) DataSetEnd(_ uint8, d DataSetEnd) {
	if d.Err != nil || !d.Complete || d.Missing != 0 {
		a.t.Errorf("data set %+v", d)
	}
}

// sumShown is how tshark sums a command set up, as far as the captures show it.
func sumShown(c *Command) string {
	if !c.Field.Response() {
		return fmt.Sprintf("%v ID=%d", c.Field, c.MessageID)
	}
	s := fmt.Sprintf("%v ID=%d", c.Field, c.RespondingTo)
	if c.Completed > 0 {
		s += fmt.Sprintf(" C=%d", c.Completed)
	}
	if c.Remaining > 0 {
		s += fmt.Sprintf(" R=%d", c.Remaining)
	}
	switch c.Status.Class() {
	case Success:
		s += " (Success)"
	case Pending:
	default:
		s += " (another status)"
	}
	return s
}

// TestAgreesWithTshark compares everything both can tell of every capture.
func TestAgreesWithTshark(t *testing.T) {
	for _, file := range captures(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			want := tshark(t, file)
			negotiations := map[int]*Negotiation{}
			decoders := map[direction]*Decoder{}
			accountants := map[direction]*accountant{}
			for _, s := range segments(t, file) {
				d := decoders[s.direction]
				if d == nil {
					if want[s.direction] == nil {
						if m := Recognise(s.data); m > format.More {
							t.Errorf("%v: recognised (%v), not by tshark", s.direction, m)
						}
						continue
					}
					if m := Recognise(s.data); m < format.Likely {
						t.Errorf("%v: not recognised (%v)", s.direction, m)
					}
					n := negotiations[s.stream]
					if n == nil {
						n = &Negotiation{}
						negotiations[s.stream] = n
					}
					a := &accountant{t: t}
					d = NewDecoder(&Config{Want: EveryTag()}, n, a)
					decoders[s.direction], accountants[s.direction] = d, a
				}
				if err := d.Feed(s.data); err != nil {
					t.Errorf("%v: %v", s.direction, err)
				}
			}
			for d, w := range want {
				got := accountants[d]
				if got == nil {
					t.Errorf("%v: only tshark saw it", d)
					continue
				}
				if diff := cmp.Diff(*w, got.account); diff != "" {
					t.Errorf("%v (-tshark +ours):\n%s", d, diff)
				}
				t.Logf("%v: %d PDUs, %d control facts, %d command facts, %d elements", d, len(w.PDUs), len(w.Control), len(w.Commands), len(w.Elements))
			}
		})
	}
}
