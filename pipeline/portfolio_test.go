package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	_ "github.com/wardround/wardround/checks/vulnerability"
	"github.com/wardround/wardround/fixture/fleet"
	"github.com/wardround/wardround/kind"
)

// fleetBench is a bench with a portfolio that learns what the test tells it.
type fleetBench struct {
	*bench
	changes map[fleet.Source]*fleet.Change
	folio   *fleet.Portfolio
}

func newFleet(t *testing.T, portion int, checks ...*check.Check) *fleetBench {
	f := &fleetBench{changes: map[fleet.Source]*fleet.Change{}}
	f.folio = fleet.New(scope.Org, f.changes)
	f.folio.Portion = portion
	if checks == nil {
		checks = []*check.Check{known()}
	}
	f.bench = newBench(t, Options{Portfolio: f.folio}, checks...)
	return f
}

// known is a copy of the check, so that a test may spoil it.
func known() *check.Check {
	c := *check.Lookup("vulnerability.known")
	return &c
}

// learn says a change at d after t0.
func (f *fleetBench) learn(d time.Duration, c fleet.Change) {
	f.Helper()
	o := f.say(d, &kind.KnowledgeReceivedV1{Feed: "test", Kind: "osv"})
	f.changes[fleet.Source{Sensor: o.Sensor, Position: f.pos + 1}] = &c
	f.see(o)
}

// pump says a release of a pump.
func (f *fleetBench) pump(d time.Duration, version string) {
	f.Helper()
	f.see(f.say(d, &kind.ReleaseSaidV1{Maker: "Maker", Product: "Pump", Version: version, Models: []string{"P-1"}}))
}

// install lets a host be an instance of a pump.
func (f *fleetBench) install(d time.Duration, host, version string, c wardround.Criticality) {
	f.Helper()
	f.see(f.say(d, &kind.InventorySaidV1{Act: "set", By: "ann", Match: []kind.SaidID{{Type: kind.IDIP, Value: host}}, Set: map[string]string{
		"maker": "Maker", "model": "P-1", "software": version, "criticality": c.String(), "kind": "device",
	}}))
}

func answer(of, id string, more func(*fleet.Exposure)) *fleet.Exposure {
	e := &fleet.Exposure{Of: of, Exposure: check.Exposure{Vulnerability: id, State: wardround.Fail, Why: "it is named", Severity: wardround.Medium, Score: -1, EPSS: -1, Fact: "first"}}
	if more != nil {
		more(e)
	}
	return e
}

// answers are n of a release.
func answers(of string, n int) (out []*fleet.Exposure) {
	for i := range n {
		out = append(out, answer(of, fmt.Sprintf("CVE-2026-%04d", i), nil))
	}
	return out
}

// states counts the verdicts by state, and the findings that are not fixed.
func (f *fleetBench) states() map[string]int {
	f.Helper()
	out := map[string]int{}
	for v, err := range f.st.Verdicts(f.Context(), scope, wardround.VerdictFilter{}) {
		if err != nil {
			f.Fatal(err)
		}
		out[v.State.String()]++
	}
	for x, err := range f.st.Findings(f.Context(), scope, wardround.FindingFilter{Live: true}) {
		if err != nil {
			f.Fatal(err)
		}
		out["finding "+string(x.State)]++
	}
	return out
}

func (f *fleetBench) want(what string, want map[string]int) {
	f.Helper()
	if d := cmp.Diff(want, f.states()); d != "" {
		f.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// restart opens the pipeline anew with a portfolio that was built anew, too: what
// waited there is lost.
func (f *fleetBench) restart() {
	f.Helper()
	var all []*wardround.Observation
	err := f.log.Read(f.Context(), 0, func(batch []*wardround.Observation) error {
		for _, o := range batch {
			if o.Seq <= f.p.Position() {
				all = append(all, o)
			}
		}
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
	portion := f.folio.Portion
	if f.folio, err = fleet.Restarted(scope.Org, f.changes, all); err != nil {
		f.Fatal(err)
	}
	f.folio.Portion = portion
	f.p.opt.Portfolio = f.folio
	f.bench.restart()
}

func TestPortionsAreDrained(t *testing.T) {
	f := newFleet(t, 3)
	f.pump(0, "1.2")
	f.learn(time.Minute, fleet.Change{Exposures: answers("Maker Pump 1.2", 10)})
	f.want("four portions, one after the other", map[string]int{"fail": 10, "finding open": 10})
	f.learn(2*time.Minute, fleet.Change{Exposures: []*fleet.Exposure{
		answer("Maker Pump 1.2", "CVE-2026-0003", func(e *fleet.Exposure) { e.State, e.Fact = wardround.Pass, "newer" }),
		answer("Maker Pump 1.2", "CVE-2026-9999", func(e *fleet.Exposure) { e.State = wardround.Pass }),
	}})
	f.want("a pass of what never failed is not kept", map[string]int{"fail": 9, "pass": 1, "finding open": 9})
	releases := 0
	for r, err := range f.st.Releases(t.Context(), scope) {
		if err != nil || r.Product != "Pump" {
			t.Error(r, err)
		}
		releases++
	}
	if releases != 1 {
		t.Errorf("%d releases in the store", releases)
	}
}

// What waited in the portfolio when the process ended is found by looking through
// everything, once the next portion shows that one is missing.
func TestARestartInTheMiddleOfPortions(t *testing.T) {
	whole, cut := newFleet(t, 4), newFleet(t, 4)
	for i, f := range []*fleetBench{whole, cut} {
		f.pump(0, "1.2")
		f.learn(time.Minute, fleet.Change{Exposures: answers("Maker Pump 1.2", 7)})
		if i == 1 { // judged without what the pipeline has to say itself: the second portion waits
			o := f.say(2*time.Minute, &kind.KnowledgeReceivedV1{Feed: "test", Kind: "osv"})
			f.pos++
			o.Position, o.Logged = f.pos, o.At
			f.changes[fleet.Source{Sensor: o.Sensor, Position: f.pos}] = &fleet.Change{Exposures: moreAnswers()}
			appended, err := f.log.Append(t.Context(), []*wardround.Observation{o})
			if err != nil {
				t.Fatal(err)
			}
			if err := f.p.Judge(t.Context(), appended); err != nil {
				t.Fatal(err)
			}
			if n := f.states()["fail"]; n != 11 {
				t.Fatalf("%d fail before the restart", n)
			}
			f.restart()
		} else {
			f.learn(2*time.Minute, fleet.Change{Exposures: moreAnswers()})
		}
		f.learn(3*time.Minute, fleet.Change{Exposures: []*fleet.Exposure{answer("Maker Pump 1.2", "CVE-2026-0000", func(e *fleet.Exposure) { e.Severity = wardround.High })}})
		f.want("all answers", map[string]int{"fail": 17, "finding open": 17})
	}
}

func moreAnswers() []*fleet.Exposure {
	var out []*fleet.Exposure
	for i := range 10 {
		out = append(out, answer("Maker Pump 1.2", fmt.Sprintf("CVE-2025-%04d", i), nil))
	}
	return out
}

// The log alone gives everything again, byte for byte.
func TestThePortfolioIsAFold(t *testing.T) {
	f := newFleet(t, 5)
	f.install(0, "10.0.0.7", "1.2", wardround.Therapeutic)
	f.pump(time.Minute, "1.2")
	f.pump(time.Minute, "1.3")
	f.learn(2*time.Minute, fleet.Change{Exposures: answers("Maker Pump 1.2", 12)})
	f.learn(3*time.Minute, fleet.Change{Exposures: answers("Maker Pump 1.3", 3)})
	f.install(4*time.Minute, "10.0.0.7", "1.3", wardround.Therapeutic)
	again := newFleet(t, 5)
	again.changes = f.changes
	again.folio = fleet.New(scope.Org, f.changes)
	again.folio.Portion = 5
	again.p.opt.Portfolio = again.folio
	again.bench.restart()
	if err := again.p.CatchUp(t.Context(), f.log); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(dump(t, f.st), "\n"), strings.Split(dump(t, again.st), "\n")); d != "" {
		t.Errorf("folded again (-first +second):\n%s", d)
	}
}

func TestACheckThatFailedLooksThroughEverything(t *testing.T) {
	c := known()
	run, panics := c.Run, false
	c.Run = func(ctx context.Context, p *check.Pass) error {
		if panics {
			panic("oh")
		}
		return run(ctx, p)
	}
	f := newFleet(t, 4, c)
	f.pump(0, "1.2")
	f.learn(time.Minute, fleet.Change{Exposures: answers("Maker Pump 1.2", 2)})
	panics = true
	f.learn(2*time.Minute, fleet.Change{Exposures: answers("Maker Pump 1.2", 9), Gone: []*fleet.Exposure{answer("Maker Pump 1.2", "CVE-2026-0001", nil)}})
	panics = false
	f.learn(3*time.Minute, fleet.Change{Exposures: moreAnswers()[:1]})
	f.want("while it rests", map[string]int{"fail": 2, "finding open": 2})
	f.see(f.say(2*time.Hour, &kind.SensorStatusV1{}))
	f.want("afterwards", map[string]int{"fail": 9, "pass": 1, "finding open": 9})
}

func TestACheckThatWasOffLooksThroughEverything(t *testing.T) {
	f := newFleet(t, 4)
	off := func(d time.Duration, why string) {
		f.see(f.say(d, &kind.ContentChangedV1{Name: "check/vulnerability.known/off", Value: why, By: "ann"}))
	}
	f.pump(0, "1.2")
	off(time.Minute, `"tried out"`)
	f.learn(2*time.Minute, fleet.Change{Exposures: answers("Maker Pump 1.2", 6)})
	f.want("while it is off", map[string]int{})
	off(3*time.Minute, "")
	f.want("on again", map[string]int{"fail": 6, "finding open": 6})
}

// Instances weigh in the findings of their release, also when what they do for a
// patient is told later.
func TestAReleaseWeighsWhatItsInstancesDo(t *testing.T) {
	f := newFleet(t, 0)
	f.pump(0, "1.2")
	f.learn(time.Minute, fleet.Change{Exposures: answers("Maker Pump 1.2", 1)})
	severity := func(what string, want wardround.Severity) {
		t.Helper()
		if got := f.finding(); got.Severity != want {
			t.Errorf("%s: %v (%s), want %v", what, got.Severity, got.Why, want)
		}
	}
	severity("no instance", wardround.Medium)
	f.install(2*time.Minute, "10.0.0.7", "1.2", wardround.Administrative)
	severity("in the office", wardround.Low)
	f.install(3*time.Minute, "10.0.0.8", "v1.2", wardround.LifeSustaining)
	severity("one at a bedside, too", wardround.High)
	f.install(4*time.Minute, "10.0.0.8", "1.2", wardround.Monitoring)
	severity("said otherwise", wardround.Medium)
	f.install(5*time.Minute, "10.0.0.8", "2.0", wardround.LifeSustaining)
	severity("updated to a release that is not known", wardround.Low)
}

// One vulnerability in twelve releases is one case, and many vulnerabilities at once
// are one notice.
func TestAFeedThatMeetsAFleetIsToldOnce(t *testing.T) {
	f := newFleet(t, 0)
	var all []*fleet.Exposure
	for i := range 12 {
		v := fmt.Sprintf("1.%d", i)
		f.pump(0, v)
		for _, e := range answers("Maker Pump "+v, 40) {
			e.Severity = wardround.Critical
			all = append(all, e)
		}
	}
	f.learn(time.Minute, fleet.Change{Exposures: all})
	cases, findings := 0, 0
	for c, err := range f.st.Cases(t.Context(), scope) {
		if err != nil {
			t.Fatal(err)
		}
		if cases++; c.Findings != 12 || c.Title != "A known vulnerability: "+strings.TrimPrefix(c.Group, "item:") {
			t.Errorf("case %+v", c)
		}
		findings += c.Findings
	}
	if cases != 40 || findings != 480 {
		t.Errorf("%d cases of %d findings", cases, findings)
	}
	notices := func() (out []string) {
		for n, err := range f.st.Notices(t.Context(), scope) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, n.Title)
		}
		return out
	}
	if n := notices(); len(n) != 1 || !strings.Contains(n[0], "39 more cases of critical severity") {
		t.Errorf("notices %q", n)
	}
	f.learn(26*time.Hour, fleet.Change{Exposures: all[:40]})
	if n := notices(); len(n) != 1 {
		t.Errorf("told again the day after: %q", n)
	}
	f.learn(27*time.Hour, fleet.Change{Exposures: []*fleet.Exposure{answer("Maker Pump 1.3", "CVE-2026-7777", func(e *fleet.Exposure) { e.Severity = wardround.Critical })}})
	if n := notices(); len(n) != 2 || !slices.Contains(n, "A known vulnerability: CVE-2026-7777 (1)") {
		t.Errorf("a single new one: %q", n)
	}
}

// Many releases with many answers, of which all weigh otherwise at once: step by
// step, and never more in one batch than a check may say.
func TestManyAnswersAreLookedThroughStepByStep(t *testing.T) {
	f := newFleet(t, 1000)
	var all []*fleet.Exposure
	for i := range 30 {
		v := fmt.Sprintf("2.%d", i)
		f.pump(0, v)
		all = append(all, answers("Maker Pump "+v, 200)...)
	}
	f.learn(time.Minute, fleet.Change{Exposures: all})
	f.want("all", map[string]int{"fail": 6000, "finding open": 6000})
	for i := range 30 {
		f.see(f.say(2*time.Minute, &kind.InventorySaidV1{Act: "set", By: "ann", Match: []kind.SaidID{{Type: kind.IDIP, Value: fmt.Sprintf("10.0.1.%d", i)}},
			Set: map[string]string{"maker": "Maker", "model": "P-1", "software": fmt.Sprintf("2.%d", i), "criticality": "life-sustaining"}}))
	}
	high := 0
	for x, err := range f.st.Findings(t.Context(), scope, wardround.FindingFilter{Severity: wardround.High}) {
		if err != nil || x.State != wardround.Open {
			t.Fatal(x, err)
		}
		high++
	}
	if high != 6000 {
		t.Errorf("%d of 6000 weigh what the instances do", high)
	}
	// All at once, more than are kept apart: everything is looked through.
	var batch []*wardround.Observation
	for i := range 30 {
		batch = append(batch, f.say(3*time.Minute, &kind.InventorySaidV1{Act: "set", By: "ann", Match: []kind.SaidID{{Type: kind.IDIP, Value: fmt.Sprintf("10.0.1.%d", i)}},
			Set: map[string]string{"criticality": "monitoring"}}))
	}
	f.see(batch...)
	for x, err := range f.st.Findings(t.Context(), scope, wardround.FindingFilter{Severity: wardround.High}) {
		t.Fatalf("still %v (%v)", x, err)
	}
	for v, err := range f.st.States(t.Context(), scope) {
		if err != nil || v.Check == "vulnerability.known" && strings.Contains(string(v.Data), "walks") {
			t.Errorf("something still waits: %s %v", v.Data, err)
		}
	}
}

// More vulnerabilities than a subject may keep apart are one of the item (more), of
// which no claim of a single one speaks.
func TestMoreVulnerabilitiesThanAreKeptApart(t *testing.T) {
	c := known()
	c.Items = 2000
	f := newFleet(t, 0, c)
	f.pump(0, "1.2")
	all := answers("Maker Pump 1.2", 2010)
	for _, e := range all {
		e.Claim = &wardround.Claim{Status: "not_affected", Author: "Maker", At: t0}
	}
	f.learn(time.Minute, fleet.Change{Exposures: all})
	f.want("the rest is open", map[string]int{"fail": 2001, "finding claimed not affected": 2000, "finding open": 1})
}

// A pass that was given up reads the portfolio no more.
func TestAnAbandonedPassReadsNoPortfolio(t *testing.T) {
	ended := make(chan any, 1)
	c := known()
	c.Run = func(_ context.Context, p *check.Pass) error {
		defer func() { v := recover(); ended <- v; panic(v) }()
		folio := p.Portfolio()
		for {
			folio.Touched()
			for range folio.Exposures(check.ExposureKey{}) {
				folio.Release("r")
			}
			time.Sleep(time.Millisecond)
		}
	}
	f := &fleetBench{changes: map[fleet.Source]*fleet.Change{}}
	f.folio = fleet.New(scope.Org, f.changes)
	f.bench = newBench(t, Options{Portfolio: f.folio, Budget: 50 * time.Millisecond}, c)
	f.pump(0, "1.2")
	if v := <-ended; v != any(abandoned{}) {
		t.Errorf("it ended with %v", v)
	}
}

// What advisories say is long; what is kept of it is not, and the names stay.
func TestFactsAreBounded(t *testing.T) {
	f := newFleet(t, 0)
	f.pump(0, "1.2")
	long := strings.Repeat("ä long \xff word\n", 400)
	many := slices.Repeat([]string{long}, 50)
	f.learn(time.Minute, fleet.Change{Exposures: []*fleet.Exposure{answer("Maker Pump 1.2", "CVE-2026-0001", func(e *fleet.Exposure) {
		e.Why, e.Title, e.Rating, e.Fixed, e.Advisories, e.Aliases = long, long, long, many, many, many
		e.Places = slices.Repeat([]check.Place{{Component: long, Path: long, Fixed: long}}, 8)
		e.Claim = &wardround.Claim{Status: "affected", Author: long, At: t0}
	})}})
	x := must(t, f.finding(), "finding")
	if n := len(x.Facts.JSON()); n > wardround.MaxFacts || x.Facts["release"] != "Maker Pump 1.2" || x.Facts["urgency"] == nil || x.Facts["component"] == "" {
		t.Errorf("%d bytes: %s", n, x.Facts.JSON())
	}
}
