// Command csaf measures how many CSAF documents a second one processor judges, by
// schema and all mandatory tests: ours and, beside it on the same documents in the
// same run, @secvisogram/csaf-validator-lib. It compares the verdicts too.
//
//	go run ./bench/csaf -zip cisa-csaf.zip [-peer FOLDER] [-runs 3]
//
// FOLDER is where the peer is installed (node_modules/@secvisogram/csaf-validator-lib).
// Documents are in memory before the clock starts; reading JSON counts. Exit status
// 1 says that the target is missed.
package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/wardround/wardround/format/csaf"
)

// target is documents a second of processor time.
const target = 1000

type document struct {
	name string
	text []byte
}

// run is one pass over all documents, in seconds.
type run struct{ wall, cpu float64 }

func main() {
	log.SetFlags(0)
	archive := flag.String("zip", "../shared/data/advisories/cisa-csaf.zip", "zip of CSAF 2.0 documents")
	peer := flag.String("peer", "", "folder of the peer; without it only ours is measured")
	script := flag.String("script", "bench/csaf/peer.mjs", "the program that runs the peer")
	runs := flag.Int("runs", 3, "passes, of which the median counts")
	flag.Parse()
	docs, err := read(*archive)
	if err != nil {
		log.Fatal(err)
	}
	runtime.GOMAXPROCS(1)
	v, err := csaf.NewValidator(csaf.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fails := map[string][]string{}
	var ours []run
	for range *runs {
		ours = append(ours, timed(func() {
			for _, d := range docs {
				r := v.Validate(d.text)
				fails[d.name] = r.Tests(csaf.Schema, csaf.Mandatory)
			}
		}))
	}
	size := 0
	for _, d := range docs {
		size += len(d.text)
	}
	fmt.Printf("%d documents, %.1f MB; medians of %d runs\n", len(docs), float64(size)/1e6, *runs)
	fmt.Printf("%-30s %12s %22s\n", "", "documents/s", "documents/s a core")
	rate := print("wardround", ours, len(docs))
	if *peer != "" {
		theirs, verdicts, err := runPeer(*peer, *script, docs, *runs)
		if err != nil {
			log.Fatal(err)
		}
		other := print("csaf-validator-lib "+version(*peer), theirs, len(docs))
		fmt.Printf("ratio: %.1f by processor time\n\n", rate/other)
		compare(fails, verdicts)
	}
	if rate < target {
		fmt.Printf("NOT MET: >= %d documents/s a core\n", target)
		os.Exit(1)
	}
	fmt.Printf("met: >= %d documents/s a core\n", target)
}

func read(archive string) ([]document, error) {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	var docs []document
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".json") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			return nil, err
		}
		docs = append(docs, document{strings.ReplaceAll(f.Name, "/", "_"), text})
	}
	return docs, nil
}

func timed(fn func()) run {
	var before, after syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	start := time.Now()
	fn()
	wall := time.Since(start).Seconds()
	syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return run{wall, seconds(after.Utime) + seconds(after.Stime) - seconds(before.Utime) - seconds(before.Stime)}
}

// print writes the medians and returns documents a second of processor time.
func print(name string, runs []run, docs int) float64 {
	median := func(of func(run) float64) float64 {
		var all []float64
		for _, r := range runs {
			all = append(all, of(r))
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	cpu := float64(docs) / median(func(r run) float64 { return r.cpu })
	fmt.Printf("%-30s %12.0f %22.0f\n", name, float64(docs)/median(func(r run) float64 { return r.wall }), cpu)
	return cpu
}

func version(peer string) string {
	b, err := os.ReadFile(filepath.Join(peer, "package.json"))
	var p struct{ Version string }
	if err != nil || json.Unmarshal(b, &p) != nil {
		return "?"
	}
	return p.Version
}

// runPeer writes the documents into a folder and has the peer judge them.
func runPeer(peer, script string, docs []document, runs int) ([]run, map[string][]string, error) {
	dir, err := os.MkdirTemp("", "csaf")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir)
	for _, d := range docs {
		if err := os.WriteFile(filepath.Join(dir, d.name), d.text, 0o600); err != nil {
			return nil, nil, err
		}
	}
	peer, err = filepath.Abs(peer)
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.Command("node", script, peer, dir, strconv.Itoa(runs))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, nil, err
	}
	var all []run
	verdicts := map[string][]string{}
	sc := bufio.NewScanner(bytes.NewReader(out))
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var r run
		if n, _ := fmt.Sscanf(sc.Text(), "run %g %g", &r.wall, &r.cpu); n == 2 {
			all = append(all, r)
			continue
		}
		var v struct {
			Name  string
			Fails []string
		}
		if err := json.Unmarshal(sc.Bytes(), &v); err != nil {
			return nil, nil, err
		}
		verdicts[v.Name] = v.Fails
	}
	return all, verdicts, sc.Err()
}

// compare counts, test by test, the documents on which the two disagree.
func compare(ours, theirs map[string][]string) {
	type count struct {
		both, ours, theirs int
		example            string
	}
	tests := map[string]*count{}
	get := func(id string) *count {
		if tests[id] == nil {
			tests[id] = &count{}
		}
		return tests[id]
	}
	same, invalid := 0, [2]int{}
	for _, name := range slices.Sorted(maps.Keys(ours)) {
		a, b := ours[name], theirs[name]
		agree := true
		for _, id := range a {
			if slices.Contains(b, id) {
				get(id).both++
			} else {
				c := get(id)
				c.ours++
				c.example, agree = name, false
			}
		}
		for _, id := range b {
			if !slices.Contains(a, id) {
				c := get(id)
				c.theirs++
				c.example, agree = name, false
			}
		}
		if agree {
			same++
		}
		if len(a) > 0 {
			invalid[0]++
		}
		if len(b) > 0 {
			invalid[1]++
		}
	}
	fmt.Printf("the same tests fail in %d of %d documents; invalid: %d by us, %d by the peer\n", same, len(ours), invalid[0], invalid[1])
	fmt.Printf("%-12s %8s %12s %12s  %s\n", "test", "both", "only ours", "only theirs", "example of a difference")
	for _, id := range slices.Sorted(maps.Keys(tests)) {
		c := tests[id]
		fmt.Printf("%-12s %8d %12d %12d  %s\n", id, c.both, c.ours, c.theirs, c.example)
	}
}
