// Package sensor holds the checks of the monitor itself: nothing is lost silently.
package sensor

import (
	"context"
	"fmt"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:       "sensor.gap",
	Version:  2,
	Title:    "Part of what happened was not seen",
	Doc:      "Part of the traffic was lost before it could be judged: dropped by the kernel, shed by an overloaded queue, missing in the capture, beyond a limit, or never captured because the interface was down or the capture had ended. Or a part of the log is lost, and a person decided to go on without it. Or a check failed and rests for an hour, or has no room for more verdicts. What happened in it is unknown, and nothing seen just after it counts as a repair. Give the sensor's machine more processor time, mirror less to it with a filter, or check the interface and the mirror port. For the log, look for who or what changed its files, and restore a backup elsewhere to see what is missing. A check that fails is a fault of this program: report it. It is wrong where a few packets are lost at the very begin of a capture.",
	Concern:  wardround.Security,
	Stage:    wardround.Operate,
	Severity: wardround.Medium,
	Controls: []string{"monitoring-completeness"},
	Watch:    []kind.Name{kind.SensorStatus, kind.LogGap, kind.CheckFailed},
	Fresh:    15 * time.Minute,
	Group:    check.BySubject,
	Say: check.Say{
		Bedside:  "No change on a device is known. For a time part of what happened was not looked at; it is unknown.",
		Security: "See what was lost and why: {lost}. Give the sensor more room, or mirror less to it; if it is the log, find out who changed it.",
		Dont:     "Don't read the absence of findings in this time as a sign that all is well.",
		Why:      "Lost between {from} and {to}: {lost}.",
		Wrong:    "the loss was at the begin of a capture only.",
	},
	Run: gap,
})

// gap fails for a status that counts a loss and passes for one that counts none.
// A gap in the log and a check that failed have no pass: they stay until a person
// has dealt with them.
func gap(_ context.Context, p *check.Pass) error {
	site := wardround.SiteSubject(p.Scope().Site)
	for o := range p.Seen() {
		at := o.At.UTC().Format(time.RFC3339)
		switch f := o.Fields.(type) {
		case *kind.LogGapV1:
			p.Fail(site, "log", wardround.Facts{
				"lost": []string{string(f.Reason)}, "accepted by": string(f.By),
				"from": fmt.Sprintf("log position %d", f.After+1), "to": at,
			})
		case *kind.CheckFailedV1:
			p.Fail(site, "check "+f.Check, wardround.Facts{
				"lost": []string{fmt.Sprintf("what the check %s would have said; it failed (%s)", f.Check, f.Cause)},
				"from": fmt.Sprintf("log position %d", f.From), "to": f.Until.UTC().Format(time.RFC3339),
			})
		case *kind.SensorStatusV1:
			subject := wardround.SensorSubject(o.Sensor)
			lost := losses(f)
			if len(lost) == 0 {
				p.Pass(subject, "", nil)
				continue
			}
			p.Fail(subject, "", wardround.Facts{"lost": lost, "from": f.From.UTC().Format(time.RFC3339), "to": at})
		}
	}
	return nil
}

// setBack is from when on a clock was set back; a little disorder is usual among
// packets.
const setBack = time.Second

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
		{s.Blind, "everything on the interface: nothing could be captured"},
	} {
		if l.n > 0 {
			out = append(out, l.name)
		}
	}
	if s.ClockBack > setBack.Milliseconds() {
		out = append(out, "the order of events: the clock was set back, and what came then may count as late")
	}
	if s.Truncated {
		out = append(out, "the end of a capture cut inside a packet")
	}
	return out
}
