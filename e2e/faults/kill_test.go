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
func TestKilledServerLosesAndDoublesNothing(t *testing.T) {
	kills := number(t, "WARDROUND_KILLS", 50)
	if testing.Short() {
		kills = 5
	}
	seed := uint64(number(t, "WARDROUND_SEED", 1))
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	// All of it is older than the shortest freshness of any check and younger than
	// a day, so that nothing goes stale while the test runs.
	parts := captures(t, kills, 4*time.Hour, "--hours", "6", "--scenario", "scan,mqtt-anonymous,exfiltration,public-beacon", "--heavy", "3")
	dir := filepath.Join(t.TempDir(), "data")
	p := &people{T: t, dir: dir, acknowledged: map[string]bool{}, decided: map[string]bool{}}
	read := 0 // parts that are read and judged
	var before, now *books
	busy := 0
	for kill := range kills {
		args := []string{}
		for _, part := range parts[read : kill+1] {
			args = append(args, "--read", part)
		}
		s := serve(t, dir, args...)
		s.quiet = true
		after := time.Duration(random.Int64N(int64(250 * time.Millisecond)))
		if random.IntN(2) == 0 { // as soon as it works, when it works most
			after /= 4
			eventually(t, "the server", func() bool { return !s.running() || s.says("wardround serves") })
		}
		deadline := time.AfterFunc(after, func() { s.cmd.Process.Kill() })
		p.work(s, random.Uint64())
		deadline.Stop()
		s.kill()
		if s.says("read and judged") {
			read = kill + 1
		} else if s.says("wardround serves") {
			busy++
		}
		if now == nil && !s.says("wardround serves") {
			continue // killed before it had made its first files
		}
		now = audit(t, dir)
		p.check(now)
		if before != nil && (now.judged < before.judged || now.last < before.last || now.leaves < before.leaves) {
			t.Errorf("it stood at %d of %d with %d leaves before, at %d of %d with %d now", before.judged, before.last, before.leaves, now.judged, now.last, now.leaves)
		}
		if before = now; t.Failed() {
			t.Fatalf("after kill %d with seed %d, when the server had said:\n%s", kill+1, seed, s.text())
		}
	}
	if busy < kills/5 || p.count() < kills/5 {
		t.Errorf("of %d kills %d came while it read, %d imports were acknowledged: this test shows too little", kills, busy, p.count())
	}
	args := []string{"--once"}
	for _, part := range parts[read:] {
		args = append(args, "--read", part)
	}
	if code := serve(t, dir, args...).wait(); code != 0 {
		t.Fatalf("the last start ended with status %d", code)
	}
	now = audit(t, dir)
	p.check(now)
	t.Logf("%d kills, %d of them while it read; %d observations, %d leaves, %d imports acknowledged, %d acknowledgements of findings",
		kills, busy, now.last, now.leaves, p.count(), p.noted)

	through := filepath.Join(t.TempDir(), "through")
	p.repeat(through, parts, now)
	sameOutcome(t, audit(t, through), now)
}

// sameOutcome wants both to have judged the same.
func sameOutcome(t *testing.T, want, got *books) {
	t.Helper()
	w, g := want.outcome(), got.outcome()
	for _, line := range w {
		if !slices.Contains(g, line) {
			differs(t, "only the server without faults has "+line)
		}
	}
	for _, line := range g {
		if !slices.Contains(w, line) {
			differs(t, "only the server with faults has "+line)
		}
	}
}

// differs is an error, but for a pass: a check that passes what has been quiet for
// a while goes by the site's time, which here is that of the log, and so by how
// long the reading took.
func differs(t *testing.T, what string) {
	t.Helper()
	if strings.Contains(what, "| pass ") {
		t.Log(what)
		return
	}
	t.Error(what)
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
	noted        int
}

func (p *people) count() int { return len(p.acknowledged) }

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
			p.noted++
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
