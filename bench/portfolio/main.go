// Command portfolio measures the portfolio with the parts of serve: file log,
// SQLite store, blobs, every check, and knowledge from the Go vulnerability
// database.
//
//	go run ./bench/portfolio delta --releases 250       from feed write to stored finding
//	go run ./bench/portfolio query                      questions on 2 million components
//	go run ./bench/portfolio ingest                     bills of materials, until they are stored
//	go run ./bench/portfolio huge                       one of 256 MB
//
// Bills of materials are made of the database's own packages, by a fixed seed: 200
// components each, of which one in --old is a version that some record names, and
// the others are newer than all. A figure that misses its target is said to, and
// the exit status is 1.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"slices"
	"time"
)

type options struct {
	records    string
	dir        string
	releases   int
	devices    int
	components int
	old        int // one in so many components is of an old version
	advisories int
	together   bool // all changed advisories in one bundle
	every      time.Duration
	seed       int64
	sboms      int
	megabytes  int
	distinct   bool
	profile    string
}

func main() {
	var o options
	what := "delta"
	args := os.Args[1:]
	if len(args) > 0 && args[0][0] != '-' {
		what, args = args[0], args[1:]
	}
	f := flag.NewFlagSet("portfolio "+what, flag.ExitOnError)
	f.StringVar(&o.records, "records", "../shared/data/advisories/golang-vulndb-osv.zip", "zip of OSV records")
	f.StringVar(&o.dir, "dir", "", "where everything is written; default: a temporary directory")
	f.IntVar(&o.releases, "releases", 250, "releases, each with a bill of materials of its own")
	f.IntVar(&o.devices, "devices", 10_000, "assets, instances of the releases in turn")
	f.IntVar(&o.components, "components", 200, "components of a bill of materials")
	f.IntVar(&o.old, "old", 100, "one in so many components is of an old version")
	f.IntVar(&o.advisories, "advisories", 100, "advisories that change")
	f.BoolVar(&o.together, "together", false, "all in one bundle, not one after the other")
	f.DurationVar(&o.every, "every", time.Second, "time between two changed advisories")
	f.Int64Var(&o.seed, "seed", 1, "seed of everything that is drawn")
	f.IntVar(&o.sboms, "sboms", 1000, "ingest: bills of materials")
	f.IntVar(&o.megabytes, "megabytes", 256, "huge: size of the document")
	f.BoolVar(&o.distinct, "distinct", false, "huge: no two components of the same version")
	f.StringVar(&o.profile, "cpuprofile", "", "where a profile is written")
	if err := f.Parse(args); err != nil {
		os.Exit(2)
	}
	run := map[string]func(options) (bool, error){"delta": delta, "query": query, "ingest": ingest, "huge": huge}[what]
	if run == nil {
		fmt.Fprintf(os.Stderr, "portfolio: %q: want delta, query, ingest or huge\n", what)
		os.Exit(2)
	}
	if o.profile != "" {
		p, err := os.Create(o.profile)
		if err == nil {
			err = pprof.StartCPUProfile(p)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "portfolio:", err)
			os.Exit(2)
		}
		defer pprof.StopCPUProfile()
	}
	if o.dir == "" {
		dir, err := os.MkdirTemp("", "portfolio")
		if err != nil {
			fmt.Fprintln(os.Stderr, "portfolio:", err)
			os.Exit(2)
		}
		o.dir = dir
		defer os.RemoveAll(dir)
	}
	met, err := run(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "portfolio:", err)
		os.RemoveAll(o.dir)
		os.Exit(2)
	}
	if !met {
		pprof.StopCPUProfile()
		fmt.Println("NOT MET")
		os.RemoveAll(o.dir)
		os.Exit(1)
	}
}

// times prints percentiles and returns p99.
func times(what string, d []time.Duration) time.Duration {
	if len(d) == 0 {
		fmt.Printf("%-44s none\n", what)
		return 0
	}
	slices.Sort(d)
	at := func(p float64) time.Duration { return d[min(len(d)-1, int(p*float64(len(d))/100))] }
	fmt.Printf("%-44s n %7d  p50 %8s  p99 %8s  max %8s\n", what, len(d), ms(at(50)), ms(at(99)), ms(d[len(d)-1]))
	return at(99)
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/1e6) }
