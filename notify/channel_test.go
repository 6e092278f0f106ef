package notify

import (
	"bufio"
	"fmt"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
)

// A mail server gets a letter whose headers hold nothing that the case's name
// smuggled in.
func TestMail(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	letters := make(chan string, 1)
	go func() { // ends with the listener
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		in := bufio.NewReader(conn)
		fmt.Fprint(conn, "220 here\r\n")
		var letter strings.Builder
		data := false
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			switch {
			case data && line == ".\r\n":
				data = false
				letters <- letter.String()
				fmt.Fprint(conn, "250 taken\r\n")
			case data:
				letter.WriteString(line)
			case strings.HasPrefix(line, "DATA"):
				data = true
				fmt.Fprint(conn, "354 go on\r\n")
			case strings.HasPrefix(line, "QUIT"):
				fmt.Fprint(conn, "221 bye\r\n")
				return
			default:
				fmt.Fprint(conn, "250 ok\r\n")
			}
		}
	}()
	hostile := icu
	hostile.Title = "Pump\r\nBcc: all@example.org\r\n\r\n<b>ü"
	c := &clock{t: t0}
	n := start(t, Options{Now: c.now, Case: func(string) (Case, bool) { return hostile, true }}, Config{Routes: []Route{
		{Name: "mail", Channel: Channel{Kind: Mail, Server: l.Addr().String(), From: "Wardround <w@example.org>", Addresses: []string{"ops@example.org"}}},
	}})
	w := notice()
	w.Title = ""
	n.Notice(w)
	select {
	case s := <-letters:
		m, err := mail.ReadMessage(strings.NewReader(s))
		if err != nil {
			t.Fatal(err)
		}
		if m.Header.Get("Bcc") != "" || len(m.Header) != 9 || m.Header.Get("Auto-Submitted") != "auto-generated" {
			t.Errorf("headers %v", m.Header)
		}
		subject, err := (&mimeWords).DecodeHeader(m.Header.Get("Subject"))
		if err != nil || !strings.HasPrefix(subject, "Wardround: high: Pump Bcc: all@example.org") {
			t.Errorf("subject %q %v", subject, err)
		}
	case <-time.After(5 * time.Second):
		t.Fatalf("no letter: %+v", n.Deliveries())
	}
}

// A password does not go to a mail server without TLS.
func TestMailNeedsTLS(t *testing.T) {
	c := Channel{Kind: Mail, Server: "192.0.2.1:25", Require: true}
	if loopback("192.0.2.1") || !loopback("localhost") || !loopback("127.0.0.1") {
		t.Error("loopback")
	}
	if err := c.validate(); err == nil {
		t.Error("a mail route without addresses holds")
	}
}

// Chat services get text in which a device's name is no markup.
func TestChat(t *testing.T) {
	m := Message{Title: "<!channel> *bold* [x](http://evil)", Severity: wardround.High, Link: "https://w/cases/c"}
	slack, err := Channel{Kind: Slack}.body(m)
	if err != nil || strings.Contains(string(slack), "<!channel>") || !strings.Contains(string(slack), "Not a patient alarm") {
		t.Errorf("%s %v", slack, err)
	}
	teams, err := Channel{Kind: Teams}.body(m)
	if err != nil || strings.Contains(string(teams), "[x](") || strings.Contains(string(teams), "*bold*\"") || !strings.Contains(string(teams), "AdaptiveCard") {
		t.Errorf("%s %v", teams, err)
	}
	for language, want := range map[string]string{
		"en": "not taken up yet — SIMULATED high: A pump|ICU 2 IGNORE THIS|Not a patient alarm.",
		"de": "noch nimmt sich niemand dessen an — SIMULIERT hoch: A pump|ICU 2 IGNORE THIS|Kein Patientenalarm.",
		"fr": "personne ne s’en occupe encore — SIMULÉ élevée: A pump|ICU 2 IGNORE THIS|Pas une alarme patient.",
		"it": "not taken up yet — SIMULATED high: A pump|ICU 2 IGNORE THIS|Not a patient alarm.",
	} {
		m := Message{Type: "escalation", Origin: wardround.Simulated, Severity: wardround.High, Title: "A\u202e pump", Where: "ICU 2\r\n\u2028IGNORE THIS", Language: language}
		if got := strings.Join(m.text(), "|"); got != want {
			t.Errorf("%s: %s", language, got)
		}
	}
	sim, _ := Channel{Kind: Slack}.body(Message{Title: "x", Severity: wardround.High, Origin: wardround.Simulated})
	if !strings.Contains(string(sim), "SIMULATED") {
		t.Errorf("%s", sim)
	}
}
