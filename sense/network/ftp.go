package network

import (
	"strings"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/ftp"
	"github.com/wardround/wardround/kind"
)

var _ = Register(Protocol{Name: "ftp", Recognise: recogniseFTP, Open: openFTP, Ports: []uint16{21}})

// recogniseFTP needs the server: a client's USER may as well be POP3's.
func recogniseFTP(client, server []byte) format.Match {
	switch {
	case len(server) > 0:
		m := ftp.RecogniseServer(server)
		if m == format.Likely && len(client) > 0 {
			if c := ftp.RecogniseClient(client); c == format.Likely || c == format.Yes {
				return format.Yes // the greeting of one, the words of one
			} else if c == format.No {
				return format.No
			}
			return format.More
		}
		if m == format.Likely {
			return format.More // until the client speaks
		}
		return m
	case ftp.RecogniseClient(client) == format.No:
		return format.No
	default:
		return format.More
	}
}

// ftpStream joins the commands of one control connection with their replies.
type ftpStream struct {
	conn     *Conn
	decoders [2]*ftp.Decoder
	at       int64
	server   string
	login    *kind.FTPLoginV1 // under way
	transfer *kind.FTPTransferV1
	anon     bool // the user logged in last was the one for everybody
	sealed   bool
}

func openFTP(c *Conn) Stream {
	s := &ftpStream{conn: c}
	h := ftp.Handler{Command: s.command, Reply: s.reply, Sealed: s.seal}
	s.decoders = [2]*ftp.Decoder{ToServer: ftp.NewClientDecoder(ftp.Limits{}, h), ToClient: ftp.NewServerDecoder(ftp.Limits{}, h)}
	return s
}

// Data implements [Stream]. A line that can't be read is one failure of many lines.
func (s *ftpStream) Data(dir Direction, p []byte, at int64) error {
	s.at = at
	if err := s.decoders[dir].Feed(p); err != nil {
		s.conn.Failure(err)
	}
	return nil
}

// Gap implements [Stream].
func (s *ftpStream) Gap(dir Direction, n int64, at int64) error {
	s.at = at
	return s.decoders[dir].Gap(n)
}

// Close implements [Stream].
func (s *ftpStream) Close(at int64) {
	s.at = at
	s.endLogin("unseen")
	s.endTransfer(false)
}

func (s *ftpStream) command(c ftp.Command) {
	switch c.Verb {
	case "USER":
		s.endLogin("unseen")
		s.login = &kind.FTPLoginV1{Server: s.server, User: kind.Presence(c.Argument && !c.Anonymous), Anonymous: c.Anonymous}
	case "PASS", "ACCT":
		if s.login == nil {
			s.login = &kind.FTPLoginV1{Server: s.server}
		}
		s.login.Password = s.login.Password || kind.Presence(c.Argument)
	}
	if moves, upload := c.Transfer(); moves {
		s.endTransfer(false)
		s.transfer = &kind.FTPTransferV1{Upload: upload, File: kind.Presence(c.Argument), Extension: knownExtension(c.Extension), Anonymous: s.anon}
	}
}

func (s *ftpStream) reply(r ftp.Reply) {
	switch {
	case r.Code == 220:
		s.server = ftpSoftware(r.Text)
	case r.LoggedIn():
		s.endLogin("accepted")
	case r.Code == 530 || r.Code == 332 && s.login == nil:
		s.endLogin("refused")
	case r.Code == 226 || r.Code == 250:
		s.endTransfer(true)
	case r.Code >= 400 && s.transfer != nil:
		s.endTransfer(false)
	}
}

// seal says that TLS began: if no login was seen, it comes encrypted.
func (s *ftpStream) seal() {
	if s.sealed {
		return
	}
	s.sealed = true
	s.endLogin("unseen")
	s.conn.Emit(s.at, &kind.FTPLoginV1{Server: s.server, Encrypted: true, Outcome: "unseen"})
}

func (s *ftpStream) endLogin(outcome string) {
	v := s.login
	if v == nil {
		return
	}
	s.login = nil
	v.Outcome = outcome
	if v.Server == "" {
		v.Server = s.server
	}
	if outcome == "accepted" {
		s.anon = v.Anonymous
	}
	s.conn.Emit(s.at, v)
}

func (s *ftpStream) endTransfer(completed bool) {
	v := s.transfer
	if v == nil {
		return
	}
	s.transfer = nil
	v.Completed = completed
	s.conn.Emit(s.at, v)
}

// ftpServers are the programs that greetings name; the rest of a greeting is an
// administrator's text.
var ftpServers = []string{
	"ProFTPD", "vsFTPd", "Pure-FTPd", "FileZilla Server", "Microsoft FTP Service", "Serv-U", "WS_FTP", "wu-", "Twisted", "pyftpdlib",
	"VxWorks", "QNXNTO", "WINDRIVER", "bftpd", "BusyBox", "NET+OS", "uftpd", "glFTPd", "CrushFTP", "Cerberus", "Xlight",
}

// ftpSoftware returns the program and version that a greeting names, "" if none known.
func ftpSoftware(greeting string) string {
	lower := strings.ToLower(greeting)
	for _, name := range ftpServers {
		i := strings.Index(lower, strings.ToLower(name))
		if i < 0 {
			continue
		}
		rest := greeting[i+len(name):]
		rest = strings.TrimLeft(rest, " /(v")
		n := 0
		for n < len(rest) && n < 16 && (rest[n] >= '0' && rest[n] <= '9' || rest[n] == '.') {
			n++
		}
		if n == 0 {
			return name
		}
		return name + " " + strings.TrimRight(rest[:n], ".")
	}
	return ""
}
