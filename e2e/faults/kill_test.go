package faults

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The server is killed at 50 random moments while it reads captures and while
// people import assets and acknowledge findings. After each kill the books fit
// together and nothing that was acknowledged is lost or doubled; the next start
// needs no help. In the end it has judged as one that ran through.
//
// The first kills come in the first minutes of a ward that nobody knows yet. There
// the judgement is not compared: who is behind a router's hardware address is
// concluded from recent sightings, which are not kept over a restart (see
// inventory.Restore), so a server that is killed then may take a host for two.
func TestKilledServerLosesAndDoublesNothing(t *testing.T) {
	kills := number(t, "WARDROUND_KILLS", 50)
	if testing.Short() {
		kills = 10
	}
	seed := uint64(number(t, "WARDROUND_SEED", 1))
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	// All of it is older than the shortest freshness of any check and younger than
	// a day, so that nothing goes stale while the test runs.
	begun, known := kills/5, kills-kills/5
	parts := captures(t, 2*known, 4*time.Hour, "--hours", "6", "--scenario", "scan,mqtt-anonymous,exfiltration,public-beacon", "--heavy", "2")

	x := &killed{people: people{T: t, dir: filepath.Join(t.TempDir(), "begun")}, random: random, parts: parts}
	for range begun {
		x.kill()
	}
	y := &killed{people: people{T: t, dir: filepath.Join(t.TempDir(), "known")}, random: random, parts: parts}
	serve(t, y.dir, y.reads(known, "--once")...).end(0)
	y.read = known
	for range known {
		y.kill()
	}
	serve(t, y.dir, y.reads(len(parts), "--once")...).end(0)
	now := audit(t, y.dir)
	y.check(now)
	for _, k := range []*killed{x, y} {
		t.Logf("%d kills, %d of them while it read; %d observations, %d leaves, %d imports and %d findings acknowledged",
			k.kills, k.busy, k.now.last, k.now.leaves, len(k.acknowledged), len(k.decided))
	}
	if x.busy+y.busy < kills/4 || len(y.acknowledged) < kills/5 {
		t.Error("this test shows too little")
	}
	through := filepath.Join(t.TempDir(), "through")
	y.repeat(through, parts, now)
	sameOutcome(t, audit(t, through), now)
}

// killed is a server that is killed and started again on one directory.
type killed struct {
	people
	random *rand.Rand
	parts  []string
	read   int // parts that are read and judged
	kills  int
	busy   int // kills that came while it read
	now    *books
}

// reads are the arguments to read what is not read yet, up to a part.
func (k *killed) reads(to int, args ...string) []string {
	for _, part := range k.parts[k.read:to] {
		args = append(args, "--read", part)
	}
	return args
}

// kill starts the server, kills it and looks at what it left.
func (k *killed) kill() {
	k.Helper()
	to := min(k.read+2, len(k.parts))
	s := serve(k.T, k.dir, k.reads(to)...)
	s.quiet = true
	after := time.Duration(k.random.Int64N(int64(200 * time.Millisecond)))
	if k.random.IntN(3) > 0 { // as soon as it works, when it works most
		after /= 4
		eventually(k, "the server", func() bool { return !s.running() || s.says("wardround serves") })
	}
	deadline := time.AfterFunc(after, func() { s.cmd.Process.Kill() })
	k.work(s, k.random.Uint64())
	deadline.Stop()
	s.kill()
	k.kills++
	switch {
	case s.says("read and judged"):
		k.read = to
	case s.says("wardround serves"):
		k.busy++
	case k.now == nil:
		return // killed before it had made its first files
	}
	before := k.now
	k.now = audit(k.T, k.dir)
	k.check(k.now)
	if before != nil && (k.now.judged < before.judged || k.now.last < before.last || k.now.leaves < before.leaves) {
		k.Errorf("it stood at %d of %d with %d leaves before, at %d of %d with %d now", before.judged, before.last, before.leaves, k.now.judged, k.now.last, k.now.leaves)
	}
	if k.Failed() {
		k.Fatalf("after kill %d, when the server had said:\n%s", k.kills, s.text())
	}
}

// sameOutcome wants both to have judged the same. A few rows may differ: what passes
// because it was quiet for a while, and who is behind a router's hardware address,
// go by the site's time, which here is that of the log, and so by how long the
// reading took. One row in fifty is a fault.
func sameOutcome(t *testing.T, want, got *books) {
	t.Helper()
	w, g := want.outcome(), got.outcome()
	var differ []string
	for _, line := range w {
		if !slices.Contains(g, line) {
			differ = append(differ, "only the server without faults has "+line)
		}
	}
	for _, line := range g {
		if !slices.Contains(w, line) {
			differ = append(differ, "only the server with faults has "+line)
		}
	}
	for _, line := range differ {
		t.Log(line)
	}
	if len(w) < 50 || len(differ) > len(w)/50 {
		t.Errorf("%d of %d rows differ", len(differ), len(w))
	}
}

// people are those who work with the server while it is killed.
type people struct {
	*testing.T
	dir string
	// asked lists the host names of imports, in order; acknowledged those that the
	// command said were done.
	asked        []string
	acknowledged map[string]bool
	decided      map[string]bool // ids of findings whose acknowledgement was confirmed
}

// work imports assets and acknowledges findings until the server has ended. What
// it is told when the server dies under it may be true or not; what is confirmed
// must be.
func (p *people) work(s *server, seed uint64) {
	eventually(p, "the server", func() bool { return !s.running() || s.says("wardround serves") })
	for n := 0; s.running(); n++ {
		p.importOne(fmt.Sprintf("bed-%016x-%d", seed, n))
		if n%3 == 2 && s.running() {
			p.acknowledge()
		}
	}
}

// importOne imports one asset.
func (p *people) importOne(name string) {
	p.Helper()
	if p.acknowledged == nil {
		p.acknowledged, p.decided = map[string]bool{}, map[string]bool{}
	}
	file := filepath.Join(p.TempDir(), "assets.csv")
	if err := os.WriteFile(file, []byte("hostname,ward\n"+name+",ICU\n"), 0o600); err != nil {
		p.Fatal(err)
	}
	p.asked = append(p.asked, name)
	if r := cli(p, "--data", p.dir, "asset", "import", file); r.code == 0 {
		p.acknowledged[name] = true
	}
}

// acknowledge acknowledges the first open finding that nobody has.
func (p *people) acknowledge() {
	r := cli(p, "--data", p.dir, "--format", "json", "finding", "list")
	for line := range strings.Lines(r.stdout) {
		id := field(line, "id")
		if id == "" || p.decided[id] || !strings.Contains(line, `"state":"open"`) {
			continue
		}
		if r := cli(p, "--data", p.dir, "finding", "acknowledge", id, "--reason", "seen"); r.code == 0 {
			p.decided[id] = true
		}
		return
	}
}

// field returns a text of a line of JSON without parsing it whole.
func field(line, name string) string {
	_, rest, ok := strings.Cut(line, `"`+name+`":"`)
	if !ok {
		return ""
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// check finds everything that was acknowledged in the books, once.
func (p *people) check(b *books) {
	p.Helper()
	known := map[string]bool{}
	for _, a := range b.assets {
		for _, i := range a.Identifiers {
			known[i.Value] = true
		}
	}
	for _, name := range p.asked {
		switch n := b.said[name]; {
		case n > 1:
			p.Errorf("the import of %s is in the log %d times", name, n)
		case p.acknowledged[name] && n == 0:
			p.Errorf("the import of %s was acknowledged and is not in the log", name)
		case p.acknowledged[name] && !known[name]:
			p.Errorf("the import of %s was acknowledged and is not in the inventory", name)
		}
	}
	for id := range p.decided {
		if f := b.findings[id]; f == nil || f.Decision == nil {
			p.Errorf("finding %s was acknowledged; it is %+v", id, f)
		}
	}
}

// repeat runs a server that nobody kills on the same input, with the same keys,
// and says to it what in the end had reached the other.
func (p *people) repeat(dir string, parts []string, killed *books) {
	p.Helper()
	for _, name := range []string{"format.json", "keys/pseudonym", "keys/ledger", "keys/ledger.pub"} {
		b, err := os.ReadFile(filepath.Join(p.dir, name))
		if err != nil {
			p.Fatal(err)
		}
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			p.Fatal(err)
		}
		if err := os.WriteFile(to, b, 0o600); err != nil {
			p.Fatal(err)
		}
	}
	var csv strings.Builder
	csv.WriteString("hostname,ward\n")
	for _, name := range p.asked {
		if killed.said[name] > 0 {
			csv.WriteString(name + ",ICU\n")
		}
	}
	file := filepath.Join(p.TempDir(), "all.csv")
	if err := os.WriteFile(file, []byte(csv.String()), 0o600); err != nil {
		p.Fatal(err)
	}
	args := []string{}
	for _, part := range parts {
		args = append(args, "--read", part)
	}
	s := serve(p, dir, args...).until("read and judged")
	cli(p, "--data", dir, "asset", "import", file).want(p, 0)
	b := audit(p, dir)
	ids := map[string]string{}
	for id, f := range b.findings {
		ids[b.name(f.Key)] = id
	}
	for _, f := range killed.findings {
		if f.Decision == nil {
			continue
		}
		if id := ids[killed.name(f.Key)]; id != "" {
			cli(p, "--data", dir, "finding", "acknowledge", id, "--reason", "seen").want(p, 0)
		}
	}
	s.stop()
}
