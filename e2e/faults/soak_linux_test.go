package faults

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/format/pcap"
	"github.com/wardround/wardround/kind"
)

// A server watches the simulated ward's traffic, over and over, for a while. It
// loses nothing, keeps up, and its memory does not grow.
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("a soak is long")
	}
	last := 12 * time.Second
	if v := os.Getenv("WARDROUND_SOAK"); v != "" {
		var err error
		if last, err = time.ParseDuration(v); err != nil {
			t.Fatal(err)
		}
	}
	if !namespaced(t) {
		return
	}
	var frames [][]byte
	packetsOf(t, []string{"--hours", "0.3", "--heavy", "2"}, func(p *pcap.Packet) { frames = append(frames, bytes.Clone(p.Data)) })
	s, w := watch(t)
	s.meets(w, 1)
	const pace = 5 // packets a millisecond
	begin := time.Now()
	var server, capture []int // resident memory in kB, every half second
	sent, rounds := 0, 0
	for next := begin; time.Since(begin) < last; {
		for range pace {
			w.send(frames[sent%len(frames)])
			if sent++; sent%len(frames) == 0 {
				rounds++
			}
		}
		if now := time.Now(); now.After(next) {
			next = now.Add(last / 60)
			server = append(server, s.resident())
			capture = append(capture, resident(s.TB, s.capturePID()))
		}
		if ahead := time.Duration(sent/pace)*time.Millisecond - time.Since(begin); ahead > 0 {
			time.Sleep(ahead)
		}
	}
	lag, shed := s.metric("wardround_judge_lag_seconds"), s.metric("wardround_shed_transaction_total")
	if lag < 0 || lag > 1 || shed != 0 {
		t.Errorf("it lags %v s behind and shed %v transactions", lag, shed)
	}
	s.meets(w, 2)
	s.stop()
	var status kind.SensorStatusV1
	for _, o := range observations(t, s.dir, near) {
		if x, ok := o.Fields.(*kind.SensorStatusV1); ok {
			status.Packets += x.Packets
			status.KernelDrops += x.KernelDrops
			status.QueueDrops += x.QueueDrops
		}
	}
	if status.KernelDrops+status.QueueDrops > 0 || status.Packets < int64(sent) {
		t.Errorf("%d packets were sent, %d seen, %d dropped by the kernel, %d observations shed", sent, status.Packets, status.KernelDrops, status.QueueDrops)
	}
	b := audit(t, s.dir)
	for name, kb := range map[string][]int{"server": server, "capture": capture} {
		// After a third the working set has been seen; what it holds then and at the
		// end, garbage apart, is the same.
		third := len(kb) / 3
		early, late := slices.Min(kb[third:2*third]), slices.Min(kb[2*third:])
		t.Logf("%s: %d kB in the second third, %d kB in the last, at most %d kB", name, early, late, slices.Max(kb))
		if late > early+early/4+16<<10 {
			t.Errorf("the memory of the %s grows: %v kB", name, kb)
		}
	}
	t.Logf("%d packets in %v, %.1f times the same traffic; %d observations, %d leaves", sent, last, float64(sent)/float64(len(frames)), b.last, b.leaves)
	if n := len(strings.Fields(s.text())); n == 0 || rounds == 0 && last > 10*time.Second {
		t.Errorf("%d rounds: this test shows too little", rounds)
	}
}
