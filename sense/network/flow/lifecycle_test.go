package flow

import (
	"testing"
	"time"

	"github.com/wardround/wardround/format/packet"
)

func TestReset(t *testing.T) {
	for _, c := range []struct {
		name    string
		tell    func(*story)
		want    []string
		ignored uint64
	}{
		{"in sequence", func(s *story) { s.hello().c("", 0, 0, "abc").s("RA", 0, 3, "") }, []string{"client abc", "close 1 reset"}, 0},
		{"in the window", func(s *story) { s.hello().c("R", 60000, 0, "") }, []string{"close 1 reset"}, 0},
		{"blind, before the window", func(s *story) { s.hello().c("", 0, 0, "abc").c("R", -5000, 0, "").c("", 3, 0, "d") },
			[]string{"client abc", "client d"}, 1},
		{"blind, behind the window", func(s *story) { s.hello().c("R", 1<<24, 0, "").c("", 0, 0, "abc") }, []string{"client abc"}, 1},
		{"connection refused", func(s *story) { s.c("S", -1, 0, "").s("RA", -1-int(s.isn[1]), 0, "") }, []string{"close 1 reset"}, 0},
		{"refused, wrong number", func(s *story) { s.c("S", -1, 0, "").s("RA", -1, 7, "") }, nil, 1},
		{"of nothing", func(s *story) { s.s("R", 0, 0, "") }, nil, 0},
		{"at what was acknowledged", func(s *story) { s.hello().c("", 0, 0, "abc").s("", 0, 3, "").c("", 3, 0, "def").c("R", 3, 0, "") },
			[]string{"client abc", "client def", "close 1 reset"}, 0},
		{"forged", func(s *story) {
			s.hello().c("R", 10, 0, "").c("", 0, 0, "abc").s("", 0, 3, "x").c("", 3, 1, "def").s("", 1, 6, "").c("", 6, 1, "ghi").s("", 1, 9, "yes")
		}, []string{"close 1 reset", "open 2 10.0.0.1:51000 > 10.0.0.2:11112 by port", "client ghi", "server yes"}, 0},
		{"data still in flight", func(s *story) {
			s.hello().c("R", 0, 0, "").s("", 0, 0, "a").s("", 1, 0, "b").s("", 2, 0, "c").s("", 3, 0, "d").c("R", 0, 0, "").c("R", 0, 0, "").c("R", 0, 0, "")
		}, []string{"close 1 reset"}, 0},
		{"mid-stream", func(s *story) { s.c("", 0, 0, "abc").s("RA", 0, 3, "") }, []string{"client abc", "close 1 reset"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tell(t, Limits{})
			c.tell(s)
			s.told(c.want...)
			s.counted("ResetsIgnored", s.table.Stats().ResetsIgnored, c.ignored)
		})
	}
}

func TestTupleReuse(t *testing.T) {
	const again = "open 2 10.0.0.1:51000 > 10.0.0.2:11112 by syn"
	renumber := func(s *story) { s.isn = [2]uint32{777_000_000, 888_000_000} }
	for _, c := range []struct {
		name string
		tell func(*story)
		want []string
	}{
		{"after the end", func(s *story) {
			s.hello().c("F", 0, 0, "").s("F", 0, 1, "").c("", 1, 1, "")
			renumber(s)
			s.hello().c("", 0, 0, "abc")
		}, []string{"client end", "server end", "close 1 finished", again, "client abc"}},
		{"after a reset", func(s *story) {
			s.hello().s("R", 0, 0, "")
			renumber(s)
			s.hello().c("", 0, 0, "abc")
		}, []string{"close 1 reset", again, "client abc"}},
		{"refused and repeated", func(s *story) {
			s.c("S", -1, 0, "").s("RA", -1-int(s.isn[1]), 0, "").c("S", -1, 0, "").s("RA", -1-int(s.isn[1]), 0, "")
		}, []string{"close 1 reset"}},
		{"never answered", func(s *story) {
			s.c("S", -1, 0, "").c("S", -1, 0, "")
			renumber(s)
			s.hello().c("", 0, 0, "abc")
		}, []string{"close 1 reused", again, "client abc"}},
		{"in mid-connection, answered", func(s *story) {
			s.hello().c("", 0, 0, "abc")
			renumber(s)
			s.c("S", -1, 0, "").s("S", -1, 0, "").c("", 0, 0, "").c("", 3, 0, "def").c("", 0, 0, "abc")
		}, []string{"client abc", "close 1 reused", "open 2 10.0.0.1:51000 > 10.0.0.2:11112 by syn-ack", "client abc", "client def"}},
		{"in mid-connection, blind", func(s *story) {
			s.hello().c("", 0, 0, "abc")
			old := s.isn
			renumber(s)
			s.c("S", -1, 0, "")
			s.isn = old
			s.c("", 3, 0, "def")
		}, []string{"client abc", "client def"}},
		{"in a one-sided capture", func(s *story) {
			s.c("S", -1, 0, "").c("", 0, 0, "abc")
			renumber(s)
			s.c("S", -1, 0, "").c("", 0, 0, "def")
		}, []string{"client abc", "close 1 reused", again, "client def"}},
		{"unseen handshake", func(s *story) { // three segments that agree
			s.hello().c("", 0, 0, "abc")
			renumber(s)
			s.c("", 0, 0, "lost1").c("", 5, 0, "lost2").c("", 10, 0, "found").c("", 15, 0, "and so on")
		}, []string{"client abc", "client gap 776999007", "client found", "client and so on"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tell(t, Limits{})
			c.tell(s)
			s.told(c.want...)
		})
	}
}

func TestMidStream(t *testing.T) {
	for _, c := range []struct {
		name  string
		ports [2]uint16
		tell  func(*story)
		want  []string
	}{
		{"client's data first", [2]uint16{}, func(s *story) { s.c("", 100, 50, "abc").s("", 50, 103, "def") },
			[]string{"open 1 10.0.0.1:51000 > 10.0.0.2:11112 by port", "client abc", "server def"}},
		{"server's data first", [2]uint16{}, func(s *story) { s.s("", 50, 100, "def").c("", 100, 53, "abc") },
			[]string{"open 1 10.0.0.1:51000 > 10.0.0.2:11112 by port", "server def", "client abc"}},
		{"SYN-ACK first", [2]uint16{40, 50}, func(s *story) { s.s("S", -1, 0, "").c("", 0, 0, "abc") },
			[]string{"open 1 10.0.0.1:40 > 10.0.0.2:50 by syn-ack", "client abc"}},
		{"equal ports", [2]uint16{104, 104}, func(s *story) { s.s("", 50, 100, "def").c("", 100, 53, "abc") },
			[]string{"open 1 10.0.0.2:104 > 10.0.0.1:104 by first-packet", "client def", "server abc"}},
		{"one class", [2]uint16{2000, 1999}, func(s *story) { s.s("", 50, 100, "def") },
			[]string{"open 1 10.0.0.1:2000 > 10.0.0.2:1999 by port", "server def"}},
		{"in flight", [2]uint16{}, func(s *story) { s.s("", 50, 100, "").c("", 150, 50, "abc").c("", 100, 50, "old") },
			[]string{"open 1 10.0.0.1:51000 > 10.0.0.2:11112 by port", "client abc"}},
		{"a retransmission first", [2]uint16{}, func(s *story) { s.s("", 50, 102, "").c("", 100, 50, "abcd") },
			[]string{"open 1 10.0.0.1:51000 > 10.0.0.2:11112 by port", "client cd"}},
		{"keep-alive first", [2]uint16{}, func(s *story) { s.c("", 99, 50, "").s("", 50, 100, "").wait(time.Second).c("", 100, 50, "abc") },
			[]string{"open 1 10.0.0.1:51000 > 10.0.0.2:11112 by port", "client abc"}},
		{"keep-alive with a byte first", [2]uint16{}, func(s *story) { s.c("", 99, 50, "\x00").s("", 50, 100, "").wait(time.Second).c("", 100, 50, "abc") },
			[]string{"open 1 10.0.0.1:51000 > 10.0.0.2:11112 by port", "client abc"}},
		{"end first", [2]uint16{}, func(s *story) { s.c("F", 100, 50, "").s("F", 50, 101, "").c("", 101, 51, "") },
			[]string{"open 1 10.0.0.1:51000 > 10.0.0.2:11112 by port", "client end", "server end", "close 1 finished"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tell(t, Limits{})
			if c.ports != [2]uint16{} {
				s.ports = c.ports
			}
			c.tell(s)
			s.told(c.want...)
			s.counted("GapBytes", s.table.Stats().GapBytes, 0)
		})
	}
}

// Of a one-sided capture the seen side is delivered whole, and no gaps are made up
// for the other.
func TestOneSided(t *testing.T) {
	s := tell(t, Limits{})
	s.c("S", -1, 0, "").c("", 0, 0, "").c("", 0, 0, "abc").c("", 3, 5000, "").wait(time.Hour).c("", 3, 90000, "def").c("F", 6, 90000, "")
	s.told("client abc", "client def", "client end")
	s.table.Each(func(f *Flow) {
		if !f.OneSided() || f.Handshake() {
			t.Error("the server was not seen")
		}
	})
	for range 60 {
		s.wait(time.Minute).table.Advance(s.at)
	}
	s.told()
	for range 120 {
		s.wait(time.Minute).table.Advance(s.at)
	}
	s.told("close 1 idle")

	s = tell(t, Limits{})
	s.s("S", -1, 0, "").s("", 0, 300, "abc").s("", 3, 900, "def").wait(time.Second).s("", 6, 1500, "")
	s.told("open 1 10.0.0.1:51000 > 10.0.0.2:11112 by syn-ack", "server abc", "server def")
}

func TestLostBurst(t *testing.T) {
	s := tell(t, Limits{}).hello()
	const lost = 100 << 20
	s.c("", 0, 0, "abc").c("", lost, 0, "1").c("", lost+1, 0, "2").c("", lost+2, 0, "3").c("", lost+3, 0, "4")
	s.told("client abc", "client gap 104857599", "client 3", "client 4")
	s.counted("Resyncs", s.table.Stats().Resyncs, 1)
	// Segments that disagree change nothing.
	s.c("", 5, 0, "x").c("", 900<<20, 0, "y").c("", 600<<20, 0, "z").c("", 900<<20, 0, "y").c("", lost+4, 0, "5")
	s.told("client 5")
}

func TestIdle(t *testing.T) {
	s := tell(t, Limits{})
	s.c("S", -1, 0, "")
	s.ports[0] = 51001
	s.hello()
	s.ports[0] = 51002
	s.hello().c("F", 0, 0, "").s("F", 0, 1, "")
	s.lines = nil
	pass := func(d time.Duration) *story {
		for end := s.at + int64(d); s.at < end; s.table.Advance(s.at) {
			s.at += int64(time.Second)
		}
		return s
	}
	pass(35*time.Second).told("close 3 finished", "close 1 idle")
	pass(2 * time.Hour)
	s.ports[0] = 51001
	s.c("", 0, 0, "late") // just before the time-out
	pass(2 * time.Hour).told("client late")
	pass(time.Hour).told("close 2 idle")
	s.counted("FlowsOpen", uint64(s.table.Stats().FlowsOpen), 0)
}

// A packet on a flow that timed out while nothing was captured opens a new flow.
func TestIdleWithoutSweep(t *testing.T) {
	s := tell(t, Limits{}).hello()
	s.wait(3*time.Hour).c("", 0, 0, "abc") // one doubtful time stamp
	s.c("", 3, 0, "def")
	s.told("client abc", "close 1 idle", "open 2 10.0.0.1:51000 > 10.0.0.2:11112 by port", "client def")
}

func TestEviction(t *testing.T) {
	s := tell(t, Limits{Flows: 4})
	s.hello() // 1, established
	for i := range uint16(4) {
		s.ports[0] = 52000 + i
		s.c("S", -1, 0, "")
	}
	s.ports[0] = 51000
	s.c("", 0, 0, "still there")
	s.told("open 1 10.0.0.1:51000 > 10.0.0.2:11112 by syn",
		"open 2 10.0.0.1:52000 > 10.0.0.2:11112 by syn",
		"open 3 10.0.0.1:52001 > 10.0.0.2:11112 by syn",
		"open 4 10.0.0.1:52002 > 10.0.0.2:11112 by syn",
		"close 2 evicted",
		"open 5 10.0.0.1:52003 > 10.0.0.2:11112 by syn",
		"client still there")
	s.counted("Evicted", s.table.Stats().Evicted, 1)

	// Among equals the one not seen for longest goes.
	s = tell(t, Limits{Flows: 3})
	for i := range uint16(3) {
		s.ports[0] = 51000 + i
		s.hello().wait(time.Second)
	}
	s.ports[0] = 51000
	s.c("", 0, 0, "x").wait(time.Second)
	s.lines = nil
	s.ports[0] = 51003
	s.c("S", -1, 0, "").told("close 2 evicted", "open 4 10.0.0.1:51003 > 10.0.0.2:11112 by syn")
}

func TestReport(t *testing.T) {
	s := tell(t, Limits{}).hello()
	s.reports = true
	for range 5 {
		s.wait(25*time.Second).c("", 0, 0, "")
	}
	s.told("report 1")
	s.wait(20*time.Second).c("", 0, 0, "").told("report 1")
}

func TestSeparate(t *testing.T) {
	for separate, want := range map[bool]uint64{false: 1, true: 2} {
		s := tell(t, Limits{Separate: separate})
		p := packet.Packet{IPVersion: 4, Protocol: packet.UDP, Src: patient, Dst: archive, SrcPort: 9, DstPort: 9, VLANs: 1, VLAN: [2]uint16{5}}
		s.feed(&p)
		p.VLAN[0] = 6
		s.feed(&p)
		s.counted("Flows", s.table.Stats().Flows, want)
	}
}

func TestMACChange(t *testing.T) {
	s := tell(t, Limits{}).hello()
	p := packet.Packet{IPVersion: 4, Protocol: packet.TCP, Src: patient, Dst: archive, SrcPort: 51000, DstPort: 11112, TCPFlags: packet.ACK,
		SrcMAC: packet.MAC{6, 6, 6}, Seq: s.isn[0] + 1, Ack: s.isn[1] + 1}
	s.feed(&p)
	s.table.Each(func(f *Flow) {
		if f.Sent[0].Flags&SawMACChange == 0 || f.Client().MAC != (packet.MAC{2, 1}) {
			t.Errorf("%+v", f.Client())
		}
	})
}
