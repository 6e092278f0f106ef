//go:build unix

// Command sketch measures how long it takes to make sketches of a wide table, to
// compare two of them, and how much memory that needs: the shape of an issue in which
// another tool took six hours and then ran out of memory (3.0 million rows of
// reference and 0.3 million current ones, 1,000 columns).
//
//	go run ./bench/sketch -rows 3300000             # numbers made as they are sketched
//	go run ./bench/sketch -rows 330000 -parquet t.parquet   # through a Parquet file
//
// The numbers are made by a seed: 26 GB of them lie nowhere. Making them is part of
// the time, and told apart. The last eleventh of the rows is the current part; of ten of
// its columns one is higher by 0.05 standard deviations, too little to matter, and one
// by 0.3.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/wardround/wardround/drift"
	"github.com/wardround/wardround/format/table"
	"github.com/wardround/wardround/sense/inference"
	"github.com/wardround/wardround/stat/sketch"
	"github.com/wardround/wardround/stat/twosample"
)

const block = 1024 // rows made at once

var size int // k of the sketches

func main() {
	rows := flag.Int("rows", 165_000, "rows of both parts together")
	columns := flag.Int("columns", 1000, "columns")
	workers := flag.Int("workers", 2, "goroutines that sketch")
	flag.IntVar(&size, "k", sketch.DefaultK, "size of the quantile sketches")
	file := flag.String("parquet", "", "write the current part there, if it is not there, and read it")
	flag.Parse()
	runtime.GOMAXPROCS(*workers)
	debug.SetGCPercent(50)
	if err := run(*rows, *columns, *workers, *file); err != nil {
		fmt.Fprintln(os.Stderr, "sketch:", err)
		os.Exit(1)
	}
}

func run(rows, columns, workers int, file string) error {
	current := rows / 11
	reference := rows - current
	fmt.Printf("%d + %d rows, %d columns, %.1f GB of doubles, %d processors used\n", reference, current, columns, float64(rows)*float64(columns)*8/1e9, workers)
	if file != "" {
		return throughParquet(file, rows, columns, workers)
	}
	begin := time.Now()
	var never sync.Mutex
	each(columns, workers, func(c int) {
		var buf [block]float64
		for from := 0; from < rows; from += block {
			numbers(c, from, 0, buf[:min(block, rows-from)])
			if buf[0] == math.Pi {
				never.Lock() // so that nothing is left out as unused
			}
		}
	})
	making := time.Since(begin)
	fmt.Printf("making the numbers alone     %8.1f s\n", making.Seconds())

	begin = time.Now()
	before := processor()
	a, b := make([]*sketch.Column, columns), make([]*sketch.Column, columns)
	each(columns, workers, func(c int) {
		a[c] = column(c, 0, reference, 0)
		b[c] = column(c, reference, rows, shift(c))
	})
	took := time.Since(begin)
	used := processor() - before
	fmt.Printf("making and sketching them    %8.1f s, %.1f s of processor time: %.0f ns a value\n", took.Seconds(), used.Seconds(), used.Seconds()*1e9/float64(rows)/float64(columns))
	if took > 10*time.Minute {
		fmt.Println("NOT MET: 10 minutes")
	}
	written := 0
	for _, cols := range [][]*sketch.Column{a, b} {
		for c := range cols { // one at a time, so that memory is that of the sketches
			enc, err := (&sketch.Window{Model: "bench", Columns: cols[c : c+1]}).AppendBinary(nil)
			if err != nil {
				return err
			}
			written += len(enc)
		}
	}
	fmt.Printf("both sketches, written       %8.1f MB\n", float64(written)/1e6)
	if err := compare(a, b, int64(reference), int64(current), workers); err != nil {
		return err
	}
	memory()
	return nil
}

// each calls fn for all columns on a number of goroutines.
func each(columns, workers int, fn func(c int)) {
	var wg sync.WaitGroup
	for k := range workers {
		wg.Go(func() {
			for c := k; c < columns; c += workers {
				fn(c)
			}
		})
	}
	wg.Wait()
}

func shift(c int) float64 {
	switch c % 10 {
	case 0:
		return .05
	case 5:
		return .3
	}
	return 0
}

// moved says so in words.
func moved(c int) string {
	switch c % 10 {
	case 0:
		return "moved by 0.05 SD, which is below the limit"
	case 5:
		return "moved by 0.3 SD"
	}
	return "not moved"
}

// numbers fills x with rows from of column c: about normal for even columns, skewed
// for odd ones. One in 200 is NaN.
func numbers(c, from int, up float64, x []float64) {
	s := uint64(c)*0x9e3779b97f4a7c15 ^ uint64(from)*0xd1342543de82ef95
	for i := range x {
		s += 0x9e3779b97f4a7c15
		z := (s ^ s>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
		// Four sums of 16 bits: the sum of four uniform numbers is close to normal.
		v := (float64(z&0xffff) + float64(z>>16&0xffff) + float64(z>>32&0xffff) + float64(z>>48) - 2*65535) / 37837
		v += float64(z%1021) * 1e-9 // few ties
		v += up
		if c&1 == 1 {
			v = v * v * v
		}
		if z%200 == 7 {
			v = math.NaN()
		}
		x[i] = v
	}
}

func column(c, from, to int, up float64) *sketch.Column {
	col, err := sketch.NewColumn("c"+strconv.Itoa(c), sketch.Number, sketch.Feature, "", sketch.Options{Seed: uint64(from), K: size})
	if err != nil {
		panic(err)
	}
	var buf [block]float64
	for ; from < to; from += block {
		n := min(block, to-from)
		numbers(c, from, up, buf[:n])
		col.AddNumbers(buf[:n], nil)
	}
	return col
}

// compare decides every pair of columns as "model drift" does of two sketches, and works
// out the Wasserstein distance and the population stability index besides.
func compare(a, b []*sketch.Column, rows, current int64, workers int) error {
	begin, before := time.Now(), processor()
	r, err := drift.Sketches(context.Background(), &sketch.Window{Rows: rows, Columns: a}, &sketch.Window{Rows: current, Columns: b}, drift.Config{})
	if err != nil {
		return err
	}
	decided, used := time.Since(begin), processor()-before
	fmt.Printf("deciding all columns         %8.2f s, %.2f s of processor time (Kolmogorov and Smirnov's test, quality, correction)\n", decided.Seconds(), used.Seconds())
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for k := range workers {
		wg.Go(func() {
			for c := k; c < len(a); c += workers {
				_, err := twosample.WassersteinSketch(a[c].Ranks, b[c].Ranks)
				if err == nil {
					var edges []float64
					for q := .1; q < .95; q += .1 {
						_, x, _ := a[c].Ranks.Quantile(q)
						if len(edges) == 0 || x > edges[len(edges)-1] {
							edges = append(edges, x)
						}
					}
					_, err = twosample.PSISketch(a[c].Ranks, b[c].Ranks, edges)
				}
				if err != nil {
					errs[k] = err
					return
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(begin)
	if err := errors.Join(errs...); err != nil {
		return err
	}
	fmt.Printf("comparing all columns        %8.2f s, %.2f s of processor time (the same, Wasserstein distance, PSI)\n", took.Seconds(), (processor() - before).Seconds())
	if took > 5*time.Second {
		fmt.Println("NOT MET: 5 seconds")
	}
	said := map[string]map[drift.Decision]int{}
	significant := 0
	for c := range r.Columns {
		of := &r.Columns[c]
		number, err := strconv.Atoi(of.Name[1:])
		if err != nil {
			return err
		}
		if said[moved(number)] == nil {
			said[moved(number)] = map[drift.Decision]int{}
		}
		said[moved(number)][of.Decision]++
		if float64(of.PHigh) < 1e-4 {
			significant++
		}
	}
	for _, kind := range []string{"not moved", "moved by 0.05 SD, which is below the limit", "moved by 0.3 SD"} {
		if n := said[kind]; n != nil {
			fmt.Printf("%-44s drift %4d, ok %4d, unknown %4d\n", kind, n[drift.Drift], n[drift.OK], n[drift.Unknown])
		}
	}
	fmt.Printf("differences that are significant beyond the sketches' error: %d; the limit is %.2f of the rows lying elsewhere\n", significant, float64(r.Columns[0].Limit))
	return nil
}

// throughParquet reads the same from a file, as `model sketch` does.
func throughParquet(name string, rows, columns, workers int) error {
	if _, err := os.Stat(name); err != nil {
		if err := write(name, rows, columns); err != nil {
			return err
		}
	}
	st, err := os.Stat(name)
	if err != nil {
		return err
	}
	begin, before := time.Now(), processor()
	t, err := table.Open(name, table.Options{})
	if err != nil {
		return err
	}
	defer t.Close()
	s, err := inference.Sketch(context.Background(), t, inference.TableOptions{Workers: workers, K: size})
	if err != nil {
		return err
	}
	took := time.Since(begin)
	used := processor() - before
	fmt.Printf("%.2f GB of Parquet, %d rows of %d columns read and sketched in %.1f s, %.1f s of processor time: %.0f ns a value\n", float64(st.Size())/1e9, s.Window.Rows, len(s.Window.Columns),
		took.Seconds(), used.Seconds(), used.Seconds()*1e9/float64(s.Window.Rows)/float64(columns))
	memory()
	return nil
}

func write(name string, rows, columns int) error {
	g := parquet.Group{}
	for c := range columns {
		g[fmt.Sprintf("c%04d", c)] = parquet.Leaf(parquet.DoubleType)
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := parquet.NewWriter(f, parquet.NewSchema("bench", g), parquet.MaxRowsPerRowGroup(50_000))
	x := make([][]float64, columns)
	for c := range x {
		x[c] = make([]float64, block)
	}
	row := make(parquet.Row, columns)
	for from := 0; from < rows; from += block {
		n := min(block, rows-from)
		for c := range x {
			numbers(c, from, 0, x[c][:n])
		}
		for i := range n {
			for c := range row {
				row[c] = parquet.DoubleValue(x[c][i]).Level(0, 0, c)
			}
			if _, err := w.WriteRows([]parquet.Row{row}); err != nil {
				return err
			}
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return f.Close()
}

// processor is the processor time of the process so far, all threads, user and system.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// memory prints the most that the process had of it.
func memory() {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return
	}
	for line := range strings.Lines(string(b)) {
		if kb, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kb), "kB")))
			if err == nil {
				fmt.Printf("memory at most               %8.0f MB\n", float64(n)/1024)
				if n > 1<<20 {
					fmt.Println("NOT MET: 1 GB")
				}
			}
		}
	}
}
