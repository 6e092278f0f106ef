package sqlite_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/logtest"
	"github.com/wardround/wardround/sqlite"
	"github.com/wardround/wardround/storetest"
)

// killEnv tells the test binary to be the writer that gets killed.
const killEnv = "WARDROUND_TEST_WRITER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killEnv); dir != "" {
		fmt.Fprintln(os.Stderr, write(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// write appends, judges and commits until it is killed, and says on standard
// output what it was told is durable: "a POSITION" appended, "c POSITION" committed.
func write(dir string) error {
	ctx := context.Background()
	store, err := sqlite.Open(filepath.Join(dir, "state.db"), sqlite.Options{})
	if err != nil {
		return err
	}
	at, _, err := store.Position(ctx, storetest.Ward)
	if err != nil {
		return err
	}
	log, err := filelog.Open(filepath.Join(dir, "log"), filelog.Options{Codec: logtest.Codec{}, AtLeast: at, MaxFile: 200 << 10})
	if err != nil {
		return err
	}
	judge := func(batch []*wardround.Observation) error {
		c := &wardround.Commit{Scope: storetest.Ward, Origin: wardround.Live, After: batch[0].Seq - 1, To: batch[len(batch)-1].Seq, At: batch[len(batch)-1].Logged}
		for _, o := range batch {
			k := wardround.Key{Check: "k", Subject: wardround.AssetSubject("a"), Item: fmt.Sprint(o.Seq)}
			c.Transitions = append(c.Transitions, &wardround.Transition{Key: k, To: wardround.Fail, Seq: o.Seq, At: o.At})
			c.Verdicts = append(c.Verdicts, &wardround.Verdict{Key: k, State: wardround.Fail, Seq: o.Seq, Origin: wardround.Live})
			c.Evidence = append(c.Evidence, &wardround.Evidence{Kind: "verdict", Reason: "transition", Payload: fmt.Appendf(nil, `{"position":%d}`, o.Position), At: o.At, Seq: o.Seq})
		}
		err := store.Commit(ctx, c)
		if err == nil {
			fmt.Printf("c %d\n", c.To)
		}
		return err
	}
	// What was logged and not judged yet comes first.
	if err := log.Read(ctx, at, judge); err != nil {
		return err
	}
	for n := log.Reached("mirror-1", "eth0"); ; {
		var batch []*wardround.Observation
		for range 1 + rand.IntN(8) {
			n++
			batch = append(batch, logtest.Seen("mirror-1", "eth0", n))
		}
		out, err := log.Append(ctx, batch)
		if err != nil {
			return err
		}
		fmt.Printf("a %d\n", out[len(out)-1].Seq)
		if err := judge(out); err != nil {
			return err
		}
	}
}

// The writer is killed 50 times at random moments. After each, everything it was
// told is durable is there, each observation was judged once and each transition
// has one leaf of evidence.
func TestKilledWriterLosesAndDoublesNothing(t *testing.T) {
	kills := 50
	if testing.Short() {
		kills = 5
	}
	dir := t.TempDir()
	var appended, committed uint64
	for kill := 0; kill < kills || committed < uint64(kills)*10 && kill < 10*kills; kill++ { // a busy machine gets further in more runs
		a, c := runAndKill(t, dir, time.Duration(rand.IntN(30_000))*time.Microsecond)
		appended, committed = max(appended, a), max(committed, c)
		judged := inspect(t, dir, appended, committed)
		if t.Failed() {
			t.Fatalf("after kill %d", kill+1)
		}
		committed = judged
	}
	if committed < uint64(kills)*10 {
		t.Errorf("only %d observations were judged in %d runs: this test shows too little", committed, kills)
	}
	t.Logf("%d kills, %d observations appended, %d judged", kills, appended, committed)
}

// runAndKill starts a writer, kills it a moment after its first word, and returns
// the highest positions it acknowledged.
func runAndKill(t *testing.T, dir string, after time.Duration) (appended, committed uint64) {
	t.Helper()
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
	lines := bufio.NewReader(out)
	var timer *time.Timer
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break // a word cut short was not said
		}
		if err != nil {
			t.Fatal(err)
		}
		if timer == nil {
			timer = time.AfterFunc(after, func() { cmd.Process.Kill() })
			defer timer.Stop()
		}
		var what string
		var pos uint64
		if _, err := fmt.Sscanf(line, "%s %d", &what, &pos); err != nil {
			t.Fatalf("the writer said %q", line)
		}
		switch what {
		case "a":
			appended = pos
		case "c":
			committed = pos
		}
	}
	if err := cmd.Wait(); err == nil || timer == nil || stderr.Len() > 0 {
		t.Fatalf("the writer ended by itself: %v %s", err, stderr.String())
	}
	return appended, committed
}

// inspect opens what a killed writer left and returns how far it was judged.
func inspect(t *testing.T, dir string, appended, committed uint64) uint64 {
	t.Helper()
	ctx := context.Background()
	store := open(t, filepath.Join(dir, "state.db"), sqlite.Options{})
	defer store.Close()
	judged, _, err := store.Position(ctx, storetest.Ward)
	if err != nil {
		t.Fatal(err)
	}
	log, err := filelog.Open(filepath.Join(dir, "log"), filelog.Options{Codec: logtest.Codec{}, AtLeast: judged})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if log.Last() < appended || judged < committed || judged > log.Last() {
		t.Errorf("log ends at %d (acknowledged %d), store at %d (acknowledged %d)", log.Last(), appended, judged, committed)
	}
	for i, o := range logtest.Read(t, log, 0) {
		if n := uint64(i) + 1; o.Seq != n || o.Position != n {
			t.Fatalf("observation %d has Seq %d and Position %d", n, o.Seq, o.Position)
		}
	}
	leaf := uint64(0)
	for e, err := range store.Evidence(ctx, storetest.Ward, 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		var p struct{ Position uint64 }
		if err := json.Unmarshal(e.Payload, &p); err != nil {
			t.Fatal(err)
		}
		if e.Index != leaf || e.Seq != leaf+1 || p.Position != leaf+1 {
			t.Fatalf("leaf %d is %d of observation %d", leaf, e.Index, e.Seq)
		}
		leaf++
	}
	verdicts := 0
	for v, err := range store.Verdicts(ctx, storetest.Ward, wardround.VerdictFilter{}) {
		if err != nil || v.State != wardround.Fail {
			t.Fatal(v, err)
		}
		verdicts++
	}
	if leaf != judged || uint64(verdicts) != judged {
		t.Errorf("%d leaves and %d verdicts of %d judged observations", leaf, verdicts, judged)
	}
	for range 5 {
		n := rand.Uint64N(judged) + 1
		k := wardround.Key{Check: "k", Subject: wardround.AssetSubject("a"), Item: fmt.Sprint(n)}
		count := 0
		for tr, err := range store.Transitions(ctx, storetest.Ward, k) {
			if err != nil || tr.Leaf != n-1 {
				t.Fatal(tr, err)
			}
			count++
		}
		if count != 1 {
			t.Errorf("observation %d has %d transitions", n, count)
		}
	}
	return judged
}
