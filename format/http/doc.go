// Package http reads and writes HTTP/1.0 and HTTP/1.1 (RFC 9110, RFC 9112) the
// way somebody who only watches the wire has to: both directions separately, in
// pieces of any size, with losses, and without a say in what the peers send.
//
// A [Decoder] reads one direction and tells a [Handler] of each head, each piece
// of content, each trailer section and each end. It never holds content: pieces
// are passed on as slices of what was fed. What it holds is a head that has not
// ended yet, at most [Limits].Head bytes.
//
// A [Conversation] owns the two decoders of one connection and pairs requests
// with responses into an [Exchange]: pipelining, interim responses, HEAD,
// CONNECT and Upgrade, early answers and bodies that end with the connection are
// settled there (RFC 9112 §6.3, RFC 9110 §15.2). Who wants to see content hands
// the conversation a [content.Sink] when a head has been read; content nobody
// asked for is counted and skipped. A content coding of gzip or deflate is
// undone on the way to the sink, within [content.InflateLimits].
//
// Messages that break the grammar are read as leniently as the framing allows
// and the deviation is named in an [Anomaly]: some of them are how one peer is
// made to see a different message than another (request smuggling). Where the
// framing is lost the decoder returns an error once and looks for the next start
// line.
//
// [Request.Append] and [Response.Append] write messages; what they wrote, the
// decoder reads back.
package http
