package faults

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// The clock is set back by an hour. Time does not go back, and does not stand
// still either: wake-ups come, evidence decays, repeats are counted; and the
// monitor says what happened.
func TestClockSetBack(t *testing.T) {
	x := newIntake(t, nil, readable).run()
	x.offer(login(noon, false))
	if v := x.verdict(""); v == nil || v.State != wardround.Fail {
		t.Fatalf("%+v", v)
	}
	hour := noon.Add(-time.Hour)
	x.hand.set(hour)
	eventually(t, "the monitor to tell of it", func() bool { return x.losses().ClockBack == time.Hour.Milliseconds() })
	x.offer(login(hour.Add(time.Second), true))
	if v := x.verdict(""); v.State != wardround.Fail || !v.At.Equal(noon) {
		t.Errorf("an older observation replaced a newer verdict: %+v", v)
	}
	// The site's clock goes on at half the speed: woken at 12:02.
	x.hand.set(hour.Add(5 * time.Minute))
	eventually(t, "the wake-up", func() bool { x.offer(); return x.verdict("woken") != nil })
	x.hand.set(hour.Add(time.Hour - time.Minute)) // it is past 12:15 by the site's clock
	eventually(t, "the verdict to go stale", func() bool {
		x.offer(login(hour, true))
		return x.verdict("").State == wardround.Unknown
	})
	// When the clocks have met again, the site's is the wall's.
	later := noon.Add(2 * time.Hour)
	x.hand.set(later)
	x.offer(login(later, true))
	if v := x.verdict(""); v.State != wardround.Pass || !v.At.Equal(later) {
		t.Errorf("after the clocks met: %+v", v)
	}
	var last time.Time
	for _, o := range x.logged() {
		if o.Logged.Before(last) {
			t.Errorf("observation %d was logged at %v, the one before it at %v", o.Seq, o.Logged, last)
		}
		last = o.Logged
	}
	if !last.Equal(later) {
		t.Errorf("logged last at %v, want %v", last, later)
	}
}

// Identical transactions of a second are counted together. A clock that is set
// back must not make them wait for the old time to come again.
func TestRepeatsAfterTheClockWasSetBack(t *testing.T) {
	x := newIntake(t, nil, readable).run()
	x.offer(login(noon, false), login(noon, false))
	year := noon.AddDate(-1, 0, 0)
	x.hand.set(year)
	before := len(x.logged())
	x.offer(login(year, false), login(year, false), login(year, false))
	x.hand.set(year.Add(3 * time.Second))
	eventually(t, "all five to be counted", func() bool {
		n := 0
		for _, o := range x.logged() {
			if o.Kind == string(kind.FTPLogin) {
				n += o.Times()
			}
		}
		return n == 5
	})
	if n := len(x.logged()); n == before {
		t.Error("nothing came through")
	}
}

// A sensor's clock is six minutes ahead. What it saw is judged as of now, so it
// makes evidence last no longer and does not keep later facts out.
func TestSensorClockAhead(t *testing.T) {
	x := newIntake(t, nil, readable).run()
	x.offer(login(noon.Add(6*time.Minute), false))
	v := x.verdict("")
	if v == nil || v.State != wardround.Fail || v.At.After(noon) || v.Until.After(noon.Add(readable.Fresh)) {
		t.Fatalf("at %v, fresh until %v; it is %v", v.At, v.Until, noon)
	}
	x.hand.set(noon.Add(time.Minute))
	x.offer(login(noon.Add(time.Minute), true))
	if v := x.verdict(""); v.State != wardround.Pass || !v.At.Equal(noon.Add(time.Minute)) {
		t.Errorf("a minute later: %+v", v)
	}
	// The log keeps what the sensor said.
	if o := x.logged()[0]; !o.At.Equal(noon.Add(6*time.Minute)) || !o.Logged.Equal(noon) {
		t.Errorf("seen at %v, logged at %v", o.At, o.Logged)
	}
}

// The machine's own clock runs six minutes ahead for a while and is put right.
func TestOwnClockAhead(t *testing.T) {
	x := newIntake(t, nil, readable).run()
	ahead := noon.Add(6 * time.Minute)
	x.hand.set(ahead)
	x.offer(login(ahead, false))
	x.hand.set(noon)
	x.offer(login(noon, true)) // history by now
	if v := x.verdict(""); v.State != wardround.Fail {
		t.Errorf("%+v", v)
	}
	x.hand.set(ahead.Add(time.Minute))
	x.offer(login(ahead.Add(time.Minute), true))
	if v := x.verdict(""); v.State != wardround.Pass {
		t.Errorf("when the time has come again: %+v", v)
	}
	eventually(t, "the monitor to tell of it", func() bool { return x.losses().ClockBack == (6 * time.Minute).Milliseconds() })
}

// Observations come late and in any order: history is written, the newest fact
// stands, and only what changed the verdict is in the ledger.
func TestLateAndOutOfOrder(t *testing.T) {
	for seed := range uint64(8) {
		random := rand.New(rand.NewPCG(seed, 0))
		x := newIntake(t, nil, readable).run()
		x.hand.set(noon.Add(10 * time.Minute))
		const count = 40
		order := random.Perm(count)
		for len(order) > 0 {
			n := min(len(order), 1+random.IntN(5))
			for _, i := range order[:n] {
				o := login(noon.Add(time.Duration(i)*time.Second), i%2 == 0)
				o.Flow.Src.Port = uint16(i) // no two are repeats of one another
				x.in.Offer(o)
			}
			x.sync()
			order = order[n:]
		}
		v := x.verdict("")
		// The newest fact is a fail. (That a verdict became fresher is written once a
		// minute only.)
		if v.State != wardround.Fail {
			t.Fatalf("seed %d: %v of %v", seed, v.State, v.At)
		}
		var late, leaves int
		var at time.Time
		for tr, err := range x.store.Transitions(t.Context(), x.scope, v.Key) {
			if err != nil {
				t.Fatal(err)
			}
			if tr.Late() {
				late++
				continue
			}
			leaves++
			if tr.At.Before(at) {
				t.Errorf("seed %d: a transition of %v after one of %v", seed, tr.At, at)
			}
			at = tr.At
		}
		var seqs []uint64
		for e, err := range x.store.Evidence(t.Context(), x.scope, 0, 0) {
			if err != nil {
				t.Fatal(err)
			}
			seqs = append(seqs, e.Seq)
		}
		if len(seqs) != leaves || !slices.IsSorted(seqs) {
			t.Errorf("seed %d: %d leaves of positions %v, %d transitions", seed, len(seqs), seqs, leaves)
		}
		if late == 0 {
			t.Errorf("seed %d: nothing came late, this test shows too little", seed)
		}
	}
}
