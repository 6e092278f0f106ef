// Package ftp reads the control connection of the File Transfer Protocol
// (RFC 959) so far as to say who logged in how, and what kind of file went
// where. User names, passwords, paths and file names stay inside: an event tells
// that they were there, and of a file only its extension.
package ftp

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/filename"
)

// Command is one command of a client.
type Command struct {
	Verb      string // upper case, at most 8 letters: "USER", "RETR"
	Argument  bool   // whether it had one
	Anonymous bool   // USER with one of the names for everybody (RFC 1635)
	Extension string // of the file that RETR, STOR, STOU or APPE names; see [filename.Extension]
}

// Transfer reports whether the command moves a file, and whether to the server.
func (c *Command) Transfer() (moves, upload bool) {
	switch c.Verb {
	case "RETR":
		return true, false
	case "STOR", "STOU", "APPE":
		return true, true
	}
	return false, false
}

// Reply is one reply of a server, however many lines it has.
type Reply struct {
	Code int // 100 to 599 (RFC 959 §4.2)

	// Text is the first line's, at most 128 bytes, of replies that describe the
	// server: 220 its greeting and 215 its system. Other replies may repeat user
	// and file names and have none.
	Text string
}

// LoggedIn reports whether the reply grants access to a user (RFC 959 §5.4).
func (r *Reply) LoggedIn() bool { return r.Code == 230 || r.Code == 232 }

// maxVerb is the longest command word taken for one, in bytes; those in use have
// three or four letters (RFC 5797).
const maxVerb = 8

// parseCommand reads a line without its end; ok is false if it has no verb.
func parseCommand(line []byte) (c Command, ok bool) {
	verb, argument, _ := bytes.Cut(line, []byte(" "))
	if len(verb) < 3 || len(verb) > maxVerb || !letters(verb) {
		return Command{}, false
	}
	argument = bytes.TrimSpace(argument)
	c = Command{Verb: known(verb), Argument: len(argument) > 0}
	if moves, _ := c.Transfer(); moves {
		c.Extension = filename.Extension(string(argument))
	}
	if c.Verb == "USER" {
		c.Anonymous = bytes.EqualFold(argument, []byte("anonymous")) || bytes.EqualFold(argument, []byte("ftp"))
	}
	return c, true
}

func letters(p []byte) bool {
	for _, b := range p {
		if (b < 'A' || b > 'Z') && (b < 'a' || b > 'z') {
			return false
		}
	}
	return true
}

// verbs are the commands of RFC 959, 2228, 2389, 2428, 3659 and 7151. Any other
// word is no command but may be part of a name.
var verbs = func() map[string]string {
	m := map[string]string{}
	for v := range strings.FieldsSeq(`USER PASS ACCT CWD CDUP SMNT QUIT REIN PORT PASV TYPE STRU MODE RETR STOR STOU APPE ALLO REST RNFR RNTO ABOR
		DELE RMD MKD PWD LIST NLST SITE SYST STAT HELP NOOP XCUP XCWD XMKD XPWD XRMD
		AUTH ADAT PROT PBSZ CCC MIC CONF ENC FEAT OPTS EPRT EPSV LANG MDTM MLSD MLST SIZE HOST CLNT MFMT`) {
		m[v] = v
	}
	return m
}()

// known returns the verb in upper case, or "OTHER".
func known(verb []byte) string {
	var upper [maxVerb]byte
	n := copy(upper[:], verb)
	for i := range n {
		upper[i] &^= 0x20
	}
	if v, ok := verbs[string(upper[:n])]; ok {
		return v
	}
	return "OTHER"
}

// maxText is how much of a describing reply's first line is kept, in bytes.
const maxText = 128

// replyLine reads the code of a line and whether more lines follow (RFC 959 §4.2).
func replyLine(line []byte) (code int, more, ok bool) {
	if len(line) < 3 || line[0] < '1' || line[0] > '6' || line[1] < '0' || line[1] > '5' || line[2] < '0' || line[2] > '9' {
		return 0, false, false
	}
	if len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, false, false
	}
	code = 100*int(line[0]-'0') + 10*int(line[1]-'0') + int(line[2]-'0')
	return code, len(line) > 3 && line[3] == '-', true
}

// RecogniseClient judges the first bytes from a client. Its USER may as well be
// POP3's; the server's greeting tells them apart.
func RecogniseClient(p []byte) format.Match {
	line, _, whole := bytes.Cut(p[:min(len(p), 512)], []byte("\n"))
	verb, argument, ended := bytes.Cut(bytes.TrimRight(line, "\r"), []byte(" "))
	if len(verb) > maxVerb || !letters(verb) {
		return format.No
	}
	if !whole && len(line) < 512 {
		return format.More
	}
	switch known(verb) {
	case "AUTH":
		if m := strings.ToUpper(string(argument)); m == "TLS" || m == "SSL" || m == "TLS-C" || m == "GSSAPI" {
			return format.Yes // RFC 4217 §4, RFC 2228 §3
		}
	case "USER":
		if ended && bytes.Count(argument, []byte(" ")) == 0 { // IRC's has four arguments
			return format.Likely
		}
	case "FEAT", "SYST", "HOST", "OPTS", "CLNT":
		return format.Likely
	}
	return format.No
}

// RecogniseServer judges the first bytes from a server: a greeting 220, or 120
// before it. That of a mail server looks the same but for its words.
func RecogniseServer(p []byte) format.Match {
	for i, b := range p[:min(len(p), 3)] {
		if b != "220"[i] && b != "120"[i] {
			return format.No
		}
	}
	if len(p) > 3 && p[3] != ' ' && p[3] != '-' {
		return format.No
	}
	p = p[:min(len(p), 512)]
	upper := bytes.ToUpper(p)
	switch {
	case bytes.Contains(upper, []byte("SMTP")) || bytes.Contains(upper, []byte(" MAIL ")):
		return format.No
	case bytes.Contains(upper, []byte("FTP")):
		return format.Yes
	case bytes.IndexByte(p, '\n') < 0 && len(p) < 512:
		return format.More
	default:
		return format.Likely
	}
}

// AppendCommand adds a command to dst; an empty argument is left out.
func AppendCommand(dst []byte, verb, argument string) []byte {
	dst = append(dst, verb...)
	if argument != "" {
		dst = append(append(dst, ' '), argument...)
	}
	return append(dst, "\r\n"...)
}

// AppendReply adds a reply to dst, of as many lines as the text has.
func AppendReply(dst []byte, code int, text string) []byte {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		dst = strconv.AppendInt(dst, int64(code), 10)
		if i < len(lines)-1 {
			dst = append(dst, '-')
		} else {
			dst = append(dst, ' ')
		}
		dst = append(append(dst, line...), "\r\n"...)
	}
	return dst
}
