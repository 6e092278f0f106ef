package main

import (
	"fmt"
	"runtime"
	"slices"
	"time"
)

type result struct {
	sync, lasted, all, cpu  time.Duration
	judged, commits         int
	shed                    int64
	streamed                int64 // bytes read from event streams
	missing                 int   // acknowledged, but no commit or finding seen
	stored, whole, findings []time.Duration
}

// print shows the result and reports whether the limit holds.
func (r *result) print(o options) bool {
	fmt.Printf("%d observations in %.1f s: %.0f a second, %d commits; %d shed; %d without a result\n",
		r.judged, r.lasted.Seconds(), float64(r.judged)/r.all.Seconds(), r.commits, r.shed, r.missing)
	fmt.Printf("processor: %.1f s, %.0f %% of %d cores; sync of 4 kB on this disk: %s\n",
		r.cpu.Seconds(), 100*r.cpu.Seconds()/r.all.Seconds()/float64(runtime.GOMAXPROCS(0)), runtime.GOMAXPROCS(0), r.sync.Round(10*time.Microsecond))
	if o.streams > 0 {
		fmt.Printf("%d event streams open, %.1f MB read from them\n", o.streams, float64(r.streamed)/1e6)
	}
	line("acknowledged to stored, every observation", r.stored)
	p99 := line("acknowledged to finding stored", r.findings)
	line("offered to stored, every observation", r.whole)
	sustained := float64(r.judged)/r.all.Seconds() >= 0.98*float64(o.rate)
	ok := len(r.findings) >= o.faults*o.seconds*98/100 && p99 <= o.limit && sustained && r.shed == 0 && r.missing == 0
	if !ok {
		fmt.Printf("NOT MET: p99 of findings at most %s at %d a second, nothing shed or missing\n", o.limit, o.rate)
	}
	return ok
}

func line(what string, d []time.Duration) time.Duration {
	if len(d) == 0 {
		fmt.Printf("%-45s none\n", what)
		return time.Hour
	}
	slices.Sort(d)
	at := func(q float64) time.Duration { return d[min(len(d)-1, int(q*float64(len(d))))] }
	ms := func(d time.Duration) float64 { return float64(d) / 1e6 }
	fmt.Printf("%-45s n %7d  p50 %6.1f ms  p99 %6.1f ms  p99.9 %6.1f ms  max %6.1f ms\n",
		what, len(d), ms(at(0.5)), ms(at(0.99)), ms(at(0.999)), ms(d[len(d)-1]))
	return at(0.99)
}
