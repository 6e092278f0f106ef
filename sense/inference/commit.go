package inference

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/durable"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/extraction"
	"github.com/wardround/wardround/stat/sketch"
)

// fact is what is still to be handed over. Its blob lies in a file of its own.
type fact struct {
	Kind     kind.Name
	Position uint64
	At       time.Time
	Fields   json.RawMessage
	Digest   string // of the blob, "sha256:…"
	Size     int64
}

func (f *fact) file() string { return fmt.Sprintf("out-%d.sketch", f.Position) }

// Commit closes windows that are over, makes everything that was added durable, and
// hands over what nobody took yet. Errors: those of the disk (EFull, EForbidden), and
// the sink's; what was not handed over is tried again by the next commit.
func (f *Folder) Commit(ctx context.Context) error { return f.end(ctx, false) }

// Close hands over every open window, also one that is not over, and commits. What
// comes later makes a further part.
func (f *Folder) Close(ctx context.Context) error { return f.end(ctx, true) }

func (f *Folder) end(ctx context.Context, all bool) error {
	f.commit.Lock()
	defer f.commit.Unlock()
	now := f.opt.Now()
	f.mu.Lock()
	f.expire(now)
	err := f.close(now, all)
	ticket := f.added
	var state []byte
	if err == nil && (f.changed || f.journal.dirty()) {
		state, err = f.state()
	}
	if err == nil && state != nil {
		f.changed = false
	}
	f.mu.Unlock()
	if err == nil && state != nil {
		err = durable.Error("inference.commit", f.opt.Dir, durable.Replace(f.opt.Dir, stateFile, state))
	}
	f.mu.Lock()
	if f.failed = err; err == nil {
		f.committed = ticket
	} else {
		f.changed = true
	}
	close(f.wake)
	f.wake = make(chan struct{})
	f.mu.Unlock()
	if err != nil {
		return err
	}
	if f.reservoir != nil {
		f.mu.Lock()
		err := f.reservoir.write(now)
		f.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return f.deliver(ctx)
}

// close turns windows that are over into facts of the outbox. Their blobs are written
// before the state that names them.
func (f *Folder) close(now time.Time, all bool) error {
	if len(f.outbox) >= maxOutbox {
		return nil // they stay open: nothing is lost, and new ones are refused when there are too many
	}
	for _, s := range sorted(f.open) {
		w := f.open[s]
		if over := time.Unix(w.To, 0).Add(f.mapping.Grace); !all && now.Before(over) {
			continue
		}
		f.learn(w)
		f.counts.Withheld += int64(len(w.seal()))
		if n := f.refused[s.model]; n > 0 {
			w.window.Refused += n
			delete(f.refused, s.model)
		}
		if err := f.put(kind.InferenceWindow, w.fact(f.mapping), w.window); err != nil {
			return err
		}
		f.parts[s]++
		delete(f.open, s)
	}
	for _, s := range sorted(f.labels) {
		l := f.labels[s]
		if !all && now.Sub(time.Unix(l.Opened, 0)) < max(f.mapping.Grace, time.Hour) {
			continue
		}
		l.window.Rows = l.labels
		l.window.Schema = l.window.Digest()
		if err := f.put(kind.InferenceLabelled, l.fact(f.strays), l.window); err != nil {
			return err
		}
		f.strays = strays{}
		delete(f.labels, s)
	}
	for s := range f.parts { // of windows that no record can come for any more
		if time.Unix(s.From, 0).Add(f.mapping.Window + f.mapping.Late + 2*ahead).Before(now) {
			delete(f.parts, s)
			f.changed = true
		}
	}
	return nil
}

func sorted[T any](m map[span]T) []span {
	out := make([]span, 0, len(m))
	for s := range m {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Model, b.Model), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Version, b.Version))
	})
	return out
}

// put writes a blob and adds the fact to the outbox.
func (f *Folder) put(name kind.Name, fields any, w *sketch.Window) error {
	blob, err := w.AppendBinary(nil)
	if err != nil {
		return wardround.Wrap(wardround.EInternal, "inference.commit", err)
	}
	told, err := json.Marshal(fields)
	if err != nil {
		return wardround.Wrap(wardround.EInternal, "inference.commit", err)
	}
	sum := sha256.Sum256(blob)
	x := fact{Kind: name, Position: f.position + 1, At: w.To, Fields: told, Digest: "sha256:" + hex.EncodeToString(sum[:]), Size: int64(len(blob))}
	if err := durable.Replace(f.opt.Dir, x.file(), blob); err != nil {
		return durable.Error("inference.commit", f.opt.Dir, err)
	}
	f.position++
	f.outbox = append(f.outbox, x)
	f.counts.Windows++
	f.changed = true
	return nil
}

// deliver hands over the outbox, in order. A fact leaves the outbox when it was taken;
// the state without it is written by the next commit, so after a crash it may be
// handed over again, under the same position.
func (f *Folder) deliver(ctx context.Context) error {
	for {
		f.mu.Lock()
		if len(f.outbox) == 0 {
			f.mu.Unlock()
			return nil
		}
		x := f.outbox[0]
		f.mu.Unlock()
		blob, err := os.ReadFile(filepath.Join(f.opt.Dir, x.file()))
		if err != nil {
			return durable.Error("inference.commit", f.opt.Dir, err)
		}
		fields := kind.Lookup(x.Kind).New()
		if err := json.Unmarshal(x.Fields, fields); err != nil {
			return wardround.Wrap(wardround.EInternal, "inference.commit", err)
		}
		o := &wardround.Observation{
			Kind: string(x.Kind), Version: kind.Lookup(x.Kind).Version, Sensor: f.opt.Sensor, Input: "inference", Position: x.Position,
			At: x.At, Origin: f.opt.Origin, Fields: fields,
			Blob: &wardround.Blob{Digest: x.Digest, Size: x.Size, Type: sketch.MediaType},
		}
		if err := f.opt.Sink.Take(ctx, o, blob); err != nil {
			return err
		}
		f.mu.Lock()
		f.outbox = f.outbox[1:]
		f.changed = true
		f.mu.Unlock()
		// The state on disk still names the file, so it goes with the next one.
		f.journal.spent = append(f.journal.spent, x.file())
	}
}

const stateFile = "state.json"

// saved is the state: one JSON file, replaced whole.
type saved struct {
	Version  int
	Mapping  string // digest of the fields: windows of another mapping are handed over as they are
	Counts   Counts
	Position uint64
	Inputs   map[string]*input
	Open     []savedOpen
	Labels   []savedLabels
	Parts    []savedPart
	Refused  []savedRefused
	Lenses   []savedLens `json:",omitempty"`
	Strays   strays
	Outbox   []fact
	Journal  string
	Length   int64
}

type savedOpen struct {
	Span     span
	To       int64
	Part     int
	Window   []byte
	Groups   map[string]int
	Sources  map[string]int64
	Units    map[uint64]int64
	Sampling uint
	Clients  []savedClient
	Seen     []byte
	Shown    oversight
	Labels   int64
	Errors   int64
	Fallback int64
	Lost     int64
	Marks    marks
}

type savedClient struct {
	extraction.Client
	Name     string
	Over     int64
	Distinct []byte
}

type savedLabels struct {
	Span   span
	Opened int64
	Labels int64
	Window []byte
}

type savedPart struct {
	Span span
	N    int
}

type savedRefused struct {
	Model model
	N     int64
}

// state writes the journal and returns the state to be written after it.
func (f *Folder) state() ([]byte, error) {
	const op = "inference.commit"
	if err := f.journal.flush(f.opt.Dir, f.pending, f.queue); err != nil {
		return nil, durable.Error(op, f.opt.Dir, err)
	}
	s := saved{Version: 1, Mapping: f.mapping.digest(), Counts: f.counts, Position: f.position, Inputs: f.inputs, Strays: f.strays, Outbox: f.outbox, Journal: f.journal.name, Length: f.journal.length}
	for _, sp := range sorted(f.open) {
		w := f.open[sp]
		b, err := w.window.AppendBinary(nil)
		if err != nil {
			return nil, wardround.Wrap(wardround.EInternal, op, err)
		}
		o := savedOpen{Span: sp, To: w.To, Part: w.part, Window: b, Groups: w.groups, Sources: w.sources, Units: w.units, Sampling: w.sampling,
			Shown: w.shown, Labels: w.labels, Errors: w.errors, Fallback: w.fallback, Lost: w.lost, Marks: w.marks}
		o.Seen, _ = w.clients.seen.MarshalBinary()
		for _, c := range w.clients.by {
			d, _ := c.Distinct.MarshalBinary()
			o.Clients = append(o.Clients, savedClient{c.Client, c.Name, c.Over, d})
		}
		slices.SortFunc(o.Clients, func(a, b savedClient) int { return cmp.Compare(a.Name, b.Name) })
		s.Open = append(s.Open, o)
	}
	for _, sp := range sorted(f.labels) {
		l := f.labels[sp]
		b, err := l.window.AppendBinary(nil)
		if err != nil {
			return nil, wardround.Wrap(wardround.EInternal, op, err)
		}
		s.Labels = append(s.Labels, savedLabels{sp, l.Opened, l.labels, b})
	}
	for _, sp := range sorted(f.parts) {
		s.Parts = append(s.Parts, savedPart{sp, f.parts[sp]})
	}
	s.Lenses = f.savedLenses()
	for m, n := range f.refused {
		s.Refused = append(s.Refused, savedRefused{m, n})
	}
	slices.SortFunc(s.Refused, func(a, b savedRefused) int {
		return cmp.Compare(fmt.Sprint(a.Model), fmt.Sprint(b.Model))
	})
	return json.Marshal(s)
}

// digest is that of what decides how records become columns.
func (m *Mapping) digest() string {
	h := sha256.New()
	for _, n := range m.names {
		fmt.Fprintf(h, "%q %+v\n", n, m.Fields[n])
	}
	fmt.Fprintln(h, m.Window, m.Bins, m.K)
	return hex.EncodeToString(h.Sum(nil))
}
