// Command pickle times format/pickle on files and prints its verdict on each, one
// JSON object a line. run.py compares it with the peers.
//
//	go run ./bench/pickle FILE…
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/wardround/wardround/format/pickle"
)

func main() {
	out := json.NewEncoder(os.Stdout)
	for _, path := range os.Args[1:] {
		f, err := os.Open(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, "pickle:", err)
			os.Exit(1)
		}
		info, err := f.Stat()
		if err != nil {
			fmt.Fprintln(os.Stderr, "pickle:", err)
			os.Exit(1)
		}
		start, before := time.Now(), used()
		reports, _, err := pickle.ScanAll(f, info.Size(), 100, pickle.Limits{}, pickle.Policy{})
		took, cpu := time.Since(start), used()-before
		if err != nil {
			fmt.Fprintln(os.Stderr, "pickle:", err)
			os.Exit(1)
		}
		worst, ops := pickle.Inert, int64(0)
		for _, r := range reports {
			worst, ops = max(worst, r.Class), ops+r.Ops
		}
		out.Encode(map[string]any{"path": path, "verdict": worst.String(), "ops": ops, "bytes": info.Size(), "ms": float64(took.Microseconds()) / 1000, "cpu": float64(cpu.Microseconds()) / 1000})
		f.Close()
	}
}

// used is the processor time of this process so far, which a busy machine
// lengthens less than the clock.
func used() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
