package filelog

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/durable"
)

// Open opens the log in dir, which it makes if it is not there. Only one process
// may have it open for writing; package datadir has the lock for that. Errors:
// EIntegrity naming what is lost or changed ([IntegrityError]), EForbidden (the
// folder cannot be written), EFull, EInvalid (another origin, a newer format).
func Open(dir string, opt Options) (*Log, error) {
	const op = "filelog.open"
	if opt.Codec == nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "no codec")
	}
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.MaxFile <= 0 {
		opt.MaxFile = gib
	}
	if opt.VerifyBytes == 0 {
		opt.VerifyBytes = gib
	}
	if !opt.ReadOnly {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, durable.Error(op, dir, err)
		}
	}
	var l *Log
	var err error
	// A reader can meet the writer in the middle of a change of files; what it then
	// finds wrong is gone when it looks again.
	for range 3 {
		l = &Log{dir: dir, opt: opt, reached: map[source]progress{}}
		if err = l.open(op); err == nil || !opt.ReadOnly {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil {
		l.abandon()
		return nil, err
	}
	return l, nil
}

// abandon closes what a failed open had opened and leaves the mark as it is.
func (l *Log) abandon() {
	if l.mark != nil {
		l.mark.f.Close()
	}
	if l.file != nil {
		l.file.Close()
	}
}

func (l *Log) open(op string) error {
	ctx := context.Background()
	var err error
	if l.gaps, err = loadGaps(l.dir); err != nil {
		return wardround.Errorf(wardround.EIntegrity, op, "%w", err)
	}
	sv := survey{Log: l}
	if err := sv.run(ctx, op); err != nil {
		return err
	}
	if want := l.opt.Origin; want != "" && l.origin != "" && want != l.origin {
		return wardround.Errorf(wardround.EInvalid, op, "the log in %s holds %s observations, not %s ones; origins never mix in one data directory", l.dir, l.origin, want)
	}
	var faults []Gap
	for i := range sv.faults {
		if !l.accepted(&sv.faults[i]) {
			faults = append(faults, sv.faults[i])
		}
	}
	if len(faults) > 0 && (!l.opt.AcceptGap || l.opt.ReadOnly) {
		return refusal(op, l.dir, faults)
	}
	if l.opt.ReadOnly {
		return nil
	}
	if err := l.settle(&sv); err != nil {
		return durable.Error(op, l.dir, err)
	}
	if len(faults) > 0 {
		if err := l.accept(faults); err != nil {
			return durable.Error(op, l.dir, err)
		}
	}
	// Both slots, so that later writes need no new room.
	for range 2 {
		if err := l.mark.write(&l.head, true); err != nil {
			return durable.Error(op, l.dir, err)
		}
	}
	return l.tell(ctx)
}

func (l *Log) accepted(fault *Gap) bool {
	for i := range l.gaps {
		if l.gaps[i].covers(fault) {
			return true
		}
	}
	return false
}

// settle clears away what a kill left behind and opens the active file.
func (l *Log) settle(sv *survey) error {
	for _, name := range sv.leftover {
		if err := os.Remove(filepath.Join(l.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	var err error
	if l.mark, err = openMark(l.dir, l.opt.Clock); err != nil {
		return err
	}
	if l.head.id == (logID{}) {
		rand.Read(l.head.id[:])
	}
	if len(l.segments) == 0 {
		return nil
	}
	s := l.segments[len(l.segments)-1]
	if l.file, err = os.OpenFile(filepath.Join(l.dir, s.Name), os.O_RDWR, 0); err != nil {
		return err
	}
	if sv.torn > 0 {
		if err := l.file.Truncate(s.size); err != nil {
			return err
		}
		l.cut = int(sv.torn)
	}
	// What a killed process wrote is whole but may not be on the disk yet.
	if err := l.file.Sync(); err != nil {
		return err
	}
	l.roll = l.roll || s.thin > 0
	return durable.SyncDir(l.dir)
}

// accept writes the faults down as gaps and opens a new epoch behind them.
func (l *Log) accept(faults []Gap) error {
	l.epoch++
	last := l.head.last
	for i := range faults {
		faults[i].Epoch, faults[i].Accepted = l.epoch, l.opt.Clock().UTC()
		if faults[i].To >= faults[i].From {
			last = max(last, faults[i].To)
		}
	}
	l.gaps = append(l.gaps, faults...)
	if err := saveGaps(l.dir, l.gaps); err != nil {
		return err
	}
	l.head.last, l.head.epoch = last, l.epoch
	l.roll = true
	if err := l.putAside(); err != nil {
		return err
	}
	l.head.head = l.prev
	n := len(l.segments)
	if n == 0 {
		l.head.active, l.head.size = 0, 0
		l.head.floor, l.head.floorPrev = last+1, l.prev
		return nil
	}
	first := l.segments[0]
	l.head.floor, l.head.floorPrev = first.First, first.prev
	s := l.segments[n-1]
	if l.head.active, l.head.size = s.First, s.size; s.size <= 0 {
		l.head.size = s.File.Size
	}
	return nil
}

// putAside renames an active file in which no batch is left, so that the new
// epoch's first file can take its place.
func (l *Log) putAside() error {
	n := len(l.segments)
	if n == 0 || l.segments[n-1].Last >= l.segments[n-1].First {
		return nil
	}
	s := l.segments[n-1]
	if s.start.off > 0 {
		l.prev = s.prev
	}
	l.file.Close()
	l.file = nil
	l.segments = l.segments[:n-1]
	path := filepath.Join(l.dir, s.Name)
	if err := os.Rename(path, path+".damaged"); err != nil {
		return err
	}
	return durable.SyncDir(l.dir)
}

// The source that observations of gaps come from.
const (
	gapSensor = "log"
	gapInput  = "gaps"
)

// tell appends the observation of each gap that is not in the log yet.
func (l *Log) tell(ctx context.Context) error {
	if l.opt.OnGap == nil {
		return nil
	}
	for i := range l.gaps {
		if uint64(i) < l.reached[source{gapSensor, gapInput}].position {
			continue
		}
		o := l.opt.OnGap(l.gaps[i])
		if o == nil {
			continue
		}
		o.Sensor, o.Input, o.Position, o.Logged = gapSensor, gapInput, uint64(i)+1, l.opt.Clock().UTC()
		if o.Origin == "" {
			o.Origin = l.origin
		}
		if o.Origin == "" {
			o.Origin = wardround.Live
		}
		if _, err := l.Append(ctx, []*wardround.Observation{o}); err != nil {
			return fmt.Errorf("recording the accepted gap: %w", err)
		}
	}
	return nil
}
