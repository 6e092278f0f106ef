package net

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "net.scan",
	Version: 1,
	Title:   "Something is searching the network",
	Doc: "A host knocked at many addresses or ports that didn't answer or refused. Intruders and worms do that to find what they can reach; so do inventory tools, vulnerability scanners and some printers' software. Medical devices have stopped working because of a scan. " +
		"Find the host and who started it. If nobody did, treat it as taken over and let security contain it with those who know what depends on it. If it was a tool of your own, keep it off the segments of devices, or agree with clinical engineering when and how. " +
		"It is wrong after a large outage, when a host looks for many servers that are gone. It passes when the host was seen for a day without searching.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"network-monitoring"},
	Watch:        []kind.Name{kind.Fanout, kind.Flow},
	Fresh:        7 * 24 * time.Hour,
	Thresholds:   map[string]float64{"failed": scanFailed, "hosts": scanHosts, "ports": scanPorts, "slow-hosts": slowHosts, "slow-ports": slowPorts},
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "No device is known to be affected. Some medical devices stop or restart when they are searched; whether any here did is unknown.",
		Ward:        "If a device restarts or shows an error by itself, care for the patient by local procedure and call clinical engineering.",
		Engineering: "Check that the devices near {asset} still work and still send. Say whether a tool of yours runs there.",
		Security:    "Find {whom} and what runs on it: it tried {hosts} addresses and {ports} ports, {failed} without success. Look at what it reached since.",
		Dont:        "Don't scan back, and don't cut {asset} off before it is known whether a patient depends on it.",
		Why:         "Within {period}, {asset} tried {hosts} addresses and {ports} ports; {failed} attempts were refused or not answered.",
		Wrong:       "it is your own scanner, or a host whose servers are down.",
	},
	Run: scan,
})

// The thresholds; a site can set those named so.
const (
	scanFailed = 10 // "failed": attempts without success in a minute
	scanHosts  = 5  // "hosts": distinct addresses, or
	scanPorts  = 10 // "ports": distinct ports
	slowHosts  = 20 // "slow-hosts": addresses without success in an hour
	slowPorts  = 20 // "slow-ports"
	slowPeriod = time.Hour
	// quietFor is how long a host must be seen without searching to pass again.
	quietFor = 24 * time.Hour
)

// searching is what is remembered of one host.
type searching struct {
	Since int64    `json:"since,omitempty"` // begin of the slow window, Unix seconds
	Hosts []string `json:"hosts,omitempty"` // tried without success in it
	Ports []int    `json:"ports,omitempty"`
	Last  int64    `json:"last,omitempty"` // when it was last found searching
}

// scan fails a host that tries much and reaches little, at once or slowly.
func scan(_ context.Context, p *check.Pass) error {
	told := map[wardround.AssetID]bool{}
	for o := range p.Seen() {
		if o.Src == "" {
			continue
		}
		switch f := o.Fields.(type) {
		case *kind.FanoutV1:
			failed := f.Refused + f.Unanswered
			if float64(failed) < p.Setting("failed", scanFailed) || 2*failed < f.Tuples ||
				float64(f.Hosts) < p.Setting("hosts", scanHosts) && float64(f.Ports) < p.Setting("ports", scanPorts) {
				continue
			}
			found(p, o, wardround.Facts{"hosts": f.Hosts, "ports": f.Ports, "failed": failed, "period": "one minute"})
		case *kind.FlowV1:
			if f.Established {
				if !told[o.Src] {
					told[o.Src] = true
					quiet(p, o)
				}
			} else if f.Refused+f.Unanswered > 0 && o.Flow.Transport == "tcp" {
				slow(p, o)
			}
		}
	}
	return nil
}

func found(p *check.Pass, o *check.Seen, facts wardround.Facts) {
	check.StateOf[searching](p, "", o.Src).Last = o.At.Unix()
	p.Fail(wardround.AssetSubject(o.Src), "", facts, check.Hostile())
}

// slow counts attempts without success that are too few a minute to stand out.
func slow(p *check.Pass, o *check.Seen) {
	s := check.StateOf[searching](p, "", o.Src)
	if at := o.At.Unix(); at-s.Since > int64(slowPeriod/time.Second) {
		s.Since, s.Hosts, s.Ports = at, nil, nil
	}
	hosts, ports := int(p.Setting("slow-hosts", slowHosts)), int(p.Setting("slow-ports", slowPorts))
	if h := o.Flow.Dst.Addr.String(); len(s.Hosts) < min(hosts, 64) && !slices.Contains(s.Hosts, h) {
		s.Hosts = append(s.Hosts, h)
	}
	if n := int(o.Flow.Dst.Port); len(s.Ports) < min(ports, 64) && !slices.Contains(s.Ports, n) {
		s.Ports = append(s.Ports, n)
	}
	if len(s.Hosts) >= hosts || len(s.Ports) >= ports {
		found(p, o, wardround.Facts{"hosts": len(s.Hosts), "ports": len(s.Ports), "failed": fmt.Sprintf("at least %d", max(len(s.Hosts), len(s.Ports))), "period": "an hour"})
	}
}

// quiet passes a host that reaches what it calls.
func quiet(p *check.Pass, o *check.Seen) {
	s := check.StateOf[searching](p, "", o.Src)
	if o.At.Sub(time.Unix(s.Last, 0)) > quietFor {
		p.Pass(wardround.AssetSubject(o.Src), "", nil)
	}
}
