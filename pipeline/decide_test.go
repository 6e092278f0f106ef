package pipeline

import (
	"context"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

const clinical = wardround.RoleClinicalEngineering

// about judges a subject of any kind, failing with the severity that N says.
func about(subject func(o *check.Seen) wardround.Subject) *check.Check {
	c := goodness()
	c.Run = func(_ context.Context, p *check.Pass) error {
		for o := range p.Seen() {
			v := o.Fields.(*thingV1)
			if v.Good {
				p.Pass(subject(o), v.Word, nil)
				continue
			}
			p.Fail(subject(o), v.Word, nil, check.As(wardround.Severity(max(v.N, int(wardround.Medium)))))
		}
		return nil
	}
	return c
}

func theServer(o *check.Seen) wardround.Subject { return wardround.AssetSubject(o.Dst) }

// decide lets one person say something of the only finding, at d, for a month.
func (b *bench) decide(d time.Duration, state wardround.FindingState, by, role string) *wardround.Finding {
	b.Helper()
	v := &kind.FindingDecidedV1{Finding: b.finding().ID, State: state, By: kind.PersonalText(by), Role: role, Reason: "because"}
	if state == wardround.Accepted {
		v.Until = t0.Add(d + 30*24*time.Hour)
	}
	b.see(b.say(d, v))
	return b.finding()
}

// critical says what the hosts of these tests do for a patient.
func (b *bench) critical(host string, c wardround.Criticality) {
	b.Helper()
	b.see(b.say(0, &kind.InventorySaidV1{
		Act: "set", Match: []kind.SaidID{{Type: kind.IDIP, Value: host}}, Set: map[string]string{"criticality": c.String()}, By: "ann",
	}))
}

// Two people decide where a life may depend on it: on an asset, or at either end of
// a link.
func TestWhoDecides(t *testing.T) {
	const client, server = "10.0.0.1", "10.0.0.2"
	link := func(o *check.Seen) wardround.Subject { return wardround.LinkSubject(o.Link) }
	for _, tc := range []struct {
		name           string
		subject        func(o *check.Seen) wardround.Subject
		client, server wardround.Criticality
		two            bool
	}{
		{"an unknown asset", theServer, wardround.Monitoring, wardround.CriticalityUnknown, true},
		{"a life-sustaining asset", theServer, wardround.Monitoring, wardround.LifeSustaining, true},
		{"a therapeutic asset", theServer, wardround.LifeSustaining, wardround.Therapeutic, false},
		{"a link to a life-sustaining asset", link, wardround.Monitoring, wardround.LifeSustaining, true},
		{"a link from a life-sustaining asset", link, wardround.LifeSustaining, wardround.Monitoring, true},
		{"a link from an unknown asset", link, wardround.CriticalityUnknown, wardround.Monitoring, true},
		{"a link between others", link, wardround.Diagnostic, wardround.Monitoring, false},
		{"a link that is not there", func(*check.Seen) wardround.Subject { return wardround.LinkSubject("l-gone") }, wardround.Monitoring, wardround.Monitoring, true},
		{"the site", func(*check.Seen) wardround.Subject { return wardround.SiteSubject("s") }, wardround.LifeSustaining, wardround.LifeSustaining, false},
		{"a sensor", func(*check.Seen) wardround.Subject { return wardround.SensorSubject("mirror") }, wardround.LifeSustaining, wardround.LifeSustaining, false},
	} {
		for _, state := range []wardround.FindingState{wardround.Accepted, wardround.FalsePositive} {
			b := newBench(t, Options{}, about(tc.subject))
			b.see(seen(0, thingV1{}))
			if tc.client != wardround.CriticalityUnknown {
				b.critical(client, tc.client)
			}
			if tc.server != wardround.CriticalityUnknown {
				b.critical(server, tc.server)
			}
			f := b.decide(time.Minute, state, "ann", "security")
			if (f.State == state) == tc.two {
				t.Errorf("%s: %s after one person said %s", tc.name, f.State, state)
			}
			if tc.two {
				b.restart()
				if f = b.decide(2*time.Minute, state, " Ann", clinical); f.State == state {
					t.Errorf("%s: the same person twice, written otherwise", tc.name)
				}
				if f = b.decide(3*time.Minute, state, "cy", clinical); f.State != state || len(f.Decision.By) != 2 {
					t.Errorf("%s: %s after two people", tc.name, f.State)
				}
			}
		}
	}
}

func TestOnePersonMayAcknowledge(t *testing.T) {
	b := newBench(t, Options{}, about(theServer))
	b.see(seen(0, thingV1{}))
	for i, state := range []wardround.FindingState{wardround.Acknowledged, wardround.Mitigated} {
		if f := b.decide(time.Duration(i+1)*time.Minute, state, "ann", "security"); f.State != state || f.Decision.By[0].Name != "ann" {
			t.Errorf("%+v", f)
		}
	}
	b.see(seen(5*time.Minute, thingV1{}))
	if f := b.finding(); f.State != wardround.Mitigated {
		t.Errorf("a new fail undid what was said: %s", f.State)
	}
}

// What a person cannot say is refused, and that it was tried is on the record.
func TestWhatNobodyMayDecide(t *testing.T) {
	for name, v := range map[string]*kind.FindingDecidedV1{
		"that it is fixed":          {State: wardround.Fixed},
		"that it is reopened":       {State: wardround.Reopened},
		"something else":            {State: "never mind"},
		"nothing":                   {},
		"acceptance for ever":       {State: wardround.Accepted},
		"acceptance until the past": {State: wardround.Accepted, Until: t0},
		"of no finding":             {Finding: "f-nosuch", State: wardround.Acknowledged},
	} {
		b := newBench(t, Options{}, about(theServer))
		b.critical("10.0.0.2", wardround.Monitoring)
		b.see(seen(0, thingV1{}))
		before := *b.finding()
		if v.Finding == "" {
			v.Finding = before.ID
		}
		v.By, v.Role = "ann", "security"
		leaves := b.st.Leaves()
		b.see(b.say(time.Minute, v))
		if f := b.finding(); f.State != wardround.Open || f.Decision != nil || f.Seq != before.Seq {
			t.Errorf("%s: %+v", name, f)
		}
		if n := b.st.Leaves() - leaves; n != 1 {
			t.Errorf("%s: %d leaves", name, n)
		}
	}
}

// Who accepted a risk did not accept a graver one.
func TestAnAcceptanceCoversWhatWasKnown(t *testing.T) {
	b := newBench(t, Options{}, about(theServer))
	b.critical("10.0.0.2", wardround.Monitoring)
	b.see(seen(time.Second, thingV1{}))
	if f := b.decide(time.Minute, wardround.Accepted, "ann", "security"); f.State != wardround.Accepted {
		t.Fatalf("%+v", f)
	}
	b.restart()
	b.see(seen(2*time.Minute, thingV1{}))
	if f := b.finding(); f.State != wardround.Accepted {
		t.Fatalf("the same again: %s", f.State)
	}
	b.see(seen(3*time.Minute, thingV1{N: int(wardround.High)}))
	if f := b.finding(); f.State != wardround.Reopened || f.Severity != wardround.High || f.Decision != nil {
		t.Errorf("graver: %+v", f)
	}
	if c := b.cases(); c[0].State != "open" {
		t.Errorf("its case: %+v", c[0])
	}
	b.see(b.say(60*24*time.Hour, &kind.SensorStatusV1{})) // the end of what was accepted means nothing now
	if f := b.finding(); f.State != wardround.Reopened {
		t.Errorf("later: %s", f.State)
	}
}

// A link weighs as the end that matters more.
func TestALinkWeighsAsItsGraverEnd(t *testing.T) {
	for _, ends := range [][2]wardround.Criticality{{wardround.LifeSustaining, wardround.Administrative}, {wardround.Administrative, wardround.LifeSustaining}} {
		b := newBench(t, Options{}, about(func(o *check.Seen) wardround.Subject { return wardround.LinkSubject(o.Link) }))
		b.see(seen(0, thingV1{}))
		b.critical("10.0.0.1", ends[0])
		b.critical("10.0.0.2", ends[1])
		b.see(seen(time.Minute, thingV1{}))
		if f := b.finding(); f.Severity != wardround.High {
			t.Errorf("%v to %v: %v, %s", ends[0], ends[1], f.Severity, f.Why)
		}
	}
}
