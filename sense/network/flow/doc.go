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
//   - Gap: n bytes of that direction were not seen; whatever of them comes later
//     is dropped.
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
// The handler must not call the Table from within a call, except for
// [Table.Stats]. It may call [Flow.Ignore].
//
// # Who is the client
//
// The sender of a SYN, or the receiver of a SYN-ACK. For other first packets the
// ports decide: the end whose port is of the lower class (below 1024, below 32768,
// above) is the server; within a class, TCP takes the lower port for the server,
// and datagrams take the sender of the first packet for the client, as for
// everything sent to a multicast address. [Flow.ClientBy] says which rule decided. It
// never changes during a flow.
//
// # TCP
//
// Overlaps: the bytes that arrived first win, always. Bytes that repeat what was
// delivered or is held are dropped. When they differ from the first ones, that is
// counted as a conflict: for held bytes always, for delivered ones when the same
// segment comes again (its sum is kept in a cache of the 32,768 latest of the table).
//
// Gaps: segments behind a hole are held until the hole is filled. The hole is
// given up, and reported as Gap, when the receiver has acknowledged it and
// Limits.AckedWait has passed; when Limits.GapWait has passed; when the flow or
// the table would exceed a limit; or when the flow closes. Bytes cut off by the
// snapshot length are a Gap at once. The time given with held data that follows a Gap is
// that of its segment; with data behind a hole that was filled, that of the
// packet that filled it.
//
// Sequence numbers outside the receiver's window (at least 1 MiB is assumed, 16 MiB
// in mid-stream) are ignored and counted, until three consecutive segments agree on a new
// place: then the direction goes on from there after a Gap; its size is only a lower
// bound when the place lies backwards. Keep-alives are recognised and are not data. A
// RST counts only if it lies in the window (RFC 9293 §3.10.7.4) or answers a SYN; when
// the end that seems to have sent it goes on sending, a new flow is opened with its third
// segment, so that a forged RST blinds the table for a moment only.
//
// A SYN with another initial sequence number begins a new flow on the tuple, and
// the old one is closed as Reused, when the old one is over, was never answered, or
// when the SYN is answered: a SYN into the middle of a connection does not end it
// (RFC 5961 §4).
//
// After both FINs were delivered and acknowledged, Close(Finished) is called and
// the tuple lingers, so that late retransmissions do not look like a new flow; if the
// last acknowledgement is missing, after Limits.Unanswered.
//
// One-sided captures work: acknowledgements of a direction never seen produce
// nothing, and the idle time-out ends the flow.
//
// Not done: checksums and TTL are not verified, so a segment that the receiver discards
// for these is taken for real; urgent data is delivered in line.
//
// # IP fragments
//
// Fragments are joined before anything else, within Limits. Exact duplicates are
// ignored; any other overlap discards the whole datagram and is counted (RFC 5722 for IPv6,
// applied to IPv4 too).
//
// # Time
//
// Time-outs run on a clock that follows capture time but never goes back. A packet
// up to ten seconds earlier than its predecessors does not move it. A jump back of
// more, or ahead of more than a minute, is believed when the next packet
// agrees with it, so that one broken time stamp does not close every flow. Time-outs
// end at the latest an eighth late.
package flow
