// Package sensor holds the checks of the monitor itself: nothing is lost silently.
package sensor

import (
	"context"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:       "sensor.gap",
	Version:  1,
	Title:    "A sensor missed traffic",
	Doc:      "Part of the traffic was lost before it could be judged: dropped by the kernel, shed by an overloaded queue, missing in the capture, or beyond a limit. What happened in it is unknown, and nothing seen just after it counts as a repair. Give the sensor's machine more processor time, mirror less to it with a filter, or check the mirror port. It is wrong where a few packets are lost at the very begin of a capture.",
	Concern:  wardround.Security,
	Stage:    wardround.Operate,
	Severity: wardround.Medium,
	Controls: []string{"monitoring-completeness"},
	Watch:    []kind.Name{kind.SensorStatus},
	Fresh:    15 * time.Minute,
	Group:    check.BySubject,
	Say: check.Say{
		Bedside:  "No change on a device is known. For a time nobody looked at part of the network; what happened then is unknown.",
		Security: "See what was lost and why: {lost}. Give the sensor more room, or mirror less to it.",
		Dont:     "Don't read the absence of findings in this time as a sign that all is well.",
		Why:      "The sensor counted {lost} between {from} and {to}.",
		Wrong:    "the loss was at the begin of a capture only.",
	},
	Run: gap,
})

// gap fails for a status that counts a loss and passes for one that counts none.
func gap(_ context.Context, p *check.Pass) error {
	for o := range p.Seen() {
		s := o.Fields.(*kind.SensorStatusV1)
		subject := wardround.SensorSubject(o.Sensor)
		lost := losses(s)
		if len(lost) == 0 {
			p.Pass(subject, "", nil)
			continue
		}
		p.Fail(subject, "", wardround.Facts{"lost": lost, "from": s.From.UTC().Format(time.RFC3339), "to": o.At.UTC().Format(time.RFC3339)})
	}
	return nil
}

// losses names what was lost, without counts: a count that changes every minute
// would make a new verdict every minute.
func losses(s *kind.SensorStatusV1) []string {
	var out []string
	for _, l := range []struct {
		n    int64
		name string
	}{
		{s.KernelDrops, "packets dropped by the kernel"},
		{s.QueueDrops, "observations shed under load"},
		{s.LimitDrops, "traffic beyond a limit"},
		{s.GapBytes, "bytes missing in streams"},
	} {
		if l.n > 0 {
			out = append(out, l.name)
		}
	}
	if s.Truncated {
		out = append(out, "the end of a capture cut inside a packet")
	}
	return out
}
