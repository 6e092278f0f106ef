package kind

import "github.com/wardround/wardround"

// The kinds of file access without proof of who serves the file.
const (
	TFTPRequest Name = "tftp.request"
	NFSAccess   Name = "nfs.access"
)

// TFTPRequestV1 is a request to read or write a file by TFTP (RFC 1350).
//
// A file's name may name a patient, and so may its extension ("meier.anna"). So
// of the name only the presence is told, and the extension only if it is one of a
// list of well-known ones; any other is "other".
type TFTPRequestV1 struct {
	Write     bool     `json:"write,omitempty"`
	File      Presence `json:"file"`
	Extension string   `json:"extension,omitempty"`
	Mode      string   `json:"mode,omitempty"` // "octet", "netascii", "mail"
}

// NFSAccessV1 is what a client did on a file server over one connection, told once
// for each act and extension. NFS proves neither side to the other, unless
// Flavor is "gss" (RFC 2203).
type NFSAccessV1 struct {
	Version   uint32   `json:"version"`             // of NFS: 2, 3, 4
	Act       string   `json:"act"`                 // "look-up", "read", "write"
	File      Presence `json:"file,omitempty"`      // a name was given
	Extension string   `json:"extension,omitempty"` // as in [TFTPRequestV1]
	Flavor    string   `json:"flavor"`              // "none", "sys", "gss", "other"
}

var (
	_ = Register[TFTPRequestV1](Schema{
		Name: TFTPRequest, Version: 1, Shed: ShedTransaction, Repeats: true,
		Doc: "A client asks a TFTP server for a file, or brings one. The name stays in the sensor.",
	})
	_ = Register[NFSAccessV1](Schema{
		Name: NFSAccess, Version: 1, Shed: ShedTransaction, Repeats: true,
		Doc: "A client looks up, reads or writes files on an NFS server. Names stay in the sensor.",
	})
)

// Claims implements [Claimer].
func (t *TFTPRequestV1) Claims(_ *wardround.Observation, c *Claims) {
	c.Speak(Src, "tftp")
	c.Speak(Dst, "tftp")
}

// Link implements [Linker].
func (t *TFTPRequestV1) Link(*wardround.Observation) (LinkClaim, bool) {
	return LinkClaim{Protocol: "tftp", Encrypted: wardround.No, Authenticated: wardround.No, ToClient: !t.Write}, true
}

// Claims implements [Claimer].
func (n *NFSAccessV1) Claims(_ *wardround.Observation, c *Claims) {
	c.Speak(Src, "nfs")
	c.Speak(Dst, "nfs")
}

// Link implements [Linker]. Privacy is a choice within GSS that the head of a call
// doesn't tell.
func (n *NFSAccessV1) Link(*wardround.Observation) (LinkClaim, bool) {
	l := LinkClaim{Protocol: "nfs", Encrypted: wardround.No, Authenticated: wardround.No, ToClient: n.Act != "write"}
	if n.Flavor == "gss" {
		l.Encrypted, l.Authenticated = 0, wardround.Yes
	}
	return l, true
}
