package inference

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/durable"
	"github.com/wardround/wardround/stat/extraction"
	"github.com/wardround/wardround/stat/sketch"
)

// recover reads the state of the folder before.
func (f *Folder) recover() error {
	const op = "inference.recover"
	b, err := os.ReadFile(filepath.Join(f.opt.Dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return f.journal.open(f.opt.Dir, "", 0, nil)
	}
	if err != nil {
		return durable.Error(op, f.opt.Dir, err)
	}
	broken := func(err error) error {
		return wardround.Errorf(wardround.EInvalid, op, "%s cannot be read: %w. Move the folder away to begin anew; what was open in it is lost.", filepath.Join(f.opt.Dir, stateFile), err)
	}
	var s saved
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&s); err != nil {
		return broken(err)
	}
	if s.Version != 1 {
		return broken(fmt.Errorf("it is of version %d, this program reads version 1", s.Version))
	}
	f.counts, f.position, f.strays = s.Counts, s.Position, s.Strays
	for _, x := range s.Outbox { // a blob is removed only when its fact was taken
		if _, err := os.Stat(filepath.Join(f.opt.Dir, x.file())); err == nil {
			f.outbox = append(f.outbox, x)
		}
	}
	if f.counts.Refused == nil {
		f.counts.Refused = map[string]int64{}
	}
	if s.Inputs != nil {
		f.inputs = s.Inputs
	}
	for _, p := range s.Parts {
		f.parts[p.Span] = p.N
	}
	for _, r := range s.Refused {
		f.refused[r.Model] = r.N
	}
	for _, l := range s.Lenses {
		f.restoreLens(l)
	}
	for _, o := range s.Open {
		w, err := f.reopen(o)
		if err != nil {
			return broken(err)
		}
		w.lens = f.lens(o.Span.model)
		f.open[o.Span] = w
	}
	for _, l := range s.Labels {
		w, err := sketch.Decode(bytes.NewReader(l.Window), sketch.Limits{})
		if err != nil {
			return broken(err)
		}
		x := &labelled{span: l.Span, Opened: l.Opened, window: w, index: map[string]*sketch.Outcome{}, delay: w.Column("delay", ""), judged: w.Column("judged", ""), labels: l.Labels}
		for _, o := range w.Outcomes {
			x.index[o.Group+"\x00"+o.Score] = o
		}
		if x.delay == nil || x.judged == nil {
			return broken(errors.New("labels without their columns"))
		}
		f.labels[l.Span] = x
	}
	if err := f.journal.open(f.opt.Dir, s.Journal, s.Length, f.restore); err != nil {
		return broken(err)
	}
	f.sweep()
	if s.Mapping != f.mapping.digest() { // windows of the mapping before are whole as they are
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.close(f.opt.Now(), true)
	}
	return nil
}

func (f *Folder) reopen(o savedOpen) (*open, error) {
	win, err := sketch.Decode(bytes.NewReader(o.Window), sketch.Limits{})
	if err != nil {
		return nil, err
	}
	w := &open{span: o.Span, To: o.To, part: o.Part, window: win, index: map[string]*sketch.Column{}, outcomes: map[string]*sketch.Outcome{},
		groups: o.Groups, sources: o.Sources, units: o.Units, sampling: o.Sampling, clients: newClients(),
		decide: win.Column("decision time", ""), shown: o.Shown, labels: o.Labels, errors: o.Errors, fallback: o.Fallback, lost: o.Lost, marks: o.Marks}
	for _, c := range win.Columns {
		w.index[c.Group+"\x00"+c.Name] = c
	}
	for _, t := range win.Outcomes {
		w.outcomes[t.Group+"\x00"+t.Score] = t
	}
	if w.groups == nil {
		w.groups = map[string]int{}
	}
	if w.sources == nil {
		w.sources = map[string]int64{}
	}
	if w.units == nil {
		w.units = map[uint64]int64{}
	}
	if err := w.clients.seen.UnmarshalBinary(o.Seen); err != nil {
		return nil, err
	}
	for _, c := range o.Clients {
		if len(c.Sample) > extraction.MaxSample || c.Level > 60 {
			return nil, errors.New("a client with too many inputs")
		}
		x := &client{Client: c.Client, Name: c.Name, Over: c.Over, Distinct: sketch.NewHLL()}
		if err := x.Distinct.UnmarshalBinary(c.Distinct); err != nil {
			return nil, err
		}
		w.clients.by[c.Name] = x
	}
	return w, nil
}

// sweep removes blobs that the state does not name: of facts that were handed over, or
// of a commit that did not come to its end.
func (f *Folder) sweep() {
	named := map[string]bool{}
	for _, x := range f.outbox {
		named[x.file()] = true
	}
	entries, err := os.ReadDir(f.opt.Dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "out-") && !named[e.Name()] {
			os.Remove(filepath.Join(f.opt.Dir, e.Name()))
		}
	}
}
