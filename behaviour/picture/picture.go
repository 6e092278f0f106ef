// Package picture makes of sketches and documents what a person looks at: the
// distribution of a column now beside the reference, a heat map of columns over time,
// a card, a plan or a scan report in plain fields, and what differs between two
// versions.
//
//	behaviour.Fold ─┐
//	blobs ──────────┴─► Models ─► api ─► pages
//
// What is drawn carries its error: each point of a distribution function is an
// interval. Nothing of a row is here, because nothing of one is kept.
package picture

import (
	"io"
	"math"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/stat/sketch"
)

// Models is the models of a site with their pictures. It is safe for concurrent use.
type Models struct {
	*behaviour.Fold
	blobs behaviour.Blobs

	mu     sync.Mutex
	tables map[string]*sketch.Window // of outcomes, by digest
}

// New returns the models of a fold; blobs are where it reads its sketches from.
func New(f *behaviour.Fold, blobs behaviour.Blobs) *Models { return &Models{Fold: f, blobs: blobs} }

// Bounds of what is read for one picture.
const (
	maxBlob    = 256 << 20 // bytes of one document or window
	maxWindows = 64        // that are merged
	gridPoints = 96        // of a distribution function
	bins       = 32        // of a histogram
	maxShown   = 24        // categories that are drawn one by one
	maxListed  = 4000      // rows of lists in a document
)

// window reads one window. Errors: EInvalid for what is no sketch, those of the blobs.
func (m *Models) window(digest string) (*sketch.Window, error) {
	r, err := m.blobs.Open(digest)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	w, err := sketch.Decode(io.LimitReader(r, maxBlob), sketch.Limits{Bytes: maxBlob})
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, "picture", "the sketches %s cannot be read: %w", digest, err)
	}
	return w, nil
}

// merged reads windows and puts them together, the newest first; what does not fit to
// the newest is left out.
func (m *Models) merged(list []behaviour.Window) (*sketch.Window, int, error) {
	var out *sketch.Window
	n := 0
	for i := len(list) - 1; i >= 0 && n < maxWindows; i-- {
		w, err := m.window(list[i].Digest)
		switch {
		case wardround.ErrorCode(err) == wardround.EInvalid || wardround.ErrorCode(err) == wardround.ENotFound || wardround.ErrorCode(err) == wardround.EIntegrity:
			continue
		case err != nil:
			return nil, 0, err
		case out == nil:
			out = w
		case out.Merge(w) != nil:
			return out, n, nil
		}
		n++
	}
	return out, n, nil
}

// number is x, or nil where it is not one: JSON has no other numbers.
func number(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// moment is a time that may be absent.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
