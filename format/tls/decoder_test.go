package tls

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
)

// sides returns what each end sends in a script, application data included.
func sides(s Script) (client, server []byte) {
	p := s.Begin()
	for _, f := range p.Flights {
		if f.From == FromClient {
			client = append(client, f.Bytes...)
		} else {
			server = append(server, f.Bytes...)
		}
	}
	client = p.AppendClose(p.AppendData(client, FromClient, 3000), FromClient)
	return client, p.AppendData(server, FromServer, 20_000)
}

func TestScriptsAreReadBack(t *testing.T) {
	for name, s := range scripts(t) {
		t.Run(name, func(t *testing.T) {
			p := s.Begin()
			c := read(t, p.Flights, random(1))
			got := &c.Session
			if diff := cmp.Diff(p.Hello.mustRead(t).JA4(), got.Hello.JA4()); diff != "" {
				t.Error(diff)
			}
			if got.Hello.ServerName != s.ServerName || !cmp.Equal(got.Hello.ALPN, s.ALPN) || !got.Done() {
				t.Errorf("name %q, protocols %q, done %v", got.Hello.ServerName, got.Hello.ALPN, got.Done())
			}
			if s.Refuse != 0 {
				if len(got.Alerts) != 1 || got.Alerts[0] != (Alert{Fatal, s.Refuse}) || got.Established() {
					t.Errorf("alerts %v", got.Alerts)
				}
				return
			}
			if got.Version() != p.Version || got.Server.CipherSuite != p.Suite || got.Resumed() != s.Resume {
				t.Errorf("%s %s resumed %v", got.Version(), got.Server.CipherSuite, got.Resumed())
			}
			switch {
			case p.Version >= TLS13:
				if got.Certificates() != Encrypted {
					t.Error(got.Certificates())
				}
			case s.Resume:
				if got.Certificates() != Omitted {
					t.Error(got.Certificates())
				}
			default:
				if diff := cmp.Diff(s.Chain, got.ServerChain.Chain); diff != "" {
					t.Error(diff)
				}
				if (got.Request != nil) != s.Mutual || s.Mutual && len(got.ClientChain.Chain) != len(s.ClientChain) {
					t.Errorf("request %v, client chain %v", got.Request, got.ClientChain)
				}
			}
		})
	}
}

// The same seed gives the same bytes, another seed others.
func TestScriptIsDeterministic(t *testing.T) {
	a, b := scripts(t), scripts(t)
	for name := range a {
		ac, as := sides(a[name])
		bc, bs := sides(b[name])
		if !bytes.Equal(ac, bc) || !bytes.Equal(as, bs) {
			t.Errorf("%s differs", name)
		}
		other := a[name]
		other.Seed += "x"
		if oc, _ := sides(other); bytes.Equal(ac, oc) {
			t.Errorf("%s does not depend on the seed", name)
		}
	}
}

// The same bytes give the same messages, however they are cut and wherever bytes
// are missing.
func TestSplitsDoNotMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, s := range scripts(t) {
		client, server := sides(s)
		for round := range uint64(24) {
			dir, stream := FromClient, client
			if round%2 == 1 {
				dir, stream = FromServer, server
			}
			stream = stream[:min(len(stream), 6000)]
			chunks := []chunk{{p: stream}}
			if round%4 > 1 {
				from := rng.IntN(min(len(stream), 2000))
				to := from + 1 + rng.IntN(len(stream)-from-1)
				chunks = []chunk{{p: stream[:from:from]}, {gap: int64(to - from)}, {p: stream[to:]}}
				if round%3 == 0 {
					chunks = []chunk{{gap: 0}, {p: stream[from:]}}
				}
			}
			if round%5 == 0 {
				stream = bytes.Clone(stream)
				chunks = []chunk{{p: stream}}
				stream[rng.IntN(min(len(stream), 800))] ^= byte(1 + rng.IntN(255))
			}
			want, dw, errWant := decode(dir, Limits{}, whole, chunks...)
			for _, cut := range []func(int) int{singly, random(round)} {
				got, dg, errGot := decode(dir, Limits{}, cut, chunks...)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%s, round %d:\n%s", name, round, diff)
				}
				if fmt.Sprint(errWant) != fmt.Sprint(errGot) || dw.Lost() != dg.Lost() || dw.Records() != dg.Records() ||
					dw.ApplicationBytes() != dg.ApplicationBytes() {
					t.Fatalf("%s, round %d: %v, %d lost, cut %v, %d lost", name, round, errWant, dw.Lost(), errGot, dg.Lost())
				}
			}
		}
	}
}

// Handshake messages do not care for records: one may run through several, and
// one record may hold several (RFC 8446 §5.1).
func TestMessagesRunThroughRecords(t *testing.T) {
	ca, leaf := chain(t, ECDSAKey)
	messages := Script{Seed: "s", Chain: [][]byte{leaf.DER, ca.DER}}.Begin()
	var content []byte
	for b := messages.Flights[1].Bytes; len(b) > 0; b = b[5+int(b[3])<<8+int(b[4]):] {
		content = append(content, b[5:5+int(b[3])<<8+int(b[4])]...)
	}
	want, _, err := decode(FromServer, Limits{}, whole, chunk{p: messages.Flights[1].Bytes})
	if err != nil || len(want) != 4 {
		t.Fatal(want, err)
	}
	for _, size := range []int{1, 3, 100, len(content)} {
		var stream []byte
		for p := content; len(p) > 0; p = p[min(size, len(p)):] {
			stream = AppendRecord(stream, RecordHandshake, TLS12, p[:min(size, len(p))])
		}
		got, _, err := decode(FromServer, Limits{}, random(9), chunk{p: stream})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("records of %d bytes:\n%s", size, diff)
		}
	}
}

func TestV2Hello(t *testing.T) {
	body := []byte{1, 3, 1, 0, 9, 0, 0, 0, 16, 0, 0, 0x2f, 1, 0, 0x80, 0, 0, 0x0a}
	body = append(body, bytes.Repeat([]byte{7}, 16)...)
	stream := append([]byte{0x80, byte(len(body))}, body...)
	stream = AppendRecord(stream, RecordAlert, TLS10, []byte{1, 0})
	for _, cut := range []func(int) int{whole, singly} {
		got, _, err := decode(FromClient, Limits{}, cut, chunk{p: stream})
		if err != nil || len(got) != 2 {
			t.Fatal(got, err)
		}
		h := got[0].Message.(*ClientHello)
		if !h.V2 || h.Offered() != TLS10 || !cmp.Equal(h.CipherSuites, []CipherSuite{0x2f, 0x0a}) || h.Random[15] != 0 || h.Random[16] != 7 {
			t.Errorf("%+v", h)
		}
	}
	if _, _, err := decode(FromServer, Limits{}, whole, chunk{p: stream}); !errors.Is(err, format.ErrMalformed) {
		t.Errorf("from a server: %v", err)
	}
}

func TestLimits(t *testing.T) {
	big := &Certificates{Chain: [][]byte{bytes.Repeat([]byte{1}, 5000)}}
	many := &Certificates{}
	for i := range 20 {
		many.Chain = append(many.Chain, []byte{byte(i)})
	}
	stream := AppendRecord(nil, RecordHandshake, TLS12, append(big.Append(nil), many.Append(nil)...))
	for _, cut := range []func(int) int{whole, singly} {
		got, d, err := decode(FromServer, Limits{Message: 1000, Chain: 3}, cut, chunk{p: stream})
		if err != nil {
			t.Fatal(err)
		}
		want := []event{
			{FromServer, &Unreadable{Type: MessageCertificate}, "tls: Certificate message at byte 9: over limit"},
			{FromServer, &Certificates{Chain: [][]byte{{0}, {1}, {2}}, Dropped: 17}, ""},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if cap(d.message) > 1000 {
			t.Errorf("holds %d bytes", cap(d.message))
		}
	}
	// A message that announces 16 MiB costs nothing until its bytes come.
	d := NewDecoder(FromServer, Limits{Message: 1 << 30}, Func(func(Direction, Message) {}))
	if err := d.Feed([]byte("\x16\x03\x03\x40\x00\x0b\xff\xff\xff")); err != nil || cap(d.message) > 16 {
		t.Errorf("%v, holds %d bytes", err, cap(d.message))
	}
}

func TestBroken(t *testing.T) {
	h := Script{Seed: "x"}.Begin().Flights[0].Bytes
	for name, tt := range map[string]struct {
		stream []byte
		want   error
		told   error // by an Unreadable
	}{
		"HTTP":                     {[]byte("GET / HTTP/1.1\r\n"), format.ErrMalformed, nil},
		"record too long":          {[]byte{22, 3, 3, 0x48, 1, 0}, format.ErrMalformed, nil},
		"record of version 4":      {[]byte{22, 4, 0, 0, 1, 0}, format.ErrMalformed, nil},
		"ends in a record":         {h[:len(h)-1], format.ErrTruncated, format.ErrTruncated},
		"ends in a header":         {h[:3], format.ErrTruncated, nil},
		"hello with surplus":       {AppendRecord(nil, RecordHandshake, TLS12, append([]byte{1, 0, 0, 44}, make([]byte, 44)...)), nil, format.ErrMalformed},
		"hello too short":          {AppendRecord(nil, RecordHandshake, TLS12, []byte{1, 0, 0, 2, 3, 3}), nil, format.ErrMalformed},
		"message never finished":   {AppendRecord(AppendRecord(nil, RecordHandshake, TLS12, []byte{11, 0, 1, 0, 9}), RecordChangeCipherSpec, TLS12, []byte{1}), nil, format.ErrTruncated},
		"certificates overlapping": {AppendRecord(nil, RecordHandshake, TLS12, []byte{11, 0, 0, 6, 0, 0, 3, 0, 0, 9}), nil, format.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			var told error
			d := NewDecoder(FromClient, Limits{}, Func(func(_ Direction, m Message) {
				if u, ok := m.(*Unreadable); ok {
					told = u.Err
				}
			}))
			err := d.Feed(tt.stream)
			if e := d.Close(); err == nil {
				err = e
			}
			if !errors.Is(err, tt.want) || !errors.Is(told, tt.told) {
				t.Errorf("error %v, told %v", err, told)
			}
		})
	}
}

// Bytes lost in application data cost nothing; lost in the handshake they are
// told, and records are found again behind them.
func TestGaps(t *testing.T) {
	ca, leaf := chain(t, Ed25519Key)
	_, server := sides(Script{Seed: "g", Chain: [][]byte{leaf.DER, ca.DER}})
	at := bytes.Index(server, leaf.DER) + 50

	got, d, err := decode(FromServer, Limits{}, random(2), chunk{p: server[:len(server)-9000]}, chunk{gap: 5000}, chunk{p: server[len(server)-4000:]})
	all, all2, _ := decode(FromServer, Limits{}, whole, chunk{p: server})
	if diff := cmp.Diff(all, got); diff != "" || err != nil || d.Lost() != 0 || d.ApplicationBytes() != all2.ApplicationBytes() {
		t.Errorf("gap in application data: %v, %d lost\n%s", err, d.Lost(), diff)
	}

	for name, n := range map[string]int{"inside the record": 100, "over its end": 2500} {
		c := NewConversation(Limits{})
		for _, step := range []func() error{
			func() error { return c.Server.Feed(server[:at]) },
			func() error { return c.Server.Gap(int64(n)) },
			func() error { return c.Server.Feed(server[at+n:]) },
		} {
			if err := step(); err != nil {
				t.Fatal(err)
			}
		}
		if !c.Session.Incomplete || c.Session.Server == nil || c.Session.Certificates() != Missed {
			t.Errorf("%s: incomplete %v, certificates %s", name, c.Session.Incomplete, c.Session.Certificates())
		}
		if c.Server.ApplicationBytes() < 3_000 {
			t.Errorf("%s: %d bytes of application data found again", name, c.Server.ApplicationBytes())
		}
	}

	// A capture that began in the middle, and one that only says so.
	middle, d, err := decode(FromServer, Limits{}, random(4), chunk{gap: 0}, chunk{p: server[len(server)-19_000:]})
	if err != nil || d.ApplicationBytes() == 0 || len(middle) == 0 {
		t.Errorf("mid-stream: %v, %v", middle, err)
	}
	fresh, _, err := decode(FromServer, Limits{}, random(4), chunk{gap: 0}, chunk{p: server})
	if err != nil || len(fresh) < 3 {
		t.Fatal(fresh, err)
	}
	if _, ok := fresh[1].Message.(*ServerHello); !ok {
		t.Errorf("a hello behind Gap(0) is not read: %v", fresh)
	}
}

func TestFeedDoesNotAllocate(t *testing.T) {
	p := Script{Seed: "alloc"}.Begin()
	data := p.AppendData(nil, FromServer, 1400)
	c := NewConversation(Limits{})
	if n := testing.AllocsPerRun(1000, func() {
		if err := c.Server.Feed(data[:700]); err != nil {
			t.Fatal(err)
		}
		if err := c.Server.Feed(data[700:]); err != nil {
			t.Fatal(err)
		}
	}); n > 0.1 {
		t.Errorf("%v allocations per record", n)
	}
}

func TestRecognise(t *testing.T) {
	p := Script{Seed: "r"}.Begin()
	client, server := p.Flights[0].Bytes, p.Flights[1].Bytes
	v2 := []byte{0x80, 0x1c, 1, 3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 0x2f}
	for name, tt := range map[string]struct {
		p              []byte
		client, server format.Match
	}{
		"ClientHello":        {client, format.Yes, format.Likely},
		"ServerHello":        {server, format.Likely, format.Yes},
		"SSL 2.0 hello":      {v2, format.Yes, format.No},
		"application data":   {p.AppendData(nil, FromClient, 10), format.Likely, format.Likely},
		"refusal":            {[]byte{21, 3, 3, 0, 2, 2, 40}, format.Likely, format.Likely},
		"nothing":            {nil, format.More, format.More},
		"one byte":           {[]byte{22}, format.More, format.More},
		"header":             {client[:5], format.More, format.More},
		"HTTP":               {[]byte("GET /"), format.No, format.No},
		"MQTT":               {[]byte{0x10, 0x10, 0, 4, 'M'}, format.No, format.No},
		"MLLP":               {[]byte("\x0bMSH|"), format.No, format.No},
		"DICOM":              {[]byte{1, 0, 0, 0, 0, 0xcd, 0, 1}, format.No, format.No},
		"SSH":                {[]byte("SSH-2.0-x"), format.No, format.No},
		"zeros":              {make([]byte, 20), format.No, format.No},
		"SSL 2.0, wrong sum": {[]byte{0x80, 0x1d, 1, 3, 1, 0, 3, 0, 0, 0, 16, 0}, format.No, format.No},
	} {
		if got := RecogniseClient(tt.p); got != tt.client {
			t.Errorf("%s: client %d, want %d", name, got, tt.client)
		}
		if got := RecogniseServer(tt.p); got != tt.server {
			t.Errorf("%s: server %d, want %d", name, got, tt.server)
		}
	}
}
