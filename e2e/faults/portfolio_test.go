package faults

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// kill starts the program on a directory and ends it after a while as a power cut of
// its process would. It reports whether the command was still at work.
func kill(t testing.TB, after time.Duration, dir string, args ...string) bool {
	t.Helper()
	cmd := exec.Command(program, append([]string{"--data", dir}, args...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
	err := cmd.Wait()
	timer.Stop()
	return err != nil
}

// An import that is killed at any moment is there or is not. The next command needs
// no help, and once the import is made again the directory answers as one that nothing
// ever happened to.
func TestKilledImportIsWholeOrNotThere(t *testing.T) {
	s, folder := stocked(t)
	seed := uint64(number(t, "WARDROUND_SEED", 1))
	random := rand.New(rand.NewPCG(seed, 1))
	t.Logf("seed %d", seed)
	kills := 5
	if testing.Short() {
		kills = 3
	}
	second := advisories(t, filepath.Join(folder, "npm-2.zip"), "part", 400, "1.2.0", true)
	later := bill(t, filepath.Join(folder, "pump-2.cdx.json"), "Pump", "part", 350, "1.1.0")
	for name, args := range map[string][]string{
		"a feed":              {"feed", "import", "--name", "npm", second},
		"a bill of materials": {"sbom", "import", later},
	} {
		t.Run(name, func(t *testing.T) {
			through := s.copyTo(filepath.Join(t.TempDir(), "through"))
			through.TB = t
			before := through.answers()
			whole := took(func() { through.run(args...) })
			after := through.answers()
			if before == after {
				t.Fatal("the import changes nothing: this test shows nothing")
			}
			atWork := 0
			for n := range kills {
				x := s.copyTo(filepath.Join(t.TempDir(), "killed"))
				x.TB = t
				if kill(t, time.Duration(random.Int64N(int64(whole))), x.dir, args...) {
					atWork++
				}
				// Whoever only reads sees one or the other, in each bill of materials.
				all := ""
				for _, file := range x.bills {
					all += x.known(file)
				}
				if !strings.HasPrefix(before, all) && !strings.HasPrefix(after, all) {
					t.Errorf("kill %d: sbom check sees neither what was nor what is", n)
				}
				x.other()
				switch got := x.answers(); got {
				case before, after:
				default:
					same(t, "after a kill and another command", after, got)
				}
				x.run(args...)
				same(t, "after the import was made again", after, x.answers())
				audit(t, x.dir)
			}
			if atWork == 0 {
				t.Error("no kill came while the command worked")
			}
		})
	}
}

// The files that answers are read from quickly are made anew from what came, when they
// are cut short or a bit of them has turned; it is said.
func TestDamagedCachesAreMadeAnew(t *testing.T) {
	s, folder := stocked(t)
	want := s.answers()
	second := advisories(t, filepath.Join(folder, "npm-2.zip"), "part", 400, "1.2.0", true)
	seed := uint64(number(t, "WARDROUND_SEED", 1))
	random := rand.New(rand.NewPCG(seed, 2))
	for name, how := range map[string]func([]byte) []byte{
		"cut":     func(b []byte) []byte { return b[:random.IntN(len(b))] },
		"flipped": func(b []byte) []byte { b[random.IntN(len(b))] ^= 1 << random.IntN(8); return b },
		"empty":   func([]byte) []byte { return nil },
		"gone":    nil,
	} {
		for _, which := range []string{"knowledge/knowledge.gen", "portfolio/*.gen"} {
			t.Run(name+" "+filepath.Dir(which), func(t *testing.T) {
				x := s.copyTo(filepath.Join(t.TempDir(), "data"))
				x.TB = t
				files, err := filepath.Glob(filepath.Join(x.dir, which))
				if err != nil || len(files) == 0 {
					t.Fatalf("%v %v", files, err)
				}
				for _, f := range files {
					if how == nil {
						if err := os.Remove(f); err != nil {
							t.Fatal(err)
						}
						continue
					}
					change(t, f, how)
				}
				same(t, "read", want, x.answers())
				r := x.other()
				if how != nil && !strings.Contains(r.stderr, "anew") {
					t.Errorf("nothing is said of it: %s", r.stderr)
				}
				same(t, "after a command that writes", want, x.answers())
				if r := x.other(); r.stderr != "" && strings.Contains(r.stderr, "anew") {
					t.Errorf("it is damaged still: %s", r.stderr)
				}
				x.run("feed", "import", "--name", "npm", second)
				if same := x.answers(); same == want {
					t.Error("a second edition changes nothing")
				}
			})
		}
	}
}

// What imports brought is in a backup, and a directory restored from it answers the same.
func TestBackupKeepsThePortfolio(t *testing.T) {
	s, folder := stocked(t)
	want := s.answers()
	file := filepath.Join(folder, "b.tar")
	s.run("backup", "--keys", file)
	to := &shelf{TB: t, dir: filepath.Join(folder, "restored"), bills: s.bills}
	to.run("restore", file)
	same(t, "restored, read", want, to.answers())
	to.other()
	same(t, "restored, written", want, to.answers())
	audit(t, to.dir)
}

// A server runs while feeds and bills of materials come, two at a time, and questions
// are asked. What a command said it did is in the next answer; in the end the directory
// answers as one where the same came in turn.
func TestImportsBesideAServer(t *testing.T) {
	s, folder := stocked(t)
	inTurn := s.copyTo(filepath.Join(folder, "in-turn"))
	second := advisories(t, filepath.Join(folder, "npm-2.zip"), "part", 400, "1.2.0", true)
	other := advisories(t, filepath.Join(folder, "other.zip"), "odd", 150, "3.0.0", false)
	later := bill(t, filepath.Join(folder, "pump-2.cdx.json"), "Pump", "part", 350, "1.1.0")
	third := bill(t, filepath.Join(folder, "scanner.cdx.json"), "Scanner", "odd", 120, "0.9.0")
	acts := [][]string{{"feed", "import", "--name", "npm", second}, {"feed", "import", "--name", "other", other}, {"sbom", "import", later}, {"sbom", "import", third}}
	for _, args := range acts {
		inTurn.run(args...)
	}
	// Whether one was open before depends on which came first.
	now := func(x *shelf) string { return strings.ReplaceAll(x.answers(), " reopened ", " open ") }
	want := now(inTurn)

	srv := serve(t, s.dir).ready()
	var doing sync.WaitGroup
	for _, args := range acts {
		doing.Go(func() {
			if r := cli(t, append([]string{"--data", s.dir}, args...)...); r.code != 0 {
				t.Errorf("%q: status %d: %s", args, r.code, r.stderr)
			}
		})
	}
	asking := make(chan struct{})
	go func() {
		defer close(asking)
		for range 6 {
			for _, args := range [][]string{{"sbom", "check", "--fail-on", "none", s.bills[0]}, {"affected", "CVE-2024-10001"}} {
				if r := cli(t, append([]string{"--data", s.dir}, args...)...); r.code != 0 {
					t.Errorf("%q beside imports: status %d: %s", args, r.code, r.stderr)
				}
			}
		}
	}()
	doing.Wait()
	same(t, "while it is served, as soon as the imports said they were done", want, now(s))
	<-asking
	srv.stop()
	same(t, "after the server ended", want, now(s))
	audit(t, s.dir)
}
