package kind

import "github.com/wardround/wardround"

// TelnetLogin is a login by Telnet: see [TelnetLoginV1].
const TelnetLogin Name = "telnet.login"

// TelnetLoginV1 is a login on a Telnet connection (RFC 854): the server asked for
// a password and a line was typed. Nothing of what was typed or printed leaves.
type TelnetLoginV1 struct {
	User     Presence `json:"user,omitempty"` // a user name was asked for and typed
	Password Presence `json:"password"`
	// Attempts counts the passwords typed on the connection, up to this one.
	Attempts int `json:"attempts"`
}

var _ = Register[TelnetLoginV1](Schema{
	Name: TelnetLogin, Version: 1, Shed: ShedTransaction, Repeats: true,
	Doc: "Somebody typed a password into a Telnet connection. That it was there is told, never what it was.",
})

// Credentials implements the interface of that name.
func (t *TelnetLoginV1) Credentials() (mechanism string, readable bool) {
	return "Telnet", bool(t.Password)
}

// Claims implements [Claimer].
func (t *TelnetLoginV1) Claims(_ *wardround.Observation, c *Claims) {
	c.Speak(Src, "telnet")
	c.Speak(Dst, "telnet")
}

// Link implements [Linker].
func (t *TelnetLoginV1) Link(*wardround.Observation) (LinkClaim, bool) {
	return LinkClaim{Protocol: "telnet", Encrypted: wardround.No}, true
}
