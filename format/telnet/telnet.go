// Package telnet reads a Telnet connection (RFC 854) so far as to say which
// options were negotiated and whether somebody typed a login in clear. What was
// typed or printed stays inside: events tell that a prompt or a line was there.
package telnet

import (
	"bytes"
	"strings"

	"github.com/wardround/wardround/format"
)

// Verb is a command that negotiates an option (RFC 854, "TELNET command structure").
type Verb uint8

// The verbs.
const (
	Will Verb = 251
	Wont Verb = 252
	Do   Verb = 253
	Dont Verb = 254
)

// The options that matter here (IANA Telnet options).
const (
	OptionEcho           = 1  // RFC 857: the server echoes, as at a password prompt it does not
	OptionTerminalType   = 24 // RFC 1091
	OptionAuthentication = 37 // RFC 2941
	OptionEncryption     = 38 // RFC 2946
	OptionStartTLS       = 46
)

const (
	iac = 255 // begins a command
	sb  = 250 // begins a subnegotiation
	se  = 240 // ends it
)

// Prompt is what a server asks for.
type Prompt uint8

// The prompts.
const (
	Login Prompt = iota + 1
	Password
)

// words before the colon of a prompt, in lower case, as devices of several
// languages print them.
var words = []struct {
	prompt Prompt
	word   string
}{
	{Login, "login"}, {Login, "username"}, {Login, "user name"}, {Login, "user id"}, {Login, "user"}, {Login, "account"},
	{Login, "benutzername"}, {Login, "benutzer"}, {Login, "utilisateur"}, {Login, "usuario"}, {Login, "utente"}, {Login, "gebruikersnaam"},
	{Password, "password"}, {Password, "passwd"}, {Password, "passcode"}, {Password, "passwort"}, {Password, "kennwort"},
	{Password, "mot de passe"}, {Password, "contraseña"}, {Password, "wachtwoord"},
}

// promptOf judges the text of a line up to a colon: the word must stand at its
// end, and not after a letter. "Last login:" tells of an earlier one.
func promptOf(line []byte) Prompt {
	text := strings.ToLower(strings.TrimRight(string(afterControl(line)), " \t"))
	for _, w := range words {
		before, ok := strings.CutSuffix(text, w.word)
		if !ok || before != "" && letter(before[len(before)-1]) {
			continue
		}
		if strings.HasSuffix(strings.TrimRight(before, " "), "last") {
			return 0
		}
		return w.prompt
	}
	return 0
}

// afterControl returns what follows the last control sequence that clears the
// screen or moves the cursor: escape, [, parameters, a letter (ECMA-48 §5.4).
func afterControl(line []byte) []byte {
	i := bytes.LastIndex(line, []byte("\x1b["))
	if i < 0 {
		return line
	}
	for i += 2; i < len(line); i++ {
		if line[i] >= 0x40 && line[i] <= 0x7e {
			return line[i+1:]
		}
	}
	return nil
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 0x80 }

// Recognise judges the first bytes of either direction: Yes if they begin with an
// option, Likely if a server prints a login prompt without negotiating any.
func Recognise(p []byte) format.Match {
	p = p[:min(len(p), 512)]
	switch {
	case len(p) == 0:
		return format.More
	case p[0] != iac:
		if i := bytes.IndexByte(p, ':'); i >= 0 && promptOf(p[bytes.LastIndexByte(p[:i], '\n')+1:i]) == Login {
			return format.Likely
		}
		return format.No
	case len(p) == 1:
		return format.More
	case p[1] < uint8(Will) || p[1] == iac:
		return format.No
	case len(p) == 2:
		return format.More
	case p[2] > 49 && p[2] < 138 || p[2] > 140 && p[2] != 255: // unassigned options
		return format.No
	default:
		return format.Yes
	}
}

// AppendOption adds a negotiation to dst.
func AppendOption(dst []byte, v Verb, option byte) []byte {
	return append(dst, iac, byte(v), option)
}

// AppendSubnegotiation adds the parameters of an option to dst (RFC 855).
func AppendSubnegotiation(dst []byte, option byte, parameters []byte) []byte {
	dst = AppendText(append(dst, iac, sb, option), string(parameters))
	return append(dst, iac, se)
}

// AppendText adds data to dst, each byte 255 doubled.
func AppendText(dst []byte, text string) []byte {
	for i := range len(text) {
		if text[i] == iac {
			dst = append(dst, iac)
		}
		dst = append(dst, text[i])
	}
	return dst
}
