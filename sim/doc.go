// Package sim is the simulated ward: a seeded digital twin of a small hospital that
// speaks real protocol bytes, made by the encoders of format/…, as packets into the
// same sensor that reads a mirror port.
//
// The same options give the same packets, byte for byte, on any machine and at any
// GOMAXPROCS: one goroutine, one seed per actor, no clock, no crypto/tls.
//
//	w := sim.New(sim.Options{Seed: 1, Length: time.Hour, Scenarios: []string{"scan"}})
//	err := w.Run(func(at int64, frame []byte) error { … })
//
// The capture point is the core switch: each frame is seen once, as it leaves its
// sender, with the sender's own hardware address. Between segments the other
// address is the router's.
package sim
