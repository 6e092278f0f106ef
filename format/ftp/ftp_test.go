package ftp

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/internal/testkit/wire"
)

// A technician fetches firmware and puts back a log.
var (
	commands = [][2]string{
		{"USER", "anna.example"}, {"PASS", "S3cret-Kanarienvogel"}, {"SYST", ""}, {"TYPE", "I"}, {"PASV", ""},
		{"RETR", "pump 7/fw-4.2.BIN"}, {"STOR", `logs\Example.Anna 1950`}, {"stor", "service.log"}, {"XYZZY", "x"}, {"QUIT", ""},
	}
	replies = []struct {
		code int
		text string
	}{
		{220, "ProFTPD 1.3.5 Server (Ward 3)\nunauthorised use is forbidden\n220 is the code of this\nready"}, {331, "Password required for anna.example"},
		{230, "User anna.example logged in"}, {215, "UNIX Type: L8"}, {200, "Type set to I"}, {227, "Entering Passive Mode (10,20,0,9,200,10)"},
		{150, "Opening BINARY mode data connection for fw-4.2.BIN"}, {226, "Transfer complete"}, {221, "Goodbye."},
	}
)

func clientStream() (p []byte) {
	for _, c := range commands {
		p = AppendCommand(p, c[0], c[1])
	}
	return p
}

func serverStream() (p []byte) {
	for _, r := range replies {
		p = AppendReply(p, r.code, r.text)
	}
	return p
}

var (
	wantCommands = []string{
		"{Verb:USER Argument:true Anonymous:false Extension:}", "{Verb:PASS Argument:true Anonymous:false Extension:}",
		"{Verb:SYST Argument:false Anonymous:false Extension:}", "{Verb:TYPE Argument:true Anonymous:false Extension:}",
		"{Verb:PASV Argument:false Anonymous:false Extension:}", "{Verb:RETR Argument:true Anonymous:false Extension:bin}",
		"{Verb:STOR Argument:true Anonymous:false Extension:}", "{Verb:STOR Argument:true Anonymous:false Extension:log}",
		"{Verb:OTHER Argument:true Anonymous:false Extension:}", "{Verb:QUIT Argument:false Anonymous:false Extension:}",
	}
	wantReplies = []string{
		"{Code:220 Text:ProFTPD 1.3.5 Server (Ward 3)}", "{Code:331 Text:}", "{Code:230 Text:}", "{Code:215 Text:UNIX Type: L8}", "{Code:200 Text:}",
		"{Code:227 Text:}", "{Code:150 Text:}", "{Code:226 Text:}", "{Code:221 Text:}",
	}
)

// record keeps events as lines of text.
type record struct{ lines []string }

func (r *record) handler() Handler {
	return Handler{
		Command: func(c Command) { r.lines = append(r.lines, fmt.Sprintf("%+v", c)) },
		Reply:   func(x Reply) { r.lines = append(r.lines, fmt.Sprintf("%+v", x)) },
		Sealed:  func() { r.lines = append(r.lines, "sealed") },
	}
}

// feed gives p to the decoder in chunks that are overwritten afterwards.
func feed(d *Decoder, p []byte, size int) (err error) {
	chunk := make([]byte, size)
	for len(p) > 0 {
		n := copy(chunk, p)
		err = errors.Join(err, d.Feed(chunk[:n]))
		clear(chunk)
		p = p[n:]
	}
	return err
}

func TestSplitInvariance(t *testing.T) {
	for _, size := range []int{10_000, 1, 2, 3, 7, 40} {
		var client, server record
		c, s := NewClientDecoder(Limits{}, client.handler()), NewServerDecoder(Limits{}, server.handler())
		if err := errors.Join(feed(c, clientStream(), size), c.Close(), feed(s, serverStream(), size), s.Close()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wantCommands, client.lines); diff != "" {
			t.Errorf("in chunks of %d: %s", size, diff)
		}
		if diff := cmp.Diff(wantReplies, server.lines); diff != "" {
			t.Errorf("in chunks of %d: %s", size, diff)
		}
	}
}

// Nothing that a person typed comes out, whatever the events are printed as.
func TestNothingPersonalComesOut(t *testing.T) {
	var got record
	c, s := NewClientDecoder(Limits{}, got.handler()), NewServerDecoder(Limits{}, got.handler())
	if err := errors.Join(c.Feed(clientStream()), s.Feed(serverStream())); err != nil {
		t.Fatal(err)
	}
	all := strings.ToLower(strings.Join(got.lines, "\n"))
	for _, canary := range []string{"anna", "s3cret", "1950", "pump 7", "fw-4", "service"} {
		if strings.Contains(all, canary) {
			t.Errorf("%q came out", canary)
		}
	}
}

func TestLogins(t *testing.T) {
	for name, anonymous := range map[string]bool{"anonymous": true, "FTP": true, "anonymous2": false, "": false} {
		d := NewClientDecoder(Limits{}, Handler{Command: func(c Command) {
			if c.Anonymous != anonymous || c.Argument != (name != "") {
				t.Errorf("USER %s: %+v", name, c)
			}
		}})
		if err := d.Feed(AppendCommand(nil, "USER", name)); err != nil {
			t.Error(err)
		}
	}
	for code, in := range map[int]bool{230: true, 232: true, 331: false, 530: false} {
		if r := (Reply{Code: code}); r.LoggedIn() != in {
			t.Errorf("%d: logged in %v", code, r.LoggedIn())
		}
	}
	for verb, want := range map[string][2]bool{"RETR": {true, false}, "STOR": {true, true}, "STOU": {true, true}, "APPE": {true, true}, "LIST": {false, false}} {
		c := Command{Verb: verb}
		if moves, upload := c.Transfer(); moves != want[0] || upload != want[1] {
			t.Errorf("%s: moves %v, upload %v", verb, moves, upload)
		}
	}
}

func TestSealed(t *testing.T) {
	var got record
	c, s := NewClientDecoder(Limits{}, got.handler()), NewServerDecoder(Limits{}, got.handler())
	hello := "\x16\x03\x01\x02\x00USER somebody\r\n"
	err := errors.Join(feed(c, []byte("AUTH TLS\r\n"+hello), 3), feed(s, []byte("234 go on\r\n"+hello), 3), c.Gap(9), c.Feed([]byte("x")), c.Close(), s.Close())
	want := []string{"{Verb:AUTH Argument:true Anonymous:false Extension:}", "sealed", "{Code:234 Text:}", "sealed"}
	if diff := cmp.Diff(want, got.lines); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestOddLines(t *testing.T) {
	long := "RETR " + strings.Repeat("d/", 300) + "x.bin\r\n"
	for _, c := range []struct {
		name   string
		server bool
		p      string
		want   []string
		err    error
	}{
		{"bare line ends", false, "USER a\nPASS b\n", []string{wantCommands[0], wantCommands[1]}, nil},
		{"abort by Telnet", false, "\xff\xf4\xff\xf2QUIT\r\n", wantCommands[9:], nil},
		{"empty lines", false, "\r\n\r\nQUIT\r\n", wantCommands[9:], nil},
		{"a path over the limit", false, long + "QUIT\r\n", []string{"{Verb:RETR Argument:true Anonymous:false Extension:}", wantCommands[9]}, nil},
		{"rubbish between", false, "GET / HTTP/1.1 \r\n%%%\r\nQUIT\r\n", []string{"{Verb:OTHER Argument:true Anonymous:false Extension:}", wantCommands[9]}, format.ErrMalformed},
		{"a reply without text", true, "226\r\n", []string{"{Code:226 Text:}"}, nil},
		{"a code that is none", true, "999 x\r\n226 y\r\n", []string{"{Code:226 Text:}"}, format.ErrMalformed},
		{"a code in a number", true, "2200\r\n226 y\r\n", []string{"{Code:226 Text:}"}, format.ErrMalformed},
		{"empty line of a server", true, "\r\n226 y\r\n", []string{"{Code:226 Text:}"}, nil},
		{"a greeting over 128 bytes", true, "220 " + strings.Repeat("x", 300) + "\r\n", []string{"{Code:220 Text:" + strings.Repeat("x", 128) + "}"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, size := range []int{1000, 1} {
				var got record
				d := newDecoder(Limits{}, got.handler(), c.server)
				if err := errors.Join(feed(d, []byte(c.p), size), d.Close()); !errors.Is(err, c.err) {
					t.Errorf("%v, want %v", err, c.err)
				}
				if diff := cmp.Diff(c.want, got.lines); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestGapAndClose(t *testing.T) {
	var got record
	d := NewClientDecoder(Limits{}, got.handler())
	err := errors.Join(d.Feed([]byte("USER an")), d.Gap(20), d.Feed([]byte("na\r\nQUIT\r\n")), d.Gap(0), d.Feed([]byte("QUIT\r\n")), d.Close())
	if diff := cmp.Diff([]string{wantCommands[9], wantCommands[9]}, got.lines); diff != "" || err != nil {
		t.Error(err, diff)
	}
	for _, p := range []string{"USER", "220-Hello\r\n"} {
		d := newDecoder(Limits{}, Handler{}, p[0] == '2')
		if err := errors.Join(d.Feed([]byte(p)), d.Close()); !errors.Is(err, format.ErrTruncated) {
			t.Errorf("closed after %q: %v", p, err)
		}
	}
}

func TestRecognise(t *testing.T) {
	for _, c := range []struct {
		p              string
		client, server format.Match
	}{
		{"", format.More, format.More},
		{"USER", format.More, format.No},
		{"USER anna\r\n", format.Likely, format.No},
		{"USER anna 0 * :Anna\r\n", format.No, format.No},
		{"AUTH TLS\r\n", format.Yes, format.No},
		{"AUTH PLAIN\r\n", format.No, format.No},
		{"FEAT\r\n", format.Likely, format.No},
		{"EHLO x\r\n", format.No, format.No},
		{"LONGWORDS ", format.No, format.No},
		{"220", format.No, format.More},
		{"220 Ward", format.No, format.More},
		{"220 Ward\r\n", format.No, format.Likely},
		{"220-ProFTPD 1.3\r\n", format.No, format.Yes},
		{"120 FTP in 2 minutes\r\n", format.No, format.Yes},
		{"220 mail ESMTP Postfix\r\n", format.No, format.No},
		{"2200", format.No, format.No},
		{"SSH-2.0", format.No, format.No},
	} {
		if m := RecogniseClient([]byte(c.p)); m != c.client {
			t.Errorf("RecogniseClient(%q) = %v, want %v", c.p, m, c.client)
		}
		if m := RecogniseServer([]byte(c.p)); m != c.server {
			t.Errorf("RecogniseServer(%q) = %v, want %v", c.p, m, c.server)
		}
	}
}

// tshark reads the same verbs and codes.
func TestAgainstTshark(t *testing.T) {
	c := wire.New(t)
	v := c.TCP("10.20.0.7:40000", "10.20.0.9:21")
	var want [][]string
	for i, r := range replies {
		v.Server(AppendReply(nil, r.code, r.text))
		want = append(want, []string{"", fmt.Sprint(r.code)})
		if i < len(commands) {
			v.Client(AppendCommand(nil, commands[i][0], commands[i][1]))
			want = append(want, []string{commands[i][0], ""})
		}
	}
	v.Close()
	if diff := cmp.Diff(want, wire.Tshark(t, c.Path(), "ftp", []string{"ftp.request.command", "ftp.response.code"})); diff != "" {
		t.Error(diff)
	}
}

func FuzzDecoder(f *testing.F) {
	f.Add(clientStream(), false, uint8(0))
	f.Add(serverStream(), true, uint8(5))
	f.Add([]byte("AUTH TLS\r\n\x16\x03"), false, uint8(1))
	f.Fuzz(func(t *testing.T, p []byte, server bool, size uint8) {
		RecogniseClient(p)
		RecogniseServer(p)
		var whole, parts record
		a, b := newDecoder(Limits{MaxLine: 64}, whole.handler(), server), newDecoder(Limits{MaxLine: 64}, parts.handler(), server)
		aErr, bErr := errors.Join(a.Feed(p), a.Close()), feed(b, p, int(size)+1)
		if len(b.held) > 64 {
			t.Fatalf("%d bytes held", len(b.held))
		}
		if bErr = errors.Join(bErr, b.Close()); (aErr == nil) != (bErr == nil) {
			t.Errorf("whole: %v, in parts: %v", aErr, bErr)
		}
		if diff := cmp.Diff(whole.lines, parts.lines); diff != "" {
			t.Error(diff)
		}
	})
}
