package network

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/ftp"
	"github.com/wardround/wardround/format/telnet"
	"github.com/wardround/wardround/kind"
)

func command(verb, argument string) said {
	return said{ToServer, string(ftp.AppendCommand(nil, verb, argument))}
}

func reply(code int, text string) said {
	return said{ToClient, string(ftp.AppendReply(nil, code, text))}
}

// A technician logs in, is mistyped once, fetches firmware, brings a log.
func TestFTP(t *testing.T) {
	got := conversation(t, "ftp",
		reply(220, "ProFTPD 1.3.5. Server (kanarienvogel)"), command("USER", "kanarienvogel"), reply(331, "Password for kanarienvogel"),
		command("PASS", "kanarienvogel1"), reply(530, "Login incorrect"),
		command("USER", "kanarienvogel"), reply(331, "Password"), command("PASS", "kanarienvogel2"), reply(230, "Welcome kanarienvogel"),
		command("RETR", "kanarienvogel/fw.bin"), reply(150, "Opening"), reply(226, "Done"),
		command("STOR", "log.kanarien"), reply(550, "No space for kanarienvogel"),
		command("RETR", "kanarienvogel"), command("QUIT", ""), reply(221, "Goodbye kanarienvogel"))
	want := []any{
		&kind.FTPLoginV1{Server: "ProFTPD 1.3.5", User: true, Password: true, Outcome: "refused"},
		&kind.FTPLoginV1{Server: "ProFTPD 1.3.5", User: true, Password: true, Outcome: "accepted"},
		&kind.FTPTransferV1{File: true, Extension: "bin", Completed: true},
		&kind.FTPTransferV1{Upload: true, File: true, Extension: "other"},
		&kind.FTPTransferV1{File: true},
	}
	if diff := cmp.Diff(want, fields(got)); diff != "" {
		t.Error(diff)
	}
	nothingOf(t, got, "kanarien")
}

func TestFTPOtherLogins(t *testing.T) {
	for _, c := range []struct {
		name     string
		steps    []said
		want     []any
		readable bool
	}{
		{"anonymous", []said{reply(220, "FTP of the maker"), command("USER", "anonymous"), reply(331, ""), command("PASS", "mail@kanarienvogel"), reply(230, ""), command("RETR", "fw.zip")},
			[]any{&kind.FTPLoginV1{Password: true, Anonymous: true, Outcome: "accepted"}, &kind.FTPTransferV1{File: true, Extension: "zip", Anonymous: true}}, false},
		{"by TLS", []said{reply(220, "Microsoft FTP Service"), command("AUTH", "TLS"), reply(234, "go on"), {ToServer, "\x16\x03\x01USER kanarienvogel\r\n"}, {ToClient, "\x16\x03\x03"}},
			[]any{&kind.FTPLoginV1{Server: "Microsoft FTP Service", Encrypted: true, Outcome: "unseen"}}, false},
		{"never answered", []said{reply(220, "FTP"), command("USER", "kanarienvogel"), reply(331, ""), command("PASS", "kanarienvogel")},
			[]any{&kind.FTPLoginV1{User: true, Password: true, Outcome: "unseen"}}, true},
		{"password alone", []said{command("PASS", "kanarienvogel"), reply(230, "")}, []any{&kind.FTPLoginV1{Password: true, Outcome: "accepted"}}, true},
		{"no password wanted", []said{reply(220, "FTP"), command("USER", "kanarienvogel"), reply(230, "")}, []any{&kind.FTPLoginV1{User: true, Outcome: "accepted"}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := conversation(t, "ftp", c.steps...)
			if diff := cmp.Diff(c.want, fields(got)); diff != "" {
				t.Error(diff)
			}
			nothingOf(t, got, "kanarien")
			if mechanism, readable := got[0].Fields.(kind.Credentials).Credentials(); mechanism != "FTP" || readable != c.readable {
				t.Errorf("%s readable %v", mechanism, readable)
			}
		})
	}
}

func TestFTPRecognise(t *testing.T) {
	p := protocol(t, "ftp")
	for _, c := range []struct {
		client, server string
		want           format.Match
	}{
		{"", "", format.More}, {"", "220 ProFTPD\r\n", format.Yes}, {"", "220 ready\r\n", format.More}, {"USER x\r\n", "220 ready\r\n", format.Yes},
		{"HELO x\r\n", "220 ready\r\n", format.No}, {"US", "220 ready\r\n", format.More}, {"USER x\r\n", "+OK POP3\r\n", format.No},
		{"USER x\r\n", "", format.More}, {"GET / HTTP/1.1\r\n", "", format.No}, {"", "220 ESMTP\r\n", format.No},
	} {
		if m := p.Recognise([]byte(c.client), []byte(c.server)); m != c.want {
			t.Errorf("%q, %q: %v, want %v", c.client, c.server, m, c.want)
		}
	}
	for greeting, want := range map[string]string{
		"(vsFTPd 3.0.3)": "vsFTPd 3.0.3", "Welcome to Pure-FTPd [privsep]": "Pure-FTPd", "VxWorks (5.4.2) FTP server ready": "VxWorks 5.4.2", "ward 3 of Dr Kanarienvogel": "",
	} {
		if got := ftpSoftware(greeting); got != want {
			t.Errorf("%q is %q, want %q", greeting, got, want)
		}
	}
}

func typed(s string) said   { return said{ToServer, string(telnet.AppendText(nil, s))} }
func printed(s string) said { return said{ToClient, string(telnet.AppendText(nil, s))} }

func TestTelnet(t *testing.T) {
	got := conversation(t, "telnet",
		said{ToClient, "\xff\xfb\x01"}, said{ToServer, "\xff\xfd\x01"},
		printed("Ward of kanarienvogel\r\nlogin: "), typed("kanarienvogel\r\n"), printed("Password: "), typed("kanarienvogel1\r\x00"),
		printed("\r\nLogin incorrect\r\nlogin: "), typed("kanarienvogel\r\n"), printed("\r\nPassword: "), typed("\r\n"),
		printed("\r\nPassword: "), typed("kanarienvogel2\r\n"), printed("\r\n$ "), typed("cat kanarienvogel\r\n"))
	want := []any{&kind.TelnetLoginV1{User: true, Password: true, Attempts: 1}, &kind.TelnetLoginV1{User: true, Password: true, Attempts: 2}}
	if diff := cmp.Diff(want, fields(got)); diff != "" {
		t.Error(diff)
	}
	nothingOf(t, got, "kanarien")
	if mechanism, readable := got[0].Fields.(kind.Credentials).Credentials(); mechanism != "Telnet" || !readable {
		t.Errorf("%s readable %v", mechanism, readable)
	}
	// Behind TLS nothing is told.
	follows := string(telnet.AppendSubnegotiation(nil, telnet.OptionStartTLS, []byte{1}))
	got = conversation(t, "telnet", said{ToClient, "\xff\xfd\x2e"}, said{ToServer, "\xff\xfb\x2e"}, said{ToClient, follows}, printed("Password: "), typed("x\r\n"))
	if len(got) != 0 {
		t.Errorf("told %s of what is encrypted", asJSON(t, got))
	}
}

func TestTelnetRecognise(t *testing.T) {
	p := protocol(t, "telnet")
	for _, c := range []struct {
		client, server string
		want           format.Match
	}{{"", "\xff\xfd\x18", format.Yes}, {"\xff\xfb\x18", "", format.Yes}, {"", "login: ", format.Likely}, {"x", "HTTP/1.1", format.No}} {
		if m := p.Recognise([]byte(c.client), []byte(c.server)); m != c.want {
			t.Errorf("%q, %q: %v, want %v", c.client, c.server, m, c.want)
		}
	}
}

// Losses end nothing that can go on.
func TestLoginGaps(t *testing.T) {
	for _, name := range []string{"ftp", "telnet"} {
		flow := between(nurse, served)
		c := NewTestConn(name, &flow, nil)
		s := c.proto.Open(c)
		for _, d := range []Direction{ToServer, ToClient} {
			if err := s.Gap(d, 100, 1); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		s.Close(2)
	}
	flow := between(nurse, served)
	c := NewTestConn("ftp", &flow, nil)
	s := c.proto.Open(c)
	if err := s.Data(ToServer, []byte("%%%\r\n"), 1); err != nil || c.sensor.stats.ParseFailures != 1 {
		t.Errorf("a line that is no command: %v, %d failures", err, c.sensor.stats.ParseFailures)
	}
}
