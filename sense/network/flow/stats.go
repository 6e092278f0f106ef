package flow

// Stats counts everything a [Table] saw and everything it could not use. All
// counters only grow, but for those marked as gauges.
type Stats struct {
	Packets uint64 // given to Table.Packet
	Bytes   uint64 // of whole frames on the wire
	Frames  uint64 // of them not IP, passed to Handler.Frame

	Flows      uint64 // opened
	FlowsOpen  int    // gauge: in the table now, lingering tuples included
	Finished   uint64 // closed, by reason
	Reset      uint64
	Idle       uint64
	Evicted    uint64
	Reused     uint64
	MidStream  uint64 // TCP flows picked up without SYN
	Late       uint64 // packets of a tuple that was already closed
	Revived    uint64 // tuples that went on after a reset, as a new flow
	StrayReset uint64 // RST of a tuple that is not in the table

	ClockBack   uint64 // capture clock jumped back by more than 10 s
	ClockBroken uint64 // time stamps far from those before and after them

	Malformed uint64 // frames without readable headers, also after joining fragments
	Truncated uint64 // payload cut short by the snapshot length

	// TCP.
	Segments      uint64 // with payload
	OutOfOrder    uint64 // buffered because a hole was before them
	Repeated      uint64 // segments wholly or partly repeated
	RepeatedBytes uint64
	Conflicts     uint64 // segments that repeated bytes with different content
	OutOfWindow   uint64 // segments ignored because of their sequence number
	Resyncs       uint64 // directions re-synchronised after such segments
	ResetsIgnored uint64 // RST outside the window
	KeepAlives    uint64
	Holes         uint64 // times something was missing, filled later or not
	Gaps          uint64 // holes given up
	GapBytes      uint64
	GapsByLimit   uint64 // holes given up because of FlowBytes, TotalBytes or Segments
	Buffered      int    // gauge: bytes held for reassembly
	BufferedPeak  int

	// IP fragments.
	Fragments       uint64
	Joined          uint64 // datagrams completed
	FragmentsLate   uint64 // fragments dropped because their datagram timed out
	FragmentsLimit  uint64 // fragments dropped because of a limit
	FragmentsBad    uint64 // fragments dropped because of overlap or impossible lengths
	FragmentsCut    uint64 // fragments dropped because they were not captured whole
	DatagramsBad    uint64 // datagrams discarded because fragments overlapped
	FragmentPending int    // gauge: bytes held for joining
}
