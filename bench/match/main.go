// Command match measures and checks how components are matched with what is known,
// on the files that bench/match.sh gives it.
//
//	match save ZIP DIR              read a zip of OSV records into a generation
//	match cold ZIP SBOM             zip and bill of materials to pairs, in one process
//	match warm DIR SBOM             the same from a generation
//	match compare DIR SBOM RESULT   the pairs against those of osv-scanner's JSON
//
// cold and warm print the milliseconds of each part; compare exits 1 when a pair
// is missing or too many.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/document"
	"github.com/wardround/wardround/format/osv"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/knowledge"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "match:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "save":
		base, err := read(args[1])
		if err != nil {
			return err
		}
		if err := os.MkdirAll(args[2], 0o700); err != nil {
			return err
		}
		return base.Save(args[2], 1)
	case len(args) == 3 && args[0] == "cold":
		return measure(args[2], "read knowledge", func() (*knowledge.Base, error) { return read(args[1]) })
	case len(args) == 3 && args[0] == "warm":
		return measure(args[2], "open generation", func() (*knowledge.Base, error) {
			base, _, err := knowledge.Open(args[1], knowledge.Options{})
			return base, err
		})
	case len(args) == 4 && args[0] == "compare":
		return compare(args[1], args[2], args[3])
	}
	return errors.New("match save ZIP DIR | cold ZIP SBOM | warm DIR SBOM | compare DIR SBOM RESULT")
}

// read takes in a zip of OSV records.
func read(name string) (*knowledge.Base, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var rows []knowledge.Entry
	err = osv.Archive(f, info.Size(), osv.Limits{}, func(_ string, _ []byte, r *advisory.Record) error {
		rows = append(rows, knowledge.Entry{Record: r})
		return nil
	}, func(file string, err error) { fmt.Fprintln(os.Stderr, file, err) })
	if err != nil {
		return nil, err
	}
	base := knowledge.New(knowledge.Options{})
	base.Put(knowledge.Feed{Name: name, Kind: "osv", Complete: true}, rows)
	return base, nil
}

func components(name string) ([]sbom.Component, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	doc, err := document.ReadSBOM(bufio.NewReaderSize(f, 1<<20), sbom.Limits{})
	if err != nil {
		return nil, err
	}
	return doc.Components, nil
}

// pair is a component of the bill of materials and a record that it is affected by.
type pair struct{ name, version, record string }

func match(base *knowledge.Base, comps []sbom.Component) (map[pair]bool, int, error) {
	out := make(map[pair]bool, 4*len(comps))
	answers := 0
	for i := range comps {
		id, _ := knowledge.Identify(&comps[i])
		err := base.Match(&id, func(h *knowledge.Hit) {
			answers++
			if h.State == wardround.Fail {
				out[pair{comps[i].Name, comps[i].Version, h.Record.ID}] = true
			}
			for _, o := range h.Others {
				if o.State == wardround.Fail {
					out[pair{comps[i].Name, comps[i].Version, o.Record.ID}] = true
				}
			}
		})
		if err != nil {
			return nil, 0, err
		}
	}
	return out, answers, nil
}

// measure prints what each part takes; matching is without collecting the pairs.
func measure(file, what string, open func() (*knowledge.Base, error)) error {
	start := time.Now()
	lap := func(what string) {
		fmt.Printf("%-18s %8.1f ms\n", what, float64(time.Since(start).Microseconds())/1000)
		start = time.Now()
	}
	base, err := open()
	if err != nil {
		return err
	}
	defer base.Close()
	lap(what)
	comps, err := components(file)
	if err != nil {
		return err
	}
	lap("read components")
	ids := make([]knowledge.Identity, len(comps))
	for i := range comps {
		ids[i], _ = knowledge.Identify(&comps[i])
	}
	lap("identify")
	affected, answers := 0, 0
	for i := range ids {
		err := base.Match(&ids[i], func(h *knowledge.Hit) {
			answers++
			if h.State == wardround.Fail {
				affected++
			}
		})
		if err != nil {
			return err
		}
	}
	lap("match")
	fmt.Printf("%d components, %d answers, %d affected\n", len(comps), answers, affected)
	return nil
}

// scan is as much of osv-scanner's JSON as says who is affected by what.
type scan struct {
	Results []struct {
		Packages []struct {
			Package         struct{ Name, Version string }
			Vulnerabilities []struct{ ID string }
		}
	}
}

func compare(dir, file, result string) error {
	base, _, err := knowledge.Open(dir, knowledge.Options{})
	if err != nil {
		return err
	}
	defer base.Close()
	comps, err := components(file)
	if err != nil {
		return err
	}
	ours, _, err := match(base, comps)
	if err != nil {
		return err
	}
	f, err := os.Open(result)
	if err != nil {
		return err
	}
	defer f.Close()
	var s scan
	if err := json.NewDecoder(bufio.NewReader(f)).Decode(&s); err != nil {
		return fmt.Errorf("%s: %w", result, err)
	}
	theirs := map[pair]bool{}
	for _, r := range s.Results {
		for _, p := range r.Packages {
			for _, v := range p.Vulnerabilities {
				theirs[pair{p.Package.Name, p.Package.Version, v.ID}] = true
			}
		}
	}
	missing, extra := 0, 0
	for p := range theirs {
		if !ours[p] {
			if missing++; missing <= 10 {
				fmt.Println("missing", p)
			}
		}
	}
	for p := range ours {
		if !theirs[p] {
			if extra++; extra <= 10 {
				fmt.Println("not in osv-scanner's", p)
			}
		}
	}
	fmt.Printf("%d pairs, osv-scanner %d, %d missing, %d too many\n", len(ours), len(theirs), missing, extra)
	if missing+extra > 0 || len(theirs) == 0 {
		return errors.New("NOT MET: the same result set")
	}
	return nil
}
