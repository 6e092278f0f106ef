// Package tls reads what is visible of a TLS connection, and writes connections
// that look real, without any cryptography of its own: SSL 3.0 to TLS 1.3 (RFC
// 6101, 2246, 4346, 5246, 8446), and the ClientHello that SSL 2.0 clients send
// to servers that may know more (RFC 5246 appendix E.2).
//
// A [Decoder] reads one direction and hands over each message it can see; a
// [Conversation] puts both directions together into one [Session]:
//
//	c := tls.NewConversation(tls.Limits{})
//	err := c.Client.Feed(segment) // or c.Server
//	if c.Session.Done() {
//		c.Session.Version(), c.Session.Hello.ServerName, c.Session.Leaf() …
//	}
//
// What is encrypted is counted and skipped, never copied. From TLS 1.3 on, and
// when a session is resumed, certificates are not visible: [Session.Certificates]
// tells the difference between "none" and "cannot be seen".
//
// [ClientHello.JA4] is the JA4 fingerprint of the client; for servers there is
// [ServerHello.Tuple], a readable list of what the server chose.
//
// To write, the messages have Append methods; [Script] lays out whole sessions
// from a seed, with certificates from [Mint] and filler in place of ciphertext.
package tls
