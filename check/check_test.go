package check

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

func TestNamesAreNeverIds(t *testing.T) {
	s := newSite(t, asset("a-1", "pump7", ""), asset("a-2", "", ""))
	s.run(func(p *Pass) {
		for id, want := range map[wardround.AssetID]string{"a-1": "pump7", "a-2": "an unknown component", "a-3": "an unknown component", "": "an unknown component"} {
			if got := p.Name(id); got != want {
				t.Errorf("%q is called %q, want %q", id, got, want)
			}
		}
	})
}

func TestExposure(t *testing.T) {
	outside := asset("a-9", "x", "public")
	outside.Remote = true
	s := newSite(t, asset("a-1", "a", "icu"), asset("a-2", "b", "icu"), asset("a-3", "c", "office"), outside)
	s.run(func(p *Pass) {
		for _, c := range []struct {
			a, b wardround.AssetID
			want wardround.Exposure
		}{
			{"a-1", "a-2", wardround.ExposedInZone}, {"a-1", "a-3", wardround.ExposedAcrossZones}, {"a-9", "a-1", wardround.ExposedToPublic},
			{"a-1", "a-9", wardround.ExposedToPublic}, {"a-1", "", wardround.ExposedInZone},
		} {
			if got := p.Exposure(c.a, c.b); got != c.want {
				t.Errorf("%s to %s: %v, want %v", c.a, c.b, got, c.want)
			}
		}
	})
	o := seen(0, "a-1", "a-2", 104, nil)
	if a, b := o.Ends(false); a != "a-1" || b != "a-2" || Listener(o.Flow) != "104/tcp" {
		t.Errorf("%s %s %s", a, b, Listener(o.Flow))
	}
	if a, b := o.Ends(true); a != "a-2" || b != "a-1" {
		t.Errorf("from the server: %s on %s", a, b)
	}
}

// One sound sight beside wrong ones is not the answer; many items are bounded.
func TestSightings(t *testing.T) {
	var s Sightings
	if s.Known("x") || s.Over("x", morning, time.Hour) {
		t.Error("what was never seen is known")
	}
	s.Note("x", morning)
	s.Note("x", morning.Add(30*time.Minute))
	s.Note("x", morning.Add(10*time.Minute)) // late
	if !s.Known("x") || s.Over("x", morning.Add(89*time.Minute), time.Hour) {
		t.Error("it is over before its time")
	}
	if !s.Over("x", morning.Add(91*time.Minute), time.Hour) || s.Known("x") {
		t.Error("it is not over in its time, or not forgotten")
	}
	for i := range 1000 {
		s.Note(string(rune('a'+i%26))+string(rune('0'+i/26)), morning)
	}
	if len(s.Last) != maxSightings {
		t.Errorf("%d items are remembered", len(s.Last))
	}
}

func TestHour(t *testing.T) {
	var h Hour
	h.Add(morning, 5)
	h.Add(morning.Add(50*time.Minute), 2)
	h.Add(morning.Add(4*time.Minute), 1) // late, within the hour
	if h.Sum() != 8 {
		t.Errorf("within the hour %d", h.Sum())
	}
	h.Add(morning.Add(-30*time.Minute), 100) // too late
	if h.Sum() != 8 {
		t.Errorf("with one that is too late %d", h.Sum())
	}
	h.Add(morning.Add(63*time.Minute), 1)
	if h.Sum() != 3 {
		t.Errorf("an hour on %d", h.Sum())
	}
	h.Add(morning.Add(1000*time.Hour), 1)
	if h.Sum() != 1 {
		t.Errorf("weeks on %d", h.Sum())
	}
}

// A rate needs answers to be told; a row does not; and it takes half the share to
// be well again.
func TestRate(t *testing.T) {
	limits := Limits{Minimum: 10, Share: 0.1, Least: 2, Row: 3}
	var r Rate
	step := func(minute int, failed bool, n int64, failing, told bool) {
		t.Helper()
		r.Add(morning.Add(time.Duration(minute)*time.Minute), failed, n)
		if f, k := r.Judge(limits); f != failing || k != told {
			t.Errorf("minute %d: failing %v, told %v", minute, f, k)
		}
	}
	step(0, false, 1, false, true)
	step(1, true, 1, false, false) // one of two
	step(2, false, 8, false, true) // one of ten may be chance
	step(3, true, 1, true, true)   // two of eleven
	step(4, false, 19, true, true) // two of thirty are over half of it
	step(5, false, 11, false, true)
	step(6, true, 3, true, true)    // three in a row
	step(7, false, 1, true, true)   // five of 45
	step(70, false, 1, false, true) // that hour is over
}

// What was learned in ten minutes is raised to what an hour could have come to:
// (40 + 2√40 + 2) × 6; what was learned in days is not.
func TestAmount(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct {
		learned time.Duration
		most    int64
	}{{10 * time.Minute, 327 * 3}, {time.Hour, 40 * 3}, {14 * 24 * time.Hour, 40 * 3}, {0, 655 * 3}} {
		s.learned = c.learned
		s.run(func(p *Pass) {
			var a Amount
			a.Hour.Add(morning, 40)
			a.Learn()
			a.Hour.Add(morning, -30)
			a.Learn()
			if got := a.Most(p, 100); got != c.most {
				t.Errorf("learned for %v: %d are not unusual, want %d", c.learned, got, c.most)
			}
			if a.Hour.Add(morning, c.most-10); a.Over(p, 100) {
				t.Errorf("learned for %v: %d are unusual", c.learned, a.Hour.Sum())
			}
			if a.Hour.Add(morning, 1); !a.Over(p, 100) {
				t.Errorf("learned for %v: %d are not unusual", c.learned, a.Hour.Sum())
			}
			if a.Most(p, 10000) != 10000 {
				t.Error("the least does not count")
			}
		})
	}
}

type transaction struct{}

func TestCleartext(t *testing.T) {
	s := newSite(t, asset("a-1", "gw", "icu"), asset("a-2", "ehr", "icu"), asset("a-3", "ehr-old", "icu"))
	judge := func(p *Pass) {
		p.Cleartext(func(*Seen) Crossing { return CrossesClear }, func(o *Seen, how Crossing) wardround.Facts {
			return wardround.Facts{"how": int(how)}
		})
	}
	tls := &kind.FlowV1{Protocol: "tls", Established: true}
	type said struct {
		State   wardround.State
		Subject string
		Item    string
	}
	look := func(o ...*Seen) (all []said) {
		for _, x := range s.run(judge, o...) {
			all = append(all, said{x.State, x.Key.Subject.ID, x.Key.Item})
		}
		return all
	}
	fail, pass := said{wardround.Fail, "a-2", "6661/tcp"}, said{wardround.Pass, "a-2", "6661/tcp"}
	for _, c := range []struct {
		what string
		o    []*Seen
		want []said
	}{
		{"TLS where nothing was readable", []*Seen{seen(0, "a-1", "a-2", 6661, tls)}, nil},
		{"readable, twice in a batch", []*Seen{seen(1, "a-1", "a-2", 6661, transaction{}), seen(2, "a-1", "a-2", 6661, transaction{})}, []said{fail}},
		{"TLS beside it", []*Seen{seen(50, "a-1", "a-2", 6661, tls)}, nil},
		{"TLS on another port", []*Seen{seen(80, "a-1", "a-2", 6662, tls)}, nil},
		{"a flow of another kind", []*Seen{seen(80, "a-1", "a-2", 6661, &kind.FlowV1{Protocol: "http", Established: true})}, nil},
		{"TLS that was refused", []*Seen{seen(80, "a-1", "a-2", 6661, &kind.FlowV1{Protocol: "tls"})}, nil},
		{"TLS for an hour", []*Seen{seen(80, "a-1", "a-2", 6661, tls), seen(81, "a-1", "a-2", 6661, tls)}, []said{pass}},
		{"readable again", []*Seen{seen(90, "a-1", "a-2", 6661, transaction{})}, []said{fail}},
		{"readable under another id", []*Seen{seen(90, "a-1", "a-3", 104, transaction{})}, []said{{wardround.Fail, "a-3", "104/tcp"}}},
	} {
		if diff := cmp.Diff(c.want, look(c.o...)); diff != "" {
			t.Errorf("%s: %s", c.what, diff)
		}
	}
	// What was remembered of another id goes on after it turned out to be the same.
	s2 := newSite(t, asset("a-2", "ehr", "icu"), asset("a-3", "ehr-old", "icu"))
	s2.run(judge, seen(0, "", "a-3", 104, transaction{}))
	s2.merge("a-2", "a-3")
	if got := s2.run(judge, seen(90, "", "a-2", 104, tls)); len(got) != 1 || got[0].State != wardround.Pass {
		t.Errorf("after a merge %+v", got)
	}
	if len(s2.saved["a-3"]) != 0 {
		t.Error("the state of the merged id stays")
	}
}

// Whoever was merged into another stays known, as speaker and as receiver.
func TestHabitsOutliveMerges(t *testing.T) {
	s := newSite(t, asset("a-1", "gw", "icu"), asset("a-2", "gw", "icu"), asset("a-8", "engine", "servers"), asset("a-9", "engine", "servers"))
	speak := func(from, to, name string) (states []wardround.State) {
		for _, o := range s.run(func(p *Pass) {
			for range p.Seen() {
				p.Speaks(Speaker{From: wardround.AssetID(from), To: wardround.AssetID(to), Name: name}, nil, func(bool) wardround.Facts { return nil })
			}
		}, seen(0, from, to, 1, nil)) {
			states = append(states, o.State)
		}
		return states
	}
	speak("a-1", "a-8", "PUMPGW")
	s.learning = false
	if got := speak("a-1", "a-8", "PUMPGW"); len(got) != 1 || got[0] != wardround.Pass {
		t.Fatalf("the known speaker: %v", got)
	}
	if got := speak("a-2", "a-8", "PUMPGW"); len(got) != 2 || got[0] != wardround.Fail || got[1] != wardround.Fail {
		t.Fatalf("a new speaker with another's name: %v", got)
	}
	s.merge("a-2", "a-1")
	if got := speak("a-2", "a-8", "PUMPGW"); len(got) != 2 || got[0] != wardround.Pass || got[1] != wardround.Pass {
		t.Errorf("the new speaker turned out to be the known one: %v", got)
	}
	s.merge("a-9", "a-8")
	if got := speak("a-2", "a-9", "PUMPGW"); len(got) != 1 || got[0] != wardround.Pass {
		t.Errorf("the receiver goes by another id: %v", got)
	}
	if got := speak("a-2", "a-9", "OTHER"); len(got) != 1 || got[0] != wardround.Pass {
		t.Errorf("the known speaker with a name of its own: %v", got)
	}
}

// States of two assets are found under each id that either had.
func TestStateOf(t *testing.T) {
	type counted struct {
		N int `json:"n"`
	}
	s := newSite(t, asset("a-1", "", ""), asset("a-2", "", ""), asset("a-3", "", ""))
	s.run(func(p *Pass) { StateOf[counted](p, "x", "a-2", "a-3").N = 7 })
	s.run(func(p *Pass) {
		if n := StateOf[counted](p, "x", "a-1", "a-3").N; n != 0 {
			t.Errorf("%d of another asset", n)
		}
	})
	s.merge("a-1", "a-2")
	s.run(func(p *Pass) {
		if n := StateOf[counted](p, "y", "a-1", "a-3").N; n != 0 {
			t.Errorf("%d of something else", n)
		}
		if n := StateOf[counted](p, "x", "a-1", "a-3").N; n != 7 {
			t.Errorf("%d, want what was remembered before the merge", n)
		}
	})
	s.run(func(p *Pass) {
		if n := StateOf[counted](p, "x", "a-1", "a-3").N; n != 7 || s.saved["a-2 a-3 x"] != nil {
			t.Errorf("%d, saved %q", n, s.saved)
		}
	})
}

// A check of listeners is expected of those that are called, one of callers of
// those that call; where no flow was seen, of both.
func TestAppliesTo(t *testing.T) {
	flow := func(client, server, protocol string) *wardround.Link {
		return &wardround.Link{Client: wardround.AssetID(client), Server: wardround.AssetID(server), Protocol: protocol}
	}
	a := asset("a-1", "pump7", "icu")
	a.Kind, a.Speaks, a.Aliases = wardround.Device, []string{"hl7"}, []wardround.AssetID{"a-2"}
	outside := *a
	outside.Remote = true
	base := Check{Applies: wardround.AnyKind, Speaks: []string{"hl7"}}
	with := func(change func(*Check)) *Check {
		c := base
		change(&c)
		return &c
	}
	server, client := with(func(c *Check) { c.Side = AsServer }), with(func(c *Check) { c.Side = AsClient })
	for what, c := range map[string]struct {
		c     *Check
		a     *wardround.Asset
		links []*wardround.Link
		want  bool
	}{
		"any side":                {&base, a, nil, true},
		"outside":                 {&base, &outside, nil, false},
		"another kind":            {with(func(c *Check) { c.Applies = wardround.Service }), a, nil, false},
		"another protocol":        {with(func(c *Check) { c.Speaks = []string{"dicom"} }), a, nil, false},
		"uncounted":               {with(func(c *Check) { c.Uncounted = true }), a, nil, false},
		"sensors only":            {with(func(c *Check) { c.Applies = 0 }), a, nil, false},
		"listener, called":        {server, a, []*wardround.Link{flow("a-9", "a-1", "hl7")}, true},
		"listener, only calls":    {server, a, []*wardround.Link{flow("a-1", "a-9", "hl7"), flow("a-9", "a-1", "http")}, false},
		"listener, called before": {server, a, []*wardround.Link{flow("a-1", "a-9", "hl7"), flow("a-9", "a-2", "hl7")}, true},
		"listener, no flow seen":  {server, a, []*wardround.Link{flow("a-9", "a-1", "http")}, true},
		"caller, calls":           {client, a, []*wardround.Link{flow("a-2", "a-9", "hl7")}, true},
		"caller, only called":     {client, a, []*wardround.Link{flow("a-9", "a-1", "hl7")}, false},
	} {
		if got := c.c.AppliesTo(c.a, slices.Values(c.links)); got != c.want {
			t.Errorf("%s: %v", what, got)
		}
	}
}
