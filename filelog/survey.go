package filelog

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/durable"
)

// survey finds out what is on disk and what is wrong with it. It changes nothing
// on disk; it fills in the log it belongs to.
type survey struct {
	*Log
	marked   *mark // as on disk; nil if there is none
	faults   []Gap
	leftover []string // files to remove: deleted by retention, superseded, torn at birth
	torn     int64    // bytes at the end of the active file to cut off
}

func (sv *survey) fault(g Gap) { sv.faults = append(sv.faults, g) }

func (sv *survey) run(ctx context.Context, op string) error {
	// The mark before the files: beside a writer it then is the older of the two.
	var bad error
	var err error
	sv.marked, err = readMark(sv.dir)
	if errors.Is(err, errMark) {
		bad, err = err, nil
	}
	if err == nil {
		err = sv.list()
	}
	if err != nil {
		return durable.Error(op, sv.dir, err)
	}
	switch {
	case bad != nil:
		sv.fault(Gap{From: 1, File: markName, Offset: 0, Reason: "the head mark is damaged: " + bad.Error()})
	case sv.marked == nil && len(sv.segments) > 0:
		sv.fault(Gap{From: 1, File: markName, Offset: -1, Reason: "the head mark is missing"})
	case sv.marked != nil:
		sv.head = *sv.marked
		sv.epoch = sv.head.epoch
		sv.dropBelowFloor()
	}
	if err := sv.headers(op); err != nil {
		return err
	}
	if err := sv.contents(ctx); err != nil {
		return durable.Error(op, sv.dir, err)
	}
	sv.tail()
	return nil
}

// list finds the log's files, oldest first.
//
// A listing of a folder that a writer is adding to may hold a file and not the one
// before it. A second one holds all that were there when it began, so what it
// holds beyond the newest of the first is left for the next reader.
func (sv *survey) list() error {
	names, err := sv.names()
	if err != nil {
		return err
	}
	newest := uint64(math.MaxUint64)
	if sv.opt.ReadOnly {
		newest = 0
		for _, e := range names {
			if first, _, ok := parseName(e.Name()); ok {
				newest = max(newest, first)
			}
		}
		if names, err = sv.names(); err != nil {
			return err
		}
	}
	for _, e := range names {
		if strings.HasSuffix(e.Name(), extension+unfinished) {
			sv.leftover = append(sv.leftover, e.Name())
			continue
		}
		first, thin, ok := parseName(e.Name())
		if !ok || !e.Type().IsRegular() || first > newest {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		sv.segments = append(sv.segments, &segment{
			File: File{Name: e.Name(), First: first, Last: first - 1, Size: info.Size()},
			thin: thin, start: point{next: first},
		})
	}
	slices.SortFunc(sv.segments, func(a, b *segment) int {
		return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.thin, b.thin))
	})
	// Of a file and its thinned self, only the thinner counts.
	keep := sv.segments[:0]
	for i, s := range sv.segments {
		if i+1 < len(sv.segments) && sv.segments[i+1].First == s.First {
			sv.leftover = append(sv.leftover, s.Name)
			continue
		}
		keep = append(keep, s)
	}
	sv.segments = keep
	return nil
}

// names is the folder's content; a folder that is not there has none.
func (sv *survey) names() ([]fs.DirEntry, error) {
	names, err := os.ReadDir(sv.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return names, err
}

// dropBelowFloor passes over files that retention had already given up.
func (sv *survey) dropBelowFloor() {
	for len(sv.segments) > 0 && sv.segments[0].First < sv.head.floor {
		sv.leftover = append(sv.leftover, sv.segments[0].Name)
		sv.segments = sv.segments[1:]
	}
}

// headers reads each file's header and compares it with the file before.
func (sv *survey) headers(op string) error {
	if n := len(sv.segments); n > 0 && sv.stillborn(sv.segments[n-1]) {
		sv.leftover = append(sv.leftover, sv.segments[n-1].Name)
		sv.segments = sv.segments[:n-1]
	}
	for i, s := range sv.segments {
		h, err := sv.header(s)
		var bad *frameError
		if errors.As(err, &bad) {
			continue // walking the file will name it
		}
		if err != nil {
			return durable.Error(op, sv.dir, err)
		}
		if sv.origin != "" && h.Origin != sv.origin {
			return wardround.Errorf(wardround.EIntegrity, op, "%s holds %s observations, the files before it %s ones", s.Name, h.Origin, sv.origin)
		}
		sv.origin = h.Origin
		if sv.head.id == (logID{}) {
			sv.head.id = h.ID // the mark is lost
		}
		s.epoch, s.prev = h.Epoch, hash(h.Prev)
		sv.epoch = max(sv.epoch, h.Epoch)
		for _, r := range h.Reached {
			sv.raise(r, r.Seq)
		}
		if i == 0 {
			sv.checkFloor(s, h)
			continue
		}
		before := sv.segments[i-1]
		if stem(h.Before.Name) == stem(before.Name) {
			before.Last, before.Newest, before.Kinds = h.Before.Last, h.Before.Newest, h.Before.Kinds
			if before.thin == 0 && before.Size < h.Before.Size {
				before.size = -1 // shorter than it was: must be walked
			}
		}
	}
	return nil
}

// stillborn reports whether s was begun just before a kill: its header is cut
// short, nothing in it was acknowledged and no batch is in it.
func (sv *survey) stillborn(s *segment) bool {
	if sv.marked == nil || s.First <= sv.head.last || s.First == sv.head.active {
		return false
	}
	if _, err := sv.header(s); err == nil {
		return false
	}
	f, err := os.Open(filepath.Join(sv.dir, s.Name))
	if err != nil {
		return false
	}
	defer f.Close()
	r := newFrameReader(f, 0, s.Size)
	r.id = sv.head.id
	_, b := r.resync(point{next: s.First})
	return b == nil
}

func (sv *survey) raise(r reach, seq uint64) {
	src := source{r.Sensor, r.Input}
	p := sv.reached[src]
	sv.reached[src] = progress{max(p.position, r.Position), max(p.seq, seq)}
}

func (sv *survey) header(s *segment) (*header, error) {
	f, err := os.Open(filepath.Join(sv.dir, s.Name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h, at, err := readHeader(f, s.Size)
	if err != nil {
		return nil, err
	}
	if h.First != s.First {
		return nil, &frameError{reason: "the file's name does not fit its header"}
	}
	if sv.head.id != (logID{}) && h.ID != sv.head.id {
		return nil, &frameError{reason: "a file of another log"}
	}
	s.start = at
	return h, nil
}

// checkFloor compares the oldest file with where retention lets the log begin.
func (sv *survey) checkFloor(s *segment, h *header) {
	if sv.marked == nil {
		return
	}
	floor := max(sv.head.floor, 1)
	switch {
	case s.First > floor:
		sv.missing(h.Before, floor, s.First-1)
	case hash(h.Prev) != sv.head.floorPrev:
		sv.fault(Gap{From: s.First, To: s.First - 1, File: s.Name, Offset: 0, Reason: "the oldest file does not continue what retention left"})
	}
}

// missing names a file that is not there; of several in a row, the newest.
func (sv *survey) missing(f File, from, to uint64) {
	sv.fault(Gap{From: from, To: to, File: f.Name, Offset: -1, Reason: "the file for " + dayOf(f.Name) + " is missing"})
}
