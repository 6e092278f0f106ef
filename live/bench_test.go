package live

import (
	"fmt"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// What handing over one batch costs the pipeline, however many streams are open.
func BenchmarkObserved(b *testing.B) {
	h := New(Options{})
	batch := make([]*wardround.Observation, 100)
	for i := range batch {
		batch[i] = between("10.0.0.1", "10.0.0.2", &kind.FlowV1{Protocol: "dicom", Connections: i})
	}
	b.ReportAllocs()
	for b.Loop() {
		h.Observed(batch)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(batch)), "ns/observation")
}

// What a second of 5,000 observations costs the hub's own goroutine with 200 streams:
// all that want the same, and each with a filter of its own.
func BenchmarkSecond(b *testing.B) {
	for name, want := range map[string]func(i int) Want{
		"the same": func(int) Want { return everything() },
		"each its own": func(i int) Want {
			return Want{Topics: Topics, Sensor: "mirror-1", Kind: "flow", Asset: wardround.AssetID(fmt.Sprint("a-", i))}
		},
	} {
		b.Run(name, func(b *testing.B) {
			f := &feed{Hub: New(Options{Directory: people{}})}
			done := make(chan struct{})
			for i := range 200 {
				s, err := f.Open(fmt.Sprint(i), want(i))
				if err != nil {
					b.Fatal(err)
				}
				go func() {
					for {
						select {
						case <-s.Frames():
						case <-s.Done():
							done <- struct{}{}
							return
						}
					}
				}()
			}
			for b.Loop() {
				for range beats {
					for range 10 {
						f.flows(125, "10.0.0.1", "10.0.0.2")
					}
					f.step()
				}
			}
			f.End("done")
			for range 200 {
				<-done
			}
		})
	}
}
