package stream

import (
	"math"
	"math/rand/v2"

	"github.com/wardround/wardround/stat/twosample"
)

// KSWIN compares the newest values of a window with as many drawn from the older ones,
// by the Kolmogorov–Smirnov test (Raab, Heusinger and Schleif, Neurocomputing 2020). It
// tests at every value without minding how often: its false alarms are set by trial,
// see [KSWIN.Alpha]. The zero value has river's defaults.
type KSWIN struct {
	// Alpha is the level of one look; 0 is 0.005. With the defaults a false alarm comes
	// every few hundred values.
	Alpha  float64   `json:"alpha,omitempty"`
	Size   int       `json:"size,omitempty"`   // of the window; 0 is 100
	Newest int       `json:"newest,omitempty"` // compared; 0 is 30
	Seed   uint64    `json:"seed,omitempty"`
	Window []float64 `json:"window,omitempty"`
	Looks  uint64    `json:"looks,omitempty"`

	// Pick draws k of n older values, without putting back; nil draws by Seed and Looks.
	Pick func(n, k int) []int `json:"-"`
}

// Update takes a value and says whether a change was found; it then starts anew.
func (w *KSWIN) Update(x float64) bool {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return false
	}
	if w.Alpha == 0 {
		w.Alpha = 0.005
	}
	if w.Size == 0 {
		w.Size = 100
	}
	if w.Newest == 0 {
		w.Newest = 30
	}
	w.Window = append(w.Window, x)
	if len(w.Window) > w.Size {
		w.Window = append(w.Window[:0], w.Window[len(w.Window)-w.Size:]...)
	}
	old := w.Size - w.Newest
	if len(w.Window) < w.Size || w.Newest < 1 || old < w.Newest {
		return false
	}
	w.Looks++
	pick := w.Pick
	if pick == nil {
		pick = func(n, k int) []int { return rand.New(rand.NewPCG(w.Seed, w.Looks)).Perm(n)[:k] }
	}
	sample := make([]float64, w.Newest)
	for i, r := range pick(old, w.Newest) {
		sample[i] = w.Window[r]
	}
	r, err := twosample.KS(sample, w.Window[old:])
	if err != nil || r.P > w.Alpha || r.Statistic <= 0.1 {
		return false
	}
	w.Window = w.Window[:0]
	return true
}
