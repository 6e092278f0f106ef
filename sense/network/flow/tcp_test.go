package flow

import (
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/format/packet"
)

func TestConversation(t *testing.T) {
	s := tell(t, Limits{}).hello()
	s.c("", 0, 0, "request").s("", 0, 7, "answer").c("", 7, 6, "")
	s.c("F", 7, 6, "").s("F", 6, 8, "bye").c("", 8, 10, "")
	s.told("open 1 10.0.0.1:51000 > 10.0.0.2:11112 by syn",
		"client request", "server answer", "client end", "server bye", "server end", "close 1 finished")
	s.s("F", 6, 8, "bye").c("", 8, 10, "")
	s.counted("Late", s.table.Stats().Late, 2)
	s.told()
	s.wait(time.Minute).table.Advance(s.at)
	s.counted("FlowsOpen", uint64(s.table.Stats().FlowsOpen), 0)
}

func TestFlowCounts(t *testing.T) {
	s := tell(t, Limits{}).hello()
	s.c("", 0, 0, "request").c("", 0, 0, "request").s("", 0, 7, "answer")
	s.table.Each(func(f *Flow) {
		c, v := f.Sent[FromClient], f.Sent[FromServer]
		want := Sent{Packets: 4, Bytes: 4*54 + 14, Payload: 7, Repeated: 7, Flags: SawSYN | SawData}
		if c != want {
			t.Errorf("client sent %+v, want %+v", c, want)
		}
		if v.Packets != 2 || v.Bytes != 2*54+6 || v.Payload != 6 {
			t.Errorf("server sent %+v", v)
		}
		if !f.Handshake() || f.OneSided() || f.RTT != 2000 || f.First != start+1e6 || f.Last != s.at {
			t.Errorf("handshake %v one-sided %v RTT %d µs, %d to %d", f.Handshake(), f.OneSided(), f.RTT, f.First, f.Last)
		}
		if f.Client().MAC != (packet.MAC{2, 1}) || f.Server().MAC != (packet.MAC{2, 2}) || f.Sent[0].Flags&SawMACChange != 0 {
			t.Errorf("ends %+v", f.Ends)
		}
	})
}

func TestOrder(t *testing.T) {
	for _, c := range []struct {
		name string
		tell func(*story)
		want []string
	}{
		{"segments reversed", func(s *story) { s.c("", 6, 0, "ghi").c("", 3, 0, "def").c("", 0, 0, "abc") },
			[]string{"client abc", "client def", "client ghi"}},
		{"retransmission fills the hole", func(s *story) { s.c("", 3, 0, "def").c("", 0, 0, "abcdef") },
			[]string{"client abcdef"}},
		{"first arrived wins, held", func(s *story) { s.c("", 3, 0, "DEF").c("", 0, 0, "abcdefghi") },
			[]string{"client abcdefghi"}},
		{"first arrived wins, woven", func(s *story) {
			s.c("", 2, 0, "CC").c("", 6, 0, "GG").c("", 1, 0, "bbbbbbbb").c("", 0, 0, "a")
		}, []string{"client a", "client b", "client CC", "client bb", "client GG", "client b"}},
		{"held inside a longer one", func(s *story) { s.c("", 1, 0, "bcdef").c("", 2, 0, "CDE").c("", 0, 0, "a") },
			[]string{"client a", "client bcdef"}},
		{"partly old", func(s *story) { s.c("", 0, 0, "abc").c("", 1, 0, "BCde") },
			[]string{"client abc", "client de"}},
		{"wholly old", func(s *story) { s.c("", 0, 0, "abc").c("", 1, 0, "b").c("", 0, 0, "ab") },
			[]string{"client abc"}},
		{"held end overlaps next", func(s *story) { s.c("", 2, 0, "cde").c("", 4, 0, "EFG").c("", 0, 0, "ab") },
			[]string{"client ab", "client cde", "client FG"}},
		{"FIN before its data", func(s *story) { s.c("F", 3, 0, "def").c("", 0, 0, "abc") },
			[]string{"client abc", "client def", "client end"}},
		{"FIN alone before its data", func(s *story) { s.c("F", 3, 0, "").c("", 0, 0, "abc") },
			[]string{"client abc", "client end"}},
		{"keep-alives", func(s *story) {
			s.c("", 0, 0, "abc").s("", 0, 3, "").c("", 2, 0, "").c("", 2, 0, "\x00").s("", 0, 3, "").s("", -1, 3, "").c("", 3, 0, "def")
		}, []string{"client abc", "client def"}},
		{"data on SYN repeated", func(s *story) { s.c("S", -1, 0, "").c("", 0, 0, "abc").c("S", -1, 0, "").c("", 3, 0, "d") },
			[]string{"client abc", "client d"}},
		{"ignored", func(s *story) {
			s.ignore = "abc"
			s.c("", 6, 0, "ghi").c("", 0, 0, "abc").c("", 3, 0, "def").c("", 9, 0, "jkl").c("F", 12, 0, "")
		}, []string{"client abc"}},
		{"ignored while draining", func(s *story) {
			s.ignore = "def"
			s.c("", 3, 0, "def").c("", 6, 0, "ghi").c("", 0, 0, "abc").c("F", 9, 0, "")
		}, []string{"client abc", "client def"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tell(t, Limits{}).hello()
			c.tell(s)
			s.told(c.want...)
			if s.table.store.held != 0 || s.table.Stats().GapBytes != 0 {
				t.Errorf("%d bytes held, stats %+v", s.table.store.held, s.table.Stats())
			}
		})
	}
}

// The sequence numbers of both directions wrap in every story (the server's after
// 15 bytes); here the client's do inside a held segment.
func TestSequenceWrap(t *testing.T) {
	s := tell(t, Limits{})
	s.isn[FromClient] = 0xffff_fffc
	s.hello().c("", 2, 0, "cdef").c("", 6, 0, "gh").c("", 0, 0, "ab").s("", 0, 8, strings.Repeat("x", 40)).s("", 60, 8, "z").s("", 40, 8, strings.Repeat("y", 20))
	s.told("client ab", "client cdef", "client gh", "server "+strings.Repeat("x", 40), "server "+strings.Repeat("y", 20), "server z")
}

func TestConflicts(t *testing.T) {
	s := tell(t, Limits{}).hello()
	s.c("", 3, 0, "def").c("", 2, 0, "cdXf").c("", 3, 0, "def") // held: one differs, one agrees
	s.c("", 0, 0, "ab").c("", 0, 0, "ab").c("", 0, 0, "aB")     // delivered: one agrees, one differs
	s.told("client ab", "client c", "client def")
	s.counted("Conflicts", s.table.Stats().Conflicts, 2)
	s.counted("RepeatedBytes", s.table.Stats().RepeatedBytes, 3+3+2+2)
	s.c("F", 6, 0, "").c("", 6, 0, "beyond the end")
	s.table.Each(func(f *Flow) { s.counted("flow's conflicts", uint64(f.Sent[0].Conflict), 2) })
}

func TestGaps(t *testing.T) {
	for _, c := range []struct {
		name   string
		limits Limits
		tell   func(*story)
		want   []string
	}{
		{"time", Limits{}, func(s *story) {
			s.c("", 3, 0, "def").wait(4*time.Second).c("", 6, 0, "ghi").wait(2*time.Second).s("", 0, 0, "x")
		},
			[]string{"client gap 3", "client def", "client ghi", "server x"}},
		{"time without packets", Limits{}, func(s *story) { s.c("", 3, 0, "def").wait(6 * time.Second).table.Advance(s.at) },
			[]string{"client gap 3", "client def"}},
		{"acknowledged", Limits{}, func(s *story) { s.c("", 3, 0, "def").s("", 0, 6, "").wait(300*time.Millisecond).s("", 0, 6, "x") },
			[]string{"client gap 3", "client def", "server x"}},
		{"acknowledged, nothing held", Limits{}, func(s *story) { s.c("", 0, 0, "abc").s("", 0, 9, "").wait(300*time.Millisecond).s("", 0, 9, "x") },
			[]string{"client abc", "client gap 6", "server x"}},
		{"acknowledged in part", Limits{}, func(s *story) {
			s.c("", 6, 0, "ghi").s("", 0, 3, "").wait(300*time.Millisecond).s("", 0, 3, "x").c("", 3, 0, "def")
		}, []string{"client gap 3", "server x", "client def", "client ghi"}},
		{"acknowledged ahead of the data", Limits{}, func(s *story) { s.s("", 0, 3, "").c("", 0, 0, "abc").wait(time.Second).c("", 3, 0, "d") },
			[]string{"client abc", "client d"}},
		{"two holes", Limits{}, func(s *story) {
			s.c("", 3, 0, "def").c("", 9, 0, "jkl").wait(6*time.Second).c("", 12, 0, "m").wait(6*time.Second).c("", 13, 0, "n")
		},
			[]string{"client gap 3", "client def", "client gap 3", "client jkl", "client m", "client n"}},
		{"too late", Limits{}, func(s *story) { s.c("", 3, 0, "def").wait(6*time.Second).c("", 0, 0, "abc").c("", 6, 0, "g") },
			[]string{"client gap 3", "client def", "client g"}},
		{"segments", Limits{Segments: 2}, func(s *story) { s.c("", 3, 0, "d").c("", 5, 0, "f").c("", 7, 0, "h") },
			[]string{"client gap 3", "client d"}},
		{"flow bytes", Limits{FlowBytes: 4096}, func(s *story) { s.c("", 3, 0, "d").c("", 4, 0, "e").c("", 5, 0, "f") },
			[]string{"client gap 3", "client d", "client e", "client f"}},
		{"segment over flow bytes", Limits{FlowBytes: 100}, func(s *story) { s.c("", 3, 0, "d") },
			[]string{"client gap 3", "client d"}},
		{"total bytes", Limits{TotalBytes: 4096}, func(s *story) { s.c("", 3, 0, "d").s("", 3, 0, "D").c("", 9, 0, "j") },
			[]string{"client gap 3", "client d"}},
		{"FIN", Limits{}, func(s *story) { s.c("F", 3, 0, "").wait(6*time.Second).s("", 0, 0, "x") },
			[]string{"client gap 3", "client end", "server x"}},
		{"reset", Limits{}, func(s *story) { s.c("", 3, 0, "d").s("R", 0, 0, "") },
			[]string{"client gap 3", "client d", "close 1 reset"}},
		{"shutdown", Limits{}, func(s *story) { s.c("", 3, 0, "d").s("F", 5, 0, "").table.Close() },
			[]string{"client gap 3", "client d", "server gap 5", "server end", "close 1 shutdown"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tell(t, c.limits).hello()
			c.tell(s)
			s.check()
			s.told(c.want...)
		})
	}
}

func TestSnapshotLength(t *testing.T) {
	s := tell(t, Limits{}).hello()
	s.cut = 4
	s.c("", 6, 0, "ghijkl").c("", 0, 0, "abcdef").c("", 12, 0, "mnop").c("", 10, 0, "klmnopqr")
	s.told("client ab", "client gap 4", "client gh", "client gap 4", "client gap 4", "client gap 2")
	s.counted("Truncated", s.table.Stats().Truncated, 4)
}
