// Command alarms measures what a year of watching a model costs in false alarms, and
// what it finds: the real fold (package behaviour) over simulated device-years.
//
//	go run ./bench/alarms -years 1000
//
// A device reads some 30 patients on a weekday and 10 on a Sunday, five records each
// that are alike; at weekends they are older and sicker, so that a Sunday is not a
// Monday. Eight columns: four numbers, two of which go together, a count, a laboratory value with a long tail, a
// category whose mix follows the week, and the model's score. The reference is eight weeks. In
// a null year nothing changes; in a year of change one number moves by 0.3 standard
// deviations on day 120.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/sketch"
)

const (
	referenceDays = 56
	shiftDay      = 120
	within        = 30
	size          = 0.3
)

var begin = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC) // a Monday

func main() {
	years := flag.Int("years", 1000, "null device-years")
	shifted := flag.Int("shifted", 200, "device-years with a change")
	icc := flag.Float64("icc", 0.6, "how alike the records of one patient are")
	seed := flag.Uint64("seed", 1, "of the simulation")
	every := flag.Int("window", 1, "days in one window")
	flag.Parse()
	start := time.Now()
	null := run(*years, *seed, *icc, 365, -1, *every)
	found := run(*shifted, *seed+1_000_000, *icc, shiftDay+within, shiftDay, *every)

	var alarms, with int
	topics := map[string]int{}
	for _, y := range null {
		alarms += len(y.alarms)
		if len(y.alarms) > 0 {
			with++
		}
		for _, a := range y.alarms {
			topics[a.what]++
		}
	}
	n := float64(*years)
	fmt.Printf("windows of %d day(s); null: %d device-years of %d rows each on average; stated budget %d false alarm a year\n", *every, *years, null[0].rows, behaviour.DefaultBudget)
	fmt.Printf("false alarms: %d, %.3f a year; 95%% upper bound %.3f; years with any: %.1f %%\n", alarms, float64(alarms)/n, poissonUpper(alarms)/n, 100*float64(with)/n)
	for _, k := range slices.Sorted(keys(topics)) {
		fmt.Printf("  %5d  %s\n", topics[k], k)
	}
	var hits, wrong int
	var days []int
	for _, y := range found {
		first := -1
		for _, a := range y.alarms {
			switch {
			case a.day < shiftDay:
				wrong++
			case a.what == "drift/a" && first < 0:
				first = a.day - shiftDay + 1
			}
		}
		if first >= 0 {
			hits++
			days = append(days, first)
		}
	}
	slices.Sort(days)
	fmt.Printf("a shift of %.1f SD in one of eight columns: found within %d days in %d of %d (%.3f; 95%% lower bound %.3f)", size, within, hits, *shifted, float64(hits)/float64(*shifted), lower(hits, *shifted))
	if len(days) > 0 {
		fmt.Printf("; median %d days", days[len(days)/2])
	}
	fmt.Printf("\ntook %.0f s on %d processors\n", time.Since(start).Seconds(), runtime.GOMAXPROCS(0))
	if poissonUpper(alarms)/n > behaviour.DefaultBudget || float64(hits)/float64(*shifted) < 0.8 {
		os.Exit(1)
	}
}

// poissonUpper is the exact one-sided 95 % bound on a Poisson mean.
func poissonUpper(k int) float64 { return distuv.ChiSquared{K: 2*float64(k) + 2}.Quantile(0.95) / 2 }

// lower is the one-sided 95 % Clopper–Pearson bound.
func lower(k, n int) float64 {
	if k == 0 {
		return 0
	}
	return distuv.Beta{Alpha: float64(k), Beta: float64(n-k) + 1}.Quantile(0.05)
}

func keys(m map[string]int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

type alarm struct {
	day  int
	what string
}

type year struct {
	rows   int64
	alarms []alarm
}

func run(n int, seed uint64, icc float64, days, shift, every int) []year {
	out := make([]year, n)
	work := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range work {
				y, err := device(seed+uint64(i), icc, days, shift, every)
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				out[i] = y
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	wg.Wait()
	return out
}

// shelf is blobs in memory.
type shelf map[string][]byte

func (s shelf) Open(digest string) (io.ReadCloser, error) {
	b, ok := s[digest]
	if !ok {
		return nil, wardround.Errorf(wardround.ENotFound, "blob", "no blob %s", digest)
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func (s shelf) put(w *sketch.Window) (*wardround.Blob, error) {
	w.Schema = w.Digest()
	b, err := w.AppendBinary(nil)
	if err != nil {
		return nil, err
	}
	h := sha256.Sum256(b)
	d := "sha256:" + hex.EncodeToString(h[:])
	s[d] = b
	return &wardround.Blob{Digest: d, Size: int64(len(b)), Type: sketch.MediaType}, nil
}

// device lives one device through its days and counts what begins to fail.
func device(seed uint64, icc float64, days, shift, every int) (year, error) {
	rng := rand.New(rand.NewPCG(seed, 9))
	blobs := shelf{}
	f := behaviour.New(behaviour.Options{Scope: wardround.Scope{Org: "o", Site: "s"}, Origin: wardround.Simulated, Blobs: blobs})
	asset := &wardround.Asset{ID: "a", Kind: wardround.Model, Identifiers: []wardround.Identifier{{Type: string(kind.IDModel), Value: "chest@triage", Confidence: wardround.Observed}}}
	if err := f.Assets([]*wardround.Asset{asset}, nil, begin); err != nil {
		return year{}, err
	}
	var seq uint64
	failing := map[string]bool{}
	var y year
	see := func(at time.Time, fields any, blob *wardround.Blob, day int) error {
		seq++
		if err := f.Fold(&wardround.Observation{Seq: seq, Kind: string(kind.Of(fields).Name), Version: 1, Sensor: "edge", At: at, Origin: wardround.Simulated, Fields: fields, Blob: blob}); err != nil {
			return err
		}
		if err := f.Assets([]*wardround.Asset{asset}, nil, at); err != nil {
			return err
		}
		for _, j := range f.View().Touched().Judgements {
			switch j.Topic {
			case "drift", "source", "output", "quality", "performance", "calibration", "subgroup":
				k := j.Topic + "/" + j.Item
				if j.State == wardround.Fail && !failing[k] {
					y.alarms = append(y.alarms, alarm{day, k})
				}
				if j.State != wardround.Unknown {
					failing[k] = j.State == wardround.Fail
				}
			}
		}
		f.Flush(&wardround.Commit{})
		f.Committed(seq)
		return nil
	}
	var ref *sketch.Window
	for d := range referenceDays {
		w, err := window(rng, seed, d-referenceDays, icc, 0)
		if err != nil {
			return y, err
		}
		if ref == nil {
			ref = w
		} else if err := ref.Merge(w); err != nil {
			return y, err
		}
	}
	blob, err := blobs.put(ref)
	if err != nil {
		return y, err
	}
	if err := see(begin, &kind.ModelReceivedV1{Maker: "M", Product: "Chest", Version: "1", Model: "chest", Document: "reference", File: "ref"}, blob, -1); err != nil {
		return y, err
	}
	var open *sketch.Window
	for d := range days {
		by := 0.0
		if shift >= 0 && d >= shift {
			by = size
		}
		w, err := window(rng, seed, d, icc, by)
		if err != nil {
			return y, err
		}
		y.rows += w.Rows
		if open == nil {
			open = w
		} else if err := open.Merge(w); err != nil {
			return y, err
		}
		if (d+1)%every != 0 {
			continue
		}
		w, open = open, nil
		blob, err := blobs.put(w)
		if err != nil {
			return y, err
		}
		if err := see(w.To, &kind.InferenceWindowV1{Model: "chest", Service: "triage", Version: "1", Maker: "M", Product: "Chest", From: w.From, To: w.To, Rows: w.Rows, Units: w.EffectiveUnits(), Schema: w.Schema}, blob, d); err != nil {
			return y, err
		}
	}
	return y, nil
}

// window is one day.
func window(rng *rand.Rand, seed uint64, day int, icc, shift float64) (*sketch.Window, error) {
	from := begin.AddDate(0, 0, day)
	w := &sketch.Window{Version: sketch.Version, Model: "chest", Service: "triage", From: from, To: from.AddDate(0, 0, 1), Units: sketch.NewHLL()}
	names := []string{"a", "b", "c", "count", "crp", "score"}
	cols := make([]*sketch.Column, len(names))
	for i, n := range names {
		role := sketch.Feature
		if n == "score" {
			role = sketch.Output
		}
		c, err := sketch.NewColumn(n, sketch.Number, role, "", sketch.Options{Seed: seed ^ uint64(day+1000), NoDisplay: true})
		if err != nil {
			return nil, err
		}
		cols[i], w.Columns = c, append(w.Columns, c)
	}
	var cats [2]*sketch.Column
	for i, n := range []string{"part", "sex"} {
		c, err := sketch.NewColumn(n, sketch.Category, sketch.Feature, "", sketch.Options{})
		if err != nil {
			return nil, err
		}
		cats[i], w.Columns = c, append(w.Columns, c)
	}
	weekend := 0.0
	mean := 30.0
	if wd := from.Weekday(); wd == time.Saturday || wd == time.Sunday {
		weekend, mean = 0.5, 10
	}
	between, inside := math.Sqrt(icc), math.Sqrt(1-icc)
	poisson := func(m float64) int {
		k, p, l := 0, 1.0, math.Exp(-m)
		for p *= rng.Float64(); p > l; p *= rng.Float64() {
			k++
		}
		return k
	}
	for u := range poisson(mean) {
		w.Units.Add(fmt.Sprint(day, " ", u))
		var patient [4]float64
		for i := range patient {
			patient[i] = between * rng.NormFloat64()
		}
		sex := []string{"F", "M"}[rng.IntN(2)]
		for range 5 {
			z := func(i int) float64 { return patient[i] + inside*rng.NormFloat64() }
			a := z(0) + weekend + shift
			b := 0.7*z(0) + 0.714*z(1)
			c := z(2)
			cols[0].AddNumber(a)
			cols[1].AddNumber(b)
			cols[2].AddNumber(c)
			cols[3].AddNumber(float64(poisson(math.Exp(0.5 + 0.5*patient[3]))))
			cols[4].AddNumber(math.Exp(1.5 + 1.2*(z(3)+weekend/2)))
			cols[5].AddNumber(1 / (1 + math.Exp(-(0.5*b + 0.3*c - 1 + 0.5*rng.NormFloat64()))))
			part := "CHEST"
			if r := rng.Float64(); r < 0.2+0.2*weekend {
				part = "ABDOMEN"
			} else if r < 0.3 {
				part = "HEAD"
			}
			cats[0].AddText(part, 1)
			cats[1].AddText(sex, 1)
			w.Rows++
		}
		w.RowsPerUnit.Add(5)
	}
	return w, nil
}
