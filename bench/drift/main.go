//go:build unix

// Command drift times this project's two-sample tests on columns that peers.py wrote, and prints one JSON line for each:
// name, milliseconds (median), statistic, p. See README.md.
//
//	drift DIR REPEATS
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/wardround/wardround/stat/kernel"
	"github.com/wardround/wardround/stat/twosample"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: drift DIR REPEATS")
		os.Exit(2)
	}
	repeats, err := strconv.Atoi(os.Args[2])
	if err == nil {
		err = run(os.Args[1], repeats)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "drift:", err)
		os.Exit(1)
	}
}

func column(dir, name string) ([]float64, error) {
	b, err := os.ReadFile(filepath.Join(dir, name+".f64"))
	if err != nil {
		return nil, err
	}
	x := make([]float64, len(b)/8)
	return x, binary.Read(bytes.NewReader(b), binary.LittleEndian, x)
}

type job struct {
	name string
	run  func() (statistic, p float64, err error)
}

func run(dir string, repeats int) error {
	var jobs []job
	for _, size := range []string{"1M", "10k"} {
		a, err := column(dir, "a"+size)
		if err != nil {
			return err
		}
		b, err := column(dir, "b"+size)
		if err != nil {
			return err
		}
		add := func(name string, f func(a, b []float64) (twosample.Result, error)) {
			jobs = append(jobs, job{name + " " + size, func() (float64, float64, error) {
				r, err := f(a, b)
				return r.Statistic, r.P, err
			}})
		}
		add("ks", twosample.KS)
		add("wasserstein", twosample.Wasserstein)
		add("energy", twosample.Energy)
		add("mann-whitney", twosample.MannWhitney)
		add("psi", func(a, b []float64) (twosample.Result, error) { return twosample.PSIBinned(a, b, 10) })
		add("cramer-von-mises", twosample.CramerVonMises)
		add("epps-singleton", twosample.EppsSingleton)
		add("anderson-darling", func(a, b []float64) (twosample.Result, error) {
			x, err := twosample.Sort(a)
			if err != nil {
				return twosample.Result{}, err
			}
			y, err := twosample.Sort(b)
			if err != nil {
				return twosample.Result{}, err
			}
			return twosample.AndersonDarlingSorted(x, y, twosample.Options{Method: twosample.Table})
		})
	}
	flat, err := column(dir, "rows")
	if err != nil {
		return err
	}
	rows := make([][]float64, 1000)
	for i := range rows {
		rows[i] = flat[i*20 : (i+1)*20]
	}
	width := math.Sqrt(40)
	jobs = append(jobs, job{"mmd 500v500x20", func() (float64, float64, error) {
		r, err := kernel.MMD(context.Background(), rows[:500], rows[500:], kernel.Options{Rounds: 100, Width: width})
		return r.Statistic, r.P, err
	}})
	e := json.NewEncoder(os.Stdout)
	for _, j := range jobs {
		var took []float64
		var s, p float64
		for range repeats {
			begin := processor()
			var err error
			if s, p, err = j.run(); err != nil {
				return fmt.Errorf("%s: %w", j.name, err)
			}
			took = append(took, float64((processor()-begin).Microseconds())/1000)
		}
		slices.Sort(took)
		out := map[string]any{"name": j.name, "ms": took[len(took)/2], "statistic": s}
		if p == p {
			out["p"] = p
		}
		if err := e.Encode(out); err != nil {
			return err
		}
	}
	return nil
}

// processor is the processor time of the process so far, all threads, user and system:
// on a machine with other work beside, the clock on the wall measures that.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
