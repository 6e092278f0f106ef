package telnet

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/internal/testkit/wire"
)

// A login at a ward's terminal server.
func server() []byte {
	p := AppendOption(nil, Will, OptionEcho)
	p = AppendOption(p, Do, OptionTerminalType)
	p = AppendSubnegotiation(p, OptionTerminalType, []byte{1, iac})
	p = AppendText(p, "Welcome to Ward 3: read this\r\nLast login: Monday\r\nward3 login: ")
	p = AppendText(p, "anna.example\r\nPassword: ") // the echo of the name
	return AppendText(p, "\r\nLogin incorrect\r\n\xff")
}

func client() []byte {
	p := AppendOption(nil, Do, OptionEcho)
	p = AppendOption(p, Wont, OptionEncryption)
	p = append(p, iac, 241) // no operation
	return AppendText(p, "anna.example\r\x00S3cret\r\nls\n")
}

var (
	wantServer = []string{"will 1", "do 24", "sub 24 2", "line 28", "line 18", "login", "line 25", "password", "line 10", "line 15"}
	wantClient = []string{"do 1", "wont 38", "line 12", "line 6", "line 2"}
)

type record struct{ lines []string }

func (r *record) handler() Handler {
	say := func(s string, args ...any) { r.lines = append(r.lines, fmt.Sprintf(s, args...)) }
	return Handler{
		Option: func(v Verb, o byte) {
			say("%s %d", map[Verb]string{Will: "will", Wont: "wont", Do: "do", Dont: "dont"}[v], o)
		},
		Subnegotiation: func(o byte, n int) { say("sub %d %d", o, n) },
		Prompt:         func(p Prompt) { say("%s", map[Prompt]string{Login: "login", Password: "password"}[p]) },
		Line:           func(n int) { say("line %d", n) },
	}
}

func TestSplitInvariance(t *testing.T) {
	for _, size := range []int{1000, 1, 2, 3, 7} {
		for _, c := range []struct {
			d    func(Handler) *Decoder
			p    []byte
			want []string
		}{{NewServerDecoder, server(), wantServer}, {NewClientDecoder, client(), wantClient}} {
			var got record
			d := c.d(got.handler())
			for p := c.p; len(p) > 0; {
				n := min(size, len(p))
				if err := d.Feed(p[:n]); err != nil {
					t.Fatal(err)
				}
				p = p[n:]
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got.lines); diff != "" {
				t.Errorf("in chunks of %d: %s", size, diff)
			}
		}
	}
}

func TestPrompts(t *testing.T) {
	for line, want := range map[string]Prompt{
		"login": Login, "ward3 login": Login, "Username ": Login, "User Name": Login, "BENUTZER": Login, "\x1b[2J\x1b[1;1Hlogin": Login, "login \x1b[1;1": 0,
		"Last login": 0, "superuser": 0, "blogin": 0, "": 0, "time": 0,
		"Password": Password, "anna's Password": Password, "Mot de passe": Password, "Contraseña": Password, "[sudo] password for anna": 0,
	} {
		if got := promptOf([]byte(line)); got != want {
			t.Errorf("promptOf(%q) = %v, want %v", line, got, want)
		}
	}
	var got record
	d := NewServerDecoder(got.handler())
	if err := d.Feed([]byte(strings.Repeat("x", 100) + " login:")); err != nil || len(got.lines) != 0 || len(d.line) > maxPrompt {
		t.Errorf("a line of text was taken for a prompt: %q, %d bytes held", got.lines, len(d.line))
	}
}

func TestRecognise(t *testing.T) {
	for _, c := range []struct {
		p    string
		want format.Match
	}{
		{"", format.More}, {"\xff", format.More}, {"\xff\xfd", format.More}, {"\xff\xfd\x18", format.Yes}, {"\xff\xfb\x2a", format.Yes},
		{"\xff\xfd\x60", format.No}, {"\xff\xff\x18", format.No}, {"\xff\xd8\xff\xe0", format.No}, {"hello", format.No},
		{"\r\nward3 login: ", format.Likely}, {"Password: ", format.No}, {"HTTP/1.1 200 OK\r\nDate: x", format.No},
	} {
		if m := Recognise([]byte(c.p)); m != c.want {
			t.Errorf("Recognise(%q) = %v, want %v", c.p, m, c.want)
		}
	}
}

func TestGapAndClose(t *testing.T) {
	var got record
	d := NewServerDecoder(got.handler())
	err := errors.Join(d.Feed([]byte("log\xff\xfa\x18")), d.Gap(20), d.Feed([]byte("in:\r\nlogin:")), d.Gap(0), d.Feed([]byte(" x\r\n")), d.Close())
	if diff := cmp.Diff([]string{"line 3", "login", "line 8"}, got.lines); diff != "" || err != nil {
		t.Error(err, diff)
	}
	for _, p := range []string{"\xff", "\xff\xfd", "\xff\xfa", "\xff\xfa\x18", "\xff\xfa\x18\xff"} {
		if err := errors.Join(d.Feed([]byte(p)), d.Close()); !errors.Is(err, format.ErrTruncated) {
			t.Errorf("closed after %q: %v", p, err)
		}
	}
	// Parameters go on after a command that does not end them.
	got.lines = nil
	if err := errors.Join(d.Feed([]byte("\xff\xfa\x18a\xff\xf1b\xff\xf0")), d.Close()); err != nil || got.lines[0] != "sub 24 2" {
		t.Error(err, got.lines)
	}
}

// tshark finds the same commands and options.
func TestAgainstTshark(t *testing.T) {
	c := wire.New(t)
	c.TCP("10.20.0.7:40000", "10.20.0.9:23").Server(server()).Client(client()).Close()
	got := wire.Tshark(t, c.Path(), "telnet.cmd", []string{"telnet.cmd", "telnet.subcmd"})
	want := [][]string{
		{fmt.Sprintf("%d|%d|%d|%d", Will, Do, sb, se), fmt.Sprintf("%d|%d|%d|1", OptionEcho, OptionTerminalType, OptionTerminalType)}, // and the parameter
		{fmt.Sprintf("%d|%d|%d", Do, Wont, 241), fmt.Sprintf("%d|%d", OptionEcho, OptionEncryption)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzDecoder(f *testing.F) {
	f.Add(server(), true, uint8(0))
	f.Add(client(), false, uint8(3))
	f.Fuzz(func(t *testing.T, p []byte, server bool, size uint8) {
		Recognise(p)
		var whole, parts record
		a, b := &Decoder{handle: whole.handler(), server: server}, &Decoder{handle: parts.handler(), server: server}
		aErr := errors.Join(a.Feed(p), a.Close())
		for q := p; len(q) > 0; {
			n := min(len(q), int(size)+1)
			if err := b.Feed(q[:n:n]); err != nil {
				t.Fatal(err)
			}
			if q = q[n:]; len(b.line) > maxPrompt || !server && b.line != nil {
				t.Fatalf("%d bytes held", len(b.line))
			}
		}
		if bErr := b.Close(); (aErr == nil) != (bErr == nil) {
			t.Errorf("whole: %v, in parts: %v", aErr, bErr)
		}
		if diff := cmp.Diff(whole.lines, parts.lines); diff != "" {
			t.Error(diff)
		}
	})
}
