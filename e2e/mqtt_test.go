package e2e

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit"
)

// The broker listens without passwords on one port and with them on another, which
// is not the protocol's own.
const (
	openPort   = "1883"
	closedPort = "21884"
)

// broker starts mosquitto at the watched end.
func (n *network) broker(user, password string) *peer {
	n.Helper()
	secrets := filepath.Join(n.TempDir(), "passwords")
	if out, code := n.tool(server, "mosquitto_passwd", "-c", "-b", secrets, user, password); code != 0 {
		n.Fatalf("mosquitto_passwd: %s", out)
	}
	config := write(n, "mosquitto.conf", fmt.Sprintf(`user root
per_listener_settings true
log_type all
log_dest stderr
listener %s %s
allow_anonymous true
listener %s %s
allow_anonymous false
password_file %s
`, openPort, serverAddress, closedPort, serverAddress, secrets))
	p := n.start(server, testkit.Need(n, "mosquitto"), "-c", config)
	for _, port := range []string{openPort, closedPort} {
		number, _ := strconv.Atoi(port)
		n.listens(server, number)
	}
	return p
}

var (
	brokerLine   = regexp.MustCompile(`^\d+: (Received|Sending) (CONNACK|PUBLISH) (?:from|to) (\S+) \((.*)\)$`)
	brokerClient = regexp.MustCompile(`^\d+: New client connected from \S+ as (\S+) \(p(\d), c(\d), k(\d+)(?:, u'(.*)')?\)\.$`)
	brokerWish   = regexp.MustCompile(`^\d+: Received SUBSCRIBE from (\S+)$`)
	brokerFilter = regexp.MustCompile(`^\d+: \t(\S+) \(QoS \d\)$`)
	publication  = regexp.MustCompile(`^d\d, q(\d), r(\d), m\d+, '(.*)', \.\.\. \((\d+) bytes\)$`)
)

// brokerAccount is what mosquitto's log says happened.
func brokerAccount(t *testing.T, log string) (out []string) {
	t.Helper()
	messages, bytes := map[string]int{}, map[string]int{}
	wishes := map[string][]string{}
	last := ""
	for line := range strings.Lines(log) {
		line = strings.TrimSuffix(line, "\n")
		if m := brokerFilter.FindStringSubmatch(line); m != nil && last != "" {
			wishes[last] = append(wishes[last], m[1])
			continue
		}
		if m := brokerWish.FindStringSubmatch(line); m != nil {
			last = m[1]
		}
		if m := brokerClient.FindStringSubmatch(line); m != nil {
			version := map[string]string{"1": "3.1", "2": "3.1.1", "5": "5.0"}[m[2]]
			out = append(out, fmt.Sprintf("client %s %s clean %t keep alive %s user %t", m[1], version, m[3] == "1", m[4], m[5] != ""))
		}
		m := brokerLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if m[2] == "CONNACK" {
			_, code, _ := strings.Cut(m[4], ", ")
			out = append(out, fmt.Sprintf("answer to %s: %s", m[3], code))
			continue
		}
		p := publication.FindStringSubmatch(m[4])
		if p == nil {
			t.Fatalf("cannot read %q", line)
		}
		key := fmt.Sprintf("%s '%s' qos %s delivered %t", m[3], p[3], p[1], m[1] == "Sending")
		size, _ := strconv.Atoi(p[4])
		messages[key]++
		bytes[key] += size
	}
	for key, n := range messages {
		out = append(out, fmt.Sprintf("%s: %d messages, %d bytes", key, n, bytes[key]))
	}
	for id, filters := range wishes {
		out = append(out, id+" subscribes "+strings.Join(filters, " "))
	}
	return sorted(out)
}

// observedMQTT gives observations in the words of a brokerAccount.
func observedMQTT(t *testing.T, l objects) (out []string) {
	t.Helper()
	messages, bytes := map[string]int{}, map[string]int{}
	for _, o := range l.observations("mqtt.session", "mqtt.publish", "mqtt.subscribe") {
		x := fields[struct {
			Version   string   `json:"version"`
			ClientID  string   `json:"client_id"`
			Clean     bool     `json:"clean_start"`
			KeepAlive int      `json:"keep_alive_s"`
			User      bool     `json:"user"`
			Password  bool     `json:"password"`
			Result    string   `json:"result"`
			Code      int      `json:"code"`
			Topic     string   `json:"topic"`
			QoS       int      `json:"qos"`
			Delivered bool     `json:"delivered"`
			Messages  int      `json:"messages"`
			Bytes     int      `json:"bytes"`
			Filters   []string `json:"filters"`
			Answered  bool     `json:"answered"`
		}](t, o)
		switch o.Kind {
		case "mqtt.session":
			who := x.ClientID
			if x.Result == "refused" { // the broker's log then names the address only
				if who == "" {
					t.Errorf("nameless: %s", o.raw)
				}
				who = clientAddress
			}
			out = append(out, fmt.Sprintf("answer to %s: %d", who, x.Code))
			if x.Result == "accepted" {
				out = append(out, fmt.Sprintf("client %s %s clean %t keep alive %d user %t", x.ClientID, x.Version, x.Clean, x.KeepAlive, x.User))
			} else if x.Code == 0 {
				t.Errorf("refused with 0: %s", o.raw)
			}
			if x.User != x.Password {
				t.Errorf("a user without a password, or the other way: %s", o.raw)
			}
		case "mqtt.publish":
			key := fmt.Sprintf("%s '%s' qos %d delivered %t", x.ClientID, x.Topic, x.QoS, x.Delivered)
			messages[key] += x.Messages
			bytes[key] += x.Bytes
		case "mqtt.subscribe":
			if !x.Answered {
				t.Errorf("unanswered: %s", o.raw)
			}
			out = append(out, x.ClientID+" subscribes "+strings.Join(x.Filters, " "))
		}
	}
	for key, n := range messages {
		out = append(out, fmt.Sprintf("%s: %d messages, %d bytes", key, n, bytes[key]))
	}
	return sorted(out)
}

// TestMosquitto: what we observe of clients of both versions, with and without
// passwords, is what the broker's log says.
func TestMosquitto(t *testing.T) {
	t.Parallel()
	n := newNetwork(t)
	const user, password = "sister.mary", "Weihnachten24"
	broker := n.broker(user, password)
	live := n.serve()
	tap := n.capture()
	say := func(exit int, port string, args ...string) {
		t.Helper()
		out, code := n.tool(client, "mosquitto_pub", append([]string{"-h", serverAddress, "-p", port}, args...)...)
		if (code == 0) != (exit == 0) {
			t.Errorf("mosquitto_pub %q: exit status %d\n%s", args, code, out)
		}
	}
	sub := testkit.Need(t, "mosquitto_sub")
	// Twelve messages are said on topics that the first subscribes to.
	listener := n.start(client, sub, "-h", serverAddress, "-p", openPort, "-V", "mqttv311", "-i", "bedside-gw", "-q", "2", "-t", "vitals/#", "-t", "pump/+/alarm", "-C", "12")
	broker.says("Sending SUBACK to bedside-gw")
	guarded := n.start(client, sub, "-h", serverAddress, "-p", closedPort, "-V", "mqttv5", "-i", "monitor-9", "-q", "1", "-u", user, "-P", password, "-t", "vitals/bed2/#", "-C", "2")
	broker.says("Sending SUBACK to monitor-9")
	for _, version := range []string{"mqttv31", "mqttv311", "mqttv5"} {
		for qos := range 3 {
			id := fmt.Sprintf("pump-%d", qos+1+10*int(version[5]-'0'))
			say(0, openPort, "-V", version, "-i", id, "-q", strconv.Itoa(qos), "-t", "vitals/bed1/hr", "-m", strings.Repeat("7", 1+100*qos))
		}
	}
	say(0, openPort, "-V", "mqttv5", "-i", "pump-77", "-k", "30", "-q", "1", "-t", "pump/7/alarm", "-m", "low", "-D", "publish", "message-expiry-interval", "60")
	for _, version := range []string{"mqttv311", "mqttv5"} {
		say(0, closedPort, "-V", version, "-i", "monitor-"+version[5:], "-u", user, "-P", password, "-q", "1", "-t", "vitals/bed2/spo2", "-m", "98")
		say(1, closedPort, "-V", version, "-i", "monitor-1"+version[5:], "-u", user, "-P", "wrong", "-t", "vitals/bed2/spo2", "-m", "1")
		say(1, closedPort, "-V", version, "-i", "monitor-2"+version[5:], "-t", "vitals/bed2/spo2", "-m", "1")
	}
	for _, p := range []*peer{listener, guarded} {
		until(t, "subscribers have all", func() bool { return p.over() })
	}
	file := tap.finish()
	observed := live.finish()
	broker.stop(15)

	want := brokerAccount(t, broker.said())
	for _, refusal := range []string{": 5", ": 135"} {
		if len(only(want, refusal)) == 0 {
			t.Errorf("the broker refused nobody with %s: %q", refusal, want)
		}
	}
	if diff := cmp.Diff(want, observedMQTT(t, replay(t, file))); diff != "" {
		t.Errorf("replay (-mosquitto +wardround)\n%s", diff)
	}
	if diff := cmp.Diff(want, observedMQTT(t, observed)); diff != "" {
		t.Errorf("serve (-mosquitto +wardround)\n%s", diff)
	}
	found := live.findings()
	for _, check := range []string{"mqtt.cleartext", "mqtt.anonymous", "auth.cleartext-credentials"} {
		if found[check] == 0 {
			t.Errorf("serve found no %s, but %v", check, found)
		}
	}
	s := newSearcher([]string{user, password})
	leaks, size := s.folder(t, live.dir)
	none(t, leaks)
	if size < 10_000 {
		t.Errorf("the data directory holds only %d bytes", size)
	}
	none(t, s.in("serve's output", []byte(live.said())))
}

// only keeps the lines that contain text.
func only(lines []string, text string) (kept []string) {
	for _, l := range lines {
		if strings.Contains(l, text) {
			kept = append(kept, l)
		}
	}
	return kept
}
