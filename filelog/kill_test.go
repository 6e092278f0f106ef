package filelog_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/logtest"
)

// killEnv tells the test binary to be the writer that gets killed.
const killEnv = "WARDROUND_TEST_LOG_WRITER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killEnv); dir != "" {
		fmt.Fprintln(os.Stderr, write(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// rules drop flows after two hours and everything after eight.
func rules(l *filelog.Log, last uint64) filelog.Retention {
	return filelog.Retention{
		Rules:  []filelog.Rule{{Kind: "flow", Age: 2 * time.Hour}, {Age: 8 * time.Hour}},
		Before: last + 1, Now: logtest.Noon.Add(time.Duration(last) * time.Minute),
	}
}

// write appends and drops what is old, all the time, until it is killed. It says
// "a POSITION" for what it was told is durable.
func write(dir string) error {
	ctx := context.Background()
	l, err := filelog.Open(dir, filelog.Options{Codec: logtest.Codec{}, MaxFile: 8 << 10})
	if err != nil {
		return err
	}
	for n := l.Last(); ; {
		var b []*wardround.Observation
		for range 1 + rand.IntN(10) {
			n++
			o := logtest.Seen("mirror-1", "eth0", n)
			o.Logged = logtest.Noon.Add(time.Duration(n) * time.Minute)
			if n%2 == 0 {
				o.Kind = "flow"
			}
			b = append(b, o)
		}
		if _, err := l.Append(ctx, b); err != nil {
			return err
		}
		fmt.Printf("a %d\n", n)
		if rand.IntN(4) == 0 {
			if _, err := l.Retain(ctx, rules(l, n)); err != nil {
				return err
			}
		}
	}
}

// Killed in the middle of appending, thinning and deleting, the log opens again
// with everything that was acknowledged and not yet too old.
func TestKilledWhileRetentionWorks(t *testing.T) {
	kills := 25
	if testing.Short() {
		kills = 5
	}
	dir := t.TempDir()
	last := uint64(0)
	for run := 0; run < kills || last < 600 && run < 20*kills; run++ { // a busy machine gets further in more runs
		cmd := exec.Command(os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), killEnv+"="+dir)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(20+rand.IntN(60))*time.Millisecond, func() { cmd.Process.Kill() })
		for lines := bufio.NewReader(out); ; {
			line, err := lines.ReadString('\n')
			if err == io.EOF {
				break
			}
			if _, serr := fmt.Sscanf(line, "a %d", &last); err != nil || serr != nil {
				t.Fatalf("the writer said %q: %v", line, err)
			}
		}
		if err := cmd.Wait(); err == nil || stderr.Len() > 0 {
			t.Fatalf("the writer ended by itself: %v %s", err, stderr.String())
		}
		l := open(t, dir, filelog.Options{VerifyBytes: -1})
		if l.Last() < last {
			t.Fatalf("the log ends at %d, but %d was acknowledged", l.Last(), last)
		}
		notes := map[uint64]bool{}
		for _, o := range logtest.Read(t, l, 0) {
			if o.Seq != o.Position {
				t.Fatalf("observation %d has position %d", o.Position, o.Seq)
			}
			notes[o.Seq] = true
		}
		for n := l.First(); n <= l.Last(); n++ {
			if n%2 == 1 && !notes[n] {
				t.Fatalf("observation %d is gone; the log goes from %d to %d", n, l.First(), l.Last())
			}
		}
		if l.First() > 1 && l.Last()-l.First() < 7*60 {
			t.Errorf("only %d to %d are left; everything of eight hours should be", l.First(), l.Last())
		}
		l.Close()
	}
	if last < 600 {
		t.Errorf("only %d observations in %d runs: this test shows too little", last, 20*kills)
	}
}
