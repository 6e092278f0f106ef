package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/hl7"
	"github.com/wardround/wardround/internal/testkit/wire"
	"github.com/wardround/wardround/sim"
)

// seeds are the wards that the privacy tests look at.
var seeds = []uint64{1, 2, 77}

// everyScenario are the arguments that switch all scenarios on.
func everyScenario() []string {
	var args []string
	for _, s := range sim.Scenarios() {
		args = append(args, "--scenario", s.Name)
	}
	return args
}

// simulated writes a capture of the simulated ward and returns its path.
func simulated(t testing.TB, seed uint64, hours string, more ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), fmt.Sprintf("ward-%d.pcap", seed))
	args := append([]string{"sim", "capture", "--quiet", "--seed", fmt.Sprint(seed), "--hours", hours}, more...)
	wardround(t, append(args, file)...).want(t, 0)
	return file
}

// planted checks that the canaries are in the capture: what is looked for is there
// to be found.
func planted(t *testing.T, s *searcher, capture string) {
	t.Helper()
	b, err := os.ReadFile(capture)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, l := range s.in("capture", b) {
		seen[l.value] = true
	}
	if len(seen) < 490 {
		t.Fatalf("only %d of 500 canaries are in the capture", len(seen))
	}
}

// elsewhere is an environment in which every place a program may leave files at
// is below one folder.
func elsewhere(t *testing.T) (dir string, env []string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"HOME", "TMPDIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"} {
		sub := filepath.Join(dir, strings.ToLower(name))
		if err := os.Mkdir(sub, 0o700); err != nil {
			t.Fatal(err)
		}
		env = append(env, name+"="+sub)
	}
	return dir, env
}

// TestReplayAndDemoTellNobody: nothing that names a person in the simulated ward
// is in what replay and demo print or leave behind.
func TestReplayAndDemoTellNobody(t *testing.T) {
	for _, seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			s := newSearcher(sim.Canaries(seed))
			capture := simulated(t, seed, "1", everyScenario()...)
			planted(t, s, capture)
			demo := append([]string{"demo", "--seed", fmt.Sprint(seed), "--speed", "0"}, everyScenario()...)
			for _, args := range [][]string{
				{"replay", "--format", "json", capture},
				{"replay", capture},
				append([]string{"--format", "json"}, demo...),
				demo,
			} {
				left, env := elsewhere(t)
				r := invocation{args: args, env: env}.run(t).want(t, 0)
				if len(r.stdout) < 2000 {
					t.Errorf("%s printed only %d bytes", args[0], len(r.stdout))
				}
				none(t, s.in(args[0]+" stdout", r.stdout))
				none(t, s.in(args[0]+" stderr", r.stderr))
				leaks, _ := s.folder(t, left)
				none(t, leaks)
			}
		})
	}
}

// TestCanaryInAnAllowedFieldIsFound: the same search, on the same output, finds a
// canary that was planted where values do leave the sensor.
func TestCanaryInAnAllowedFieldIsFound(t *testing.T) {
	value := sim.Canaries(1)[3]
	m, err := hl7.NewWriter(hl7.Default())
	if err != nil {
		t.Fatal(err)
	}
	m.Segment("MSH").Field(3, value).Field(4, "ICU").Field(7, "20260302080000").Field(9, "ORU", "R01", "ORU_R01").Field(10, "1").Field(11, "P").Field(12, "2.6")
	m.Segment("PID").Field(3, sim.Canaries(1)[4])
	c := wire.New(t)
	c.TCP("10.0.0.1:40000", "10.0.0.2:2575").Client(hl7.AppendFrame(nil, m.Bytes())).Close()
	r := wardround(t, "replay", "--format", "json", c.Path()).want(t, 0)
	got := newSearcher(sim.Canaries(1)).in("stdout", r.stdout)
	if len(got) == 0 {
		t.Fatalf("the sending application is not found in\n%.2000s", r.stdout)
	}
	for _, l := range got {
		if l.value != value {
			t.Errorf("%s was found: %s", l.value, l.around)
		}
	}
}
