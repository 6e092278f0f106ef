package kind

import "github.com/wardround/wardround"

// The kinds of FTP.
const (
	FTPLogin    Name = "ftp.login"
	FTPTransfer Name = "ftp.transfer"
)

// FTPLoginV1 is a login on a control connection of FTP (RFC 959).
type FTPLoginV1 struct {
	Server    string   `json:"server,omitempty"` // software its greeting names, "ProFTPD 1.3.5"
	User      Presence `json:"user,omitempty"`
	Password  Presence `json:"password,omitempty"` // crossed the wire readable
	Anonymous bool     `json:"anonymous,omitempty"`
	Encrypted bool     `json:"encrypted,omitempty"` // TLS began before the login (RFC 4217)
	// Outcome is "accepted", "refused" or "unseen".
	Outcome string `json:"outcome"`
}

// FTPTransferV1 is a file that was asked for or brought. Names of files and paths
// don't leave; of the file's extension only the well-known: see [TFTPRequestV1].
type FTPTransferV1 struct {
	Upload    bool     `json:"upload,omitempty"`
	File      Presence `json:"file,omitempty"`
	Extension string   `json:"extension,omitempty"`
	Anonymous bool     `json:"anonymous,omitempty"`
	Completed bool     `json:"completed,omitempty"` // the server said so (226, 250)
}

var (
	_ = Register[FTPLoginV1](Schema{
		Name: FTPLogin, Version: 1, Shed: ShedTransaction, Repeats: true,
		Doc: "A login to an FTP server. That there was a user name and password is told, never which.",
	})
	_ = Register[FTPTransferV1](Schema{
		Name: FTPTransfer, Version: 1, Shed: ShedTransaction,
		Doc: "A file transferred by FTP: in which direction, and its extension if that is a well-known one.",
	})
)

// Credentials implements the interface of that name. The name for everybody is no
// secret.
func (f *FTPLoginV1) Credentials() (mechanism string, readable bool) {
	return "FTP", bool(f.Password) && !f.Anonymous && !f.Encrypted
}

// Claims implements [Claimer].
func (f *FTPLoginV1) Claims(_ *wardround.Observation, c *Claims) {
	c.Speak(Src, "ftp")
	c.Speak(Dst, "ftp")
}

// Link implements [Linker].
func (f *FTPLoginV1) Link(*wardround.Observation) (LinkClaim, bool) {
	l := LinkClaim{Protocol: "ftp", Encrypted: wardround.TriOf(f.Encrypted)}
	if !f.Encrypted {
		l.Authenticated = wardround.TriOf(bool(f.Password) && !f.Anonymous && f.Outcome == "accepted")
	}
	return l, true
}

// Link implements [Linker].
func (f *FTPTransferV1) Link(*wardround.Observation) (LinkClaim, bool) {
	return LinkClaim{Protocol: "ftp", Encrypted: wardround.No, ToClient: !f.Upload}, true
}
