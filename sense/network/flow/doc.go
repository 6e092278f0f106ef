// Package flow turns packets into conversations: it finds the flow of each
// packet, puts IP fragments and TCP segments together again, and hands the bytes
// to a [Handler] in the order in which they were sent.
//
//	t := flow.New(handler, flow.Limits{})
//	for each captured frame {
//		if err := p.Decode(link, frame, wire); … // p is a packet.Packet, reused
//		t.Packet(&p, at)                         // at: capture time, Unix nanoseconds
//	}
//	t.Close()
//
// A Table belongs to one goroutine. It reads no clock: time is the time of the
// packets, so the same packets give the same calls in the same order. For a quiet
// live interface, [Table.Advance] tells it how late it is.
//
// # What the handler sees
//
// For each flow: one Open, then Data, Gap, End (TCP) or Datagram (all others)
// calls, then one Close. Frames that are not IP (ARP, LLDP, …) go to Frame.
//
//   - Data: the next bytes of one direction. In-order segments are passed as they
//     lie in the capture buffer, without a copy; p is valid only during the call.
//   - Gap: n bytes of that direction are missing from the capture and will not come.
//   - End: that direction has sent its FIN and everything before it was delivered.
//   - Datagram: the payload of one UDP datagram (IP payload for other protocols,
//     ICMP from its type byte on), fragments joined. lost counts bytes at its end
//     that the snapshot length cut off.
//   - Close: the flow is over. f and what it points to must not be used after the
//     call returns: flows are recycled.
//
// A handler keeps its own state in [Flow.User], nil at Open. It should allocate
// that lazily: a million idle flows are to fit in a gigabyte, of which this package
// takes at most 400 bytes each.
//
// The handler must not call the Table from within a call, except
// [Table.Stats] and [Flow.Ignore].
//
// # Who is the client
//
// The sender of a SYN, or the receiver of a SYN-ACK. For TCP picked up in
// mid-stream, the end with the higher port, when one port is below 1024 or
// otherwise when they differ in class (registered against ephemeral ≥ 32768); the
// sender of the first packet when ports say nothing. For datagrams the sender of
// the first packet, unless it sent from a port below 1024 to one that is not.
// [Flow.ClientBy] says which rule decided. It never changes during a flow.
//
// # TCP
//
// Overlaps: the bytes that arrived first win, always. Bytes that repeat what was
// delivered or buffered are dropped; when the repeated bytes differ from the
// first ones, that is counted as a conflict (content of delivered
// segments is remembered as a sum in a fixed-size lossy cache).
//
// Gaps: segments beyond a hole are buffered until the hole is filled. The hole is
// given up, and reported as Gap, when the receiver has acknowledged it and
// Limits.AckedWait has passed; when Limits.GapWait has passed; when the flow or
// the table would exceed a limit; or when the flow closes.
//
// Sequence numbers outside the receiver's window (at least 1 MiB is assumed) are
// ignored and counted, until three consecutive segments agree on the new place:
// then the direction is re-synchronised with a Gap. Keep-alives and window probes
// are recognised and are not data. A RST counts only if it lies in the window (RFC 9293
// §3.10.7.4) or answers a SYN. A SYN with a new initial sequence number on a flow that is
// closed, reset or idle, or whose number is above everything seen, opens a new
// flow on the same tuple (the old one is closed as Reused).
//
// After both FINs were delivered and acknowledged, Close(Finished) is called at
// once and the tuple lingers, so that late retransmissions do not look like a new
// flow.
//
// One-sided captures work: acknowledgements of a direction never seen produce
// nothing, and the idle time-out ends the flow.
//
// # IP fragments
//
// Fragments are joined before anything else, within Limits. Exact duplicates are
// ignored; any other overlap discards the whole datagram and is counted (RFC 5722 for IPv6,
// applied to IPv4 too).
//
// # Time
//
// Time-outs run on a clock that follows packet time but never goes back: a packet
// with an earlier time than its predecessor does not move it, and after a jump
// back of more than ten seconds it runs on from the new time. A jump forward of
// more than a minute is believed when a second packet confirms it, so that one broken
// time stamp does not close every flow.
package flow
