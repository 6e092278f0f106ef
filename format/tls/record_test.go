package tls

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"
)

// event is what a decoder told, in comparable form.
type event struct {
	Dir     Direction
	Message Message
	Err     string // of an Unreadable
}

type recorder struct{ events []event }

func (r *recorder) Message(d Direction, m Message) {
	e := event{Dir: d, Message: m}
	if u, ok := m.(*Unreadable); ok {
		e.Message, e.Err = &Unreadable{Type: u.Type}, u.Err.Error()
	}
	r.events = append(r.events, e)
}

// chunk is some bytes of a stream, or lost ones when p is nil.
type chunk struct {
	p   []byte
	gap int64
}

// decode feeds chunks of one direction, cut by cut.
func decode(dir Direction, l Limits, cut func(n int) int, chunks ...chunk) ([]event, *Decoder, error) {
	var r recorder
	d := NewDecoder(dir, l, &r)
	var err error
	for _, c := range chunks {
		if c.p == nil {
			err = d.Gap(c.gap)
			continue
		}
		for p := c.p; len(p) > 0; {
			n := min(max(cut(len(p)), 1), len(p))
			buf := append([]byte(nil), p[:n]...)
			err = d.Feed(buf)
			clear(buf) // what was told must not point into what was fed
			p = p[n:]
		}
	}
	if err == nil {
		err = d.Close()
	}
	return r.events, d, err
}

func whole(n int) int { return n }
func singly(int) int  { return 1 }
func random(seed uint64) func(int) int {
	rng := rand.New(rand.NewPCG(seed, 11))
	return func(n int) int { return 1 + rng.IntN(min(n, 300)) }
}

// wiretap is a connection that remembers what is written to it.
type wiretap struct {
	net.Conn
	mu    *sync.Mutex
	order *[]Flight
	from  Direction
}

func (w wiretap) Write(p []byte) (int, error) {
	w.mu.Lock()
	*w.order = append(*w.order, Flight{w.from, append([]byte(nil), p...)})
	w.mu.Unlock()
	return w.Conn.Write(p)
}

// sockets returns two connected ends. A net.Pipe will not do: without a buffer
// both ends of TLS 1.3 may wait for each other to read.
func sockets(t *testing.T) (a, b net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if a, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if b, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	_ = a.SetDeadline(deadline)
	_ = b.SetDeadline(deadline)
	return a, b
}

// talk lets Go's client and server shake hands, exchange 3,000 bytes and close;
// it returns what was written in which order and both ends' views.
func talk(t *testing.T, client, server *tls.Config) (flights []Flight, cs, ss tls.ConnectionState, cerr, serr error) {
	t.Helper()
	a, b := sockets(t)
	var mu sync.Mutex
	cc := tls.Client(wiretap{a, &mu, &flights, FromClient}, client)
	sc := tls.Server(wiretap{b, &mu, &flights, FromServer}, server)
	var both sync.WaitGroup
	both.Go(func() {
		defer b.Close()
		if serr = sc.Handshake(); serr != nil {
			return
		}
		ss = sc.ConnectionState()
		_, serr = io.CopyN(sc, sc, 1500)
		_ = sc.Close()
	})
	both.Go(func() {
		defer a.Close()
		if cerr = cc.Handshake(); cerr != nil {
			return
		}
		cs = cc.ConnectionState()
		if _, cerr = cc.Write(make([]byte, 1500)); cerr != nil {
			return
		}
		if _, cerr = io.ReadFull(cc, make([]byte, 1500)); cerr != nil {
			return
		}
		_, _ = cc.Read(make([]byte, 1)) // the server's close_notify, and its session tickets
		_ = cc.Close()
	})
	both.Wait()
	return flights, cs, ss, cerr, serr
}

func read(t *testing.T, flights []Flight, cut func(int) int) *Conversation {
	t.Helper()
	c := NewConversation(Limits{})
	for _, f := range flights {
		d := c.Client
		if f.From == FromServer {
			d = c.Server
		}
		for p := f.Bytes; len(p) > 0; {
			n := min(max(cut(len(p)), 1), len(p))
			if err := d.Feed(p[:n]); err != nil {
				t.Fatalf("%s: %v", f.From, err)
			}
			p = p[n:]
		}
	}
	return c
}

var (
	begin = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	end   = time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC)
)

func mint(t testing.TB, seed string, p Profile, issuer *Identity) *Identity {
	t.Helper()
	if p.NotBefore.IsZero() {
		p.NotBefore, p.NotAfter, p.Serial = begin, end, 17
	}
	id, err := Mint(seed, p, issuer)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// chain returns an authority and a certificate for ehr.example by it.
func chain(t testing.TB, key KeyType) (ca, leaf *Identity) {
	ca = mint(t, "ca", Profile{CommonName: "Ward CA", Organization: "Ward", CA: true}, nil)
	return ca, mint(t, "ehr", Profile{CommonName: "ehr.example", DNSNames: []string{"ehr.example", "fhir.example"}, Key: key}, ca)
}

func goConfigs(t testing.TB, key KeyType) (client, server *tls.Config) {
	ca, leaf := chain(t, key)
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	server = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{leaf.DER, ca.DER}, PrivateKey: leaf.signer}},
		ClientCAs: pool, Time: func() time.Time { return begin.AddDate(1, 0, 0) }, MinVersion: tls.VersionTLS10}
	client = &tls.Config{RootCAs: pool, ServerName: "ehr.example", Time: server.Time, MinVersion: tls.VersionTLS10}
	return client, server
}

// stable holds the digests of [TestMintIsStable].
var stable = map[string]string{"ED25519": "ddae1fbb4c2cf89a", "ECDSA": "3afaec2289804fe5", "RSA": "555e673a8d0aef03"}

func hexText(b []byte) string { return fmt.Sprintf("%x", b) }
