package flow

import "time"

// Limits bound what a [Table] holds and how long it waits. A zero field takes
// the default named beside it.
type Limits struct {
	Flows int // concurrent flows, 1,048,576; the least useful is evicted to admit another

	// TCP reassembly.
	FlowBytes  int           // buffered per direction, 1 MiB
	TotalBytes int           // buffered in all flows, 64 MiB
	Segments   int           // buffered per direction, 512
	GapWait    time.Duration // for a hole to be filled, 5 s
	AckedWait  time.Duration // for a hole the receiver has acknowledged, 250 ms

	// IP fragments.
	Datagrams     int           // being joined, 1,024
	DatagramBytes int           // held in all of them, 8 MiB
	Fragments     int           // of one datagram, 256
	FragmentWait  time.Duration // for the last fragment, 30 s

	// Idle time-outs.
	Unanswered time.Duration // TCP without an established connection, 30 s
	TCP        time.Duration // 2 h 15 min: longer than the usual keep-alive of 2 h
	Linger     time.Duration // a finished or reset tuple is remembered, 15 s
	UDP        time.Duration // 2 min
	Other      time.Duration // 1 min

	Report time.Duration // see Reporter; 1 min

	// Separate keeps flows apart that have equal addresses and ports but another
	// VLAN or tunnel id. Off by default: a mirror port often shows one
	// conversation on two VLANs.
	Separate bool
}

func (l Limits) filled() Limits {
	setInt := func(p *int, d int) {
		if *p <= 0 {
			*p = d
		}
	}
	setDur := func(p *time.Duration, d time.Duration) {
		if *p <= 0 {
			*p = d
		}
	}
	setInt(&l.Flows, 1<<20)
	setInt(&l.FlowBytes, 1<<20)
	setInt(&l.TotalBytes, 64<<20)
	setInt(&l.Segments, 512)
	setInt(&l.Datagrams, 1024)
	setInt(&l.DatagramBytes, 8<<20)
	setInt(&l.Fragments, 256)
	setDur(&l.GapWait, 5*time.Second)
	setDur(&l.AckedWait, 250*time.Millisecond)
	setDur(&l.FragmentWait, 30*time.Second)
	setDur(&l.Unanswered, 30*time.Second)
	setDur(&l.TCP, 135*time.Minute)
	setDur(&l.Linger, 15*time.Second)
	setDur(&l.UDP, 2*time.Minute)
	setDur(&l.Other, time.Minute)
	setDur(&l.Report, time.Minute)
	return l
}
