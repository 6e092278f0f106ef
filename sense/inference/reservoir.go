package inference

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/durable"
	"github.com/wardround/wardround/stat/sketch"
)

// Bounds of a reservoir.
const (
	maxReservoir     = 10_000   // rows
	maxReservoirSize = 16 << 20 // bytes
	maxReservoirTime = 30 * 24 * time.Hour
)

// Reservoir asks for a bounded sample of raw rows, for a person who must look at what a
// sketch cannot show. Nobody but a person turns it on, with a name and a date: it holds
// health data. Only features and outputs are in it, no unit, client, group or record
// id; bands and allowed values as in the window. It lies in a file of its own that only
// the owner may read, and is removed when its time is over.
type Reservoir struct {
	File  string    // full path
	Rows  int       // at most 10,000
	Until time.Time // at most 30 days from now
	By    string    // who turned it on
}

type reservoir struct {
	Reservoir
	rows  []map[string]any
	seen  uint64
	size  int
	dirty bool
	gone  bool
}

// Expired removes the file of a reservoir whose time is over. It must also be called
// where a reservoir was once on and is no more.
func (r *Reservoir) Expired(now time.Time) (bool, error) {
	if now.Before(r.Until) {
		return false, nil
	}
	if err := os.Remove(r.File); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return true, wardround.Errorf(wardround.EForbidden, "inference.reservoir", "%s holds raw rows, its time is over, and it cannot be removed: %w", r.File, err)
	}
	return true, nil
}

func (r *Reservoir) open(now time.Time) (*reservoir, error) {
	const op = "inference.reservoir"
	if r.By == "" || r.File == "" || r.Rows < 1 || r.Rows > maxReservoir || r.Until.Sub(now) > maxReservoirTime {
		return nil, wardround.Errorf(wardround.EInvalid, op, "raw rows are kept only if a person is named who turned it on, a file, 1 to %d rows and a date at most 30 days ahead", maxReservoir)
	}
	gone, err := r.Expired(now)
	if err != nil {
		return nil, err
	}
	return &reservoir{Reservoir: *r, gone: gone}, nil
}

// add keeps each row with equal chance (Vitter's algorithm R), by coins of the count.
func (r *reservoir) add(m *Mapping, rec Record, at time.Time) {
	if r.gone {
		return
	}
	r.seen++
	place := len(r.rows)
	if place >= r.Rows || r.size > maxReservoirSize {
		if place = int(spread(r.seen) % r.seen); place >= len(r.rows) {
			return
		}
	}
	row := map[string]any{}
	size := 0
	for _, n := range m.names {
		f := m.Fields[n]
		v := rec[n]
		if absent(v) {
			continue
		}
		switch f.As {
		case AsFeature, AsOutput, AsScore:
			if sketch.Type(f.Type) == sketch.Number {
				if x, ok := number(v); ok {
					row[f.Name] = x
				}
			} else if s, ok := grouped(f, v, at); ok {
				row[f.Name] = s
			}
			size += len(f.Name) + 40
		}
	}
	if place == len(r.rows) {
		r.rows = append(r.rows, row)
		r.size += size
	} else {
		r.rows[place] = row
	}
	r.dirty = true
}

// spread turns a count into a number that looks random.
func spread(n uint64) uint64 {
	z := n * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// write replaces the file, or removes it when its time is over.
func (r *reservoir) write(now time.Time) error {
	if gone, err := r.Expired(now); gone || err != nil {
		r.gone, r.rows, r.size = true, nil, 0
		return err
	}
	if !r.dirty {
		return nil
	}
	b, err := json.Marshal(map[string]any{"by": r.By, "until": r.Until.UTC(), "seen": r.seen, "rows": r.rows})
	if err != nil {
		return wardround.Wrap(wardround.EInternal, "inference.reservoir", err)
	}
	if err := durable.Replace(filepath.Dir(r.File), filepath.Base(r.File), b); err != nil {
		return durable.Error("inference.reservoir", r.File, err)
	}
	r.dirty = false
	return nil
}
