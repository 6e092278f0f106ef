//go:build unix

// Command alarms measures what a year of watching a model costs in false alarms, and
// what it finds: the real fold (package behaviour) over simulated device-years.
//
//	go run ./bench/alarms -years 1000
//	go run ./bench/alarms -years 100 -window 7          # one window a week
//	go run ./bench/alarms -years 100 -scene laboratory  # another world, for which nothing was tuned
//	go run ./bench/alarms -years 100 -scene stays       # patients who stay for weeks
//	go run ./bench/alarms -years 100 -volume 0.1        # some twenty patients a week
//
// Three scenes are simulated, see ward.go, laboratory.go and stays.go. The reference is eight weeks.
// In a null year nothing changes; in a year of change one number moves by 0.3 standard
// deviations on day 120. Whatever fails in a null year is a false alarm, on whichever
// topic that chance has a part in; a change is found when the column that moved is named.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
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
	soon          = 30
	size          = 0.3
)

var begin = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC) // a Monday

func main() {
	years := flag.Int("years", 1000, "null device-years")
	shifted := flag.Int("shifted", 200, "device-years with a change")
	icc := flag.Float64("icc", 0.6, "how alike the records of one patient are")
	seed := flag.Uint64("seed", 1, "of the simulation")
	every := flag.Int("window", 1, "days in one window")
	within := flag.Duration("for", 0, "begin no device-year after so long, and tell of those that were lived; 0: all of them")
	which := flag.String("scene", "ward", "what is simulated: ward, laboratory, stays")
	volume := flag.Float64("volume", 1, "times as many patients (ward, stays)")
	flag.Parse()
	// Many short lives, and little to hold: collecting less often costs 20 MB and saves a tenth.
	debug.SetGCPercent(400)
	start, before := time.Now(), processor()
	var sc scene
	switch *which {
	case "ward":
		sc = ward{icc: *icc, volume: *volume}
	case "laboratory":
		sc = laboratory{}
	case "stays":
		sc = stays{arrivals: 30 * *volume}
	default:
		fmt.Fprintf(os.Stderr, "alarms: scene %q; there are ward, laboratory and stays\n", *which)
		os.Exit(2)
	}
	var until time.Time
	if *within > 0 {
		until = start.Add(*within)
	}
	found := run(sc, *shifted, *seed+1_000_000, shiftDay+soon, shiftDay, *every, until)
	null := run(sc, *years, *seed, 365, -1, *every, until)
	if *years = len(null); *years == 0 || len(found) == 0 {
		fmt.Fprintln(os.Stderr, "alarms: no time")
		os.Exit(2)
	}
	*shifted = len(found)

	var alarms, with int
	topics := map[string]int{}
	for _, y := range null {
		alarms += len(y.alarms)
		if len(y.alarms) > 0 {
			with++
		}
		for _, a := range y.alarms {
			topics[a.what()]++
		}
	}
	n := float64(*years)
	fmt.Printf("%s, windows of %d day(s); null: %d device-years of about %d rows each; stated budget %d false alarm a year\n", *which, *every, *years, null[0].rows, behaviour.DefaultBudget)
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
			case first < 0 && a.names(sc.moves()):
				first = a.day - shiftDay + 1
			}
		}
		if first >= 0 {
			hits++
			days = append(days, first)
		}
	}
	slices.Sort(days)
	fmt.Printf("a shift of %.1f SD in one of %d columns: found within %d days in %d of %d (%.3f; 95%% lower bound %.3f)", size, sc.columns(), soon, hits, *shifted, float64(hits)/float64(*shifted), lower(hits, *shifted))
	if len(days) > 0 {
		fmt.Printf("; median %d days", days[len(days)/2])
	}
	fmt.Printf("\n%d false alarms in the days before those shifts\n", wrong)
	fmt.Printf("took %.0f s on %d processors, %.0f s of processor time\n", time.Since(start).Seconds(), runtime.GOMAXPROCS(0), (processor() - before).Seconds())
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
	day         int
	topic, item string
}

func (a alarm) what() string { return a.topic + "/" + a.item }

// names reports whether it is a column that an alarm is about.
func (a alarm) names(column string) bool {
	return a.item == column || strings.HasPrefix(a.item, column+" ")
}

// scene is a simulated device.
type scene interface {
	// window is one day of a device: its records, with the number that moves that much
	// higher, in standard deviations.
	window(rng *rand.Rand, seed uint64, day int, shift float64) (*sketch.Window, error)
	moves() string // which column
	columns() int
}

type year struct {
	rows   int64
	alarms []alarm
}

func run(sc scene, n int, seed uint64, days, shift, every int, until time.Time) []year {
	out := make([]year, n)
	work := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range work {
				y, err := device(sc, seed+uint64(i), days, shift, every)
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				out[i] = y
			}
		})
	}
	begun := 0
	for ; begun < n && (until.IsZero() || time.Now().Before(until)); begun++ {
		work <- begun
	}
	close(work)
	wg.Wait()
	return out[:begun]
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

// documents are topics of what is agreed on a model, which chance has no part in: this
// one has no card and no plan.
var documents = []string{"card", "plan", "logs", "acceptance", "artefact", "signature", "change"}

// device lives one device through its days and counts what begins to fail.
func device(sc scene, seed uint64, days, shift, every int) (year, error) {
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
			if slices.Contains(documents, j.Topic) {
				continue
			}
			k := j.Topic + "/" + j.Item
			if j.State == wardround.Fail && !failing[k] {
				y.alarms = append(y.alarms, alarm{day, j.Topic, j.Item})
			}
			if j.State != wardround.Unknown {
				failing[k] = j.State == wardround.Fail
			}
		}
		f.Flush(&wardround.Commit{})
		f.Committed(seq)
		return nil
	}
	var ref *sketch.Window
	for d := range referenceDays {
		w, err := sc.window(rng, seed, d-referenceDays, 0)
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
		w, err := sc.window(rng, seed, d, by)
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

// processor is the processor time of the process so far, all threads, user and system.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
