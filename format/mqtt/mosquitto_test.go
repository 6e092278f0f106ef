package mqtt

import (
	"bufio"
	"bytes"
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

// broker is a running mosquitto and, in front of it, a relay that decodes what
// passes through.
type broker struct {
	t      *testing.T
	addr   string // of the relay
	direct string // of mosquitto
	log    string // file

	mu   sync.Mutex
	seen map[string][]string // client id → lines as the broker's log has them
	errs []error
	wait sync.WaitGroup
}

func startBroker(t *testing.T, settings string) *broker {
	if testing.Short() {
		t.Skip("talks to mosquitto")
	}
	t.Helper()
	program := testkit.Need(t, "mosquitto")
	dir := t.TempDir()
	b := &broker{t: t, direct: freeAddr(t), log: filepath.Join(dir, "log"), seen: map[string][]string{}}
	_, port, _ := net.SplitHostPort(b.direct)
	conf := filepath.Join(dir, "conf")
	text := fmt.Sprintf("listener %s 127.0.0.1\nlog_type all\nlog_dest file %s\nuser root\n%s\n", port, b.log, settings)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-c", conf)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for range 100 {
		if c, err := net.Dial("tcp", b.direct); err == nil {
			c.Close()
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	b.addr = l.Addr().String()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b.wait.Add(1)
			go b.relay(c)
		}
	}()
	return b
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// relay passes bytes both ways, through decoders under one lock.
func (b *broker) relay(client net.Conn) {
	defer b.wait.Done()
	defer client.Close()
	server, err := net.Dial("tcp", b.direct)
	if err != nil {
		return
	}
	defer server.Close()
	id := "?"
	c := NewConversation(Limits{}, Func(func(d Direction, p Packet) {
		if p, ok := p.(*Connect); ok {
			id = string(p.ClientID)
		}
		b.seen[id] = append(b.seen[id], logLine(d, p))
	}))
	var both sync.WaitGroup
	pass := func(from, to net.Conn, d *Decoder) {
		buf := make([]byte, 700)
		for {
			n, err := from.Read(buf)
			if n > 0 {
				b.mu.Lock()
				if err := d.Feed(buf[:n]); err != nil {
					b.errs = append(b.errs, err)
				}
				b.mu.Unlock()
				if _, err := to.Write(buf[:n]); err != nil {
					return
				}
			}
			if err != nil {
				if c, ok := to.(*net.TCPConn); ok {
					_ = c.CloseWrite()
				}
				return
			}
		}
	}
	both.Go(func() { pass(client, server, c.ToServer) })
	both.Go(func() { pass(server, client, c.ToClient) })
	both.Wait()
}

// logLine says of a packet what mosquitto logs of it.
func logLine(d Direction, p Packet) string {
	verb := "Received"
	if d == ToClient {
		verb = "Sending"
	}
	s := verb + " " + p.Type().String()
	bit := func(on bool) int {
		if on {
			return 1
		}
		return 0
	}
	switch p := p.(type) {
	case *Publish:
		s += fmt.Sprintf(" (d%d, q%d, r%d, m%d, '%s', ... (%d bytes))", bit(p.Dup), p.QoS, bit(p.Retain), p.PacketID, p.Topic, p.PayloadSize)
	case *ConnAck:
		s += fmt.Sprintf(" (%d, %d)", bit(p.SessionPresent), p.Code)
	case *Ack:
		s += fmt.Sprintf(" m%d", p.PacketID)
	case *Subscribe:
		for f := range p.Filters.All() {
			if p.Off {
				s += " " + string(f.Filter)
				continue
			}
			s += fmt.Sprintf(" %s (QoS %d)", f.Filter, f.QoS)
		}
	}
	return s
}

var (
	logged  = regexp.MustCompile(`^\d+: (Received|Sending) ([A-Z]+) (?:from|to) (\S+)(?: \((.*)\))?$`)
	filter  = regexp.MustCompile(`^\d+: \t(.*)$`)
	ackID   = regexp.MustCompile(`(?:m|Mid: )(\d+)`)
	noAlias = regexp.MustCompile(`\(null\)`)
)

// brokerLog reads mosquitto's log into the same lines, per client.
func (b *broker) brokerLog() map[string][]string {
	text, err := os.ReadFile(b.log)
	if err != nil {
		b.t.Fatal(err)
	}
	out := map[string][]string{}
	last := ""
	for s := bufio.NewScanner(bytes.NewReader(text)); s.Scan(); {
		if m := filter.FindStringSubmatch(s.Text()); m != nil && last != "" {
			i := len(out[last]) - 1
			out[last][i] += " " + m[1]
			continue
		}
		m := logged.FindStringSubmatch(s.Text())
		if m == nil {
			continue
		}
		last = ""
		line := m[1] + " " + m[2]
		switch m[2] {
		case "PUBLISH", "CONNACK":
			line += " (" + noAlias.ReplaceAllString(m[4], "") + ")"
		case "PUBACK", "PUBREC", "PUBREL", "PUBCOMP":
			line += " m" + ackID.FindStringSubmatch(m[4])[1]
		case "SUBSCRIBE", "UNSUBSCRIBE":
			last = m[3]
		}
		out[m[3]] = append(out[m[3]], line)
	}
	return out
}

// compare checks, per client, that the relay saw what the broker says it
// received and sent. The broker does not log CONNECT in this form.
func (b *broker) compare(clients ...string) {
	b.t.Helper()
	b.wait.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, err := range b.errs {
		b.t.Error(err)
	}
	log := b.brokerLog()
	for _, id := range clients {
		var got []string
		for _, s := range b.seen[id] {
			if s != "Received CONNECT" {
				got = append(got, s)
			}
		}
		// Broker and relay may order what goes each way differently.
		if diff := cmp.Diff(byVerb(log[id]), byVerb(got)); diff != "" || len(got) == 0 {
			b.t.Errorf("%s: broker's log against decoder:\n%s", id, diff)
		}
	}
}

func byVerb(list []string) (out [2][]string) {
	for _, s := range list {
		if strings.HasPrefix(s, "Received") {
			out[0] = append(out[0], s)
		} else {
			out[1] = append(out[1], s)
		}
	}
	return out
}

func (b *broker) run(program string, args ...string) {
	b.t.Helper()
	host, port, _ := net.SplitHostPort(b.addr)
	cmd := exec.Command(testkit.Need(b.t, program), append([]string{"-h", host, "-p", port}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.t.Logf("%s %v: %v\n%s", program, args, err, out) // a refused client fails
	}
}

func TestMosquittoClients(t *testing.T) {
	b := startBroker(t, "allow_anonymous true")
	var subscriber sync.WaitGroup
	for _, v := range []string{"mqttv31", "mqttv311", "mqttv5"} {
		subscriber.Go(func() {
			b.run("mosquitto_sub", "-V", v, "-i", "sub-"+v, "-t", "vitals/#", "-t", "cmd/+/set", "-q", "2", "-C", "9", "-W", "20")
		})
	}
	b.subscribed(3)
	var clients []string
	for _, v := range []string{"mqttv31", "mqttv311", "mqttv5"} {
		for q := range 3 {
			id := fmt.Sprintf("pump-%s-%d", v, q)
			args := []string{"-V", v, "-i", id, "-q", strconv.Itoa(q), "-t", "vitals/bed1/hr", "-m", strings.Repeat("7", 1+q*400), "-u", "gw", "-P", "secret"}
			if v == "mqttv5" {
				args = append(args, "-D", "publish", "message-expiry-interval", "60", "-D", "publish", "user-property", "ward", "icu",
					"-D", "connect", "session-expiry-interval", "10")
			}
			b.run("mosquitto_pub", args...)
			clients = append(clients, id)
		}
		clients = append(clients, "sub-"+v)
	}
	subscriber.Wait()
	b.compare(clients...)
}

// subscribed waits until n subscriptions were answered.
func (b *broker) subscribed(n int) {
	b.t.Helper()
	for range 200 {
		text, _ := os.ReadFile(b.log)
		if bytes.Count(text, []byte("Sending SUBACK")) >= n {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatal("subscribers did not come")
}

func TestMosquittoRefusal(t *testing.T) {
	b := startBroker(t, "allow_anonymous false")
	b.run("mosquitto_pub", "-V", "mqttv311", "-i", "old", "-t", "x", "-m", "y")
	b.run("mosquitto_pub", "-V", "mqttv5", "-i", "new", "-t", "x", "-m", "y")
	b.wait.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	want := map[string][]string{
		"old": {"Received CONNECT", "Sending CONNACK (0, 5)"},
		"new": {"Received CONNECT", fmt.Sprintf("Sending CONNACK (0, %d)", NotAuthorized)},
	}
	if diff := cmp.Diff(want, b.seen); diff != "" {
		t.Error(diff)
	}
}

// Mosquitto understands what the encoder writes, all that a client can send, and
// the decoder what comes back.
func TestMosquittoReadsTheEncoder(t *testing.T) {
	b := startBroker(t, "allow_anonymous true\nmax_topic_alias 10")
	for _, v := range []Version{Version31, Version311, Version5} {
		t.Run(v.String(), func(t *testing.T) {
			conn, err := net.Dial("tcp", b.addr)
			if err != nil {
				t.Fatal(err)
			}
			id := "own-" + v.String()
			alias := func(topic string) *Publish {
				p := &Publish{Topic: []byte(topic), Payload: []byte("1")}
				if v == Version5 {
					p.Properties = p.Properties.With(Property{ID: TopicAlias, Number: 3}).
						With(Property{ID: UserProperty, Key: []byte("k"), Value: []byte("v")})
				} else {
					p.Topic = []byte("own/t")
				}
				return p
			}
			packets := []Packet{
				&Connect{Version: v, CleanStart: true, KeepAlive: 30, ClientID: []byte(id), HasUserName: true, UserName: []byte("u"),
					HasPassword: true, Password: []byte("p"), HasWill: true, Will: Will{QoS: 1, Topic: []byte("own/will"), Payload: []byte("w")}},
				&Subscribe{PacketID: 1, Filters: Subscriptions(Subscription{Filter: []byte("own/#"), QoS: 2})},
				alias("own/t"), alias(""),
				&Publish{QoS: 1, PacketID: 2, Topic: []byte("own/q1"), Payload: make([]byte, 2000)},
				&Publish{QoS: 2, PacketID: 3, Topic: []byte("own/q2"), Payload: make([]byte, 20000)},
				&Ack{Of: PUBREL, PacketID: 3},
				&Subscribe{Off: true, PacketID: 4, Filters: Names("own/#")},
				&Ping{},
				&Disconnect{},
			}
			for i, p := range packets {
				if _, err := conn.Write(encode(t, v, p)); err != nil {
					t.Fatalf("packet %d: %v", i, err)
				}
				time.Sleep(30 * time.Millisecond) // so that answers come in order
			}
			_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			if _, err := io.Copy(io.Discard, conn); err != nil {
				t.Fatal(err)
			}
			conn.Close()
			b.compare(id)
			b.mu.Lock()
			defer b.mu.Unlock()
			text := strings.Join(b.seen[id], "\n")
			for _, want := range []string{
				"Sending CONNACK (0, 0)", "Sending SUBACK", "Sending PUBACK m2", "Sending PUBREC m3", "Sending PUBCOMP m3",
				"Sending PUBLISH (d0, q0, r0, m0, 'own/t', ... (1 bytes))", "Sending UNSUBACK", "Sending PINGRESP",
			} {
				if !strings.Contains(text, want) {
					t.Errorf("%q is missing in\n%s", want, text)
				}
			}
		})
	}
}
