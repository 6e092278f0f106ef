package inference

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/wardround/wardround/internal/durable"
)

// journal keeps the predictions that wait for labels: a file that grows by each commit,
// and is written anew when most of it is dead. The state says how much of which file
// holds; what is behind that belongs to a commit that never was.
type journal struct {
	name    string
	length  int64
	dead    int // entries whose prediction is forgotten
	entries int
	lines   []entry  // since the last commit
	spent   []string // files that the state of the next commit does not name
}

// entry is a line: a prediction, or the label of one.
type entry struct {
	Key   uint64
	P     *savedPending `json:",omitempty"`
	Label int8
}

type savedPending struct {
	Span     span
	At       int64
	Scores   []*float64 // nil for NaN
	Groups   []string
	Did      int8
	Positive bool
	Label    int8
}

func (j *journal) dirty() bool { return len(j.lines) > 0 || len(j.spent) > 0 }

func (j *journal) add(k uint64, p *pending) {
	j.lines = append(j.lines, entry{Key: k, P: p.saved()})
}

func (j *journal) label(k uint64, y int8) { j.lines = append(j.lines, entry{Key: k, Label: y}) }

func (p *pending) saved() *savedPending {
	s := &savedPending{Span: p.Span, At: p.At, Groups: p.Groups, Did: p.Did, Positive: p.Positive, Label: p.Label}
	for _, x := range p.Scores {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			s.Scores = append(s.Scores, nil)
		} else {
			s.Scores = append(s.Scores, &x)
		}
	}
	return s
}

// flush appends what is new and makes it durable.
func (j *journal) flush(dir string, all map[uint64]*pending, queue []uint64) error {
	for _, s := range j.spent {
		if err := os.Remove(filepath.Join(dir, s)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	j.spent = nil
	if j.entries+len(j.lines) > 1000 && j.dead > len(all) {
		return j.rewrite(dir, all, queue)
	}
	if len(j.lines) == 0 {
		return nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for _, l := range j.lines {
		if err := enc.Encode(l); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(filepath.Join(dir, j.name), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.WriteAt(b.Bytes(), j.length); err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	j.length += int64(b.Len())
	j.entries += len(j.lines)
	j.lines = nil
	return durable.SyncDir(dir)
}

// rewrite begins a new file with what is alive. The old one goes when the state names
// the new one.
func (j *journal) rewrite(dir string, all map[uint64]*pending, queue []uint64) error {
	var n int
	fmt.Sscanf(j.name, "pending-%d.jsonl", &n)
	name := fmt.Sprintf("pending-%d.jsonl", n+1)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	entries := 0
	for _, k := range queue {
		if p := all[k]; p != nil {
			if err := enc.Encode(entry{Key: k, P: p.saved()}); err != nil {
				return err
			}
			entries++
		}
	}
	if err := durable.Replace(dir, name, b.Bytes()); err != nil {
		return err
	}
	j.spent = append(j.spent, j.name)
	j.name, j.length, j.entries, j.dead, j.lines = name, int64(b.Len()), entries, 0, nil
	return nil
}

// open reads the file that the state names, as far as it names it.
func (j *journal) open(dir, name string, length int64, each func(entry)) error {
	j.name, j.length = name, length
	if name == "" {
		j.name = "pending-1.jsonl"
	}
	if !strings.HasPrefix(j.name, "pending-") || filepath.Base(j.name) != j.name {
		return fmt.Errorf("%q is no journal", j.name)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries { // of a rewrite that never was, or is done
		if strings.HasPrefix(e.Name(), "pending-") && e.Name() != j.name {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
	f, err := os.Open(filepath.Join(dir, j.name))
	if errors.Is(err, fs.ErrNotExist) && length == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(io.LimitReader(f, length), 1<<20)
	d := json.NewDecoder(r)
	for {
		var e entry
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("%s, byte %d: %w", j.name, d.InputOffset(), err)
		}
		j.entries++
		each(e)
	}
	if d.InputOffset() < length-1 {
		return fmt.Errorf("%s has %d bytes of %d", j.name, d.InputOffset(), length)
	}
	return nil
}

// restore takes an entry of the journal.
func (f *Folder) restore(e entry) {
	if e.P == nil {
		if p := f.pending[e.Key]; p != nil {
			p.Label = e.Label
		}
		return
	}
	p := &pending{Span: e.P.Span, At: e.P.At, Groups: e.P.Groups, Did: e.P.Did, Positive: e.P.Positive, Label: e.P.Label}
	for _, x := range e.P.Scores {
		if x == nil {
			p.Scores = append(p.Scores, math.NaN())
		} else {
			p.Scores = append(p.Scores, *x)
		}
	}
	for len(p.Scores) < len(f.scoreFields) {
		p.Scores = append(p.Scores, math.NaN())
	}
	if f.pending[e.Key] == nil {
		f.queue = append(f.queue, e.Key)
	}
	f.pending[e.Key] = p
	for len(f.pending) > f.maxPending {
		f.forget()
	}
}
