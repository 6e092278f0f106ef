package dicom

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"

	"github.com/wardround/wardround/format"
)

// requestorStream is what an association's requestor sends: every PDU it may,
// every message, data sets in several syntaxes and fragmentations.
func requestorStream() []byte {
	b := fullRequest().Append(nil)
	for i, c := range commands() {
		b = AppendMessage(b, uint32(16<<(i%8)), 1, &c, object(Syntax{Implicit: true}, 100*i))
	}
	// Several fragments in one PDU, of a command set and of its data set.
	store := Command{Field: CStoreRQ, MessageID: 500, AffectedSOPClass: CTImageStorage, DataSet: true}
	set, data := store.Append(nil), object(Syntax{}, 700)
	fragments := appendFragmented(nil, 40, 3, true, set)
	fragments = appendFragmented(fragments, 90, 3, false, data)
	var body []byte
	for len(fragments) > 0 {
		n := 6 + binary.BigEndian.Uint32(fragments[2:])
		body = append(body, fragments[6:n]...)
		fragments = fragments[n:]
	}
	b = binary.BigEndian.AppendUint32(append(b, byte(PDUData), 0), uint32(len(body)))
	b = append(b, body...)
	b = append(b, byte(PDUData), 0, 0, 0, 0, 0) // a P-DATA-TF with nothing in it
	b = AppendReleaseRQ(b)
	return AppendReleaseRP(b)
}

func acceptorStream() []byte {
	b := fullAcceptance().Append(nil)
	for _, c := range commands() {
		b = AppendMessage(b, 64, 1, &c, object(Syntax{Implicit: true}, 100))
	}
	b = Reject{Result: RejectedPermanent, Source: RejectedByUser, Reason: ReasonCalledTitle}.Append(b)
	return Abort{Source: AbortedByProvider, Reason: 6}.Append(b)
}

// agreed is the negotiation of fullRequest and fullAcceptance.
func agreed() *Negotiation {
	n := &Negotiation{}
	n.request(fullRequest())
	n.accept(fullAcceptance())
	return n
}

func TestAnySplitOfAStreamGivesTheSameEvents(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	cfg := &Config{Want: EveryTag(), Limits: Limits{Value: 32}}
	for name, stream := range map[string][]byte{"requestor": requestorStream(), "acceptor": acceptorStream()} {
		want := decode(cfg, agreed(), stream, whole).String()
		if strings.Contains(want, "malformed") || strings.Contains(want, "close") || strings.Contains(want, "error") {
			t.Fatalf("%s:\n%s", name, want)
		}
		if got := decode(cfg, agreed(), stream, single).String(); got != want {
			t.Fatalf("%s byte by byte:\n%s\nwhole:\n%s", name, got, want)
		}
		for _, most := range []int{3, 17, 100, 1460} {
			if got := decode(cfg, agreed(), stream, func() int { return 1 + rng.IntN(most) }).String(); got != want {
				t.Fatalf("%s in pieces of at most %d:\n%s\nwhole:\n%s", name, most, got, want)
			}
		}
	}
}

func TestEveryMessageIsSeen(t *testing.T) {
	r := decode(&Config{Want: NewTagSet(StationName)}, nil, requestorStream(), whole)
	count := func(prefix string) (n int) {
		for _, l := range r.lines {
			if strings.HasPrefix(l, prefix) {
				n++
			}
		}
		return n
	}
	var dataSets int
	for _, c := range commands() {
		if c.DataSet {
			dataSets++
		}
	}
	for prefix, want := range map[string]int{
		"request ": 1, "command ": len(commands()) + 1, "data set end ": dataSets + 1, "element ": dataSets + 1,
		"release request": 1, "release response": 1, "malformed": 0,
	} {
		if got := count(prefix); got != want {
			t.Errorf("%d lines of %q, want %d", got, prefix, want)
		}
	}
	want := fmt.Sprintf("data set end 3 %+v", DataSetEnd{Length: int64(len(object(Syntax{}, 700))), Complete: true})
	if !strings.Contains(r.String(), want) {
		t.Errorf("no %q in\n%s", want, r)
	}
}

func TestDataSyntaxFollowsTheNegotiation(t *testing.T) {
	n := &Negotiation{}
	client, server := NewDecoder(nil, n, Ignore{}), NewDecoder(nil, n, Ignore{})
	_ = client.Feed(fullRequest().Append(nil))
	if s, guess := n.syntax(3); !guess {
		t.Errorf("three syntaxes offered and %+v is sure", s)
	}
	if s, guess := n.syntax(1); guess || !s.Implicit {
		t.Errorf("one syntax offered and %+v, guess %v", s, guess)
	}
	_ = server.Feed(fullAcceptance().Append(nil))
	if s, guess := n.syntax(3); guess || s != (Syntax{}) {
		t.Errorf("explicit accepted and %+v, guess %v", s, guess)
	}
	if c, ok := n.Context(255); !ok || c.Accepted() || c.Result != ContextAbstractSyntaxUnsupported {
		t.Errorf("refused context %+v", c)
	}
	if len(n.Contexts()) != 3 {
		t.Errorf("contexts %+v", n.Contexts())
	}
}

func TestWhatIsNotDICOMEndsTheStream(t *testing.T) {
	for _, b := range [][]byte{{9, 0, 0, 0, 0, 4, 0, 0, 0, 0}, []byte("GET / HTTP/1.1\r\n"), {0, 0, 0, 0, 0, 0}} {
		d := NewDecoder(nil, nil, Ignore{})
		err := d.Feed(b)
		var e *format.Error
		if !errors.As(err, &e) || !errors.Is(err, format.ErrMalformed) || e.Offset != 0 {
			t.Errorf("%q: %v", b, err)
		}
		if again := d.Feed([]byte{1}); again != err {
			t.Errorf("afterwards: %v", again)
		}
		if d.Close() != err || d.Gap(10) != err {
			t.Error("the error is forgotten")
		}
	}
}

func TestMalformedUnitsAreReportedAndPassedOver(t *testing.T) {
	echo := Command{Field: CEchoRQ, MessageID: 1, AffectedSOPClass: Verification}
	good := AppendMessage(nil, 0, 1, &echo, nil)
	pdu := func(body string) []byte {
		return append(binary.BigEndian.AppendUint32([]byte{4, 0}, uint32(len(body))), body...)
	}
	huge := append([]byte{1, 0}, 0, 16, 0, 0)
	huge = append(huge, make([]byte, 1<<20)...)
	tests := map[string]struct {
		b     []byte
		cause error
	}{
		"PDV longer than its PDU":         {pdu("\x00\x00\x00\x50\x01\x03rubbish"), format.ErrMalformed},
		"PDV of length 1":                 {pdu("\x00\x00\x00\x01\x01\x03rubbish"), format.ErrMalformed},
		"PDU too short for a PDV":         {pdu("\x00\x00\x00"), format.ErrMalformed},
		"command set of rubbish":          {AppendPData(nil, 1, true, true, []byte("rubbish rubbish")), format.ErrMalformed},
		"association PDU of a megabyte":   {huge, format.ErrLimit},
		"association PDU without titles":  {[]byte{1, 0, 0, 0, 0, 2, 0, 1}, format.ErrTruncated},
		"reject of two bytes":             {[]byte{3, 0, 0, 0, 0, 2, 0, 1}, format.ErrTruncated},
		"abort of no bytes":               {[]byte{7, 0, 0, 0, 0, 0}, format.ErrTruncated},
		"command set of 100 kB":           {AppendMessage(nil, 1000, 1, &Command{Field: CEchoRQ, ErrorComment: strings.Repeat("x", 100_000)}, nil), format.ErrLimit},
		"command set that breaks off":     {AppendPData(nil, 3, true, false, []byte("\x00\x00")), format.ErrTruncated},
		"command set behind a data set":   {append(AppendPData(nil, 1, true, false, []byte("\x00\x00")), AppendPData(nil, 1, false, true, nil)...), format.ErrTruncated},
		"data set in a third association": {AppendPData(nil, 7, true, true, nil), format.ErrMalformed},
	}
	for name, tt := range tests {
		stream := append(bytes.Clone(tt.b), good...)
		for _, next := range []func() int{whole, single} {
			r := &errorsOnly{}
			d := NewDecoder(nil, nil, r)
			for rest := stream; len(rest) > 0; {
				k := min(next(), len(rest))
				if err := d.Feed(rest[:k]); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				rest = rest[k:]
			}
			if len(r.errs) != 1 || !errors.Is(r.errs[0], tt.cause) {
				t.Errorf("%s: %v, want one %v", name, r.errs, tt.cause)
			}
			if r.commands != 1 {
				t.Errorf("%s: the message behind it was lost", name)
			}
			if err := d.Close(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

type errorsOnly struct {
	Ignore
	errs     []error
	commands int
}

func (r *errorsOnly) Malformed(err error)     { r.errs = append(r.errs, err) }
func (r *errorsOnly) Command(uint8, *Command) { r.commands++ }

func TestACutStreamIsSaidToBe(t *testing.T) {
	stream := AppendMessage(nil, 0, 1, &Command{Field: CStoreRQ, MessageID: 1, AffectedSOPClass: CTImageStorage, DataSet: true}, object(Syntax{}, 100))
	message := len(stream)
	stream = AppendReleaseRQ(stream)
	for n := range stream {
		d := NewDecoder(nil, nil, Ignore{})
		if err := d.Feed(stream[:n]); err != nil {
			t.Fatal(err)
		}
		err := d.Close()
		betweenPDUs := n == 0 || n == message || n == 6+int(binary.BigEndian.Uint32(stream[2:]))
		if (err == nil) != betweenPDUs || err != nil && !errors.Is(err, format.ErrTruncated) {
			t.Errorf("cut at %d of %d: %v", n, len(stream), err)
		}
		if d.Close() != err {
			t.Errorf("cut at %d: second Close differs", n)
		}
	}
}

func TestAnIdleDecoderIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(Decoder{}); size > 192 {
		t.Errorf("a decoder is %d bytes", size)
	}
	if size := unsafe.Sizeof(Conversation{}); size > 576 {
		t.Errorf("a conversation is %d bytes", size)
	}
	d := NewDecoder(nil, nil, Ignore{})
	_ = d.Feed(requestorStream())
	if d.body != nil || d.msg.set != nil {
		t.Errorf("holds %d and %d bytes between messages", len(d.body), len(d.msg.set))
	}
}

func TestPixelDataIsPassedWithoutAllocation(t *testing.T) {
	d := NewDecoder(&Config{Want: NewTagSet(Modality)}, agreed(), Ignore{})
	store := Command{Field: CStoreRQ, MessageID: 1, AffectedSOPClass: CTImageStorage, AffectedSOPInstance: "1.2.3", DataSet: true}
	message := AppendMessage(nil, 16384, 3, &store, object(Syntax{}, 1<<20))
	_ = d.Feed(message)
	if allocs := testing.AllocsPerRun(5, func() { _ = d.Feed(message) }); allocs > 0 {
		t.Errorf("%v allocations for a C-STORE like the one before", allocs)
	}
}
