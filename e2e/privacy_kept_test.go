package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/wardround/wardround/format/hl7"
	"github.com/wardround/wardround/internal/testkit/wire"
	"github.com/wardround/wardround/sim"
)

// kept is what a service of one capture leaves and tells.
type kept struct {
	outputs map[string][]byte // by command
	folder  string            // the data directory, an evidence bundle, backups, what was restored
}

// keep serves a capture to its end, then asks every reading command, exports the
// evidence and makes backups.
func keep(t *testing.T, capture string) *kept {
	t.Helper()
	left, env := elsewhere(t)
	k := &kept{outputs: map[string][]byte{}, folder: left}
	data := filepath.Join(left, "data")
	run := func(code int, args ...string) []byte {
		t.Helper()
		r := invocation{args: append([]string{"--data", data}, args...), env: env}.run(t).want(t, code)
		name := fmt.Sprint(args)
		k.outputs[name+" stdout"], k.outputs[name+" stderr"] = r.stdout, r.stderr
		return r.stdout
	}
	run(0, "serve", "--listen", "127.0.0.1:0", "--learn", "10m", "--read", capture, "--once")
	for _, format := range []string{"table", "json"} {
		for _, args := range [][]string{{"finding", "list"}, {"finding", "list", "--all"}, {"finding", "list", "--cases"}, {"asset", "list"}, {"asset", "list", "--proposals"}, {"coverage"}} {
			run(0, append([]string{"--format", format}, args...)...)
		}
	}
	findings, assets := conclusions(t, run(0, "--format", "json", "finding", "list")), conclusions(t, run(0, "--format", "json", "asset", "list"))
	if len(findings) == 0 || len(assets) == 0 {
		t.Fatalf("%d findings, %d assets", len(findings), len(assets))
	}
	shown := map[string]bool{}
	for _, f := range findings {
		if !shown[f.Check] { // one of each check
			shown[f.Check] = true
			run(0, "finding", "show", f.ID)
			run(0, "--format", "json", "finding", "show", f.ID)
		}
	}
	for _, a := range assets[:min(len(assets), 5)] {
		run(0, "asset", "show", a.ID)
		run(0, "--format", "json", "asset", "show", a.ID)
	}
	run(0, "evidence", "export", filepath.Join(left, "evidence.zip"))
	run(4, "evidence", "verify", filepath.Join(left, "evidence.zip"))
	run(0, "backup", filepath.Join(left, "backup.tar"))
	run(0, "backup", "--keys", filepath.Join(left, "backup-with-keys.tar"))
	r := invocation{args: []string{"--data", filepath.Join(left, "restored"), "restore", filepath.Join(left, "backup-with-keys.tar")}, env: env}.run(t).want(t, 0)
	k.outputs["restore"] = append(r.stdout, r.stderr...)
	return k
}

// in searches all that was kept and told; size is how many bytes files have.
func (s *searcher) inKept(t *testing.T, k *kept) (leaks []leak, size int64) {
	t.Helper()
	for name, out := range k.outputs {
		leaks = append(leaks, s.in(name, out)...)
	}
	files, size := s.folder(t, k.folder)
	return append(leaks, files...), size
}

// TestServeKeepsNobody: nothing that names a person in the simulated ward is in
// what serve keeps, and in what is made of it: log, state, ledger, evidence,
// backups, every command's output.
func TestServeKeepsNobody(t *testing.T) {
	for _, seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			s := newSearcher(sim.Canaries(seed))
			capture := simulated(t, seed, "1", everyScenario()...)
			planted(t, s, capture)
			leaks, size := s.inKept(t, keep(t, capture))
			none(t, leaks)
			if size < 1_000_000 {
				t.Errorf("only %d bytes of files were searched", size)
			}
		})
	}
}

// TestCanaryInAnAllowedFieldIsKept: the same search finds a canary that was planted
// where values do leave the sensor, in each place that the other test searches.
func TestCanaryInAnAllowedFieldIsKept(t *testing.T) {
	canaries := sim.Canaries(1)
	c := wire.New(t)
	for i := range 4 {
		m, err := hl7.NewWriter(hl7.Default())
		if err != nil {
			t.Fatal(err)
		}
		m.Segment("MSH").Field(3, canaries[3]).Field(4, "ICU").Field(7, "20260302080000").Field(9, "ORU", "R01", "ORU_R01").Field(10, fmt.Sprint(i)).Field(11, "P").Field(12, "2.6")
		m.Segment("PID").Field(3, canaries[4]).Field(5, canaries[5])
		c.TCP(fmt.Sprintf("10.0.0.1:4000%d", i), "10.0.0.2:2575").Client(hl7.AppendFrame(nil, m.Bytes())).Close()
	}
	k := keep(t, c.Path())
	leaks, _ := newSearcher(canaries).inKept(t, k)
	where := map[string]bool{}
	for _, l := range leaks {
		if l.value != canaries[3] {
			t.Errorf("%s: %s was found: %s", l.where, l.value, l.around)
		}
		where[place(l.where)] = true
	}
	for _, p := range []string{"data/log", "data/state", "evidence.zip", "backup.tar", "[--format json asset list] stdout", "[--format table asset list] stdout"} {
		if !where[p] {
			t.Errorf("the search does not see into %s, only %v", p, where)
		}
	}
	if _, err := os.Stat(filepath.Join(k.folder, "data", "checkpoint.txt")); err != nil {
		t.Error(err)
	}
}

// place is the part of the data directory, or the file or output, that a leak is in.
func place(where string) string {
	for _, p := range []string{"data/log", "data/state", "evidence.zip", "backup.tar"} {
		if len(where) >= len(p) && where[:len(p)] == p {
			return p
		}
	}
	return where
}
